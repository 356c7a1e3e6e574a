"""Converts a prompt to a plan by rules: `read_plan`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..errors import UserError
from .again import with_repeats
from .amounts import plain_amounts
from .exercises import exercises_written_out
from .gesture import TOUCHES, Gesture
from .gestures import gesture_of, only_by_rule
from .grammar import STANDS, begins, grammar, inflected, is_action
from .language import other_language
from .negation import without_negated
from .paths import written_out
from .plain_prompt import plain_prompt, without_courtesies
from .plan import Plan, Segment
from .references import References, hands_named, likened
from .segments import goes, read_segment, turns_to_go
from .spanning import told_in_steps
from .spelling import Spelling, spelled_out
from .split import Clause, clauses
from .subject_manner import with_manner_of_subject
from .taken_up import taken_up
from .transitions import start_posture, transitions_written_out
from .word_features import content

MAX_SEGMENTS = 24

_THAN = re.compile(r"(?:,| and) than (?=\w)", re.IGNORECASE)  # misspelt "then"
_ENDS_IN_AND = re.compile(r"^and | and$")
_WORD = re.compile(r"[A-Za-z]+")
_COMES_BACK = re.compile(r"\b(?:walk|run|jog|go|come|crawl|sprint)(?:s|es|ing|ning)? (?:all the way )?back(?: again)?$")
_ACTS_OUT = re.compile(  # "plays air guitar", where "air guitar" is known
    r"^(?:(?:the|a|an|some)?(?:one|body)? ?\w* )?(?:is |are )?(?:do|does|doing|play|plays|playing|danc(?:e|es|"
    r"ing)(?= (?:the|an?) )|"
    r"performs?|performing|imitates?|practi[cs]es?|makes?) (?:the |an? |some )?"
)
_KEEPS = re.compile(r"\b(?:keep(?:s|ing)?|kept|stay(?:s|ing)?|remain(?:s|ing)?|held|still|always)\b")
_ONGOING = re.compile(r"\w+ing\b", re.IGNORECASE)
_LOWERED = ("down",)  # places where a hand puts down what it holds
_ONLY_STANDS = re.compile(r"(?:(?:he|she|they) )?stands?(?: up)?(?: again)?")
_AND_DOES = re.compile(r"\band (?:then )?\w+(?:s|ing) (?:the|his|her|their|an?|its)\b")  # what no list of verbs has
_TOKEN = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[a-z]+)?|[^A-Za-zÀ-ÿ]+")


def read_plan(prompt: str, spelling: Spelling, known: Callable[[str], bool] = lambda text: False) -> Plan:
    """Returns the plan of a prompt. Deterministic.

    Raises `UserError` with one sentence for a prompt that is empty, too long, in another language, or asks for nothing.
    spelling: made of the pack's wordings.
    known: whether a text, in lower case, is one of them.
    """
    text = plain_amounts(without_courtesies(plain_prompt(prompt)))
    language = None if known(text.lower()) else other_language(text, spelling.in_wordings)
    if language:
        of = "in another language" if language == "another script" else f"in {language}"
        raise UserError(f"English is the language here, and the prompt seems to be {of}; write it in English.")
    remarks: list[str] = []
    text = _without_accents(text)
    text = _THAN.sub(" then ", text)
    spelled = spelled_out(text, spelling)
    named = spelled != text
    whole = known(spelled.lower())
    spelled = transitions_written_out(spelled, gaits=named and not whole, known=whole)
    text, mended = _mended(spelled, spelling)
    text = exercises_written_out(text.strip(" .,;:!?-"))
    if not known(text.lower()):
        text, alike = likened(text, spelling.in_wordings)
        mended += alike
        text = written_out(told_in_steps(hands_named(text)))
    remarks += [f'Read "{wrong}" as "{right}".' for wrong, right in mended]
    segments: list[Segment] = []
    stands, references = False, References()
    for clause in with_repeats(clauses(text, lambda part: known(part.strip().lower()))):
        starts = "" if segments else start_posture(clause.text)
        done, said = _positive(references.put_in(taken_up(starts or clause.text, segments)), known)
        remarks += said
        if not done.strip():
            stands = True
            continue
        segment, said = _step(clause, done, _before(segments, done), known)
        remarks += said
        if segment is None:
            continue
        if segments and _tells_more(clause.text, segment, segments[-1]):
            segments[-1] = replace(segments[-1], side=segment.side, limb=segment.limb)
            continue
        if segments and (kept := _kept_meanwhile(clause.text, segment, segments[-1])) is not None:
            segments[-1] = kept
            continue
        if segments and segment.metres is None and _COMES_BACK.search(clause.text.lower()):
            segment = replace(segment, metres=next((step.metres for step in reversed(segments) if goes(step)), None))
        if segments and turns_to_go(segment):
            segment = replace(segment, turns_there=True)
        if named:
            segment = replace(segment, verb=segment.verb or _head(segment, known))
        segments.append(replace(segment, posture=bool(starts)))
    if len(segments) == 1:
        segments = [replace(segments[0], posture=False)]
    if not segments and stands:  # who does nothing of what is said stands
        segments.append(Segment(STANDS, text, STANDS, STANDS))
    if not segments:
        raise UserError(" ".join(remarks) or "The prompt asks for no movement; describe what the character does.")
    if len(segments) > MAX_SEGMENTS:
        remarks.append(f"The prompt has {len(segments)} steps; the first {MAX_SEGMENTS} are made.")
    return Plan(tuple(with_manner_of_subject(segments[:MAX_SEGMENTS])), tuple(dict.fromkeys(remarks)), named)


def _without_accents(text: str) -> str:
    """Returns a text with plain letters, as all wordings are written: "plie" for "plié"."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _before(segments: Sequence[Segment], clause: str) -> Segment | None:
    """Returns the step before a clause; before one that stands up again, that which got the body down: "kneels, prays,
    stands"."""
    waits = _ONLY_STANDS.fullmatch(clause.strip().lower())
    moved = [segment for segment in segments if segment.text != STANDS] if waits else segments
    return moved[-1] if moved else segments[-1] if segments else None


