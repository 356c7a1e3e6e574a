"""Reads where a clause goes, and how far it turns."""

from __future__ import annotations

import re

from .grammar import WORD, begins, grammar, number_of

MOST_DEGREES = 1080.0
"""The largest turn."""

_ASIDE = re.compile(r"\b(\w+) (left|right)\b(?! (?:\w+ )?(?:hand|arm|fist|leg|foot|feet|knee|elbow|palm|side|turn))")
_SWINGS_ROUND = re.compile(r"\b(?:swings?|swinging|whirls?|whirling|wheels?|wheeling|swerves?|swerving)(?: a?round)?\b")
_SEVERAL_ROUNDS = re.compile(
    r"(?<![/.\d])\b(\w+) (?:full |whole |complete )?(?:circles?|turns?|rotations?|rounds?|spins?)\b"
)
_CORNER = re.compile(r"\b(?:around|round) (?:the|a) (?:street )?(?:corner|bend)\b")
_DEGREES = re.compile(r"(?:\bby |\bof )?(?<![\w.,-])(-?\d+(?:\.\d+)?) ?(?:degrees?|deg\b|°)")
_FRACTION = re.compile(r"\b([1-9])/([1-9])(?: of an?)? (?:turn|circle|rotation)s?\b")
_SAID_ANGLE = re.compile(
    r"\b(?:(?P<hundreds>one|two|three) (?:hundred )?(?:and )?)?(?P<tens>[a-z]+(?:[- ]five)?) degrees?\b"
)
_NAMED_ANGLE = re.compile(r"\b(45|90|135|180|225|270|315|360)\b")
_SHARES = (
    (re.compile(r"\b(?:quarter|right angle)\b"), 90.0),
    (
        re.compile(
            r"\bhalf(?:[- ]turn| turn| a turn| way round)\b|\bu-turn\b|\bu turn\b|\babout[- ](?:face|turn)\b|"
            r"\b(?:half|semi)[- ]?circles?\b"
        ),
        180.0,
    ),
    (re.compile(r"\b(?:full|complete|whole) (?:turn|circle|rotation|spin)\b|\ball the way (?:a)?round\b"), 360.0),
)
_CIRCLE = re.compile(
    r"\b(?:in|along|walks?|runs?|jogs?|makes?|forms?) (?:a |an )?(?:\w+ |\w+-\w+ )?circles?\b|\bcircles?\b"
)
_SIZE = re.compile(r"\b(?:(?P<big>big|large|wide|huge|great)|small|little|tight|narrow|tiny) (?:[\w-]+ )?circles?\b")
_MOST_ROUNDS = 50
_CURVE = re.compile(r"\b(?:in|along|on) (?:an?|the) (?:[\w-]+ )?(?:curve|arc|bend)\b")
_SLIGHTLY = re.compile(r"\b(?:slight|gentle|soft|small)(?:ly)?\b")
_BENDS, _BENDS_SLIGHTLY = 90.0, 45.0  # degrees of a curve without an angle
_OF_A_LIMB = re.compile(  # "moves the arms in circles"
    r"\b(?:arms?|hands?|legs?|hips?|head|shoulders?|feet|foot|wrists?|fists?|knees?) (?:around )?"
    r"in (?:an? )?(?:\w+ )?circles?\b"
)
_AROUND = re.compile(r"\b(?:around|round|(?:(?<=turn )|(?<=turns )|(?<=turning ))(?:about|back|away))\b")
_CLOCK = re.compile(r"\b(?:(counter|anti)[- ]?)?clockwise\b")
_DIAGONAL = re.compile(r"\bdiagonal(?:ly)?\b")
_FORWARD = re.compile(r"\b(?:forwards?|ahead|straight(?! (?:line|path|legs?|arms?|back)\b)|onwards?)\b")
_SHAPES = (  # of a body part
    r"(?:bent|stooped|stooping|hunched|hunch|crooked|curved|arched|bowed|straight|stiff|upright|round(?:ed)?|"
    r"twisted|sore|bad|aching|injured|hurt|broken|weak|strained|humped|slouch(?:ed|ing))"
)
_PARTS = (
    r"(?:arms?|hands?|legs?|foot|feet|knees?|elbows?|hips?|head|chin|neck|shoulders?|chest|torso|trunk|pelvis|body|"
    r"hair)"
)
_OF_THE_BODY = re.compile(  # "with a stooped back", "with the shoulders back": where a part is, and not where one goes
    rf"\b{_SHAPES} back\b|(?<=with )back (?={_SHAPES}\b)|"
    rf"\b(?:with|and) (?:(?:an?|the|his|her|their|its|both) )?(?:{_SHAPES} )?{_PARTS} "
    r"(?:(?:[a-z]+(?:ed|ing|t|n|wn)|leaning|far|wide|straight|out) ){0,2}"
    r"(?:back(?:wards?)?|forwards?|sideways|ahead)\b"
)
_NOUN = "".join(  # "holds his back"
    rf"(?<!\b{word} )" for word in ("his", "her", "their", "your", "my", "its", "the", "a")
)
_BACKWARD = re.compile(
    rf"\b(?:backwards?|in reverse|rearwards?|retreat\w*|"
    rf"{_NOUN}back(?! (?:to|home|again|and forth|into|inside|up|down|on|kick|fist|handspring|flip|tuck|salto|"
    rf"heel|walkover)\b))\b"
)
_WANDERS = re.compile(
    r"\b(?:walk|wander|stroll|run|jog|march|stomp|stamp|storm|pac|prowl|roam|stumbl|stagger|shuffl|sneak|hobbl|limp|"
    r"trudg|plod|saunter|strut|shambl|meander|ambl|skip|crawl)(?:s|es|e|ing|ning|ping|ling|ging)?"
    r"(?: \w+ly)? (?:around|about|aimlessly|here and there)\b"
    r"(?! (?:it|him|them|to|and fac|(?:an?|the|his|her|their) (?!(?:\w+ )?(?:room|house|place|office|kitchen|stage|"
    r"street|park|town|yard|garden|field|hall|shop|store|city|village|forest)\b)))"
)
ZIGZAG = re.compile(r"\bin a zigzag\b")
"""How `paths` writes all ways that lead to the left and right by turns."""

