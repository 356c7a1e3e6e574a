"""What is asked for of .blend files that are read."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import UserError


@dataclass(frozen=True)
class SceneReading:
    """How .blend files are read. as_shown: as Blender shows them. armature: whose motion; empty for the likeliest."""

    as_shown: bool = False
    armature: str = ""


def add_options(group: argparse._ArgumentGroup) -> None:
    """The options that `scene_reading` reads."""
    help_text = "read .blend files as Blender shows them, with NLA strips, constraints and all else; slower"
    group.add_argument("--as-shown", action="store_true", help=help_text)
    group.add_argument("--armature", metavar="NAME", help="whose motion to read in .blend files of several people")


def scene_reading(given: argparse.Namespace, scenes: Sequence[object]) -> SceneReading:
    """How `scenes`, the .blend files that are read, are to be.

    Raises `UserError` when an option is given and there are none.
    """
    for option, value in (("--as-shown", given.as_shown), ("--armature", given.armature)):
        if value and not scenes:
            raise UserError(f"{option} is for reading .blend files, and there is none; leave it out.")
    return SceneReading(given.as_shown, given.armature or "")
