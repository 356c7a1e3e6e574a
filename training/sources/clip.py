"""`SourceClip`: what every reader returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SourceClip:
    """A clip on its own skeleton, in SMPL-X's axes (Y up, facing +Z at rest) and any unit of length.

    bones: names, in the order of the arrays.
    rest_heads: (B, 3); rest_rotations: (B, 4) world quaternions of the rest pose.
    heads: (T, B, 3); rotations: (T, B, 4) world quaternions per frame.
    idle: (B, 4) world rotations of who is not animated; None where that is the rest pose, or is not known.
    note: what a person should know of how it was read; empty for most.
    """

    bones: tuple[str, ...]
    rest_heads: np.ndarray
    rest_rotations: np.ndarray
    heads: np.ndarray
    rotations: np.ndarray
    fps: float
    idle: np.ndarray | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(self.rotations)
