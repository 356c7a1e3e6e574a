"""Writes paths over the ground out as steps: a figure eight is two circles, a zigzag some bends."""

from __future__ import annotations

import re
from functools import partial

from .grammar import is_action, verb_of

_GOES = (
    r"(?P<goes>(?:walk|run|jog|sprint|stroll|march|pac|skip|crawl|sneak|strid|wander|patrol|go)"
    r"(?:s|es|e|ing|ling|ning|ping)?)"
)
_ZIGZAG = r"zig[- ]?zag(?:s|ging|ged)?"
_WEAVES = (
    r"weav(?:es|ing|e)(?: left and right| in and out)? (?:between|through|around|in and out of) "
    r"(?:(?:the|some|several|two|three) )?[\w-]+"
)
_WAY = (  # round a shape with corners
    r"(?:,?(?: (?:always|only|and))*(?: turn(?:s|ing))?(?: (?:to the|in a))?"
    r"(?: (?P<way>left|right|(?:(?:counter|anti)-?)?clockwise)(?: direction)?)?"
    r"(?: (?:at|around) (?:each|every|the|all|its) corners?)?(?=$|[,.;]| and\b| then\b))?"
)
_ALONG = r"(?: (?:forwards?|ahead|along|around|quickly|slowly))*"
_PATHS = (
    (
        re.compile(
            rf"\b{_GOES}{_ALONG} (?:in|along|through) (?:an? |the )?(?:shape of an? )?"
            r"figure[- ](?:of[- ])?(?:eights?|8)\b",
            re.I,
        ),
        "{0} in a circle to the left, then {0} in a circle to the right",
    ),
    (
        re.compile(
            rf"\b(?:{_GOES}{_ALONG} (?:in )?(?:an? )?(?:{_ZIGZAG}|slalom|serpentines?|s[- ](?:curves?|shape|line))"
            rf"(?: (?:line|path|pattern))?|{_WEAVES}|"
            rf"{_ZIGZAG}(?: (?P<gait>run|sprint|jog|walk)(?:s|ning|ing|ting)?)?)\b"
            r"(?: (?:as if|as though) [^,.;]*)?",
            re.I,
        ),
        "{0} and turns left 45 degrees for 2 seconds, then {0} and turns right 90 degrees for 2 seconds, "
        "then {0} and turns left 90 degrees for 2 seconds, then {0} and turns right 45 degrees for 2 seconds",
    ),
    *(
        (
            re.compile(
                rf"\b{_GOES}{_ALONG}(?: (?:in|along|around|on))? (?:the )?(?:(?:edges?|sides?|outline|shape) of"
                rf" )?(?:an? |the )?"
                rf"(?:\w+ )?(?:{shape})\b(?:[- ](?:path|pattern|shape))?{_WAY}",
                re.I,
            ),
            ", then ".join(["{0} for 1 second", f"{{0}} and turns {{1}} {degrees} degrees for 2 seconds"] * corners),
        )
        for shape, corners, degrees in (
            ("squares?|rectangles?|box(?= (?:path|pattern|shape))", 4, 90),
            ("triangles?", 3, 120),
        )
    ),
    (
        re.compile(
            rf"\b{_GOES} (?:back and forth|to and fro|up and down|backwards? and forwards?|forwards? and back)\b"
            r"(?! (?:the|an?) )",
            re.I,
        ),
        "{0}, then turns around, then {0}, then turns around, then {0}",
    ),
)  # fmt: skip
_BACK_ON_FEET = re.compile(
    r",? (?:and |then )*(?:is )?back (?:up )?(?:on|to) (?:(?:his|her|their|the) )?feet\b(?: again)?(?=$|[,.;]|"
    r" and\b| then\b)",
    re.I,
)
_BEAM = re.compile(
    r"\b(?:balanc(?:es|ing|e)|walk(?:s|ing)?)(?: (?:carefully|slowly|gingerly))? (?:along|across|over|on) (?:an?|the) "
    r"(?:[\w-]+ )?(?:beam|rope|tightrope|ledge|log|wire|plank|curb|kerb|slackline)\b"
    r"(?:,? (?:with )?(?:(?:the|his|her|their|both) )*arms (?:(?:held|stretched|spread|wide|out) ?)+(?:to"
    r" (?:the|his|her|their) sides?)?)?",
    re.I,
)
_THE_OTHER_WAY = re.compile(
    rf"\b{_GOES}(?: (?:back|off|away))? (?:in the (?:other|opposite|reverse) direction|the other way)\b", re.I
)
_BACK_TO_START = re.compile(
    rf"(?:(?:,? and(?: then)? |, )(?:he |she |they )?|\b)(?:(?:com|go|gett?|return|head)(?:s|es|e|ing)?|{_GOES})"
    r"(?: back)?(?: to)? "
    r"(?:where (?:he|she|they|it|you|i) (?:began|started|came from|set off|had started)|"
    r"(?:the|his|her|their) (?:start(?:ing (?:point|place|spot))?|beginning|same (?:spot|place)|"
    r"way (?:he|she|they|it) came)\b"
    r"(?! (?:pos|stance)))",
    re.I,
)
_WHO = re.compile(r"^(?:(?:an?|the|this) (?:\w+ )?\w+ |he |she |they )(?:is )?(?=\w+(?:s|ing)\b)", re.I)
_PACES = re.compile(r"^(?:pace?|patroll?)(?=s|ing|$)", re.I)
_INTO = re.compile(r"\b(?P<leads>[a-z-]+) (?:(?:straight|right|directly) )?into an? (?P<act>[a-z-]+)\b", re.I)
_ENTERS = (
    "go", "get", "move", "fall", "land", "drop", "lower", "step", "sink", "settle", "break", "crouch", "bend", "squat",
)  # fmt: skip
_BEFORE_FALLING = re.compile(
    r"\b(?P<recovers>catch\w* (?:him|her|it|them)sel(?:f|ves)|recover\w*|"
    r"(?:regain|find|catch|keep)\w* (?:\w+ )?balance)"
    r"(?: just)? before (?:falling|(?:he|she|they|it) falls?|hitting the (?:ground|floor))(?: down| over)?\b",
    re.I,
)
_ANGLE = re.compile(r"^(?:90|180|270|360)(?= and\b|,? then\b|,)", re.I)
_BOTH_WAYS = re.compile(  # one after the other
    r"\b(?P<does>(?:dodg|sway|lean|step|jump|hop|leap|weav|slip|roll|shuffl|straf|duck)[a-z]*)"
    r"(?P<to> to the)? (?P<one>left|right) and (?:then )?(?:to the )?(?P<other>left|right)(?=$|[,.;]| then\b)",
    re.I,
)
_WHILE_FIRST = re.compile(r"^while (?P<path>\w+ing\b[^,]*?),? (?P<does>(?:he|she|they|the \w+|an? \w+) [^,]*\w+)", re.I)
_TURNS_BACK = re.compile(
    r"\b(turn(?:s|ing)?)(?=(?:,| and|, then| then)+ (?:he |she |they )?(?:walk|go|run|head|"
    r"jog|march)\w* back\b)",
    re.I,
)
_TURNED = re.compile(
    r"(?:\bturn(?:s|ing)? (?:a?round|back)|\b180(?: degrees)?|\b(?:about|u|"
    r"right-about)[- ](?:face|turn)s?)(?:,?(?: and)?(?: then)?)?[ ,]*$",
    re.I,
)
_BENDS_TO_PICK = re.compile(
    r"\b(?:bend|lean|stoop|reach)(?:s|es|ing)?(?: (?:down|over|forward))*,?(?: and(?: then)? | to |, )"
    r"(?P<picks>(?:picks?|picking|grabs?|grabbing|lifts?|lifting|ties?|tying) "
    r"(?:up\b|(?:an?|the|some|his|her|their|something|it)\b))",
    re.I,
)
_GRABS = re.compile(r"^grab(?:s|bing)?\b", re.I)
_BRINGS_BACK = re.compile(
    r"\b(?P<brings>(?:carr(?:y|ies|ying)|bring(?:s|ing)?|tak(?:e|es|ing)) (?:it|them|the (?:\w+ )?\w+)) back\b", re.I
)
_ALL_THE_WAY = re.compile(r"^(?P<path>[^,.]+?) while (?P<does>[^,.]*\b\w+ing\b[^,.]*)$", re.I)
_WHILE = re.compile(
    r"^(?:(?:an?|the|this) (?:\w+ )?\w+ |he |she )?(?:is )?(?P<does>[^,]*\b\w+ing\b[^,]*) while (?P<path>[^,.]+)$", re.I
)


