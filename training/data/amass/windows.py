"""Cuts recordings into windows with their labels, and returns the text of a crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .babel import Entry, Label
from .files import FPS, Skipped

CHUNK = 100
"""Frames of a window. The released code cuts windows of just so many and draws crops of 60 from them."""

SHORTEST = 60
_LONGEST_OFF = 0.1  # share of its length by which a recording may differ from BABEL's duration
_TOLD = 15  # least frames of an action in a crop for it to be in the text, unless the action is shorter
_JOIN = " and "
TEXTS = ("raw", "proc")


@dataclass(frozen=True)
class Span:
    """An action from frame `start` to `stop` (exclusive) of a window, beyond which it may reach."""

    start: int
    stop: int
    raw: str
    proc: str
    categories: tuple[str, ...]

    def frames(self, start: int, stop: int) -> int:
        """Returns how many of its frames lie in a crop."""
        return max(min(stop, self.stop) - max(start, self.start), 0)


@dataclass(frozen=True)
class Window:
    """Frames `start` to `stop` of a recording at 30 frames a second.

    spans: the actions in it.
    drifted: the same with the categories that the released code assigns to it; None if they equal `spans`.
    """

    start: int
    stop: int
    spans: tuple[Span, ...]
    drifted: tuple[Span, ...] | None = None

    def __len__(self) -> int:
        return self.stop - self.start


def cut(frames: int, entry: Entry) -> list[Window]:
    """Cuts a recording into windows of about `CHUNK` frames, and leaves out those without a label.

    Raises `Skipped` where none is left.
    """
    if frames < SHORTEST:
        raise Skipped("under 60 frames", f"{frames} frames")
    seconds = frames / FPS
    if abs(seconds - entry.seconds) > max(_LONGEST_OFF * seconds, 0.5):
        raise Skipped("another length", f"it lasts {seconds:.1f} s, and BABEL says {entry.seconds:.1f} s")
    scale = frames / entry.seconds
    spans = []
    for label in entry.whole if entry.parts is None else entry.parts:
        start = 0 if label.start is None else min(round(label.start * scale), frames)
        stop = frames if label.end is None else min(round(label.end * scale), frames)
        if start < stop:
            spans.append(_span(label, start, stop))
    spans.sort(key=lambda span: (span.start, span.stop))
    parts = max(1, round(frames / CHUNK))
    bounds = [frames * i // parts for i in range(parts + 1)]
    windows = [Window(a, b, _within(spans, a, b)) for a, b in pairwise(bounds)]
    windows = [window for window in windows if window.spans]
    if not windows:
        raise Skipped("nothing told", "no label of BABEL lies in it")
    return windows


def cut_legacy(frames: int, source_frames: int, stride: int, entry: Entry) -> list[Window]:
    """Cuts as the released code does: windows of 100 frames, one label a frame, categories that drift.

    source_frames: of the file, of which every `stride`th is left. Texts go with the poses; the category of frame i is
    that of the file's frame i, which is earlier by the stride. Where labels overlap the later one counts, and frames
    without a label have an empty one. Raises `Skipped` for a recording under 60 frames, and for one under 100, which
    the released code drops as it cuts.
    """
    if frames < SHORTEST:
        raise Skipped("under 60 frames", f"{frames} frames")
    if frames < CHUNK:
        raise Skipped("under 100 frames", f"{frames} frames make no window")
    rate = source_frames / entry.seconds
    told = np.full(source_frames, -1)
    acts = np.full(source_frames, -1)
    if entry.parts is None:
        joined = (label.raw for label in entry.whole), (label.proc for label in entry.whole)
        # without a space before it, as the released code has it
        raw, proc = ("and ".join(texts) for texts in joined)
        labels = [Label(raw, proc, tuple(c for label in entry.whole for c in label.categories or ()))]
        told[:] = acts[:] = 0
    else:
        labels = list(entry.parts)
        for i, label in enumerate(labels):
            during = slice(round(label.start * rate), round(label.end * rate))
            told[during] = i
            if label.categories is not None:
                acts[during] = i
    told = told[::stride]
    windows = []
    for start in range(0, frames - CHUNK + 1, CHUNK):
        stop = start + CHUNK
        spans = tuple(_runs(told[start:stop], labels))
        windows.append(Window(start, stop, spans, tuple(_runs(acts[start:stop], labels))))
    return windows


def text_of(spans: Sequence[Span], start: int, stop: int, kind: str = "raw") -> str:
    """Returns the text of a crop: all actions in it, joined in the order in which they begin.

    An action of which the crop shows less than half a second is not told, unless there is no other. kind: of `TEXTS`.
    """
    inside = [span for span in spans if span.frames(start, stop)]
    told = [span for span in inside if span.frames(start, stop) >= min(_TOLD, span.stop - span.start)]
    told = told or sorted(inside, key=lambda span: -span.frames(start, stop))[:1]
    return _JOIN.join(dict.fromkeys(getattr(span, kind) for span in told))


def legacy_text_of(spans: Sequence[Span], start: int, stop: int, kind: str = "raw") -> str:
    """Returns the released code's text: the frames' distinct labels, sorted; unlabelled frames have an empty one."""
    return _JOIN.join(sorted({getattr(span, kind) for span in spans if span.frames(start, stop)}))


def categories_of(spans: Sequence[Span], start: int, stop: int) -> list[str]:
    """Returns the categories of a crop in the order of its spans, as often as spans name them."""
    return [category for span in spans if span.frames(start, stop) for category in span.categories]


def legacy_categories_of(spans: Sequence[Span], start: int, stop: int) -> list[str]:
    """Returns the released code's categories: those of the frames' distinct lists, sorted as texts."""
    lists = {",".join(span.categories) for span in spans if span.frames(start, stop)}
    return [category for joined in sorted(lists) for category in joined.split(",") if category]


def _span(label: Label, start: int, stop: int) -> Span:
    return Span(start, stop, label.raw, label.proc, label.categories or ())


def _within(spans: Sequence[Span], start: int, stop: int) -> tuple[Span, ...]:
    """Returns the spans that show in a window, counted from its first frame."""
    return tuple(
        replace(span, start=span.start - start, stop=span.stop - start) for span in spans if span.frames(start, stop)
    )


def _runs(numbers: np.ndarray, labels: Sequence[Label]) -> list[Span]:
    """Joins frames of one label to spans; -1 is the empty label."""
    ends = [*(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    spans, start = [], 0
    for stop in ends:
        label = labels[numbers[start]] if numbers[start] >= 0 else Label("", "", ())
        spans.append(_span(label, start, stop))
        start = stop
    return spans
