"""Frees memory when nobody has made a motion for a while, if the preferences say so."""

from __future__ import annotations

import bpy

from .addon import idle_seconds
from .generate.live import LIVE
from .recognise.recognition import RECOGNITION
from .session import SESSION

_LOOK_SECONDS = 15.0


def let_go(idle: float) -> bool:
    """Forgets the engine, and whatever refers to it, after `idle` seconds without use; returns whether it did."""
    if LIVE.job is not None or not SESSION.let_go(idle):
        return False
    LIVE.read = None
    RECOGNITION.let_go()
    return True


def _look() -> float:
    if idle := idle_seconds(bpy.context):
        let_go(idle)
    return _LOOK_SECONDS


def attach() -> None:
    """Starts the timer when the extension is enabled."""
    bpy.app.timers.register(_look, first_interval=_LOOK_SECONDS, persistent=True)


def detach() -> None:
    """Stops the timer when the extension is disabled."""
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
