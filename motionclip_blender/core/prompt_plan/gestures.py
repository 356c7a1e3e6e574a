"""Reads gestures in a clause: patterns of words, and the gesture that each names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from .gesture import CLAPS, DOWN, LEFT, LOOKS, RIGHT, SHOULDERS, TOUCHES, UP, Gesture
from .grammar import STANDS, is_action

_THE = r"(?:(?:the|his|her|their|its|my|your|one's|own|both|one|a|an|two) )*"
_SELF = r"(?:himself|herself|themselves|yourself|itself)"
_HAND = rf"{_THE}(?:(?P<side>left|right) )?(?P<hand>hands?|palms?|arms?)"
_WITH_HAND = rf"(?: (?:with|using) {_THE}(?:(?P<with>left|right) )?(?:index )?(?:hand|arm|finger))?"
_PUTS = r"\b(?:put|plac|hold|clasp|cross|fold|hid|keep|rest)(?:s|es|e|ting|ing|ping)? "
_PHONE = rf"{_THE}(?:cell |mobile |smart)?(?:tele)?phone"
_SKY, _GROUND = r"sky|ceiling|stars?|moon|sun", r"floor|ground"
_HATS = r"(?:hat|cap|helmet|crown|wig|beanie|hood|headphones|headset|tiara)"
_GLASSES = r"(?:glasses|sunglasses|goggles|mask|spectacles)"
_PART = (
    r"(?P<part>chest|heart|stomach|belly|tummy|abdomen|hips?|waist|head|hair|forehead|brow|temple|face|cheeks?|chin|"
    r"mouth|lips|nose|eyes?|ears?|shoulder|elbow|forearm)"
)
_PLACES = {
    "heart": "chest", "belly": "stomach", "tummy": "stomach", "abdomen": "stomach", "hips": "hip", "waist": "hip",
    "hair": "head", "brow": "forehead", "temple": "forehead", "cheek": "face", "cheeks": "face", "eye": "face",
    "eyes": "face", "chin": "mouth", "lips": "mouth", "nose": "mouth", "ears": "ear",
    "forearm": "elbow",
}  # fmt: skip
_BOTH = ("left", "right")
_BY_BOTH = ("hips", "waist", "ears", "cheeks", "eyes", "face")  # which plural hands are put to, one each
_ACROSS = ("shoulder", "elbow", "forearm")  # which are of the other arm
_RUBS, _TAPS = ("rub", "strok", "wip"), ("tap", "pat")
_TILTS = {
    "left": (0.0, 0.0, -32.0), "right": (0.0, 0.0, 32.0), "side": (0.0, 0.0, 32.0), "back": (0.0, -35.0, 0.0),
    "up": (0.0, -25.0, 0.0), "forward": (0.0, 35.0, 0.0), "down": (0.0, 35.0, 0.0),
}  # fmt: skip
_UPWARD = ("up", "sky", "ceiling", "star", "moon", "sun")
_ARTICLES = ("a", "an", "the", "his", "her", "their", "its", "my", "your")
_SIDED = re.compile(r"\b(?:left|right)\b")
_IS = re.compile(r"\b(?:is|are|was|were) $")  # of "is clapping"
_WITH_OTHERS = r"(?!.*\b(?:against|with (?:an?|his|her|their|the|some|another))\b)"


def gesture_of(text: str) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause in lower case names, and the clause without it: "stands still" in its place,
    where nothing else is done. Returns None and the clause if it names none."""
    for pattern, made in _READ:
        match = pattern.search(text)
        if match is None:
            continue
        before, after = _IS.sub("", text[: match.start()]).strip(), text[match.end() :].strip()
        acts = _acts(before) or _acts(after)
        found = replace(made(match), alone=not acts, sided=bool(_SIDED.search(match[0])))
        return found, " ".join((before, "" if acts else STANDS, after)).strip()
    return None, text


def _acts(text: str) -> bool:
    """Checks whether a text names an action; a noun after an article is none: "at a sink"."""
    words = text.split()
    return any(is_action(word) and before not in _ARTICLES for before, word in zip(("", *words), words, strict=False))


def _look(match: re.Match[str]) -> Gesture:
    ways = (match["way"], match.groupdict().get("also"))
    return Gesture(LOOKS, tuple(look for way in ways if way for look in _looks_to(way)))


def _looks_to(way: str) -> tuple[tuple[float, float, float], ...]:
    if way == "around":
        return LEFT, RIGHT
    if way in ("left", "right", "shoulder"):
        return (LEFT if way == "left" else RIGHT,)
    return (UP if way.startswith(_UPWARD) else DOWN,)


