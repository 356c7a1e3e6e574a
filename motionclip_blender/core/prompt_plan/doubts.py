"""Finds reasons to take a choice for a guess, though the texts are alike: another thing is meant than is known."""

from __future__ import annotations

import re

from .choice import Choice
from .grammar import grammar, is_action, verb_of
from .looked_up import PICKS_UP
from .plan import Segment
from .word_features import content, stem
from .wording_index import WordingIndex

GUESSED = 0.5
"""Largest confidence of a choice that is doubtful."""

MOVES = -0.2
"""Sense of a text from which on it asks for a movement. Chosen on lines that nothing was learned from, as all here."""

_PLAINLY_MOVES, _SURELY = 0.3, 0.9  # sense, and confidence of a choice, from which on things may be acted on
_STRANGE = 0.5  # share of words that no dictionary has, beyond which a text is not English
_WORD = re.compile(r"[^\W\d_]+(?:-[a-z]+)*")
_HAPPENS = re.compile(  # of the price "of oil is rising"
    r"(?:of (?:(?:a|an|the) )?[\w-]+ )?(?:(?:is|are|was|were) (?P<is_doing>[\w-]+ing)|(?P<does>[\w-]+s))\b"
)
_HAPPEN = re.compile(_HAPPENS.pattern.replace("[\\w-]+s)", "[\\w-]+)"))  # of several things: "the leaves fall"
_SHOWS = ("play", "imitate", "act", "mime", "mimic", "pretend", "perform", "do", "become", "greet", "resemble")
_PUTS_ON = re.compile(
    r"^(?:[\w-]+ ){0,3}?put(?:s|ting)? on (?:(?:his|her|their|its|my|the|an?|some) )*(?:[\w-]+ )*?([\w-]+)$"
)
_DO_AS_WELL = frozenset(["leaves", "waves", "lights", "fires", "storms", "rains", "snows", "trains"])  # verbs, too
_WHERE = frozenset(["on", "in", "at", "with", "of", "under", "over", "near", "by"])
_BEFORE_MACHINE = 3  # words in which a machine is named
_SCRATCHES = re.compile(r"\bscratch\w* (?:the|his|her|their|its|my|an?) (?:(?:left|right|own) )?(\w+)")
_LIKE = re.compile(r"\b(?:like|as)\b", re.IGNORECASE)
_IMITATES = re.compile(r"\b(?:like|imitat\w+|acts?|pretend\w*|charades)\b")
_DETERMINERS = frozenset(
    ["a", "an", "the", "his", "her", "their", "its", "my", "some", "another", "this", "that", "two", "three", "several"]
)


def doubtful(index: WordingIndex, segment: Segment, choice: Choice, sense: float) -> bool:
    """Checks whether a choice is a guess because of words that the wordings do not have as they are said.

    sense: of the step, as `WordingIndex.sense` returns it. Who plainly moves, and is surely understood, may act on
    things that no wording names.
    """
    plain = sense >= _PLAINLY_MOVES and choice.confidence >= _SURELY
    of_things = (_only_its_object, _only_imitated, _to_something_else)
    return (
        _strange(index, segment)
        or not_done_by_persons(segment)
        or (sense < MOVES and not _picks_up(segment))
        or (not plain and any(check(index, segment, choice) for check in of_things))
        or _only_to_whom(segment, choice)
        or _dresses(index, segment, choice)
        or _of_another_limb(segment, choice)
        or _of_another_part(segment, choice)
        or _in_another_sense(index, segment, choice)
    )


def _strange(index: WordingIndex, segment: Segment) -> bool:
    """Checks whether most words of a text are in no dictionary: another language, or none."""
    words = [word for word in re.findall(r"[^\W\d_]+", segment.text.lower()) if len(word) > 2 or not word.isascii()]
    strange = [word for word in words if not index.spelling.knows(word)]
    return len(words) > 1 and len(strange) > _STRANGE * len(words)


def not_done_by_persons(segment: Segment) -> bool:
    """Checks whether a thing does it: "the sun rises"."""
    words = _WORD.findall(segment.said.lower())
    named = bool(words) and words[0] in _DETERMINERS
    words = words[named:]
    if words and not named and words[0] in _DO_AS_WELL:  # "leaves crying"
        return False
    if _a_machine(words):
        return True
    if len(words) < 2 or words[0] not in grammar()["not_persons"]:
        return False
    happens = (_HAPPEN if words[0].endswith("s") and not words[0].endswith(("us", "ss")) else _HAPPENS).match(
        " ".join(words[1:])
    )
    return happens is not None and is_action(happens["does"] or happens["is_doing"])


def _a_machine(words: list[str]) -> bool:
    """Checks whether words name a machine, wherever it is, and nobody who does something: "washing machine on a spin
    cycle"."""
    for i, word in enumerate(words[:_BEFORE_MACHINE]):
        if word in grammar()["machines"]:
            return i + 1 == len(words) or words[i + 1] in _WHERE or words[i + 1].endswith("ing")
        if i and not word.endswith("ing"):
            return False
    return False


