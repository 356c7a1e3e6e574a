"""Loads what is tested on: captioned spans of the held-out clips, and of the others for comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import extended
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.window_pooling import window_starts
from motionclip_blender.core.motion import Motion, facing_forward
from motionclip_blender.core.motion_files import amass

from ..autoencoder.dataset import span_motion
from ..data.captions import CaptionedSpan, load_captions
from ..data.index import read_index
from ..data.splits import is_test


@dataclass(frozen=True, eq=False)
class Item:
    """A captioned span of a clip.

    start, end: seconds in the clip. holds: whether its last pose is held when more frames are needed; otherwise it is
    repeated. motion: the span's, facing +Z in its first frame.
    """

    clip: str
    action: str
    captions: tuple[str, ...]
    style: tuple[str, ...]
    start: float
    end: float
    holds: bool
    motion: Motion

    def windows(self, frames: int, stride: int, shortest: int, most: int | None = None) -> list[Motion]:
        """Returns windows of `frames` frames, `stride` apart, the last one ending with the span; each first faces +Z.

        A shorter span is one window of its own length, but of at least `shortest` frames (extended as in training).
        most: largest number of windows; of more, so many are taken, evenly spread.
        """
        motion = self.motion
        if len(motion) < shortest:
            motion = extended(motion, shortest, self.holds).crop(0, shortest)
        starts = window_starts(len(motion), frames, stride)
        if most is not None and len(starts) > most:
            starts = [starts[round(i * (len(starts) - 1) / max(most - 1, 1))] for i in range(most)]
        return [facing_forward(motion.crop(start, start + frames)) for start in starts]

    def first(self, frames: int) -> Motion:
        """Returns the first `frames` frames; a shorter span is extended as in training."""
        return facing_forward(extended(self.motion, frames, self.holds).crop(0, frames))


@dataclass(frozen=True, eq=False)
class Items:
    """The spans of a data folder. test: those of held-out clips. train: all others.

    missing: held-out clips that the folder lacks, and spans that begin after their clip's end, as "clip at s".
    """

    test: tuple[Item, ...]
    train: tuple[Item, ...]
    missing: tuple[str, ...]

    @property
    def tested(self) -> list[str]:
        """The classes of the test spans, sorted."""
        return sorted({item.action for item in self.test})

    @property
    def common(self) -> list[str]:
        """The classes of the training spans, by their number of spans, most first."""
        counts = Counter(item.action for item in self.train)
        return sorted(counts, key=lambda action: (-counts[action], action))


def load_items(data: Path, body: Body, split: str, fps: float) -> Items:
    """Loads the spans of the prepared folder `data`, at `fps` frames per second.

    Spans made of several clips are left out, because they are no recordings.
    Raises `UserError` when the folder has no index or no captioned clips, a file of it is damaged, or `split` (see
    `splits.is_test`) holds out none of its clips.
    """
    there = {entry.get("clip") for entry in read_index(data) if isinstance(entry, dict)}
    spans = [span for span in load_captions() if not span.limbs]
    known = [span for span in spans if span.clip in there]
    if not known:
        raise UserError(f"No clip of {data} has captions; evaluate on what `python -m training prepare` made.")
    if not any(is_test(span.clip, split) for span in known):
        raise UserError(f"The split {split!r} holds no clip of {data}; choose another one, such as unseen:kaykit.")
    load = lru_cache(maxsize=4)(lambda clip: amass.load(data / f"{clip}.npz"))  # the spans of a clip are consecutive
    parts: dict[bool, list[Item]] = {True: [], False: []}
    missing = {span.clip for span in spans if span.clip not in there and is_test(span.clip, split)}
    for span in known:
        clip, tested = load(span.clip), is_test(span.clip, split)
        if span.start * clip.fps < len(clip) - 1:
            parts[tested].append(_item(clip, span, body, fps))
        elif tested:
            missing.add(f"{span.clip} at {span.start:g} s")  # captioned from a longer recording
    return Items(tuple(parts[True]), tuple(parts[False]), tuple(sorted(missing)))


def _item(clip: Motion, span: CaptionedSpan, body: Body, fps: float) -> Item:
    end = len(clip) / clip.fps if span.end is None else min(span.end, len(clip) / clip.fps)
    motion = span_motion(clip, span, body)
    return Item(
        span.clip, span.action, span.captions, span.style, span.start, end, span.after == "hold", motion.resample(fps)
    )
