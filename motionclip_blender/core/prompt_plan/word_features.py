"""Represents texts by the stems of their words, to compare them by words beside the text tower's embeddings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

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


class WordVectors:
    """Converts texts to weights of known features: rare ones have more weight (tf-idf; Sparck Jones, 1972).

    Each vector has length 1.
    """

    def __init__(self, known: Sequence[str], weights: np.ndarray) -> None:
        """Stores the features. known: (V,) features. weights: (V,) of each."""
        self.known, self.weights = tuple(known), np.asarray(weights, np.float32)
        self._index: Mapping[str, int] = {name: i for i, name in enumerate(self.known)}

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
