"""Pairs the films of two sources: in a random order, on random sides, both of a seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.json_text import parsed_json

from .lists import Question
from .sources import Source

KEY = "key.json"
"""The file that tells which film is whose. The people who are asked must not see it."""

PAGE_FOLDER = "page"
"""The folder that the people who are asked are given: the page and its films."""

_FORMAT = "motionclip-study"
_VERSION = 1
_LETTERS = 12  # of a hash that names a study or a film


@dataclass(frozen=True)
class Pair:
    """A question, and the films of sources "a" and "b", relative to the page. left: whose film is on the left."""

    pair: str
    list: str
    label: str
    prompt: str
    left: str
    films: dict[str, str]

    @property
    def right(self) -> str:
        return "b" if self.left == "a" else "a"


@dataclass(frozen=True)
class Study:
    """What is compared and how. study: a name that only a study with the same films in the same order has."""

    study: str
    seed: int
    frames: int
    sources: dict[str, str]
    pairs: tuple[Pair, ...]


def study_of(questions: Sequence[Question], a: Source, b: Source, frames: int, seed: int) -> Study:
    """Returns the study of two sources. Each is on the left in half of the pairs.

    Raises `UserError` for equal sources.
    """
    if a.identity == b.identity:
        raise UserError("Both sources have the same films; name two that differ.")
    told = [_VERSION, a.identity, b.identity, frames, seed, [asdict(question) for question in questions]]
    name = _hash(json.dumps(told))
    random = np.random.default_rng(seed)
    order = random.permutation(len(questions))
    lefts = random.permutation(np.arange(len(questions)) % 2 + random.integers(2)) % 2
    pairs = []
    for number, (at, left) in enumerate(zip(order, lefts, strict=True), 1):
        question = questions[at]
        films = {
            side: f"films/{_hash(name + source.identity + question.prompt)}{source.ending(question.prompt)}"
            for side, source in (("a", a), ("b", b))
        }
        pairs.append(Pair(f"p{number:03}", question.list, question.label, question.prompt, "ab"[int(left)], films))
    return Study(name, seed, frames, {"a": a.name, "b": b.name}, tuple(pairs))


def write_key(study: Study, folder: Path) -> None:
    """Writes the study's key into `folder`. Raises `UserError` if another study is there, or it cannot be written."""
    path = folder / KEY
    if path.exists():
        if read_key(folder).study != study.study:
            raise UserError(f"{folder} holds another study; choose another folder with --out.")
        return
    write_json(path, {"format": _FORMAT, "version": _VERSION} | asdict(study))


def read_key(folder: Path) -> Study:
    """Returns the study whose key is in `folder`. Raises `UserError` when there is none, or it is damaged."""
    path = folder / KEY
    try:
        told = parsed_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{folder} has no {KEY}; name the folder of the study with --out.") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged; make the study again with the same settings.") from error
    try:
        return _study(told)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is no key of a study; make the study again with the same settings.") from error


def _study(told: Any) -> Study:
    if not isinstance(told, dict) or told.get("format") != _FORMAT or told.get("version") != _VERSION:
        raise ValueError("another format")
    pairs = tuple(Pair(**pair) for pair in told["pairs"])
    texts = [text for p in pairs for text in (p.pair, p.list, p.label, p.prompt, p.left, *p.films.values())]
    sources = told["sources"]
    if not all(isinstance(text, str) for text in [told["study"], *texts, *sources.values()]):
        raise ValueError("a text is missing")
    if any(pair.left not in ("a", "b") or set(pair.films) != {"a", "b"} for pair in pairs) or set(sources) != {
        "a",
        "b",
    }:
        raise ValueError("a side is missing")
    return Study(told["study"], told["seed"], told["frames"], sources, pairs)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]
