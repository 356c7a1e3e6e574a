"""Puts in what a clause leaves to the step before it: "right" after "looks left", "stands" after "sits down"."""

from __future__ import annotations

import re

from .grammar import STANDS, WORD, begins, is_action
from .looked_up import without_subject
from .plan import Segment

AROUND = 135.0
"""Degrees from which on a turn is one around."""

_ONLY_A_WAY = re.compile(  # or how fast; "more" is what follows that
    r"^(?:(?:over |out |off )?to (?:the |his |her |their |both )?(?:left|right|sides?)|left|right|forwards?|"
    r"backwards?|back|up|down|"
    r"overhead|over head|(?:above|over) (?:the|his|her|their) head|"
    r"(?:(?:with|the|his|her|their) )*(?:left|right) (?:arm|hand|fist|leg|foot|knee)|"
    r"(?:slowly|quickly|fast)\b(?P<more>.*))$"
)

_GOES_BACK = re.compile(  # "walks back to where he started"
    r"\b((?:walk|run|jog|go|march|sneak|sprint|stroll|charg|stagger|limp|crawl|hurr)(?:s|es|e|y|ies|ing)?) back"
    r"(?:(?= \w+ly$)|$| (?:to|home|again|the way|in|where)\b.*)"
)
_COMES_BACK = re.compile(
    r"^(?:comes?|coming|returns?|returning)(?: back)?(?: again| to (?:the|his|her|their|where) .*)?$"
)
_THROUGH_IT = re.compile(
    r"^((?:[\w-]+ )*?(?:walk|go|step|pass|run)(?:s|es)?) through (?:it|(?:the|a) (?:door|doorway|gate))$"
)
_SEATS = re.compile(r"\b(?:chair|armchair|stool|bench|sofa|couch|seat|floor|ground)\b")
_ON_FLOOR = re.compile(r"\b(?:floor|ground|grass|mat|carpet)\b")
_REACHES_TOES = re.compile(
    r"^(?:(?:he|she|they) )?(?:touch(?:es)?|reach(?:es)? (?:for|to)|grabs?) (?:(?:the|his|her|their) )?toes$"
)
_ON_HIS_HANDS = re.compile(r"\b(leans? back(?:wards?)?) on (?:(?:the|his|her|their|both) )*(?:hands|arms|elbows)\b")
_SITS_INTO_IT = re.compile(
    r"\b(?:sink|drop|slump|collaps|settl|flop|plop|fall)(?:s|es|e|ing|ping)? (?:(?:back|down|heavily) )*(?:in|"
    r"on)(?:to)? it\b"
)
_AS_MANY = re.compile(  # "three steps left, then three right"
    r"^(?P<many>a few|several|a couple|\d+|one|two|three|four|five|six|seven|eight|nine|ten)(?: more)?(?: steps?)? "
    r"(?P<way>(?:to (?:the|his|her|their) )?(?:left|right)|forwards?|backwards?|back|ahead)(?:,.*)?$"
)
_RUNS = re.compile(r"\b(?:run|sprint|dash|charg)(?:s|es|ning|ing)?\b")
_SLIDES = re.compile(r"\bslid(?:es?|ing)\b(?: (?:on|along|across|under|over) .*| down)?$")  # on the ground
_JUMPS_OVER = re.compile(  # in running
    r"\b(?:jump|leap|hop|vault|hurdl)(?:s|es|ing)? over (?:something|it|(?:an?|the|some|his|her) (?:[\w-]+ )?"
    r"(?:obstacle|hurdle|fence|log|puddle|barrier|gap|rock|bench|box|hedge|ditch|stream|trunk|wall|car|hole|thing)s?)$"
)
_TAKES = re.compile(r"\b(?:pick|lift|grab|tak|hoist)(?:s|es|e|ing)?\b")
_GOES_WITH_IT = re.compile(
    r"\b(?:walk|go|step|stroll|leav)(?:s|es|e|ing)?(?: (?:away|off|out|along|over|around|forwards?))* with "
    r"(?:the|his|her|their) (?:[\w-]+ )?[\w-]+$"
)
_TAKES_A_SHOT = re.compile(r"\b(?:tak(?:es?|ing) (?:the|a|his|her) shot|shoots?)$")
_CROSSES_LEGS = re.compile(
    r"^(?:(?:he|she|they) )?cross(?:es|ing)? (?:(?:the|his|her|their|one) )?(?:legs?|"
    r"ankles)(?: over the other)?$"
)
_OTHER_ONE = re.compile(r"^(?:with )?(?:the |his |her |their )?(left|right)(?: one)?(?: as well| too)?$")
_TAPS = "shifts from foot to foot"
_OFTEN = re.compile(r" (?:once|twice|thrice|\w+ times)$")
_SIDE_FIRST = re.compile(r"(?:left|right) (?:leg|foot)\b")
_DOWN = ["sit", "kneel", "crouch", "squat", "lie", "lies", "lying"]
_STANDS = re.compile(r"^((?:(?:he|she|they|it) )?)(?:stands?|rises?)(?=$| again| and)")  # after "sits down"
_RETURNS = re.compile(
    r"\b(?:return|go|come|get|move)(?:s|es|ing)?(?: back)? (?:in)?to (?:(?:the|his|her|their|a|an) )?"
    r"(?:standing|start(?:ing)?|original|initial|neutral|upright|rest(?:ing)?|idle|normal)"
    r"(?: (?:position|pose|stance|posture))?\b"
)
_ONLY_RETURNS = re.compile(r"^(?:(?:he|she|they|it) )?returns?$")  # from a lunge; from a walk it is one back
_FALLS = ["fall", "drop", "collaps", "die", "dies", "faint", "toppl", "crumpl", "lies", "lie", "lands"]
_LIES_STILL = re.compile(
    r"^(?:(?:he|she|they|it) )?(?:lies?|lying|stays?|remains?|rests?)(?: (?:there|still|motionless|down|unconscious|"
    r"lying|on the (?:ground|floor)|for a (?:moment|while)))+$"
)
_LIES = ["lie", "lies", "lying", "sleep", "fall", "collaps", "faint", "toppl", "flop", "push-up", "sit-up", "plank"]
_SITS_DOWN = re.compile(r"^(?:(?:he|she|they) )?sits?(?: down)?$")
_FACE_DOWN = re.compile(r"\b(?:face|belly|stomach|front|forwards?|push-?ups?|plank|prone)\b(?<!face up)")
_ROLLS_OVER = re.compile(
    r"^(?P<who>(?:he|she|they) )?(?:roll|turn|flip)(?:s|ing|ping)?(?: (?:over|around|slowly|quickly|then))*"
    r"(?: (?:and )?(?:lies )?(?:(?:in|on)(?:to)?|to) (?:(?:the|his|her|their|an?|all) )*"
    r"(?P<to>back|left side|right side|side|belly|stomach|front|face|plank|push-?up|hands and knees|fours)"
    r"(?: position| pose)?)?$"
)
_ON_HANDS = re.compile(r"\b(?:push-?ups?|press-?ups?|plank|crawl(?:s|ing)?|all fours)\b")
_SINKS_DOWN = re.compile(
    r"^(?:(?:he|she|they) )?(?:collaps|drop|fall|flop|sink|slump|lies?|lower|lying|lays?)(?:s|es|e|ing|ping)?"
    r"(?: (?:himself|herself|down|flat|exhausted|(?:on|to|onto) the (?:floor|ground|mat)|"
    r"(?:in|from|with) (?:exhaustion|fatigue)))*$"
)
_SITS_UP = re.compile(r"\bsit(?:s|ting)? (?:(?:back|slowly|straight) )*up(?:right)?(?: (?:straight|slowly|in bed))?$")
_SAVES = re.compile(  # in the dive
    r"^(?:(?:he|she|they) )?(?:catch|sav|grab|hold|block|stop|parr|tip|push)(?:es|e|s|ies|ing)? "
    r"(?:it|the (?:ball|shot))\b"
)
_STRAIGHTENS = re.compile(
    r"\bstraighten(?:s|ing)?(?: (?:him|her|them|it)sel(?:f|ves))?(?: (?:back|up|again|out|slowly|quickly))*$"
)


