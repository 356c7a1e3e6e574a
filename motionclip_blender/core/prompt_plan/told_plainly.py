"""Says a clause in the words by which wordings tell the same."""

from __future__ import annotations

import re

from .as_before import as_before, in_the_seat
from .directions import sides_as_ways
from .grammar import WORD, grammar
from .phrases import FIRST, THEN
from .plan import Segment
from .verbs_alone import alone

_LEADING = re.compile(r"^(?:and|then|but|so|now|please)\s+", re.IGNORECASE)
_HANDED = re.compile(r"^(.*?)\b(left|right)[- ]handed(?:ly)?\b(.*)$")
_OVERHEAD = re.compile(  # as most say it who describe a motion
    r"(?<=\w )(?:high )?(?:above|over) (?:(?:the|his|her|their|your|my|its) )?heads?\b"
)
_PAST = re.compile(rf"\b(?:{'|'.join(grammar()['past'])})\b")


def told_plainly(clause: str, before: Segment | None) -> str:
    """Returns a clause in lower case in the words by which wordings tell the same: "raises both arms" for "throws his
    arms up".

    before: the preceding segment.
    """
    text = _LEADING.sub("", " ".join(clause.lower().split())).strip(" ,.;:!?")
    for phrase in FIRST:
        text = phrase.told(text)
    text = sides_as_ways(_HANDED.sub(_with_hand, as_before(text, before)))
    if "arm" in map(grammar()["body"].get, WORD.findall(text)):
        text = _OVERHEAD.sub("overhead", text)
    for phrase in THEN:
        text = phrase.told(text)
    text = alone(text)
    return _PAST.sub(lambda past: grammar()["past"][past[0]], in_the_seat(text, before))


def _with_hand(match: re.Match[str]) -> str:
    """Returns "uppercut with the left hand" for "left-handed uppercut"."""
    return f"{' '.join(f'{match[1]} {match[3]}'.split())} with the {match[2]} hand"
