"""Lists the prompts of the study: labels that the captions often tell of, sports that none names, and styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from motionclip_blender.core.clip_files.text import read_text
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt import checked_prompt

from ..data.captions import CaptionedSpan, class_text, load_captions
from ..shipped import shipped

DATA = Path(__file__).with_name("lists.json")
COMMON_SHARE = 0.005
"""Share of all captions from which on a label is in-domain, as in the paper."""

IN_DOMAIN, OUT_OF_DOMAIN, STYLES, OWN = "in-domain", "out-of-domain", "styles", "own"
LISTS = (IN_DOMAIN, OUT_OF_DOMAIN, STYLES)


@dataclass(frozen=True)
class Question:
    """A prompt of a list. label: the row of the table that it belongs to: a label, a season or a style."""

    list: str
    label: str
    prompt: str


@cache
def _data() -> dict:
    return shipped(DATA)


def styles() -> list[str]:
    """Returns the style words of the paper's table 2."""
    return _data()["styles"]


def common_labels(spans: Sequence[CaptionedSpan], share: float = COMMON_SHARE) -> list[str]:
    """Returns the labels that at least `share` of all captions belong to, most captions first.

    A label is the name of a class. Captions are counted, not spans, and each time they occur.
    """
    counts: Counter[str] = Counter()
    for span in spans:
        counts[span.action] += len(span.captions)
    least = share * counts.total()
    return [class_text(action) for action, count in counts.most_common() if count >= least and count]


def questions(name: str) -> list[Question]:
    """Returns the prompts of one of `LISTS`."""
    if name == IN_DOMAIN:
        return [Question(name, label, label) for label in common_labels(load_captions())]
    if name == OUT_OF_DOMAIN:
        return [Question(name, season, sport) for season, sports in _data()[name].items() for sport in sports]
    if name == STYLES:
        return [Question(name, style, f"{action} {style}") for style in styles() for action in _data()["style_actions"]]
    raise ValueError(f"there is no list {name!r}")


def questions_of(path: Path) -> list[Question]:
    """Returns the prompts of a text file, one a line. Raises `UserError` without any, or for a bad or repeated one."""
    found: list[Question] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            prompt = checked_prompt(line.strip())
        except UserError as error:
            raise UserError(f"{path}, line {number}: {error}") from None
        if any(other.prompt == prompt for other in found):
            raise UserError(f"{path}, line {number}: {prompt!r} is there twice; remove one of them.")
        found.append(Question(OWN, OWN, prompt))
    if not found:
        raise UserError(f"{path} holds no prompts; write one a line.")
    return found