def _tells_more(clause: str, segment: Segment, before: Segment) -> bool:
    """Checks whether a clause only says with which limb the step before is done: "limps, dragging the right leg"."""
    same = content(segment.bare) == content(before.bare) and bool(content(segment.bare))
    return same and bool(segment.side) and not before.side and bool(_ONGOING.match(clause.strip()))


def _kept_meanwhile(clause: str, segment: Segment, before: Segment) -> Segment | None:
    """Returns the step before with hands where a clause says that they are kept, which is no step: "kicks, and keeps
    the guard up"; None for other clauses, and after what is done with the arms."""
    gesture = segment.gesture
    if gesture is None or not gesture.alone or before.gesture is not None or before.text == STANDS:
        return None
    still = all(one.kind == TOUCHES and not one.moves for one in gesture.all)
    by_arms = any(begins(word, grammar()["arm_actions"]) for word in before.text.split())
    if by_arms or not still or not _KEEPS.search(clause.lower()):
        return None
    return replace(before, gesture=replace(gesture, alone=False))


def _positive(clause: str, known: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Returns what a clause asks for, without what it says is not done, and sentences about what was left out; a
    wording stays whole."""
    return (clause, []) if known(clause.strip().lower()) else without_negated(clause)


def _step(
    clause: Clause, done: str, before: Segment | None, known: Callable[[str], bool]
) -> tuple[Segment | None, list[str]]:
    """Returns a clause as a step, or None if it asks for nothing, and sentences about what was not read as written.

    done: the text of the clause as it is read. before: the preceding step.
    """
    gesture, done = _gesture_in(done, known)
    together = clause.together
    if gesture is not None and gesture.alone and together:
        second, rest = _gesture_in(together[0], known)
        if second is not None and second.alone:
            gesture, together = gesture.with_also(second), together[1:]
        else:  # "claps while jumping" jumps
            gesture, done, together = replace(gesture, alone=False), together[0], together[1:]
    segment, remarks = read_segment(done, before)
    if gesture is not None and gesture.alone and _AND_DOES.search(done):
        remarks.append(only_by_rule(clause.text.strip()))
    if gesture is not None:  # the user has not written that somebody stands
        remarks = [said.replace(f'"{done.strip()}"', f'"{clause.text.strip()}"') for said in remarks]
    if segment is None:
        return None, remarks
    if _turns_on_the_way(segment) and known(clause.text.lower()):
        segment = replace(segment, text=clause.text.lower())  # "walks around a corner" is a wording itself
    if not known(segment.text):
        acted = _ACTS_OUT.sub("", segment.text)
        segment = replace(segment, text=acted if known(acted) else _in_third_person(segment.text, known))
    if gesture is not None:
        segment = replace(segment, said=clause.text.strip())
    if together:
        second, rest = _gesture_in(together[0], known)
        if second is not None:
            also = () if second.alone else (_ENDS_IN_AND.sub("", rest),)
            gesture = replace(gesture or second, alone=False, also=second if gesture else second.also)
            together = (*also, *together[1:])
    if gesture is not None:
        segment = _with_gesture(segment, gesture, before)
    return replace(segment, together=together), remarks


def _in_third_person(text: str, known: Callable[[str], bool]) -> str:
    """Returns "jumps to the right", as wordings say it, for "jump to the right"; a verb alone, which may be a noun,
    only if that is known."""
    verb, *others = text.split(" ")
    verb = verb.rstrip(",")
    compound = bool(others) and is_action(others[0])  # "dodge roll to the right"
    plain = (
        (bool(others) or known(inflected(verb, "s")))
        and not compound
        and is_action(verb)
        and not verb.endswith(("s", "ing", "ed"))
    )
    return " ".join((inflected(verb, "s"), *others)) if plain else text


def _gesture_in(clause: str, known: Callable[[str], bool]) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause names, and the clause without it; none of a clause that has a meaning."""
    if known(clause.strip().lower()):
        return None, clause
    gesture, rest = gesture_of(clause.lower())
    return gesture, clause if gesture is None else rest


def _with_gesture(segment: Segment, gesture: Gesture, before: Segment | None) -> Segment:
    """Returns a step with a gesture, which is counted, and done with the hand that it, or the one before, names."""
    if (
        gesture.kind == TOUCHES
        and len(gesture.sides) == 1
        and gesture.alone
        and not gesture.sided
        and segment.limb == "arm"
    ):
        gesture = replace(gesture, sides=(segment.side,))
    elif (
        gesture.place in _LOWERED and not gesture.sided and before is not None and before.limb == "arm" and before.side
    ):
        gesture = replace(gesture, sides=(before.side,))  # what one hand has held, it puts down
    if gesture.alone or gesture.moving:  # else it is the step that is counted: "three squats with the arms ahead"
        segment, gesture = replace(segment, count=None), replace(gesture, count=segment.count or gesture.count)
    segment = replace(segment, gesture=gesture)
    return _only_stands(segment) if gesture.alone else segment


def _only_stands(segment: Segment) -> Segment:
    """Returns a step of who stands, whoever and wherever that is."""
    plain = None if segment.plain is None else _only_stands(segment.plain)
    return replace(segment, text=STANDS, bare=STANDS, core=STANDS, verb="", side="", limb="", plain=plain)


def _turns_on_the_way(segment: Segment) -> bool:
    """Checks whether a step turns beside something else that it does."""
    goes_as_before = segment.text == "walks" or segment.text.startswith("crawl")
    return segment.turn is not None and not segment.on_spot and not goes_as_before


def _head(segment: Segment, known: Callable[[str], bool]) -> str:
    """Returns the action of a name as in games: "idle" of "idle tired", or what is known of it: "death"."""
    words = segment.bare.split()
    return next((word for word in words if is_action(word)), "") or next((word for word in words if known(word)), "")


def _mended(text: str, spelling: Spelling) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Returns the text with corrected spelling, and the pairs of misspelt and corrected words."""
    changed: dict[str, str] = {}

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        # a capitalised word inside a sentence is a name, not a mistake
        if not word[0].isalpha() or "'" in word or (word[0].isupper() and match.start() > 0):
            return word
        following = _WORD.match(text, match.end() + 1)
        preceding = _WORD.findall(text, 0, match.start())[-1:]
        right = spelling.mended(word, following[0] if following else "", preceding[0] if preceding else "")
        if right != word:
            changed[word] = right
        return right

    return _TOKEN.sub(mend, text), tuple(changed.items())
