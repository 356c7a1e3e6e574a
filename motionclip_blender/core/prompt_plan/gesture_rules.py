"""Lists the words that name gestures, and the gesture that each names."""

from __future__ import annotations

import re
from dataclasses import replace

from .gesture import CLAPS, DOWN, HEELS, LEANS, LEFT, LOOKS, RIGHT, SHOULDERS, UP, Gesture
from .gesture_rule import BOTH, HAND, SELF, THE, WITH_HAND, Rule, by_both, held, put
from .held_rules import HELD_RULES
from .limb_rules import LIMB_RULES
from .work_rules import WORK_RULES

_PAIR = re.compile(r"\b(?:both|two|double)\b")
_PUTS = r"\b(?:put|plac|hold|clasp|cross|fold|hid|keep|rest)(?:s|es|e|ting|ing|ping)? "
_PHONE = rf"{THE}(?:cell |mobile |smart)?(?:tele)?phone"
_SKY, _GROUND = r"sky|ceiling|stars?|moon|sun", r"floor|ground"
_HATS = r"(?:hat|cap|helmet|crown|wig|beanie|hood|headphones|headset|tiara)"
_AHEAD = (
    r"(?:forwards?|ahead|(?:in front|before|ahead)(?: of)?"
    r"(?: (?:him|her|it|them|the body|the chest|himself|herself))?)(?= |$|,)"
)
_SMALL = (
    r"(?:cup|mug|glass|bottle|(?:tele)?phone|receiver|book|plate|bowl|pen|pencil|keys?|can|paper|letter|spoon|fork|knife|tool|"
    r"card|photo|picture|remote|toy|ball|flower|glasses|hat|wallet|coin|apple|vase|plant|object|thing|item)"
)
_GLASSES = r"(?:glasses|sunglasses|goggles|mask|spectacles)"
_PART = (
    r"(?P<part>chest|heart|stomach|belly|tummy|abdomen|ribs|ribcage|hips?|waist|bottom|backside|butt|bum|rear|"
    r"holster|belt|knees?|head|hair|forehead|brow|temple|face|cheeks?|chin|mouth|lips|beard|moustache|nose|eyes?|ears?|shoulder|elbow|forearm)"
)
_PLACES = {
    "heart": "chest", "belly": "stomach", "tummy": "stomach", "abdomen": "stomach", "ribs": "stomach",
    "ribcage": "stomach", "bottom": "back", "backside": "back", "butt": "back", "bum": "back", "rear": "back",
    "hips": "hip", "waist": "hip",
    "hair": "head", "brow": "forehead", "temple": "forehead", "cheek": "face", "cheeks": "face", "eye": "face",
    "eyes": "face", "chin": "mouth", "lips": "mouth", "beard": "mouth", "moustache": "mouth", "nose": "mouth",
    "ears": "ear", "forearm": "elbow", "knees": "knee", "holster": "hip", "belt": "hip",
}  # fmt: skip
_BY_BOTH = ("hips", "waist", "ears", "cheeks", "eyes", "face", "knees")  # which plural hands are put to, one each
_ACROSS = ("shoulder", "elbow", "forearm")  # to which the other hand is put, if no hand is named
_OUT_OF_REACH = ("elbow", "forearm")  # of the hand of the same arm
_SIDED = ("ear", "cheek", "eye", "temple", "shoulder", "elbow", "forearm", "hip", "knee")  # there are two of
_OTHER = {"left": "right", "right": "left"}
_OPPOSITE = ("opposite", "other")
_RUBS, _TAPS = ("rub", "strok", "wip", "scratch", "massag"), ("tap", "pat")
_TILTS = {
    "left": (0.0, 0.0, -32.0), "right": (0.0, 0.0, 32.0), "side": (0.0, 0.0, 32.0), "back": (0.0, -35.0, 0.0),
    "up": (0.0, -25.0, 0.0), "forward": (0.0, 35.0, 0.0), "down": (0.0, 35.0, 0.0),
}  # fmt: skip
_TO_AND_FRO = (
    r"(?:(?:from )?(?:side to side|(?:the )?(?:left|right) (?:and|to) (?:the )?(?:left|right))|to both sides|"
    r"to (?:the )?(?:left|right) and (?:then )?(?:to )?(?:the )?(?:left|right)|alternately to (?:the )?left and right|"
    r"back and forth|sideways(?: back and forth)?)\b"
)
_ONE_AFTER = r" (?:one (?:after|by) (?:the other|one)|alternate(?:ly)?|alternating|by turns|in turn|in alternation)"
_ONE_BY_ONE = re.compile(r"\b(?:one (?:after|by)|alternat|by turns|in turn|one shoulder)")
_UPWARD = ("up", "sky", "ceiling", "star", "moon", "sun")
_LOW = re.compile(r"\b(?:sit|sat|seat|kneel|squat|crouch|bend|bent|lean|stoop)")
_GOES = re.compile(r"\b(?:walk|run|limp|march|kick|jump|hop|lift|rais)")
_BY_HAND = re.compile(r"with (?:one|a|his|her|the) (?:hand|arm)")
_SLEEPWALKS = re.compile(r"\b(?:zombie|sleepwalk|mumm(?=y|ies)|undead|frankenstein|blind)")
_WITH_OTHERS = r"(?!.*\b(?:against|with (?:an?|his|her|their|the|some|another))\b)"


def _look(match: re.Match[str]) -> Gesture:
    ways = (match["way"], match.groupdict().get("also"))
    return Gesture(LOOKS, tuple(look for way in ways if way for look in _looks_to(way)))


def _looks_to(way: str) -> tuple[tuple[float, float, float], ...]:
    if way in ("around", "sides", "shoulders"):
        return LEFT, RIGHT
    if way in ("left", "right", "shoulder"):
        return (LEFT if way == "left" else RIGHT,)
    return (UP if way.startswith(_UPWARD) else DOWN,)


def _tilt(match: re.Match[str]) -> Gesture:
    way = match.groupdict(default="side").get("way", "down")
    tilt = next(turn for name, turn in _TILTS.items() if way.startswith(name))
    return Gesture(LOOKS, (tilt,), stays=True)


def _by_turns(match: re.Match[str]) -> tuple[tuple[float, float, float], ...]:
    """Returns a look to each side, first to the one that is named first."""
    first = re.search(r"\b(?:left|right)\b", match[0])
    return (RIGHT, LEFT) if first and first[0] == "right" else (LEFT, RIGHT)


def _roll_shoulders(match: re.Match[str]) -> Gesture:
    side, way = match["side"] or match["own"], match["way"] or match["to"] or "back"
    turns = " by turns" if not side and _ONE_BY_ONE.search(match[0]) else ""
    return Gesture(SHOULDERS, sides=(side,) if side else BOTH, moves=f"roll {way}{turns}")


