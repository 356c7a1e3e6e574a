"""Runs work that only the main thread can do, in small steps between Blender's redraws. Does not use Blender."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Generic, NamedTuple, TypeVar, overload

from .jobs import sentence

T = TypeVar("T")


class Step(NamedTuple):
    """A part of the work that is done. fraction: the progress of the whole work, 0 to 1."""

    stage: str
    fraction: float


Steps = Generator[Step, None, T]
"""A generator that does a part of the work between two yields, and returns the result.

Data may be undone or deleted meanwhile. So a generator keeps only plain values over a yield, and looks up Blender's
data again after it.
"""


class MainThreadJob(Generic[T]):
    """Steps in progress, with the interface of `Job`. They run only when `go_on` is called."""

    def __init__(self, steps: Steps[T]) -> None:
        self.stage, self.fraction = "Starting", 0.0
        self.result: T | None = None
        self.error = ""
        self.failure: Exception | None = None
        self.finished = self.cancelled = False
        self._steps = steps

    def go_on(self, seconds: float) -> None:
        """Runs one step, and further ones until `seconds` have passed."""
        end = time.perf_counter() + seconds
        try:
            while not self.finished:
                self.stage, self.fraction = next(self._steps)
                if time.perf_counter() >= end:
                    return
        except StopIteration as done:
            self.result, self.finished = done.value, True
        except Exception as error:
            self.error, self.failure, self.finished = sentence(error), error, True

    def cancel(self) -> None:
        """Abandons the remaining steps."""
        if not self.finished:
            self._steps.close()
            self.finished = self.cancelled = True

    def join(self) -> None:
        """Does nothing, because there is no thread to wait for."""


@overload
def all_at_once(steps: Steps[T]) -> T: ...
@overload
def all_at_once(steps: T) -> T: ...
def all_at_once(steps: Steps[T] | T) -> T:
    """Runs all steps and returns their result; returns any other value unchanged. Raises what the steps raise."""
    if not isinstance(steps, Generator):
        return steps
    try:
        while True:
            next(steps)
    except StopIteration as done:
        return done.value
