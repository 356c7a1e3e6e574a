"""Distributes units over several workers. A unit whose worker crashes is tried again, three times in all."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from .plan import Unit
from .process import Crashed

ATTEMPTS = 3

Rendered = list[tuple[dict, bytes]]
"""The JSON and the image of each frame of a unit."""


class Renderer(Protocol):
    """The interface of workers: `process.Worker`, and the workers of a cluster."""

    def render(self, unit: Unit, tell: Callable[[], None]) -> Rendered: ...

    def sheet(self, images: list[bytes], columns: int, cell: int) -> bytes: ...

    def close(self) -> None: ...


class Pool:
    """Renders units with several workers, each served by its own thread.

    draw: makes a unit from its number; called in the worker's thread. tell: called from any thread with the number of
    newly rendered images; negative after a crash, when they have to be rendered again.
    """

    def __init__(self, workers: Sequence[Renderer], draw: Callable[[int], Unit], tell: Callable[[int], None]) -> None:
        self._workers, self._draw, self._tell = workers, draw, tell
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue = queue.SimpleQueue()
        self._stopped = False

    def render(self, numbers: Sequence[int]) -> Iterator[tuple[Unit, Rendered | str]]:
        """Yields units in the order in which they finish, each with its frames, or with the message of its last crash.

        Raises `UserError` for errors that would happen in every worker. Stops all workers when the caller ends it
        early.
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
                    # with a timeout, because Ctrl-C doesn't interrupt an endless wait on every system
                    unit, outcome = self._done.get(timeout=0.2)
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
            except BaseException as error:  # raised again in the main thread
                outcome = error
            self._done.put((unit, outcome))
