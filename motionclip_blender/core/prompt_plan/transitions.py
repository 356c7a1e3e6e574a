"""Writes names of transitions, as games have them, out as steps: "idle to walk", "crouch to stand"."""

from __future__ import annotations

import re

from .grammar import STANDS, inflected

_TO_POSTURE = re.compile(r"^(stand|sit|lie|idle|crouch)(?:ing)? to (stand|sit|lie|crouch)(?:ing)?$", re.IGNORECASE)
_TO_STOP = re.compile(
    r"^(walk|run|jog|sprint)(?:ing)?(?: to)? (?:stop|idle|stand)(?: (?:left|right)(?: foot)?)?$", re.IGNORECASE
)
_STARTS = re.compile(r"^(?:idle|stand|idling|standing) to (walk|run|jog|sprint|sneak|crawl)(?:ing)?$", re.IGNORECASE)
_POSTURES = {"stand": "stands up", "sit": "sits down", "lie": "lies down", "crouch": "crouches down"}


def transitions_written_out(text: str, gaits: bool) -> str:
    """Returns a name in words with its transition as steps: "crouches, then stands up". gaits: whether that from and to
    a gait is written out, too: "stands still, then walks", "walks, then stops"."""
    text = _TO_POSTURE.sub(_changed_posture, text)
    if gaits:
        text = _STARTS.sub(rf"{STANDS}, then \1s", _TO_STOP.sub(r"\1s, then stops", text))
    return text


def _changed_posture(names: re.Match[str]) -> str:
    """Returns "crouches, then stands up" for "crouch to stand"; who stands first is not told of."""
    first, then = (names[i].lower() for i in (1, 2))
    low = "" if first in ("stand", "idle") else f"{'lies' if first == 'lie' else inflected(first, 's')}, then "
    return f"{low}{_POSTURES[then]}"
