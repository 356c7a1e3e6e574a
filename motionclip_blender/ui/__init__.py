"""What the user sees: the panel, operators, properties, preferences, and the job behind them.

Importing and registering this package costs Blender next to nothing: `rig`, numpy and torch are imported by
the functions that need them, on first use. `benchmarks/enable.py` measures it.
"""

from __future__ import annotations

import bpy

from . import handlers, operators, panel, preferences, properties, session

_CLASSES = (*preferences.CLASSES, *properties.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    """Called by Blender when the extension is enabled."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    properties.attach()
    handlers.attach()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when Blender quits."""
    session.SESSION.close()
    operators.stop_timer()
    handlers.detach()
    properties.detach()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
