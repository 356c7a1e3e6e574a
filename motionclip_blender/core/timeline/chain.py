"""Joins segments to one motion, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ..cleanup.loop import extended
from ..cleanup.seams import LONGEST, SEAM, best_entry, ground_poses, last_frame, last_pose, needed_seam, possible
from ..modifiers.upper_body import in_pose
from ..prompt_plan.told import Step
from .bridges import bridged
from .joining import followed_by
from .parts import Part
from .postures import down, on_feet

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion

_LATEST = 20  # frames that a motion that goes on may be entered late, so that its poses agree with those before
_LOOKED_AT = 6  # frames whose poses are compared at a seam
_CUT = 5  # frames that may be cut without a remark


class Segment(Protocol):
    """A segment that can be made at any length.

    frames: its length, at the pack's rate; None for a segment that is as long as its motion takes, of which the
        cross-fade from the one before is a part.
    """

    @property
    def title(self) -> str: ...

    @property
    def frames(self) -> int | None: ...

    def goes_on(self) -> bool:
        """Tells whether it begins with a motion that repeats itself, so that it may be entered late."""
        ...

    def rests(self) -> bool:
        """Tells whether it comes to rest, so that its last pose may be held."""
        ...

    def of_upper_body(self, motion: Motion) -> bool:
        """Tells whether its motion can be done by who sits or kneels."""
        ...

    def make(self, frames: int | None) -> Part:
        """Returns its motion, `frames` long or, without that, as long as it takes by itself."""
        ...


@dataclass(frozen=True, eq=False)
class Chained:
    """A joined motion at the pack's rate, before the clean-up.

    starts: the frame at which each segment starts. own: frames of each segment, without what is put in between.
    notes, steps: as in `recipe.content.Decoded`.
    """

    motion: Motion
    starts: tuple[int, ...]
    own: tuple[int, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def put_in(self) -> int:
        """Counts the frames between segments."""
        return len(self.motion) - sum(self.own)

    def lasting(self, frames: int) -> Chained:
        """Returns the motion at a length of `frames`: its end is cut, or its last pose held; a cut is noted."""
        notes = self.notes
        if len(self.motion) > frames + _CUT:
            took, asked = len(self.motion) / self.motion.fps, frames / self.motion.fps
            said = f"The timeline takes {took:.1f} seconds, and {asked:.1f} are asked for: the end is cut."
            notes = (*notes, said)
        return replace(self, motion=extended(self.motion, frames, hold=True).crop(0, frames), notes=notes)


def chained(
    engine: Engine, segments: Sequence[tuple[Segment, int | None]], check: Callable[[int], None] | None = None
) -> Chained:
    """Joins segments, at least one. Their lengths are kept; only what is put in between is added.

    segments: each with the frames of the cross-fade from the one before, or None for as many as the poses need.
    check: called with the frames so far, to end it early by an exception. Raises what making a segment raises, too.
    """
    motion: Motion | None = None
    pose: Motion | None = None  # in which somebody sits or kneels
    starts: list[int] = []
    own: list[int] = []
    room = 0
    notes: list[str] = []
    understood: list[Sequence[Step]] = []
    for number, (segment, seam) in enumerate(segments, 1):
        if motion is None:
            part = segment.make(segment.frames)
            starts.append(0)
            motion = part.motion
            own.append(len(motion))
            room, said = len(motion), list(part.notes)
        else:
            entry = _Entry(engine, segment, seam, pose)
            part, before = entry.part, len(motion)
            motion, wordings = bridged(engine, motion, part.poses[0], room // 2)
            if wordings:
                quoted = ", then ".join(f'"{wording}"' for wording in wordings)
                room = len(motion) - before
                took = room / motion.fps
                notes.append(f"Between the segments {number - 1} and {number} {quoted} is put in: {took:.1f} seconds.")
            following, faded = entry.after(motion, room // 2)
            part, said = entry.part, list(entry.part.notes)
            if seam is not None and faded < seam:
                has, asked = faded / motion.fps, seam / motion.fps
                said.append(f"There is room for {has:.2g} of the {asked:.2g} seconds of its transition.")
            starts.append(len(motion) - faded)
            own.append(len(following) - faded)
            motion = followed_by(motion, following, faded, engine.body)
            room = own[-1]
            pose = pose if entry.in_pose else None
        if pose is None and _sits(engine, motion):
            pose = last_frame(motion)
        if check is not None:
            check(len(motion))
        understood.append(part.steps)
        notes += [f"Segment {number}: {note}" for note in said]
    assert motion is not None
    ends = [*starts[1:], len(motion)]
    steps = [
        step
        for (segment, _), start, end, told in zip(segments, starts, ends, understood, strict=True)
        for step in _placed(segment.title, told, start, end)
    ]
    return Chained(motion, tuple(starts), tuple(own), tuple(dict.fromkeys(notes)), tuple(steps))


def _placed(title: str, steps: Sequence[Step], start: int, end: int) -> list[Step]:
    """Returns the steps of a segment at its frames of the whole; what is no prompt is one step."""
    found = steps or (Step(title, title, 1.0, True, 0, end - start - 1),)
    last = max(end - 1, start)
    return [
        replace(step, first=min(start + step.first, last), last=min(start + step.last, last), others=())
        for step in found
    ]


def _sits(engine: Engine, motion: Motion) -> bool:
    """Checks whether a motion ends with somebody who sits or kneels."""
    last = last_pose(motion, engine.body)
    return down(last, engine.body.joints()[0, 1]) and not on_feet(last)


class _Entry:
    """The way into a segment: which of its frames is the first, and over how many frames it is faded in.

    part: the segment's motion, with frames to spare where its length is told. in_pose: whether it is done in the pose
    in which somebody sits or kneels.
    """

    def __init__(self, engine: Engine, segment: Segment, seam: int | None, pose: Motion | None) -> None:
        self._engine, self._segment, self._asked, self._pose = engine, segment, seam, pose
        self.in_pose = False
        self._latest = _LATEST if segment.goes_on() else 0
        self._seam = SEAM if seam is None else seam
        self.part = self._made()

    def _made(self) -> Part:
        frames = self._segment.frames
        part = self._segment.make(None if frames is None else frames + self._seam + self._latest)
        self.in_pose = self._pose is not None and self._segment.of_upper_body(part.motion)
        if self._pose is None or not self.in_pose:
            return part
        notes = (*part.notes, f'"{self._segment.title}" is done in the pose of the segment before.')
        return Part.of(self._engine, in_pose(part.motion, self._pose, self._engine.body), notes, part.steps)

    def after(self, motion: Motion, room: int) -> tuple[Motion, int]:
        """Returns the segment's motion to be faded in after `motion`, and the frames of the cross-fade.

        room: the most frames of `motion` that may be faded.
        """
        body, told = self._engine.body, self._segment.frames
        most = min(room, (len(self.part) if told is None else told) // 2)
        tail = ground_poses(motion.crop(max(len(motion) - LONGEST, 0), len(motion)), body)
        at = best_entry(tail[-max(self._seam, 2) :], self.part.poses, self._latest)
        following = self.part.motion
        if self._asked is None:
            needed = needed_seam(tail[-_LOOKED_AT:], self.part.poses[at : at + _LOOKED_AT], motion.fps)
            if min(needed, most) > self._seam:
                self._seam = min(needed, most)
                latest = self._latest
                if told is not None:
                    following, latest = self._longer(told)
                at = best_entry(tail[-self._seam :], self.part.poses, latest)
        seam = min(possible(self._seam, motion, following), most)
        return following.crop(at, len(following) if told is None else at + told + seam), seam

    def _longer(self, told: int) -> tuple[Motion, int]:
        """Returns the motion with frames enough for a longer cross-fade, and the latest frame to enter it at."""
        spare = len(self.part) - told - self._seam
        if spare >= 0:
            return self.part.motion, min(self._latest, spare)
        if self._segment.rests():
            return extended(self.part.motion, told + self._seam, hold=True), 0
        self.part = self._made()
        return self.part.motion, self._latest
