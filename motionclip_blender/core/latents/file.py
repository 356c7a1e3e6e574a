"""Saves latents as `.npz` files, and as text inside other files."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..files import write_arrays

_ABSURD = 1e6  # a whole latent of CLIP has a length of some tens


def save(latent: np.ndarray, path: Path, pack: str) -> None:
    """Writes `latent` (D,) and `pack`, the name and version of the pack that made it; whole or not at all."""
    write_arrays(path, {"latent": np.asarray(latent, np.float32), "pack": np.array(pack)})


def load(path: Path) -> np.ndarray:
    """Returns a saved latent, (D,) float32. Raises `UserError` for a file that is missing, damaged, or no latent."""
    try:
        with np.load(path, allow_pickle=False) as data:
            latent = data["latent"]
    except Exception as error:  # zipfile, zlib and numpy each raise their own kinds for a damaged archive
        raise UserError(f"{path} is no saved latent; choose a file that was saved as one.") from error
    if latent.ndim != 1 or latent.dtype.kind != "f" or not _like_latents(latent):
        raise UserError(f"{path} holds no latent but numbers of another kind; choose another file.")
    return latent.astype(np.float32)


def maker(path: Path) -> str:
    """Returns name and version of the pack that made a saved latent; empty for a file that does not say, or is none."""
    try:
        with np.load(path, allow_pickle=False) as data:
            return str(data["pack"])
    except Exception:  # as in `load`, which says what is wrong
        return ""


def to_text(latent: np.ndarray) -> str:
    """Returns a latent (D,) as text for a .blend file: float32, base64."""
    return base64.b64encode(latent.astype("<f4").tobytes()).decode("ascii")


def from_text(text: str) -> np.ndarray | None:
    """Returns the latent (D,) float32 that `to_text` wrote; None for other text."""
    try:
        latent = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    except ValueError:
        return None
    return latent.astype(np.float32) if _like_latents(latent) else None


def _like_latents(numbers: np.ndarray) -> bool:
    """Checks that there are numbers and none is absurdly large, because their squares would exceed float32."""
    return bool(numbers.size) and bool((np.abs(numbers) < _ABSURD).all())  # nan is not
