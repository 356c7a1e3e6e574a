"""Describes what was understood of a prompt: what each step was taken for, what else it may be, what was read in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from ..angles import apart
from .choice import SURE, Choice
from .plan import Plan, Segment

_DIRECTIONS = {
    0: "goes forward",
    45: "goes diagonally forward to the left",
    90: "goes to the left",
    135: "goes diagonally backward to the left",
    180: "goes backward",
    -135: "goes diagonally backward to the right",
    -90: "goes to the right",
    -45: "goes diagonally forward to the right",
}
_SIDES = {
    ("left", "arm"): "with the left arm",
    ("right", "arm"): "with the right arm",
    ("left", "leg"): "with the left leg",
    ("right", "leg"): "with the right leg",
    ("left", "support"): "on the left leg",
    ("right", "support"): "on the right leg",
    ("left", "trunk"): "to the left side",
    ("right", "trunk"): "to the right side",
    ("left", ""): "on the left side",
    ("right", ""): "on the right side",
}


@dataclass(frozen=True)
class Step:
    """What was understood of one step.

    said: its words in the prompt.
    wording: the pack's wording that it was taken for.
    confidence: 0 to 1, how sure that is; taken: whether the user has chosen it.
    first, last: its frames at the motion's rate, counted from 0; a cross-fade belongs to the step before it.
    read: a line for each property read in it.
    others: the next best wordings, of other motions.
    """

    said: str
    wording: str
    confidence: float
    taken: bool
    first: int
    last: int
    read: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def of_values(cls, values: Mapping) -> Step:
        """Makes a step of what `values` returned. Raises `TypeError` or `ValueError` for anything else."""
        step = cls(**values)
        texts, numbers = (step.said, step.wording, *step.read, *step.others), (step.confidence, step.first, step.last)
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(n, int | float) for n in numbers):
            raise TypeError("these are not the values of a step")
        return cls(**{**values, "read": tuple(step.read), "others": tuple(step.others)})

    def values(self) -> dict[str, object]:
        """Returns its fields by name, for JSON."""
        return asdict(self)

    @property
    def sure(self) -> bool:
        return self.taken or self.confidence >= SURE


def steps_of(plan: Plan, choices: Sequence[Choice], ends: Sequence[float], frames: int) -> tuple[Step, ...]:
    """Returns what was understood of each step. ends: the frame at which each ends, of the motion's `frames`."""
    found, first = [], 0
    for segment, choice, end in zip(plan.segments, choices, ends, strict=True):
        at_once = () if choice.beside is None else (f'at once: "{choice.beside.wording}"',)
        last = max(min(round(end), frames) - 1, first)
        found.append(
            Step(
                segment.said,
                choice.wording,
                round(choice.confidence, 4),
                choice.taken,
                first,
                last,
                (*at_once, *_read_in(segment)),
                choice.others,
            )
        )
        first = min(last + 1, frames - 1)
    return tuple(found)


def at_rate(steps: Sequence[Step], rate: float, frames: int) -> Iterator[Step]:
    """Yields the steps of a motion that is resampled. rate: the new rate over the old; frames: its new length."""
    for step in steps:
        first = min(round(step.first * rate), frames - 1)
        yield replace(step, first=first, last=max(min(round((step.last + 1) * rate), frames) - 1, first))


def lines(steps: Sequence[Step], first: int = 1) -> tuple[str, ...]:
    """Returns a line for each step, with its wording and the confidence, and a line for each property read in it.

    first: the number of the first step.
    """
    found: list[str] = []
    for number, step in enumerate(steps, first):
        if step.taken:
            found.append(f'{number}. "{step.said}" → "{step.wording}" (chosen)')
        else:
            found.append(f'{number}. "{step.said}" → "{step.wording}" ({100 * step.confidence:.0f} %)')
        found += step.read
    return tuple(found)


def guesses(plan: Plan, choices: Sequence[Choice]) -> tuple[str, ...]:
    """Returns a sentence for each step whose wording is a guess."""
    steps = zip(plan.segments, choices, strict=True)
    return tuple(
        f'Nothing known is like "{segment.said}"; "{choice.wording}" is a guess.'
        for segment, choice in steps
        if not choice.sure
    )


def _read_in(segment: Segment) -> Iterator[str]:
    if segment.side:
        yield _SIDES[segment.side, segment.limb]
    if segment.travel is not None:
        yield _direction(segment.travel)
    if segment.turn is not None and segment.turn >= 0:
        yield f"turns left by {segment.turn:g} degrees"
    elif segment.turn is not None:
        yield f"turns right by {-segment.turn:g} degrees"
    if segment.stays:
        yield "on the spot"
    if segment.both:
        yield "with both arms"
    if segment.single:
        yield "with one arm"
    if segment.gesture is not None:
        yield segment.gesture.told
    if segment.count is not None:
        yield f"done this often: {segment.count}"
    if segment.steps is not None:
        yield f"steps: {segment.steps}"
    if segment.metres is not None:
        yield f"metres: {segment.metres:.3g}"
    if segment.speed != 1.0:
        yield f"speed: {segment.speed:.2g} times its own"
    if segment.manner:
        yield f"manner: {segment.manner}"
    if segment.seconds is not None:
        yield f"seconds: {segment.seconds:g}"


def _direction(degrees: float) -> str:
    nearest = min(_DIRECTIONS, key=lambda angle: apart(angle, degrees))
    return _DIRECTIONS[nearest]
