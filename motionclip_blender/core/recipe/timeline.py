"""Defines timelines: contents of any other kind one after the other, made as one continuous motion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..errors import UserError
from ..latents.expression import Expression
from ..latents.terms import Source
from ..prompt import MAX_FRAMES, MIN_FRAMES
from ..prompt_plan.told import at_rate
from ..timeline.chain import Chained, chained
from .content import Content, Decoded
from .plan import PromptPlan

if TYPE_CHECKING:
    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine
    from ..motion import Motion
    from ..prompt_plan.told import Step
    from ..timeline.chain import Segment

MOST_SEGMENTS = 50
MOST_SECONDS = 120.0
LONGEST_TRANSITION = 3.0
"""Seconds."""

_NATURAL = 60  # frames of a segment of no told length that is no prompt, at the pack's rate
_TIE = 1e-6
_TRIES = 4  # rounds in which the lengths of segments are fitted to that of the whole
_NAMED = 3  # segments that the title names


@dataclass(frozen=True)
class TimelineSegment:
    """One segment of a timeline.

    Raises `UserError` for values that cannot be.
    content: any kind but a timeline.
    seconds: its length; None for as long as it takes by itself.
    transition: seconds of the cross-fade from the segment before; None for as long as the two poses need.
    """

    content: Content
    seconds: float | None = None
    transition: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.content, Timeline):
            raise UserError("A timeline cannot hold another one; list its segments instead.")
        if self.seconds is not None and not 0 < self.seconds <= MOST_SECONDS:  # nan included
            raise UserError(
                f"The length must be more than 0 and at most {MOST_SECONDS:g} seconds, not {self.seconds:g}."
            )
        if self.transition is not None and not 0 <= self.transition <= LONGEST_TRANSITION:
            raise UserError(f"The transition must be 0 to {LONGEST_TRANSITION:g} seconds, not {self.transition:g}.")


@dataclass(frozen=True)
class Timeline(Content):
    """Segments that are made as one motion: each goes on from where and how the one before it ended.

    Where the postures at a seam differ, as lying and walking, a known motion between them is put in, such as getting
    up. Raises `UserError`, with the number of the segment, for what cannot be made of any pack.
    """

    kind: ClassVar[str] = "timeline"
    has_latent: ClassVar[bool] = False

    segments: tuple[TimelineSegment, ...]

    def __post_init__(self) -> None:
        if not self.segments:
            raise UserError("The timeline has no segments; write at least one.")
        if len(self.segments) > MOST_SEGMENTS:
            raise UserError(f"The timeline has {len(self.segments)} segments, and {MOST_SEGMENTS} are the most.")
        self._check_total(math.fsum(segment.seconds or 0.0 for segment in self.segments))

    def _check_total(self, seconds: float, more: str = "") -> None:
        if seconds > MOST_SECONDS + _TIE:
            raise UserError(
                f"The segments last {seconds:g} seconds together{more}, and {MOST_SECONDS:g} are the most, "
                f"{MAX_FRAMES:,} frames at 30 per second; shorten some."
            )

    @property
    def title(self) -> str:
        titles = [segment.content.title for segment in self.segments]
        return ", then ".join(titles[:_NAMED]) + (", ..." if len(titles) > _NAMED else "")

    @property
    def description(self) -> str:
        return f"{len(self.segments)} segments: " + ", then ".join(one.content.description for one in self.segments)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(one for segment in self.segments for one in segment.content.expressions)

    @property
    def sources(self) -> tuple:
        return self.kind, *(segment.content.sources for segment in self.segments)

    @property
    def typed(self) -> bool:
        return False

    def renamed(self, names: Mapping[Source, Source]) -> Timeline:
        return replace(self, segments=tuple(replace(s, content=s.content.renamed(names)) for s in self.segments))

    def natural_length(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> int:
        """Counts the frames of all segments and of what is put in between, at the pack's rate.

        latents, clean_up and errors are those of `decode`; only the length of `clean_up` has no meaning here. Raises
        `UserError` for more than `MAX_FRAMES`, too.
        """
        own = self._own_lengths(engine)
        self._check_total(float(own.sum()) / engine.pack.fps)
        frames = len(self._chained(engine, latents, clean_up, own, float(own.sum())).motion)
        self._check_total(frames / engine.pack.fps, " with what is put in between")
        return max(frames, MIN_FRAMES)

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        asked, own = clean_up.length, self._own_lengths(engine)
        total = float(own.sum())
        if total > MAX_FRAMES:
            total = float(asked)
        tried: list[Chained] = []
        for _ in range(_TRIES):
            tried.append(self._chained(engine, latents, clean_up, own, total))
            if len(tried[-1].motion) == asked:
                break
            # the segments together are as long as what is put in between leaves
            total = max(asked - tried[-1].put_in, float(len(self.segments) * MIN_FRAMES))
        best = min(tried, key=lambda each: abs(len(each.motion) - asked))
        made = best.lasting(asked)
        rate = clean_up.fps / engine.pack.fps
        return Decoded(made.motion, notes=made.notes, steps=tuple(at_rate(made.steps, rate, clean_up.frames)))

    def _own_lengths(self, engine: Engine) -> np.ndarray:
        """Returns the length of each segment, told or natural, in frames at the pack's rate."""
        own = []
        for number, segment in enumerate(self.segments, 1):
            if segment.seconds is not None:
                own.append(segment.seconds * engine.pack.fps)
            elif isinstance(segment.content, PromptPlan):
                with of_segment(number):
                    own.append(float(segment.content.natural_length(engine)))
            else:
                own.append(float(_NATURAL))
        return np.array(own)

    def _chained(
        self,
        engine: Engine,
        latents: Mapping[Source, np.ndarray],
        clean_up: CleanUp,
        own: np.ndarray,
        total: float,
    ) -> Chained:
        """Makes all segments, `total` frames together: each longer or shorter than its `own` length by one factor."""
        ends = np.round(np.cumsum(own) * (total / own.sum())).astype(int)
        frames = np.maximum(np.diff(ends, prepend=0), MIN_FRAMES)
        makers: list[tuple[Segment, int | None]] = []
        for number, (segment, length) in enumerate(zip(self.segments, frames, strict=True), 1):
            seam = None if segment.transition is None else round(segment.transition * engine.pack.fps)
            makers.append((_Maker(number, segment.content, engine, latents, clean_up, int(length)), seam))
        return chained(engine, makers)


@contextmanager
def of_segment(number: int) -> Iterator[None]:
    """Names the segment in errors."""
    try:
        yield
    except UserError as error:
        raise UserError(f"Segment {number}: {error}") from error


@dataclass(frozen=True, eq=False)
class _Maker:
    """A content as a segment of `timeline.chain`."""

    number: int
    content: Content
    engine: Engine
    latents: Mapping[Source, np.ndarray]
    clean_up: CleanUp
    frames: int

    @property
    def title(self) -> str:
        return self.content.title

    def goes_on(self) -> bool:
        with of_segment(self.number):
            return not isinstance(self.content, PromptPlan) or self.content.goes_on(self.engine)

    def make(self, frames: int) -> tuple[Motion, Sequence[str], Sequence[Step]]:
        fps = self.engine.pack.fps
        alone = replace(self.clean_up, frames=min(frames, MAX_FRAMES), fps=fps, loop=False, in_place=False)
        with of_segment(self.number):
            found = self.content.decode(self.engine, self.latents, alone)
        return found.motion, found.notes, found.steps
