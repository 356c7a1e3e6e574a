"""Defines the options for reading .blend files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import UserError


@dataclass(frozen=True)
class SceneReading:
    """How to read .blend files.

    as_shown: read what Blender shows.
    armature: the name of the armature to read; empty for the likeliest.
    """

    as_shown: bool = False
    armature: str = ""


def add_options(group: argparse._ArgumentGroup) -> None:
    """Adds the options that `scene_reading` reads."""
    help_text = "read .blend files as Blender shows them, with NLA strips, constraints and all else; slower"
    group.add_argument("--as-shown", action="store_true", help=help_text)
    group.add_argument("--armature", metavar="NAME", help="whose motion to read in .blend files of several people")


def scene_reading(given: argparse.Namespace, scenes: Sequence[object]) -> SceneReading:
    """Returns how to read `scenes`, the .blend files.

    Raises `UserError` if an option is given but no .blend file.
    """
    for option, value in (("--as-shown", given.as_shown), ("--armature", given.armature)):
        if value and not scenes:
            raise UserError(f"{option} is for reading .blend files, and there is none; leave it out.")
    return SceneReading(given.as_shown, given.armature or "")
