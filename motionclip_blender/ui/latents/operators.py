"""Defines the operators of latents saved in the .blend file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import StringProperty

from ..generate import generation
from ..generate.action_reading import keys_of
from ..tasks.background_operator import BackgroundOperator, Reporting, Work
from ..tasks.main_thread import Steps
from .saved import save

if TYPE_CHECKING:
    import numpy as np

    from ...core.engine import Engine
    from ...core.progress import Progress


class MOTIONCLIP_OT_save_latent(BackgroundOperator, bpy.types.Operator):
    """Save the latent that the active armature's motion was made from; one that was not made here is read for it"""

    bl_idname = "motionclip.save_latent"
    bl_label = "Save latent"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(
        name="Name", description="What the latent is to be called; by default as the Action", options={"SKIP_SAVE"}
    )

    def begin(self, context: bpy.types.Context) -> Steps[Work[tuple[np.ndarray, str]]]:
        from ...core.latents.window_pooling import WindowPooling
        from ...rig.action_metadata import latent_of, pack_of
        from ...rig.target import target_of

        self._scene, armature = context.scene.session_uid, target_of(generation.armature_of(context)).armature
        action, settings = generation.action_of(armature), context.scene.motionclip
        self.left_out: list[str] = []
        if not self.properties.is_property_set("name"):
            self.name = action.name if action is not None else armature.name
        latent, pack = (latent_of(action), pack_of(action)) if action is not None else (None, "")
        if latent is not None:
            return lambda engine, progress: (latent, pack)
        pooling = WindowPooling(settings.reading, settings.reading_frame)
        keys, self.left_out = yield from keys_of(armature, None, settings.as_shown)

        def work(engine: Engine, progress: Progress) -> tuple[np.ndarray, str]:
            from ...core.recipe.make import pack_name

            return engine.encode(keys.motion(keys.rate), pooling, progress), pack_name(engine)

        return work

    def end(self, context: bpy.types.Context, result: tuple[np.ndarray, str]) -> set[str]:
        item = save(generation.existing_scene(self._scene), self.name, *result)
        self.tell(_('Saved the latent "{}"').format(item.name), self.left_out)
        return {"FINISHED"}


class MOTIONCLIP_OT_remove_latent(Reporting, bpy.types.Operator):
    """Remove the active saved latent from this file"""

    bl_idname = "motionclip.remove_latent"
    bl_label = "Remove latent"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.scene.motionclip.latents)

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.motionclip
        settings.latents.remove(min(settings.active_latent, len(settings.latents) - 1))
        settings.active_latent = max(min(settings.active_latent, len(settings.latents) - 1), 0)
        return self.finish()


CLASSES = (MOTIONCLIP_OT_save_latent, MOTIONCLIP_OT_remove_latent)
