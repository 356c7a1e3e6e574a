"""Captions of the training clips: our own wordings, as data in `captions/*.jsonl`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from motionclip_blender.core.errors import UserError

from .clip_files.text import read_text

FOLDER = Path(__file__).with_name("captions")

_KINDS = {
    **dict.fromkeys(("clip", "action", "after"), str),
    **dict.fromkeys(("exemplar", "travel"), bool),
    **dict.fromkeys(("captions", "style"), list),
    **dict.fromkeys(("start", "end", "speed", "rate"), (int, float)),
    "limbs": dict,
}
_SIDES = {"left": "right", "right": "left"}
_SIDE_WORD = re.compile(r"\b(left|right)(?=\b|-)", re.IGNORECASE)


@dataclass(frozen=True)
class CaptionedSpan:
    """One line of a captions file: a clip, or a span of it, with what it shows.

    exemplar: whether prompts decode to it. Of clips that look alike only one is, because a decoder asked for
        several motions at one point of the latent space learns their average, which is none of them.
    after: "repeat" or "hold": how it goes on when more frames are asked for than it has.
    travel: an in-place cycle that is made to travel by its feet; speed: one made to travel at metres per second.
    start, end: seconds.
    limbs: parts of the body taken from other clips, part -> clip: a waving arm on a person who walks.
    rate: how much faster than it was recorded; slower below 1.
    style: how it is done, in words of `styles.json`: ("slow", "sad"). None where it is done in no special way.
    """

    clip: str
    action: str
    captions: tuple[str, ...]
    exemplar: bool
    after: str
    travel: bool = False
    speed: float = 0.0
    start: float = 0.0
    end: float | None = None
    limbs: dict[str, str] = field(default_factory=dict)
    rate: float = 1.0
    style: tuple[str, ...] = ()

    @property
    def prompts(self) -> tuple[str, ...]:
        """The captions that decode to exactly this motion; none where it is no exemplar."""
        return self.captions if self.exemplar else ()

    @property
    def mirrored_prompts(self) -> tuple[str, ...]:
        """Those that decode to its mirror image. A caption that names no side would have two motions: it has none."""
        return tuple(mirrored(caption) for caption in self.prompts if names_a_side(caption))


def load_captions(folder: Path = FOLDER) -> list[CaptionedSpan]:
    """All lines of all files, in order.

    Raises `UserError` for a line that is none of `CaptionedSpan`.
    """
    spans = []
    for path in sorted(path for path in folder.glob("*") if path.suffix.lower() == ".jsonl"):
        for number, line in enumerate(read_text(path).split("\n"), 1):
            if line.strip():
                try:
                    spans.append(_span(json.loads(line)))
                except (ValueError, TypeError) as error:
                    raise UserError(f"{path.name}, line {number}: {error}") from None
    return spans


def _span(entry: dict) -> CaptionedSpan:
    if not isinstance(entry, dict):
        raise ValueError("a JSON object is expected")
    for key, value in entry.items():
        if key in _KINDS and not isinstance(value, _KINDS[key]):
            raise ValueError(f'"{key}" cannot be {json.dumps(value)}')
    for key in ("captions", "style"):
        entry[key] = tuple(entry.get(key, ()))
        if not all(isinstance(word, str) for word in entry[key]):
            raise ValueError(f'"{key}" must be a list of texts')
    if isinstance(entry.get("clip"), str):
        entry["clip"] = entry["clip"].replace("\\", "/")
    return CaptionedSpan(**entry)


def class_text(action: str) -> str:
    """A class's name as a text: "jumping_jacks" -> "jumping jacks"."""
    return action.replace("_", " ")


def names_a_side(caption: str) -> bool:
    """Whether the caption speaks of left or right (a "right" that means correct does not occur)."""
    return _SIDE_WORD.search(caption) is not None


def mirrored(caption: str) -> str:
    """The caption of the mirrored motion: left and right swapped."""

    def swap(match: re.Match[str]) -> str:
        word = _SIDES[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    return _SIDE_WORD.sub(swap, caption)
