"""Makes training samples of prepared motions and their captions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import extended
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion, facing_forward, heading
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX

from ..data.augment import UPPER_BODY
from ..data.captions import MORE, CaptionedSpan, load_captions, mirrored
from ..data.sequences import Sequence, sequences
from ..data.travel import moving_forward, travelling
from ..data.wordings import held_out_spans, trained_spans

_ARMS = {
    f"{side}_arm": (
        *(f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist")),
        *(joint for joint in HAND_JOINTS if joint.startswith(side)),
    )
    for side in ("left", "right")
}
_TOLD = 15  # least frames of an action in a window whose text tells of it
LIMBS = _ARMS | {UPPER_BODY: ("spine1", "spine2", "spine3", "neck", "head", *_ARMS["left_arm"], *_ARMS["right_arm"])}


_NAMED = 5  # clips that are named in a sentence about many


@dataclass(frozen=True)
class Sample:
    """A motion with its captions, at least as long as the longest window.

    prompts: the captions that decode to exactly this motion; empty when it is no exemplar.
    length: frames of the clip itself; after them the clip is repeated or its last pose held.
    is_mirrored: whether it is a clip's mirror image. cut: the clip's frames that it shows, first and one past the last;
    (0, 0) when it is made from several clips. seam: the frame at which the second action of a sequence begins; 0 for
    a single action.
    """

    clip: str
    action: str
    motion: Motion
    captions: tuple[str, ...]
    prompts: tuple[str, ...]
    length: int
    is_mirrored: bool = False
    cut: tuple[int, int] = (0, 0)
    seam: int = 0

    def place(self, frame: int) -> float | None:
        """Returns at which of its own frames the sample shows a frame of the prepared clip; None where it doesn't."""
        first, stop = self.cut
        return (frame - first) * self.length / (stop - first) if first <= frame < stop else None


def load_samples(
    data: Path,
    body: Body,
    longest: int,
    split: str | None = None,
    augment: bool = True,
    across: bool = False,
    more: bool = False,
) -> list[Sample]:
    """Loads every captioned span of the prepared folder `data`, each followed by its mirror image.

    augment: also the spans that `augmented` makes of them. across: also the `sequences` of two spans.
    split: leave out what this split (see `splits.is_test`) holds out for testing; None takes all.
    more: also the spans of further collections; those that are not prepared are named on stderr and left out.
    Raises `UserError` when another captioned clip is missing.
    """
    spans = trained_spans(split, augment, more)
    return _samples([*spans, *(sequences(spans) if across else ())], data, body, longest, more)


def load_held_out(data: Path, body: Body, longest: int, split: str | None, more: bool = False) -> list[Sample]:
    """Loads the captioned spans that `split` holds out, each followed by its mirror image; none without a split."""
    return _samples(held_out_spans(split, more), data, body, longest, more)


def _samples(spans: Iterable[CaptionedSpan], data: Path, body: Body, longest: int, more: bool = False) -> list[Sample]:
    samples, missing = [], []
    further = {span.clip for span in load_captions(MORE)} if more else set()
    for span in spans:
        path = data / f"{span.clip}.npz"
        if not os.path.isfile(path):
            if span.clip in further:
                missing.append(span.clip)
                continue
            raise UserError(f"{path} is missing; run `python -m training prepare` first.")
        clip = amass.load(path)
        cut = (0, 0) if span.limbs else _cut(clip, span)
        motion = span_motion(clip, span, body)
        for part, clip in span.limbs.items():
            motion = with_limb(motion, amass.load(data / f"{clip}.npz"), part)
        long = extended(motion, longest, hold=span.after == "hold")
        seam = round(span.seam * motion.fps) - cut[0] if isinstance(span, Sequence) else 0
        one = Sample(span.clip, span.action, long, span.captions, span.prompts, len(motion), False, cut, seam)
        told = tuple(mirrored(c) for c in span.captions)
        image = replace(one, motion=long.mirror(), captions=told, prompts=span.mirrored_prompts, is_mirrored=True)
        samples += [one, image]
    if missing:
        names = list(dict.fromkeys(missing))
        few = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        print(f"Captioned, but not prepared, so left out: {few}.", file=sys.stderr)
    return samples


def _cut(motion: Motion, span: CaptionedSpan) -> tuple[int, int]:
    stop = len(motion) if span.end is None else min(round(span.end * motion.fps), len(motion))
    return round(span.start * motion.fps), stop


def span_motion(motion: Motion, span: CaptionedSpan, body: Body) -> Motion:
    """Returns the span's part of its clip `motion`, at the span's rate and travelling, without limbs of other clips."""
    motion = facing_forward(motion.crop(*_cut(motion, span)))
    if span.rate != 1.0:
        motion = replace(motion, fps=motion.fps * span.rate).resample(motion.fps)
    if span.travel:
        return travelling(motion, body)
    return moving_forward(motion, span.speed) if span.speed else motion


