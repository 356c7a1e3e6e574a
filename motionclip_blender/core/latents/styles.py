"""Defines style presets: directions that make any motion happy, sad, old and so on; wordings are in `styles.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..engine import Engine

WORD_WEIGHT = 1.5
"""What to put before the style of a word when it is picked: that of most presets."""

STYLES = Path(__file__).with_name("styles.json")


@dataclass(frozen=True)
class Style:
    """A style preset.

    name: as it is written in an expression, `{name}`.
    label: what a user sees.
    weight: the default weight when it is picked.
    wordings: sentences in this style, with "{does}" in the place of the activity.
    plain: the same sentence without the style.
    carriers: the activities to insert.
    """

    name: str
    label: str
    weight: float
    wordings: tuple[str, ...]
    plain: str
    carriers: tuple[str, ...]


@cache
def presets() -> Mapping[str, Style]:
    """Returns all presets by name, in the order to show them."""
    data = json.loads(STYLES.read_text(encoding="utf-8"))
    plain, carriers = data["plain"], tuple(data["carriers"])
    return MappingProxyType(
        {
            name: Style(name, style["label"], style["weight"], tuple(style["wordings"]), plain, carriers)
            for name, style in data["styles"].items()
        }
    )


def style_of(word: str) -> Style:
    """Makes the style that a word names, any word; a few words are a word, too."""
    any_preset = next(iter(presets().values()))
    plain = any_preset.plain
    said = word.replace("{", "{{").replace("}", "}}")
    return Style(word, word, WORD_WEIGHT, (f"{plain} {said}",), plain, any_preset.carriers)


def direction(engine: Engine, style: Style) -> np.ndarray:
    """Returns the style's direction, (D,) float32: the mean difference between its wordings and the plain sentence.

    The mean is over all carriers. One pair of texts alone, as in the paper's edit "Jump" - "Walk" + "Walk old", also
    holds what is peculiar to its verb; in the mean only the style remains.
    """
    styled = [wording.format(does=does) for wording in style.wordings for does in style.carriers]
    plain = [style.plain.format(does=does) for does in style.carriers]
    latents = engine.encode_texts([*styled, *plain])
    return latents[: len(styled)].mean(axis=0) - latents[len(styled) :].mean(axis=0)
