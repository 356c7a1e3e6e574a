"""Says the phrases of a clause in the words by which wordings tell the same."""

from __future__ import annotations

import re

from .directions import sides_as_ways
from .grammar import STANDS, WORD, begins, grammar, is_action
from .looked_up import without_subject
from .plan import Segment

AROUND = 135.0
"""Degrees from which on a turn is one around."""

_LEADING = re.compile(r"^(?:and|then|but|so|now|please)\s+", re.IGNORECASE)
_FACING = re.compile(r"\b(?:while )?(?:facing|looking) (?:forwards?|ahead|the front|straight ahead)\b")
_SIDEWARD = re.compile(r"\b(left|right)wards?\b")
_HANDED = re.compile(r"^(.*?)\b(left|right)[- ]handed(?:ly)?\b(.*)$")
_THROUGH_WHAT = re.compile(  # "walks through" leaves the door to the step before
    r"^((?:[\w-]+ )*?(?:walk|run|jog|march|stroll|sprint|step|hurr|rush)(?:s|ies|ying|e|es|ing|ning|ging)?)"
    r" (?:through|past|by|along|across|over|on|in|inside|outside)$"
)
_BOTH_SIDES = re.compile(
    r"\b(?:(?:the|his|her|their|its|your) )?(?:left (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?right|"
    r"right (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?left) (arm|hand|fist|leg|knee|foot|feet)s?\b"
)
_OVERHEAD = re.compile(  # as most say it who describe a motion
    r"(?<=\w )(?:high )?(?:above|over) (?:(?:the|his|her|their|your|my|its) )?heads?\b"
)
_ON_ONE_LEG = re.compile(  # "jumps on the left foot" hops
    r"\b(?:jump|leap|bounc|skip)(?:s|es|ing|e)?\b"
    r"(?= (?:[\w-]+ )*?on (?:(?:his|her|their|the|a) )?(?:left|right|one) (?:foot|leg)\b)"
)
_A_STEP = re.compile(r"\b(take|takes|taking|make|makes|making) an? (?=(?:\w+ )?step\b(?! (?:over|onto|across)\b))")
_GOES_BACK = re.compile(  # "walks back to where he started"
    r"\b((?:walk|run|jog|go|march|sneak|sprint|stroll)(?:s|es|ing)?) back"
    r"(?:(?= \w+ly$)|$| (?:to|home|again|the way|in)\b.*)"
)
_DRAGS_LEG = re.compile(
    r"\bdrag(?:s|ging)? (?:(?:his|her|their|the|one|a) )*((?:left |right )?(?:foot|leg))\b(?: behind\b(?: \w+self)?)?"
)
_THROWS_BLOW = re.compile(  # which throws nothing
    r"\b(?:throw|deliver|land)(?:s|ing)? (?:an? )?((?:(?:left|right|quick|hard|strong|low|high|straight) )*)"
    r"(punch|jab|hook|uppercut|cross|haymaker|kick|elbow|headbutt)\b"
)
_BLOWS = ("punch", "jab", "hook", "cross", "kick")
_THROWS_ARMS = re.compile(
    r"\b(?:throw|fling|toss)(?:s|es|ing)? (?:up )?(?:(?:the|his|her|their|both|your) )*(?:arms|hands)"
    r"(?: (?:up|high|in the air|into the air|overhead|up in the air))+"
)
_PLURALS = {"foot": "feet", "feet": "feet"}
_OVER_SHOULDER = re.compile(  # "turns around over the right shoulder"
    r"(?<=\w )over (?:the|his|her|their|your) (left|right) shoulder\b(?=$|,| and)"
)
_UPPERCUT = re.compile(r"\b(?:uppercut|haymaker)\b")
ONLY_A_WAY = re.compile(
    r"^(?:to (?:the |his |her |their )?(?:left|right|sides?)|left|right|forwards?|backwards?|back|up|down|overhead|"
    r"over head|"
    r"(?:above|over) (?:the|his|her|their) head|"
    r"(?:(?:with|the|his|her|their) )*(?:left|right) (?:arm|hand|fist|leg|foot|knee)|(?:slowly|quickly|fast)\b.*)$"
)
_GOES_ON = re.compile(  # "continues walking" walks
    r"\b(?:continu(?:e|es|ed|ing)|keep(?:s|ing)?(?: on)?|kept(?: on)?|go(?:es|ing)? on|went on|"
    r"carr(?:y|ies|ied|ying) on|resum(?:e|es|ed|ing))(?: (?:to|with(?: (?:his|her|the|their))?))? (?=(\w+)\b)"
)
_COMES = re.compile(r"\bcom(?:es|e|ing) (?=(?:in|into|out|over|along|by|near|nearer|closer|towards?)\b)")
_IS_MOVED = re.compile(
    r"\b(?:is|are|was|were)(?: being)? (?=(?:pushed|shoved|knocked|kicked|punched|hit|struck|slapped)\b)"
)
_RECOVERS = re.compile(r"\bcatch(?:es|ing)? (?:him|her|it|them)sel(?:f|ves)\b")  # catches nothing
_CROSSES = re.compile(
    r"\bcross(?:es|ing)? (?=(?:the|a|an) (?:road|street|room|bridge|field|square|river|stage|yard|hall)\b)"
)
_RAISES_ARMS = re.compile(r"\b(?:rais|lift)(?:es|e|s|ing)? (?:up )?(?:(?:the|his|her|their|its) )?arms\b")
_YOUR = re.compile(r"\b(?:your|my)\b")
_DOWN = ["sit", "kneel", "crouch", "squat", "lie", "lies"]
_STANDS = re.compile(r"^((?:(?:he|she|they|it) )?stands?)(?=$| again| and)")  # after "sits down"
_RETURNS = re.compile(
    r"\b(?:return|go|come|get|move)(?:s|es|ing)?(?: back)? (?:in)?to (?:(?:the|his|her|their|a|an) )?"
    r"(?:standing|start(?:ing)?|original|initial|neutral|upright|rest(?:ing)?|idle|normal)"
    r"(?: (?:position|pose|stance|posture))?\b"
)
_PAST = re.compile(rf"\b(?:{'|'.join(grammar()['past'])})\b")


