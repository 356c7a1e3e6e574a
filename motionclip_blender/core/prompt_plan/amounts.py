"""Reads amounts: durations in seconds, minutes and frames, and distances, which are not made."""

from __future__ import annotations

import re

from .grammar import grammar, number_of

MOST_SECONDS = 120.0
"""The longest duration: that of `prompt.MAX_FRAMES`."""

_FRAMES_PER_SECOND = 30.0
_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "ms": 0.001,
          "millisecond": 0.001, "frame": 1 / _FRAMES_PER_SECOND}  # fmt: skip
_NUMBER = r"(?<![\w.,])(?P<number>[-\u2212]?(?:\d+(?:\.\d+)?|\.\d+))"
_WORDS = "|".join(word for word in ("half an?", "an?", *grammar()["numbers"]) if word not in ("no", "single"))
_LASTS = r"(?:for |in |within |during )?(?:about |around |exactly |at least |the next )?"
_UNIT = r"(?P<unit>s|secs?|seconds?|mins?|minutes?|ms|milliseconds?|frames?)\b"
_DURATIONS = (
    re.compile(
        rf"\b{_LASTS}{_NUMBER} ?{_UNIT}|(?:^|(?<=\s)){_NUMBER.replace('number', 'bare')} ?{_UNIT.replace('unit', 'of')}"
    ),
    re.compile(
        rf"\b(?:for|in|within|during) (?:about |around |exactly )?(?P<number>{_WORDS}) {_UNIT}(?! (?:time|step))"
    ),
    re.compile(r"\b(?P<number>two|three|four|five|six|seven|eight|nine|ten|twenty|thirty) (?P<unit>seconds|minutes)\b"),
)
_DISTANCE = re.compile(
    r"\b(?:for |about )?\d+(?:[.,]\d+)? ?(?:m|cm|km|met(?:er|re)s?|centimet(?:er|re)s?|kilomet(?:er|re)s?|feet|foot|ft|"
    r"inch(?:es)?|yards?|miles?)\b"
)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2} ?(?:s|secs?|seconds?|mins?|minutes?|m|met(?:er|re)s?)\b)")


def plain_decimals(text: str) -> str:
    """Returns the text with points for the decimal commas of amounts: "1.5 seconds" for "1,5 seconds"."""
    return _DECIMAL_COMMA.sub(".", text)


def duration(text: str) -> tuple[str, float | None, list[str]]:
    """Returns a clause in lower case without its duration, that in seconds, or None, and remarks."""
    for pattern in _DURATIONS:
        match = pattern.search(text)
        if match is None:
            continue
        found = {name: value for name, value in match.groupdict().items() if value}
        number, unit = found.get("number") or found["bare"], (found.get("unit") or found["of"])
        seconds = _value(number) * _UNITS[unit if unit in _UNITS else unit.removesuffix("s")]
        rest, said = f"{text[: match.start()]} {text[match.end() :]}", match[0].strip()
        if seconds <= 0:
            return rest, None, [f'"{said}" is left out: a movement takes more than no time.']
        if seconds > MOST_SECONDS:
            return rest, MOST_SECONDS, [f'"{said}" is more than the longest motion; {MOST_SECONDS:g} seconds are made.']
        return rest, seconds, []
    return text, None, []


def without_distance(text: str) -> tuple[str, list[str]]:
    """Returns a clause without a distance, and a remark about it."""
    match = _DISTANCE.search(text)
    if match is None:
        return text, []
    rest = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
    return rest, [f'"{match[0].strip()}" is left out: ways are not measured; say how many steps, or how many seconds.']


def _value(number: str) -> float:
    if number.startswith("half"):
        return 0.5
    if number in ("a", "an"):
        return 1.0
    known = number_of(number)
    return float(number.replace("\u2212", "-")) if known is None else float(known)