def as_before(text: str, before: Segment | None) -> str:
    """Returns the text with what it leaves to the step before: "walks back" after a turn around walks ahead, and "to
    the right" after "steps to the left" steps there."""
    if before is None:
        return _RETURNS.sub(STANDS, text)
    if "door" in before.text:
        text = _THROUGH_IT.sub(r"\1", text)
    if before.turn is not None and abs(before.turn) > AROUND:
        text = _GOES_BACK.sub(r"\1", _COMES_BACK.sub("walks", text))
    verb = without_subject(before.bare or before.text).split(" ")[0]
    on_floor = _ON_FLOOR.search(before.text) and begins(verb, _DOWN)
    if on_floor and _REACHES_TOES.match(text):
        return "forward fold"
    if (seat := _SEATS.search(before.text)) and _CROSSES_LEGS.match(text):
        return "sits cross-legged" if seat[0] in ("floor", "ground") else "crosses the legs"
    if seat:
        text = _ON_HIS_HANDS.sub(r"\1", text)
        text = _SITS_INTO_IT.sub("sits down", text)
    if before.steps and (many := _AS_MANY.match(text)):
        return f"walks {many['many']} steps {many['way']}"
    if _TAKES.search(before.text):
        text = _GOES_WITH_IT.sub("carries something", text)
    if _RUNS.search(before.text):
        text = _JUMPS_OVER.sub("leaps over something", text)
        text = _SLIDES.sub("slides under an obstacle in a deep lunge", text)
    if "ball" in before.text:
        text = _TAKES_A_SHOT.sub("shoots the ball", text)
    if begins(verb, _DOWN):
        text = _STANDS.sub(r"\1stands up", text)
    if begins(verb, _FALLS) and _LIES_STILL.match(text):
        return STANDS
    if "falls sideways" in before.text and _SAVES.match(text):
        return STANDS
    if _ON_HANDS.search(before.text) and _SINKS_DOWN.match(text):
        return "lies on the belly"
    if _ON_HANDS.search(before.text) and _SITS_DOWN.match(text):
        return "sits down on the floor"
    if _lies(before):
        if rolls := _ROLLS_OVER.match(text):
            return _turned_over(rolls["to"] or ("back" if _FACE_DOWN.search(before.text) else "belly"))
        text = _SITS_UP.sub("sits on the floor", text)
    if _STRAIGHTENS.search(text):  # who stands bent only straightens the trunk
        return "stands up" if begins(verb, _DOWN) or _lies(before) else "stands"
    if _RETURNS.search(text) or _ONLY_RETURNS.match(text):
        down = any(begins(word, _DOWN) for word in (verb, *before.text.split()[:3]))
        stands = "stands up" if down else STANDS
        return _RETURNS.sub(stands, text) if _RETURNS.search(text) else stands
    if before.limb in ("arm", "leg") and before.side and (other := _OTHER_ONE.match(text)):
        return before.text.replace(before.side, other[1])
    way, comma, more = text.partition(",")
    if comma and only_a_way(way) and is_action(verb):  # "shuffles left, then right, in a low stance"
        return f"{verb} {way},{more}"
    if not (only_a_way(_OFTEN.sub("", text)) and is_action(verb)):
        return text
    on = "on the " if before.limb == "support" and _SIDE_FIRST.match(text) else ""  # "hops on the left foot"
    return f"{verb} {on}{text}"


def only_a_way(clause: str) -> bool:
    """Checks whether a clause only says where to, with which limb, or how fast: not "slowly turns"."""
    match = _ONLY_A_WAY.match(clause)
    return match is not None and not any(map(is_action, WORD.findall(match["more"] or "")))


def _lies(before: Segment) -> bool:
    """Checks whether somebody lies after a step."""
    return any(begins(word, _LIES) for word in (before.bare or before.text).split()[:4])


def _turned_over(to: str) -> str:
    """Returns what a body that lies does to turn to another side: it lies, or is on its hands, there."""
    if to in ("hands and knees", "fours"):
        return "on all fours"
    return "plank" if to.startswith(("plank", "push")) else f"lies on the {to}"


def in_the_seat(text: str, before: Segment | None) -> str:
    """Returns `STANDS` for feet that tap, if the step before has sat down, so that its pose is kept; else the text."""
    sits = text == _TAPS and before is not None and begins(without_subject(before.text).split(" ")[0], _DOWN)
    return STANDS if sits else text
