"""Performs a plan as one motion: makes every step's, and joins them.

The motions of all steps are decoded together. The clean-up runs once, on the joined motion, so that feet keep their
place across steps, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..cleanup.pipeline import CleanUp
from ..cleanup.windows import joined
from ..kept import Kept
from ..modifiers.repeat import held
from ..modifiers.way import retimed
from ..motion import Motion
from ..prompt import MAX_FRAMES, checked_frames
from ..prompt_plan.choice import Choice
from ..prompt_plan.grammar import grammar, is_action, verb_of
from ..prompt_plan.plan import Plan, Segment
from .lengths import made_whole, needed, own_length, shares, whole
from .sequence import in_sequence
from .step import step_motion
from .tempo import FASTEST, manner_of, speed_of, winds

if TYPE_CHECKING:
    from ..engine import Engine

_GAITS = ("skip",)  # of a class of events, but they go on
_HASTE = 1.3  # acceleration of the whole motion from which on a remark says so


@dataclass(frozen=True, eq=False)
class Performance:
    """The result of a plan.

    motion: the motion of all steps.
    choices: the choice for each step.
    remarks: sentences about everything that was not read or made as written.
    ends: the frame at which each step ends.
    """

    motion: Motion
    plan: Plan
    choices: tuple[Choice, ...]
    remarks: tuple[str, ...]
    ends: tuple[int, ...]


_natural_ones: Kept[Engine, Performance] = Kept(1)


def is_plain(plan: Plan, choices: Sequence[Choice]) -> bool:
    """Checks whether a plan is one step whose motion is taken as it is."""
    segment, *more = plan.segments
    changed: list[object] = [
        segment.side,
        segment.count,
        segment.steps,
        segment.metres,
        segment.seconds,
        segment.together,
        choices[0].beside,
    ]
    changed += [manner_of(segment, choices[0]), segment.gesture, segment.stays, segment.both, segment.single]
    changed += [winds(segment, choices[0])]
    goes = segment.travel is not None or segment.turn is not None
    return not more and not any(changed) and not goes and speed_of(segment, choices[0]) == 1.0


def plain_latent(engine: Engine, text: str, choice: Choice) -> np.ndarray:
    """Returns the latent (D,) of a step that is taken as it is: that of the prompt alone, where it is the same
    motion."""
    retrieval = engine.retrieval
    if choice.taken or retrieval is None:
        return choice.latent
    embedding = engine.encode_text(text)
    return engine.recalled(embedding[None])[0] if retrieval.motion_of(embedding) == choice.motion else choice.latent


def perform(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan, cleaned up for the engine's body. `frames` and errors are those of `composed`."""
    found = composed(engine, plan, choices, frames)
    clean_up = CleanUp(engine.pack, engine.body, len(found.motion), engine.pack.fps)
    return replace(found, motion=clean_up(found.motion))


