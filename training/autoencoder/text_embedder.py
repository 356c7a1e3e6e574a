"""The text tower that a run's texts are embedded by."""

from __future__ import annotations

from motionclip_blender.core.errors import UserError

from .crops import Embed
from .embeddings import embedded, shipped_tower


def text_embedder(name: str, file: str | None) -> Embed:
    """name: "minilm", or open_clip's name of a CLIP, whose weights are in `file`.

    Raises `UserError` where the file is missing.
    """
    if name == "minilm":
        tower = shipped_tower()
        return lambda texts: embedded(tower, texts)
    raise UserError(
        f"The configuration's texts are read by {name}; give the file of its weights with --clip FILE, or --clip "
        "minilm for the text tower that ships."
    )
