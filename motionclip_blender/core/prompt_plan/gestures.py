"""Reads gestures that are made by rule on whatever the body does else: looks, claps, hands put to places."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .grammar import STANDS, is_action

CLAPS, LOOKS, SHOULDERS, TOUCHES = "claps", "looks", "shoulders", "touches"

_THE = r"(?:(?:the|his|her|their|its|my|your|one's|own|both|one|a|an|two) )*"
_LOOKS = re.compile(
    r"\b(?:look|glanc|gaz|peer|star|peek)(?:s|es|e|ing)?\b(?: (?!for\b|at\b|after\b|like\b)\w+ly)?"
    rf" (?:(?:over|to|towards?|up|down|out) ){{0,2}}{_THE}"
    r"(?P<way>left|right|up|upwards?|down|downwards?|around|shoulder|sky|ceiling|floor|ground|feet|shoes)\b"
    r"(?: shoulder| side)?"
    rf"(?:(?: and|,)(?: then)? (?:to )?{_THE}(?P<also>left|right|up|down)\b)?"
    rf"(?: (?:at|to|towards?) {_THE}(?:sky|ceiling|sun|moon|stars|floor|ground|feet|shoes))?"
)
_TURNS_HEAD = re.compile(
    rf"\b(?:turn(?:s|ing)?) {_THE}(?:head|face|gaze) (?:(?:to|towards?) )?{_THE}(?P<way>left|right|up|down)\b(?: side)?"
)
_TILTS_HEAD = re.compile(
    rf"\b(?:tilt|lean|cock|bend|roll|tip)(?:s|ing|ping)? {_THE}head (?:over )?(?:(?:to|towards?|on) )?{_THE}"
    r"(?P<way>left|right|sideways|side|back|backwards?|forwards?|down|up)\b(?: shoulder| side)?"
)
_LOWERS_HEAD = re.compile(rf"\b(?:lower|drop|bow)(?:s|ing|ping)? {_THE}head\b(?: down| forwards?| low)*")
_CLAPS = re.compile(
    rf"\b(?:clap(?:s|ping)?|applaud(?:s|ing)?)\b(?: {_THE}hands?)?(?: together)?"
    r"(?: (?:enthusiastically|loudly|politely|happily|excitedly|rhythmically|along|in applause|"
    r"at the (?:show|audience)))?"
    rf"(?P<above> (?:overhead|(?:high )?(?:above|over) {_THE}head))?"
)
_SHRUGS = re.compile(rf"\bshrug(?:s|ging)?\b(?: {_THE}shoulders?)?(?! off\b)")
_ROLLS = re.compile(
    rf"\b(?:roll|rotat|circl|mov)(?:s|e|es|ing)? {_THE}(?:(?P<side>left|right) )?shoulders?\b"
    r"(?: (?:(?P<way>back|forward)(?:wards?|s)?|up and down|around|in circles))*"
)
_PART = (
    r"(?P<part>chest|heart|stomach|belly|tummy|abdomen|hips?|waist|head|hair|forehead|brow|temple|face|cheeks?|chin|"
    r"mouth|lips|nose|eyes?|ears?|shoulder)"
)
_TOUCHES = re.compile(
    rf"\b(?:(?:put|plac|hold|rest|lay|rais|bring|lift|mov)(?:s|es|e|ting|ing)? "
    rf"{_THE}(?:(?P<side>left|right) )?(?P<hand>hands?|palms?|arms?)"
    rf"(?: (?:up|out|back))? (?:on|onto|to|over|against|at|in front of) "
    rf"|(?P<verb>touch|cover|clutch|grab|hold|rub|tap|pat|strok|wip)(?:s|es|e|ing|ping|bing|ting)? "
    rf"(?:{_THE}(?:sweat|tears|dirt|blood|water|rain|dust|snow) (?:off|from|of) )?)"
    rf"{_THE}(?:(?P<own>left|right|opposite|other) )?{_PART}\b"
    rf"(?: (?:with|using) {_THE}(?:(?P<with>left|right) )?(?P<by>hands?|palms?|fingers?))?"
)
_HAND = rf"{_THE}(?:(?P<side>left|right) )?(?P<hand>hands?|palms?|arms?)"
_WITH_HAND = rf"(?: (?:with|using) {_THE}(?:(?P<with>left|right) )?(?:index )?(?:hand|arm|finger))?"
_PUTS = r"\b(?:put|plac|hold|clasp|cross|fold|hid|keep|rest)(?:s|es|e|ting|ing|ping)? "
_BEHIND = re.compile(rf"{_PUTS}{_HAND} (?:together )?behind {_THE}back\b|\b(?:with )?{_HAND.replace('<', '<own_')} behind {_THE}back\b")
_POCKETS = re.compile(
    rf"(?:{_PUTS}|\bwith ){_HAND} (?:in|into|inside) {_THE}(?:(?P<own>left|right) )?(?:trouser |coat |jacket )?pockets?\b"
)
_PRAYS = re.compile(rf"(?:\b(?:put|press|hold|bring)(?:s|es|ting|ing)? {_THE}(?:hands|palms) together(?: in prayer)?|\bpray(?:s|ing)?)\b")
_ACROSS = re.compile(
    rf"\b(?:stretch|pull|bring|put|hold|reach)(?:es|s|ting|ing)? {_THE}(?:(?P<side>left|right) )?arm"
    rf"(?: straight)? (?:across|over|in front of) {_THE}(?:chest|body|torso)\b"
)
_POINTS = re.compile(
    rf"\bpoint(?:s|ing)?{_WITH_HAND}(?: (?:off|out|over|straight|directly))* (?:(?:to|towards?|at|into) )?{_THE}"
    r"(?P<way>left|right|up|upwards?|sky|ceiling|stars?|moon|sun|down|downwards?|floor|ground)\b(?: side)?"
    rf"(?: (?:at|to|towards?) {_THE}(?:sky|ceiling|stars?|moon|sun|floor|ground))?" + _WITH_HAND.replace("<with>", "<by>")
)
_ARMS_OUT = re.compile(
    rf"\b(?:stretch|hold|spread|extend|rais|lift|put|open)(?:es|s|e|ting|ing)? {_THE}(?:arms|hands)"
    rf"(?: (?:out|up|straight|wide|apart))* (?:(?:to|at) {_THE}sides?|sideways|sidewards)\b"
)
_WATCH = re.compile(rf"\b(?:look|glanc|check)(?:s|es|e|ing)?(?: down)?(?: (?:at|on))? {_THE}(?:wrist ?)?watch\b")
_PHONES = re.compile(
    rf"\b(?:(?:talk|speak|chat|is|are|be)(?:s|ing)? on {_THE}(?:cell |mobile |smart)?(?:tele)?phone|"
    rf"(?:mak|tak|hav|answer|get)(?:es|e|s|ing)? {_THE}(?:cell |mobile |smart)?(?:tele)?phone(?: call)?|"
    rf"(?:tele)?phoning|talk(?:s|ing)? into {_THE}(?:tele)?phone)\b{_WITH_HAND}"
)
_RAIL = re.compile(
    rf"\b(?:hold|grab|grip)(?:s|ing|bing|ping)? (?:on )?(?:(?:to|onto) )?{_THE}(?:hand ?|stair ?|guard ?)?"
    rf"(?:rail|railing|banister|bannister)s?\b{_WITH_HAND}"
)
_DUSTS = re.compile(
    rf"\b(?:dust|brush)(?:s|es|ing)?(?: (?:off|down))? (?:(?:dust|dirt|snow|sand|crumbs) (?:off|from) )?{_THE}"
    r"(?:clothes|clothing|shirt|jacket|coat|trousers|pants|jeans|dress|skirt|himself|herself|themselves|yourself|itself)"
    r"\b(?: off| down)?"
)
_RUBS_HANDS = re.compile(rf"\brub(?:s|bing)? {_THE}(?:hands|palms)\b(?: together)?")
_RUBS_ARMS = re.compile(rf"\brub(?:s|bing)? {_THE}(?:upper )?arms\b")
_HUGS_SELF = re.compile(
    rf"\b(?:hug(?:s|ging)? (?:himself|herself|themselves|yourself|itself)|"
    rf"wrap(?:s|ping)? {_THE}arms around (?:himself|herself|themselves|yourself|itself|{_THE}(?:body|chest)))\b"
)
_WITH_OTHERS = re.compile(r"\b(?:against|with (?:an?|his|her|their|the|some|another)\b)")
_SALUTES = re.compile(r"\bsalut(?:es|e|ing)\b(?: (?:the|his|her|their|an?) (?:\w+ ?){1,2})?")
_PLACES = {
    "heart": "chest", "belly": "stomach", "tummy": "stomach", "abdomen": "stomach", "hips": "hip", "waist": "hip",
    "hair": "head", "brow": "forehead", "temple": "forehead", "cheek": "face", "cheeks": "face", "eye": "face",
    "eyes": "face", "chin": "mouth", "lips": "mouth", "nose": "mouth", "ears": "ear",
}  # fmt: skip
_BOTH = ("left", "right")
_BY_BOTH = ("hips", "waist", "ears", "cheeks", "eyes", "face")  # which plural hands are put to, one each
_RUBS, _TAPS = ("rub", "strok", "wip"), ("tap", "pat")
_LEFT, _RIGHT, _UP, _DOWN = (65.0, 0.0, 0.0), (-65.0, 0.0, 0.0), (0.0, -35.0, 0.0), (0.0, 40.0, 0.0)
_TILTS = {
    "left": (0.0, 0.0, -32.0), "right": (0.0, 0.0, 32.0), "side": (0.0, 0.0, 32.0), "back": (0.0, -35.0, 0.0),
    "up": (0.0, -25.0, 0.0), "forward": (0.0, 35.0, 0.0), "down": (0.0, 35.0, 0.0),
}  # fmt: skip
_NAMES = {_LEFT: "to the left", _RIGHT: "to the right", _UP: "up", _DOWN: "down"}
_UPWARD = ("up", "sky", "ceiling", "star", "moon", "sun")
_POINTED = {"up": "points up", "down": "points down", "aside": "out to its side", "across": "points across"}
_HELD = {
    "back": "behind the back", "pocket": "in the pocket", "prayer": "before the chest", "across chest": "across the chest",
    "rail": "at a rail", "watch": "before the face, with a watch", "phone": "with a phone at the ear",
}  # fmt: skip


@dataclass(frozen=True)
class Gesture:
    """What is made by rule. kind: one of `CLAPS`, `LOOKS`, `SHOULDERS` and `TOUCHES`.

    looks: how the head turns, one after the other, as degrees to the left, down and over to the right. stays: whether
        it is still turned at the end. place: of `modifiers.touching`, with the hands of `sides`, or where they clap. moves: how the hands
        move there, of `modifiers.touching`; empty if they are still; or how the shoulders do, of `modifiers.shoulders`.
        count: how often it is done; None if that is not
        said. alone: whether nothing else is done.
    """

    kind: str
    looks: tuple[tuple[float, float, float], ...] = ()
    stays: bool = False
    place: str = ""
    sides: tuple[str, ...] = ()
    moves: str = ""
    count: int | None = None
    alone: bool = True

    @property
    def told(self) -> str:
        """The gesture in words, for the user."""
        if self.kind == CLAPS:
            times = f", {self.count} times" if self.count else ""
            return f"made by rule: hands clap{' overhead' if self.place else ''}{times}"
        if self.kind == SHOULDERS:
            return f"made by rule: shoulders {self.moves}"
        if self.kind == LOOKS:
            tilts = "the head tilts" if self.stays else f"a look {', then '.join(_NAMES[look] for look in self.looks)}"
            return f"made by rule: {tilts}"
        done = _POINTED.get(self.place) or _HELD.get(self.place) or f"to the {self.place}"
        return f"made by rule: {' and '.join(self.sides)} hand {done}" + (f", and {self.moves}" if self.moves else "")


def gesture_of(text: str) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause in lower case names, and the clause without it: "stands still" in its place,
    where nothing else is done. Returns None and the clause if it names none."""
    for pattern, made in _READ:
        match = pattern.search(text)
        if match is None or (pattern is _CLAPS and _WITH_OTHERS.search(text[match.end() :])):
            continue
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        acts = any(is_action(word) for word in (*before.split(), *after.split()))
        return replace(made(match), alone=not acts), " ".join((before, "" if acts else STANDS, after)).strip()
    return None, text


