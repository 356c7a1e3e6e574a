"""Makes training samples of prepared motions and their captions. `windows` draws windows of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import extended
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion, facing_forward
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX

from ..data.augment import UPPER_BODY
from ..data.captions import CaptionedSpan, mirrored
from ..data.sequences import Sequence as ActionSequence
from ..data.sequences import sequences
from ..data.shoulders import lifted
from ..data.splits import clips_of, source_of
from ..data.travel import moving_forward, straightened, travelling
from ..data.wordings import held_out_spans, trained_spans

_ARMS = {
    f"{side}_arm": (
        *(f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist")),
        *(joint for joint in HAND_JOINTS if joint.startswith(side)),
    )
    for side in ("left", "right")
}
LIMBS = _ARMS | {UPPER_BODY: ("spine1", "spine2", "spine3", "neck", "head", *_ARMS["left_arm"], *_ARMS["right_arm"])}
_NAMED = 5  # clips of a source that are named one by one


@dataclass(frozen=True)
class Sample:
    """A motion with its captions, at least as long as the longest window.

    recorded: the motion before it is mirrored, which a sample and its mirror image share.
    prompts: the captions that decode to exactly this motion; empty when it is no exemplar.
    length: frames of the clip itself; after them the clip is repeated or its last pose held.
    is_mirrored: whether it is the mirror image of what was recorded. cut: the clip's frames that it shows, first and
    one past the last; (0, 0) when it is made from several clips. seam: the frame at which the second action of a
    sequence begins; 0 for a single action. shown: the frame from which on prompts show an exemplar.
    """

    clip: str
    action: str
    recorded: Motion
    captions: tuple[str, ...]
    prompts: tuple[str, ...]
    length: int
    is_mirrored: bool = False
    cut: tuple[int, int] = (0, 0)
    seam: int = 0
    shown: int = 0

    @cached_property
    def motion(self) -> Motion:
        """What the sample shows."""
        return self.recorded.mirror() if self.is_mirrored else self.recorded

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
    own: Sequence[Path] = (),
) -> list[Sample]:
    """Loads every captioned span of the prepared folder `data`, each followed by its mirror image.

    augment: also the spans that `augmented` makes of them. across: also the `sequences` of two spans.
    split: leave out what this split (see `splits.is_test`) holds out for testing; None takes all.
    more: also the spans of further collections. own: folders of captions in place of the repository's. With either,
    clips that are not prepared, and spans after their clip's end, are named on stderr and left out.
    Raises `UserError` when a captioned clip is missing and only those of the default pack are asked for.
    """
    spans = trained_spans(split, augment, more, own)
    return _samples([*spans, *(sequences(spans) if across else ())], data, body, longest, more or bool(own))


def load_held_out(
    data: Path, body: Body, longest: int, split: str | None, more: bool = False, own: Sequence[Path] = ()
) -> list[Sample]:
    """Loads the captioned spans that `split` holds out, each followed by its mirror image; none without a split."""
    return _samples(held_out_spans(split, more, own), data, body, longest, more or bool(own))


def _samples(spans: Iterable[CaptionedSpan], data: Path, body: Body, longest: int, more: bool = False) -> list[Sample]:
    samples: list[Sample] = []
    missing: dict[str, None] = {}
    clips = Clips(data)
    for span in spans:
        if gone := clips.missing(span):
            if not more and not os.path.isfile(clips.path(gone[0])):
                raise UserError(
                    f"{clips.path(gone[0])} is missing; run `python -m training prepare` on the clips that the "
                    "repository captions, or name a folder of captions of your own with --captions."
                )
            missing |= dict.fromkeys(gone)
        else:
            samples += samples_of_span(span, clips.load, body, longest)
    if missing:
        print(left_out(missing), file=sys.stderr)
    return samples


class Clips:
    """The motions of a prepared folder; the last ones are kept, as the spans of a clip mostly follow each other."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.load: Callable[[str], Motion] = lru_cache(maxsize=16)(lambda clip: amass.load(self.path(clip)))

    def path(self, clip: str) -> Path:
        return self._data / f"{clip}.npz"

    def missing(self, span: CaptionedSpan) -> list[str]:
        """Returns what a span lacks: clips without a file, or itself, as "clip at s", where it begins after its clip's
        end."""
        gone = [clip for clip in clips_of(span) if not os.path.isfile(self.path(clip))]
        if gone or _cut(self.load(span.clip), span)[0] < len(self.load(span.clip)) - 1:
            return gone
        return [f"{span.clip} at {span.start:g} s"]


def left_out(missing: Iterable[str]) -> str:
    """Returns a sentence about captioned clips that are left out as they are missing."""
    return f"Captioned, but not prepared, so left out: {_listed([*missing])}."


def _listed(clips: list[str]) -> str:
    """Returns the names of clips, of each source the first few."""
    sources: dict[str, list[str]] = {}
    for clip in clips:
        sources.setdefault(source_of(clip), []).append(clip)
    return "; ".join(
        ", ".join(of_one[:_NAMED]) + (f" and {len(of_one) - _NAMED} more of {source}" if of_one[_NAMED:] else "")
        for source, of_one in sources.items()
    )


def samples_of_span(span: CaptionedSpan, load: Callable[[str], Motion], body: Body, longest: int) -> list[Sample]:
    """Returns the sample of a span and its mirror image. load: the motion of a clip."""
    clip = load(span.clip)
    cut = (0, 0) if span.limbs else _cut(clip, span)
    motion = span_motion(clip, span, body)
    for part, other in span.limbs.items():
        motion = with_limb(motion, load(other), part)
    shown = 0 if span.shown is None else round((span.shown - span.start) * motion.fps / span.rate)
    long = extended(motion, shown + longest, hold=span.after == "hold")
    long = straightened(long) if span.travel or span.speed else long
    seam = round(span.seam * motion.fps) - cut[0] if isinstance(span, ActionSequence) else 0
    one = Sample(span.clip, span.action, long, span.captions, span.prompts, len(motion), False, cut, seam, shown)
    told = tuple(mirrored(c) for c in span.captions)
    return [one, replace(one, captions=told, prompts=span.mirrored_prompts, is_mirrored=True)]


def _cut(motion: Motion, span: CaptionedSpan) -> tuple[int, int]:
    stop = len(motion) if span.end is None else min(round(span.end * motion.fps), len(motion))
    return round(span.start * motion.fps), stop


def span_motion(motion: Motion, span: CaptionedSpan, body: Body) -> Motion:
    """Returns the span's part of its clip `motion`, at the span's rate and travelling, without limbs of other clips."""
    motion = lifted(facing_forward(motion.crop(*_cut(motion, span))), body)
    if span.rate != 1.0:
        motion = replace(motion, fps=motion.fps * span.rate).resample(motion.fps)
    if span.travel:
        return travelling(motion, body, span.direction == "backward")
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
