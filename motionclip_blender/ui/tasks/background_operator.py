"""Defines the base of operators whose work takes a while: a worker does it, and Blender stays responsive."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.progress import Progress, no_progress
from .. import redraw
from ..addon import ModelChoice, model_choice
from ..session import SESSION
from ..translations import said
from .jobs import Job, sentence
from .main_thread import MainThreadJob, Steps, all_at_once

if TYPE_CHECKING:
    from ...core.engine import Engine

T = TypeVar("T")
Work = Callable[["Engine", Progress], T]
"""The worker's function. It does not touch Blender's data; an exception raised by the progress ends it."""
PlainWork = Callable[[Progress], T]
"""The worker's function of an operator that needs no engine. It does not touch Blender's data either."""

_POLL_SECONDS = 0.05
_STEP_SECONDS = 0.02  # half of it for the steps, half for Blender
_LONGEST_STEP = 0.1  # for the steps, where Blender takes long to draw its windows
_MOST_REMARKS = 6  # that the panel shows
_GOES_ON = {"PASS_THROUGH"}


if TYPE_CHECKING:

    class OperatorMixin(bpy.types.Operator):
        """The base of what operators are mixed of, which uses their own `report` and `properties`."""
else:
    OperatorMixin = object


class Reporting(OperatorMixin):
    """Reports failures as one sentence, which the panel keeps showing."""

    def refuse(self, error: str) -> set[str]:
        """Reports `error` and ends the operator without an undo step."""
        SESSION.error = error
        self.report({"ERROR"}, said(error))
        redraw.sidebars()
        return {"CANCELLED"}

    def finish(self) -> set[str]:
        """Ends an operator that has nothing to tell; what one before it was refused for is shown no longer."""
        SESSION.error = ""
        return {"FINISHED"}

    def tell(self, text: str, remarks: Iterable[str] = ()) -> None:
        """Reports what was done, and the remarks of `rig.remarks` about it. The panel keeps showing them, of many the
        first; Blender's Info editor has all."""
        told = list(map(said, remarks))
        shown = told[:_MOST_REMARKS]
        if more := len(told) - len(shown):
            shown.append(_("There are {} more remarks; the Info editor has them all.").format(more))
        SESSION.error = " ".join(shown)
        if told:
            self.report({"WARNING"}, f"{text}. {' '.join(told)}")
        else:
            self.report({"INFO"}, text)