def told_plainly(clause: str, before: Segment | None) -> str:
    """Returns a clause in lower case in the words by which wordings tell the same: "raises both arms" for "throws his
    arms up".

    before: the preceding segment.
    """
    text = _LEADING.sub("", " ".join(clause.lower().split())).strip(" ,.;:!?")
    text = _SIDEWARD.sub(r"to the \1", _FACING.sub(" ", text))
    text = _RAISES_ARMS.sub("raises both arms", _YOUR.sub("the", text))
    text = sides_as_ways(_HANDED.sub(_with_hand, _as_before(text, before)))
    text = _BOTH_SIDES.sub(lambda both: f"both {_PLURALS.get(both[1], f'{both[1]}s')}", _A_STEP.sub(r"\1 one ", text))
    text = _GOES_ON.sub(lambda goes_on: "" if is_action(goes_on[1]) else goes_on[0], text)
    if "arm" in map(grammar()["body"].get, WORD.findall(text)):
        text = _OVERHEAD.sub("overhead", text)
    text = _THROWS_ARMS.sub("raises both arms", _OVER_SHOULDER.sub(r"to the \1", text))
    text = _UPPERCUT.sub("punch", text)
    text = _THROWS_BLOW.sub(lambda blow: f"{blow[1]}{blow[2] if blow[2] in _BLOWS else 'punch'}", text)
    text = _CROSSES.sub("walks across ", _RECOVERS.sub("recovers", text))
    text = _IS_MOVED.sub("gets ", _COMES.sub("walks ", text))
    text = _DRAGS_LEG.sub(r"limps with the \1", text)
    text = _THROUGH_WHAT.sub(r"\1", _ON_ONE_LEG.sub("hops", text))
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
