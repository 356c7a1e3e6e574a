"""Defines the options for reading motion files that may hold several motions."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError


@dataclass(frozen=True)
class SceneReading:
    """How to read motion files.

    as_shown: read what Blender shows in .blend files.
    armature: the name of the armature to read there; empty for the likeliest.
    animation: the name of the clip to read in files of any skeleton; empty for the only one.
    """

    as_shown: bool = False
    armature: str = ""
    animation: str = ""


def add_options(group: argparse._ArgumentGroup) -> None:
    """Adds the options that `scene_reading` reads."""
    help_text = "read .blend files as Blender shows them, with NLA strips, constraints and all else; slower"
    group.add_argument("--as-shown", action="store_true", help=help_text)
    group.add_argument("--armature", metavar="NAME", help="whose motion to read in .blend files of several people")
    group.add_argument("--animation", metavar="NAME", help="which to read of .fbx, .glb and the like with several")


def scene_reading(given: argparse.Namespace, files: Sequence[Path]) -> SceneReading:
    """Returns how to read the motion files.

    Raises `UserError` if an option is given but no file that it is for.
    """
    kinds = {file.suffix.lower() for file in files}
    for option, value in (("--as-shown", given.as_shown), ("--armature", given.armature)):
        if value and ".blend" not in kinds:
            raise UserError(f"{option} is for reading .blend files, and there is none; leave it out.")
    if given.animation and not kinds - {".blend", ".npz"}:
        raise UserError("--animation is for reading .fbx, .glb and the like, and there is none; leave it out.")
    return SceneReading(given.as_shown, given.armature or "", given.animation or "")
