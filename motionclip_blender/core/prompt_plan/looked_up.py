"""Shortens a clause to what is looked up for it: without subject, side, way, speed and place."""

from __future__ import annotations

import re
from collections.abc import Callable

from .grammar import WORD, begins, grammar, is_action, is_agent, verb_of
from .limbs import LEANS

_DOES = re.compile(
    r"^(?:do|does|doing|did|perform(?:s|ing)?|execut(?:e|es|ing)|practi[cs](?:e|es|ing)) (?:an? |some )?"
)
_WITH_LIMB = re.compile(
    r"\b(?:with|using|in|by|on) (?:the |his |her |their |its |a |one )?(?:raised )?(?:left|right)"
    r"(?: (?:hand|arm|fist|leg|foot|knee|elbow|palm|side))?\b"
)
_TO_SIDE = re.compile(r"\b(?:(?:to|towards?) (?:the |his |her |their )?)?(?:left|right)(?:wards?)?\b(?: side\b)?")
_WHERE_TO = re.compile(
    r"\b(?:forwards?|ahead|backwards?|in reverse|sideways|sidewards|diagonal(?:ly)?|straight|"
    r"in (?:a|an) (?:[\w-]+ )?(?:circle|curve|line)|(?:and )?(?:turns?|turning) (?:around|round)?|"
    r"(?:does an? )?(?:about|u)[- ](?:face|turn)s?(?: and)?)(?=\s|$|,)"
)
_WHO = re.compile(
    r"^(?:(?:he|she|they|it|someone|somebody)|(?:a|an|the|this|that|some) (?:\w+ )?"
    r"(?:man|woman|person|guy|boy|girl|kid|child|figure|character|human|fellow|lady|gentleman|player))(?: is| are)? "
)
# "walks on the hands" is another action than "walks on the grass"
_ON_BODY = (
    r" (?:(?:the|his|her|their|its|a|an|one|both|two|all) )*(?:left |right |single )?"
    r"(?:hands?|palms?|knees?|toes?|tip-?toes?|heels?|fours|foot|feet|legs?|back|stomach|belly|side|head|elbows?|bottom)\b"
)
_WHERE = re.compile(
    rf",| (?:in(?! place\b)|on(?! the spot\b|{_ON_BODY})|at|to|up to|from|near|along|through|across|towards?|"
    r"behind|under|inside|outside|against|over to|after|for|like|into|out of|"
    r"down the|up the|off (?:the|an?)|past|beside|because|until|so|with|without|around the|over the) "
)
_IS_MOVED = re.compile(  # "gets pushed backwards"
    r"\b(?:gets?|got|is|are|was|were|being|getting) (?:\w+ly )?"
    r"(?:pushed|shoved|knocked|thrown|kicked|punched|flung|hurled|blown|hit|struck)\b"
)
_PERSON = re.compile(
    r"(?:er|or|ist|ian|man|men|boy|girl|guy|kid|lady|child|dude|fellow|person|soldier|zombie|robot|king|queen|nurse|thief|"
    r"pirate|ninja|knight|monk|student|athlete|cop|hero|heroine|prince|princess|witch|wizard|orc|elf|granny|grandpa)$"
)
PICKS_UP = re.compile(r"(?:pick|lift)(?:s|ing)? up (?:the|an?|his|her|their|some|something)\b")
"""What is done to anything in the same way."""

_GOING = ["step", "go", "goes", "mov", "shuffl", "travel", "retreat", "pac", "back", "sidestep", "head", "proceed"]
_THROUGH = frozenset(
    ["he", "she", "they", "it", "through", "in", "out", "on", "off", "away", "inside", "outside", "over", "along"]
)
_AIMLESSLY = frozenset(["about", "around", "round", "along", "by", "past"])
_ARTICLES = ("a", "an", "the", "this", "that", "some", "one", "his", "her", "their", "my")
_ASIDE = 60.0  # degrees from straight ahead, or back, from which on a walk goes sideways
_NAMES = 2  # most words of a name
_SUBJECT_WORDS = 7  # most words of who does something


def looked_up(text: str, tokens: list[str], side: str, limb: str, travel: float | None) -> tuple[str, str, str]:
    """Returns the bare text of a clause, its core and its verb, see `Segment`. travel: as there."""
    bare = _bare(text, limb == "support")
    names_it = any(grammar()["body"].get(word) == "leg" for word in bare.split())
    acts = [*grammar()["leg_actions"], *grammar()["moves"]]
    if limb == "leg" and not names_it and not any(begins(word, acts) for word in tokens):
        bare = f"{bare} with the foot"  # "shoots with the left foot" is no pistol
    core = _walk(travel) if not side and _only_goes(text, travel is not None) else _core(bare)
    return bare, core, _verb(core)


