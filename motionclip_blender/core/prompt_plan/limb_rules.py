"""Lists the words that name what whole arms and legs do by rule: circles, raised knees, tapping feet, bent knees."""

from __future__ import annotations

import re
from dataclasses import replace

from .gesture import CIRCLES, LEGS, Gesture
from .gesture_rule import BOTH, SELF, THE, Rule, put
from .grammar import number_of

_ELSEWHERE = r"\b(?:walk|run|jog|march|jump|hop|skip|leap|step|sneak|lie|lying|crawl|sit|kneel)"  # not standing
_KNEES = rf"{THE}(?:(?P<side>left|right) )?(?P<knee>knees?)"
_MANY = r"(?:(?P<many>\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) )?"
_HEIGHT = (
    rf"(?: (?:up|high|slowly|quickly|alternate(?:ly)?|alternating|in turn|by turns|one after the other))*"
    rf" (?:up )?(?:to|towards?|at|as high as|until it is at) {THE}"
    rf"(?P<height>waist|hips?|belly|stomach|navel|chest|breast|chin)(?:[- ](?:height|level|high))?\b"
)
_HEIGHTS = {"hip": "hip", "hips": "hip", "chest": "chest", "breast": "chest", "chin": "chest"}  # the waist else
_CIRCLE = (
    r"(?:around|(?:in )?(?:(?:a|big|large|wide|full|great|giant|whole|huge|fast|slow) )*circles?|like (?:an? )?"
    r"(?:wind ?mills?|propellers?|helicopters?)(?: sails?| blades?)?|in (?:an? )?wind ?mills?)"
)
_WAY = r"(?:forwards?|backwards?|alternate(?:ly)?|alternating|one after the other)"
_SMALL = r"\b(?:small|little|tiny|narrow|hands?|wrists?)\b"
_BY_TURNS = re.compile(r"\b(?:wind ?mill|alternat|propeller|helicopter|one after|crawl stroke)")


def _circles(match: re.Match[str]) -> Gesture:
    """Returns the gesture of arms that swing round, forward if no way is said."""
    side = match.groupdict().get("side")
    way = "backward" if "back" in match[0] else "forward"
    turns = " by turns" if not side and _BY_TURNS.search(match[0]) else ""
    count = number_of(match.groupdict().get("many") or "")
    return Gesture(CIRCLES, sides=(side,) if side else BOTH, moves=way + turns, count=count)


def _swing(match: re.Match[str]) -> Gesture:
    """Returns the gesture of arms that swing ahead and back."""
    turns = " by turns" if not match["side"] and re.search(r"alternat|by turns|opposit", match[0]) else ""
    return Gesture(CIRCLES, sides=(match["side"],) if match["side"] else BOTH, moves=f"to and fro{turns}")


def _knee(match: re.Match[str]) -> Gesture:
    """Returns the gesture of a knee that is raised, or of both by turns."""
    found = match.groupdict()
    side = found["side"] or found.get("own")
    sides = (side,) if side else ("right", "left") if match["knee"].endswith("s") else ("right",)
    return Gesture(LEGS, sides=sides, moves="knee", place=_HEIGHTS.get(match["height"], "waist"))


def _leg(match: re.Match[str]) -> Gesture:
    height = "knee" if match["height"].startswith("knee") else _HEIGHTS.get(match["height"], "waist")
    return Gesture(LEGS, sides=(match["side"],), moves="leg", place=height)


def _counted(moves: str, sides: tuple[str, ...], match: re.Match[str]) -> Gesture:
    """Returns the gesture of legs that is done as often as a match says: "three pliés"."""
    return Gesture(LEGS, sides=sides, moves=moves, count=number_of(match["many"] or ""))


def _tap(match: re.Match[str]) -> Gesture:
    return Gesture(LEGS, sides=(match["side"] or "right",), moves="taps")


