"""Shows all splits as a table: what is trained on, what is tested, and which classes both parts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .captions import CaptionedSpan
from .index import read_index
from .splits import known_splits, parted, person_of

_HEAD = (
    "| split | classes trained | tested | shared | people trained | tested | spans trained | tested | minutes trained "
    "| tested |"
)


@dataclass(frozen=True)
class Part:
    """One part of a split. minutes: of its spans, as far as the lengths of their clips are known."""

    classes: frozenset[str]
    people: frozenset[str]
    spans: int
    minutes: float

    @classmethod
    def of(cls, spans: Sequence[CaptionedSpan], lengths: Mapping[str, float]) -> Part:
        """lengths: seconds of clips."""
        seconds = 0.0
        for span in spans:
            end = lengths.get(span.clip, 0.0) if span.end is None else span.end
            seconds += max(end - span.start, 0.0)
        people = frozenset(person_of(span.clip) for span in spans)
        return cls(frozenset(span.action for span in spans), people, len(spans), seconds / 60)


def table(spans: Sequence[CaptionedSpan], lengths: Mapping[str, float]) -> dict[str, tuple[Part, Part]]:
    """Returns the parts that are trained on and tested, of every split.

    lengths: seconds of the clips that are prepared; if there are any, spans of other clips are left out.
    """
    if lengths:
        spans = [span for span in spans if span.clip in lengths]
    return {
        split: tuple(Part.of(part, lengths) for part in parted(spans, split))  # type: ignore[misc]
        for split in known_splits()
    }


def seconds_of_clips(data: Path) -> dict[str, float]:
    """Returns the seconds of every prepared clip. Raises `UserError` when there is no index."""
    return {clip["clip"]: float(clip["seconds"]) for clip in read_index(data)}


def lines_of(found: Mapping[str, tuple[Part, Part]]) -> list[str]:
    """Returns the lines of a Markdown table. Splits that test nothing are left out, and named below it."""
    lines = [_HEAD, f"|---{'|---:' * (_HEAD.count('|') - 2)}|"]
    for split, (trained, tested) in found.items():
        if tested.spans:
            shared = len(trained.classes & tested.classes)
            cells = (
                len(trained.classes), len(tested.classes), shared, len(trained.people), len(tested.people),
                trained.spans, tested.spans, f"{trained.minutes:.1f}", f"{tested.minutes:.1f}",
            )  # fmt: skip
            lines.append(f"| {split} | {' | '.join(map(str, cells))} |")
    if empty := [split for split, (_, tested) in found.items() if not tested.spans]:
        lines += ["", f"Without captioned clips: {', '.join(empty)}."]
    return lines
