"""Defines in which form motions are written, and on whom: options that all requests to make motions share."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core.engines import ENGINES, FILE_KINDS, ROOTS
from ..core.errors import UserError
from . import arguments

if TYPE_CHECKING:
    import numpy as np

    from .report import Report


class RigFile(NamedTuple):
    """A Blender file with a character, and the name of its armature; empty for the only one."""

    path: Path
    name: str = ""


@dataclass(frozen=True)
class Form:
    """How motions are written.

    engine, root: how files for other programs want them, see `core.engines`; empty for the default.
    reduce_keys: the bound in degrees within which the keys of a .blend file are reduced; None for a key on every frame.
    rig: the character that is keyed; None for the open body, or that of --body.
    """

    engine: str = ""
    root: str = ""
    reduce_keys: float | None = None
    rig: RigFile | None = None


PLAIN = Form()


class Person(NamedTuple):
    """Proportions and rate that motions are made for. joints: (55, 3) at rest, or None; fps: None for the pack's."""

    joints: np.ndarray | None = None
    fps: float | None = None

    @classmethod
    def of(cls, rig: RigFile | None, report: Report) -> Person:
        """Looks at the character of a file, which stays open. Raises `UserError` for one that cannot be keyed."""
        if rig is None:
            return cls()
        from ..rig.target import target_of
        from ..rig.timeline import scene_fps, scene_of
        from ..rig.user_rig import open_rig

        with report.stage("rig"):
            armature = open_rig(*rig)
            return cls(target_of(armature).rest_joints, scene_fps(scene_of(armature)))


def add_form(group: argparse._ArgumentGroup) -> None:
    """Adds the options that `form_of` reads."""
    group.add_argument("--engine", choices=sorted(ENGINES), metavar="NAME", help="write --fbx, --glb and the like as a "
                       f"game engine wants them: {', '.join(sorted(ENGINES))}")  # fmt: skip
    group.add_argument("--root", choices=ROOTS, metavar="WHAT", help="what carries the way over the ground in them: "
                       "hips, or a bone above them that stays on the floor")  # fmt: skip
    group.add_argument("--reduce-keys", type=arguments.number, metavar="DEGREES", help="in .blend files as few keys as "
                       "keep every joint within so many degrees, and the place within 5 mm")  # fmt: skip
    group.add_argument("--rig", type=Path, metavar="X.blend", help="key the character of this file, which stays as it "
                       "is: all that is written shows it, and .blend files are its scene with the motion")  # fmt: skip
    group.add_argument("--rig-object", metavar="NAME", help="its armature, where the file holds several")
    group.add_argument("--hands-touch", action="store_true", help="with --rig, bend the arms so that hands that touch "
                       "each other or the body still do with its proportions")  # fmt: skip


def form_of(given: argparse.Namespace, outputs: Collection[str], blend: bool) -> Form:
    """Returns the form that was asked for. outputs: the kinds of files that are written. blend: whether .blend files
    are among them.

    Raises `UserError` for an option that goes with none of the files, and for a rig that is not there.
    """
    asked = [name for name in ("engine", "root") if getattr(given, name)]
    if asked and not any(kind in outputs for kind in FILE_KINDS):
        kinds = ", ".join(f"--{kind}" for kind in FILE_KINDS)
        raise UserError(f"--{asked[0]} goes with one of {kinds}; add one, or leave it out.")
    return Form(given.engine or "", given.root or "", _reduction_of(given, blend), _rig_of(given, outputs))


def _reduction_of(given: argparse.Namespace, blend: bool) -> float | None:
    """Returns the bound in degrees, or None. Raises `UserError` if it is none, or no .blend file is written."""
    degrees = given.reduce_keys
    if degrees is None:
        return None
    if not blend:
        raise UserError("--reduce-keys goes with a .blend file only; add one, or leave it out.")
    if not 0 < degrees < float("inf"):
        raise UserError(f"--reduce-keys needs more than 0 degrees, not {degrees:g}.")
    return float(degrees)


def _rig_of(given: argparse.Namespace, outputs: Collection[str]) -> RigFile | None:
    """Returns the rig to key, or None. Raises `UserError` for options that do not go with it."""
    if given.rig is None:
        for name in ("rig_object", "hands_touch"):
            if getattr(given, name):
                raise UserError(f"--{name.replace('_', '-')} goes with --rig; name a file, or leave it out.")
        return None
    arguments.check_input(given.rig)
    if given.rig.suffix.lower() != ".blend":
        raise UserError(f"--rig reads a .blend file, not {str(given.rig)!r}; import the character into one first.")
    for name in ("body", "betas"):
        if getattr(given, name) is not None:
            raise UserError(f"--rig brings a body of its own; leave out --{name}.")
    if "npz" in outputs:
        raise UserError("--npz holds motions of SMPL-X's body, not of a rig; leave out --npz or --rig.")
    arguments.check_blender(f"reads {given.rig}")
    return RigFile(given.rig, given.rig_object or "")
