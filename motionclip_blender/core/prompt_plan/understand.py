"""Understands a prompt: its steps and the motions for them; takes what the user chose, and refuses what is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from ..kept import Kept
from .choice import Choice
from .choosing import chosen, last_resorts, lookups
from .doubts import not_done_by_persons
from .gestures import only_by_rule
from .grammar import STANDS, grammar, is_action, verb_of
from .left_out import left_out
from .plan import Plan, Segment
from .read import read_plan
from .word_features import content
from .wording_index import WordingIndex

if TYPE_CHECKING:
    from ..engine import Engine

_MANY = 2  # steps for each one that is not known and left out
_KEPT = 64  # prompts whose meaning is cached: those of a timeline

_understood: Kept[WordingIndex, tuple[Plan, tuple[Choice, ...]]] = Kept(_KEPT)


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


def understand(
    engine: Engine, index: WordingIndex, prompt: str, guess: bool = False
) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns a prompt's plan and the choices for its steps. Raises `UserError` for a prompt that cannot be read.

    The last `_KEPT` prompts are cached with the index, whose answers are always the same.

    guess: keeps steps that mean nothing known; else a few of them are left out, and told.
    """
    asked = prompt, guess
    known = _understood.get(index, asked)
    return _understood.put(index, asked, _read(engine, index, prompt, guess)) if known is None else known


def _read(engine: Engine, index: WordingIndex, prompt: str, guess: bool) -> tuple[Plan, tuple[Choice, ...]]:
    plan = read_plan(prompt, index.spelling, index.understands)
    plan, choices = _joined(engine, index, plan, taken_for(engine, index, plan.segments))
    plan, choices = _shown(*_with_gestures_alone(engine, index, plan, choices))
    if not guess:
        plan, choices = _without_few_unknown(plan, choices)
    steps = zip(plan.segments, choices, strict=True)
    missing = (said for step in steps for said in left_out(index, *step, plan.named))
    return replace(plan, remarks=tuple(dict.fromkeys((*plan.remarks, *missing)))), choices


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
        remarks.append(only_by_rule(segment.said))
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


def _without_few_unknown(plan: Plan, choices: tuple[Choice, ...]) -> tuple[Plan, tuple[Choice, ...]]:
    """Returns the plan without steps that mean nothing known, if they are few: one of each `_MANY`."""
    unknown = [i for i, choice in enumerate(choices) if not choice.sure]
    if not unknown or len(unknown) * _MANY > len(choices):
        return plan, choices
    remarks = (
        f'"{plan.segments[i].said}" is nothing that is known and is left out; nearest: "{choices[i].wording}".'
        for i in unknown
    )
    kept = [i for i in range(len(choices)) if i not in unknown]
    segments = tuple(plan.segments[i] for i in kept)
    return replace(plan, segments=segments, remarks=(*plan.remarks, *remarks)), tuple(choices[i] for i in kept)


def _unshown(segment: Segment, choice: Choice) -> bool:
    """Checks whether a step says nothing of how the body moves, and means no wording.

    A verb alone means a wording only if it is one: "laughs" may be, "recovers" is not "recovers from a knockdown".
    """
    if not_done_by_persons(segment):  # "while the music plays"
        return True
    said = (segment.core or segment.bare).lower()
    words = re.findall(r"[a-z]+", said)
    actions = [word for word in words if is_action(word)] or words[:1]
    only_seen = bool(words) and verb_of(words[0], grammar()["unshown"]) and not choice.sure  # "watches it go"
    if not only_seen and (not actions or not all(verb_of(word, grammar()["unshown"]) for word in actions)):
        return False
    return not choice.sure or (choice.confidence < 1.0 and len(content(said)) == 1)


def taken_for(engine: Engine, index: WordingIndex, segments: Sequence[Segment]) -> tuple[Choice, ...]:
    """Returns the choice for each segment. All texts go through the text tower together, but those of last resort."""
    read = _Read(engine, index)
    read.add(text for segment in segments for text in lookups(segment, index) if text not in last_resorts(segment))
    return tuple(chosen(index, segment, read) for segment in segments)


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
