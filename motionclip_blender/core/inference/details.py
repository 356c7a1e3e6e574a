"""Gives known motions back what the decoder leaves out of them.

A decoder that is trained on squared errors learns the mean of what it cannot tell apart: its movements are smaller
than those it learned from, and above ten hertz hardly anything is left. So a pack may keep the motions that its
wordings describe. Where a latent lies at the wordings of one, the decoder's motion becomes that one, whole: it is kept
itself, not as a difference, because each of its wordings decodes a little differently. It fades with the distance from
the wordings, and where those of another motion are as near: what is made of other latents is the decoder's alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..cleanup.mixing import mixed
from ..motion import Motion
from .motion_code import JOINTS, NUMBERS, MotionCode
from .prompt_retrieval import PromptRetrieval
from .tensors import TensorError, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .nearest_motion import Near

# Distances of a latent from the wordings of a motion up to which it is whole, and from which on it is the decoder's
_NEAR, _FAR = 0.15, 0.35
# the same, relative to the distance from the next motion's wordings
_NEARER, _AS_NEAR = 0.25, 0.6
_SEAM = 10  # frames of the fade into the decoder's motion, after the end of a known one
_NAMES = ("motions", "counts", "low", "high", "steps", "ends")


class Details:
    """The known motions of a pack, packed (`motion_code`)."""

    def __init__(self, arrays: dict[str, np.ndarray], frames: int, retrieval: PromptRetrieval) -> None:
        """Wraps a file's arrays of K motions. Raises `TensorError` for those of another form.

        arrays: `motions` (K, 2) int16, their numbers and those of their mirror images, -1 for what no wording
        describes; `counts` (K, N), `steps` (K, 3) and `ends` (K, 3) of their codes; `low` and `high`, (C,) uint8, the
        bytes of all codes, motion by motion. frames: how many the motions have. retrieval: the wordings of the motions.
        """
        if set(arrays) != set(_NAMES):
            raise TensorError("it keeps known motions in another form than this release reads")
        weights, count, size = Weights(arrays), len(np.atleast_1d(arrays["motions"])), arrays["low"].size
        self._motions = _integers(weights.stored("motions", count, 2), np.int16)
        self._counts = _integers(weights.stored("counts", count, NUMBERS), np.uint8)
        low, high = (_integers(weights.stored(name, size), np.uint8) for name in ("low", "high"))
        self._steps, self._ends = weights.float32("steps", count, 3), weights.float32("ends", count, 3)
        used = self._counts.sum(axis=1, dtype=np.int64)
        if self._counts.max(initial=0) > frames or used.sum() != size or (self._steps <= 0).any():
            raise TensorError("its arrays do not fit together")
        if count and not -1 <= self._motions.min() <= self._motions.max() < len(retrieval.classes):
            raise TensorError("it holds motions that are not known")
        self._codes = low.astype(np.uint16) | high.astype(np.uint16) << 8
        self._ends_of_codes = np.concatenate(([0], np.cumsum(used)))
        self._at = {int(n): divmod(i, 2) for i, n in enumerate(self._motions.ravel()) if n >= 0}
        self._frames, self._retrieval = frames, retrieval

    @staticmethod
    def arrays(codes: Sequence[MotionCode], motions: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the arrays of a file of packed motions. motions: (K, 2) as of the constructor."""
        every = np.concatenate([code.codes for code in codes])
        return {
            "motions": motions.astype(np.int16),
            "counts": np.stack([code.counts for code in codes]),
            "low": (every & 255).astype(np.uint8),
            "high": (every >> 8).astype(np.uint8),
            "steps": np.stack([code.steps for code in codes]),
            "ends": np.stack([code.end for code in codes]),
        }

    def added(self, latents: np.ndarray, motions: Sequence[Motion]) -> list[Motion]:
        """Returns the decoder's motions of latents (n, D) with their details."""
        return [self._added(*both) for both in zip(self._retrieval.nearest(latents), motions, strict=True)]

    def whole(self, latents: np.ndarray) -> list[bool]:
        """Tells of latents (n, D) whether each has a known motion with nothing of the decoder's."""
        return [self._share(near) == 1.0 for near in self._retrieval.nearest(latents)]

    def alone(self, latents: np.ndarray, frames: int, fps: float) -> list[Motion | None]:
        """Returns the known motions of latents (n, D) that have nothing of the decoder's, with straight fingers; None
        for the others, and for more frames than are known."""
        if frames > self._frames:
            return [None] * len(latents)
        return [
            self._stored(near.motion, fps).crop(0, frames) if self._share(near) == 1.0 else None
            for near in self._retrieval.nearest(latents)
        ]

    def _share(self, near: Near) -> float:
        return _share(near) if near.motion in self._at else 0.0

    def _added(self, near: Near, made: Motion) -> Motion:
        share = self._share(near)
        if not share:
            return made
        known = self._known(near.motion, made)
        return known if share == 1.0 else mixed([made, known], np.full(len(made), share))

    def _known(self, number: int, made: Motion) -> Motion:
        """Returns a known motion as long as the decoder's, with its fingers; after its end the decoder's goes on."""
        motion = self._stored(number, made.fps)
        if len(made) > len(motion):
            seam = min(_SEAM, len(motion))
            motion = motion.fade_into(made.crop(len(motion) - seam, len(made)), seam)
        motion = motion.crop(0, len(made))
        rotations = motion.rotations.copy()
        rotations[:, JOINTS:] = made.rotations[:, JOINTS:]
        return replace(motion, rotations=rotations)

    def _stored(self, number: int, fps: float) -> Motion:
        """Returns a known motion with all its frames."""
        at, is_mirrored = self._at[number]
        codes = self._codes[self._ends_of_codes[at] : self._ends_of_codes[at + 1]]
        motion = MotionCode(self._counts[at], codes, self._steps[at], self._ends[at]).motion(self._frames, fps)
        return motion.mirror() if is_mirrored else motion


def _share(near: Near) -> float:
    """Returns the share of the known motion at a latent, 1 to 0."""
    within = (_FAR - near.distance) / (_FAR - _NEAR)
    apart = (_AS_NEAR * near.second - near.distance) / max((_AS_NEAR - _NEARER) * near.second, 1e-9)
    return float(np.clip(within, 0.0, 1.0) * np.clip(apart, 0.0, 1.0))


def _integers(array: np.ndarray, kind: type) -> np.ndarray:
    if array.dtype != kind:
        raise TensorError(f"it holds {array.dtype} where {np.dtype(kind)} is read")
    return array
