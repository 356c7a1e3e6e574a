"""Work that only the main thread can do, in small steps between which Blender goes on. Knows nothing of Blender."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Generic, NamedTuple, TypeVar

from .jobs import sentence

T = TypeVar("T")


class Step(NamedTuple):
    """A part that is done. fraction: how far all of it is, 0 to 1."""

    stage: str
    fraction: float


Steps = Generator[Step, None, T]
"""Does a part between two yields, and returns the result. Anything may have been undone or deleted meanwhile: what is
kept over a yield is plain values, and what is Blender's is looked up anew."""


class MainThreadJob(Generic[T]):
    """Steps that are under way; to be watched as a `Job` is. Nothing goes on by itself."""

    def __init__(self, steps: Steps[T]) -> None:
        self.stage, self.fraction = "Starting", 0.0
        self.result: T | None = None
        self.error = ""
        self.finished = self.cancelled = False
        self._steps = steps

    def go_on(self, seconds: float) -> None:
        """Does one step, and further ones for as long as `seconds` have not passed."""
        end = time.perf_counter() + seconds
        try:
            while not self.finished:
                self.stage, self.fraction = next(self._steps)
                if time.perf_counter() >= end:
                    return
        except StopIteration as done:
            self.result, self.finished = done.value, True
        except Exception as error:
            self.error, self.finished = sentence(error), True

    def cancel(self) -> None:
        """Gives the rest up."""
        if not self.finished:
            self._steps.close()
            self.finished = self.cancelled = True

    def join(self) -> None:
        """There is nothing to wait for."""


def all_at_once(steps: Steps[T] | T) -> T:
    """The result of steps, or of what is one already. Raises what they raise."""
    if not isinstance(steps, Generator):
        return steps
    try:
        while True:
            next(steps)
    except StopIteration as done:
        return done.value
