"""Runs work in a thread. Does not use Blender."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from ...core.errors import UserError
from ...core.libraries import check_numpy, failed_import
from ...core.progress import Cancelled, Progress

T = TypeVar("T")

_SWITCH_SECONDS = 0.0005
_switching = threading.Lock()
_switching_before: list[float] = []
"""The interval before the first of the running jobs, once for each of them."""


class Job(Generic[T]):
    """Runs `work(progress)` in a thread, which starts at once.

    `work` must not use bpy, and must call `progress(stage, fraction)` regularly: a cancelled job ends there, by
    `core.progress.Cancelled`. Poll `finished`; after it, the job is `cancelled`, or its `result` is set, or its `error`
    is a sentence and `failure` the exception that it tells of.
    """

    def __init__(self, work: Callable[[Progress], T]) -> None:
        self.stage, self.fraction = "Starting", 0.0
        self.result: T | None = None
        self.error = ""
        self.failure: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="MotionCLIP", daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called; a result of the work after that is ignored."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Asks the work to stop. Returns at once."""
        self._stop.set()
        self.stage = "Cancelling"

    def join(self) -> None:
        """Waits until the thread has ended."""
        self._thread.join()

    def _progress(self, stage: str, fraction: float) -> None:
        if self.cancelled:
            raise Cancelled
        self.stage, self.fraction = stage, fraction

    def _run(self) -> None:
        try:
            with _quick_switching():
                self.result = self._work(self._progress)
        except Exception as error:
            if not self.cancelled:
                self.error = sentence(error)
                self.failure = error.with_traceback(None)  # which would keep all that the work has made


@contextmanager
def _quick_switching() -> Iterator[None]:
    """Makes threads switch more often while any job runs; restores the interval after the last job.

    Blender takes Python's lock for every panel and header it draws. While a worker runs Python (as importing torch does
    for seconds), each of them waits for one switch interval, by default 5 ms.
    """
    with _switching:
        _switching_before.append(_switching_before[0] if _switching_before else sys.getswitchinterval())
        sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        with _switching:
            before = _switching_before.pop()
            if not _switching_before:
                sys.setswitchinterval(before)


def sentence(error: Exception) -> str:
    """Returns what to tell the user about `error`.

    Any error that is neither a `UserError` nor a failed import is a bug; its traceback is printed on the console.
    """
    if isinstance(error, UserError):
        return str(error)
    if (mendable := failed_import(error)) is not None:
        return str(mendable)
    import traceback  # not at the top, so that enabling the extension does not import it

    traceback.print_exception(error)
    try:
        check_numpy()
    except UserError as cause:  # a missing numpy explains any other error
        return str(cause)
    return f"This is a bug ({type(error).__name__}: {error}); please report it with what the console says."
