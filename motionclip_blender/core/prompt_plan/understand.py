"""Finds the motions for the steps of a prompt: understands it, takes what the user chose, refuses what is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from ..angles import apart
from ..errors import UserError
from ..modifiers.manner import manners
from .choice import Choice
from .doubts import GUESSED, doubtful, not_done_by_persons
from .grammar import STANDS, begins, grammar, is_action, verb_of
from .left_out import left_out
from .looked_up import without_name
from .plan import Plan, Segment
from .read import read_plan
from .word_features import content, stem
from .wording_index import WordingIndex

if TYPE_CHECKING:
    from ..engine import Engine

SAME_AT_ONCE = 0.8
"""Cosine from which on a wording covers both simultaneous actions."""

_SAME_WAY = 40.0  # degrees within which a motion's own direction is the requested one
_CLEAR = 0.9  # confidence from which on a wording means the step, whichever words they share
_OFTEN = 0.03  # share of a class's wordings with a verb from which on the class is done by it
_TO_A_THING = re.compile(
    r"\w* (?:(?:over|up|back|out) )?(?:to|towards?|against|past) (?:the|an?|his|her|their|its) \w+"
)
_MANY = 4  # steps of which one that is not known is left out
_KEPT = 64  # prompts whose meaning is cached: those of a timeline

_understood: WeakKeyDictionary[WordingIndex, dict[str, tuple[Plan, tuple[Choice, ...]]]] = WeakKeyDictionary()


class NotUnderstood(UserError):
    """A step of a prompt has no known meaning.

    takes: for each step before it, what the user has taken it for, and an empty text for it; nearest: wordings near it.
    """

    def __init__(self, sentence: str, takes: tuple[str, ...], nearest: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.takes, self.nearest = takes, nearest

    def taking(self, wording: str) -> tuple[str, ...]:
        """Returns the takes with which the step is made as a wording."""
        return (*self.takes[:-1], wording)


def understand(engine: Engine, index: WordingIndex, prompt: str) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns a prompt's plan and the choices for its steps. Raises `UserError` for a prompt that cannot be read.

    The last `_KEPT` prompts are cached with the index, whose answers are always the same.
    """
    known = _understood.setdefault(index, {})
    if prompt not in known:
        plan = read_plan(prompt, index.spelling, index.understands)
        plan, choices = _joined(engine, index, plan, taken_for(engine, index, plan.segments))
        plan, choices = _shown(*_with_gestures_alone(engine, index, plan, choices))
        plan, choices = _without_one_unknown(plan, choices)
        missing = (said for step in zip(plan.segments, choices, strict=True) for said in left_out(index, *step))
        known[prompt] = replace(plan, remarks=tuple(dict.fromkeys((*plan.remarks, *missing)))), choices
        while len(known) > _KEPT:
            known.pop(next(iter(known)))
    return known[prompt]


def _joined(
    engine: Engine, index: WordingIndex, plan: Plan, choices: tuple[Choice, ...]
) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns the plan with a step that means nothing known joined to the one before, where a wording tells of both:
    "sits on the ground and hugs her knees"."""
    for i in range(1, len(choices)):
        before, segment = plan.segments[i - 1 : i + 1]
        if choices[i].sure or before.gesture or segment.gesture or before.together or segment.count:
            continue
        text, said = f"{before.text} and {segment.text}", f"{before.said} and {segment.said}"
        both = replace(before, text=text, said=said, bare=text, core="", verb="", plain=None)
        (choice,) = taken_for(engine, index, [both])
        told, asked = content(choice.wording), content(segment.text)
        if choice.sure and content(before.text) & told and len(asked & told) * 2 >= len(asked):
            plan = replace(plan, segments=(*plan.segments[: i - 1], both, *plan.segments[i + 1 :]))
            return _joined(engine, index, plan, (*choices[: i - 1], choice, *choices[i + 1 :]))
    return plan, choices


def _with_gestures_alone(
    engine: Engine, index: WordingIndex, plan: Plan, choices: tuple[Choice, ...]
) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns the plan with gestures made by who stands, where what is done beside them means nothing known."""
    segments, chosen, remarks = list(plan.segments), list(choices), list(plan.remarks)
    for i, (segment, choice) in enumerate(zip(plan.segments, choices, strict=True)):
        if segment.gesture is None or choice.sure:
            continue
        gesture = replace(segment.gesture, alone=True)
        segments[i] = Segment(STANDS, segment.said, STANDS, STANDS, gesture=gesture, seconds=segment.seconds)
        chosen[i] = taken_for(engine, index, [segments[i]])[0]
        remarks.append(f'Of "{segment.said}" only what is made by rule is shown; the rest is nothing that is known.')
    return replace(plan, segments=tuple(segments), remarks=tuple(remarks)), tuple(chosen)


