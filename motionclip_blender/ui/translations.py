"""What the add-on says in other languages, by Blender's own translation: assets/translations/<language>.json.

Keys are the English texts as they stand in the code; what is filled in stands as {}. Blender looks up labels, tooltips
and properties by itself. Text that is put together in Python asks for its pattern first. The sentences of errors are
put together in `core` and `rig`, which know nothing of it: `said` finds the pattern that such a sentence was made of.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import bpy

from .addon import ADDON

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "translations"

_CONTEXTS = ("*", "Operator")  # Blender asks for buttons in the second one, for all else in the first


def tables() -> dict[str, dict[str, str]]:
    """The texts by language, such as "de"."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def said(sentence: str) -> str:
    """A sentence of an error in the language of Blender's reports; as it is where there are no words for it."""
    translate = bpy.app.translations.pgettext_rpt
    if sentence in _texts():
        return translate(sentence)
    for pattern, text in _patterns():
        if (translated := translate(text)) != text and (found := pattern.fullmatch(sentence)):
            # what is filled in may be a sentence of its own; a single word is a name
            return translated.format(*(said(part) if " " in part else part for part in found.groups()))
    return sentence


@cache
def _texts() -> frozenset[str]:
    return frozenset(text for table in tables().values() for text in table)


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    """Texts with something filled in, those with the most words of their own first."""
    texts = sorted((text for text in _texts() if "{}" in text), key=lambda text: (-len(text.replace("{}", "")), text))
    return [(re.compile("(.*)".join(map(re.escape, text.split("{}"))), re.DOTALL), text) for text in texts]


def attach() -> None:
    """Gives Blender the texts."""
    found = {
        language: {(context, text): translated for text, translated in table.items() for context in _CONTEXTS}
        for language, table in tables().items()
    }
    bpy.app.translations.register(ADDON, found)


def detach() -> None:
    """Takes them back."""
    bpy.app.translations.unregister(ADDON)
    _patterns.cache_clear()
    _texts.cache_clear()
