# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the body and writes it as one .npz."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from motionclip_blender.core.console import quiet

from .source import BodySourceError, load_source


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes ``arrays`` compressed, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **arrays)
        os.chmod(temporary, 0o644)  # mkstemp creates files that only this user can read
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def main(argv: list[str] | None = None) -> int:
    """Builds the body; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.open_body", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    options = parser.parse_args(argv)
    try:
        with quiet():
            source = load_source()
            from .build import build_body

            arrays, report = build_body(source)
    except BodySourceError as error:
        print(error, file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"The package '{error.name}' is missing: run 'pip install -e .[body]' first.", file=sys.stderr)
        return 1
    write_npz(options.out, arrays)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB\n{report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
