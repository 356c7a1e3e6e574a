"""Reacts to Blender's events: running work when another file is opened, and undo."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from .generate import live
from .recognise.recognition import RECOGNITION
from .search.results import SEARCH
from .session import SESSION


@persistent
def cancel_on_load(*_) -> None:
    """Cancels the work when another file is opened, because its armature no longer exists."""
    live.LIVE.stop()
    if SESSION.busy:
        SESSION.cancel("The work was cancelled because another file was opened; start it again.")


@persistent
def forget(*_) -> None:
    """Forgets what was found and recognised in the previous file's Actions."""
    SEARCH.results = None
    RECOGNITION.clear()


@persistent
def catch_up(*_) -> None:
    """Updates the motion to its slider after undo: the undo step may have been made before the motion followed."""
    live.catch_up(bpy.context.scene)


def attach() -> None:
    """Adds the handlers when the extension is enabled."""
    bpy.app.handlers.load_pre.append(cancel_on_load)
    bpy.app.handlers.load_pre.append(forget)
    bpy.app.handlers.undo_post.append(catch_up)
    bpy.app.handlers.redo_post.append(catch_up)


def detach() -> None:
    """Removes the handlers when the extension is disabled."""
    bpy.app.handlers.load_pre.remove(cancel_on_load)
    bpy.app.handlers.load_pre.remove(forget)
    bpy.app.handlers.undo_post.remove(catch_up)
    bpy.app.handlers.redo_post.remove(catch_up)
