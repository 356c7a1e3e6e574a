"""Collects the texts that the adapter learns from: all wordings, and their opposites.

A wording's opposite is the same text with one word swapped, "walks forward" and "walks backward": the two share all
other words, so that the text tower has them side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.captions import CaptionedSpan, class_text, mirrored, names_a_side
from ..data.class_phrases import class_phrases
from ..data.splits import take_of

NONE = -1

_OPPOSITES = (
    ("forward", "backward"),
    ("forwards", "backwards"),
    ("up", "down"),
    ("upward", "downward"),
    ("upwards", "downwards"),
    ("raises", "lowers"),
    ("raising", "lowering"),
    ("stand up", "sit down"),
    ("stands up", "sits down"),
    ("standing up", "sitting down"),
    ("gets up", "lies down"),
    ("getting up", "lying down"),
    ("clockwise", "counterclockwise"),
    ("in", "out"),
    ("into", "out of"),
    ("on", "off"),
    ("open", "close"),
    ("opens", "closes"),
    ("push", "pull"),
    ("pushes", "pulls"),
    ("pushing", "pulling"),
    ("pick up", "put down"),
    ("picks up", "puts down"),
    ("gives", "takes"),
    ("throws", "catches"),
    ("throwing", "catching"),
    ("claps", "does a handstand"),
    ("over", "under"),
    ("high", "low"),
    ("fast", "slow"),
    ("quickly", "slowly"),
    ("starts", "stops"),
)
_OTHER = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_WORD = re.compile(rf"\b({'|'.join(sorted(map(re.escape, _OTHER), key=len, reverse=True))})\b")
_WHO = ("a person", "someone", "the character", "animation of someone who")
_TYPO = 4  # least letters of a word that is mistyped


@dataclass(frozen=True)
class Texts:
    """Texts with what they tell of; a text that tells of several things is there several times.

    names: the classes. actions: (n,) row of `names`. spans: (n,) a number for each motion that is described. takes:
    (n,) the performance, by which wordings are left out. origin: (n,) the row of the wording that it is the opposite
    of, whose class and take it has, though it may not be of that class; `NONE` for all others. named: (C,) rows of the
    classes' names. heard: (n,) whether it is a caption, and neither name, phrase, mirror image, opposite nor a noisy
    copy.
    """

    texts: list[str]
    names: list[str]
    actions: np.ndarray
    spans: np.ndarray
    takes: list[str]
    origin: np.ndarray
    named: np.ndarray
    heard: np.ndarray

    def without(self, takes: set[str]) -> np.ndarray:
        """Returns (n,) whether a text is of none of the takes."""
        return np.array([take not in takes for take in self.takes])


def opposite_of(text: str) -> str | None:
    """Returns a text with one word swapped for its opposite; None if it has no such word."""
    found = _WORD.search(text)
    return text[: found.start()] + _OTHER[found[1]] + text[found.end() :] if found else None


def noisy(text: str, random: np.random.Generator) -> str:
    """Returns a text as somebody else would type it: with a subject, without a word, or with a typo."""
    words = text.split()
    kind = random.integers(3)
    if kind == 0:
        return f"{_WHO[random.integers(len(_WHO))]} {text}"
    long = [i for i, word in enumerate(words) if len(word) >= _TYPO]
    if kind == 1 and len(words) > 2:
        del words[random.integers(len(words))]
    elif long:
        i = long[random.integers(len(long))]
        at = int(random.integers(1, len(words[i]) - 1))
        word = words[i]
        words[i] = (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :] if random.integers(2) else word[:at] + word[at + 1 :]
        )
    return " ".join(words)


def collected(spans: Sequence[CaptionedSpan], names: Iterable[str] = (), noise: float = 0.0, seed: int = 0) -> Texts:
    """Returns the texts of captioned spans, and those that follow from them.

    names: further classes, which have phrases alone. noise: share of the wordings that come as `noisy` copies, too.
    """
    random = np.random.default_rng(seed)
    classes = sorted({span.action for span in spans} | set(names))
    made = _Rows()
    for number, name in enumerate(classes):
        made.add(class_text(name), number, -1 - number, f"name: {name}")
    for number, span in enumerate(spans):
        action, take = classes.index(span.action), take_of(span.clip)
        for turned in (False, True):
            own = 2 * number + turned
            for caption in span.captions:
                if turned and not names_a_side(caption):
                    continue
                text = mirrored(caption) if turned else caption
                row = made.add(text, action, own, take, heard=not turned)
                if (other := opposite_of(text)) is not None:
                    made.add(other, action, -1 - len(classes) - row, take, origin=row)
                if random.uniform() < noise:
                    made.add(noisy(text, random), action, own, take)
    for number, phrase in enumerate(class_phrases(classes)):
        made.add(phrase.text, classes.index(phrase.action), 2 * len(spans) + number, phrase.take)
    return Texts(
        texts=made.texts,
        names=classes,
        actions=np.array(made.actions),
        spans=np.array(made.spans),
        takes=made.takes,
        origin=np.array(made.origin),
        named=np.arange(len(classes)),
        heard=np.array(made.heard),
    )


class _Rows:
    """The rows of `Texts`, of which none comes twice."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.actions: list[int] = []
        self.spans: list[int] = []
        self.takes: list[str] = []
        self.origin: list[int] = []
        self.heard: list[bool] = []
        self._known: dict[tuple[str, int, int], int] = {}

    def add(self, text: str, action: int, span: int, take: str, origin: int = NONE, heard: bool = False) -> int:
        """Returns the row of a text, which is new unless the same has been told of the same motion."""
        row = self._known.setdefault((text, action, span), len(self.texts))
        if row == len(self.texts):
            self.texts.append(text)
            self.actions.append(action)
            self.spans.append(span)
            self.takes.append(take)
            self.origin.append(origin)
            self.heard.append(heard)
        return row
