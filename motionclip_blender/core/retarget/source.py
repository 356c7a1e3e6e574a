"""Defines the input of retargeting: a clip on its own skeleton, and which of its bones is which joint."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import rotations as rot

RigMap = dict[str, tuple[str, str, float]]
"""SMPL-X joint -> (bone a, bone b, weight): the rotation `weight` of the way from a to b."""


_STILL = 1e-3  # largest movement of a still body: of heads as a share of the body's size, and of quaternion components


@dataclass(frozen=True)
class SourceClip:
    """A clip on its own skeleton, in its file's own axes and any unit of length.

    bones: names, in the order of the arrays.
    rest_heads: (B, 3); rest_rotations: (B, 4) world quaternions of the rest pose.
    heads: (T, B, 3); rotations: (T, B, 4) world quaternions per frame.
    idle: (B, 4) world rotations without animation; None if that is the rest pose, or is not known.
    note: a sentence for the user about how it was read; empty for most.
    y_up: whether the format says that +Y is up, as all do but BVH.
    begins: seconds of the file before the first frame, which were an added rest pose.
    """

    bones: tuple[str, ...]
    rest_heads: np.ndarray
    rest_rotations: np.ndarray
    heads: np.ndarray
    rotations: np.ndarray
    fps: float
    idle: np.ndarray | None = None
    note: str = ""
    y_up: bool = True
    begins: float = 0.0

    def __len__(self) -> int:
        return len(self.rotations)

    def stands_idle(self, bones: set[str]) -> bool:
        """Returns whether the named bones stay in their unanimated pose throughout, so that only a face or a tail
        moves."""
        if self.idle is None:
            return False
        chosen = [b for b, name in enumerate(self.bones) if name in bones]
        turns = rot.quat_multiply(self.rotations[:, chosen], rot.quat_conjugate(self.idle[chosen]))
        size = max(float(np.ptp(self.rest_heads, axis=0).max()), 1e-9)
        moved = np.ptp(self.heads[:, chosen], axis=0).max() / size
        return bool(moved < _STILL and np.abs(turns[..., 1:]).max() < _STILL)

    def resample(self, fps: float) -> SourceClip:
        """Resamples the clip to another rate, with rotations interpolated along the shorter arc.

        The duration stays the same up to the last whole frame of the new rate.
        """
        if fps == self.fps:
            return self
        # the small constant keeps 29.999999 / 30 from losing the last frame
        frames = int(np.floor((len(self) - 1) / self.fps * fps + 1e-6)) + 1
        return self.at(np.arange(frames) * (self.fps / fps), fps)

    def at(self, frames: np.ndarray, fps: float) -> SourceClip:
        """Returns the clip at these frames of this one, which may be fractional."""
        frames = np.minimum(frames, len(self) - 1)
        left = np.clip(np.floor(frames + 1e-6).astype(int), 0, max(len(self) - 2, 0))
        right = np.minimum(left + 1, len(self) - 1)
        t = np.clip(frames - left, 0.0, 1.0)[:, None]
        heads = self.heads[left] + (self.heads[right] - self.heads[left]) * t[..., None]
        return replace(self, heads=heads, rotations=rot.slerp(self.rotations[left], self.rotations[right], t), fps=fps)

    def places(self, pairs: RigMap) -> dict[str, np.ndarray]:
        """Returns joint -> (T, 3) the place of its bone's head."""
        return {joint: self.heads[:, self.bones.index(bone)] for joint, (bone, _, _) in pairs.items()}

    def rest_places(self, pairs: RigMap) -> dict[str, np.ndarray]:
        """Returns joint -> (3,) the place of its bone's head at rest."""
        return {joint: self.rest_heads[self.bones.index(bone)] for joint, (bone, _, _) in pairs.items()}
