"""Chooses the motion for a step of a plan: as it is said, and shortened until something is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..angles import apart
from ..modifiers.manner import manners
from .choice import Choice
from .doubts import GUESSED, MOVES, doubtful
from .grammar import begins, grammar, is_action, is_agent
from .looked_up import without_name
from .plan import Segment
from .word_features import content, stem
from .wording_index import WordingIndex

Read = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""The texts of `lookups`, each with its embedding (D,) and its likeness to the wordings (n,)."""

_SAME_AT_ONCE = 0.8  # cosine from which on a wording covers both simultaneous actions

_SAME_WAY = 40.0  # degrees within which a motion's own direction is the requested one
_SURE_BESIDE = 0.98  # confidence from which on a wording means a simultaneous action, whatever it is called
_CLEAR = 0.9  # confidence from which on a wording means the step, whichever words they share
_RUNS, _WALKS = frozenset(["run", "jog", "sprint", "dash"]), frozenset(["walk", "stroll", "march", "stride", "strid"])
_CRAWLS = frozenset(["crawl"])
_GAITS = (_RUNS, _WALKS), (_WALKS, _RUNS), (_CRAWLS, _WALKS), (_CRAWLS, _RUNS)
_OFTEN = 0.03  # share of a class's wordings with a verb from which on the class is done by it
_TO_AN_ACT = re.compile(r"(?P<verb>[a-z]+) (?:an?|the|his|her|two|some|incoming) (?:[a-z]+ )?(?P<act>[a-z]+)$")
_ALONG = re.compile(r" (?:across|along|over|around|towards?|to|at|in) (?:the|an?|his|her|their|some) ")
_AS_IF = re.compile(r" (?:like|as if|as though) (?:he|she|they|it|someone|somebody|the)\b")
_TO_A_THING = re.compile(
    r" (?:(?:over|up|back|out) )?(?:to|towards?|against|past|on) (?:the|an?|his|her|their|its) \w+"
)


def last_resorts(segment: Segment) -> set[str]:
    """Returns the texts that are only looked up if nothing else is known."""
    usual = {segment.text, segment.bare, *segment.together}
    if segment.plain:
        usual |= {segment.plain.text, segment.plain.bare}
    return {one for each in (segment, segment.plain) if each for one in (each.core, each.verb)} - usual


def lookups(segment: Segment, index: WordingIndex) -> list[str]:
    """Returns the texts to look up for a step: as written and shortened, until one is a wording.

    Also the texts of simultaneous actions, together and separately, and those of the step without its manner.
    """
    found: list[str] = []
    for text in (segment.text, segment.bare, segment.core, segment.verb):
        if text and text not in found:
            found.append(text)
        if index.understands(text.lower()):
            break
    if segment.plain:
        found += lookups(segment.plain, index)
    return found + ([_at_once(segment), *segment.together] if segment.together else [])


def _at_once(segment: Segment) -> str:
    return " while ".join((segment.text, *segment.together))


def chosen(index: WordingIndex, segment: Segment, read: Read) -> Choice:
    """Returns the choice for a step: for one with a manner a motion in it if there is one, otherwise a plain motion."""
    choice = _without_manner(index, segment, read)
    if segment.plain is None:
        return choice
    told = set(choice.wording.lower().split())
    styled = told & manners()[segment.manner].words and content(segment.plain.text) & content(choice.wording)
    if choice.sure and styled:
        return replace(choice, styled=True)
    plain = _without_manner(index, segment.plain, read)
    return plain if plain.sure or not choice.sure else choice


def _without_manner(index: WordingIndex, segment: Segment, read: Read) -> Choice:
    """Returns the choice for a step, whatever its manner. read: of each text to look up its embedding (D,) and its
    cosines to the wordings (n,)."""
    said = _as_said(index, segment, read)
    choice = _shortened(index, segment, read, said)
    if not choice.sure and (acts := _without_name(index, segment)):
        return _without_manner(index, replace(segment, text=acts, bare=acts, core=acts, verb="", plain=None), read)
    choice = _by_what_is_done(index, segment, read, choice)
    if not choice.taken and doubtful(index, segment, choice, _sense(index, segment, read, said)):
        choice = replace(choice, confidence=min(choice.confidence, GUESSED))
    return _with_simultaneous(index, segment, read, choice) if segment.together else choice


def _sense(index: WordingIndex, segment: Segment, read: Read, said: Choice) -> float:
    """Returns the sense of a step: of "runs for president", though "runs" is known.

    said: the choice for it as it is written, which knows the sense; where it is clear, the step asks for a movement.
    """
    if any(index.understands(text.lower()) for text in (segment.text, segment.bare) if text):
        return 1.0
    sense = index.sense(segment.text, read[segment.text][0])
    return max(sense, MOVES) if said.confidence >= _CLEAR else sense


