"""The full Blender with the extension in it, for the scripts that take pictures of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

import build
from tests.gui.blender import Blender, root

_COLOURS = 256


def small(picture: Image.Image, path: Path) -> None:
    """Saves a picture as a small PNG file."""
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def photographed(description: str | None, out: Path, **others: object) -> Iterator[tuple[Blender, argparse.Namespace]]:
    """Reads the script's command line and opens Blender; yields both. Ends the script where there is no full Blender.

    description: the script's docstring. out: default of --out, a file or a folder, whose folder is made. others: names
    of further options and their defaults.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=out)
    for name, default in others.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    options = parser.parse_args()
    chroot, why_not = root()
    if chroot is None:
        sys.exit(why_not)
    (options.out.parent if out.suffix else options.out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Blender(chroot, build.build(Path(folder))) as blender:
        yield blender, options