def _shown(plan: Plan, choices: tuple[Choice, ...]) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns the plan without steps that say nothing of how the body moves, such as "smiles", if others do."""
    steps = list(zip(plan.segments, choices, strict=True))
    left_out = [segment for segment, choice in steps if _unshown(segment, choice)]
    if not left_out or len(left_out) == len(steps):
        return plan, choices
    remarks = (f'"{segment.said}" shows no movement that is known and is left out.' for segment in left_out)
    kept = [(segment, choice) for segment, choice in steps if segment not in left_out]
    segments, chosen = zip(*kept, strict=True)
    return replace(plan, segments=segments, remarks=(*plan.remarks, *remarks)), chosen


def _without_one_unknown(plan: Plan, choices: tuple[Choice, ...]) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns the plan without a step that means nothing known, if it is the only one of many."""
    unknown = [i for i, choice in enumerate(choices) if not choice.sure]
    if len(unknown) != 1 or len(choices) < _MANY:
        return plan, choices
    (at,) = unknown
    said, near = plan.segments[at].said, choices[at].wording
    remark = f'"{said}" is nothing that is known and is left out; nearest: "{near}".'
    kept = (*plan.segments[:at], *plan.segments[at + 1 :])
    return replace(plan, segments=kept, remarks=(*plan.remarks, remark)), (*choices[:at], *choices[at + 1 :])


def _unshown(segment: Segment, choice: Choice) -> bool:
    """Checks whether a step says nothing of how the body moves, and means no wording.

    A verb alone means a wording only if it is one: "laughs" may be, "recovers" is not "recovers from a knockdown".
    """
    if not_done_by_persons(segment):  # "while the music plays"
        return True
    said = (segment.core or segment.bare).lower()
    actions = [word for word in re.findall(r"[a-z]+", said) if is_action(word)]
    if not actions or not all(verb_of(word, grammar()["unshown"]) for word in actions):
        return False
    return not choice.sure or (choice.confidence < 1.0 and len(content(said)) == 1)


def taken_for(engine: Engine, index: WordingIndex, segments: Sequence[Segment]) -> tuple[Choice, ...]:
    """Returns the choice for each segment. All texts go through the text tower together, but those of last resort."""
    read = _Read(engine, index)
    read.add(text for segment in segments for text in _lookups(segment, index) if text not in _last_resorts(segment))
    return tuple(_chosen(index, segment, read) for segment in segments)