def _only_its_object(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording shares only what is acted on, and no wording has the action: "surfs a wave"."""
    words = _done(segment).split()
    does = next((word for word in words[:2] if word.endswith(("s", "ing"))), "")  # "pole vaulting over a bar"
    if len(words) < 2 or not does:
        return False
    action = content(does)
    shared = content(segment.text) & content(choice.wording)
    return bool(action) and not action & index.vocabulary and bool(shared)


def _only_to_whom(segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording only names someone, to whom something is done here: "a baby" for "kisses a baby"."""
    verb, _, whom = _done(segment).partition(" ")
    who, *words = choice.wording.lower().split()
    names = who in ("a", "an", "the") and bool(words) and not any(is_action(word) for word in words)
    return names and is_action(verb) and not verb_of(verb, _SHOWS) and content(choice.wording) <= content(whom)


def _only_imitated(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording only imitates what is acted on here: "a growling bear" for "hugs a bear", "walks like a
    dog" for "walks the dog"."""
    said, told = _done(segment), choice.wording.lower()
    verb, _, acted_on = said.partition(" ")
    known = choice.confidence == 1.0 or index.understands(segment.text.lower())
    if known or not acted_on or not verb.endswith(("s", "ing")) or verb_of(verb, _SHOWS) or _LIKE.search(segment.text):
        return False
    shared, action = content(segment.text) & content(told), content(verb)
    if shared & content(told.partition(" like ")[2]):
        return True
    if not shared or not shared <= content(acted_on) or action & (content(told) | index.vocabulary_of(choice.action)):
        return False
    return bool(_IMITATES.search(told)) or not any(map(is_action, told.split()))


def _to_something_else(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether a verb is done to something that no wording names, and means another thing then: "rolls dice"."""
    if index.understands(segment.text.lower()) or index.understands(segment.bare.lower()):
        return False
    verb, named = _verb_and_object(segment)
    if _picks_up(segment):
        return False
    if verb_of(verb, grammar()["cares"]) and (own := _own_body(segment)):  # who washes hands cleans no window
        return not own & content(choice.wording)
    alone = verb_of(verb, grammar()["without_object"])  # "runs a business", "rolls a stone"
    alike = verb_of(verb, (*grammar()["any_object"], *grammar()["same_object"]))
    if not named or (alike and not alone):
        return False
    said = content(choice.wording)
    if stem(named) in said:
        return False
    of_another = bool(said - content(verb)) and stem(named) not in index.vocabulary_of(choice.action)
    return bool(alone) or of_another or stem(named) not in index.vocabulary


def _picks_up(segment: Segment) -> bool:
    """Checks whether something is picked up, whatever it is."""
    return bool(PICKS_UP.match(_done(segment)))


def _done(segment: Segment) -> str:
    """Returns what is done, in lower case, without who does it and where, as far as that is known."""
    return (segment.core or segment.bare or segment.text).lower()


def _own_body(segment: Segment) -> set[str]:
    """Returns the stems of the parts of the body that something is done to, not that it is done with."""
    words = _WORD.findall(segment.text.lower().partition(" with ")[0])
    return {stem(word) for word in words if word in grammar()["own_body"]}


def _of_another_limb(segment: Segment, choice: Choice) -> bool:
    """Checks whether a leg is to do something, and the wording tells of an arm: "makes circles with the foot"."""
    if segment.limb != "leg" or choice.confidence == 1.0:
        return False
    told = {grammar()["body"].get(word) for word in _WORD.findall(choice.wording.lower())}
    return "arm" in told and "leg" not in told


def _of_another_part(segment: Segment, choice: Choice) -> bool:
    """Checks whether a part of the body is scratched, and the wording tells of another one: "scratches his back"."""
    parts = _SCRATCHES.findall(segment.text.lower())
    return bool(parts) and choice.confidence < 1.0 and stem(parts[0]) not in content(choice.wording)


def _dresses(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether something is put on that no wording has: "puts on a hat" puts nothing down."""
    worn = _PUTS_ON.match((segment.bare or segment.text).lower())
    return worn is not None and stem(worn[1]) not in content(choice.wording)


def _in_another_sense(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether the wordings have the verb in another sense only: "claps" is no hand that is clapped against
    another's."""
    if choice.confidence == 1.0 or index.understands(segment.text.lower()):
        return False
    verb = verb_of(_verb_and_object(segment)[0], grammar()["other_sense"])
    return verb is not None and choice.action in grammar()["other_sense"][verb[0]]


def _verb_and_object(segment: Segment) -> tuple[str, str]:
    """Returns the first word of what is done, and the noun that it is done to; empty where there is none."""
    verb, *words = _WORD.findall(_done(segment)) or [""]
    if not is_action(verb) and not verb.endswith("s"):
        return verb, ""
    named = ""
    for word in words:
        if word in grammar()["no_object"] or word.endswith(("ly", "ed")) or (is_action(word) and word.endswith("ing")):
            break
        if word not in _DETERMINERS and content(word):  # no "person"
            named = word
    return verb, named
