"""What a prompt asks for: segments in time, each with what is said of its motion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """One step of a plan.

    text: what is looked up, in mended and spelled out words. said: the words of the prompt that it came from.
    bare: the text without who does it, its side, direction and speed, which the motion is given afterwards.
    core: that without where and in which mood, too.
    side: "left" or "right", and limb: "arm", "leg", "support" (the leg that is stood on) or "" where none is named.
    travel: degrees from where the body faces to where it goes, left positive, -180 < travel <= 180; None where it is
        not said. turn: degrees by which the body turns on its way, left positive. circle: whether it turns evenly.
    count: how often, or steps: how many steps. speed: times the natural speed. seconds: how long it lasts.
    styles: words for how it is done. together: what is done at the same time.
    words: pairs of a word of the prompt and what it was taken for.
    """

    text: str
    said: str
    bare: str = ""
    core: str = ""
    side: str = ""
    limb: str = ""
    travel: float | None = None
    turn: float | None = None
    circle: bool = False
    count: int | None = None
    steps: int | None = None
    speed: float = 1.0
    seconds: float | None = None
    styles: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Segments in the order in which they are done. remarks: a sentence for whatever was read in another way than
    written: mended words, counts that were cut, contradictions."""

    segments: tuple[Segment, ...]
    remarks: tuple[str, ...] = ()