def _tilt(match: re.Match[str]) -> Gesture:
    way = match.groupdict(default="side").get("way", "down")
    tilt = next(turn for name, turn in _TILTS.items() if way.startswith(name))
    return Gesture(LOOKS, (tilt,), stays=True)


def _roll_shoulders(match: re.Match[str]) -> Gesture:
    side = match["side"]
    return Gesture(SHOULDERS, sides=(side,) if side else _BOTH, moves=f"roll {match['way'] or 'back'}")


def _put(place: str, sides: tuple[str, ...], moves: str = "") -> Gesture:
    return Gesture(TOUCHES, place=place, sides=sides, moves=moves)


def _held(place: str) -> Callable[[re.Match[str]], Gesture]:
    """Returns what makes the gesture of the hands that a match names: both for "hands", the right one for none."""

    def made(match: re.Match[str]) -> Gesture:
        found = match.groupdict()
        side = found.get("side") or found.get("own") or found.get("with")
        return _put(place, (side,) if side else _BOTH if (found.get("hand") or "").endswith("s") else ("right",))

    return made


def _by_both(place: str, moves: str = "") -> Callable[[re.Match[str]], Gesture]:
    """Returns what makes a gesture of both hands."""
    return lambda _: _put(place, _BOTH, moves)


def _point(match: re.Match[str]) -> Gesture:
    way, hand = match["way"], match["with"] or match["by"]
    if way not in _BOTH:
        return _put("up" if way.startswith(_UPWARD) else "down", (hand or "right",))
    return _put("across" if hand and hand != way else "aside", (hand or way,))


def _touch(match: re.Match[str]) -> Gesture:
    part = match["part"]
    hand = match["hand"] or match["by"] or ""
    both = hand.endswith("s") or (not hand and part in _BY_BOTH)
    own = match["own"] if match["own"] in _BOTH else ""
    side = match["side"] or match["with"] or own or "right"
    if part in _ACROSS and own == side:  # which is reached with the other hand
        side = "right" if own == "left" else "left"
    moves = "rubs" if match["verb"] in _RUBS else "taps" if match["verb"] in _TAPS else ""
    return _put(_PLACES.get(part, part), _BOTH if both else (side,), moves)


