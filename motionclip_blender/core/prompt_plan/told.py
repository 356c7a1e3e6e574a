"""Describes what was understood of a prompt, as lines: what each step was taken for, and what was read in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .plan import Plan, Segment
from .wording_index import Choice

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
    ("left", ""): "on the left side",
    ("right", ""): "on the right side",
}


def understood(plan: Plan, choices: Sequence[Choice]) -> tuple[str, ...]:
    """Returns a line for each step, with its wording and the confidence, and a line for each property read in it."""
    lines: list[str] = []
    for number, (segment, choice) in enumerate(zip(plan.segments, choices, strict=True), 1):
        lines.append(f'{number}. "{segment.said}" → "{choice.wording}" ({100 * choice.confidence:.0f} %)')
        if choice.beside is not None:
            lines.append(f'at once: "{choice.beside.wording}"')
        lines += _read_in(segment)
    return tuple(lines)


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
    if segment.count is not None:
        yield f"done this often: {segment.count}"
    if segment.steps is not None:
        yield f"steps: {segment.steps}"
    if segment.speed != 1.0:
        yield f"speed: {segment.speed:.2g} times its own"
    if segment.seconds is not None:
        yield f"seconds: {segment.seconds:g}"


def _direction(degrees: float) -> str:
    nearest = min(_DIRECTIONS, key=lambda angle: abs((angle - degrees + 180) % 360 - 180))
    return _DIRECTIONS[nearest]
