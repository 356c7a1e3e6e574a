"""Checks what a user asks for, prompts and lengths, before any work starts."""

from __future__ import annotations

from .errors import UserError

MAX_CHARACTERS = 500
"""More than any text tower reads (77 tokens); a longer text is a mistake, such as a pasted document."""

MIN_FRAMES = 2
MAX_FRAMES = 3600
"""Two minutes at 30 fps. Beyond the pack's trained length a part of its motion is repeated."""
MOST_SEGMENTS = 50
"""Of a timeline."""

MAX_WEIGHT = 10.0
"""The largest weight of a term, positive or negative. The decoder was trained on nothing like it far below already."""

_ACTION_NAME_BYTES = 63  # Blender's limit for the name of a data-block up to version 4.5


def checked_prompt(prompt: str) -> str:
    """Returns the prompt on one line, white space folded.

    Raises `UserError` when it is empty, has no letter or digit (emoji only), or is over `MAX_CHARACTERS` long.
    """
    import unicodedata  # a library of its own, which enabling the add-on should not wait for

    # surrogates reach us from broken command-line bytes and can be neither tokenised nor stored
    text = " ".join(prompt.encode("utf-8", "ignore").decode("utf-8").split())
    text = "".join(c for c in text if unicodedata.category(c) != "Cc")
    if not text:
        raise UserError('The prompt is empty; type what the character should do, such as "a person waves".')
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"The prompt has {len(text):,} characters; shorten it to {MAX_CHARACTERS} or fewer.")
    if not any(c.isalnum() for c in text):
        raise UserError("The prompt has no words; describe the movement in words.")
    return text


def checked_frames(frames: int) -> int:
    """Returns `frames`. Raises `UserError` unless it lies in [`MIN_FRAMES`, `MAX_FRAMES`]."""
    if not MIN_FRAMES <= frames <= MAX_FRAMES:
        raise UserError(f"The length must be {MIN_FRAMES} to {MAX_FRAMES:,} frames, not {frames:,}.")
    return int(frames)


def action_name(prompt: str) -> str:
    """Returns the prompt as the name of an Action, cut to Blender's limit but never within a character."""
    return prompt.encode("utf-8")[:_ACTION_NAME_BYTES].decode("utf-8", "ignore").strip()
