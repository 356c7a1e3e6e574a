"""Draws windows of the samples as pose tensors, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import heading
from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import INDEX, JOINTS, MIRROR

from .balance import weights
from .dataset import Sample

_TOLD = 15  # least frames of an action in a window whose text tells of it
_MIRRORED = np.array([1, -1, -1, -1, 1, 1], np.float32)  # of the first two rows of a rotation, in the mirror at x = 0


class Drawn(NamedTuple):
    """Windows that were drawn.

    chosen: (n,) indices of their samples. poses: (n, frames, rows, 6). shown: (n, 2), the frames of the sample that
    each begins with and ends before.
    """

    chosen: np.ndarray
    poses: np.ndarray
    shown: np.ndarray


class Windows:
    """Draws windows of the samples as pose tensors, each facing +Z in its first frame.

    All motions lie one after the other in one array, each once: mirror images are made of the windows that are drawn.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        joints: tuple[str, ...],
        rates: float = 1.0,
        across: float = 0.0,
        most_of_class: float = 1.0,
        most_of_source: float = 1.0,
    ) -> None:
        """Converts the samples to pose tensors.

        rates: `draw` plays windows up to this much slower or faster. across: share of the windows that show both
        actions of a sequence, where there are any. most_of_class, most_of_source: see `balance.weights`.
        """
        self.samples, self.rates = samples, rates
        partners = [JOINTS[MIRROR[INDEX[name]]] for name in joints]
        shared = set(partners) <= set(joints)  # otherwise the mirror image has joints that the recording lacks
        self._partners = np.array([*map(joints.index, partners), len(joints)]) if shared else None
        motions = {self._key(s): s.recorded if shared else s.motion for s in samples}
        ends = np.cumsum([len(motion) for motion in motions.values()])
        firsts = dict(zip(motions, ends - [len(motion) for motion in motions.values()], strict=True))
        self._poses = np.concatenate([to_pose_tensor(motion, PoseFormat(joints)) for motion in motions.values()])
        self._headings = np.concatenate([heading(motion.rotations[:, 0]) for motion in motions.values()])
        self._first = np.array([firsts[self._key(s)] for s in samples])
        self._frames = np.array([len(s.recorded) for s in samples])
        self._is_mirrored = np.array([s.is_mirrored and shared for s in samples])
        of_two = np.array([s.seam > 0 for s in samples])
        across = across if of_two.any() else 0.0
        caps = most_of_class, most_of_source
        self._weight = (1 - across) * weights(samples, ~of_two, *caps) + across * weights(samples, of_two)
        self.exemplars = [i for i, s in enumerate(samples) if s.prompts]

    def _key(self, sample: Sample) -> tuple[int, bool]:
        """Returns a key of the motion that is stored for a sample."""
        return id(sample.recorded), sample.is_mirrored and self._partners is None

    def draw(self, count: int, frames: int, random: np.random.Generator) -> Drawn:
        """Draws windows of `frames` frames from random places."""
        chosen = random.choice(len(self.samples), count, p=self._weight)
        starts, rates = np.empty(count, int), np.empty(count)
        for k, i in enumerate(chosen):
            longest = (self._frames[i] - 1) / max(frames - 1, 1)
            rates[k] = min(self.rates ** random.uniform(-1, 1), longest)
            starts[k] = self._start(i, frames, rates[k], random)
        shown = np.stack((starts, starts + (frames - 1) * rates + 1), axis=1)
        return Drawn(chosen, self.windows(chosen, starts, frames, rates), shown)

    def _start(self, i: int, frames: int, rate: float, random: np.random.Generator) -> int:
        """Draws the first frame of a window, within the clip itself: its extension only fills windows up."""
        sample = self.samples[i]
        spare = self._frames[i] - 1 - int(np.ceil((frames - 1) * rate))
        last = max(min(spare, sample.length - frames // 2), 0)
        if not sample.seam:
            return int(random.integers(0, last + 1))
        told = round(min(_TOLD, frames // 3) * rate)  # of each of both actions
        first = max(sample.seam - round(frames * rate) + told, 0)
        return int(random.integers(min(first, last), min(max(sample.seam - told, first), last) + 1))

    def draw_exemplars(self, count: int, frames: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws windows like `draw`, but of exemplars and from the frame on from which prompts show them."""
        chosen = random.choice(self.exemplars, count)
        return chosen, self.windows(chosen, self.shown_from(chosen), frames)

    def shown_from(self, chosen: np.ndarray | Sequence[int]) -> np.ndarray:
        """Returns the frames (n,) from which on prompts show chosen samples."""
        return np.array([self.samples[i].shown for i in chosen], int)

    def windows(
        self, chosen: np.ndarray | Sequence[int], starts: np.ndarray, frames: int, rates: np.ndarray | None = None
    ) -> np.ndarray:
        """Returns windows (n, frames, rows, 6) of chosen samples, facing +Z in their first frames.

        starts: (n,) their first frames. rates: (n,) frames of the sample a frame; pose tensors are interpolated
        linearly, which is accurate enough at 30 fps.
        """
        chosen = np.asarray(chosen)
        first, flipped = self._first[chosen], self._is_mirrored[chosen]
        if rates is None or (rates == 1).all():
            windows = self._poses[(first + starts)[:, None] + np.arange(frames)]
        else:
            at = starts[:, None] + np.arange(frames) * rates[:, None]
            before = np.minimum(at.astype(int), self._frames[chosen, None] - 2)
            share = (at - before).astype(np.float32)[:, :, None, None]
            windows = self._poses[first[:, None] + before]
            windows += share * (self._poses[first[:, None] + before + 1] - windows)
        if flipped.any():
            windows[flipped] = _in_the_mirror(windows[flipped][:, :, self._partners])
        return _facing_forward(windows, np.where(flipped, -1, 1) * self._headings[first + starts])


def _in_the_mirror(poses: np.ndarray) -> np.ndarray:
    """Returns pose tensors (n, frames, rows, 6) in the mirror at x = 0, whose rows were exchanged already."""
    out = poses * _MIRRORED
    out[:, :, -1, 1:3] = poses[:, :, -1, 1:3]  # of the path only x changes
    out[:, :, -1, 0] = -poses[:, :, -1, 0]
    return out


def _facing_forward(windows: np.ndarray, headings: np.ndarray) -> np.ndarray:
    """Turns windows (n, frames, rows, 6) by minus their headings (n,), and moves them to the origin, in place."""
    turns = rot.quat_to_matrix(rot.axis_angle_to_quat(np.outer(-headings, (0.0, 1.0, 0.0)))).astype(np.float32)
    root = turns[:, None] @ rot.sixd_to_matrix(windows[:, :, 0])
    windows[:, :, 0] = rot.matrix_to_sixd(root)
    windows[:, :, -1, :3] = (windows[:, :, -1, :3] - windows[:, :1, -1, :3]) @ np.swapaxes(turns, -1, -2)
    return windows
