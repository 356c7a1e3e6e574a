"""Units of work over many workers: a crashed worker's unit goes to another, three times at most."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from .plan import Unit
from .process import Crashed

ATTEMPTS = 3

Rendered = list[tuple[dict, bytes]]
"""What is told of each frame of a unit, and its image."""


class Renderer(Protocol):
    """What renders units: a `process.Worker`, or one on another machine."""

    def render(self, unit: Unit, tell: Callable[[], None]) -> Rendered: ...

    def sheet(self, images: list[bytes], columns: int, cell: int) -> bytes: ...

    def close(self) -> None: ...


class Pool:
    """Renders units with several workers, each served by a thread of its own.

    draw: makes the unit of a number, in the worker's thread. tell: called with
    how many images more there are, from any thread; after a crash, that is less than none.
    """

    def __init__(self, workers: Sequence[Renderer], draw: Callable[[int], Unit], tell: Callable[[int], None]) -> None:
        self._workers, self._draw, self._tell = workers, draw, tell
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue = queue.SimpleQueue()
        self._stopped = False

    def render(self, numbers: Sequence[int]) -> Iterator[tuple[Unit, Rendered | str]]:
        """The units of these numbers as they get done, each with what was rendered, or why it never will be.

        Raises `UserError` for what no other worker could do better. Stops all workers when it is left early.
        """
        crashes: dict[int, list[str]] = {}
        for number in numbers:
            self._waiting.put(number)
        threads = [threading.Thread(target=self._serve, args=(worker,), daemon=True) for worker in self._workers]
        for thread in threads:
            thread.start()
        left = len(numbers)
        try:
            while left:
                try:
                    unit, outcome = self._done.get(timeout=0.2)  # a wait without end would not hear Ctrl-C everywhere
                except queue.Empty:
                    continue
                if isinstance(outcome, Crashed):
                    crashes.setdefault(unit.number, []).append(str(outcome))
                    if len(crashes[unit.number]) < ATTEMPTS:
                        self._waiting.put(unit.number)
                        continue
                    outcome = crashes[unit.number][-1]
                elif isinstance(outcome, BaseException):
                    raise outcome
                left -= 1
                yield unit, outcome
        finally:
            self._stop(threads)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        self._stopped = True
        for _ in threads:
            self._waiting.put(None)
        for thread, worker in zip(threads, self._workers, strict=True):
            if thread.is_alive():
                thread.join(0.2)
            if thread.is_alive():
                worker.close()
        for thread in threads:
            thread.join(30)

    def _serve(self, worker: Renderer) -> None:
        while not self._stopped:
            number = self._waiting.get()
            if number is None or self._stopped:
                return
            rendered = 0

            def tell() -> None:
                nonlocal rendered
                rendered += 1
                self._tell(1)

            unit = None
            try:
                unit = self._draw(number)
                outcome: object = worker.render(unit, tell) if unit.frames else []
            except Crashed as crash:
                self._tell(-rendered)
                worker.close()
                outcome = crash
            except BaseException as error:  # for the main thread, which shows it
                outcome = error
            self._done.put((unit, outcome))
