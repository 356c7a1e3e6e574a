"""The operators that make a motion: from the prompt; and the base of those that make one from anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import IntProperty, StringProperty

from . import generation
from .jobs import sentence
from .preferences import sources
from .properties import FRAMES, PROMPT, START, start_frame
from .recipes import options
from .session import SESSION
from .working import Reporting, Work, Working

if TYPE_CHECKING:
    from ..core.recipe import Made, Recipe


class Making(Working):
    """To be written: `recipe`, which reads what is to be made."""

    # no hard limits here: a script's 100,000 frames are refused with a sentence, not silently made 1,200
    frames: IntProperty(**FRAMES, options={"SKIP_SAVE"})
    start_frame: IntProperty(**START, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        """What is to be made. Raises `UserError`."""
        raise NotImplementedError

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        self.take("frames", context.scene.motionclip.frames)
        self.take("start_frame", start_frame(context.scene))
        self.wanted = wanted = self.request(context)
        return lambda engine, progress: generation.make(engine, wanted, SESSION.known, progress)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        action = generation.key(self.wanted, result)
        text = _('"{}": {} frames from frame {}')
        told = text.format(action.name, self.wanted.recipe.frames, self.wanted.start_frame)
        self.tell(told, generation.remarks(self.wanted))
        return {"FINISHED"}

    def request(self, context: bpy.types.Context) -> generation.Request:
        """The recipe, as a new Action."""
        armature = generation.armature_of(context)
        return generation.request(context.scene, armature, self.recipe(context), self.start_frame)

    def take(self, name: str, value: object) -> None:
        """Sets one of the operator's own properties to what the panel says, unless a script gave it.

        Kept in the operator, so that "Adjust Last Operation" shows it.
        """
        if not self.properties.is_property_set(name):
            setattr(self, name, value)

    def common(self, context: bpy.types.Context) -> dict[str, object]:
        """What all recipes have: the length, how Actions are read, loop, in place."""
        return options(context.scene) | {"frames": self.frames}


class MOTIONCLIP_OT_generate(Making, bpy.types.Operator):
    """Make a motion from the prompt and key it on the active SMPL-X armature, as a new Action"""

    bl_idname = "motionclip.generate"
    bl_label = "Generate motion"
    bl_options = {"REGISTER", "UNDO"}

    prompt: StringProperty(**PROMPT, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ..core.recipe import Recipe

        self.take("prompt", context.scene.motionclip.prompt)
        return Recipe.of_prompt(self.prompt, **self.common(context))


class MOTIONCLIP_OT_cancel(bpy.types.Operator):
    """Stop what is being made; nothing is changed"""

    bl_idname = "motionclip.cancel"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        SESSION.cancel()
        return {"FINISHED"}


class MOTIONCLIP_OT_add_body(Reporting, bpy.types.Operator):
    """Add a person with an SMPL-X armature at the 3D cursor, and make the armature active"""

    bl_idname = "motionclip.add_body"
    bl_label = "Add body"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..rig.armature import add_body

        try:
            armature = add_body(sources(context).body())
        except Exception as error:
            return self.refuse(sentence(error))
        armature.location = context.scene.cursor.location
        SESSION.error = ""
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_generate, MOTIONCLIP_OT_cancel, MOTIONCLIP_OT_add_body)