_READ: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Gesture]], ...] = tuple(
    (re.compile(pattern), made)
    for pattern, made in (
        (
            rf"\bpoint(?:s|ing)?{_WITH_HAND}(?: (?:off|out|over|straight|directly))* (?:(?:to|towards?|at|into) )?"
            rf"{_THE}(?P<way>left|right|up|upwards?|down|downwards?|{_SKY}|{_GROUND})\b(?: side)?"
            rf"(?: (?:at|to|towards?) {_THE}(?:{_SKY}|{_GROUND}))?" + _WITH_HAND.replace("<with>", "<by>"),
            _point,
        ),
        (
            r"\b(?:look|glanc|gaz|peer|star|peek)(?:s|es|e|ing)?\b(?: (?!for\b|at\b|after\b|like\b)\w+ly)?"
            rf" (?:(?:over|to|towards?|up|down|out|back) ){{0,3}}{_THE}"
            r"(?P<way>left|right|up|upwards?|down|downwards?|around|shoulder|sky|ceiling|floor|ground|feet|shoes)\b"
            r"(?: shoulder| side)?"
            rf"(?:(?: and|,)(?: then)? (?:to )?{_THE}(?P<also>left|right|up|down)\b)?"
            rf"(?: (?:at|to|towards?) {_THE}(?:{_SKY}|{_GROUND}|feet|shoes))?",
            _look,
        ),
        (
            rf"\b(?:turn(?:s|ing)?) {_THE}(?:head|face|gaze) (?:(?:to|towards?) )?{_THE}"
            r"(?P<way>left|right|up|down)\b(?: side)?",
            _look,
        ),
        (r"\bhead turns?(?: to)?(?: the)? (?P<way>left|right|up|down)\b", _look),
        (
            rf"\b(?:tilt|lean|cock|bend|roll|tip)(?:s|ing|ping)? {_THE}head\b"
            rf"(?:(?: over)?(?: (?:to|towards?|on))? {_THE}"
            r"(?P<way>left|right|sideways|side|back|backwards?|forwards?|down|up)\b(?: shoulder| side)?)?",
            _tilt,
        ),
        (
            rf"\b(?:stretch|tilt|roll|mov|swing|rock|lean|bend)(?:es|s|e|ing)? {_THE}(?:neck|head) (?:from )?"
            r"(?:side to side|(?:the )?(?:left|right) (?:and|to) (?:the )?(?:left|right))\b",
            lambda _: Gesture(LOOKS, (_TILTS["left"], _TILTS["right"]), stays=True),
        ),
        (
            rf"\b(?:roll|rotat|circl)(?:s|e|es|ing)? {_THE}(?:neck|head)\b(?: around| in circles?)?",
            lambda _: Gesture(
                LOOKS, tuple(_TILTS[way] for way in ("down", "left", "back", "right", "down")), stays=True
            ),
        ),
        (rf"\b(?:lower|drop|bow)(?:s|ing|ping)? {_THE}head\b(?: down| forwards?| low)*", _tilt),
        (
            rf"\b(?:clap(?:s|ping)?|applaud(?:s|ing)?)\b(?: {_THE}hands?)?(?: together)?"
            r"(?: (?:enthusiastically|loudly|politely|happily|excitedly|rhythmically|along|in applause|"
            r"at the (?:show|audience)))?"
            rf"(?P<above> (?:overhead|(?:high )?(?:above|over) {_THE}head))?{_WITH_OTHERS}",
            lambda match: Gesture(CLAPS, place="overhead" if match["above"] else ""),
        ),
        (
            rf"\bshrug(?:s|ging)?\b(?: {_THE}shoulders?)?(?! off\b)",
            lambda _: Gesture(SHOULDERS, sides=_BOTH, moves="shrug"),
        ),
        (
            rf"\b(?:roll|rotat|circl|mov)(?:s|e|es|ing)? {_THE}(?:(?P<side>left|right) )?shoulders?\b"
            r"(?: (?:(?P<way>back|forward)(?:wards?|s)?|up and down|around|in circles))*",
            _roll_shoulders,
        ),
        (
            r"\bsalut(?:es|e|ing)\b(?: (?:the|his|her|their|an?) (?:\w+ ?){1,2})?",
            lambda _: _put("forehead", ("right",)),
        ),
        (rf"(?:{_PUTS}|\b(?:with )?){_HAND} (?:together )?behind {_THE}back\b", _held("back")),
        (
            rf"(?:{_PUTS}|\b(?:with )?){_HAND} (?:together |clasped |folded |crossed |locked )?"
            rf"behind {_THE}(?:head|neck)\b",
            _held("nape"),
        ),
        (
            rf"(?:{_PUTS}|\bwith ){_HAND} (?:in|into|inside) {_THE}(?:(?P<own>left|right) )?"
            r"(?:trouser |coat |jacket )?pockets?\b",
            _held("pocket"),
        ),
        (
            rf"\b(?:(?:put|press|hold|bring)(?:s|es|ting|ing)? {_THE}(?:hands|palms) together(?: in prayer)?|"
            r"pray(?:s|ing)?)\b",
            _by_both("prayer"),
        ),
        (
            rf"\b(?:stretch|pull|bring|put|hold|reach)(?:es|s|ting|ing)? {_THE}(?:(?P<side>left|right) )?arm"
            rf"(?: straight)? (?:across|over|in front of) {_THE}(?:chest|body|torso)\b",
            _held("across chest"),
        ),
        (
            rf"\b(?:(?:talk|speak|chat|is|are|be)(?:s|ing)? on {_PHONE}|(?:tele)?phoning|"
            rf"(?:mak|tak|hav|answer|get)(?:es|e|s|ing)? {_PHONE}(?: call)?|talk(?:s|ing)? into {_PHONE})\b"
            rf"{_WITH_HAND}",
            _held("phone"),
        ),
        (
            rf"\b(?:stretch|hold|spread|extend|rais|lift|put|open)(?:es|s|e|ting|ing)? {_THE}(?:arms|hands)"
            rf"(?: (?:out|up|straight|wide|apart))* (?:(?:to|at) {_THE}sides?|sideways|sidewards)\b",
            _by_both("aside"),
        ),
        (
            rf"\b(?:with )?{_THE}(?:arms|hands) (?:held |stretched |spread )?(?:wide )?"
            r"(?:out|outstretched|spread|wide)\b"
            rf"(?: (?:to|at) {_THE}sides?| sideways)?",
            _by_both("aside"),
        ),
        (
            rf"\b(?:stretch|hold|extend|rais|lift|put)(?:es|s|e|ting|ing)? {_THE}"
            r"(?P<side>left|right) (?P<hand>hand|arm)"
            rf"(?: (?:out|up|straight))* (?:(?:to|at) {_THE}side|sideways|sidewards)\b",
            _held("aside"),
        ),
        (
            rf"\bwith {_THE}(?:(?:raised|lifted) (?:arms|hands)|"
            r"(?:arms|hands) (?:raised|lifted|up|in the air|overhead))\b"
            r"(?: (?:high|up|overhead|in the air))*",
            _by_both("up"),
        ),
        (
            rf"\b(?:look|glanc|check)(?:s|es|e|ing)?(?: down)?(?: (?:at|on))? {_THE}(?:wrist ?)?watch\b",
            lambda _: replace(_put("watch", ("left",)), looks=(DOWN,)),
        ),
        (
            rf"\b(?:hold|grab|grip)(?:s|ing|bing|ping)? (?:on )?(?:(?:to|onto) )?{_THE}(?:hand ?|stair ?|guard ?)?"
            rf"(?:rail|railing|banister|bannister)s?\b{_WITH_HAND}",
            _held("rail"),
        ),
        (
            r"\b(?:dust|brush)(?:s|es|ing)?(?: (?:off|down))? (?:(?:dust|dirt|snow|sand|crumbs) (?:off|from) )?"
            rf"{_THE}(?:clothes|clothing|shirt|jacket|coat|trousers|pants|jeans|dress|skirt|{_SELF})\b(?: off| down)?",
            _by_both("stomach", "brushes"),
        ),
        (
            r"\b(?:rub(?:s|bing)?|(?:wash|rins|dr(?=y|ie)|soap|lather|scrub)(?:es|s|ing|y|ies|ying|bing)?)(?: up)? "
            rf"{_THE}(?:hands|palms)\b(?: together)?",
            _by_both("prayer", "rubs"),
        ),
        (rf"\b(?:wash|rins|dr(?=y|ie)|scrub)(?:es|s|ing|y|ies|ying|bing)? {_THE}face\b", _by_both("face", "rubs")),
        (rf"\b(?:brush|clean)(?:es|ing|s)? {_THE}teeth\b", lambda _: _put("mouth", ("right",), "rubs")),
        (
            rf"\bshav(?:es|ing|e)\b(?: {_THE}(?:face|beard|chin|cheeks?|{_SELF}))?",
            lambda _: _put("face", ("right",), "rubs"),
        ),
        (rf"\b(?:comb|brush)(?:es|ing|s)? {_THE}hair\b", lambda _: _put("head", ("right",), "rubs")),
        (rf"\b(?:put(?:s|ting)? on|tak(?:es|e|ing) off) {_THE}(?:[\w-]+ )?{_HATS}\b", _by_both("head")),
        (rf"\b(?:put(?:s|ting)? on|tak(?:es|e|ing) off) {_THE}(?:[\w-]+ )?{_GLASSES}\b", _by_both("face")),
        (
            rf"\bknock(?:s|ing)?\b(?: (?:on|at) {_THE}(?:[\w-]+ )?(?:door|window|wall|table|gate))?"
            r"(?=$|,| \w+ times| twice| once| and| with)"
            rf"{_WITH_HAND}",
            lambda match: _put("knock", (match["with"] or "right",), "knocks"),
        ),
        (rf"\brub(?:s|bing)? {_THE}(?:upper )?arms\b", _by_both("shoulder", "rubs")),
        (
            rf"\b(?:hug(?:s|ging)? {_SELF}|wrap(?:s|ping)? {_THE}arms around (?:{_SELF}|{_THE}(?:body|chest)))\b",
            _by_both("shoulder"),
        ),
        (
            rf"\b(?:(?:put|plac|hold|rest|lay|rais|bring|lift|mov)(?:s|es|e|ting|ing)? {_HAND}"
            rf"(?: (?:up|out|back))? (?:on|onto|to|over|against|at|in front of) "
            rf"|(?P<verb>touch|cover|clutch|grab|hold|rub|tap|pat|strok|wip)(?:s|es|e|ing|ping|bing|ting)? "
            rf"(?:{_THE}(?:sweat|tears|dirt|blood|water|rain|dust|snow) (?:off|from|of) )?)"
            rf"{_THE}(?:(?P<own>left|right|opposite|other) )?{_PART}\b"
            rf"(?: (?:with|using) {_THE}(?:(?P<with>left|right) )?(?P<by>hands?|palms?|fingers?))?",
            _touch,
        ),
    )
)
