"""Converts a prompt to a plan by rules: `read_plan`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from ..errors import UserError
from .grammar import is_action
from .language import other_language
from .plan import Plan, Segment
from .references import References, likened
from .segments import read_segment
from .spelling import Spelling, spelled_out
from .split import clauses

MAX_CHARACTERS = 2000
MAX_SEGMENTS = 24

_THAN = re.compile(r"(?:,| and) than (?=\w)", re.IGNORECASE)  # misspelt "then"
_TO_POSTURE = re.compile(r"^(?:stand|sit|lie|idle|crouch)(?:ing)? to (stand|sit|lie|crouch)(?:ing)?$", re.IGNORECASE)
_TO_STOP = re.compile(r"^(walk|run|jog|sprint)(?:ing)?(?: to)? stop$", re.IGNORECASE)
_POSTURES = {"stand": "stands up", "sit": "sits down", "lie": "lies down", "crouch": "crouches down"}
_WORD = re.compile(r"[A-Za-z]+")
_TOKEN = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[a-z]+)?|[^A-Za-zÀ-ÿ]+")


def read_plan(prompt: str, spelling: Spelling, known: Callable[[str], bool] = lambda text: False) -> Plan:
    """Returns the plan of a prompt. Deterministic.

    Raises `UserError` with one sentence for a prompt that is empty, too long, in another language, or asks for nothing.
    spelling: made of the pack's wordings.
    known: whether a text, in lower case, is one of them.
    """
    text = plain_prompt(prompt)
    language = other_language(text)
    if language:
        of = "in another language" if language == "another script" else f"in {language}"
        raise UserError(f"English is the language here, and the prompt seems to be {of}; write it in English.")
    remarks: list[str] = []
    text = _THAN.sub(" then ", text)
    spelled = spelled_out(text, spelling)
    named = spelled != text
    posture = _TO_POSTURE.match(spelled)
    spelled = _POSTURES[posture[1].lower()] if posture else spelled
    if named and not known(spelled.lower()):
        spelled = _TO_STOP.sub(r"\1s, then stops", spelled)
    text, mended = _mended(spelled, spelling)
    text = text.strip(" .,;:!?-")
    if not known(text.lower()):
        text, alike = likened(text, spelling.in_wordings)
        mended += alike
    remarks += [f'Read "{wrong}" as "{right}".' for wrong, right in mended]
    segments: list[Segment] = []
    references = References()
    for clause in clauses(text, lambda part: known(part.strip().lower())):
        segment, said = read_segment(references.put_in(clause.text), segments[-1] if segments else None)
        remarks += said
        if segment is not None and named:
            segment = replace(segment, verb=segment.verb or _head(segment))
        if segment is not None and _turns_on_the_way(segment) and known(clause.text.lower()):
            segment = replace(segment, text=clause.text.lower())  # "walks around a corner" is a wording itself
        if segment is not None:
            segments.append(replace(segment, together=clause.together, words=(*mended, *segment.words)))
    if not segments:
        raise UserError(" ".join(remarks) or "The prompt asks for no movement; describe what the character does.")
    if len(segments) > MAX_SEGMENTS:
        remarks.append(f"The prompt has {len(segments)} steps; the first {MAX_SEGMENTS} are made.")
    return Plan(tuple(segments[:MAX_SEGMENTS]), tuple(dict.fromkeys(remarks)))


def _turns_on_the_way(segment: Segment) -> bool:
    """Checks whether a step turns beside something else that it does."""
    return segment.turn is not None and not segment.on_spot and segment.text != "walks"


def _head(segment: Segment) -> str:
    """Returns the action of a name as in games: "idle" of "idle tired"."""
    return next((word for word in segment.bare.split() if is_action(word)), "")


def plain_prompt(prompt: str) -> str:
    """Returns the prompt on one line. Raises `UserError` for an empty one, one without words, or one too long."""
    text = " ".join(prompt.encode("utf-8", "ignore").decode("utf-8").split())
    text = "".join(c for c in text if unicodedata.category(c) != "Cc").replace("\u2019", "'")
    if not text:
        raise UserError('The prompt is empty; type what the character should do, such as "a person waves".')
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"The prompt has {len(text):,} characters; shorten it to {MAX_CHARACTERS:,} or fewer.")
    if not any(c.isalpha() for c in text):
        raise UserError("The prompt has no words; describe the movement in words.")
    return text


def _mended(text: str, spelling: Spelling) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Returns the text with corrected spelling, and the pairs of misspelt and corrected words."""
    changed: dict[str, str] = {}

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        # a capitalised word inside a sentence is a name, not a mistake
        if not word[0].isalpha() or "'" in word or (word[0].isupper() and match.start() > 0):
            return word
        following = _WORD.match(text, match.end() + 1)
        right = spelling.mended(word, following[0] if following else "")
        if right != word:
            changed[word] = right
        return right

    return _TOKEN.sub(mend, text), tuple(changed.items())
