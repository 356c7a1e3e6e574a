"""Carries the manner of who does it, "an old man", from the first step to those in which he goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .manner_words import named
from .plan import Segment

_STILL_HIM = frozenset(["", "he", "she", "they", "it"])


def with_manner_of_subject(segments: Sequence[Segment]) -> list[Segment]:
    """Returns the steps with the manner of the person whom the first one names, "an old man walks", in all steps that
    name neither another person nor another manner. A manner of what is done, "walks sadly", is that step's alone."""
    first, *others = segments
    told = {named().get(word) for word in _who(first).split() if not word.endswith("ly")}
    if not first.manner or first.manner not in told:
        return list(segments)
    return [first, *(_in(each, first.manner) if _is_still_him(each) else each for each in others)]


def _in(segment: Segment, manner: str) -> Segment:
    return replace(segment, manner=manner, plain=segment)


def _is_still_him(segment: Segment) -> bool:
    return not segment.manner and _who(segment).strip() in _STILL_HIM


def _who(segment: Segment) -> str:
    """Returns the words of a step before what is done."""
    core = (segment.plain or segment).core.split(" ")[0]
    if not core:
        return ""
    who, done, _ = segment.text.lower().partition(core)
    return who if done else ""
