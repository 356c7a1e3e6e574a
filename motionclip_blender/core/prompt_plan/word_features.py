"""Represents texts by the stems of their words, to compare them by words beside the text tower's embeddings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from .grammar import grammar, is_action

WORDS = 0.6
"""Weight of words relative to the text tower's embedding in linear models of both."""

_WORD = re.compile(r"[a-zà-ÿ]+")
_SIDE = re.compile(r"\b(?:left|right)\b")
_IGNORED = """a an the of to in on at with and his her their its is are was be being someone somebody person man woman
guy character he she it they this that for from into like as by while up"""
_STOP = frozenset(_IGNORED.split())
_WHO = frozenset(
    [
        "a",
        "an",
        "the",
        "his",
        "her",
        "their",
        "its",
        "is",
        "are",
        "someone",
        "somebody",
        "person",
        "man",
        "woman",
        "guy",
        "he",
        "she",
        "it",
        "they",
    ]
)


@cache
def stem(word: str) -> str:
    """Returns a word without its ending, roughly: "walks", "walking" and "walked" are equal. After the start of Porter
    (1980)."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
    elif (len(word) > 4 and word.endswith("ed")) or (len(word) > 5 and word.endswith("ly")):
        word = word[:-2]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_STOP_STEMS = _STOP | {stem(word) for word in _STOP}


def features(text: str) -> set[str]:
    """Returns the stems of a text's content words, and its pairs of neighbouring stems. Ignores sides."""
    stems = [stem(word) for word in _WORD.findall(_SIDE.sub("", text.lower()))]
    return {word for word in stems if word not in _STOP_STEMS} | {f"{a}_{b}" for a, b in pairwise(stems)}


def content(text: str) -> set[str]:
    """Returns the stems of a text's content words."""
    return {word for word in features(text) if "_" not in word}


def in_order(text: str) -> tuple[str, ...]:
    """Returns the stems of a text's words in order, without sides, articles and who does it."""
    return tuple(stem(word) for word in _WORD.findall(_SIDE.sub("", text.lower())) if word not in _WHO)


def vocabulary_of(texts: Iterable[str]) -> frozenset[str]:
    """Returns the stems of the content words of texts."""
    words = set(_WORD.findall(_SIDE.sub("", "\n".join(texts).lower())))
    return frozenset(stem(word) for word in words) - _STOP_STEMS


def names_side(text: str, side: str) -> bool:
    """Checks whether a text has the word "left" or "right"."""
    return side in text.lower() and side in text.lower().replace("-", " ").split()


def other_side(text: str) -> str:
    """Returns a text with left and right exchanged."""
    return _SIDE.sub(lambda side: "right" if side[0] == "left" else "left", text)


def tells_all(said: set[str], told: set[str]) -> bool:
    """Checks whether `told`, the `content` of a wording, has all of a text's, two words or more.

    If the text has one word, the wording has nothing beside it but a speed: "backpedals fast" for "backpedals".
    """
    functions, speeds = _stems_of("function_words"), _stems_of("speeds")
    return said <= told and (len(said - functions) > 1 or bool(said - functions and told - said <= speeds))


@cache
def _stems_of(name: str) -> frozenset[str]:
    """Returns the stems of the words of one of the grammar's lists."""
    return frozenset(stem(word) for word in grammar()[name])


class Acts:
    """The actions that n texts name, by the stems of their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        named = [_acts(text) for text in texts]
        self._counts = np.array([len(each) for each in named], np.float32)
        rows: dict[str, list[int]] = {}
        for row, each in enumerate(named):
            for act in each:
                rows.setdefault(act, []).append(row)
        self._rows = {act: np.array(at) for act, at in rows.items()}

    def more_than(self, text: str) -> np.ndarray:
        """Returns how many actions each text names that `text` does not, (n,) float32."""
        out = self._counts.copy()
        for act in _acts(text):
            if act in self._rows:
                out[self._rows[act]] -= 1
        return out


def _acts(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(text.lower()) if is_action(word))


class WordVectors:
    """Converts texts to weights of known features: rare ones have more weight (tf-idf; Sparck Jones, 1972).

    Each vector has length 1.
    """

    def __init__(self, known: Sequence[str], weights: np.ndarray) -> None:
        """Stores the features. known: (V,) features. weights: (V,) of each."""
        self.known, self.weights = tuple(known), np.asarray(weights, np.float32)
        self._index: Mapping[str, int] = {name: i for i, name in enumerate(self.known)}

    @classmethod
    def of(cls, texts: Sequence[str], fewest: int) -> WordVectors:
        """Collects the features that at least `fewest` of some texts have, and their weights, in sixteen bits."""
        counts = Counter(feature for text in texts for feature in features(text))
        known = sorted(feature for feature, count in counts.items() if count >= fewest)
        return cls(known, np.log(len(texts) / np.array([counts[feature] for feature in known])).astype(np.float16))

    def indices(self, text: str) -> list[int]:
        """Returns the indices of the known features of a text, sorted."""
        return sorted(self._index[name] for name in features(text) if name in self._index)

    def weight(self, feature: str) -> float:
        """Returns the weight of a feature; that of the rarest for an unknown one."""
        at = self._index.get(feature)
        return float(self.weights.max() if at is None else self.weights[at])

    def vector(self, text: str) -> np.ndarray:
        """Returns the vector of a text, (V,) float32."""
        out = np.zeros(len(self.known), np.float32)
        at = self.indices(text)
        out[at] = self.weights[at]
        return out / max(float(np.linalg.norm(out)), 1e-6)


class WordTable:
    """The known words of n texts, kept by word: a text has few of them, so that few entries are read for it."""

    def __init__(self, vectors: WordVectors, counts: np.ndarray, features: np.ndarray) -> None:
        """counts: (n,) known features of each text. features: their indices, text by text. Raises `ValueError` if these
        do not fit together."""
        if counts.sum() != len(features) or features.max(initial=0) >= len(vectors.known):
            raise ValueError("the words are not those of the wordings")
        rows, weights = np.repeat(np.arange(len(counts)), counts), vectors.weights[features]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=len(counts)))
        by_word = np.argsort(features, kind="stable")
        self._count, self._vectors = len(counts), vectors
        self._rows, self._shares = rows[by_word], (weights / norms[rows])[by_word]
        self._starts = np.searchsorted(features[by_word], np.arange(len(vectors.known) + 1))

    def cosines(self, words: np.ndarray) -> np.ndarray:
        """Returns the cosines between a text's words (V,) and each text's, (n,) float32."""
        at = np.flatnonzero(words)
        entries, lengths = self._entries(at)
        return self._summed(entries, np.repeat(words[at], lengths) * self._shares[entries])

    def contained(self, text: str) -> np.ndarray:
        """Returns which share of a text's words each text has, (n,) float32; rare words count more, unknown ones
        most."""
        said = sum(self._vectors.weight(word) for word in content(text))
        at = np.array([i for i in self._vectors.indices(text) if "_" not in self._vectors.known[i]], int)
        entries, lengths = self._entries(at)
        return self._summed(entries, np.repeat(self._vectors.weights[at] / max(said, 1e-6), lengths))

    def _entries(self, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the entries of words, and how many each has."""
        starts, ends = self._starts[words], self._starts[words + 1]
        found = [np.arange(start, end) for start, end in zip(starts, ends, strict=True)]
        return np.concatenate([np.zeros(0, int), *found]), ends - starts

    def _summed(self, entries: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(self._rows[entries], values, minlength=self._count).astype(np.float32)
