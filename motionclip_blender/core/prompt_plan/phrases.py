"""Says the phrases of a clause in the words by which wordings tell the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from .directions import sides_as_ways
from .grammar import STANDS, WORD, begins, grammar, is_action
from .looked_up import without_subject
from .plan import Segment

AROUND = 135.0
"""Degrees from which on a turn is one around."""

_LEADING = re.compile(r"^(?:and|then|but|so|now|please)\s+", re.IGNORECASE)
_HANDED = re.compile(r"^(.*?)\b(left|right)[- ]handed(?:ly)?\b(.*)$")
_OVERHEAD = re.compile(  # as most say it who describe a motion
    r"(?<=\w )(?:high )?(?:above|over) (?:(?:the|his|her|their|your|my|its) )?heads?\b"
)
_GOES_BACK = re.compile(  # "walks back to where he started"
    r"\b((?:walk|run|jog|go|march|sneak|sprint|stroll)(?:s|es|ing)?) back"
    r"(?:(?= \w+ly$)|$| (?:to|home|again|the way|in)\b.*)"
)
_BLOWS = ("punch", "jab", "hook", "cross", "kick")
_PLURALS = {"foot": "feet", "feet": "feet"}
ONLY_A_WAY = re.compile(
    r"^(?:to (?:the |his |her |their )?(?:left|right|sides?)|left|right|forwards?|backwards?|back|up|down|overhead|"
    r"over head|"
    r"(?:above|over) (?:the|his|her|their) head|"
    r"(?:(?:with|the|his|her|their) )*(?:left|right) (?:arm|hand|fist|leg|foot|knee)|(?:slowly|quickly|fast)\b.*)$"
)
_DOWN = ["sit", "kneel", "crouch", "squat", "lie", "lies"]
_STANDS = re.compile(r"^((?:(?:he|she|they|it) )?stands?)(?=$| again| and)")  # after "sits down"
_RETURNS = re.compile(
    r"\b(?:return|go|come|get|move)(?:s|es|ing)?(?: back)? (?:in)?to (?:(?:the|his|her|their|a|an) )?"
    r"(?:standing|start(?:ing)?|original|initial|neutral|upright|rest(?:ing)?|idle|normal)"
    r"(?: (?:position|pose|stance|posture))?\b"
)
_PAST = re.compile(rf"\b(?:{'|'.join(grammar()['past'])})\b")


@dataclass(frozen=True, eq=False)
class Phrase:
    """A phrase that wordings do not have. example: a clause with it. plainly: the same in words that they have.
    pattern: of the phrase. said: what it is replaced with."""

    example: str
    plainly: str
    pattern: str
    said: str | Callable[[re.Match[str]], str]

    @cached_property
    def words(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def told(self, text: str) -> str:
        """Returns a text without the phrase."""
        return self.words.sub(self.said, text)


FIRST = (
    Phrase(
        "walks facing forward",
        "walks ",
        r"\b(?:while )?(?:facing|looking) (?:forwards?|ahead|the front|straight ahead)\b",
        " ",
    ),
    Phrase("turns leftward", "turns to the left", r"\b(left|right)wards?\b", r"to the \1"),
    Phrase("lift your hands", "lift the hands", r"\b(?:your|my)\b", "the"),
    Phrase(
        "lifts up the arms",
        "raises both arms",
        r"\b(?:rais|lift)(?:es|e|s|ing)? (?:up )?(?:(?:the|his|her|their|its) )?arms\b",
        "raises both arms",
    ),
)
"""Phrases that are replaced before what a clause leaves to the one before is put in."""

THEN = (
    Phrase(
        "takes a big step",
        "takes one big step",
        r"\b(take|takes|taking|make|makes|making) an? (?=(?:\w+ )?step\b(?! (?:over|onto|across)\b))",
        r"\1 one ",
    ),
    Phrase(
        "lifts his left and right foot",
        "lifts both feet",
        r"\b(?:(?:the|his|her|their|its|your) )?(?:left (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?right|"
        r"right (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?left) (arm|hand|fist|leg|knee|foot|feet)s?\b",
        lambda both: f"both {_PLURALS.get(both[1], f'{both[1]}s')}",
    ),
    Phrase(
        "continues walking",
        "walking",
        r"\b(?:continu(?:e|es|ed|ing)|keep(?:s|ing)?(?: on)?|kept(?: on)?|go(?:es|ing)? on|went on|"
        r"carr(?:y|ies|ied|ying) on|resum(?:e|es|ed|ing))(?: (?:to|with(?: (?:his|her|the|their))?))? (?=(\w+)\b)",
        lambda goes_on: "" if is_action(goes_on[1]) else goes_on[0],
    ),
    Phrase(
        "turns over the right shoulder",
        "turns to the right",
        r"(?<=\w )over (?:the|his|her|their|your) (left|right) shoulder\b(?=$|,| and)",
        r"to the \1",
    ),
    Phrase(
        "throws his arms up",
        "raises both arms",
        r"\b(?:throw|fling|toss)(?:s|es|ing)? (?:up )?(?:(?:the|his|her|their|both|your) )*(?:arms|hands)"
        r"(?: (?:up|high|in the air|into the air|overhead|up in the air))+",
        "raises both arms",
    ),
    Phrase("an uppercut", "an punch", r"\b(?:uppercut|haymaker)\b", "punch"),
    Phrase(
        "throws a quick jab",
        "quick jab",
        r"\b(?:throw|deliver|land)(?:s|ing)? (?:an? )?((?:(?:left|right|quick|hard|strong|low|high|straight) )*)"
        r"(punch|jab|hook|uppercut|cross|haymaker|kick|elbow|headbutt)\b",
        lambda blow: f"{blow[1]}{blow[2] if blow[2] in _BLOWS else 'punch'}",
    ),
    Phrase("catches himself", "recovers", r"\bcatch(?:es|ing)? (?:him|her|it|them)sel(?:f|ves)\b", "recovers"),
    Phrase(
        "crosses the road",
        "walks across the road",
        r"\bcross(?:es|ing)? (?=(?:the|a|an) (?:road|street|room|bridge|field|square|river|stage|yard|hall)\b)",
        "walks across ",
    ),
    Phrase(
        "comes in",
        "walks in",
        r"\bcom(?:es|e|ing) (?=(?:in|into|out|over|along|by|near|nearer|closer|towards?)\b)",
        "walks ",
    ),
    Phrase(
        "is being pushed",
        "gets pushed",
        r"\b(?:is|are|was|were)(?: being)? (?=(?:pushed|shoved|knocked|kicked|punched|hit|struck|slapped)\b)",
        "gets ",
    ),
    Phrase(
        "drags the left leg behind",
        "limps with the left leg",
        r"\bdrag(?:s|ging)? (?:(?:his|her|their|the|one|a) )*((?:left |right )?(?:foot|leg))\b"
        r"(?: behind\b(?: \w+self)?)?",
        r"limps with the \1",
    ),
    Phrase(
        "jumps on the left foot",
        "hops on the left foot",
        r"\b(?:jump|leap|bounc|skip)(?:s|es|ing|e)?\b"
        r"(?= (?:[\w-]+ )*?on (?:(?:his|her|their|the|a) )?(?:left|right|one) (?:foot|leg)\b)",
        "hops",
    ),
    Phrase(
        "walks through",
        "walks",
        r"^((?:[\w-]+ )*?(?:walk|run|jog|march|stroll|sprint|step|hurr|rush)(?:s|ies|ying|e|es|ing|ning|ging)?)"
        r" (?:through|past|by|along|across|over|on|in|inside|outside)$",
        r"\1",
    ),
)
"""Phrases that are replaced after that."""


def told_plainly(clause: str, before: Segment | None) -> str:
    """Returns a clause in lower case in the words by which wordings tell the same: "raises both arms" for "throws his
    arms up".

    before: the preceding segment.
    """
    text = _LEADING.sub("", " ".join(clause.lower().split())).strip(" ,.;:!?")
    for phrase in FIRST:
        text = phrase.told(text)
    text = sides_as_ways(_HANDED.sub(_with_hand, _as_before(text, before)))
    if "arm" in map(grammar()["body"].get, WORD.findall(text)):
        text = _OVERHEAD.sub("overhead", text)
    for phrase in THEN:
        text = phrase.told(text)
    return _PAST.sub(lambda past: grammar()["past"][past[0]], text)


def _with_hand(match: re.Match[str]) -> str:
    """Returns "uppercut with the left hand" for "left-handed uppercut"."""
    return f"{' '.join(f'{match[1]} {match[3]}'.split())} with the {match[2]} hand"


def _as_before(text: str, before: Segment | None) -> str:
    """Returns the text with what it leaves to the step before: "walks back" after a turn around walks ahead, and "to
    the right" after "steps to the left" steps there."""
    if before is None:
        return text
    if before.turn is not None and abs(before.turn) > AROUND:
        text = _GOES_BACK.sub(r"\1", text)
    verb = without_subject(before.bare or before.text).split(" ")[0]
    if begins(verb, _DOWN):
        text = _STANDS.sub(r"\1 up", text)
    if _RETURNS.search(text):
        down = any(begins(word, _DOWN) for word in (verb, *before.text.split()[:3]))
        return _RETURNS.sub("stands up" if down else STANDS, text)
    return f"{verb} {text}" if ONLY_A_WAY.match(text) and is_action(verb) else text
