"""Writes paths over the ground out as steps: a figure eight is two circles, a way back begins with a turn around."""

from __future__ import annotations

import re
from functools import partial

_GOES = (
    r"(?P<goes>(?:walk|run|jog|sprint|stroll|march|pac|skip|crawl|sneak|strid|wander|patrol|go|mov)"
    r"(?:s|es|e|ing|ling|ning|ping)?)"
)
_ZIGZAG = r"zig[- ]?zag(?:s|ging|ged)?"
_WEAVES = (
    r"(?:weav(?:es|ing|e)|slalom(?:s|ing)?)(?: left and right| in and out)? (?:between|through|around|in and out of) "
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
            rf"\b{_GOES}{_ALONG} (?:(?:in|along|through) )?(?:an? |the )?(?:shape of an? )?"
            r"figure[- ](?:of[- ])?(?:eights?|8)\b(?: pattern)?|"
            r"\b(?:an? )?figure[- ](?:of[- ])?(?:eights?|8) (?P<gait>run|sprint|jog|walk)(?:s|ning|ing|ting)?\b",
            re.I,
        ),
        "{0} in a circle to the left, then {0} in a circle to the right",
    ),
    (
        re.compile(
            rf"\b(?:{_GOES}{_ALONG} (?:in )?(?:an? )?(?:{_ZIGZAG}|slalom|serpentines?|(?:an )?s[- ](?:curves?|"
            rf"shaped?|line)|(?:a |the )?winding)"
            rf"(?: (?:line|path|pattern|course|road|way))?|{_WEAVES}|"
            rf"{_ZIGZAG}(?: (?P<gait>run|sprint|jog|walk)(?:s|ning|ing|ting)?)?)\b"
            r"(?: (?:through|between|around|past|among) (?:(?:the|some|several) )?[\w-]+)?"
            r"(?P<fast> at (?:(?:high|full|top) )?speed| (?:very )?(?:fast|quickly))?"
            r"(?: (?:as if|as though|to (?:avoid|dodge|evade)|under) [^,.;]*)?",
            re.I,
        ),
        "{0} in a zigzag",
    ),
    *(
        (
            re.compile(
                rf"\b{_GOES}{_ALONG}(?: (?:in|along|around|on))? (?:the )?(?:(?:(?:four|three) )?(?:edges?|"
                rf"sides?|outline|shape) of"
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
_PER_SIDE = re.compile(
    r",?(?: with)? (?P<far>(?:\d+(?:\.\d+)?|[a-z]+) ?(?:m|met(?:er|re)s?|feet|ft))(?: long)? (?:per|on each|"
    r"each|on every|a) side\b",
    re.I,
)
_WHO = re.compile(r"^(?:(?:an?|the|this) (?:\w+ )?\w+ |he |she |they )(?:is )?(?=\w+(?:s|ing)\b)", re.I)
_PACES = re.compile(r"^(?:pace?|patroll?)(?=s|ing|$)", re.I)
_COMES_BACK = re.compile(
    r"(?<=\w),?(?: and| then)* (?:(?:he|she|they) )?(?:com(?:es?|ing) back|returns)(?:"
    r" again)?(?=$|[.,;!]| and\b| then\b)",
    re.I,
)
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
_ALL_THE_WAY = re.compile(r"^(?P<path>[^,.]+?) while (?P<does>[^,.]*\b\w+ing\b[^,.]*)$", re.I)
_WHILE = re.compile(
    r"^(?:(?:an?|the|this) (?:\w+ )?\w+ |he |she )?(?:is )?(?P<does>[^,]*\b\w+ing\b[^,]*) while (?P<path>[^,.]+)$", re.I
)


def written_out(prompt: str) -> str:
    """Returns the prompt with such paths, and ways back, as steps."""
    prompt = _TURNS_BACK.sub(r"\1 around", prompt)
    prompt = _COMES_BACK.sub(_turns_back, prompt) if re.search(_GOES, prompt, re.I) else prompt
    prompt = _BACK_TO_START.sub(_turns_back, prompt)
    prompt = _THE_OTHER_WAY.sub(r"turns around, then \g<goes>", prompt)
    each = _PER_SIDE.search(prompt)
    if each:
        prompt = _PER_SIDE.sub("", prompt)
    for pattern, steps in _PATHS:
        steps = steps.replace("for 1 second", f"for {each['far']}") if each else steps
        whole = _WHILE.match(prompt) or _ALL_THE_WAY.match(prompt)
        if whole and (path := pattern.fullmatch(_WHO.sub("", whole["path"]))):
            also = f" while {whole['does']}"  # all the way
            return ", then ".join(step + also for step in _steps(steps, path).split(", then "))
        prompt = pattern.sub(partial(_steps, steps), prompt)
    return prompt


def _turns_back(back: re.Match[str]) -> str:
    """Returns the way back to the start as steps, gone as before: "turns around, then jogs"."""
    before = re.findall(_GOES, back.string[: back.start()], re.I)
    if _TURNED.search(back.string[: back.start()]):
        return back[0]
    goes = back.groupdict().get("goes") or next(
        (verb for verb in reversed(before) if not verb.lower().startswith("go") and verb.lower() != "pace"), "walks"
    )
    return f"{', then ' if back.start() else ''}turns around, then {goes}"


def _steps(steps: str, path: re.Match[str]) -> str:
    named = path.groupdict()
    goes = path["goes"] or named.get("gait") or ("runs" if named.get("fast") else "walks")
    way = named.get("way") or ""
    return steps.format(_PACES.sub("walk", goes), "right" if way in ("right", "clockwise") else "left")
