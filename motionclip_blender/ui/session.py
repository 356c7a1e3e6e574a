"""Holds what exists while the extension is enabled and belongs to no file: engine, running job, last error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..core.errors import UserError
from ..core.latents.cache import LatentCache
from ..core.libraries import check_numpy
from ..core.progress import Progress
from .addon import ModelChoice
from .tasks.jobs import Job
from .tasks.main_thread import MainThreadJob

if TYPE_CHECKING:
    import bpy

    from ..core.engine import Engine

T = TypeVar("T")


class Refusal(NamedTuple):
    """What may be made in place of a step that was not understood.

    prompt: what was asked for. wordings: wording -> what the steps are taken for if it is chosen, one a line.
    """

    prompt: str
    wordings: dict[str, str]


class Session:
    """The state of the extension, one object per Blender.

    Worker threads use only `engine` and `known`; everything else is for the main thread.
    """

    def __init__(self) -> None:
        self.job: Job | MainThreadJob | None = None
        self.operator = ""  # the id of the operator that waits for the job
        self.error = ""
        self.refusal: Refusal | None = None
        self.known = LatentCache()
        self.timer: bpy.types.Timer | None = None  # the timer of the operator that waits for the job
        self._engine: Engine | None = None
        self._made_from: ModelChoice | None = None
        self._used = 0.0  # when the engine was last requested or in use
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether a job is running: until it has ended, cancelled or not, and the operator that waits has its result.

        A second job in between would remove the first one's timer, and the first one's motion would never be keyed.
        """
        return self.job is not None and (not self.job.finished or self.timer is not None)

    def engine(self, sources: ModelChoice) -> Engine:
        """Returns the engine for `sources`. It is kept, and made anew when the preferences have changed."""
        from ..core.engine import Engine

        with self._lock:
            self._used = time.monotonic()
            if self._engine is None or self._made_from != sources:
                pack_folder = Path(sources.pack_folder) if sources.pack_folder else None
                self._engine = Engine(pack_folder, sources.body(), sources.compute, sources.clip())
                self._made_from = sources
            return self._engine

    def engine_at_hand(self, sources: ModelChoice) -> Engine | None:
        """Returns the engine for `sources` if it is loaded, so that nobody has to wait for it; None otherwise."""
        engine = self._engine
        if engine is None or not engine.loaded or self._made_from != sources:
            return None
        self._used = time.monotonic()
        return engine

    @property
    def loaded(self) -> Engine | None:
        """The engine in memory, whatever it was made for. Reading this property does not count as use."""
        engine = self._engine
        return engine if engine is not None and engine.loaded else None

    def let_go(self, idle: float = 0.0) -> bool:
        """Releases the engine and the cached latents if unused for `idle` seconds; returns whether it did.

        For the main thread. While a job runs, the engine is in use.
        """
        with self._lock:
            if self.busy:
                self._used = time.monotonic()
            if self._engine is None or time.monotonic() - self._used < idle or self.busy:
                return False
            self._engine = self._made_from = None
            self.known.forget()
            return True

    def begin(self) -> None:
        """Clears the last error. Raises `UserError` while a job runs, and without numpy."""
        if self.busy:
            raise UserError("A motion is being made already; wait for it, or press Cancel and try again.")
        check_numpy()
        self.job, self.error, self.refusal = None, "", None

    def start(self, work: Callable[[Progress], T]) -> Job[T]:
        """Starts a job after `begin`."""
        self.job = Job(work)
        return self.job

    def run_steps(self, steps: MainThreadJob[T]) -> MainThreadJob[T]:
        """Makes steps of the main thread the job, before or after a worker's."""
        self.job = steps
        return steps

    def cancel(self, error: str = "") -> None:
        """Asks the running job to stop, and keeps `error` for the panel."""
        if self.job is not None:
            self.job.cancel()
        self.error = error

    def close(self) -> None:
        """Ends the running job and releases the engine."""
        if self.job is not None:
            self.job.cancel()
            self.job.join()
        self.job, self.error = None, ""
        self._engine = self._made_from = None
        self.known.forget()


SESSION = Session()
