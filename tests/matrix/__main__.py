"""Builds the zip and tries it in every Blender that it is for, isolated from this checkout and without network.

    python -m tests.matrix [--folder out/matrix] [--only 4.2 5.2.2 ...]

In each a motion is made from a prompt: in Blender's Python modules by operators, in full programs by real clicks in
their windows. Nobody's PyTorch is near. The last thing printed is a table; docs/install.md holds one. A version that
cannot be had on this machine gets a line that says why. Ends with status 1 when one made no motion.

What is needed is set up in the folder once, about 9 GB; as root, for the chroots with full programs (debootstrap).
Chroots that are there already, made by tests/gui/setup_gui.sh, are named by MATRIX_TRIXIE and MATRIX_SID.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import build
from motionclip_blender.core.errors import UserError
from tests.matrix.modules import MODULES, try_module
from tests.matrix.programs import PROGRAMS, chroot_of, try_program
from tests.matrix.row import CannotBeHad, Row, table

PROMPT = "a person waves with the right hand"


def rows(folder: Path, only: list[str]) -> Iterator[Row]:
    """Tries one after the other."""
    extension = build.build(folder / "dist")
    chroots: dict[str, Path | CannotBeHad] = {}

    def chroot(suite: str) -> Path:
        if suite not in chroots:
            try:
                if os.geteuid() != 0:
                    raise CannotBeHad("setting up and entering its chroot takes root")
                chroots[suite] = chroot_of(suite, folder, os.environ.get(f"MATRIX_{suite.upper()}"))
            except CannotBeHad as error:
                chroots[suite] = error
        if isinstance(chroots[suite], CannotBeHad):
            raise chroots[suite]
        return chroots[suite]

    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for module in MODULES:
        if _wanted(module.version, only):
            try:
                where = None if module.python == own else chroot("trixie")
                yield try_module(module, folder, extension, PROMPT, where)
            except CannotBeHad as error:
                yield Row(module.version, module.python, how="Python module", result=f"cannot be had: {error}")
    for program in PROGRAMS:
        if _wanted(program.blender, only):
            try:
                yield try_program(program, chroot(program.suite), extension, PROMPT, folder)
            except CannotBeHad as error:
                yield Row(program.blender, how="window, clicks", result=f"cannot be had: {error}")


def _wanted(version: str, only: list[str]) -> bool:
    return not only or any(version.startswith(start) for start in only)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path("out/matrix"), help="for all that is set up")
    parser.add_argument("--only", nargs="+", default=[], metavar="VERSION", help="versions that begin like these")
    options = parser.parse_args()
    found = []
    try:
        for row in rows(options.folder.resolve(), options.only):
            print(f"Blender {row.blender}: {row.result}", flush=True)
            found.append(row)
    except UserError as error:
        print(f"tests.matrix: {error}", file=sys.stderr)
        return 2
    print()
    print(table(found))
    return int(any(row.failed for row in found))


if __name__ == "__main__":
    sys.exit(main())