def _walk(travel: float | None) -> str:
    """Returns the text of a walk that travels `travel` degrees from the heading."""
    way = abs(travel or 0.0)
    return "walks" if way < _ASIDE else "walks backwards" if way > 180 - _ASIDE else "walks sideways"


def _bare(text: str, support: bool) -> str:
    """Returns the text of the action without subject, side, direction and speed."""
    for phrase in sorted(grammar()["speed_phrases"], key=len, reverse=True):
        text = text.replace(phrase, " ")
    if not support:  # "stands on one leg" needs its side words
        text = _WITH_LIMB.sub(" ", text)
        text = _TO_SIDE.sub(" ", text)
    if not LEANS.search(text) and not _IS_MOVED.search(text):  # "leans forward" goes nowhere
        text = _WHERE_TO.sub(" ", text)
    slow = [*grammar()["speeds"], *grammar()["intensifiers"]]
    words = [word for word in text.split() if word.strip(",.") not in slow]
    return _WHO.sub("", " ".join(words)).strip(" ,")


def _core(bare: str) -> str:
    """Returns the bare text without who does it, place and mood."""
    done = _DOES.sub("", _WHERE.split(without_subject(bare), maxsplit=1)[0])
    words = [word for word in done.split() if not (word.endswith("ly") and len(word) > 4)]
    wanders = len(words) > 1 and words[0].endswith(("s", "ing")) and set(words[1:]) <= _AIMLESSLY
    return " ".join(words).strip(" ,") if wanders or any(map(is_action, words)) else ""


def without_subject(text: str) -> str:
    """Returns the text from its verb on: "bends down" for "a worker bends down"."""
    words = text.split()
    if words and words[0] in _ARTICLES:
        for i in range(2, min(_SUBJECT_WORDS + 2, len(words))):
            word = words[i].strip(",")
            if word.endswith(("s", "ing")) and (is_action(word) or begins(word, _GOING)):
                return " ".join(words[i:])
    for i in range(1, min(_NAMES + 1, len(words))):
        if words[i].endswith("ing") and is_action(words[i]) and _PERSON.search(words[i - 1]):
            return " ".join(words[i:])  # "teenager leaning against a wall"
    does = len(words) > 1 and words[1].endswith("s") and is_action(words[1]) and not words[0].endswith("s")
    if does and (is_agent(words[0]) or not is_action(words[0])):
        return " ".join(words[1:])  # "boxer blocks a punch"
    return text


def does_it(who: list[str]) -> bool:
    """Checks whether words before a verb say that a person does something, or no word: "the old knight", "he is"."""
    subject = [word for word in who if word not in ("is", "are", "then")]
    if not subject or _WHO.match(f"{' '.join(subject)} "):
        return True
    return _PERSON.search(subject[-1]) is not None and subject[-1] not in grammar()["not_persons"]


def without_name(text: str, named: Callable[[str], bool]) -> str:
    """Returns the text from its verb on, where a name is before it: "jumps" for "Lara Croft jumps"; else an empty one.

    named: whether a word can be one of a name.
    """
    words = text.split()
    for i in range(1, min(_NAMES, len(words) - 1) + 1):
        if not named(words[i - 1].strip(",").lower()):
            return ""
        does = words[i].endswith("s") or i == len(words) - 1  # "skeleton attack"
        if does and (is_action(words[i]) or begins(words[i], _GOING)):
            return " ".join(words[i:])
    return ""


def _verb(core: str) -> str:
    """Returns the action alone, if it looks alike whatever it is done to: "throws" for "throws a coin", "saunters" for
    "saunters about"."""
    if PICKS_UP.match(core):
        return "picks something up"
    first, *rest = core.split() or [""]
    aimless = bool(rest) and set(rest) <= _AIMLESSLY
    return first if aimless or (rest and verb_of(first, grammar()["any_object"])) else ""


def _only_goes(text: str, somewhere: bool) -> bool:
    """Checks whether the text only says that someone goes somewhere. somewhere: whether it says in which direction."""
    words = WORD.findall(without_subject(text))
    actions = [word for word in words if is_action(word) or begins(word, _GOING)]
    goes = all(begins(word, _GOING) for word in actions)
    return goes and (somewhere or (bool(actions) and set(words) <= {*actions, *_THROUGH}))