def _looked_up(index: WordingIndex, segment: Segment, text: str, read: Read) -> Choice:
    """Returns the choice for a step, said as `text`."""
    return index.choose(replace(segment, text=text), *read[text])


def _as_said(index: WordingIndex, segment: Segment, read: Read) -> Choice:
    """Returns the choice for a step as it is written, or without side, way and speed, whichever means it better."""
    choice = _looked_up(index, segment, segment.text, read)
    if segment.bare == segment.text or segment.bare not in lookups(segment, index):
        return choice
    said, plainly = segment.text.lower(), segment.bare.lower()
    bare = _looked_up(index, segment, segment.bare, read)
    goes_there = segment.travel is not None and _goes(choice, segment) and not _goes(bare, segment)
    if bare.confidence > choice.confidence and not (choice.sure and goes_there):
        return bare
    says_it = " " in plainly and not segment.side and index.knows(plainly) and not index.knows(said)
    lacks_it = not content(plainly) <= content(choice.wording)  # "dodge roll to the right" is no dodge
    if says_it and (segment.travel is None or _goes(bare, segment) or lacks_it):
        return bare
    # "jumps backward" is rather a jump than a way backward
    names_it = [bool(content(segment.bare) & content(one.wording)) for one in (choice, bare)]
    return bare if bare.sure and choice.confidence < 1.0 and names_it == [False, True] else choice


def _shortened(index: WordingIndex, segment: Segment, read: Read, choice: Choice) -> Choice:
    """Returns the choice, or that of what is done alone, if only that is known."""
    looked_up = lookups(segment, index)
    for text in (segment.core, segment.verb):
        if not choice.sure and text in looked_up:
            shorter = _looked_up(index, segment, text, read)
            choice = shorter if shorter.sure else choice
    return choice


def _by_what_is_done(index: WordingIndex, segment: Segment, read: Read, choice: Choice) -> Choice:
    """Returns the choice, or that of what is done, if the wording shares only the place, or who does it."""
    if not choice.sure:
        return choice
    if _only_who_or_where(index, segment, choice):
        core = _looked_up(index, segment, segment.core, read)
        if segment.verb and (not core.sure or _other_gait(segment, core)):  # "zombie_crawl", which is looked up whole
            core = _looked_up(index, segment, segment.verb, read)
        if core.sure and content(segment.core) & content(core.wording):
            choice = core
        elif _only_who(segment, choice):
            choice = replace(choice, confidence=min(choice.confidence, GUESSED))
    if _only_likened(segment, choice):
        core = _looked_up(index, segment, segment.core, read)
        choice = core if core.sure else choice
    if verb := _verb_of_an_act(index, segment, choice):
        done = _looked_up(index, segment, verb, read)
        choice = done if done.sure else choice
    return choice


def _after(segment: Segment) -> str:
    """Returns the words of a step after what is done, " to the window"; the core's verb may be in another form."""
    rest = segment.text.lower().partition(segment.core)[2] if segment.core else ""
    return rest.lstrip("abcdefghijklmnopqrstuvwxyz")


def _only_likened(segment: Segment, choice: Choice) -> bool:
    """Checks whether the step is only said to look as if somebody did something else, "walks as if she waited for a
    call", which no wording says in the same way."""
    rest = _after(segment)
    return choice.confidence < _CLEAR and _AS_IF.match(rest) is not None


def _verb_of_an_act(index: WordingIndex, segment: Segment, choice: Choice) -> str:
    """Returns what is done to an act of which alone the wording tells: "dodges" of "dodges a punch", taken for a punch;
    empty for anything else."""
    match = _TO_AN_ACT.match(segment.core.lower())
    if match is None or choice.confidence == 1.0 or not is_action(match["verb"]) or not is_action(match["act"]):
        return ""
    told = {stem(word) for word in choice.wording.lower().split()}
    other = stem(match["act"]) in told and stem(match["verb"]) not in told | index.vocabulary_of(choice.action)
    return match["verb"] if other and index.understands(match["verb"]) else ""


