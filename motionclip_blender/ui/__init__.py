"""What the user sees: the panel, operators, properties, preferences, and the job behind them.

Importing and registering this package costs Blender next to nothing: `rig`, numpy and torch are imported by
the functions that need them, on first use. `benchmarks/enable.py` measures it.
"""

from __future__ import annotations

import bpy

from . import (
    command,
    frames_panel,
    frames_settings,
    handlers,
    operators,
    panel,
    preferences,
    properties,
    render_frames,
    session,
)

_CLASSES = (
    *preferences.CLASSES,
    *properties.CLASSES,
    *frames_settings.CLASSES,
    *operators.CLASSES,
    *render_frames.CLASSES,
    *panel.CLASSES,
    *frames_panel.CLASSES,
)


def register() -> None:
    """Called by Blender when the extension is enabled."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    properties.attach()
    frames_settings.attach()
    handlers.attach()
    command.attach()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when Blender quits."""
    render_frames.stop()
    session.SESSION.close()
    operators.stop_timer()
    command.detach()
    handlers.detach()
    frames_settings.detach()
    properties.detach()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
