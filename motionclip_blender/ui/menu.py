"""Adds the panels' operators to the Object and Pose menus of the 3D view, where Blender's search (F3) finds them.

Also adds a motion from a prompt to the Add menu, for users who do not know the sidebar.
"""

from __future__ import annotations

import bpy

_ENTRIES = (
    "motionclip.generate",
    "motionclip.generate_from_image",
    "motionclip.natural_length",
    "motionclip.blend",
    "motionclip.blend_over_time",
    "motionclip.blend_stops",
    "motionclip.make",
    "motionclip.compose",
    None,
    "motionclip.split_prompt",
    "motionclip.add_segment",
    "motionclip.make_timeline",
    None,
    "motionclip.play",
    "motionclip.end_preview",
    None,
    "motionclip.run_again",
    "motionclip.push_down",
    "motionclip.mark_asset",
    "motionclip.reduce_keys",
    "motionclip.tag_action",
    "motionclip.save_latent",
    None,
    "motionclip.recognise",
    "motionclip.mark_parts",
    "motionclip.search",
    "motionclip.edit_labels",
    "motionclip.add_label",
    "motionclip.remove_label",
    "motionclip.reset_labels",
    None,
    "motionclip.choose_photos",
    "motionclip.animate_photo",
    "motionclip.film_photo",
    None,
    "motionclip.add_body",
    "motionclip.move_joints",
    "motionclip.import_motion",
    "motionclip.import_clips",
    "motionclip.copy_motion",
    "motionclip.export_motion",
    "motionclip.render_frames",
    None,
    "motionclip.reset_map",
    "motionclip.mirror_map",
    "motionclip.import_map",
    None,
    "motionclip.open_preferences",
    "motionclip.copy_report",
)


class MOTIONCLIP_MT_menu(bpy.types.Menu):
    """MotionCLIP, below Object and Pose."""

    bl_idname = "MOTIONCLIP_MT_menu"
    bl_label = "MotionCLIP"

    def draw(self, context: bpy.types.Context) -> None:
        for entry in _ENTRIES:
            if entry is None:
                self.layout.separator()
            else:
                self.layout.operator(entry)


def _draw_menu(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.menu(MOTIONCLIP_MT_menu.bl_idname)


def _draw_ask(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.operator("motionclip.ask", text="Motion from a prompt...", icon="POSE_HLT")


def _draw_add(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.operator("motionclip.add_body", text="SMPL-X body", icon="OUTLINER_OB_ARMATURE")


def _draw_import(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.operator("motionclip.import_motion", text="SMPL-X motion (.npz)")
    self.layout.operator("motionclip.import_clips", text="Motion of any person (.bvh .fbx .glb .amc)")


def _draw_export(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.operator("motionclip.export_motion", text="Motion for other programs (.fbx .glb .usd .bvh)")


def _places() -> tuple:
    types = bpy.types
    return (
        (types.VIEW3D_MT_object, _draw_menu),
        (types.VIEW3D_MT_pose, _draw_menu),
        (types.VIEW3D_MT_add, _draw_ask),
        (types.VIEW3D_MT_armature_add, _draw_add),
        (types.TOPBAR_MT_file_import, _draw_import),
        (types.TOPBAR_MT_file_export, _draw_export),
    )


def attach() -> None:
    """Adds the entries to Blender's menus."""
    for menu, draw in _places():
        menu.append(draw)


def detach() -> None:
    """Removes the entries from Blender's menus."""
    for menu, draw in _places():
        menu.remove(draw)


CLASSES = (MOTIONCLIP_MT_menu,)
