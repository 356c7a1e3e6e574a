"""The operators of training frames, and what watches the process while Blender is used."""

from __future__ import annotations

import bpy

from ...core.errors import UserError
from .. import redraw
from .process import RENDERING, Outcome
from .properties import wanted

_WATCH_SECONDS = 0.25
_shown: tuple | None = None


class _Telling:
    def tell(self, outcome: Outcome) -> set[str]:
        """Reports how a rendering ended; the panel keeps showing it."""
        self.report({outcome.level}, outcome.text)
        return {"CANCELLED"} if outcome.level == "ERROR" else {"FINISHED"}


class MOTIONCLIP_OT_render_frames(_Telling, bpy.types.Operator):
    """Render random frames of the motions, in a Blender in the background; a run that was stopped goes on"""

    bl_idname = "motionclip.render_frames"
    bl_label = "Render training frames"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Starts it and returns; without windows, where nobody could be told later, waits for the end."""
        try:
            RENDERING.start(wanted(context))
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if bpy.app.background:
            RENDERING.child.join()
            return self.tell(RENDERING.outcome)
        # No modal operator, though it would be the usual way: Blender saves nothing automatically while one runs, and
        # ends it when a file is opened. A rendering takes hours.
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
        """What an operator called by Python reports goes to Python; what it reports from `modal`, to the user."""
        self._timer = context.window_manager.event_timer_add(0.01, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ends at once."""
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self.cancel(context)
        outcome = RENDERING.outcome
        return self.tell(outcome) if outcome else {"CANCELLED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Also called by Blender, when the window closes."""
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
    """Ends the process, and the watch over it."""
    RENDERING.close()
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)


CLASSES = (MOTIONCLIP_OT_render_frames, MOTIONCLIP_OT_cancel_frames, MOTIONCLIP_OT_frames_ended)
