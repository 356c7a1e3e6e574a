"""Decides which clips are held out for testing: `splits.json`.

A take is one performance. Partners of one dance, and clips cut from each other, are one take, and a take is never in
both parts. What is held out shows classes that the rest shows too. `split_proposal` makes the choices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from motionclip_blender.core.errors import UserError

from ..shipped import shipped
from .captions import CaptionedSpan
from .clip_files.collection import collections

SPLITS = Path(__file__).with_name("splits.json")
UNSEEN = "unseen:"
HELD_OUT = "held-out"
"""Some takes of the clips of which the default pack is made; their performers are trained on in other takes."""
PEOPLE = "people"
"""All takes of some people, of all collections."""
OF_AMASS = ("amass", "babel")
"""Those of shards: by data set, and BABEL's own. Clips know nothing of them."""
CHOSEN = {HELD_OUT: "held_out", PEOPLE: "held_out_people"}
"""The splits that are a choice, with their keys in `splits.json`."""
_CMU = "cmu-"


@cache
def data() -> dict:
    """Returns what `splits.json` holds."""
    return shipped(SPLITS)


def known_splits() -> list[str]:
    """Returns the names of all splits."""
    return [*CHOSEN, *(UNSEEN + source for source in data()["sources"])]


@cache
def _same_take() -> dict[str, str]:
    return {clip: clips[0] for clips in data()["same_take"] for clip in clips}


def source_of(clip: str) -> str:
    """Returns the collection, or the folder, of a clip."""
    return clip.partition("/")[0]


@cache
def _performance(clip: str) -> tuple[str, str] | None:
    collection = collections().get(source_of(clip))
    return None if collection is None else collection.performance(clip.partition("/")[2])


def person_of(clip: str) -> str:
    """Returns who performs a clip. Clips whose performer is not known are by one person a collection."""
    known = _performance(clip)
    return source_of(clip) if known is None else known[0]


def take_of(clip: str) -> str:
    """Returns the take of a clip: the name of the take's first clip, or that of its performance."""
    if clip in _same_take():
        return _same_take()[clip]
    known = _performance(clip)
    if known is None:
        return clip
    # other collections hold takes of CMU's, too, which are called as in CMU's own
    take = f"cmu/{known[1].removeprefix(_CMU)}" if known[1].startswith(_CMU) else known[1]
    return _same_take().get(take, take)


def is_test(clip: str, split: str = HELD_OUT, sources: Collection[str] = ()) -> bool:
    """Returns whether a clip is for testing only.

    split: one of `known_splits`. Of "unseen:" and a source, all clips of that source are for testing, and no others.
    sources: further ones that may be unseen, such as folders of one's own clips.
    Raises `UserError` for an unknown split.
    """
    if split == HELD_OUT:
        return take_of(clip) in data()[CHOSEN[HELD_OUT]]
    if split == PEOPLE:
        return person_of(clip) in data()[CHOSEN[PEOPLE]]
    if split not in known_splits() and split not in {UNSEEN + source for source in sources}:
        chosen, unseen = ", ".join(CHOSEN), ", ".join(known_splits()[len(CHOSEN) :])
        raise UserError(f"There is no split {split!r}; choose {chosen} or one of {unseen}.")
    return source_of(clip) == split.removeprefix(UNSEEN)


def parted(spans: Iterable[CaptionedSpan], split: str) -> tuple[list[CaptionedSpan], list[CaptionedSpan]]:
    """Returns the spans that are trained on and those that are tested.

    A span with limbs of other clips is trained on when none of its clips is tested, and never tested. Where a source is
    unseen, so are its people: what they do in other sources is in neither part.
    """
    spans = list(spans)
    sources = sources_of(spans)
    trained = [s for s in spans if not any(is_test(clip, split, sources) for clip in clips_of(s))]
    tested = [s for s in spans if not s.limbs and is_test(s.clip, split, sources)]
    if split.startswith(UNSEEN):
        unseen = {person_of(span.clip) for span in tested}
        trained = [s for s in trained if unseen.isdisjoint(map(person_of, clips_of(s)))]
    return trained, tested


def clips_of(span: CaptionedSpan) -> tuple[str, ...]:
    """Returns all clips that a span shows."""
    return (span.clip, *span.limbs.values())


def sources_of(spans: Iterable[CaptionedSpan]) -> set[str]:
    """Returns the collections, and the folders, of all clips that spans show."""
    return {source_of(clip) for span in spans for clip in clips_of(span)}
