"""What happens to a running job when another file is opened."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from .session import SESSION


@persistent
def cancel_on_load(*_) -> None:
    """The armature that the job was for goes away with its file."""
    if SESSION.busy:
        SESSION.cancel("Generating was cancelled because another file was opened; press Generate again.")


def attach() -> None:
    """Called when the extension is enabled."""
    bpy.app.handlers.load_pre.append(cancel_on_load)


def detach() -> None:
    """Called when it is disabled."""
    bpy.app.handlers.load_pre.remove(cancel_on_load)
