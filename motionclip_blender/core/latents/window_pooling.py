"""Pools the windows of a motion of any length into one latent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cleanup.loop import ends_as_it_began, extended
from ..errors import UserError
from ..motion import MOST_FRAMES, Motion, heading

_TIE = 1e-6  # frames; as in `Motion.resample`, keeps 29.999999 / 30 from losing the last one

POOLINGS = ("average", "first", "frame", "typical")


@dataclass(frozen=True)
class WindowPooling:
    """Chooses which windows of a long motion count.

    how: "average" is the mean of all of them, "first" the first one, "frame" the one about `frame`, "typical" the one
        whose latent is nearest to the mean.
    frame: frame of the motion, at its own rate, counted from 0.
    """

    how: str = "average"
    frame: int = 0

    def __post_init__(self) -> None:
        if self.how not in POOLINGS:
            raise UserError(f"A motion is read as {', '.join(POOLINGS[:-1])} or {POOLINGS[-1]}, not {self.how!r}.")
        if abs(self.frame) > MOST_FRAMES:
            raise UserError(
                f"The frame that a motion is read at must be {MOST_FRAMES:,} at most; choose an earlier one."
            )

    def chosen(self, starts: list[int], frames: int, at: float) -> list[int]:
        """Returns those of the windows' `starts` that must be encoded. at: `frame` at the rate of the starts."""
        if self.how == "first":
            return starts[:1]
        if self.how == "frame":
            return [int(np.clip(round(at - frames / 2), starts[0], starts[-1]))]
        return starts

    def summary(self, latents: np.ndarray) -> np.ndarray:
        """Returns one latent (D,) for those of the encoded windows, (n, D)."""
        mean = latents.mean(axis=0)
        if self.how != "typical":
            return mean
        cosines = latents @ mean / np.maximum(np.linalg.norm(latents, axis=1), 1e-12)
        return latents[int(np.argmax(cosines))]


@dataclass(frozen=True, eq=False)
class WindowLatents:
    """The latents (n, D) of a motion's windows, of `frames` frames each, which begin at `starts` (n,).

    Frames are counted at the pack's rate.
    """

    starts: np.ndarray
    frames: int
    latents: np.ndarray


def window_starts(length: int, frames: int, stride: int) -> list[int]:
    """Returns the first frames of windows of `frames` frames, `stride` apart; the last one ends with the motion's
    `length`.

    A motion that is shorter than a window has one, from its first frame on.
    """
    last = max(length - frames, 0)
    return sorted({*range(0, last + 1, stride), last})


def window(motion: Motion, start: int, frames: int, shortest: int, fps: float, ahead: bool = True) -> Motion:
    """Returns `frames` frames of `motion` at `fps`, from frame `start` on.

    Only that part is resampled, so that memory does not grow with the motion. A motion shorter than `shortest` is
    lengthened: if it ends as it began it is repeated, otherwise it holds its last pose.
    ahead: whether it is turned to face +Z in its first frame, as in this project's training.
    """
    ratio = motion.fps / fps
    span = int(np.ceil((frames - 1 - _TIE) * ratio))
    first = max(min(round(start * ratio), len(motion) - 1 - span), 0)
    part = motion.crop(first, first + span + 1).resample(fps).crop(0, frames)
    if len(part) < shortest:
        part = extended(part, shortest, hold=not ends_as_it_began(part)).crop(0, shortest)
    return part.turned(-float(heading(part.rotations[0, 0]))) if ahead else part
