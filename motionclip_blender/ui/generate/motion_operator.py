"""Defines the base of the operators that make a motion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import IntProperty

from ...core.errors import UserError
from ..fields import FRAMES, START, start_frame
from ..session import SESSION
from ..tasks.background_operator import BackgroundOperator, Work
from . import generation, playing
from .new_body import somebody
from .recipes import options

if TYPE_CHECKING:
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class MotionOperator(BackgroundOperator):
    """Base of the operators that make a motion. Subclasses implement `recipe`."""

    # no hard limits here: 100,000 frames from a script are refused with a sentence, not silently reduced to 3,600
    frames: IntProperty(**FRAMES, options={"SKIP_SAVE"})
    start_frame: IntProperty(**START, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        """Returns the recipe of the motion to make. Raises `UserError`."""
        raise NotImplementedError

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        self.default_to("frames", context.scene.motionclip.frames)
        self.default_to("start_frame", start_frame(context.scene))
        self.wanted = wanted = self.request(context)
        return lambda engine, progress: generation.make(engine, wanted, SESSION.known, progress)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        with somebody(context, self.wanted, result.motion) as self.wanted:
            action = generation.key(self.wanted, result)
        playing.follow(generation.scene_of(self.wanted), generation.armature_for(self.wanted))
        text = _('"{}": {} frames from frame {}')
        told = text.format(action.name, len(result.motion), self.wanted.start_frame)
        self.tell(told, [*result.notes, *generation.remarks(self.wanted)])
        return {"FINISHED"}

    def request(self, context: bpy.types.Context) -> generation.Request:
        """Returns the request to key the recipe as a new Action, on a new body if there is no character.

        Raises `UserError` if there are several characters and none is selected.
        """
        armature = generation.armature_of(context)
        if armature is None and (there := generation.characters(context.view_layer)):
            raise UserError(_("There are {} characters; select the one that is to move.").format(len(there)))
        return generation.request(context.scene, armature, self.recipe(context), self.start_frame)

    def default_to(self, name: str, value: object) -> None:
        """Sets one of the operator's own properties to the panel's value, unless a script has set it.

        It is stored in the operator, so that "Adjust Last Operation" shows it.
        """
        if not self.properties.is_property_set(name):
            setattr(self, name, value)

    def common(self, context: bpy.types.Context) -> dict[str, Any]:
        """Returns the options that all recipes have: the length, how to pool Actions, loop, in place."""
        return options(context.scene) | {"frames": self.frames}


class MadeAnewOperator(MotionOperator):
    """Base of the operators that make the armature's Action once more, as it is or in another way, as a new Action at
    the same place. Subclasses implement `changed`."""

    def changed(self, recipe: Recipe, action: bpy.types.Action) -> Recipe:
        """Returns the recipe in the other way. Raises `UserError`."""
        raise NotImplementedError

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        from ...rig.target import target_of
        from ...rig.write_keys import first_frame

        action, found = generation.made_here(context)
        self.default_to("frames", found.frames)
        self.default_to("start_frame", round(first_frame(target_of(generation.armature_of(context)).armature, action)))
        return super().begin(context)

    def recipe(self, context: bpy.types.Context) -> Recipe:
        action, found = generation.made_here(context)
        return self.changed(found, action).lasting(self.frames)
