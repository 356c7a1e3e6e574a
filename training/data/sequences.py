"""Joins captioned spans that follow each other in a clip to sequences: a text of a sequence is all its actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .captions import CaptionedSpan

JOIN = " and "
_GAP = 0.5  # seconds without a caption that may lie between two spans of a sequence
_SAME = 1e-6  # seconds


@dataclass(frozen=True)
class Sequence(CaptionedSpan):
    """Two spans, one after the other. seam: seconds in the clip at which the second begins to show."""

    seam: float = 0.0


def sequences(spans: Iterable[CaptionedSpan]) -> list[Sequence]:
    """Returns a sequence of every two of the spans that follow each other in their clip, by clip and time.

    Spans that are no plain recordings (with limbs of other clips, at another rate, made to travel) are left out.
    """
    clips: dict[str, list[CaptionedSpan]] = {}
    for span in spans:
        if not (span.limbs or span.travel or span.speed or span.rate != 1.0):
            clips.setdefault(span.clip, []).append(span)
    found = []
    for of_clip in clips.values():
        in_order = sorted(of_clip, key=lambda span: span.start)
        for first in in_order:
            following = (then for then in in_order if _follows(first, then))
            if (then := next(following, None)) is not None:
                found.append(_sequence(first, then))
    return found


def _follows(first: CaptionedSpan, then: CaptionedSpan) -> bool:
    return first.end is not None and -_SAME <= then.start - first.end <= _GAP


def _sequence(first: CaptionedSpan, then: CaptionedSpan) -> Sequence:
    assert first.end is not None
    wordings = max(len(first.captions), len(then.captions))
    captions = dict.fromkeys(
        joined((first.captions[i % len(first.captions)], then.captions[i % len(then.captions)]))
        for i in range(wordings)
    )
    action = first.action if first.action == then.action else f"{first.action}_and_{then.action}"
    return Sequence(
        first.clip, action, tuple(captions), exemplar=False, after=then.after, start=first.start, end=then.end,
        seam=(first.end + then.start) / 2,
    )  # fmt: skip


def joined(texts: Iterable[str]) -> str:
    """Returns the text of actions that follow each other, each named once."""
    return JOIN.join(dict.fromkeys(texts))