def _shrug(match: re.Match[str]) -> Gesture:
    side = match["side"]
    turns = " by turns" if not side and _ONE_BY_ONE.search(match[0]) else ""
    return Gesture(SHOULDERS, sides=(side,) if side else BOTH, moves=f"shrug{turns}")


def _stretched(match: re.Match[str]) -> Gesture:
    """Returns the gesture of an arm across the chest, with the other hand at its elbow."""
    side = match["side"] or "right"
    return replace(put("across chest", (side,)), also=put("elbow", ("left" if side == "right" else "right",)))


def _spread(match: re.Match[str]) -> Gesture:
    """Returns the gesture of arms held out: to the sides, but ahead by who is said to walk as the dead do."""
    return put("ahead" if _SLEEPWALKS.search(match.string) else "aside", BOTH)


def _on_knees(match: re.Match[str]) -> Gesture:
    """Returns the gesture of hands on the knees, to which only who sits, kneels or bends already need not bend."""
    hands = put("knee", BOTH)
    return hands if _LOW.search(match.string) else Gesture(LEANS, place="over", also=hands)


def _to_toes(match: re.Match[str]) -> Gesture:
    """Returns the gesture of a hand at the toes of a side, to which who does not sit bends down."""
    hand, own = match["side"] or match["with"], match["own"]
    at = _OTHER[hand or "right"] if own in _OPPOSITE else own or hand
    hands = replace(put("toes", (hand or at,)), at=at)
    return hands if _LOW.search(match.string) else Gesture(LEANS, place="down", also=hands)


def _leaned(match: re.Match[str]) -> Gesture:
    """Returns the gesture of who leans against a wall: with a hand that is named at it, else with the back."""
    side = match["with"] or ("right" if _BY_HAND.search(match[0]) else "")
    return Gesture(LEANS, place=side, also=put("aside", (side,))) if side else Gesture(LEANS, place="behind")


def _point(match: re.Match[str]) -> Gesture:
    way, hand = match["way"], match["with"] or match["by"] or match["side"]
    if way not in BOTH:
        return put("up" if way.startswith(_UPWARD) else "down", (hand or "right",))
    return put("across" if hand and hand != way else "aside", (hand or way,))


def _touch(match: re.Match[str]) -> Gesture:
    found = match.groupdict(default="")
    part, verb = found["part"], found.get("verb", "")
    hand = found["hand"] or found.get("by", "")
    both = hand.endswith("s") or (not hand and part in _BY_BOTH)
    named = found["side"] or found.get("with", "")
    own = found["own"] if found["own"] in BOTH else ""
    if found["own"] in _OPPOSITE:
        own = _OTHER[named or "right"]
    side = named or (_OTHER[own] if own and part in _ACROSS else own) or "right"
    if part in _OUT_OF_REACH and own == side:  # of the own hand
        side = _OTHER[own]
    moves = "rubs" if verb in _RUBS else "taps" if verb in _TAPS else ""
    made = replace(put(_PLACES.get(part, part), BOTH if both else (side,), moves), at=own if part in _SIDED else "")
    low = made.place != "knee" or bool(_LOW.search(match.string) or _GOES.search(match.string))
    return made if low else Gesture(LEANS, place="over", also=made)