def with_limb(motion: Motion, other: Motion, part: str) -> Motion:
    """Returns `motion` with the joints of `part` (a key of `LIMBS`) moved as in `other`.

    The shorter motion is extended to the longer.
    """
    frames = max(len(motion), len(other))
    motion, other = (extended(m, frames).crop(0, frames) for m in (motion, other))
    rotations = motion.rotations.copy()
    joints = [INDEX[name] for name in LIMBS[part]]
    rotations[:, joints] = other.rotations[:, joints]
    return Motion(rotations, motion.translation, motion.fps)


def _weights(samples: list[Sample], counted: np.ndarray) -> np.ndarray:
    """Returns how often each of the samples is drawn, as shares of all that are counted; zeros for the others."""
    # square roots: long recordings and frequent actions weigh more, but don't outweigh all others
    lengths = np.sqrt([s.length for s in samples]) * counted
    of_action = dict.fromkeys({s.action for s in samples}, 0.0)
    for sample, weight in zip(samples, lengths, strict=True):
        of_action[sample.action] += weight
    weight = lengths / np.sqrt([of_action[s.action] or 1.0 for s in samples])
    return weight / max(weight.sum(), 1e-9)


class Drawn(NamedTuple):
    """Windows that were drawn.

    chosen: (n,) indices of their samples. poses: (n, frames, rows, 6). shown: (n, 2), the frames of the sample that
    each begins with and ends before.
    """

    chosen: np.ndarray
    poses: np.ndarray
    shown: np.ndarray


class Windows:
    """Draws windows of the samples as pose tensors, each facing +Z in its first frame."""

    def __init__(self, samples: list[Sample], joints: tuple[str, ...], rates: float = 1.0, across: float = 0.0) -> None:
        """Converts the samples to pose tensors.

        rates: `draw` plays windows up to this much slower or faster. across: share of the windows that show both
        actions of a sequence, where there are any.
        """
        self.samples, self.rates = samples, rates
        self._poses = [to_pose_tensor(s.motion, PoseFormat(joints)) for s in samples]
        self._headings = [heading(s.motion.rotations[:, 0]) for s in samples]
        of_two = np.array([s.seam > 0 for s in samples])
        across = across if of_two.any() else 0.0
        self._weight = (1 - across) * _weights(samples, ~of_two) + across * _weights(samples, of_two)
        self.exemplars = [i for i, s in enumerate(samples) if s.prompts]

    def draw(self, count: int, frames: int, random: np.random.Generator) -> Drawn:
        """Draws windows of `frames` frames from random places."""
        chosen = random.choice(len(self.samples), count, p=self._weight)
        windows, shown = [], []
        for i in chosen:
            longest = (len(self._poses[i]) - 1) / max(frames - 1, 1)
            rate = min(self.rates ** random.uniform(-1, 1), longest)
            start = self._start(i, frames, rate, random)
            windows.append(self.window(i, start, frames, rate))
            shown.append((start, start + (frames - 1) * rate + 1))
        return Drawn(chosen, np.stack(windows), np.array(shown))

    def _start(self, i: int, frames: int, rate: float, random: np.random.Generator) -> int:
        """Draws the first frame of a window, within the clip itself: its extension only fills windows up."""
        sample = self.samples[i]
        spare = len(self._poses[i]) - 1 - int(np.ceil((frames - 1) * rate))
        last = max(min(spare, sample.length - frames // 2), 0)
        if not sample.seam:
            return int(random.integers(0, last + 1))
        told = round(min(_TOLD, frames // 3) * rate)  # of each of both actions
        first = max(sample.seam - round(frames * rate) + told, 0)
        return int(random.integers(min(first, last), min(max(sample.seam - told, first), last) + 1))

    def draw_exemplars(self, count: int, frames: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws windows like `draw`, but of exemplars and from their first frame, as prompts ask for them."""
        chosen = random.choice(self.exemplars, count)
        return chosen, np.stack([self.window(i, 0, frames) for i in chosen])

    def window(self, i: int, start: int, frames: int, rate: float = 1.0) -> np.ndarray:
        """Returns the window (frames, rows, 6) of sample `i` from frame `start` on, facing +Z in its first frame."""
        window = self._poses[i][start : start + frames].copy() if rate == 1.0 else self._played(i, start, frames, rate)
        turn = rot.quat_to_matrix(rot.axis_angle_to_quat(np.array([0.0, -self._headings[i][start], 0.0])))
        root = turn @ rot.sixd_to_matrix(window[:, 0])
        window[:, 0] = rot.matrix_to_sixd(root)
        window[:, -1, :3] = (window[:, -1, :3] - window[0, -1, :3]) @ turn.T
        return window

    def _played(self, i: int, start: int, frames: int, rate: float) -> np.ndarray:
        """Returns a window at another rate.

        The pose tensor is interpolated linearly, which is accurate enough at 30 fps.
        """
        at = start + np.arange(frames) * rate
        before = np.minimum(at.astype(int), len(self._poses[i]) - 2)
        share = (at - before)[:, None, None].astype(np.float32)
        return self._poses[i][before] * (1 - share) + self._poses[i][before + 1] * share
