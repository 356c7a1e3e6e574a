"""Motions as `.npz` files in AMASS's SMPL-X form."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .errors import UserError
from .files import write_whole
from .motion import Motion
from .skeleton import JOINTS

_RATE_KEYS = ("mocap_frame_rate", "mocap_framerate")  # SMPL-X's and SMPL-H's spelling


def save(motion: Motion, path: Path, betas: np.ndarray | None = None, gender: str = "neutral") -> None:
    """Writes `poses` (T, 165), `trans`, `betas`, `gender`, `mocap_frame_rate`, `surface_model_type`.

    The file is written whole or not at all.
    """
    arrays = {
        "poses": motion.axis_angle().astype(np.float32),
        "trans": motion.translation,
        "betas": np.zeros(10, np.float32) if betas is None else np.asarray(betas, np.float32),
        "gender": np.array(gender),
        "mocap_frame_rate": np.array(motion.fps),
        "surface_model_type": np.array("smplx"),
    }
    with write_whole(path) as handle:
        np.savez_compressed(handle, **arrays)


def load(path: Path) -> Motion:
    """Reads AMASS files of the SMPL-X form (pickled contents are refused).

    Raises `UserError`, which names the file, for one that is missing, damaged, or of another body model.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            poses, trans = data["poses"], data["trans"]
            fps = next(float(data[key]) for key in _RATE_KEYS if key in data.files)
    except (OSError, ValueError, KeyError, EOFError, StopIteration) as error:
        raise UserError(f"{path} is not a motion in AMASS's SMPL-X form; choose another file.") from error
    except Exception as error:  # zipfile and zlib raise their own kinds for a damaged archive
        raise UserError(f"{path} is damaged; copy or export it again.") from error
    if poses.ndim != 2 or poses.shape[1] != 3 * len(JOINTS) or trans.shape != (len(poses), 3) or not len(poses):
        raise UserError(f"{path} holds poses of shape {poses.shape}; SMPL-X needs (frames, {3 * len(JOINTS)}).")
    try:
        return Motion.from_axis_angle(poses, trans, fps)
    except UserError as error:  # which of many files it is, is to be said
        raise UserError(f"{path}: {error}") from error