def _with_simultaneous(index: WordingIndex, segment: Segment, read: Read, choice: Choice) -> Choice:
    """Returns the choice with that of a simultaneous action: one motion if there is one for both, otherwise two."""
    both = _looked_up(index, segment, _at_once(segment), read)
    tells_both = all(
        content(text) & content(both.wording) for text in (segment.bare or segment.text, segment.together[0])
    )
    if both.alike > _SAME_AT_ONCE and tells_both:
        return replace(both, at_once=True)
    second = Segment(segment.together[0], segment.together[0])
    beside = index.choose(second, *read[second.text])
    sense = _sense(index, second, read, beside)
    known = beside.sure and beside.motion != choice.motion and not doubtful(index, second, beside, sense)
    acts = {stem(word) for word in second.text.lower().split() if is_action(word)}
    if acts and beside.confidence < _SURE_BESIDE and not acts & content(beside.wording):  # "holding on to a chair" sits
        known = False
    return replace(choice, beside=beside if known else None)


def _without_name(index: WordingIndex, segment: Segment) -> str:
    """Returns a step's text without the name of who does it: "walks" for "John walks"; empty where none is named."""
    capitals = {word.lower() for word in segment.said.split() if word[0].isupper() and not is_action(word.lower())}

    def names(word: str) -> bool:
        character = index.understands(word) and not is_action(word)  # "skeleton", who has a motion of its own
        return word in capitals or character or index.names_somebody(word)

    return without_name(segment.text, names)


def _only_who_or_where(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording shares only the place, or only who does it, and means another action.

    So does "a substitute on the bench" for "walks to the bench", and "a magician" for "the magician bows". Who does it
    may name a manner, too: "a zombie" is no other action for "the zombie walks".
    """
    done, shared = content(segment.core), content(segment.text) & content(choice.wording)
    if _other_gait(segment, choice):
        return True
    if choice.confidence < 1.0 and _on_the_way(segment, choice):
        return True
    if choice.confidence < _CLEAR and done and not shared and any(map(index.understands, (segment.core, segment.verb))):
        return True  # "a person is dizzy" for "hyperactive kid jumping around after too much sugar"
    if choice.confidence == 1.0 or not done or not shared or shared & done:
        return False
    rest = _after(segment)
    if rest.startswith(" like ") and shared <= content(rest) and index.understands(segment.core):
        told = {stem(word) for word in choice.wording.lower().split() if is_action(word) and not is_agent(word)}
        return bool(told - content(segment.text))  # "ballerina strikes a pose" for "twirls like a ballerina"
    if _goes_otherwise(index, segment, choice):
        return True
    if choice.confidence > _CLEAR:  # "backpedals, defender in soccer", "crawls across the floor on hands and knees"
        goes = begins(segment.core.split()[0], grammar()["moves"]) and index.understands(segment.core)
        return rest.startswith(",") or (goes and _ALONG.match(rest) is not None and not shared - content(rest))
    if shared <= content(rest) and not rest.startswith(" like "):
        return True
    acts = any(is_action(word) and not is_agent(word) for word in choice.wording.lower().split())
    return not acts and index.share_with(segment.core.split()[0], choice.action) < _OFTEN


def _other_gait(segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording goes in another gait than the step says: "walks diagonally" for "runs diagonally"."""
    of_class = choice.action.replace("_", " ")  # a zombie walks, though no wording of it says so
    said, told = (set(map(stem, text.lower().split())) for text in (segment.text, f"{choice.wording} {of_class}"))
    return any(said & one and told & other and not (said & other or told & one) for one, other in _GAITS)


def _goes_otherwise(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether somebody goes, and the wording tells of something else that one like them does on the spot:
    "warehouse worker moves a parcel" for "a tired worker trudges in"."""
    verb, who = segment.core.split()[0], segment.text.lower().partition(segment.core)[0]
    goes = begins(verb, grammar()["moves"]) and not any(is_action(word) and not is_agent(word) for word in who.split())
    told = stem(verb) in index.told_of(choice.motion) or choice.facts.travel is not None
    return goes and not told and _only_who(segment, choice)


def _on_the_way(segment: Segment, choice: Choice) -> bool:
    """Checks whether somebody goes to a thing or leans on it, and the wording tells of something else that is done to
    it: "carries a table" for "walks to the table"."""
    leads_there = _TO_A_THING.match(_after(segment))
    if leads_there is None or not begins(segment.core.split()[0], [*grammar()["moves"], "lean"]):
        return False
    said, told = (
        {stem(word) for word in text.lower().split() if is_action(word)} for text in (segment.text, choice.wording)
    )
    return bool(told - said)


def _only_who(segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording shares only who does it: "an angry person" with "an angry person stomps around"."""
    who = segment.text.lower().partition(segment.core)[0]
    return content(segment.text) & content(choice.wording) <= content(who)


def _goes(choice: Choice, segment: Segment) -> bool:
    """Checks whether a motion already travels in the requested direction."""
    travel, asked = choice.facts.travel, segment.travel
    return travel is not None and asked is not None and apart(travel, asked) < _SAME_WAY
