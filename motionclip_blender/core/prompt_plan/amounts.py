"""Reads amounts: durations in seconds, minutes and frames, speeds, and distances."""

from __future__ import annotations

import re
from math import pi

from .grammar import grammar, number_of

MOST_SECONDS = 120.0
"""The longest duration: that of `prompt.MAX_FRAMES`."""

_FRAMES_PER_SECOND = 30.0
_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "hour": 3600.0, "ms": 0.001,
          "millisecond": 0.001, "frame": 1 / _FRAMES_PER_SECOND}  # fmt: skip
_NUMBER = r"(?<![\w.,])(?P<number>[-\u2212]?(?:\d+(?:\.\d+)?|\.\d+))"
_WORDS = "|".join(word for word in ("half an?", "an?", *grammar()["numbers"]) if word not in ("no", "single"))
_LASTS = r"(?:for |in |within |during )?(?:about |around |exactly |at least |the next )?"
_UNIT = r"(?P<unit>s|secs?|seconds?|mins?|minutes?|hours?|ms|milliseconds?|frames?)\b"
_DURATIONS = (
    re.compile(
        rf"\b{_LASTS}{_NUMBER} ?{_UNIT}|(?:^|(?<=\s)){_NUMBER.replace('number', 'bare')} ?{_UNIT.replace('unit', 'of')}"
    ),
    re.compile(
        rf"\b(?:for|in|within|during) (?:about |around |exactly )?(?P<number>{_WORDS}) {_UNIT}(?! (?:time|step))"
    ),
    re.compile(
        r"\b(?P<number>two|three|four|five|six|seven|eight|nine|ten|twenty|thirty) (?P<unit>seconds|minutes|hours)\b"
    ),
)
# "80s" of "80s style" and "in the 80s" is a decade; of "dances 80s" and "a 30s walk" it is not
_DECADE = re.compile(
    r"(?:\b(?:the|early|late|mid) |(?<!\d)['\u2019]|\b(?:18|19|20))[1-9]0['\u2019]?s\b|\b[2-9]0['\u2019]s\b"
    r"|\b[2-9]0s(?= (?:style|styled|disco|dance|dances|dancing|music|moves?|party|rock|hip|fashion|aerobics|workout"
    r"|jazz|funk|pop|breakdance|groove|vibes?|era|movie|film|action|gangster|cop|detective|sitcom|cartoon|retro)\b)"
)
_METRES = {"m": 1.0, "met": 1.0, "c": 0.01, "k": 1000.0, "f": 0.3048, "i": 0.0254, "y": 0.9144, "mi": 1609.344}
_OF_LENGTH = (
    r"(?P<unit>m|cm|km|met(?:er|re)s?|centimet(?:er|re)s?|kilomet(?:er|re)s?|feet|foot|ft|inch(?:es)?|yards?|miles?)\b"
)
_ABOUT = r"(?:for )?(?:(?:about|around|roughly|exactly|some|another|approximately) )?"
_MANY = "|".join(word for word in grammar()["numbers"] if word not in ("no", "single", "couple", "pair"))
_DISTANCES = (
    re.compile(rf"\b{_ABOUT}(?P<number>\d+(?:[.,]\d+)?) ?(?:more )?{_OF_LENGTH}", re.I),
    re.compile(  # "on two feet" is none
        rf"\b(?<!on )(?<!onto )(?<!with )(?<!the )(?<!his )(?<!her ){_ABOUT}"
        rf"(?P<number>{_MANY}|an?|half an?|a few|a couple of|several) (?:more )?{_OF_LENGTH}"
        r"(?! (?:apart|together|off|up|in the|wide|away from each))",
        re.I,
    ),
)
_FEW_METRES = {"a few": 3.0, "a couple of": 2.0, "several": 5.0}
_NO_WAY = re.compile(
    r"^ (?:high|tall|up|above|wide|apart|away|deep|across|long|in diameter|in radius|off|from|behind|into|in"
    r" the air|per|radius)\b"
)
_CIRCLE = re.compile(r"\bcircles?\b")
_ACROSS = re.compile(r"^,? ?(?:in |of )?(?:diameter|radius|across|wide|circle)\b")  # of "a circle 3 m in diameter"
_ACROSS_IS = re.compile(r"(?:with|of) an? (?:diameter|radius)(?: of)? ?$")
MOST_METRES = 500.0
"""The longest distance: more than a sprinter goes in the longest motion."""

