"""Gives known motions back what the decoder leaves out of them: blows, stamps, and the tremble of a real body.

A decoder that is trained on squared errors learns the mean of what it cannot tell apart, which is smooth: above ten
hertz hardly anything is left. So a pack may keep, for each motion that its wordings describe, the fast part of the
difference between that motion and what the decoder makes of it. It is added where a latent lies at the motion's
wordings, and fades with the distance from them: what is made of other latents is the decoder's alone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from .. import rotations as rot
from ..motion import Motion
from .prompt_retrieval import PromptRetrieval
from .tensors import TensorError, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINTS = 22
"""How many joints details have: those without the head's own and the fingers."""

NUMBERS = 3 * JOINTS + 3
"""Numbers of a frame: a rotation vector for each joint, and the body's place in metres."""

_NEAR, _FAR = 0.92, 0.82  # cosine of a latent to the nearest wording from which on details are whole, and none
_WHOLE = 0.9  # share of the difference that is added: the decoder's own tremble differs from wording to wording
_LEVELS = 127
_STEPS = np.array([0.0017] * (3 * JOINTS) + [0.0005] * 3)  # a tenth of a degree, half a millimetre
_SLOWEST = 3.0
"""Hertz: what is slower is left to the decoder, whose linear part has cosines up to that."""


class Details:
    """The differences of a pack's known motions from what its decoder makes of them.

    They are stored as the fast coefficients of a discrete cosine transform over time, in steps.
    """

    def __init__(
        self, codes: np.ndarray, steps: np.ndarray, motions: np.ndarray, frames: int, retrieval: PromptRetrieval
    ) -> None:
        """Wraps the arrays of K motions. Raises `TensorError` for arrays that do not fit together.

        codes: (K, C, N) int8, the last C of `frames` coefficients; N is `NUMBERS`. steps: (K, N) that they count.
        motions: (K,) which they are. frames: how many the motions had.
        """
        fits = codes.ndim == 3 and codes.dtype == np.int8 and codes.shape[2] == NUMBERS and codes.shape[1] <= frames
        if not (fits and steps.shape == (len(codes), NUMBERS) and motions.shape == (len(codes),)):
            raise TensorError("its arrays do not fit together")
        if len(motions) and not 0 <= motions.min() <= motions.max() < len(retrieval.classes):
            raise TensorError("it holds details of motions that are not known")
        self._codes, self._steps, self._frames = codes, steps.astype(np.float32), frames
        self._at = {int(motion): i for i, motion in enumerate(motions)}
        self._retrieval, self._directions = retrieval, retrieval.directions()

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray], frames: int, retrieval: PromptRetrieval) -> Details:
        """Makes the details of a file's arrays. Raises `TensorError` for those of another form."""
        weights = Weights(arrays)
        codes = weights.stored("codes", *(arrays["codes"].shape if "codes" in arrays else ()))
        count = len(codes) if codes.ndim else 0
        steps, motions = weights.float32("steps", count, NUMBERS), weights.stored("motions", count)
        weights.check_all_used()
        return cls(codes, steps, motions, frames, retrieval)

    def added(self, latents: np.ndarray, motions: Sequence[Motion]) -> list[Motion]:
        """Returns the decoder's motions of latents (n, D) with their details."""
        alike = self._retrieval.direction(latents) @ self._directions.T
        return [self._added(cosines, motion) for cosines, motion in zip(alike, motions, strict=True)]

    def _added(self, alike: np.ndarray, motion: Motion) -> Motion:
        share = _WHOLE * float(np.clip((alike.max() - _FAR) / (_NEAR - _FAR), 0.0, 1.0))
        at = self._at.get(int(self._retrieval.motions[alike.argmax()]))
        if not share or at is None:
            return motion
        return with_difference(motion, share * self._of(at, len(motion)))

    def _of(self, at: int, frames: int) -> np.ndarray:
        """Returns the difference of a motion in its first frames, (frames, N); none after those that are stored."""
        table = _cosines(self._frames)[:frames, -self._codes.shape[1] :]
        found = table @ (self._codes[at] * self._steps[at])
        return np.pad(found, ((0, frames - len(found)), (0, 0)))


def difference(real: Motion, made: Motion) -> np.ndarray:
    """Returns what `made` lacks of `real`, (T, N): rotation vectors in the joints' own axes, and metres."""
    turns = rot.quat_multiply(rot.quat_conjugate(made.rotations[:, :JOINTS]), real.rotations[:, :JOINTS])
    vectors = rot.quat_to_axis_angle(turns.astype(np.float64)).reshape(len(real), -1)
    return np.concatenate((vectors, real.translation - made.translation), axis=1)


def with_difference(motion: Motion, change: np.ndarray) -> Motion:
    """Returns the motion with a `difference` (T, N) added."""
    turns = rot.axis_angle_to_quat(change[:, : 3 * JOINTS].reshape(len(motion), JOINTS, 3))
    rotations = motion.rotations.astype(np.float64)
    rotations[:, :JOINTS] = rot.quat_multiply(rotations[:, :JOINTS], turns)
    return Motion(rotations, motion.translation + change[:, 3 * JOINTS :], motion.fps)


def coded(change: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the fast coefficients (C, N) int8 of a `difference` (F, N), and the steps (N,) that they count."""
    slow = round(2 * _SLOWEST * len(change) / fps)
    spectrum = (_cosines(len(change)).T @ change)[slow:]
    steps = np.maximum(np.abs(spectrum).max(axis=0) / _LEVELS, _STEPS).astype(np.float16)
    return np.rint(spectrum / steps.astype(np.float64)).clip(-_LEVELS, _LEVELS).astype(np.int8), steps


@cache
def _cosines(frames: int) -> np.ndarray:
    """Returns the orthonormal cosines (frames, frames) of a discrete cosine transform; a column each."""
    table = np.cos(np.pi / frames * (np.arange(frames)[:, None] + 0.5) * np.arange(frames)) * np.sqrt(2 / frames)
    table[:, 0] /= np.sqrt(2)
    table.setflags(write=False)
    return table