def _look(match: re.Match[str]) -> Gesture:
    ways = (match["way"], match.groupdict().get("also"))
    return Gesture(LOOKS, tuple(look for way in ways if way for look in _looks_to(way)))


def _looks_to(way: str) -> tuple[tuple[float, float, float], ...]:
    if way == "around":
        return _LEFT, _RIGHT
    if way in ("left", "right", "shoulder"):
        return (_LEFT if way == "left" else _RIGHT,)
    return (_UP if way.startswith(_UPWARD) else _DOWN,)


def _tilt(match: re.Match[str]) -> Gesture:
    way = match.groupdict().get("way") or "down"
    tilt = next(turn for name, turn in _TILTS.items() if way.startswith(name))
    return Gesture(LOOKS, (tilt,), stays=True)


def _roll_shoulders(match: re.Match[str]) -> Gesture:
    side = match["side"]
    return Gesture(SHOULDERS, sides=(side,) if side else _BOTH, moves=f"roll {match['way'] or 'back'}")


def _behind(match: re.Match[str]) -> Gesture:
    return _put("back", _sides(match))


def _pocket(match: re.Match[str]) -> Gesture:
    return _put("pocket", _sides(match))


def _across(match: re.Match[str]) -> Gesture:
    return _put("across chest", (match["side"] or "left",))


