"""Defines the operators of training frames, and a timer that watches the process while Blender is used."""

from __future__ import annotations

import bpy

from ...core.errors import UserError
from .. import redraw
from ..tasks.background_operator import OperatorMixin
from .process import RENDERING, Outcome
from .properties import wanted

_WATCH_SECONDS = 0.25
_shown: tuple | None = None


class _Telling(OperatorMixin):
    """Reports how a rendering ended."""

    def tell(self, outcome: Outcome) -> set[str]:
        """Reports how a rendering ended; the panel keeps showing it."""
        self.report({outcome.level}, outcome.text)
        return {"CANCELLED"} if outcome.level == "ERROR" else {"FINISHED"}


class MOTIONCLIP_OT_render_frames(_Telling, bpy.types.Operator):
    """Render random frames of the motions, in a Blender in the background; a run that was stopped goes on"""

    bl_idname = "motionclip.render_frames"
    bl_label = "Render training frames"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Starts the rendering and returns; without windows, waits for its end, because nobody could be told later."""
        try:
            RENDERING.start(wanted(context))
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if bpy.app.background and RENDERING.child is not None:
            RENDERING.child.join()
            if RENDERING.outcome is not None:
                return self.tell(RENDERING.outcome)
        # Not a modal operator, though that is usual: Blender does not auto-save while one runs, and ends it when a file
        # is opened. A rendering takes hours.
        bpy.app.timers.register(_watch, first_interval=_WATCH_SECONDS, persistent=True)
        return {"FINISHED"}


class MOTIONCLIP_OT_cancel_frames(bpy.types.Operator):
    """Stop rendering training frames; finished shards stay"""

    bl_idname = "motionclip.cancel_frames"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        RENDERING.cancel()
        return {"FINISHED"}


class MOTIONCLIP_OT_frames_ended(_Telling, bpy.types.Operator):
    """Tell how the rendering of training frames ended"""

    bl_idname = "motionclip.frames_ended"
    bl_label = "Training frames"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Starts a timer for `modal`, because Blender shows the user only what an operator reports from there."""
        self._timer = context.window_manager.event_timer_add(0.01, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Reports the outcome and ends."""
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self.cancel(context)
        outcome = RENDERING.outcome
        return self.tell(outcome) if outcome else {"CANCELLED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Removes the timer. Blender also calls it when the window closes."""
        context.window_manager.event_timer_remove(self._timer)


def _watch() -> float | None:
    """Keeps the panel up to date, and reports the end."""
    global _shown
    child = RENDERING.child
    now = (child.done, child.total, child.message, child.ended) if child else None
    if now != _shown:
        _shown = now
        redraw.sidebars()
    if RENDERING.busy:
        return _WATCH_SECONDS
    windows = bpy.context.window_manager.windows
    if child is not None and windows:
        with bpy.context.temp_override(window=windows[0]):
            bpy.ops.motionclip.frames_ended("INVOKE_DEFAULT")
    return None


def stop() -> None:
    """Ends the process and stops watching it."""
    RENDERING.close()
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)


CLASSES = (MOTIONCLIP_OT_render_frames, MOTIONCLIP_OT_cancel_frames, MOTIONCLIP_OT_frames_ended)