_LIMB_ASIDE = re.compile(  # "flings the arms out to the side"
    r"\b(?:arms?|hands?|legs?|foot|feet|knees?|elbows?|hips?|head)(?: (?:out|wide|up|up and|straight|and))*"
    r" (?:to the sides?|sideways|backwards?|forwards?)\b"
)
_SIDEWAYS = re.compile(
    r"\b(?:sideways|sidewards|side[- ]?steps?|side ways|laterally)\b|\bto (?:the|one) side\b(?! of\b)"
)


def sides_as_ways(text: str) -> str:
    """Returns "walks to the left" for "walks left"."""
    return _ASIDE.sub(_to_the, text)


def _to_the(match: re.Match[str]) -> str:
    return f"{match[1]} to the {match[2]}" if begins(match[1], grammar()["moves"]) else match[0]


def spins(text: str) -> bool:
    """Checks whether a text names a spin, which is a whole turn."""
    return any(begins(word, ["spin", "twirl", "revolv", "pirouett"]) for word in WORD.findall(text))


def turn_of(text: str, sides: list[str], count: int | None) -> tuple[str, float | None, bool, list[str]]:
    """Returns the text without angles, the degrees of the turn, whether it is a circle, and remarks."""
    text = _FRACTION.sub(lambda part: f"{360 * int(part[1]) / int(part[2]):g} degrees", _CORNER.sub("turning", text))
    text = _SAID_ANGLE.sub(_in_digits, text)
    if sides or _DEGREES.search(text) or _CLOCK.search(text):
        text = _SWINGS_ROUND.sub("turns", text)
    words = WORD.findall(text)
    turning = any(
        begins(word, grammar()["turns"]) and word not in ("face", "corners", "bends", "bend", "faces") for word in words
    ) or bool(re.search(r"\b(?:to face|faces|u-turn|u turn|about[- ]face)\b", text))
    turning = turning and not {"head", "wrist", "page", "wheel"} & set(words)
    circle = (
        bool(_CIRCLE.search(text))
        and not _OF_A_LIMB.search(text)
        and any(begins(word, grammar()["moves"]) for word in words)
    )
    curve = bool(_CURVE.search(text)) and any(begins(word, grammar()["moves"]) for word in words)
    turning = turning or curve
    clock = _CLOCK.search(text)
    angle = _DEGREES.search(text) or (_NAMED_ANGLE.search(text) if turning else None)
    in_the_air = angle is not None and any(begins(word, ["jump", "hop", "leap"]) for word in words)
    if not (turning or circle or in_the_air or (clock and angle)):
        return text, None, False, []
    if {"left", "right"} <= set(sides):
        return text, None, False, ["The prompt turns both left and right at once; write one of them."]
    degrees = None
    several = _SEVERAL_ROUNDS.search(text)
    rounds = number_of(several[1]) if several else None
    rounds = None if rounds and rounds > _MOST_ROUNDS else rounds  # "a 360 spin"
    if several and rounds:
        degrees = 360.0 * rounds
        text = f"{text[: several.start()]} {'in circles' if circle else ''} {text[several.end() :]}"
    elif angle:
        degrees = float(angle[1])
        text = f"{text[: angle.start()]} {text[angle.end() :]}"
    else:
        for pattern, share in _SHARES:
            if pattern.search(text):
                degrees = share
                break
    if degrees is None:
        spun = spins(text)
        degrees = 360.0 if circle or spun else 180.0 if _AROUND.search(text) else 90.0 if sides or clock else None
        degrees = None if spun and not (circle or sides or clock or count) else degrees
        if curve and not circle:
            degrees = _BENDS_SLIGHTLY if _SLIGHTLY.search(text) else _BENDS
        if degrees is not None and spun:
            degrees *= count or 1
    if degrees is None:  # "spins", "twirls": a movement of its own
        return text, None, False, []
    left = sides[0] == "left" if sides else bool(clock[1]) if clock else degrees >= 0
    asked, degrees = abs(degrees), min(abs(degrees), MOST_DEGREES)
    said = [f"{asked:g} degrees are more than a turn may have; {MOST_DEGREES:g} are made."] if asked > degrees else []
    return text, degrees if left else -degrees, circle or degrees > 270, said


