"""Handles the terminal: Ctrl-C, a progress bar, and the output of Blender's libraries."""

from __future__ import annotations

import contextlib
import faulthandler
import signal
from collections.abc import Iterator
from typing import TextIO

from ..core.console import quiet


class CtrlC:
    """Turns Ctrl-C into a `KeyboardInterrupt` that is neither lost nor raised where it does harm.

    Raised in the middle of Blender's work (see `deferred`), the exception may crash Blender, and libraries swallow it
    while they are imported. So Ctrl-C is remembered, and raised at the next `check` if it had no effect before.
    """

    def __enter__(self) -> CtrlC:
        self._asked = self._deferred = False
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, *_: object) -> None:
        self._asked = True
        if not self._deferred:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raises `KeyboardInterrupt` if Ctrl-C was pressed."""
        if self._asked:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Makes Ctrl-C wait for the next `check` until the block ends."""
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False


class Bar:
    """A progress bar that serves as the `progress` of an engine or a film; invisible if stderr is not a terminal."""

    def __init__(self, stderr: TextIO, ctrl_c: CtrlC) -> None:
        from tqdm import tqdm

        self._ctrl_c = ctrl_c
        form = "{desc:26}{percentage:3.0f}%|{bar}| {elapsed}"
        self._bar = tqdm(total=1.0, bar_format=form, file=stderr, disable=not stderr.isatty(), leave=False)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, stage: str, fraction: float) -> None:
        self._bar.set_description_str(stage, refresh=False)
        self._bar.update(fraction - self._bar.n)
        self._ctrl_c.check()


@contextlib.contextmanager
def terminal(verbose: bool) -> Iterator[tuple[TextIO, TextIO]]:
    """Keeps the output of Blender and its libraries off the terminal; yields the real stdout and stderr.

    With `verbose` it all goes to stderr. Python's own messages on stderr, such as tracebacks, appear in any case.
    """
    with quiet(verbose) as (stdout, stderr), contextlib.redirect_stderr(stderr):
        faulthandler.enable(stderr)  # prints a message for crashes below Python
        try:
            yield stdout, stderr
        finally:
            faulthandler.disable()
