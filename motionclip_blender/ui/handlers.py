"""What happens to what is being made when another file is opened, and when something is undone."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from .generate import live
from .recognise.recognition import RECOGNITION
from .search.results import SEARCH
from .session import SESSION


@persistent
def cancel_on_load(*_) -> None:
    """The armature that the work was for goes away with its file."""
    live.LIVE.stop()
    if SESSION.busy:
        SESSION.cancel("The work was cancelled because another file was opened; start it again.")


@persistent
def forget(*_) -> None:
    """What was found and recognised were that file's Actions."""
    SEARCH.results = None
    RECOGNITION.scores.clear()


@persistent
def catch_up(*_) -> None:
    """An undo step may have been taken before the motion was where its slider is."""
    live.catch_up(bpy.context.scene)


def attach() -> None:
    """Called when the extension is enabled."""
    bpy.app.handlers.load_pre.append(cancel_on_load)
    bpy.app.handlers.load_pre.append(forget)
    bpy.app.handlers.undo_post.append(catch_up)
    bpy.app.handlers.redo_post.append(catch_up)


def detach() -> None:
    """Called when it is disabled."""
    bpy.app.handlers.load_pre.remove(cancel_on_load)
    bpy.app.handlers.load_pre.remove(forget)
    bpy.app.handlers.undo_post.remove(catch_up)
    bpy.app.handlers.redo_post.remove(catch_up)
