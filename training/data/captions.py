"""Loads captions of clips: the repository's in `captions/*.jsonl` and `captions/more/*.jsonl`, or one's own."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from motionclip_blender.core.clip_files.text import read_text
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json

FOLDER = Path(__file__).with_name("captions")
"""The captions of the clips of which the default pack is made, with their classes and styles."""
MORE = FOLDER / "more"
"""The captions of further collections, with all classes and styles."""

_KINDS = {
    **dict.fromkeys(("clip", "action", "after", "side", "direction"), str),
    **dict.fromkeys(("exemplar", "travel"), bool),
    **dict.fromkeys(("captions", "style"), list),
    **dict.fromkeys(("start", "end", "shown", "speed", "rate", "turn"), (int, float)),
    "count": int,
    "limbs": dict,
}
_NEEDED = ("clip", "action", "captions", "exemplar", "after")
_SIDES = {"left": "right", "right": "left"}
_SIDE_WORD = re.compile(r"\b(left|right)(?=\b|-)", re.IGNORECASE)


@dataclass(frozen=True)
class CaptionedSpan:
    """One line of a captions file: a clip or a span of it, with its captions.

    exemplar: whether prompts are decoded to it. Of clips that look alike only one is an exemplar, because a decoder
        that is trained on several motions at one point of the latent space learns their average, which is none of them.
    after: how the motion continues when more frames are needed than it has: "repeat" or "hold".
    travel: an in-place cycle is moved by its standing feet. speed: it is moved forward at these metres per second.
    start, end: seconds. shown: the second of the clip from which on prompts show an exemplar, if that is not the start:
        who asks for a spin need not see first how somebody walks up to it.
    limbs: parts of the body taken from other clips, part -> clip: a waving arm on a person who walks.
    rate: playback speed relative to the recording; slower below 1.
    style: how the action is done, in words of `styles.json`: ("slow", "sad"). Empty for no special style.
    side: "left" or "right", where one acts. direction: "forward", "backward", "left" or "right" of the chest, where the
        body travels and that matters. turn: degrees from start to end, left positive. count: of repetitions. What is
        given can be measured (`told_facts`); empty or None where it says nothing.
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
    side: str = ""
    direction: str = ""
    turn: float | None = None
    count: int | None = None
    shown: float | None = None

    @property
    def prompts(self) -> tuple[str, ...]:
        """The captions that decode to exactly this motion; empty when it is no exemplar."""
        return self.captions if self.exemplar else ()

    @property
    def mirrored_prompts(self) -> tuple[str, ...]:
        """The mirrored captions that decode to its mirror image.

        Only captions that name a side: a caption without one would otherwise have two motions.
        """
        return tuple(mirrored(caption) for caption in self.prompts if names_a_side(caption))


def load_captions(folder: Path = FOLDER) -> list[CaptionedSpan]:
    """Loads the lines of all files of a folder, in order. Raises `UserError` for a line that is no `CaptionedSpan`."""
    spans = []
    for path in sorted(path for path in folder.glob("*") if path.suffix.lower() == ".jsonl"):
        for number, line in enumerate(read_text(path).split("\n"), 1):
            if line.strip():
                try:
                    spans.append(_span(parsed_json(line)))
                except (ValueError, TypeError) as error:
                    raise UserError(f"{path.name}, line {number}: {error}") from None
    return spans


def _span(entry: dict) -> CaptionedSpan:
    if not isinstance(entry, dict):
        raise ValueError("a JSON object is expected")
    for key, value in entry.items():
        if key not in _KINDS:
            raise ValueError(f'there is no field "{key}"')
        endless = isinstance(value, float) and not math.isfinite(value)
        if not isinstance(value, _KINDS[key]) or endless:
            raise ValueError(f'"{key}" cannot be {json.dumps(value)}')
    if missing := [key for key in _NEEDED if key not in entry]:
        raise ValueError(f'"{missing[0]}" is missing')
    for key in ("captions", "style"):
        entry[key] = tuple(entry.get(key, ()))
        if not all(isinstance(word, str) for word in entry[key]):
            raise ValueError(f'"{key}" must be a list of texts')
    if isinstance(entry.get("clip"), str):
        entry["clip"] = entry["clip"].replace("\\", "/")
    return CaptionedSpan(**entry)


def class_text(action: str) -> str:
    """Returns a class's name as a text: "jumping_jacks" -> "jumping jacks"."""
    return action.replace("_", " ")


def names_a_side(caption: str) -> bool:
    """Returns whether the caption contains left or right (captions don't use "right" for "correct")."""
    return _SIDE_WORD.search(caption) is not None


def mirrored(caption: str) -> str:
    """Returns the caption of the mirrored motion, with left and right swapped."""

    def swap(match: re.Match[str]) -> str:
        word = _SIDES[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    return _SIDE_WORD.sub(swap, caption)