class BackgroundOperator(Reporting, Generic[T]):
    """Base of operators that work in the background. Subclasses implement `begin` and `end`.

    They inherit from it without naming the result's type: Python would keep `BackgroundOperator[int]`, and with it
    `bpy`, in a cache until the process ends, and a process that imports `bpy` would hang at its end.

    Both run in the main thread; the function that `begin` returns runs in the worker. The panel shows the progress; Esc
    and the panel's button cancel. Only one job runs at a time. From a script, without windows, and when the last
    operation is adjusted, everything is done in one call.
    """

    needs_engine = True
    """Whether the work takes the engine, which is loaded first; otherwise it is `PlainWork`."""

    def begin(self, context: bpy.types.Context) -> Work[T] | PlainWork[T] | Steps[Work[T]] | Steps[PlainWork[T]]:
        """Reads and checks the settings of the context, and returns the work. Raises `UserError`.

        Whatever takes long is done in steps; the context must not be used after the first one.
        """
        raise NotImplementedError

    def end(self, context: bpy.types.Context, result: T) -> set[str] | Steps[set[str]]:
        """Writes the result to Blender and reports it, as one undo step. Raises `UserError`.

        Whatever takes long is done in steps; changes to the file are made only after the last one.
        """
        raise NotImplementedError

    def fail(self, failure: Exception, told: str) -> set[str]:
        """Reports `told`, the sentence of `failure`, with which begin, work or end failed. In the main thread, where
        subclasses keep what else the exception carries."""
        return self.refuse(told)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Does everything in one call."""
        try:
            SESSION.begin()
            work = all_at_once(self.begin(context))
            return all_at_once(self.end(context, self._done(work, model_choice(context), no_progress)))
        except Exception as error:
            return self.fail(error, sentence(error))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Starts a worker, when called from the panel; `modal` waits for it."""
        if bpy.app.background:  # nothing would call `modal`
            return self.execute(context)
        self._chosen = model_choice(context)
        self._shown: tuple[str, float, bool] | None = None
        try:
            SESSION.begin()
        except Exception as error:
            return self.refuse(sentence(error))  # without `stop_timer`: the timer belongs to the job that runs
        try:
            status = self._through(context, self.begin(context), self._start)
        except Exception as error:
            status = self.refuse(sentence(error))
        if status != _GOES_ON:
            stop_timer()
            return status
        SESSION.operator = type(self).bl_idname
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Cancels on Esc, looks after the job on timer events, and passes all other events on to Blender."""
        if event.type == "ESC" and event.value == "PRESS":
            SESSION.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return _GOES_ON
        try:
            status = self._look(context)
        except Exception as error:
            status = self.refuse(sentence(error))
        if status != _GOES_ON:
            stop_timer()
        return status

    def _start(self, context: bpy.types.Context, work: Work[T]) -> set[str]:
        """Starts the worker."""
        done, chosen = self._done, self._chosen
        return self._wait(
            context, SESSION.start(lambda progress: done(work, chosen, progress)), self._finish, _POLL_SECONDS
        )

    @classmethod
    def _done(cls, work: Callable[..., T], chosen: ModelChoice, progress: Progress) -> T:
        """Does the work, in any thread, and returns its result."""
        return work(SESSION.engine(chosen), progress) if cls.needs_engine else work(progress)

    def _finish(self, context: bpy.types.Context, result: T) -> set[str]:
        """Passes the worker's result to `end`."""
        return self._through(context, self.end(context, result), lambda context, status: status)

    def _through(self, context: bpy.types.Context, made: object, then: Callable[..., set[str]]) -> set[str]:
        """Passes `made` to `then`. If `made` is steps, runs them first: some now, the others between redraws."""
        if not isinstance(made, Generator):
            return then(context, made)
        self._wait(context, SESSION.run_steps(MainThreadJob(made)), then, _STEP_SECONDS)
        return self._look(context)

    def _wait(
        self, context: bpy.types.Context, job: Job | MainThreadJob, then: Callable[..., set[str]], seconds: float
    ) -> set[str]:
        """Checks the job every `seconds`, and calls `then` with its result when it has finished."""
        self._job, self._then, self._left = job, then, time.perf_counter()
        stop_timer()
        SESSION.timer = context.window_manager.event_timer_add(seconds, window=context.window)
        return _GOES_ON

    def _look(self, context: bpy.types.Context) -> set[str]:
        """Runs steps of the main thread, updates the panel, and handles a job that has finished."""
        job = self._job
        if isinstance(job, MainThreadJob):
            # as long as Blender took since, or steps would take a large scene or a slow screen many times as long
            drawn = time.perf_counter() - self._left
            job.go_on(min(max(drawn - _STEP_SECONDS, _STEP_SECONDS / 2), _LONGEST_STEP))
            self._left = time.perf_counter()
        if self._shown != (shown := (job.stage, round(job.fraction, 2), job.finished)):
            self._shown = shown
            redraw.sidebars()
        if not job.finished:
            return _GOES_ON
        if job.cancelled:
            self.report({"INFO"}, said("Cancelled; nothing was changed"))
            return {"CANCELLED"}
        if job.failure is not None:
            return self.fail(job.failure, job.error)
        return self._then(context, job.result)

    def cancel(self, context: bpy.types.Context) -> None:
        """Cancels the job. Blender calls it when it ends the operator: a file is opened, or the window closed."""
        SESSION.cancel(SESSION.error or "The work was cancelled because its window was closed.")
        stop_timer()


class FileOperator(BackgroundOperator):
    """Base of background operators that ask for a file first: their `invoke` sets `browsing` and opens the browser."""

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not getattr(self, "browsing", False) or bpy.app.background:
            return super().execute(context)
        # the file browser ends this operator; it goes on with a worker
        self.browsing = False
        return BackgroundOperator.invoke(self, context, None)


def stop_timer() -> None:
    """Stops the calls of `modal`, if there are any; Blender does not when an operator is unregistered."""
    if SESSION.timer is not None:
        bpy.context.window_manager.event_timer_remove(SESSION.timer)
        SESSION.timer = None
