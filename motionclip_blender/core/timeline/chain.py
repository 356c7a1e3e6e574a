"""Joins segments to one motion, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..cleanup.foot_locking import on_floor
from ..cleanup.loop import extended
from ..cleanup.seams import LONGEST, SEAM, best_entry, ground_poses, needed_seam, possible
from ..prompt_plan.told import Step
from .bridges import bridged

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion

_LATEST = 20  # frames that a motion that goes on may be entered late, so that its poses agree with those before
_LOOKED_AT = 6  # frames whose poses are compared at a seam
_CUT = 5  # frames that may be cut without a remark


class Segment(Protocol):
    """A segment that can be made at any length.

    frames: its length, at the pack's rate.
    """

    @property
    def title(self) -> str: ...

    @property
    def frames(self) -> int: ...

    def goes_on(self) -> bool:
        """Tells whether it begins with a motion that repeats itself, so that it may be entered late."""
        ...

    def make(self, frames: int) -> tuple[Motion, Sequence[str], Sequence[Step]]:
        """Returns its motion, `frames` long, remarks, and what was understood of it."""
        ...


@dataclass(frozen=True, eq=False)
class Chained:
    """A joined motion at the pack's rate, before the clean-up.

    starts: the frame at which each segment starts. put_in: frames between segments. notes, steps: as in
    `recipe.content.Decoded`.
    """

    motion: Motion
    starts: tuple[int, ...]
    put_in: int
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    def lasting(self, frames: int) -> Chained:
        """Returns the same, with the end cut or held."""
        notes = self.notes
        if len(self.motion) > frames + _CUT:
            said = f"The timeline takes {len(self.motion)} frames, and {frames} are asked for: the end is cut."
            notes = (*notes, said)
        return replace(self, motion=extended(self.motion, frames, hold=True).crop(0, frames), notes=notes)


def chained(engine: Engine, segments: Sequence[tuple[Segment, int | None]]) -> Chained:
    """Joins segments, at least one. Their lengths are kept; only what is put in between is added.

    segments: each with the frames of the cross-fade from the one before, or None for as many as the poses need.
    Raises what making one raises.
    """
    motion: Motion | None = None
    starts: list[int] = []
    put_in, room = 0, 0
    notes: list[str] = []
    understood: list[Sequence[Step]] = []
    for number, (segment, seam) in enumerate(segments, 1):
        if motion is None:
            made, said, told = segment.make(segment.frames)
            starts.append(0)
            motion = on_floor(made, engine.body)
        else:
            entry = _Entry(engine, segment, seam)
            before = len(motion)
            motion, wordings = bridged(engine, motion, entry.first_pose, room // 2)
            if wordings:
                put_in += len(motion) - before
                quoted = ", then ".join(f'"{wording}"' for wording in wordings)
                frames = len(motion) - before
                notes.append(f"Between the segments {number - 1} and {number} {quoted} is put in: {frames} frames.")
                room = frames
            following, faded = entry.after(motion, room // 2)
            said, told = list(entry.notes), entry.steps
            if seam is not None and faded < seam:
                said.append(f"There is room for {faded} of the {seam} frames of its transition.")
            starts.append(len(motion) - faded)
            motion = motion.fade_into(following, faded) if faded else motion.concatenate(following)
        room = segment.frames
        understood.append(told)
        notes += [f"Segment {number}: {note}" for note in said]
    assert motion is not None
    ends = [*starts[1:], len(motion)]
    steps = [
        step
        for (segment, _), start, end, told in zip(segments, starts, ends, understood, strict=True)
        for step in _placed(segment.title, told, start, end)
    ]
    return Chained(motion, tuple(starts), put_in, tuple(dict.fromkeys(notes)), tuple(steps))


def _placed(title: str, steps: Sequence[Step], start: int, end: int) -> list[Step]:
    """Returns the steps of a segment at its frames of the whole; what is no prompt is one step."""
    found = steps or (Step(title, title, 1.0, True, 0, end - start - 1),)
    last = max(end - 1, start)
    return [
        replace(step, first=min(start + step.first, last), last=min(start + step.last, last), others=())
        for step in found
    ]


class _Entry:
    """The way into a segment: which of its frames is the first, and over how many frames it is faded in."""

    def __init__(self, engine: Engine, segment: Segment, seam: int | None) -> None:
        self._engine, self._segment, self._asked = engine, segment, seam
        self._latest = _LATEST if segment.goes_on() else 0
        self._make(SEAM if seam is None else seam)

    def _make(self, seam: int) -> None:
        self._seam = seam
        made, self.notes, self.steps = self._segment.make(self._segment.frames + seam + self._latest)
        self._motion = on_floor(made, self._engine.body)
        self._poses = ground_poses(self._motion, self._engine.body)

    @property
    def first_pose(self) -> np.ndarray:
        return self._poses[0]

    def after(self, motion: Motion, room: int) -> tuple[Motion, int]:
        """Returns the segment's motion to be faded in after `motion`, and the frames of the cross-fade.

        room: the most frames of `motion` that may be faded.
        """
        body, most = self._engine.body, min(room, self._segment.frames // 2)
        tail = ground_poses(motion.crop(max(len(motion) - LONGEST, 0), len(motion)), body)
        at = best_entry(tail[-max(self._seam, 2) :], self._poses, self._latest)
        if self._asked is None:
            needed = needed_seam(tail[-_LOOKED_AT:], self._poses[at : at + _LOOKED_AT], motion.fps)
            if min(needed, most) > self._seam:
                self._make(min(needed, most))
                at = best_entry(tail[-self._seam :], self._poses, self._latest)
        seam = min(possible(self._seam, motion, self._motion), most)
        return self._motion.crop(at, at + self._segment.frames + seam), seam
