"""Makes further captioned motions of the given ones: slower, faster, and with the arms of one on the legs of another.

Mirror images are made in `autoencoder.windows`. The words of the captions are in `augment.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..shipped import shipped
from .captions import CaptionedSpan

_MAX_WORDS = 4  # most words of a caption to which an adverb is added
_SPEED = re.compile(r"\b(slow|fast|quick|rapid|speed|brisk|hurr|sudden|calm|sprint|dash)", re.IGNORECASE)
# captions with a verb, to which an adverb fits: "punches", "dancing", "a person bows", but not "uppercut"
_VERB = re.compile(r"^(\w+(s|ing)\b|(a person|someone|somebody|a man|a woman|the character) )", re.IGNORECASE)
_FORMS = ("", "s", "ing")
UPPER_BODY = "upper_body"


@cache
def _data() -> dict:
    return shipped(Path(__file__).with_name("augment.json"))


def augmented(spans: list[CaptionedSpan]) -> list[CaptionedSpan]:
    """Returns further spans made of `spans`, without the wordings that prompts are trained on already."""
    taken = {caption.lower() for span in spans if span.exemplar for caption in span.captions}
    out = []
    for span in (*_at_other_speeds(spans), *_together(spans)):
        captions = tuple(c for c in span.captions if c.lower() not in taken)
        if captions:
            taken.update(caption.lower() for caption in captions)
            out.append(replace(span, captions=captions))
    return out


def _at_other_speeds(spans: list[CaptionedSpan]) -> Iterator[CaptionedSpan]:
    """Yields slower and faster exemplars, of classes with a free speed that have no such exemplar yet."""
    for change in (_data()["slower"], _data()["faster"]):
        done = {span.action for span in spans if span.exemplar and change["style"] in span.style}
        for span in spans:
            if not span.exemplar or span.limbs or span.action in done or span.action not in _data()["speeds"]:
                continue
            if {"slow", "fast"} & set(span.style):
                continue
            plain = [c for c in span.captions if _takes_an_adverb(c)]
            if plain:
                yield replace(
                    span,
                    captions=tuple(f"{caption} {change['word']}" for caption in plain),
                    rate=span.rate * change["rate"],
                    style=(*span.style, change["style"]),
                )


def _takes_an_adverb(caption: str) -> bool:
    return len(caption.split()) <= _MAX_WORDS and bool(_VERB.search(caption)) and not _SPEED.search(caption)


def _together(spans: list[CaptionedSpan]) -> Iterator[CaptionedSpan]:
    """Yields spans with the arms and head of one clip over the legs of another."""
    known = {span.clip for span in spans}
    for legs in _data()["lower"]:
        for arms in _data()["upper"]:
            if legs["clip"] in known and arms["clip"] in known:
                words = {f"0{form}": word for form, word in zip(_FORMS, legs["words"], strict=True)}
                words |= {f"1{form}": word for form, word in zip(_FORMS, arms["words"], strict=True)}
                yield CaptionedSpan(
                    clip=legs["clip"],
                    action=arms["action"],
                    captions=tuple(_filled(text, words) for text in (*_data()["together"], legs["together"])),
                    exemplar=True,
                    after="repeat",
                    travel=legs["travel"],
                    limbs={UPPER_BODY: arms["clip"]},
                )


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], text)
