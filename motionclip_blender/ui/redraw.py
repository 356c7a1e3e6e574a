"""Redraws parts of the window when Blender does not know that they have changed."""

from __future__ import annotations

import bpy


def sidebars() -> None:
    """Redraws the 3D views' sidebars, where the progress is shown."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