def winding(text: str) -> tuple[str, str]:
    """Returns the text without the words for a zigzag, and how the way winds: "around", "zigzag", or not at all."""
    if ZIGZAG.search(text):
        return " ".join(ZIGZAG.sub(" ", text).split()), "zigzag"
    return text, "around" if _WANDERS.search(text) else ""


def circle_size(text: str) -> float:
    """Returns the size that a text gives a circle, relative to the usual one."""
    match = _SIZE.search(text)
    return 1.0 if match is None else 2.0 if match["big"] else 0.6


def _in_digits(match: re.Match[str]) -> str:
    """Returns "180 degrees" for "one hundred and eighty degrees"."""
    tens = number_of(match["tens"].replace(" ", "-"))
    if tens is None:
        return match[0]
    return f"{100 * (number_of(match['hundreds'] or 'zero') or 0) + tens} degrees"


def travel_of(text: str, sides: list[str]) -> tuple[float | None, list[str]]:
    """Returns the degrees from the heading to the direction of travel, and remarks on contradictions."""
    words = WORD.findall(text)
    text = _OF_THE_BODY.sub(" ", _LIMB_ASIDE.sub(" ", text))
    if not any(begins(word, grammar()["moves"]) for word in words) and not _SIDEWAYS.search(text):
        return None, []
    if {"left", "right"} <= set(sides):
        return None, ['The prompt goes both left and right at once; write one after the other with "then".']
    forward, backward = bool(_FORWARD.search(text)), bool(_BACKWARD.search(text))
    if forward and backward:
        return None, ['The prompt goes both forward and backward at once; write one after the other with "then".']
    if _DIAGONAL.search(text):
        angle = 135.0 if backward else 45.0
        return (-angle if sides and sides[0] == "right" else angle), []
    if sides and not forward and not backward:
        return (90.0 if sides[0] == "left" else -90.0), []
    if sides:
        angle = 45.0 if forward else 135.0
        return (angle if sides[0] == "left" else -angle), []
    if _SIDEWAYS.search(text):
        return 90.0, []
    return (180.0 if backward else 0.0 if forward else None), []