def composed(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan as `_composed` does; that of several steps at its natural length, and a frame more or
    less, always the same.

    The last plan's is kept, because who makes a motion asks for its natural length first.
    """
    if frames is not None and len(plan.segments) == 1:
        return _composed(engine, plan, choices, frames)
    steps = plan, tuple((choice.motion, choice.wording, choice.latent.tobytes()) for choice in choices)
    known = _natural_ones.get(engine, steps)
    natural = _natural_ones.put(engine, steps, _composed(engine, plan, choices)) if known is None else known
    if frames is None or frames == len(natural.motion):
        return natural
    if abs(frames - len(natural.motion)) > 1:  # a rate that is not the pack's rounds
        return _composed(engine, plan, choices, frames)
    return replace(natural, motion=held(natural.motion, frames), ends=(*natural.ends[:-1], frames))


def _composed(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan at the pack's rate, before the clean-up.

    Counted steps are never cut: they are played up to twice as fast to fit, and a remark says if that is not enough.
    frames: length of the whole motion; by default as long as the steps take.
    """
    remarks = list(plan.remarks)
    steps = [(_once(segment, choice, plan), choice) for segment, choice in zip(plan.segments, choices, strict=True)]
    # the natural length of these steps is measured before the frames are shared out
    wholes = {i: whole(engine, choice) for i, (segment, choice) in enumerate(steps) if made_whole(segment, choice)}
    decoded = _decoded(engine, choices, wholes)
    own = [own_length(engine, *step, decoded[i][0] if i in decoded else None) for i, step in enumerate(steps)]
    each = shares(plan, own, frames, engine.pack.fps)
    decoded |= _decoded(
        engine, choices, {i: needed(*step, each[i]) for i, step in enumerate(steps) if i not in decoded}
    )
    made = []
    for i, (segment, choice) in enumerate(steps):
        natural = frames is None and segment.seconds is None
        made.append(step_motion(engine, segment, choice, decoded[i], each[i], natural, remarks))
    motion, ends = in_sequence(engine, steps, made, remarks)
    if frames is not None and len(motion) != frames:
        hurry = min(max(len(motion) / frames, 1.0), FASTEST)
        motion = _fitted(motion, checked_frames(frames), remarks)
        ends = [min(round(end / hurry), frames) for end in ends[:-1]] + [frames]
    if len(motion) > MAX_FRAMES:
        took, most = len(motion) / motion.fps, MAX_FRAMES / motion.fps
        remarks.append(f"The steps take {took:.1f} seconds, and {most:g} are the most: the end is cut.")
        motion, ends = motion.crop(0, MAX_FRAMES), [min(end, MAX_FRAMES) for end in ends]
    return Performance(motion, plan, tuple(choices), tuple(dict.fromkeys(remarks)), tuple(ends))


def _once(segment: Segment, choice: Choice, plan: Plan) -> Segment:
    """Returns a step among others that is one event, such as "kicks", as one that is done once; "kicking" goes on, and
    so does who skips along."""
    uncounted = not (segment.measured or segment.seconds or segment.gesture or choice.beside)
    goes_on = any(is_action(w) and (w.endswith("ing") or verb_of(w, _GAITS)) for w in segment.text.split())
    repeats = choice.facts.after == "repeat"  # what holds its end is done once anyway
    if len(plan.segments) > 1 and uncounted and repeats and not goes_on and choice.action in grammar()["events"]:
        return replace(segment, count=1)
    return segment


def _decoded(engine: Engine, choices: Sequence[Choice], asked: Mapping[int, int]) -> dict[int, list[Motion]]:
    """Decodes the motions of steps, one each, or two where two actions are simultaneous; equal lengths in one batch.

    asked: the frames to decode, by the number of the step.
    """
    found: dict[int, list[Motion]] = {i: [] for i in asked}
    for frames in dict.fromkeys(asked.values()):
        both = [(i, one) for i in asked if asked[i] == frames for one in (choices[i], choices[i].beside) if one]
        once = [one.facts.after == "hold" for _, one in both]
        motions = joined(engine, np.stack([one.latent for _, one in both]), frames, once)
        for (i, _), motion in zip(both, motions, strict=True):
            found[i].append(motion)
    return found


def _fitted(motion: Motion, frames: int, remarks: list[str]) -> Motion:
    """Returns the motion `frames` long: played faster if it is longer, held if it is shorter."""
    if len(motion) > frames:
        speed = len(motion) / frames
        took, asked = len(motion) / motion.fps, frames / motion.fps  # the user's frames are of another rate
        if speed > FASTEST:
            remarks.append(f"The steps take {took:.1f} seconds, and {asked:.1f} are asked for: the end is cut.")
        elif speed > _HASTE:
            remarks.append(f"The steps take {took:.1f} seconds, and {asked:.1f} are asked for: they are played faster.")
        motion = retimed(motion, min(speed, FASTEST))
    return held(motion, frames)
