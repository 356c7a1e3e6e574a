"""Draws anew what Blender does not know to have changed."""

from __future__ import annotations

import bpy


def sidebars() -> None:
    """The 3D views' sidebars, where progress stands."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
