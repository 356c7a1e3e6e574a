"""Draws the source of a latent in a panel, and lets the user choose an image file for it."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, StringProperty

from ...core.errors import UserError
from ..generate import generation


def draw_source(layout: bpy.types.UILayout, label: str, picked: bpy.types.PropertyGroup) -> None:
    """Draws a row with a `MOTIONCLIP_PG_source`."""
    split = layout.split(factor=0.16)
    split.label(text=label)
    row = split.row(align=True)
    row.prop(picked, "kind", text="", icon_only=True)
    draw_field(row, picked)


def draw_field(row: bpy.types.UILayout, picked: bpy.types.PropertyGroup) -> None:
    """Draws the field of a source or a term that its kind uses."""
    if picked.kind == "PROMPT":
        row.prop(picked, "prompt", text="", placeholder="What the person does")
    elif picked.kind == "TEXT":
        row.prop(picked, "text", text="", placeholder="What the person does")
    elif picked.kind == "WORD":
        row.prop(picked, "word", text="", placeholder="Any word")
    elif picked.kind == "ACTION":
        row.prop_search(picked, "action", bpy.data, "actions", text="")
    elif picked.kind == "LATENT":
        row.prop_search(picked, "latent", picked.id_data.motionclip, "latents", text="", icon="BOOKMARKS")
    elif picked.kind == "IMAGE":
        row.prop_search(picked, "image", bpy.data, "images", text="", results_are_suggestions=True)
        row.operator("motionclip.pick_image", text="", icon="FILEBROWSER").into = picked.path_from_id()
    else:
        row.prop(picked, "style", text="")


def draw_reading(layout: bpy.types.UILayout, scene: bpy.types.Scene, *picked: bpy.types.PropertyGroup) -> None:
    """Draws how Actions are read, if any of the given sources is an Action."""
    if any(one.kind == "ACTION" for one in picked):
        settings = scene.motionclip
        split = layout.split(factor=0.3)
        split.label(text="Reading")
        row = split.row(align=True)
        row.prop(settings, "reading", text="")
        if settings.reading == "frame":
            row.prop(settings, "reading_frame", text="")
        row.prop(settings, "as_shown", toggle=True)


class MOTIONCLIP_OT_pick_image(bpy.types.Operator):
    """Choose an image file; one with a single person in it, seen whole, is best"""

    bl_idname = "motionclip.pick_image"
    bl_label = "Choose image"
    bl_options = {"INTERNAL", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    into: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self._scene = context.scene.session_uid  # another scene may be shown while the user chooses a file
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        uid = getattr(self, "_scene", context.scene.session_uid)
        try:
            picked = generation.existing_scene(uid).path_resolve(self.into)
        except (ValueError, UserError):  # undone or deleted in the meantime
            return {"CANCELLED"}
        picked.image = self.filepath
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_pick_image,)
