"""Translates the add-on's texts with Blender's own system, from assets/translations/<language>.json.

The keys are the English texts in the code, with {} for inserted values. Blender looks up labels, tooltips and
properties itself. Text that is built in Python looks up its pattern first. The sentences of errors are built in `core`
and `rig`, which do not know of translations: `said` finds the pattern from which such a sentence was built.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import bpy

from .addon import ADDON

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "translations"

_CONTEXTS = ("*", "Operator")  # Blender looks up buttons in the second context, everything else in the first


def tables() -> dict[str, dict[str, str]]:
    """Returns the texts by language, such as "de"."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def said(sentence: str) -> str:
    """Returns a sentence of an error in the language of Blender's reports; unchanged if there is no translation."""
    translate = bpy.app.translations.pgettext_rpt
    if sentence in _texts():
        return translate(sentence)
    for pattern, text in _patterns():
        if (translated := translate(text)) != text and (found := pattern.fullmatch(sentence)):
            # an inserted value may be a sentence itself; a single word is a name
            return translated.format(*(said(part) if " " in part else part for part in found.groups()))
    lowered = sentence[:1].lower() + sentence[1:]  # what follows a colon elsewhere may be a sentence of its own
    return said(lowered) if lowered != sentence and said(lowered) != lowered else sentence


@cache
def _texts() -> frozenset[str]:
    """Returns all English texts that have a translation."""
    return frozenset(text for table in tables().values() for text in table)


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    """Returns the texts with inserted values, those with the most words of their own first."""
    texts = sorted((text for text in _texts() if "{}" in text), key=lambda text: (-len(text.replace("{}", "")), text))
    return [(re.compile("(.*)".join(map(re.escape, text.split("{}"))), re.DOTALL), text) for text in texts]


def attach() -> None:
    """Registers the texts with Blender."""
    found = {
        language: {(context, text): translated for text, translated in table.items() for context in _CONTEXTS}
        for language, table in tables().items()
    }
    bpy.app.translations.register(ADDON, found)


def detach() -> None:
    """Removes the texts from Blender."""
    bpy.app.translations.unregister(ADDON)
    _patterns.cache_clear()
    _texts.cache_clear()
