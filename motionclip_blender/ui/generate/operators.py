"""The operators that make a motion: from the prompt; and the base of those that make one from anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, IntProperty, StringProperty

from ...core.errors import UserError
from ..addon import sources
from ..fields import FRAMES, PROMPT, START, start_frame
from ..session import SESSION
from ..tasks.background_operator import Reporting, Work, Working
from ..tasks.jobs import sentence
from . import framing, generation, playing
from .recipes import options

if TYPE_CHECKING:
    from ...core.motion import Motion
    from ...core.recipe import Made, Recipe


@contextmanager
def somebody(context: bpy.types.Context, wanted: generation.Request, motion: Motion) -> Iterator[generation.Request]:
    """What is wanted, with somebody to move: a new body where none was there, which is gone again if the block fails.

    The body is seen whole in the view that is worked in, wherever the motion takes it.
    """
    if wanted.armature:
        yield wanted
        return
    from ...rig.newcomer import for_motion, room_of

    body = SESSION.engine(sources(context)).body
    scene = generation.scene_of(wanted)
    if context.scene != scene:  # Blender makes bones in the scene that is shown only
        text = _('Another scene is shown by now, so that "{}" can get no new body; go back to it and try again.')
        raise UserError(text.format(scene.name))
    view = framing.view_of(context)
    with for_motion(context, body, motion, view and view.space) as armature:
        yield wanted._replace(armature=armature.session_uid)
    if view is not None:
        framing.show(view, *room_of(armature, motion))


def add_in_sight(context: bpy.types.Context) -> bpy.types.Object:
    """A new body, free of what is there, and seen whole in the view that is worked in. Returns its armature."""
    from ...rig.newcomer import room_of, stand_free

    view = framing.view_of(context)
    armature = stand_free(context, sources(context).body(), view=view and view.space)
    if view is not None:
        framing.show(view, *room_of(armature))
    return armature


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
        with somebody(context, self.wanted, result.motion) as self.wanted:
            action = generation.key(self.wanted, result)
        playing.follow(generation.scene_of(self.wanted), generation.armature_for(self.wanted))
        text = _('"{}": {} frames from frame {}')
        told = text.format(action.name, self.wanted.recipe.frames, self.wanted.start_frame)
        self.tell(told, generation.remarks(self.wanted))
        return {"FINISHED"}

    def request(self, context: bpy.types.Context) -> generation.Request:
        """The recipe, as a new Action; of a new body where there is no character. Raises `UserError`."""
        armature = generation.armature_of(context)
        if armature is None and (there := generation.characters(context.view_layer)):
            raise UserError(_("There are {} characters; select the one that is to move.").format(len(there)))
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
    play: BoolProperty(
        name="Play",
        description="Play the motion when it is made, in a preview range",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe import Recipe

        self.take("prompt", context.scene.motionclip.prompt)
        return Recipe.of_prompt(self.prompt, **self.common(context))

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        done = super().end(context, result)
        if self.play:
            playing.play(context, generation.armature_for(self.wanted))
        return done


class MOTIONCLIP_OT_cancel(bpy.types.Operator):
    """Stop what is being made; nothing is changed"""

    bl_idname = "motionclip.cancel"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        SESSION.cancel()
        return {"FINISHED"}


class MOTIONCLIP_OT_add_body(Reporting, bpy.types.Operator):
    """Add a person with an SMPL-X armature at the 3D cursor, or beside what stands there, and make it active"""

    bl_idname = "motionclip.add_body"
    bl_label = "Add body"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            add_in_sight(context)
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_generate, MOTIONCLIP_OT_cancel, MOTIONCLIP_OT_add_body)