class _Read(dict[str, tuple[np.ndarray, np.ndarray]]):
    """Each text -> its embedding (D,) and its cosines to the wordings (n,). Encodes a text when it is asked for."""

    def __init__(self, engine: Engine, index: WordingIndex) -> None:
        super().__init__()
        self._engine, self._index = engine, index

    def add(self, texts: Iterable[str]) -> None:
        new = list(dict.fromkeys(texts))
        embeddings = self._engine.encode_texts(new)
        self.update(zip(new, zip(embeddings, self._index.alike(embeddings), strict=True), strict=True))

    def __missing__(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        self.add([text])
        return self[text]


def _last_resorts(segment: Segment) -> set[str]:
    """Returns the texts that are only looked up if nothing else is known."""
    usual = {segment.text, segment.bare, *segment.together}
    if segment.plain:
        usual |= {segment.plain.text, segment.plain.bare}
    return {one for each in (segment, segment.plain) if each for one in (each.core, each.verb)} - usual


def _lookups(segment: Segment, index: WordingIndex) -> list[str]:
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
        found += _lookups(segment.plain, index)
    return found + ([_at_once(segment), *segment.together] if segment.together else [])


def _at_once(segment: Segment) -> str:
    return " while ".join((segment.text, *segment.together))


def _chosen(index: WordingIndex, segment: Segment, read: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Choice:
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


def _without_manner(index: WordingIndex, segment: Segment, read: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Choice:
    """Returns the choice for a step, whatever its manner.

    Simultaneous actions are one motion if there is one for both, otherwise two.

    read: of each text to look up its embedding (D,) and its cosines to the wordings (n,).
    """
    choice, looked_up = index.choose(segment, *read[segment.text]), _lookups(segment, index)
    if segment.bare in looked_up and segment.bare != segment.text:
        said, plainly = segment.text.lower(), segment.bare.lower()
        says_it = " " in plainly and not segment.side and index.knows(plainly) and not index.knows(said)
        bare = index.choose(replace(segment, text=segment.bare), *read[segment.bare])
        goes_there = segment.travel is not None and _goes(choice, segment) and not _goes(bare, segment)
        better = bare.confidence > choice.confidence and not (choice.sure and goes_there)
        # "jumps backward" is rather a jump than a way backward
        names_it = [bool(content(segment.bare) & content(one.wording)) for one in (choice, bare)]
        lacks_it = not content(plainly) <= content(choice.wording)  # "dodge roll to the right" is no dodge
        stays_true = says_it and (segment.travel is None or _goes(bare, segment) or lacks_it)
        rather = bare.sure and choice.confidence < 1.0 and names_it == [False, True]
        choice = bare if better or stays_true or rather else choice
    if not choice.sure and segment.core in looked_up:
        core = index.choose(replace(segment, text=segment.core), *read[segment.core])
        choice = core if core.sure else choice
    if not choice.sure and segment.verb in looked_up:
        verb = index.choose(replace(segment, text=segment.verb), *read[segment.verb])
        choice = verb if verb.sure else choice
    if not choice.sure and (acts := _without_name(index, segment)):
        plain = replace(segment, text=acts, bare=acts, core=acts, verb="", plain=None)
        return _without_manner(index, plain, read)
    if choice.sure and _only_who_or_where(index, segment, choice):
        core = index.choose(replace(segment, text=segment.core), *read[segment.core])
        if core.sure and content(segment.core) & content(core.wording):
            choice = core
        elif _only_who(segment, choice):
            choice = replace(choice, confidence=min(choice.confidence, GUESSED))
    if not choice.taken and doubtful(index, segment, choice):
        choice = replace(choice, confidence=min(choice.confidence, GUESSED))
    if not segment.together:
        return choice
    whole = replace(segment, text=_at_once(segment))
    both = index.choose(whole, *read[whole.text])
    tells_both = all(
        content(text) & content(both.wording) for text in (segment.bare or segment.text, segment.together[0])
    )
    if both.alike > SAME_AT_ONCE and tells_both:
        return replace(both, at_once=True)
    second = Segment(segment.together[0], segment.together[0])
    beside = index.choose(second, *read[second.text])
    known = beside.sure and beside.motion != choice.motion and not doubtful(index, second, beside)
    return replace(choice, beside=beside if known else None)


def _without_name(index: WordingIndex, segment: Segment) -> str:
    """Returns a step's text without the name of who does it: "walks" for "John walks"; empty where none is named."""
    capitals = {word.lower() for word in segment.said.split() if word[0].isupper() and not is_action(word.lower())}
    return without_name(segment.text, lambda word: word in capitals or index.names_somebody(word))


def _only_who_or_where(index: WordingIndex, segment: Segment, choice: Choice) -> bool:
    """Checks whether a wording shares only the place, or only who does it, and means another action.

    So does "a substitute on the bench" for "walks to the bench", and "a magician" for "the magician bows". Who does it
    may name a manner, too: "a zombie" is no other action for "the zombie walks".
    """
    done, shared = content(segment.core), content(segment.text) & content(choice.wording)
    if choice.confidence < 1.0 and _on_the_way(segment, choice):
        return True
    if choice.confidence > _CLEAR or not done or not shared or shared & done:
        return False
    rest = segment.text.lower().partition(segment.core)[2]
    if shared <= content(rest) and not rest.startswith(" like "):
        return True
    acts = any(is_action(word) for word in choice.wording.lower().split())
    return not acts and index.share_with(segment.core.split()[0], choice.action) < _OFTEN


def _on_the_way(segment: Segment, choice: Choice) -> bool:
    """Checks whether somebody goes to a thing or leans on it, and the wording tells of something else that is done to
    it: "carries a table" for "walks to the table"."""
    leads_there = _TO_A_THING.match(segment.text.lower().partition(segment.core)[2]) if segment.core else None
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


def as_taken(
    engine: Engine, index: WordingIndex, plan: Plan, choices: Sequence[Choice], takes: Sequence[str]
) -> tuple[Choice, ...]:
    """Returns the choices with what the user has chosen in their place.

    takes: a wording for each step, empty for the choice itself; as many as there are steps, or fewer. Raises
    `UserError` for a step that the prompt does not have, and for a text that is none of the pack's wordings.
    """
    if len(takes) > len(choices):
        raise UserError(
            f"There is no step {len(takes)} to choose a wording for; the last step of this prompt is {len(choices)}."
        )
    found = list(choices)
    for i, wording in enumerate(takes):
        if wording and not index.knows(wording.lower()):
            near = index.choose(Segment(wording, wording), engine.encode_text(wording))
            told = ", ".join(f'"{one}"' for one in (near.wording, *near.others[:2]))
            raise UserError(
                f'Step {i + 1} is to be taken for "{wording}", which is no wording of this pack; nearest: {told}; '
                "choose one of these, or make the prompt anew."
            )
        if wording:
            found[i] = index.taken(choices[i], wording)
    return tuple(found)


def refuse_guesses(plan: Plan, choices: Sequence[Choice]) -> None:
    """Raises `NotUnderstood` with the nearest wordings for the first step that has no known meaning."""
    for number, (segment, choice) in enumerate(zip(plan.segments, choices, strict=True)):
        if not choice.sure:
            nearest = (choice.wording, *choice.others)
            near = ", ".join(f'"{wording}"' for wording in nearest[:3])
            raise NotUnderstood(
                f'Nothing known is like "{segment.said}"; nearest: {near}; switch "Make the nearest anyway" (--guess) '
                "on to have the nearest made.",
                (*(one.wording if one.taken else "" for one in choices[:number]), ""),
                nearest,
            )