RULES = (
    *LIMB_RULES,
    *HELD_RULES,
    *WORK_RULES,
    Rule(
        "touches the left toes with the right hand",
        rf"(?:\b(?:touch|reach|stretch|bring|put|mov|tap)(?:es|s|e|ing|ting|ping)? (?:with )?|^)"
        rf"(?:{THE}(?P<side>left|right) hand )?(?:(?:down|over|across|out) )*(?:(?:to|for|towards?|at|on) )?"
        rf"{THE}(?P<own>left|right|opposite|other) (?:toes?|foot|ankle|shin|shoe)\b"
        rf"(?(side)|(?: (?:with|using) {THE}(?P<with>left|right|) ?(?:hand|arm|fingers)))",
        _to_toes,
    ),
    Rule(
        "points to the left",
        rf"(?:{THE}(?P<side>left|right) (?:hand|arm|finger) )?\bpoint(?:s|ing)?{WITH_HAND}"
        rf"(?: (?:off|out|over|straight|directly))* (?:(?:to|towards?|at|into) )?"
        rf"{THE}(?P<way>left|right|up|upwards?|down|downwards?|{_SKY}|{_GROUND})\b(?: side)?"
        rf"(?: (?:at|to|towards?) {THE}(?:{_SKY}|{_GROUND}))?" + WITH_HAND.replace("<with>", "<by>"),
        _point,
    ),
    Rule(
        "looks over his shoulder",
        r"\b(?:look|glanc|gaz|peer|star|peek)(?:s|es|e|ing)?\b(?: (?!for\b|at\b|after\b|like\b)\w+ly)?"
        rf" (?:(?:over|to|towards?|up|down|out|back|at(?= {THE}(?:{_SKY}|{_GROUND}|feet|shoes)\b)) ){{0,3}}{THE}"
        r"(?P<way>left|right|up|upwards?|down|downwards?|around|shoulders?|sides|sky|ceiling|floor|ground|feet|shoes)\b"
        r"(?: shoulder| side)?"
        rf"(?:(?: and|,)(?: then)? (?:to )?{THE}(?P<also>left|right|up|down)\b)?"
        rf"(?: (?:at|to|towards?) {THE}(?:{_SKY}|{_GROUND}|feet|shoes))?",
        _look,
    ),
    Rule(
        "looks back",
        r"\b(?:look|glanc|gaz|peer|peek)(?:s|es|e|ing)? (?:\w+ly )?(?:back(?:wards?)?|behind(?: (?:him|her|"
        r"them)(?:self|selves)?)?)\b(?! and forth)"
        rf"(?: over {THE}(?P<way>left|right)? ?shoulder)?(?: (?:at|to|towards?) (?:it|them|{THE}[\w-]+(?: \w+ly)?))?",
        lambda match: Gesture(LOOKS, (LEFT if match["way"] == "left" else RIGHT,)),
    ),
    Rule(
        "peeks inside",
        r"\b(?:check(?:s|ing)? (?:(?:to the )?left and right|both (?:ways|sides)|(?:his|her|their)"
        r" surroundings)|(?:peek|peer|look|glanc)(?:s|es|e|ing)? (?:(?:cautiously|carefully|quickly|briefly) )?"
        r"(?:inside|in|around (?:the|a) corner|through (?:the|a) (?:door|doorway|window|keyhole|gap))|"
        r"(?:peek|peep)(?:s|ing)? (?:out|around)|(?:scan|survey)(?:s|ning|ing)? (?:(?:the|a|his|her|their)"
        r" [\w-]+|around|from [\w ]+ to [\w-]+(?:"
        r" \w+)?))(?=$|,| and)",
        lambda _: Gesture(LOOKS, (LEFT, RIGHT)),
    ),
    Rule(
        "turns the head from side to side",
        rf"\b(?:turn|rotat|swivel)(?:s|es|e|ing)? {THE}(?:head|face|gaze|neck) (?:slowly |gently )?{_TO_AND_FRO}|"
        rf"\b(?:look|glanc|peer|gaz)(?:s|es|e|ing)? (?:\w+ly )?{_TO_AND_FRO}|"
        r"\b(?:look|glanc|peer|gaz)(?:s|es|e|ing)? (?:\w+ly )?(?:to the )?(?:left and right|right and left)"
        r" (?:again and again|repeatedly|several times|alternately|over and over)",
        lambda match: Gesture(LOOKS, _by_turns(match), count=2),
    ),
    Rule(
        "keeps the head turned to the left",
        rf"\b(?:keep(?:s|ing)?|with|hold(?:s|ing)?) {THE}(?:head|face|gaze|eyes) (?:turned|fixed|directed) "
        rf"(?:(?:to|towards?) )?{THE}(?P<way>left|right)\b(?: side)?",
        lambda match: Gesture(LOOKS, (LEFT if match["way"] == "left" else RIGHT,), stays=True),
    ),
    Rule(
        "turns the head to the left",
        rf"\b(?:turn(?:s|ing)?) {THE}(?:head|face|gaze) (?:(?:to|towards?) )?{THE}"
        r"(?P<way>left|right|up|down)\b(?: side)?(?! (?:and|to) (?:then )?(?:(?:to )?the )?(?:left|right)\b)",
        _look,
    ),
    Rule("turns his head", rf"\bturn(?:s|ing)? {THE}head(?: a?round)?(?=$|,| and)", lambda _: Gesture(LOOKS, (LEFT,))),
    Rule(
        "moves the head from side to side",
        rf"\b(?:stretch|tilt|mov|swing|rock|lean|bend|cock|tip|roll|wobbl|waggl|bob|sway)(?:es|s|e|ing|ping|bing)?"
        rf" {THE}(?:neck|head)"
        rf" (?:slowly |gently )?{_TO_AND_FRO}",
        lambda _: Gesture(LOOKS, (_TILTS["left"], _TILTS["right"]), count=2),
    ),
    Rule(
        "nods the head up and down",
        rf"\b(?:mov|nod|bob|tilt|tip)(?:s|es|e|ing|ding|bing|ping)? {THE}head (?:slowly |gently )?"
        r"(?:up and down|forwards? and back(?:wards?)?|back and forth|backwards? and forwards?)\b",
        lambda _: Gesture(LOOKS, (_TILTS["forward"], _TILTS["up"]), count=2),
    ),
    Rule(
        "the head tilts to the right",
        rf"\bhead (?:tilt|lean|drop|fall)s?(?: over)? (?:to|towards?|onto|on) {THE}(?P<way>left|right)(?:"
        rf" shoulder| side)?\b",
        _tilt,
    ),
    Rule("the head turns left", r"\bhead turns?(?: to)?(?: the)? (?P<way>left|right|up|down)\b", _look),
    Rule(
        "tilts her head to the side",
        rf"\b(?:tilt|lean|cock|bend|roll|tip)(?:s|ing|ping)? {THE}head\b"
        rf"(?:(?: over)?(?: (?:to|towards?|on))? {THE}"
        r"(?P<way>left|right|sideways|side|back|backwards?|forwards?|down|up)\b(?: shoulder| side)?)?",
        _tilt,
    ),
    Rule(
        "cracks his neck",
        rf"\b(?:crack|loosen|stretch)(?:s|es|ing)? {THE}neck\b",
        lambda _: Gesture(LOOKS, (_TILTS["left"], _TILTS["right"]), stays=True),
    ),
    Rule(
        "rolls the neck",
        rf"\b(?:roll|rotat|circl)(?:s|e|es|ing)? {THE}(?:neck|head)\b(?: around| in circles?)?",
        lambda _: Gesture(LOOKS, tuple(_TILTS[way] for way in ("down", "left", "back", "right", "down")), stays=True),
    ),
    Rule(
        "walks with the head hanging",
        rf"(?:\bwith )?{THE}head (?:(?:is|held|hanging|hung|bowed|lowered|bent|down|low) ?)+(?= |$|,)",
        _tilt,
    ),
    Rule(
        "drops the chin to the chest",
        rf"(?:\b(?:drop|lower|tuck|bring|put|rest)(?:s|ping|ing|ting)? )?\b{THE}chin (?:down )?(?:to|onto|on|"
        rf"into|towards?|against) "
        rf"{THE}chest\b",
        _tilt,
    ),
    Rule(
        "lowers the head",
        rf"\b(?:(?:lower|drop|bow)(?:s|ing|ping)? {THE}head\b(?: down| forwards?| low)*|hang(?:s|ing)?"
        rf" {THE}head(?: low| down)?$)",
        _tilt,
    ),
    Rule(
        "claps the hands",
        rf"\b(?:clap(?:s|ping)?|applaud(?:s|ing)?)\b(?: {THE}hands?)?(?: together)?"
        r"(?: (?:enthusiastically|loudly|politely|happily|excitedly|rhythmically|along|in applause|"
        r"at the (?:show|audience)))?"
        rf"(?P<above> (?:overhead|(?:high )?(?:above|over) {THE}head))?{_WITH_OTHERS}",
        lambda match: Gesture(CLAPS, place="overhead" if match["above"] else ""),
    ),
    Rule(
        "shrugs",
        rf"\b(?:shrug(?:s|ging)?\b(?: {THE}(?:(?P<side>left|right) )?shoulders?)?(?! off\b)|"
        rf"(?:rais|lift)(?:es|s|e|ing)? {THE}shoulders?{_ONE_AFTER})(?:{_ONE_AFTER})?",
        _shrug,
    ),
    Rule(
        "rolls the shoulders",
        rf"\b(?:roll|rotat|circl|mov)(?:s|e|es|ing)? {THE}(?:(?P<side>left|right) )?shoulders?\b"
        rf"(?: (?:(?P<way>back|forward)(?:wards?|s)?|up and down|around|in circles)|{_ONE_AFTER})*|"
        rf"^{THE}(?:(?P<own>left|right) )?shoulders? (?:roll|rotate|circle)s?(?: (?:(?P<to>back|"
        rf"forward)(?:wards?|s)?|around|in circles))*",
        _roll_shoulders,
    ),
    Rule(
        "salutes the flag",
        rf"(?:{THE}(?P<side>left|right) (?:arm|hand) )?\bsalut(?:es|e|ing)\b(?: (?:the|his|her|their|an?)"
        rf" (?!left|right)(?:\w+ ?){{1,2}})?{WITH_HAND}",
        held("forehead"),
    ),
    Rule(
        "puts both hands behind the back",
        rf"(?:{_PUTS}|\b(?:with )?){HAND} (?:together )?behind {THE}back\b",
        held("back"),
    ),
    Rule(
        "puts both hands behind the head",
        rf"(?:{_PUTS}|\b(?:with )?){HAND} (?:together |clasped |folded |crossed |locked )?"
        rf"behind {THE}(?:head|neck)\b",
        held("nape"),
    ),
    Rule(
        "laces the fingers behind the head",
        rf"\b(?:lac|interlac|lock|clasp|fold|cross)(?:es|e|s|ing)? {THE}(?:fingers|hands) behind {THE}(?:head|"
        rf"neck)\b",
        by_both("nape"),
    ),
    Rule(
        "puts the left hand in the pocket",
        rf"(?:{_PUTS}|\bwith |^){HAND} (?:(?:stays|staying|remains|rests|kept|held|is) )?(?:in|into|inside) "
        rf"{THE}(?:(?P<own>left|right) )?"
        r"(?:trouser |coat |jacket )?pockets?\b",
        held("pocket"),
    ),
    Rule(
        "presses the palms together in prayer",
        rf"\b(?:(?:put|press|hold|bring)(?:s|es|ting|ing)? {THE}(?:hands|palms) together(?: in prayer)?|"
        r"pray(?:s|ing)?)\b",
        by_both("prayer"),
    ),
    Rule(
        "stretches the left arm across the chest",
        rf"\b(?:stretch|pull|bring|put|hold|reach)(?:es|s|ting|ing)? {THE}(?:(?P<side>left|right) )?arm"
        rf"(?: straight)? (?:across|over|in front of) {THE}(?:chest|body|torso)\b"
        rf"(?: (?:with|using) {THE}(?:left|right|other) (?:arm|hand))?",
        _stretched,
    ),
    Rule(
        "talks on the phone",
        rf"\b(?:(?:talk|speak|chat|is|are|be)(?:s|ing)? on {_PHONE}|(?:tele)?phoning|"
        rf"(?:mak|tak|hav|answer|get)(?:es|e|s|ing)? {_PHONE}(?: call)?|talk(?:s|ing)? into {_PHONE}|listen(?:s|"
        rf"ing)? on {_PHONE}|"
        rf"(?:hold|press|put|rais|bring|lift)(?:s|es|e|ing|ting)? {_PHONE} (?:up )?(?:to|at|against|on)"
        rf" {THE}(?:(?P<own>left|right) )?ear)\b"
        rf"{WITH_HAND}",
        held("phone"),
    ),
    Rule(
        "stretches the arms out in front",
        rf"\b(?:stretch|hold|extend|rais|lift|put|reach)(?:es|s|e|ting|ing)? {THE}(?:arms|hands)"
        rf"(?: (?:out|straight|up))* {_AHEAD}",
        by_both("ahead"),
    ),
    Rule(
        "walks with the arms outstretched before him",
        rf"\b(?:with )?{THE}(?:arms|hands) (?:(?:held|stretched|extended|outstretched|straight|out|reaching) )*"
        rf"{_AHEAD}",
        by_both("ahead"),
    ),
    Rule(
        "stands with the arms crossed",
        rf"\bwith {THE}(?:arms (?:crossed|folded)|(?:crossed|folded) arms)\b"
        rf"(?: (?:over|across|in front of|on) {THE}(?:chest|body))?",
        by_both("elbow"),
    ),
    Rule(
        "buries the face in the hands",
        rf"\b(?:(?:with|bur(?:y|ies|ying)|hid(?:e|es|ing)|hold(?:s|ing)?|put(?:s|ting)?) )?{THE}(?:head|face) "
        rf"(?:buried |hidden )?in {THE}hands\b",
        lambda _: replace(put("face", BOTH), looks=(DOWN,)),
    ),
    Rule(
        "arms to the sides",
        rf"^{THE}(?:arms|hands) (?:(?:out|up|straight) )*(?:to {THE}sides?|sideways)(?= |$|,)",
        by_both("aside"),
    ),
    Rule(
        "lets the arms drop",
        rf"\b(?:(?:let(?:s|ting)?|drop(?:s|ping)?|relax(?:es|ing)?) {THE}(?:arms|hands)(?: (?:drop|fall|hang|sink))?|"
        rf"(?:lower|put|bring)(?:s|ting|ing)? {THE}(?:arms|hands)(?= (?:back |down|again|to {THE}sides?\b)|$))"
        rf"(?: (?:back|down|again|loosely))*(?: (?:to|at|by) {THE}sides?)?(?= |$|,)",
        by_both("hanging"),
    ),
    Rule(
        "lowers the left arm",
        rf"\b(?:lower|drop)(?:s|ing|ping)? (?:{THE}(?:(?P<side>left|right) )?(?P<hand>arm|hand)|both(?P<own>))"
        rf"(?: (?:back|down|again|slowly))*(?: (?:to|at|by) {THE}side)?(?=$|,)",
        lambda match: put("hanging", BOTH) if match["own"] is not None else held("hanging")(match),
    ),
    Rule(
        "the right arm hangs at the side",
        rf"^{THE}(?P<side>left|right) (?P<hand>arm|hand) (?:(?:hangs?|hanging|stays?|rests?|is|remains?|kept|"
        rf"held|down|loosely) ?)+(?:(?:at|by) {THE}side|limp(?:ly)?|loose)\b",
        held("hanging"),
    ),
    Rule(
        "stands with the arms at the sides",
        rf"\bwith {THE}arms (?:(?:hanging|held|straight|down|loosely) )*(?:(?:at|by) {THE}sides?|hanging|down)\b"
        rf"(?: loosely| down)*",
        by_both("hanging"),
    ),
    Rule("a-pose", r"\b(?:stands? in (?:an |the )?|does (?:an )?)?a[- ]pose\b", by_both("slanting")),
    Rule("t-pose", r"\b(?:stands? in (?:a |the )?|does a |an? )?t[- ]?pose\b", by_both("aside")),
    Rule(
        "raises the arms to the sides until they meet overhead",
        rf"\b(?:stretch|spread|extend|rais|lift|bring|swing)(?:es|s|e|ing)? {THE}(?:arms|hands)(?: (?:out|up|"
        rf"straight|slowly|wide))*"
        rf" (?:to {THE}sides?|sideways)(?: and)?(?: up)? (?:until|till|so that|and) (?:(?:they|the hands|the"
        rf" palms) (?:meet|touch|are) )?"
        rf"(?:up )?(?:overhead|(?:high )?(?:above|over) {THE}head)\b",
        by_both("up"),
    ),
    Rule(
        "raises the arms to the sides",
        rf"\b(?:stretch|hold|spread|extend|rais|lift|put|open)(?:es|s|e|ting|ing)? {THE}(?:arms|hands)"
        rf"(?: (?:out|up|straight|wide|apart))* (?:(?:to|at) {THE}sides?|sideways|sidewards)\b",
        by_both("aside"),
    ),
    Rule(
        "walks with the arms spread wide",
        rf"\b(?:with )?{THE}(?:arms|hands) (?:held |stretched |spread )?(?:wide )?"
        r"(?:out|outstretched|spread|wide)\b"
        rf"(?: (?:to|at) {THE}sides?| sideways)?",
        _spread,
    ),
    Rule(
        "stands with the hands on the knees, panting",
        rf"(?:,? ?(?:panting|gasping|out of breath|breathing heavily)(?: for (?:air|breath))?,? )?(?<!\bsits"
        rf" )\b(?:with |(?:put|plac|rest|brac)(?:s|es|e|ting|ing)? )?{THE}hands "
        rf"(?:(?:resting|propped|braced) )?on {THE}knees\b(?:,? ?(?:panting|gasping|out of breath|breathing heavily|"
        rf"catching {THE}breath)(?: for (?:air|breath))?)?",
        _on_knees,
    ),
    Rule(
        "quad stretch",
        r"\bquad(?:riceps)? stretch(?:es|ing)?\b(?: (?:with|on|of) (?:the |his |her )?(?P<side>left|right)"
        r" (?:leg|side|thigh))?",
        lambda match: Gesture(HEELS, sides=(match["side"] or "right",)),
    ),
    Rule(
        "fidgets with his hands",
        rf"\bfidget(?:s|ing)? with {THE}(?:hands|fingers|sleeves?|ring)\b",
        by_both("prayer", "rubs"),
    ),
    Rule(
        "bends over to catch his breath",
        rf"(?<=(?:over|ward) )(?:to catch|and catch(?:es)?|catching) {THE}breath\b",
        by_both("knee"),
    ),
    Rule(
        "raises the left arm to the side",
        rf"\b(?:stretch|hold|extend|rais|lift|put)(?:es|s|e|ting|ing)? {THE}"
        r"(?P<side>left|right) (?P<hand>hand|arm)"
        rf"(?: (?:out|up|straight))* (?:(?:to|at) {THE}side|sideways|sidewards)\b",
        held("aside"),
    ),
    Rule(
        "with raised arms",
        rf"\bwith {THE}(?:(?:raised|lifted) (?:arms|hands)|"
        r"(?:arms|hands) (?:raised|lifted|up|in the air|overhead))\b(?! in front| before| to the face)"
        r"(?: (?:high|up|overhead|in the air))*(?: in (?:joy|triumph|celebration|victory|surrender)\b)?",
        by_both("up"),
    ),
    Rule(
        "spreads the arms",
        rf"\b(?:spread|open)(?:s|ing)? {THE}(?:arms|hands)\b(?: (?:out|wide|apart))*"
        r"(?: to (?:hug|embrace|greet|welcome|receive|take in) [^,;.]+|(?! (?:to|side|on|over)))",
        by_both("aside"),
    ),
    Rule(
        "puts both hands up",
        r"\b(?:put|hold|throw|stick)(?:s|ting|ing)? (?:up )?(?:(?:the|his|her|their) |both )+(?:hands|arms)(?:"
        r" up)?(?<=up)(?=$|,|;| and)|"
        r"\b(?:put|hold|stick)(?:s|ting|ing)? up (?:(?:the|his|her|their|both) )+(?:hands|arms)(?=$|,|;| and)",
        by_both("up"),
    ),
    Rule(
        "surrenders",
        rf"\b(?:(?:rais|lift|put|throw)(?:es|s|ing|ting)? (?:up )?{THE}(?:hands|arms)(?: up)? (?:in|to) )?"
        r"surrender(?:s|ing)?\b",
        by_both("up"),
    ),
    Rule(
        "raises both arms above the head",
        rf"\b(?:rais|lift|stretch|hold|put|reach|extend)(?:es|s|e|ting|ing)? (?:(?:up|out) )?{THE}(?:arms|hands)"
        rf"(?: (?:up|high|straight))* (?:overhead|(?:high )?(?:above|over) {THE}heads?|straight up|up high|high up|"
        rf"(?:up )?(?:in|into) the air|(?:up )?(?:to|towards?) {THE}(?:{_SKY}))\b",
        by_both("up"),
    ),
    Rule(
        "reads the newspaper",
        rf"\b(?:read|open|leaf|flip|pag)(?:s|es|ing|ping)? (?:(?:in|from|through|aloud) )*{THE}(?:[\w-]+ )?"
        r"(?:books?|newspaper|paper|magazine|letter|map|menu|note|report|document|notes|instructions)\b(?:"
        r" aloud| out loud)?",
        lambda _: replace(put("screen", BOTH), looks=(DOWN,)),
    ),
    Rule(
        "plays the piano",
        rf"\bplay(?:s|ing)? (?:on )?{THE}(?:[\w-]+ )?(?:piano|keyboards?|organ|synthesi[sz]er|harpsichord)\b",
        by_both("keyboard", "taps"),
    ),
    Rule(
        "texts on the phone",
        rf"\b(?:text(?:s|ing)?(?: (?:on|with) {_PHONE})?(?=$|,| and| while)|"
        rf"(?:look(?:s|ing)?|star(?:es|ing)|glanc(?:es|ing)|typ(?:es|ing)|scroll(?:s|ing)?|tap(?:s|ping)?|play(?:s|ing)?)"
        rf"(?: down)? (?:at|on|through) {_PHONE}|check(?:s|ing)? {_PHONE})\b",
        lambda _: replace(put("screen", ("right",)), looks=(DOWN,)),
    ),
    Rule(
        "types on a keyboard",
        rf"\b(?:typ(?:es|ing|e) on|work(?:s|ing)? (?:on|at)|us(?:es|ing|e)) {THE}"
        r"(?:computer |laptop )?(?:keyboard|typewriter|computer|laptop)\b|\btyp(?:es|ing)(?=$|,| away| and|"
        r" while| at| with)",
        by_both("keyboard", "taps"),
    ),
    Rule(
        "looks at his watch",
        rf"\b(?:(?:look|glanc|check)(?:s|es|e|ing)?(?: down)?(?: (?:at|on))? {THE}(?:wrist ?)?watch|check(?:s|"
        rf"ing)? the time)\b",
        lambda _: replace(put("watch", ("left",)), looks=(DOWN,)),
    ),
    Rule(
        "holds on to the handrail",
        rf"\b(?:hold|grab|grip)(?:s|ing|bing|ping)? (?:on )?(?:(?:to|onto) )?{THE}(?:hand ?|stair ?|guard ?)?"
        rf"(?:rail|railing|banister|bannister)s?\b(?: on (?:the|his|her|their) (?P<own>left|right)(?: side)?)?"
        rf"{WITH_HAND}",
        held("rail"),
    ),
    Rule(
        "dusts off the clothes",
        r"\b(?:dust|brush)(?:s|es|ing)?(?: (?:off|down))? (?:(?:dust|dirt|snow|sand|crumbs) (?:off|from) )?"
        rf"{THE}(?:clothes|clothing|shirt|jacket|coat|trousers|pants|jeans|dress|skirt|{SELF})\b(?: off| down)?",
        by_both("stomach", "brushes"),
    ),
    Rule(
        "brushes the dust off the knees",
        r"\b(?:dust|brush|wip|pat)(?:s|es|e|ing|ting)?(?: (?:off|down))? (?:(?:the )?(?:dust|dirt|snow|sand|"
        r"crumbs) (?:off|from) )?"
        rf"{THE}(?:knees?|thighs?|legs)\b(?: off| down)?",
        by_both("stomach", "brushes"),
    ),
    Rule(
        "puts the cup down",
        rf"\b(?:(?:put|set|plac|lay|slam|bang)(?:s|es|e|ting|ing|ming)?|return(?:s|ing)?) (?:(?:back|down)"
        rf" )*{THE}(?:[\w-]+"
        rf" )?{_SMALL}"
        r"(?: (?:back|down|away|again|gently|carefully))*"
        rf"(?P<on> (?:on|onto|to|in) {THE}(?:[\w-]+ )?(?:table|desk|counter|saucer|bar|tray|sideboard|"
        rf"nightstand|hook|cradle))?"
        rf"(?: (?:back|down|again|gently|carefully))*(?=$|,| and){WITH_HAND}",
        lambda match: put("down", (match["with"] or "right",)),
    ),
    Rule(
        "places the box on a table",
        r"\b(?:put|set|plac|lay|rest)(?:s|es|e|ting|ing)? (?:(?:back|down) )*"
        rf"(?:it|them|{THE}(?:[\w-]+ )?(?:box|crate|tray|package|parcel|bag|basket|suitcase|chest|laptop|computer|"
        rf"pot|bucket|barrel|stack|pile|object|thing))(?: (?:back|down|carefully|gently))* (?:on|onto|upon)"
        rf" (?:top of )?{THE}"
        r"(?:[\w-]+ )?(?:table|desk|counter|bar|workbench|sideboard|stove|conveyor)\b",
        by_both("down"),
    ),
    Rule(
        "closes the door",
        rf"\b(?:clos|shut|slam)(?:es|s|e|ing|ting|ming)? {THE}(?:[\w-]+ )?(?:door|gate|window|cupboard|fridge)\b"
        rf"(?: (?:shut|again|quietly|gently|softly|carefully|behind \w+))*{WITH_HAND}",
        lambda match: put("knock", (match["with"] or "right",)),
    ),
    Rule(
        "holds a box at waist height",
        rf"\b(?:hold|carry|support|grip)(?:s|ing|ping)? {THE}(?:[\w-]+ )?(?:box|load|crate|tray|parcel|package|"
        rf"basket|bucket|weight|object|thing)"
        rf" (?:at|in front of) {THE}?(?:waist|chest|hip|belly|stomach)(?: (?:height|level))?\b",
        by_both("keyboard"),
    ),
    Rule(
        "catches a ball with both hands",
        rf"\bcatch(?:es|ing)? (?:it|{THE}(?:[\w-]+ )?(?:ball|thing|object|frisbee)) (?:with {THE}hands|(?:in"
        rf" front of|at|against) {THE}chest)\b",
        by_both("ahead"),
    ),
    Rule(
        "folds the hands in the lap",
        rf"\b(?:(?:fold|put|rest|clasp|hold|plac|lay)(?:s|es|e|ing|ting)? |with )?{THE}hands (?:(?:folded|"
        rf"clasped|resting|are|rest) )*"
        rf"(?:in|on|into) {THE}lap\b",
        by_both("lap"),
    ),
    Rule(
        "wipes her hands on the dress",
        rf"\bwip(?:es|ing|e) {THE}(?:(?:left|right) )?(?:hands?|palms?|fingers) (?:on|off on|down) {THE}"
        r"(?:[\w-]+ )?(?:clothes|shirt|jacket|coat|trousers|pants|jeans|dress|skirt|apron|thighs?|legs?)\b",
        by_both("stomach", "brushes"),
    ),
    Rule(
        "holds his side",
        rf"\b(?:hold|clutch|grab|grip|press)(?:s|es|ing|bing|ping)? {THE}(?:(?P<own>left|right) )?"
        rf"(?:side|flank)\b(?: in (?:pain|agony))?{WITH_HAND}",
        held("stomach"),
    ),
    Rule(
        "leans against the wall with the left hand",
        rf"\blean(?:s|ing)? (?:(?:against|on|onto) {THE}(?:[\w-]+ )?(?:wall|door|doorway|door frame|tree|post|"
        rf"pillar|lamppost))\b{WITH_HAND}",
        _leaned,
    ),
    Rule(
        "leans on the counter",
        rf"\blean(?:s|ing)? (?:(?:against|on|onto|over) {THE}(?:[\w-]+ )?"
        rf"(?:counter|table|desk|bar|sill|window ?sill|ledge|fence|rail|railing|car|balustrade|cane|stick|"
        rf"crutch)|on (?:it|them))\b"
        rf"(?: with {THE}(?P<hand>(?:hands|fists|arms)))?{WITH_HAND}",
        lambda match: Gesture(LEANS, place="ahead", also=held("rail")(match)),
    ),
    Rule(
        "facepalm",
        r"\b(?:does an? |do an? )?face[- ]?palm(?:s|ing)?\b(?! with both)",
        lambda _: replace(put("face", ("right",)), looks=(DOWN,)),
    ),
    Rule(
        "dabs",
        r"\b(?:(?:do(?:es|ing)?|hit(?:s|ting)?|throw(?:s|ing)?|mak(?:es|ing)) (?:an?|the) )?dab(?:s|bing)?\b(?!"
        r" at| on| of|s? (?:his|her|the))",
        lambda _: replace(put("face", ("right",)), looks=(DOWN,), also=put("aside", ("left",))),
    ),
    Rule(
        "plays air guitar",
        rf"(?:\bplay(?:s|ing)? |\bstrum(?:s|ming)? |^){THE}(?:[\w-]+ )?(?:guitar|banjo|ukulele|lute)\b",
        lambda _: replace(put("stomach", ("right",), "rubs"), also=put("aside", ("left",))),
    ),
    Rule(
        "makes a heart above the head",
        rf"\b(?:mak|form|do|show|giv)(?:es|e|s|ing)? {THE}(?:big )?heart(?: shape| sign)?"
        rf"(?: (?:with|using) {THE}(?:arms|hands|fingers))?(?P<above> (?:overhead|(?:above|over) {THE}head))?",
        lambda match: put("head" if match["above"] else "prayer", BOTH),
    ),
    Rule(
        "makes a peace sign",
        rf"(?:\b(?:mak|form|do|show|giv|hold|flash|throw)(?:es|e|s|ing)? (?:up )?|^|\bwith ){THE}(?:peace|"
        rf"victory|v)[- ]sign\b{WITH_HAND}"
        rf"(?: (?:to|at|beside|near|by|next to|in front of) {THE}(?:face|eyes?|head|cheek))?",
        held("knock"),
    ),
    Rule(
        "rolls the wrists",
        rf"\b(?:roll|circl|rotat)(?:s|es|e|ing)? {THE}(?:(?P<side>left|right) )?wrists?\b(?: around| in circles)?",
        lambda match: put("knock", (match["side"],) if match["side"] else BOTH, "stirs"),
    ),
    Rule(
        "jazz hands",
        r"\b(?:do(?:es|ing)?|mak(?:es|ing)|with|finish\w* with|ends? with|shows?)? ?jazz hands\b",
        by_both("up", "rubs"),
    ),
    Rule(
        "stirs a pot",
        rf"\bstir(?:s|ring)? (?:{THE}(?:[\w-]+ )*?(?:pot|soup|stew|cauldron|bowl|batter|sauce|dough|paint|"
        rf"coffee|tea|cup|drink|pan|"
        rf"mixture|potion|porridge)|something)\b(?: (?:in|into|on|with) {THE}(?:[\w-]+ )?[\w-]+)?(?: (?:in"
        rf" front of|before) \w+)?",
        lambda _: put("keyboard", ("right",), "stirs"),
    ),
    Rule(
        "rubs the hands together",
        r"\b(?:rub(?:s|bing)?|wring(?:s|ing)?|(?:wash|rins|dr(?=y|ie)|soap|lather|scrub)(?:es|s|ing|y|ies|ying|"
        r"bing)?)(?: up)? "
        rf"{THE}(?:hands|palms)\b(?: together)?",
        by_both("prayer", "rubs"),
    ),
    Rule(
        "washes her face",
        rf"\b(?:wash|rins|dr(?=y|ie)|scrub)(?:es|s|ing|y|ies|ying|bing)? {THE}face\b",
        by_both("face", "rubs"),
    ),
    Rule(
        "brushes his teeth",
        rf"\b(?:brush|clean)(?:es|ing|s)? {THE}teeth\b",
        lambda _: put("mouth", ("right",), "rubs"),
    ),
    Rule(
        "shaves",
        rf"\bshav(?:es|ing|e)\b(?: {THE}(?:face|beard|chin|cheeks?|{SELF}))?",
        lambda _: put("face", ("right",), "rubs"),
    ),
    Rule("puts on a hat", rf"\b(?:put(?:s|ting)? on|tak(?:es|e|ing) off) {THE}(?:[\w-]+ )?{_HATS}\b", by_both("head")),
    Rule(
        "tips his hat",
        rf"\b(?:tip|doff|adjust|straighten|touch|lift|hold)(?:s|ping|ing|es)? {THE}(?:[\w-]+ )?{_HATS}\b",
        lambda _: put("forehead", ("right",)),
    ),
    Rule(
        "cries into her hands",
        rf"\b(?:cr(?:y|ies|ying)|weep(?:s|ing)?|sob(?:s|bing)?)(?: bitterly| quietly)? (?:in|into) {THE}hands\b",
        lambda _: replace(put("face", BOTH), looks=(DOWN,)),
    ),
    Rule(
        "gives a thumbs up",
        rf"(?:\b(?:giv|show|mak|do|put|hold|stick)(?:es|e|s|ing|ting)? (?:(?:him|her|them|us|me|everybody)"
        rf" )?|^){THE}(?:(?:both|two|double) )?thumbs?[- ]up\b"
        rf"(?: with (?P<hand>both hands))?{WITH_HAND}",
        lambda match: put("knock", BOTH) if _PAIR.search(match[0]) else held("knock")(match),
    ),
    Rule(
        "shakes out the wrists",
        rf"\bshak(?:es|e|ing) (?:out {THE}(?:hands|wrists|arms|fingers)|{THE}(?:wrists|(?:hands|arms)"
        rf" out))\b(?: out)?",
        by_both("hanging", "rubs"),
    ),
    Rule(
        "shakes out the left wrist",
        rf"\bshak(?:es|e|ing) (?:out {THE}(?P<side>left|right) (?:hand|wrist|arm)|{THE}(?P<own>left|right) "
        rf"(?:hand|wrist|arm) (?:out|loose))\b",
        lambda match: put("hanging", (match["side"] or match["own"],), "rubs"),
    ),
    Rule("blows in her hands", rf"\bblow(?:s|ing)? (?:in|into|on) {THE}(?:hands|fingers)\b", by_both("mouth")),
    Rule(
        "takes a knife out of the pocket",
        rf"\b(?:tak|pull|fish|get)(?:es|e|s|ing|ting)? (?:out )?{THE}(?:[\w-]+ )?(?:{_SMALL}|knife|lighter|"
        rf"cigarette|note|ticket)"
        rf"(?: out)?(?: (?:of|from) {THE}(?:[\w-]+ )?(?:pocket|bag|jacket|coat))(?=$|,| and)|"
        rf"\b(?:tak|pull|fish|get)(?:es|e|s|ing|ting)? out {THE}(?:[\w-]+ )?(?:{_SMALL}|knife|lighter|"
        rf"cigarette|note|ticket)(?=$|,| and)",
        lambda _: put("pocket", ("right",)),
    ),
    Rule(
        "coughs into his elbow",
        r"\b(?:cough|sneez)(?:s|es|ing|e)?\b"
        rf"(?: (?:into|in) {THE}(?:left |right )?(?:elbow|hands?|fist|sleeve|tissue))?",
        lambda _: replace(put("mouth", ("right",)), looks=(DOWN,)),
    ),
    Rule(
        "takes off the glasses",
        rf"\b(?:put(?:s|ting)? on|tak(?:es|e|ing) off) {THE}(?:[\w-]+ )?{_GLASSES}\b",
        by_both("face"),
    ),
    Rule(
        "knocks on the door",
        rf"\bknock(?:s|ing)?\b(?: (?:on|at) {THE}(?:[\w-]+ )?(?:door|window|wall|table|gate))?"
        r"(?: again)?(?: (?:harder|louder|hard|loudly|softly|gently|impatiently))?(?=$|,| \w+ times| twice| thrice|"
        r" once| and| with)"
        rf"{WITH_HAND}",
        lambda match: put("knock", (match["with"] or "right",), "knocks"),
    ),
    Rule(
        "jumps up and touches the ceiling",
        rf"(?:\band )?\b(?<!to )(?:touch|tap)(?:es|s|ing|ping)? {THE}(?:ceiling|rim|hoop|sky)\b{WITH_HAND}",
        lambda match: put("up", (match["with"] or "right",)),
    ),
    Rule(
        "shades the eyes",
        rf"\b(?:shad|shield)(?:es|s|ing|e)? {THE}eyes\b(?: with (?:one|a|the (?P<with>left|right)) hand)?"
        rf"(?: (?:against|from) {THE}(?:sun|sunlight|light|glare|wind|rain|snow|dust))?"
        r"(?: (?:to|and) (?:watch|look|see)\b[^,]*)?",
        lambda match: put("forehead", (match["with"] or "right",)),
    ),
    Rule(
        "points into the distance",
        r"\bpoint(?:s|ing)? (?:(?:off|out|straight|far) )*(?:into the distance|at the horizon)\b"
        r"(?: with the (?P<hand>other|left|right)(?: hand| arm)?)?",
        lambda match: put("ahead", ("left" if match["hand"] in ("other", "left") else "right",)),
    ),
    Rule(
        "cradles the injured left arm",
        r"\b(?:cradl|nurs|clutch|clasp|grip|hold)(?:es|s|e|ing|ping)? "
        rf"{THE}(?:injured|hurt|broken|wounded|bad|sore|aching) (?:(?P<own>left|right) )?"
        r"(?:arm|wrist|elbow|forearm|hand)\b|"
        rf"\b(?:cradl|nurs|clutch|clasp)(?:es|s|e|ing)? {THE}(?P<side>left|right) (?:arm|wrist|elbow|forearm)\b",
        lambda match: put("elbow", ("left" if "right" in (match["own"], match["side"]) else "right",)),
    ),
    Rule(
        "touches the wall",
        rf"\btouch(?:es|ing)? {THE}(?:[\w-]+ )?(?:wall|door|window|screen|glass|mirror|statue|painting|board|tree)\b"
        rf"{WITH_HAND}",
        lambda match: put("knock", (match["with"] or "right",)),
    ),
    Rule(
        "presses the hands into the small of the back",
        rf"\b(?:press|put|plac|hold|push|dig)(?:es|s|e|ing|ting|ging)? {HAND} (?:in(?:to)?|on(?:to)?|to|"
        rf"against) {THE}"
        rf"(?:small of {THE}|(?:lower|sore|aching) )back\b",
        held("back"),
    ),
    Rule(
        "rubs the lower back",
        rf"\b(?:rub|massag|clutch|hold|support|knead)(?:s|es|e|ing|bing)? {THE}"
        rf"(?:(?:lower|sore|aching|bad|stiff) )+back\b{WITH_HAND}(?: with {THE}hands)?",
        lambda match: put("back", (match["with"],) if match["with"] else BOTH, "rubs"),
    ),
    Rule(
        "rubs the back of his neck",
        rf"\b(?:rub|scratch|massag|hold|touch)(?:s|es|e|ing|bing)? {THE}(?:(?:back|side|nape) of"
        rf" {THE})?neck\b{WITH_HAND}",
        lambda match: put("nape", (match["with"] or "right",), "rubs"),
    ),
    Rule(
        "scratches his back",
        rf"\bscratch(?:es|ing)? {THE}(?:lower |upper )?back\b(?! of){WITH_HAND}",
        lambda match: put("back", (match["with"] or "right",), "rubs"),
    ),
    Rule("rubs both arms", rf"\brub(?:s|bing)? {THE}(?:upper )?arms\b", by_both("shoulder", "rubs")),
    Rule(
        "hugs herself",
        rf"\b(?:hug(?:s|ging)? {SELF}|wrap(?:s|ping)? {THE}arms around (?:{SELF}|{THE}(?:body|chest)))\b",
        by_both("shoulder"),
    ),
    Rule(
        "puts a hand on the chest",
        rf"\b(?:(?:(?:put|plac|hold|rest|lay|rais|bring|lift|mov|press|clasp)(?:s|es|e|ting|ing)? |(?<!wave"
        rf" )(?<!waves )(?<!waving )with |^){HAND}"
        rf"(?: (?:up|out|back|held|resting|rests?|stays?|is|are))? (?:on|onto|to|over|against|at|in front of) "
        rf"|(?P<verb>touch|cover|clutch|grab|hold|rub|tap|pat|strok|wip|pull|tug|pinch|press|massag|"
        r"scratch(?!\w* (?:\w+ )?(?:head|hair)))(?:s|es|e|ing|ping|bing|ting|ging)? "
        rf"(?:{SELF} (?:on|in|at) )?(?:(?<=pulls )at |(?<=tugs )at |(?<=pulling )at |(?<=tugging )at )?"
        rf"(?:{THE}(?:sweat|tears|dirt|blood|water|rain|dust|snow) (?:off|from|of) )?)"
        rf"{THE}(?:(?P<own>left|right|opposite|other) )?{_PART}\b"
        rf"(?: (?:with|using) {THE}(?:(?P<with>left|right) )?(?P<by>hands?|arms?|palms?|fingers?))?",
        _touch,
    ),
    Rule("walks while on the phone", rf"\bon {_PHONE}\b", held("phone")),
)
"""All rules; of several that match the first one counts."""

AND_ALSO = Rule(
    "and the other hand on the head",
    rf"(?:\band |, ?){HAND} (?:(?:is|are|held|resting) )*(?:on|onto|to|over|against|at|in front of) "
    rf"{THE}(?:(?P<own>left|right) )?{_PART}\b",
    _touch,
)
"""What goes on with a gesture that is named before: "and the right hand on the head"."""
