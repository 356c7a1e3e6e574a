"""The base of every operator whose work takes a while: a worker does it, and Blender goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

import bpy

from ..core.progress import no_progress
from . import preload, redraw
from .jobs import Progress, sentence
from .preferences import sources
from .session import SESSION
from .translations import said

if TYPE_CHECKING:
    from ..core.engine import Engine

T = TypeVar("T")
Work = Callable[["Engine", Progress], T]
"""What the worker does. Touches nothing of Blender's; what is raised by the progress ends it."""

_POLL_SECONDS = 0.05


class Reporting:
    """Failures as one sentence, which the panel keeps showing."""

    def refuse(self, error: str) -> set[str]:
        """Reports `error` and ends the operator without an undo step."""
        SESSION.error = error
        self.report({"ERROR"}, said(error))
        redraw.sidebars()
        return {"CANCELLED"}


class Working(Reporting, Generic[T]):
    """To be written: `begin` and `end`, which run in the main thread; what `begin` returns runs in the worker.

    Progress stands in the panel; Esc and the panel's button cancel; there is one job at a time. From a script, without
    windows, and when the last operation is adjusted, all is done at once.
    """

    def begin(self, context: bpy.types.Context) -> Work[T]:
        """Reads what is wanted from the context, checks it, and returns the work. Raises `UserError`."""
        raise NotImplementedError

    def end(self, context: bpy.types.Context, result: T) -> set[str]:
        """Writes the result to Blender and reports it: one undo step. Raises `UserError`."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """All at once."""
        try:
            SESSION.begin()
            work = self.begin(context)
            return self.end(context, work(SESSION.engine(sources(context)), no_progress))
        except Exception as error:
            return self.refuse(sentence(error))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """From the panel: a worker does it while Blender goes on; `modal` waits for it."""
        if bpy.app.background:  # nobody would call `modal`
            return self.execute(context)
        try:
            SESSION.begin()
            work = self.begin(context)
        except Exception as error:
            return self.refuse(sentence(error))
        chosen = sources(context)

        def run(progress: Progress) -> T:
            preload.torch_library()
            return work(SESSION.engine(chosen), progress)

        self._job, self._shown = SESSION.start(run), None
        SESSION.operator = type(self).bl_idname
        SESSION.timer = context.window_manager.event_timer_add(_POLL_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Esc cancels; everything else goes on to Blender."""
        if event.type == "ESC" and event.value == "PRESS":
            SESSION.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._shown != (shown := (self._job.stage, round(self._job.fraction, 2), self._job.finished)):
            self._shown = shown
            redraw.sidebars()
        if not self._job.finished:
            return {"PASS_THROUGH"}
        stop_timer()
        if self._job.cancelled:
            self.report({"INFO"}, said("Cancelled; nothing was changed"))
            return {"CANCELLED"}
        if self._job.error:
            return self.refuse(self._job.error)
        try:
            return self.end(context, self._job.result)
        except Exception as error:
            return self.refuse(sentence(error))

    def cancel(self, context: bpy.types.Context) -> None:
        """Called by Blender when it ends the operator itself: a file is opened, or the window closed."""
        SESSION.cancel(SESSION.error or "The work was cancelled because its window was closed.")
        stop_timer()


def stop_timer() -> None:
    """Ends the calls of `modal`, if there are any; Blender does not when an operator is unregistered."""
    if SESSION.timer is not None:
        bpy.context.window_manager.event_timer_remove(SESSION.timer)
        SESSION.timer = None
