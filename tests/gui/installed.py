"""The full Blender with the extension in it, for tests; they are skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import build
from motionclip_blender.core.errors import UserError
from tests.gui.blender import Blender, root


@contextmanager
def installed(dist: Path, **how) -> Iterator[Blender]:
    """A program with the extension, which is built into the folder `dist`; skips the test where there is none.

    how: what else `Blender` is told
    """
    chroot, why_not = root()
    if chroot is None:
        pytest.skip(why_not)
    try:
        extension = build.build(dist)
    except UserError as error:
        pytest.skip(str(error))
    with Blender(chroot, extension, **how) as program:
        yield program