def _phone(match: re.Match[str]) -> Gesture:
    return _put("phone", (match["with"] or "right",))


def _rail(match: re.Match[str]) -> Gesture:
    return _put("rail", (match["with"] or "right",))


def _point(match: re.Match[str]) -> Gesture:
    way, hand = match["way"], match["with"] or match["by"]
    if way not in _BOTH:
        return _put("up" if way.startswith(_UPWARD) else "down", (hand or "right",))
    return _put("across" if hand and hand != way else "aside", (hand or way,))


def _put(place: str, sides: tuple[str, ...], moves: str = "") -> Gesture:
    return Gesture(TOUCHES, place=place, sides=sides, moves=moves)


def _sides(match: re.Match[str]) -> tuple[str, ...]:
    """Returns the hands that are named: both for "hands", the right one for "a hand"."""
    found = match.groupdict()
    hand = found.get("hand") or found.get("own_hand") or ""
    side = found.get("side") or found.get("own_side") or found.get("own")
    return (side,) if side else _BOTH if hand.endswith("s") else ("right",)


def _touch(match: re.Match[str]) -> Gesture:
    part = match["part"]
    hand = match["hand"] or match["by"] or ""
    both = hand.endswith("s") or (not hand and part in _BY_BOTH)
    own = match["own"] if match["own"] in _BOTH else ""
    side = match["side"] or match["with"] or own or "right"
    if part == "shoulder" and own == side:  # which is reached with the other hand
        side = "right" if own == "left" else "left"
    moves = "rubs" if match["verb"] in _RUBS else "taps" if match["verb"] in _TAPS else ""
    return _put(_PLACES.get(part, part), _BOTH if both else (side,), moves)


