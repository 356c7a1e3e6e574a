"""Writes paths over the ground out as steps: a figure eight is two circles, a zigzag some bends."""

from __future__ import annotations

import re
from functools import partial

_GOES = r"(?P<goes>(?:walk|run|jog|sprint|stroll|march|pac|skip|crawl|sneak|strid|wander|go)(?:s|es|e|ing|ning|ping)?)"
_ZIGZAG = r"zig[- ]?zag(?:s|ging|ged)?"
_ALONG = r"(?: (?:forwards?|ahead|along|around|quickly|slowly))*"
_PATHS = (
    (
        re.compile(
            rf"\b{_GOES}{_ALONG} (?:in|along|through) (?:an? |the )?(?:shape of an? )?"
            r"figure[- ](?:of[- ])?(?:eights?|8)\b",
            re.I,
        ),
        "{0} in a circle to the left, then {0} in a circle to the right",
    ),
    (
        re.compile(
            rf"\b(?:{_GOES}{_ALONG} (?:in )?(?:an? )?(?:{_ZIGZAG}|slalom|serpentines?|s[- ](?:curves?|shape|line))"
            rf"(?: (?:line|path|pattern))?|{_ZIGZAG})\b",
            re.I,
        ),
        "{0} and turns left 45 degrees for 2 seconds, then {0} and turns right 90 degrees for 2 seconds, "
        "then {0} and turns left 90 degrees for 2 seconds, then {0} and turns right 45 degrees for 2 seconds",
    ),
    (
        re.compile(
            rf"\b{_GOES} (?:back and forth|to and fro|up and down|backwards? and forwards?|forwards? and back)\b"
            r"(?! (?:the|an?) )",
            re.I,
        ),
        "{0}, then turns around, then {0}, then turns around, then {0}",
    ),
)  # fmt: skip
_THE_OTHER_WAY = re.compile(
    rf"\b{_GOES}(?: (?:back|off|away))? (?:in the (?:other|opposite|reverse) direction|the other way)\b", re.I
)
_BENDS_TO_PICK = re.compile(
    r"\b(?:bend|lean|stoop|reach)(?:s|es|ing)?(?: (?:down|over|forward))*,?(?: and(?: then)? | to |, )"
    r"(?P<picks>(?:picks?|picking|grabs?|grabbing|lifts?|lifting) "
    r"(?:up\b|(?:an?|the|some|his|her|their|something|it)\b))",
    re.I,
)
_GRABS = re.compile(r"^grab(?:s|bing)?\b", re.I)
_BRINGS_BACK = re.compile(
    r"\b(?P<brings>(?:carr(?:y|ies|ying)|bring(?:s|ing)?|tak(?:e|es|ing)) (?:it|them|the (?:\w+ )?\w+)) back\b", re.I
)
_WHILE = re.compile(
    r"^(?:(?:an?|the|this) (?:\w+ )?\w+ |he |she )?(?:is )?(?P<does>[^,]*\b\w+ing\b[^,]*) while (?P<path>[^,.]+)$", re.I
)


def written_out(prompt: str) -> str:
    """Returns the prompt with such paths as steps; bending down to pick something up is no step of its own."""
    prompt = _THE_OTHER_WAY.sub(r"turns around, then \g<goes>", prompt)
    prompt = _BENDS_TO_PICK.sub(lambda bends: _GRABS.sub("picks up", bends["picks"]), prompt)
    prompt = _BRINGS_BACK.sub(r"turns around and then \g<brings>", prompt)
    for pattern, steps in _PATHS:
        if (whole := _WHILE.match(prompt)) and (path := pattern.fullmatch(whole["path"])):
            also = f" while {whole['does']}"  # all the way
            return ", then ".join(step + also for step in _steps(steps, path).split(", then "))
        prompt = pattern.sub(partial(_steps, steps), prompt)
    return prompt


def _steps(steps: str, path: re.Match[str]) -> str:
    return steps.format(path["goes"] or "walks")
