"""Finds the motions of a pack that have the meaning of a prompt, besides the one that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..angles import apart
from ..prompt_plan.word_features import content, names_side

if TYPE_CHECKING:
    from ..inference.prompt_retrieval import PromptRetrieval
    from ..prompt_plan.wording_index import Facts, WordingIndex

MOST = 8
"""The most motions that variations of a prompt are taken from, their mirror images included."""

_NEAR = 0.35  # a motion's best wording may be less similar to the prompt by this cosine than that of the answer
_SAME_WAY = 40.0  # degrees within which two motions go the same way
_PACE = 1.8  # the most that one of two motions is faster, if both travel
_AS_SIDED = 0.5  # least difference between the sides, relative to that of a motion whose wordings name one
_ENOUGH = 3  # motions of exactly the meaning, with which others are not needed
_NEUTRAL = frozenset(content("slowly quickly fast slow quick person man woman someone"))  # said of any motion
_TURN = 90.0  # degrees of turn that tell the side as well as an arm that moves alone


class Kin(NamedTuple):
    """A motion of the pack with the meaning of a prompt.

    motion: its number in the pack's table.
    mirrored: whether its mirror image is meant.
    wording: its wording nearest to the prompt.
    """

    motion: int
    mirrored: bool
    wording: str


def kin_of(
    index: WordingIndex,
    retrieval: PromptRetrieval,
    latent: np.ndarray,
    motion: int,
    sided: bool,
    counted: bool = False,
) -> list[Kin]:
    """Lists the motions of the class of `motion` that do what it does, nearest to a prompt's `latent` (D,) first.

    `motion` itself is the first. They go the same way about as fast, and end as it does. A motion of which something
    else is said too, such as "sadly", is taken only where there are no `_ENOUGH` without.
    sided: whether the prompt names a side, which all must have; otherwise mirror images follow.
    counted: whether it says how often, so that only `motion` will do, whose repetitions are counted.
    """
    alike = index.alike(latent[None])[0]
    rows = np.flatnonzero(retrieval.classes[retrieval.motions] == retrieval.classes[motion])
    wordings: dict[int, list[int]] = {}  # the rows of each motion, nearest first
    for row in rows[np.argsort(-alike[rows], kind="stable")]:
        wordings.setdefault(int(retrieval.motions[row]), []).append(int(row))
    own = [index.texts[row] for row in wordings[motion]]
    core = set().union(*map(content, own))
    said = core | _NEUTRAL
    facts = index.facts[motion]
    same, more = [Kin(motion, False, own[0])], []
    for other, of_other in wordings.items():
        if sided:  # "with the left hand, with the right one on the hip" is as near to its mirror image
            of_other = [row for row in of_other if not _names_both_sides(index.texts[row])]
            if not of_other:
                continue
        mirrored = False if not sided else None
        if sided and any(names_a_side(index.texts[row]) for row in of_other):
            mirrored = _mirrored_to(index.facts[other], facts)
        if counted or other == motion or mirrored is None or not _does_the_same(index.facts[other], facts, mirrored):
            continue
        plain = next((row for row in of_other if said.issuperset(content(index.texts[row]))), None)
        if plain is not None:
            same.append(Kin(other, mirrored, index.texts[plain]))
        elif alike[of_other[0]] >= alike[wordings[motion][0]] - _NEAR:
            more.append(Kin(other, mirrored, index.texts[of_other[0]]))
    # what is said to be the same and more, "squat jumps" for "jumps", before what is said otherwise, "hops"
    more.sort(key=lambda kin: not core & set().union(*(content(index.texts[row]) for row in wordings[kin.motion])))
    same += more[: max(_ENOUGH - len(same), 0)]
    if not sided and not _goes_aside(facts):
        same = [*same[: MOST // 2], *(kin._replace(mirrored=True) for kin in same[: MOST // 2])]
    return same[:MOST]


def _does_the_same(facts: Facts, asked: Facts, mirrored: bool) -> bool:
    """Checks whether a motion, or its mirror image, goes where another one goes, about as fast, and ends as it does."""
    if facts.after != asked.after or (facts.travel is None) != (asked.travel is None):
        return False
    if facts.travel is None or asked.travel is None:
        return True
    slower, faster = sorted((max(facts.speed, 1e-3), max(asked.speed, 1e-3)))
    travel = -facts.travel if mirrored else facts.travel
    return apart(travel, asked.travel) <= _SAME_WAY and faster <= _PACE * slower


def _goes_aside(facts: Facts) -> bool:
    """Checks whether a motion travels to a side, so that its mirror image goes another way."""
    return facts.travel is not None and _SAME_WAY / 2 < abs(facts.travel) < 180 - _SAME_WAY / 2


def _mirrored_to(facts: Facts, asked: Facts) -> bool | None:
    """Returns whether a motion must be mirrored to have the side of another one; None if it has no side as that has."""
    wanted, there = _side(asked), _side(facts)
    most = int(np.abs(wanted).argmax())
    if abs(there[most]) < _AS_SIDED * abs(wanted[most]):
        return None
    return bool(there[most] * wanted[most] < 0)


def _side(facts: Facts) -> np.ndarray:
    """Returns what has a side in a motion, (4,): arms, legs, turn, way; positive to the left."""
    way = 0.0 if facts.travel is None else np.sin(np.radians(facts.travel))
    return np.array([facts.arm, facts.leg, facts.turn / _TURN, way])


def names_a_side(text: str) -> bool:
    """Checks whether a text names the left or the right."""
    return names_side(text, "left") or names_side(text, "right")


def _names_both_sides(text: str) -> bool:
    return names_side(text, "left") and names_side(text, "right")