_READ = (
    (_POINTS, _point),
    (_LOOKS, _look),
    (_TURNS_HEAD, _look),
    (_TILTS_HEAD, _tilt),
    (_LOWERS_HEAD, _tilt),
    (_CLAPS, lambda match: Gesture(CLAPS, place="overhead" if match["above"] else "")),
    (_SHRUGS, lambda _: Gesture(SHOULDERS, sides=_BOTH, moves="shrug")),
    (_ROLLS, _roll_shoulders),
    (_SALUTES, lambda _: _put("forehead", ("right",))),
    (_BEHIND, _behind),
    (_POCKETS, _pocket),
    (_PRAYS, lambda _: _put("prayer", _BOTH)),
    (_ACROSS, _across),
    (_PHONES, _phone),
    (_ARMS_OUT, lambda _: _put("aside", _BOTH)),
    (_WATCH, lambda _: replace(_put("watch", ("left",)), looks=(_DOWN,))),
    (_RAIL, _rail),
    (_DUSTS, lambda _: _put("stomach", _BOTH, "brushes")),
    (_RUBS_HANDS, lambda _: _put("prayer", _BOTH, "rubs")),
    (_RUBS_ARMS, lambda _: _put("shoulder", _BOTH, "rubs")),
    (_HUGS_SELF, lambda _: _put("shoulder", _BOTH)),
    (_TOUCHES, _touch),
)
