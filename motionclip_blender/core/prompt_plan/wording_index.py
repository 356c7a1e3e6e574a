"""Holds the wordings of a pack as texts, and chooses the motion for one step of a plan."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..errors import UserError
from ..inference.prompt_retrieval import PromptRetrieval
from ..inference.tensors import TensorError, read_tensors
from ..inference.text_tower import FOLDER as TOWER
from ..json_text import parsed_json
from ..pack import Pack
from .choice import SURE, Choice, Facts
from .dictionary import Dictionary
from .grammar import is_action, is_agent
from .hard_evidence import STAYS, HardEvidence
from .plan import Segment
from .sense import Sense
from .spelling import Spelling
from .word_features import (
    WORDS,
    Acts,
    WordTable,
    WordVectors,
    content,
    in_order,
    other_side,
    stem,
    tells_all,
    vocabulary_of,
)

TEXTS, NUMBERS = "wordings.json", "wordings.safetensors"

# Weight of the class's evidence relative to a wording's similarity. With 0.35 a seventh fewer find their class.
_CLASS = 3.0
_SURENESS = (7, 8, 9)  # weights of `sureness_features`, and a constant; earlier packs lack those of the last features
_SHARED = 0.25  # weight of shared words relative to cosines
_CONTAINED = 0.2  # weight of the share of the text's words that a wording has
_SHARPNESS = 0.02  # kernel width, as in `PromptRetrieval`
_FAR = 40  # kernel widths beyond which a wording has no weight
_VERBATIM = 6.0  # gain of a wording that equals the text, and of all of a class that it is a phrase for
_SAME_WORDS = 2.0  # gain of a wording with the same words: "someone lies on the side" for "lies on the side"
_MORE_DONE = 0.1  # loss for each action of a wording that the text does not name
_SAME_DONE = 0.04  # gain of a wording that has the first action that the text names
_FEW = 6  # wordings with a word, at most, that is rare
_SHORT = 2  # content words of a wording, at most, that each of them stands for
_LONG = 4  # words of a text from which on it is the wording with the same words
_SOMEBODY = re.compile(
    r"^(?:he|she|they|someone|somebody|(?:a|an|the|this) (?:man|woman|person|guy|figure|character|boy|girl))"
    r"(?: is| are)? "
)
_SEVERAL = re.compile(r"\b(?:and|then)\b|,")
_SIDED = re.compile(r"\b(?:left|right)\b", re.IGNORECASE)
_OTHERS = 4  # next best wordings
_OF_A_CLASS = 2  # most of them that have the class of the choice, or one class among themselves
_AT = 0.6  # largest `Near.distance` of a latent from the wordings whose motion it makes


class WordingIndex:
    """The pack's wordings: their texts, the evidence of words for classes, and measured facts of their motions."""

    def __init__(
        self,
        retrieval: PromptRetrieval,
        texts: dict,
        numbers: Mapping[str, np.ndarray],
        also: tuple[str, ...] = (),
        dictionary: Container[str] = (),
    ) -> None:
        """Builds the index. Raises `ValueError` if the data do not fit the table of `retrieval`.

        texts: contents of `TEXTS`.
        numbers: contents of `NUMBERS`.
        also, dictionary: further correctly spelt words, see `Spelling`.
        """
        self.texts = tuple(texts["texts"])
        self.actions = tuple(texts["classes"])
        self.facts = tuple(Facts(*each) for each in texts["motions"])
        self._words = WordVectors(texts["features"], numbers["weights"])
        self._classifier = numbers["classifier"].astype(np.float32)
        if "classifier_steps" in numbers:  # earlier packs have it in sixteen bits
            self._classifier *= numbers["classifier_steps"].astype(np.float32)
        self._bias = numbers["bias"].astype(np.float32)
        self._sureness = numbers["sureness"].astype(np.float64)
        if len(self._sureness) not in _SURENESS:
            raise ValueError("they were written for another version of the extension")
        self._sense = None
        if "sense" in numbers:  # earlier packs have none
            self._sense = Sense(texts["sense"], numbers["sense"], retrieval.width)
        self._retrieval, self._also, self._dictionary = retrieval, also, dictionary
        fits = len(self.texts) == len(retrieval) and len(self.facts) == len(retrieval.classes)
        if (
            not fits
            or len(self.actions) != len(self._bias)
            or len(self._classifier) != retrieval.width + len(self._words.known)
        ):
            raise ValueError("the texts are not those of the pack's wordings")
        self._of_text = {text.lower(): i for i, text in enumerate(self.texts)}
        self._phrases: dict[str, int] = {}
        for name, said in texts.get("phrases", {}).items():
            for text in said:  # "steps to the left" is a phrase for the class that "steps to the right" is one for
                self._phrases |= dict.fromkeys((text.lower(), other_side(text.lower())), self.actions.index(name))
        self._row_actions = retrieval.classes[retrieval.motions]
        counts = numbers["word_counts"].astype(int)
        if len(counts) != len(self.texts):
            raise ValueError("the words are not those of the wordings")
        self._table = WordTable(self._words, counts, numbers["word_features"].astype(int))
        # the wordings of each motion side by side, for the best of each in one pass
        self._by_motion = np.argsort(retrieval.motions, kind="stable")
        self._described, self._starts = np.unique(retrieval.motions[self._by_motion], return_index=True)
        self._hard = HardEvidence(self.texts, self.facts, retrieval.motions)

    @classmethod
    def load(cls, pack: Pack, retrieval: PromptRetrieval | None) -> WordingIndex:
        """Loads the index of a pack. Raises `UserError` when it has none, one of another table, or a damaged one."""
        if retrieval is None:
            raise _without_texts(pack)
        also = tuple(word for word in (TOWER / "vocab.txt").read_text(encoding="utf-8").split() if word.isalpha())
        english = Dictionary.load()
        try:
            texts, numbers = pack.folder / TEXTS, pack.folder / NUMBERS
            data, wanted = texts.read_bytes(), pack.checksum(texts)
            if wanted is not None and hashlib.sha256(data).hexdigest() != wanted:
                raise ValueError("their checksum is another than it should be")
            return cls(retrieval, parsed_json(data), read_tensors(numbers, pack.checksum(numbers)), also, english)
        except OSError as error:
            raise _without_texts(pack) from error
        except (TensorError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"The wordings of the pack {pack.folder} are damaged ({error}); install it again."
            ) from error

    def knows(self, text: str) -> bool:
        """Checks whether a text, in lower case, is one of the wordings."""
        return text in self._of_text

    def class_of(self, wording: str) -> str:
        """Returns the class of one of the wordings. Raises `KeyError` for another text."""
        return self.action_of(int(self._retrieval.motions[self._of_text[wording.lower()]]))

    def understands(self, text: str) -> bool:
        """Checks whether a text, in lower case, is one of the wordings, or a phrase for a class that tells of one step;
        so is a longer one whose words are those of a wording, whoever does it and on which side."""
        if text in self._of_text or (text in self._phrases and not _SEVERAL.search(text)):
            return True
        words = in_order(text)
        return len(words) >= _LONG and words in self._of_words

    def names_somebody(self, word: str) -> bool:
        """Checks whether a word in lower case may be a name: no wording has it, and it is no form of a verb."""
        known = stem(word) in self.vocabulary or is_action(word)
        return not known and not (word.endswith(("s", "ing", "ed", "ly")) and self.spelling.knows(word))

    @cached_property
    def spelling(self) -> Spelling:
        """The words of the wordings, for correcting prompts."""
        return Spelling(self.texts, self._also, self._dictionary)

    def alike(self, embeddings: np.ndarray) -> np.ndarray:
        """Returns the cosines between texts at `embeddings` (m, D) and each wording, (m, n) float32."""
        return self._retrieval.direction(embeddings) @ self._retrieval.directions.T

    def choose(self, segment: Segment, embedding: np.ndarray, alike: np.ndarray | None = None) -> Choice:
        """Returns the motion for a step.

        embedding: (D,) of `segment.text`, by the pack's text tower.
        alike: (n,) as `alike` returns it, where that is known; many texts at once take little longer than one.
        """
        direction = self._retrieval.direction(embedding[None])[0]
        alike = self.alike(embedding[None])[0] if alike is None else alike
        words = self._words.vector(segment.text)
        evidence = self.class_evidence(direction, words)
        shared, contained = self.shared_words(words), self.contained(segment.text)
        score = alike + _SHARED * shared + _CONTAINED * contained + _CLASS * evidence[self._row_actions]
        said = segment.text.strip().lower()
        words_said = in_order(said)
        verbatim, named = self._of_text.get(said), self._phrases.get(_SOMEBODY.sub("", said))
        hard, same = self._hard.of(segment), self._of_words.get(words_said)
        if same is not None and segment.both:  # "raises the arms" is not "raises the left arm"
            same = [row for row in same if not _SIDED.search(self.texts[row])] or None
        if verbatim is not None and hard[verbatim] > -STAYS:
            score[verbatim] += _VERBATIM
        elif same is not None:
            score[same] += _SAME_WORDS
        if verbatim is None and named is not None:
            score[self._row_actions == named] += _VERBATIM
        score += hard - _MORE_DONE * self._acts.more_than(said)
        score[self._of_word.get(_first_action(said), [])] += _SAME_DONE
        only = self._only_with(said) if verbatim is None and named is None and same is None else None
        if only is not None:
            score[only] += _SAME_WORDS
        motions = self._retrieval.motions
        near = np.flatnonzero(score > score.max() - _FAR * _SHARPNESS)
        votes = np.bincount(motions[near], np.exp((score[near] - score.max()) / _SHARPNESS), len(self.facts))
        motion = int(votes.argmax())
        best = int(np.where(motions == motion, score, -np.inf).argmax())
        if verbatim is not None or named is not None or same is not None or only is not None:
            confidence = 1.0
        else:
            sense = self._sense_of(direction, segment.text)
            confidence = self.confidence(
                segment.text, float(alike.max()), evidence, float(shared.max()), float(contained.max()), sense
            )
            if tells_all(content(segment.text), content(self.texts[best])):
                confidence = max(confidence, SURE)
        return Choice(
            motion,
            self.texts[best],
            self.actions[self._retrieval.classes[motion]],
            self._retrieval.latent(motion, score if verbatim is None else alike),
            self.facts[motion],
            confidence,
            float(alike.max()),
            tuple(self._next_best(score, motion)),
            self.usual_speeds.get(self.actions[self._retrieval.classes[motion]]),
        )

    def taken(self, choice: Choice, wording: str) -> Choice:
        """Returns what a user has chosen instead of `choice`: the motion of one of the pack's wordings.

        The wording of `choice` stays what it is. Raises `KeyError` for a text that is no wording.
        """
        if wording.lower() == choice.wording.lower():
            return replace(choice, taken=True)
        row = self._of_text[wording.lower()]
        motion = int(self._retrieval.motions[row])
        alike = self._retrieval.directions @ self._retrieval.directions[row]
        others = [one for one in (choice.wording, *choice.others) if one.lower() != wording.lower()]
        beside = choice.beside if choice.beside is not None and choice.beside.motion != motion else None
        return replace(
            choice,
            motion=motion,
            wording=self.texts[row],
            action=self.actions[self._retrieval.classes[motion]],
            latent=self._retrieval.latent(motion, alike),
            facts=self.facts[motion],
            others=tuple(others[:_OTHERS]),
            usual=self.usual_speeds.get(self.actions[self._retrieval.classes[motion]]),
            beside=beside,
            taken=True,
        )

    def after(self, latent: np.ndarray) -> str | None:
        """Returns `Facts.after` of the motion whose wordings a latent (D,) lies at; None if it lies at none."""
        (motion,) = self.motions_at(latent[None])
        return None if motion is None else self.facts[motion].after

    def motions_at(self, latents: np.ndarray) -> list[int | None]:
        """Returns the motions whose wordings latents (n, D) lie at; None for one that lies at none."""
        return [near.motion if near.distance < _AT else None for near in self._retrieval.nearest(latents)]

    def action_of(self, motion: int) -> str:
        """Returns the class of a motion."""
        return self.actions[self._retrieval.classes[motion]]

    def motions_of(self, action: str) -> list[tuple[str, np.ndarray]]:
        """Returns the motions of a class that wordings describe, each as its first wording and its latent (D,)."""
        number = self.actions.index(action)
        found = []
        for motion in np.flatnonzero(self._retrieval.classes == number):
            rows = np.flatnonzero(self._retrieval.motions == motion)
            if len(rows):
                found.append((self.texts[rows[0]], self._retrieval.latent(int(motion))))
        return found

    def class_evidence(self, direction: np.ndarray, words: np.ndarray) -> np.ndarray:
        """Returns the evidence of a text for each class, (C,): about 1 for the right one, about 0 for others.

        A linear model of the text's direction (D,) in CLIP's space and its words (V,).
        """
        return np.concatenate((direction, WORDS * words)) @ self._classifier + self._bias

    def sense(self, text: str, embedding: np.ndarray) -> float:
        """Returns about 1 for a text at `embedding` (D,) that is about what a body does, and about -1 for one about
        something else; 1 by packs that do not know."""
        return self._sense_of(self._retrieval.direction(embedding[None])[0], text)

    def _sense_of(self, direction: np.ndarray, text: str) -> float:
        return 1.0 if self._sense is None else self._sense.of(direction, text)

    def confidence(
        self, text: str, alike: float, evidence: np.ndarray, shared: float, contained: float, sense: float
    ) -> float:
        """Returns how surely a text has a known meaning, 0 to 1.

        Logistic regression on `sureness_features`, fitted on wordings whose clip was left out, and on phrases for the
        classes, against lines without a known meaning.
        """
        read = self.sureness_features(text, alike, evidence, shared, contained, sense)
        read = read[: len(self._sureness) - 1]
        return float(1 / (1 + np.exp(-(self._sureness[:-1] @ read + self._sureness[-1]))))

    def sureness_features(
        self,
        text: str,
        alike: float,
        evidence: np.ndarray,
        shared: float,
        contained: float,
        sense: float,
        vocabulary: frozenset[str] | None = None,
    ) -> np.ndarray:
        """Returns the features of `confidence`, (8,).

        alike, shared: the largest cosines of embeddings and of words to a wording.
        evidence: (C,) of classes.
        contained: the largest share of the text's words in a wording.
        sense: of the text, as `sense` returns it.
        vocabulary: the stems of the wordings' words, by default of all wordings.
        """
        said = content(text)
        known = sum(word in (self.vocabulary if vocabulary is None else vocabulary) for word in said)
        second, first = np.partition(evidence, -2)[-2:]
        return np.array(
            [alike, first, first - second, shared, known / max(len(said), 1), min(len(said), 8) / 8, contained, sense]
        )

    @cached_property
    def _of_words(self) -> dict[tuple[str, ...], list[int]]:
        """The wordings with the same words in the same order, whoever does it."""
        found: dict[tuple[str, ...], list[int]] = {}
        for i, text in enumerate(self.texts):
            found.setdefault(in_order(text), []).append(i)
        return found

    def _only_with(self, text: str) -> np.ndarray | None:
        """Returns the rows of the wordings with a text's only content word, (m,), if it is a rare one that one class
        has: "facepalm". None for another text."""
        said = content(text)
        if len(said) != 1:
            return None
        rows = self._of_word.get(next(iter(said)), [])
        one = 0 < len(rows) <= _FEW and len({int(self._row_actions[row]) for row in rows}) == 1
        # "blanket" alone is not what is done with it
        about = [row for row in rows if len(content(self.texts[row])) <= _SHORT or in_order(self.texts[row])[0] in said]
        return np.array(about) if one and about else None

    @cached_property
    def _of_word(self) -> dict[str, list[int]]:
        """The rows of the wordings with each content word."""
        found: dict[str, list[int]] = {}
        for row, text in enumerate(self.texts):
            for word in content(text):
                found.setdefault(word, []).append(row)
        return found

    @cached_property
    def _acts(self) -> Acts:
        return Acts(self.texts)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of the wordings' content words."""
        return vocabulary_of(self.texts)

    def vocabulary_of(self, action: str) -> frozenset[str]:
        """Returns the stems of the content words of a class's wordings."""
        return self._vocabularies.get(action, frozenset())

    def told_of(self, motion: int) -> frozenset[str]:
        """Returns the stems of the content words of a motion's wordings."""
        return vocabulary_of([self.texts[row] for row in np.flatnonzero(self._retrieval.motions == motion)])

    @cached_property
    def _vocabularies(self) -> dict[str, frozenset[str]]:
        texts: dict[str, list[str]] = {}
        for text, action in zip(self.texts, self._row_actions, strict=True):
            texts.setdefault(self.actions[action], []).append(text)
        return {action: vocabulary_of(said) for action, said in texts.items()}

    @cached_property
    def usual_speeds(self) -> dict[str, float]:
        """The median speed, in metres per second, of the motions of each class that travels.

        Motions without wordings are decoded from no place of their own, so what is measured of them is not theirs.
        """
        speeds: dict[str, list[float]] = {}
        for motion in self._described:
            facts = self.facts[motion]
            if facts.travel is not None:
                speeds.setdefault(self.action_of(motion), []).append(facts.speed)
        return {action: float(np.median(each)) for action, each in speeds.items()}

    def shared_words(self, words: np.ndarray) -> np.ndarray:
        """Returns the cosines between a text's words (V,) and each wording's, (n,) float32."""
        return self._table.cosines(words)

    def contained(self, text: str) -> np.ndarray:
        """Returns which share of a text's words each wording has, (n,) float32."""
        return self._table.contained(text)

    def share_with(self, word: str, action: str) -> float:
        """Returns the share of the wordings of a class that have a word."""
        rows = np.flatnonzero(self._row_actions == self.actions.index(action))
        return sum(stem(word) in content(self.texts[row]) for row in rows) / max(len(rows), 1)

    def _next_best(self, score: np.ndarray, motion: int) -> list[str]:
        """Returns the best wordings of four other motions, not more than two of a class."""
        found: list[str] = []
        best = np.maximum.reduceat(score[self._by_motion], self._starts)  # of each motion
        left = dict.fromkeys(range(len(self.actions)), _OF_A_CLASS)
        for i in np.argsort(-best, kind="stable"):
            other = int(self._described[i])
            action = int(self._retrieval.classes[other])
            if other == motion or not left[action]:
                continue
            left[action] -= 1
            rows = self._by_motion[self._starts[i] : self._starts[i + 1] if i + 1 < len(self._starts) else None]
            found.append(self.texts[rows[score[rows].argmax()]])
            if len(found) == _OTHERS:
                break
        return found


def _first_action(text: str) -> str:
    """Returns the stem of the first action that a text names, but for what somebody is to do; "" for none."""
    words = text.split()
    acts = (
        word for before, word in pairwise(("", *words)) if is_action(word) and before != "to" and not is_agent(word)
    )
    return stem(next(acts, ""))


def _without_texts(pack: Pack) -> UserError:
    return UserError(
        f"The pack {pack.folder} does not carry its wordings as texts, by which steps are read; choose another pack, "
        'or switch "Read steps" (--plan) off.'
    )
