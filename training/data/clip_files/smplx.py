"""Reads `.npz` files of SMPL-X, SMPL-H and SMPL as clips of SMPL-X's skeleton, at the size of the open body."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.skeleton import JOINTS


def read_smplx(path: Path, fps: float | None = None, up: str = "") -> SourceClip:
    """Reads the clip, upright along +Y.

    fps: the true rate, where the file's own is wrong. up: the axis of the file that points up; empty to find it. The
    shape of the file's own body is left out. Raises `UserError` as `amass.read`.
    """
    read = amass.read(path, up)
    rest = _resting()
    turns, heads = posed(read.motion, rest)
    still = np.tile((1.0, 0.0, 0.0, 0.0), (len(JOINTS), 1))
    rate, note = fps or read.motion.fps, " ".join(read.notes).rstrip(".")
    return SourceClip(tuple(JOINTS), rest, still, heads.astype(np.float64), rot.matrix_to_quat(turns), rate, note=note)


@cache
def _resting() -> np.ndarray:
    """Returns the joints (55, 3) of the open body at rest, in metres."""
    return Body.load().joints()
