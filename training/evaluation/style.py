"""Measures style arithmetic: whether a style word, added to a class's latent, changes the motion as expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionclip_blender.core.network_size import WINDOW

from ..data.captions import class_text
from ..shipped import shipped
from . import measures
from .model import Model

WORDS = Path(__file__).with_name("style_words.json")
MEASURES = ("speed", "bend", "stride", "hands", "height")


def style_words() -> dict:
    """Returns the classes, the words and the changes expected of each word."""
    return shipped(WORDS)


def measured(positions: np.ndarray, fps: float) -> dict[str, np.ndarray]:
    """Returns every measure (n,) of motions (n, T, 22, 3)."""
    return {
        "speed": measures.speed(positions, fps),
        "bend": measures.bend(positions),
        "stride": measures.stride(positions),
        "hands": measures.hands(positions),
        "height": measures.height(positions),
    }


def arithmetic(model: Model) -> dict:
    """Returns, for two kinds of style directions (see `_directions`), how often the motion changes as expected.

    agree: percent of the expected changes with the right sign; guessing gives 50. by_word, by_measure: the same in
    parts. changes: each one, as class, word, measure, expected sign, value before, value after.
    """
    words = style_words()
    return {way: _agreement(words, _changes(model, words, way)) for way in ("word", "phrase")}


def _directions(model: Model, words: dict, action: str, way: str) -> np.ndarray:
    """Returns what is added to the latent of `action` for each word (words, latent).

    "word": the style word minus "neutral". "phrase": as in the paper's edits (Jump, Walk, Walk old): the style with an
    action, minus the action.
    """
    styles = list(words["words"])
    if way == "word":
        return words["weight"] * (model.texts(styles) - model.texts([words["neutral"]]))
    name = class_text(action)
    others = [class_text(other) for other in words["classes"] if other != action]
    said = [model.texts([f"{style} {other}" for style in styles]) - model.texts([other]) for other in others or [name]]
    return words["weight"] * np.mean(said, axis=0)


def _changes(model: Model, words: dict, way: str) -> list[list]:
    frames, fps = min(WINDOW, model.window[1]), model.pack.fps
    changes = []
    for action in words["classes"]:
        base = model.prompts([class_text(action)])
        latents = np.concatenate((base, base + _directions(model, words, action, way)))
        found = measured(model.positions(model.generate(latents, frames)), fps)
        for i, (word, expected) in enumerate(words["words"].items(), 1):
            for name, sign in expected.items():
                if name != "stride" or action in words["travelling"]:
                    changes.append([action, word, name, sign, float(found[name][0]), float(found[name][i])])
    return changes


def _agreement(words: dict, changes: list[list]) -> dict:
    agrees = np.array([(after - before) * sign > 0 for *_, sign, before, after in changes])

    def share(column: int, value: str) -> float | None:
        chosen = np.array([change[column] == value for change in changes])
        return 100 * float(agrees[chosen].mean()) if chosen.any() else None

    return {
        "agree": 100 * float(agrees.mean()),
        "expected": len(changes),
        "by_word": {word: share(1, word) for word in words["words"]},
        "by_measure": {name: share(2, name) for name in MEASURES},
        "by_class": {action: share(0, action) for action in words["classes"]},
        "changes": changes,
    }
