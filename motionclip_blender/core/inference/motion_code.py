"""Packs a motion into few small integers: the coefficients of a discrete cosine transform over time, in steps.

Rotations are quaternions whose signs are continuous in time: unlike rotation vectors they never jump, however far a
joint turns. The path over the ground is told as its difference from a straight line, so that it ends where it should.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .. import rotations as rot
from ..motion import Motion, heading
from ..root_trajectory import about_vertical
from ..skeleton import JOINTS as SKELETON

JOINTS = 22
"""How many joints are packed: those without the head's own and the fingers."""

NUMBERS = 4 * JOINTS + 3
"""Numbers of a frame: a quaternion for each joint, and the body's place."""

_PARTS = 4, 4 * (JOINTS - 1), 3
"""Numbers of the root's quaternion, of the other joints' and of the place. Each part has steps of its own."""

_STEPS = 0.001, 0.003, 0.001  # a joint is off by a tenth of a degree in the mean, the root by a third of that
_MOST = 32767
_UP = 0.42  # a coefficient is rounded up from 0.58 steps on: what trembles less than the steps tell is left out


@dataclass(frozen=True, eq=False)
class MotionCode:
    """A packed motion of F frames, which faces ahead over the origin in its first one.

    counts: (NUMBERS,) uint8, how many coefficients of each number are kept, from the slowest on.
    codes: (C,) uint16, the coefficients, the slowest of all numbers first; k is 2k, and -k is 2k - 1, so that the high
        bytes of small ones are 0 and zip to nothing.
    steps: (3,) float16, what they count: parts of the root's quaternion, of the other joints', and metres.
    end: (3,) float32, the last place in metres.
    """

    counts: np.ndarray
    codes: np.ndarray
    steps: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, motion: Motion) -> MotionCode:
        """Packs a motion, at most 255 frames."""
        frames = len(motion)
        quaternions = rot.continuous(motion.rotations[:, :JOINTS].astype(np.float64))
        quaternions *= np.where(quaternions[:1, :, :1] < 0, -1.0, 1.0)
        path = motion.translation.astype(np.float64) - motion.translation[0]
        end = path[-1].astype(np.float32)
        numbers = np.concatenate((quaternions.reshape(frames, -1), path - _line(frames) * end), axis=1)
        spectrum = _cosines(frames).T @ numbers
        largest = [np.abs(part).max() for part in np.split(spectrum, np.cumsum(_PARTS)[:-1], axis=1)]
        # a little more than is needed, because a half-precision number may be rounded down
        steps = np.maximum(_STEPS, np.array(largest) / (0.999 * _MOST)).astype(np.float16)
        codes = (np.sign(spectrum) * np.floor(np.abs(spectrum) / _each(steps) + _UP)).astype(np.int32)
        counts = np.where((codes != 0).any(axis=0), frames - np.argmax(codes[::-1] != 0, axis=0), 0)
        folded = np.where(codes < 0, -2 * codes - 1, 2 * codes).astype(np.uint16)
        return cls(counts.astype(np.uint8), folded[_kept(counts, frames)], steps, end)

    def motion(self, frames: int, fps: float) -> Motion:
        """Returns the motion, of which `frames` were packed. Joints from `JOINTS` on are at rest."""
        folded = self.codes.astype(np.int32)
        spectrum = np.zeros((frames, NUMBERS))
        spectrum[_kept(self.counts, frames)] = np.where(folded % 2, -(folded + 1) // 2, folded // 2)
        numbers = _cosines(frames) @ (spectrum * _each(self.steps))
        rotations = np.zeros((frames, len(SKELETON), 4))
        rotations[..., 0] = 1.0
        rotations[:, :JOINTS] = numbers[:, : 4 * JOINTS].reshape(frames, JOINTS, 4)
        path = numbers[:, 4 * JOINTS :] + _line(frames) * self.end
        # the path is exact; a turn of it by the error of the first frame would lead astray
        ahead = -heading(rotations[:1, 0] / np.linalg.norm(rotations[:1, 0]))
        rotations[:, 0] = rot.quat_multiply(about_vertical(ahead), rotations[:, 0])
        return Motion(rotations, path - path[0], fps)


def _kept(counts: np.ndarray, frames: int) -> np.ndarray:
    """Returns which of the coefficients (frames, NUMBERS) are kept."""
    return np.arange(frames)[:, None] < counts


def _each(steps: np.ndarray) -> np.ndarray:
    """Returns the steps of all numbers, (NUMBERS,)."""
    return np.repeat(steps.astype(np.float64), _PARTS)


def _line(frames: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, frames)[:, None]


@cache
def _cosines(frames: int) -> np.ndarray:
    """Returns the orthonormal cosines (frames, frames) of a discrete cosine transform; a column each."""
    table = np.cos(np.pi / frames * (np.arange(frames)[:, None] + 0.5) * np.arange(frames)) * np.sqrt(2 / frames)
    table[:, 0] /= np.sqrt(2)
    table.setflags(write=False)
    return table