_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2} ?(?:s|secs?|seconds?|mins?|minutes?|m|met(?:er|re)s?)\b)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_OF_TIME = r"(?:seconds?|secs?|minutes?|mins?|hours?)\b"
_A_FEW = re.compile(rf"\b(?:a )?(?P<how_many>couple of|few|several) (?={_OF_TIME})", re.I)
_FEW = {"couple of": "2 ", "few": "3 ", "several": "5 "}
_AND_A_HALF = re.compile(rf"\b(?P<whole>\d+|[a-z]+) and a half (?={_OF_TIME})", re.I)
_AND_A_HALF_AFTER = re.compile(r"\b(?P<whole>an?|one) (?P<unit>second|minute) and a half\b", re.I)
_RANGE = re.compile(
    rf"\b(?P<least>\d+|[a-z]+)(?: ?[-\u2013] ?| to | or )(?P<most>\d+|[a-z]+) (?=(?P<unit>{_OF_TIME}|times\b))", re.I
)
_TIMES_SPEED = re.compile(
    r"\b(?:at |with )?(?P<factor>\d+(?:\.\d+)?) ?(?:x|times)(?: (?:the|his|her|their))?(?: (?:normal|usual|original))?"
    r" speed\b"
)


def plain_amounts(text: str) -> str:
    """Returns the text with amounts in digits and points: "1.5 seconds" for "1,5 seconds" and for "a second and a
    half", "4 seconds" for "3 to 5 seconds", "3 times" for "2-3 times"."""
    text = _THOUSANDS.sub("", _DECIMAL_COMMA.sub(".", text))
    text = _AND_A_HALF_AFTER.sub(r"1.5 \g<unit>s", _A_FEW.sub(lambda few: _FEW[few["how_many"].lower()], text))
    return _RANGE.sub(_within, _AND_A_HALF.sub(_plus_a_half, text))


def _plus_a_half(match: re.Match[str]) -> str:
    whole = 1 if match["whole"].lower() in ("a", "an") else number_of(match["whole"].lower())
    return match[0] if whole is None else f"{whole}.5 "


def _within(match: re.Match[str]) -> str:
    """Returns the middle of a range of time, and the end of one of times, of which there are whole ones."""
    least, most = (number_of(match[name].lower()) for name in ("least", "most"))
    if least is None or most is None or not 0 < least < most:
        return match[0]
    return f"{most if match['unit'].lower() == 'times' else (least + most) / 2:g} "


def times_speed(text: str) -> tuple[str, float | None]:
    """Returns a clause in lower case without a factor of its speed, "at 1.5x speed", and that factor, or None."""
    match = _TIMES_SPEED.search(text)
    if match is None or not float(match["factor"]):
        return text, None
    return f"{text[: match.start()]} {text[match.end() :]}", float(match["factor"])


def duration(text: str) -> tuple[str, float | None, list[str]]:
    """Returns a clause in lower case without its duration, that in seconds, or None, and remarks."""
    decades = {found.end() for found in _DECADE.finditer(text)}
    for pattern in _DURATIONS:
        match = next((found for found in pattern.finditer(text) if found.end() not in decades), None)
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


def distance(text: str) -> tuple[str, float | None, list[str]]:
    """Returns a clause without a distance, the metres that somebody goes, or None, and remarks: about one that is no
    way, such as a height, too. How wide a circle is says how long the way round it is."""
    match = next((found for found in (pattern.search(text) for pattern in _DISTANCES) if found), None)
    if match is None:
        return text, None, []
    before, after, round_it = text[: match.start()], text[match.end() :], None
    if _CIRCLE.search(text.lower()):
        if round_it := _ACROSS.match(after.lower()):
            after = after[round_it.end() :]
        elif round_it := _ACROSS_IS.search(before.lower()):
            before = before[: round_it.start()]
    rest, said = " ".join(f"{before} {after}".split()), match[0].strip()
    if _NO_WAY.match(after.lower()):
        return rest, None, [f'"{said}" is left out: only how far somebody goes is measured.']
    number, unit = match["number"].lower().replace(",", "."), match["unit"].lower()
    unit = next(unit[:letters] for letters in (3, 2, 1) if unit[:letters] in _METRES)
    metres = (_FEW_METRES.get(number) or _value(number)) * _METRES[unit]
    metres *= 1.0 if round_it is None else 2 * pi if "radius" in round_it[0] else pi
    if metres <= 0:
        return rest, None, [f'"{said}" is left out: nobody goes no way at all.']
    if metres > MOST_METRES:
        return rest, MOST_METRES, [f'"{said}" is more than the farthest way; {MOST_METRES:g} metres are made.']
    return rest, metres, []


def _value(number: str) -> float:
    if number.startswith("half"):
        return 0.5
    if number in ("a", "an"):
        return 1.0
    known = number_of(number)
    return float(number.replace("\u2212", "-")) if known is None else float(known)
