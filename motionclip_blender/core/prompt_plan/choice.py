"""Defines what a step of a plan is taken for: a motion of the pack, its measured facts, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SURE = 0.6
"""Least confidence of an answer; nine in ten lines without a known meaning are below."""


@dataclass(frozen=True)
class Facts:
    """Measured facts of a motion.

    after: "repeat" or "hold".
    travel: degrees; None if it does not travel.
    speed: metres per second.
    turn: degrees within two seconds; of what is done once, within four.
    arm, leg: how much more the left side moves; negative for the right.
    """

    after: str
    travel: float | None
    speed: float
    turn: float
    arm: float
    leg: float


@dataclass(frozen=True, eq=False)
class Choice:
    """The motion that was chosen for a step.

    motion: its number in the pack's table.
    wording: the nearest of its wordings.
    action: its class.
    latent: (D,).
    confidence: 0 to 1, how sure it is that the wording has the meaning of the step.
    alike: the cosine to the nearest wording.
    others: the next best wordings, of four other motions.
    usual: metres per second at which motions of its class travel; None if they do not.
    beside: a simultaneous action, from another motion's arms.
    taken: whether the user has chosen it.
    at_once: whether its motion shows the simultaneous actions, too.
    styled: whether the motion itself is in the manner that the step asks for.
    """

    motion: int
    wording: str
    action: str
    latent: np.ndarray
    facts: Facts
    confidence: float
    alike: float
    others: tuple[str, ...]
    usual: float | None = None
    beside: Choice | None = None
    taken: bool = False
    at_once: bool = False
    styled: bool = False

    @property
    def sure(self) -> bool:
        return self.taken or self.confidence >= SURE