def written_out(prompt: str) -> str:
    """Returns the prompt with such paths as steps; bending down to pick something up is no step of its own."""
    prompt = _BEFORE_FALLING.sub(r"\g<recovers>", _INTO.sub(_then, prompt))
    prompt = _BACK_ON_FEET.sub(", then gets up", prompt)
    prompt = _BEAM.sub("walks slowly with the arms out to the sides", prompt)
    prompt = _BOTH_WAYS.sub(r"\g<does> to the \g<one>, then \g<does> to the \g<other>", prompt)
    prompt = _TURNS_BACK.sub(r"\1 around", prompt)
    prompt = _ANGLE.sub(r"turns \g<0> degrees", prompt)
    prompt = _WHILE_FIRST.sub(r"\g<does> while \g<path>", prompt)
    prompt = _BACK_TO_START.sub(_turns_back, prompt)
    prompt = _THE_OTHER_WAY.sub(r"turns around, then \g<goes>", prompt)
    prompt = _BENDS_TO_PICK.sub(lambda bends: _GRABS.sub("picks up", bends["picks"]), prompt)
    prompt = _BRINGS_BACK.sub(r"turns around and then \g<brings>", prompt)
    for pattern, steps in _PATHS:
        whole = _WHILE.match(prompt) or _ALL_THE_WAY.match(prompt)
        if whole and (path := pattern.fullmatch(_WHO.sub("", whole["path"]))):
            also = f" while {whole['does']}"  # all the way
            return ", then ".join(step + also for step in _steps(steps, path).split(", then "))
        prompt = pattern.sub(partial(_steps, steps), prompt)
    return prompt


def _then(into: re.Match[str]) -> str:
    """Returns "cartwheel, then backflip" for "cartwheel into a backflip"."""
    leads, act = into["leads"].lower(), into["act"].lower()
    acts = is_action(leads) and is_action(act) and not verb_of(leads, _ENTERS)
    return f"{into['leads']}, then {into['act']}" if acts else into[0]


def _turns_back(back: re.Match[str]) -> str:
    """Returns the way back to the start as steps, gone as before: "turns around, then jogs"."""
    before = re.findall(_GOES, back.string[: back.start()], re.I)
    if _TURNED.search(back.string[: back.start()]):
        return back[0]
    goes = back["goes"] or next((verb for verb in reversed(before) if not verb.lower().startswith("go")), "walks")
    return f"{', then ' if back.start() else ''}turns around, then {goes}"


def _steps(steps: str, path: re.Match[str]) -> str:
    way = path.groupdict().get("way") or ""
    goes = path["goes"] or path.groupdict().get("gait") or "walks"
    return steps.format(_PACES.sub("walk", goes), "right" if way in ("right", "clockwise") else "left")
