"""Defines plans: the steps that a prompt asks for, each with the properties of its motion."""

from __future__ import annotations

from dataclasses import dataclass

from .gesture import Gesture


@dataclass(frozen=True)
class Segment:
    """One step of a plan.

    text: the text to look up, with corrected spelling.
    said: the words of the prompt that it came from.
    bare: the text without subject, side, direction and speed, which are applied to the motion afterwards.
    core: the bare text without who does it, place and mood, too.
    verb: the first word of `core`, if what it is done to changes little; else empty.
    side: "left" or "right"; empty if none is named.
    limb: "arm", "leg", "support" (the standing leg), "trunk"; empty if none is named.
    travel: degrees from the body's heading to the direction of travel, left positive, -180 < travel <= 180; None if the
        prompt names none.
    turns_there: whether who goes aside turns there first, rather than goes sideways.
    turn: degrees by which the body turns on its path, left positive.
    circle: whether it turns evenly. size: of the circle, relative to the usual one.
    winds: how the way winds: "around", without an aim, or "zigzag"; empty if it does not.
    on_spot: whether it does nothing but turn, and where it stands.
    count: how often; steps: how many steps.
    speed: relative to the natural speed.
    metres: how far somebody goes.
    seconds: the duration.
    together: actions at the same time.
    manner: one of `modifiers.manner`'s, such as "sad"; empty if none is named.
    plain: the same step without the words of its manner, if it has one.
    stays: whether it is done on the spot.
    both: whether both arms do it; single: whether one arm does, either of them.
    gesture: what is made by rule on top of it; `text` does not name it.
    posture: whether the motion begins where this step ends.
    """

    text: str
    said: str
    bare: str = ""
    core: str = ""
    verb: str = ""
    side: str = ""
    limb: str = ""
    travel: float | None = None
    turns_there: bool = False
    turn: float | None = None
    circle: bool = False
    size: float = 1.0
    winds: str = ""
    on_spot: bool = False
    count: int | None = None
    steps: int | None = None
    metres: float | None = None
    speed: float = 1.0
    seconds: float | None = None
    together: tuple[str, ...] = ()
    manner: str = ""
    plain: Segment | None = None
    stays: bool = False
    both: bool = False
    single: bool = False
    gesture: Gesture | None = None
    posture: bool = False

    @property
    def measured(self) -> bool:
        """Whether how often, or how far, something is done says how long it takes."""
        return bool(self.count or self.steps or self.metres)


@dataclass(frozen=True)
class Plan:
    """Segments in the order in which they are performed.

    remarks: a sentence for everything that was not read as written: corrected words, limited counts, contradictions.
    named: whether the prompt is a name as in games, of which each word counts.
    """

    segments: tuple[Segment, ...]
    remarks: tuple[str, ...] = ()
    named: bool = False