LIMB_RULES = (
    Rule(
        "swings both arms like windmills",
        rf"(?:\b(?:swing|circl|rotat|whirl|spin|mov|wheel|turn|windmill|flail)(?:s|es|e|ing|ning)?"
        rf" {THE}(?:(?P<side>left|right) )?arms?(?: {_WAY})?(?: (?:wildly|quickly|slowly|wide|straight))*"
        rf" {_CIRCLE}(?: {_WAY})*)\b",
        _circles,
        unless=_SMALL,
    ),
    Rule(
        "swings both arms forward and backward",
        rf"\bswing(?:s|ing)? {THE}(?:(?P<side>left|right) )?arms?(?: (?:loosely|gently|slowly|freely|wide|{_WAY}))*"
        r" (?:forwards? and back(?:wards?)?|backwards? and forwards?|back and forth|to and fro|forth and back)"
        r"(?: (?:alternately|by turns|in opposite directions|in opposition))?",
        _swing,
    ),
    Rule(
        "circles the arms backward",
        rf"(?:\b(?:circl|rotat|windmill)(?:s|es|e|ing)? {THE}(?:(?P<side>left|right) )?arms?"
        rf"(?: {_WAY})*)(?=$|,| and| \w+ times| twice| while)",
        _circles,
        unless=_SMALL,
    ),
    Rule(
        "makes big circles with both arms",
        rf"(?:\b(?:mak|do|draw|perform|describ)(?:es|e|s|ing)? (?:{_WAY} )?{_MANY}{THE}"
        rf"(?:(?:big|large|wide|full|great|giant|whole|huge|{_WAY}) )*(?:circles?|wind ?mills?)(?: {_WAY})?"
        rf" (?:with|of|using) {THE}(?:(?P<side>left|right) )?arms?(?: {_WAY})*)\b",
        _circles,
        unless=_SMALL,
    ),
    Rule(
        "does backward arm circles",
        rf"(?:(?:\b(?:mak|do|perform)(?:es|e|s|ing)? |^)(?=.*\b(?:big|large|wide|full|huge|wind ?mills?|"
        rf"forwards?|backwards?|alternating)\b)"
        rf"(?:(?:a|some) )?{_MANY}(?:(?:big|large|wide|full|huge|{_WAY}) )*(?:(?P<side>left|right) )?arm"
        rf" (?:circles?|wind ?mills?|swings in circles)(?: {_WAY})*)\b",
        _circles,
        unless=_SMALL,
    ),
    Rule(
        "raises the right knee up to the waist",
        rf"\b(?:rais|lift|bring|pull|draw|driv|hik|tak)(?:es|s|e|ing)? {_KNEES}{_HEIGHT}",
        _knee,
        unless=_ELSEWHERE,
    ),
    Rule(
        "right knee raise up to the chest",
        rf"(?:\b(?:do|perform|mak)(?:es|s|e|ing)? )?{_KNEES}(?: (?:raise|lift|drive|up|tuck)s?)+{_HEIGHT}",
        _knee,
        unless=_ELSEWHERE,
    ),
    Rule(
        "raises the left leg to hip height",
        rf"\b(?:rais|lift|stretch|swing)(?:es|s|e|ing)? {THE}(?P<side>left|right) (?:straight )?(?:leg|foot)"
        rf"(?: (?:up|straight|forwards?|out|in front))* (?:up )?(?:to|at) {THE}"
        rf"(?P<height>knee|waist|hips?|belly|stomach|chest)(?:[- ](?:height|level|high))?\b",
        _leg,
        unless=rf"{_ELSEWHERE}|\b(?:side|sideways|back|behind|kick)",
    ),
    Rule(
        "stamps the right foot",
        rf"\bst(?:amp|omp)(?:s|ing)? (?:with )?{THE}(?:(?P<side>left|right) )?foot\b"
        rf"(?: (?:on {THE}(?:floor|ground)|hard|angrily|firmly|down))*",
        lambda match: Gesture(LEGS, sides=(match["side"] or "right",), moves="stamps"),
        unless=_ELSEWHERE,
    ),
    Rule(
        "rises on her toes",
        r"\b(?:(?P<verb>ris|stand|balanc|lift|go|rais|com|push|stretch|roll|get)(?:es|s|e|ing|ting)?"
        rf"(?: (?:{THE}body|{SELF}))? (?:up )?(?:high )?(?:on|onto|to) (?:to )?"
        rf"{THE}(?:tip[- ]?toes?|toes|balls of {THE}feet|pointe)\b|"
        rf"(?:rais|lift)(?:es|s|e|ing)? {THE}heels\b(?: (?:up|off {THE}(?:floor|ground)))*|"
        rf"(?:does|do|doing|performs?) {_MANY}(?:calf|heel) raises?\b)",
        lambda match: replace(_counted("toes", BOTH, match), stays=match["verb"] in ("stand", "balanc")),
        unless=_ELSEWHERE,
    ),
    Rule(
        "does a plié",
        r"(?:\b(?:do|mak|perform|sink|bend|go|drop|lower)(?:es|e|s|ing|ping)?"
        rf" (?:{THE}knees )?(?:down )?(?:(?:in|into|to) )?)?"
        rf"{_MANY}{THE}(?:(?:deep|slow|small|ballet|classical|demi|grand)[- ])*pli[ée]s?\b",
        lambda match: _counted("bends", BOTH, match),
    ),
    Rule(
        "makes a curtsy",
        rf"(?:\b(?:mak|do|drop|giv|perform|sink|bob|dip|end|finish)(?:es|e|s|ing|ping|bing)?"
        rf" (?:(?:in|into|to|down|with) )*)?"
        rf"{_MANY}{THE}(?:(?!(?:man|woman|girl|person|lady|princess|maid) )[\w-]+ ){{0,2}}?curts(?:y|ey|ies|eys|ying)\b"
        rf"(?: with {THE}(?:one |left |right )?(?:foot|leg) (?:behind|crossed behind|back)(?: {THE}other)?)?"
        rf"(?: (?:to|before|for) {THE}[\w-]+)?",
        lambda match: replace(_counted("curtsies", ("right",), match), also=put("slanting", BOTH)),
    ),
    Rule(
        "taps the left foot",
        rf"\btap(?:s|ping)? (?:(?:{THE}(?:floor|ground) )?with )?"
        rf"{THE}(?:(?P<side>left|right) )?(?:foot|toes?|heel|shoe)\b(?! (?:with|and dance))"
        rf"(?: on {THE}(?:floor|ground))?"
        r"(?: (?:impatiently|nervously|rhythmically|lightly|to the (?:music|beat|rhythm)|along|in time))*",
        _tap,
    ),
)
"""All of them; of several that match the first one counts."""
