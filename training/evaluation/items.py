"""Loads what is tested on: captioned spans of the held-out clips, and of the others for comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import extended
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.window_pooling import window_starts
from motionclip_blender.core.motion import Motion, facing_forward
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import Pack

from ..autoencoder.dataset import span_motion
from ..data.captions import MORE, CaptionedSpan, load_captions
from ..data.index import read_index
from ..data.own_captions import KEY, captions_in
from ..data.splits import HELD_OUT, PEOPLE, UNSEEN, is_test, known_splits, person_of, source_of, sources_of
from ..data.wordings import trained_spans, trained_with

UNSEEN_SOURCES = "unseen"
"""In place of a split: all collections of which a pack has learned nothing."""


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

        A shorter span is one window of its own length, but of at least `shortest` frames (extended as by `first`).
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
        """Returns the first `frames` frames; a shorter span is repeated, or its last pose held.

        Training also straightens the way of cycles that are made to travel (`samples_of_span`); here they stay as they
        are, which the figures so far are of.
        """
        return facing_forward(extended(self.motion, frames, self.holds).crop(0, frames))


@dataclass(frozen=True, eq=False)
class Items:
    """The spans of a data folder. test: those of held-out clips. train: all others; where a source is held out, without
    what its people do in other sources, as in `splits.parted`.

    missing: held-out clips that the folder lacks, and spans that begin after their clip's end, as "clip at s".
    unknown: classes of held-out spans that the pack has not learned; these spans are in neither part.
    """

    test: tuple[Item, ...]
    train: tuple[Item, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def tested(self) -> list[str]:
        """The classes of the test spans, sorted."""
        return sorted({item.action for item in self.test})

    @property
    def common(self) -> list[str]:
        """The classes of the training spans, by their number of spans, most first."""
        counts = Counter(item.action for item in self.train)
        return sorted(counts, key=lambda action: (-counts[action], action))


@dataclass(frozen=True)
class Learned:
    """What a pack has learned from. more: whether also from further collections."""

    sources: frozenset[str]
    classes: frozenset[str]
    more: bool

    @classmethod
    def of(cls, info: Mapping[str, object], own: Sequence[Path] = ()) -> Learned:
        """info: of the pack. One that does not name its split has learned from all clips of the default pack.

        own: folders of the captions of a pack that was trained on others than the repository's. Raises `UserError`
        where they are not these.
        """
        split, _, more, own = trained_with(info, own if info.get(KEY) else ())
        spans = trained_spans(split if isinstance(split, str) else None, False, more, own)
        return cls(frozenset(source_of(s.clip) for s in spans), frozenset(s.action for s in spans), more)


def own_split(info: Mapping[str, object]) -> str:
    """Returns the split whose clips a pack was trained without; `HELD_OUT` for one that does not name any.

    info: of the pack.
    """
    split = info.get("split")
    known = isinstance(split, str) and (split in known_splits() or bool(info.get(KEY) and split.startswith(UNSEEN)))
    return str(split) if known else HELD_OUT


def learned_for(info: Mapping[str, object], split: str, own: Sequence[Path] = ()) -> Learned | None:
    """Returns what a pack has learned, if a split is of all collections, or captions are other ones than the
    repository's; None for a split of the default pack's clips.

    own: folders of these captions, of which the pack may have learned. Raises as `Learned.of`.
    """
    learned = Learned.of(info, own)
    of_all = split in (PEOPLE, UNSEEN_SOURCES) or learned.more or split.removeprefix(UNSEEN) in _further()
    return learned if of_all or own else None


def _further() -> set[str]:
    return {source_of(span.clip) for span in load_captions(MORE)}


def unlearned_items(pack: Pack, data: Path, body: Body, own: Sequence[Path] = ()) -> Items:
    """Loads the spans of the prepared folder `data`, split as the pack was trained. Raises as `load_items`.

    own: folders of captions in place of the repository's.
    """
    split = own_split(pack.info)
    return load_items(data, body, split, pack.fps, learned_for(pack.info, split, own), own)


def load_items(
    data: Path, body: Body, split: str, fps: float, learned: Learned | None = None, own: Sequence[Path] = ()
) -> Items:
    """Loads the spans of the prepared folder `data`, at `fps` frames per second.

    Spans made of several clips are left out, because they are no recordings. split: see `splits.is_test`, or
    `UNSEEN_SOURCES`. learned: by the pack; then spans of further collections are loaded, too, and only classes are
    tested that it has learned. own: folders of captions in place of the repository's.
    Raises `UserError` when the folder has no index or no captioned clips, a file of it is damaged, or the split holds
    out none of its clips.
    """
    there = {entry.get("clip") for entry in read_index(data) if isinstance(entry, dict)}
    captions = captions_in(own) if own else [*load_captions(), *(load_captions(MORE) if learned else [])]
    spans = [span for span in captions if not span.limbs]
    sources = sources_of(spans)
    known = [span for span in spans if span.clip in there]
    if not known:
        raise UserError(
            f"No clip of {data} has captions; evaluate on what `python -m training prepare` made, with captions of "
            "your own by --captions."
        )

    def tests(clip: str) -> bool:
        if split == UNSEEN_SOURCES and learned:
            return source_of(clip) not in learned.sources
        return is_test(clip, split, sources)

    if not any(tests(span.clip) for span in known):
        raise UserError(
            f"The split {split!r} holds no clip of {data}; choose another one, such as unseen:{min(sources)}."
        )
    load = lru_cache(maxsize=4)(lambda clip: amass.load(data / f"{clip}.npz"))  # the spans of a clip are consecutive
    parts: dict[bool, list[Item]] = {True: [], False: []}
    missing = {span.clip for span in spans if span.clip not in there and tests(span.clip)}
    unknown = {span.action for span in known if learned and tests(span.clip)} - (learned.classes if learned else set())
    held_out = {person_of(span.clip) for span in known if split.startswith(UNSEEN) and tests(span.clip)}
    for span in known:
        tested = tests(span.clip)
        if not tested and person_of(span.clip) in held_out:
            continue
        if (tested and span.action in unknown) or (
            not tested and learned and source_of(span.clip) not in learned.sources
        ):
            continue
        clip = load(span.clip)
        if span.start * clip.fps < len(clip) - 1:
            parts[tested].append(_item(clip, span, body, fps))
        elif tested:
            missing.add(f"{span.clip} at {span.start:g} s")  # captioned from a longer recording
    return Items(tuple(parts[True]), tuple(parts[False]), tuple(sorted(missing)), tuple(sorted(unknown)))


def _item(clip: Motion, span: CaptionedSpan, body: Body, fps: float) -> Item:
    end = len(clip) / clip.fps if span.end is None else min(span.end, len(clip) / clip.fps)
    motion = span_motion(clip, span, body)
    return Item(
        span.clip, span.action, span.captions, span.style, span.start, end, span.after == "hold", motion.resample(fps)
    )
