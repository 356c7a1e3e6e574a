"""Defines timelines: contents of any other kind one after the other, made as one continuous motion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..errors import UserError
from ..latents.expression import Expression
from ..latents.terms import Source
from ..prompt import MAX_FRAMES, MIN_FRAMES, MOST_SEGMENTS
from ..prompt_plan.told import at_rate
from ..timeline.chain import Chained, chained
from ..timeline.parts import Part, kept
from .content import Content, Decoded
from .plan import PromptPlan

if TYPE_CHECKING:
    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine
    from ..motion import Motion
    from ..timeline.chain import Segment

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

        def check(frames: int) -> None:
            self._check_total(frames / engine.pack.fps, " with what is put in between")

        return max(len(self._chained(engine, latents, clean_up, check=check).motion), MIN_FRAMES)

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        made, natural = self._lasting(engine, latents, clean_up)
        rate = clean_up.fps / engine.pack.fps
        steps = tuple(at_rate(made.steps, rate, clean_up.frames))
        starts = tuple(min(round(start * rate), clean_up.frames - 1) for start in made.starts)
        return Decoded(made.motion, notes=made.notes, steps=steps, starts=starts, natural=natural)

    def _lasting(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> tuple[Chained, bool]:
        """Joins the segments, `clean_up.length` frames together: each is longer or shorter by one factor.

        Also returns whether none had to be. latents and errors are those of `decode`.
        """
        asked = clean_up.length
        tried = [self._chained(engine, latents, clean_up)]
        own = np.array(tried[0].own, float)
        # the frames of another rate that come nearest may be one more or less than the segments take
        near = max(math.ceil(engine.pack.fps / clean_up.fps), 1) if clean_up.fps != engine.pack.fps else 0
        while abs(len(tried[-1].motion) - asked) > near and len(tried) < _TRIES:
            # the segments together are as long as what is put in between leaves
            total = max(asked - tried[-1].put_in, float(len(self.segments) * MIN_FRAMES))
            ends = np.round(np.cumsum(own) * (total / own.sum())).astype(int)
            tried.append(self._chained(engine, latents, clean_up, np.diff(ends, prepend=0)))
        best = min(tried, key=lambda each: abs(len(each.motion) - asked))
        return best.lasting(asked), best is tried[0]

    def _chained(
        self,
        engine: Engine,
        latents: Mapping[Source, np.ndarray],
        clean_up: CleanUp,
        lengths: np.ndarray | None = None,
        check: Callable[[int], None] | None = None,
    ) -> Chained:
        """Joins the segments at the pack's rate.

        lengths: (segments,) frames of each; by default as told, or as long as it takes by itself. check: as for
        `timeline.chain.chained`. latents and errors are those of `decode`.
        """
        makers: list[tuple[Segment, int | None]] = []
        for number, segment in enumerate(self.segments, 1):
            seam = None if segment.transition is None else round(segment.transition * engine.pack.fps)
            maker = _Maker(number, segment.content, engine, latents, clean_up)
            told = maker.natural(segment.seconds) if lengths is None else int(lengths[number - 1])
            makers.append((replace(maker, frames=None if told is None else max(told, MIN_FRAMES)), seam))
        return chained(engine, makers, check)


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
    frames: int | None = None

    @property
    def title(self) -> str:
        return self.content.title

    def natural(self, seconds: float | None) -> int | None:
        """Returns the told or natural length in frames; None for a prompt whose motion must be made to know it."""
        if seconds is not None:
            return round(seconds * self.engine.pack.fps)
        if not isinstance(self.content, PromptPlan):
            return _NATURAL
        with of_segment(self.number):
            return self.content.known_length(self.engine)

    def goes_on(self) -> bool:
        with of_segment(self.number):
            return not isinstance(self.content, PromptPlan) or self.content.goes_on(self.engine)

    def rests(self) -> bool:
        with of_segment(self.number):
            return isinstance(self.content, PromptPlan) and self.content.rests(self.engine)

    def of_upper_body(self, motion: Motion) -> bool:
        with of_segment(self.number):
            return isinstance(self.content, PromptPlan) and self.content.of_upper_body(self.engine, motion)

    def make(self, frames: int | None) -> Part:
        latents = tuple(self.latents[term.source].tobytes() for term in self.content.terms)
        with of_segment(self.number):
            return kept(self.engine, (self.content, latents, frames), lambda: self._made(frames))

    def _made(self, frames: int | None) -> Part:
        if frames is None:
            assert isinstance(self.content, PromptPlan)  # the only content whose length is unknown before
            found = self.content.natural(self.engine)
        else:
            fps = self.engine.pack.fps
            alone = replace(self.clean_up, frames=min(frames, MAX_FRAMES), fps=fps, loop=False, in_place=False)
            found = self.content.decode(self.engine, self.latents, alone)
        return Part.of(self.engine, found.motion, found.notes, found.steps)
