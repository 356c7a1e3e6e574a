"""Finds the weights of OpenAI's CLIP: a file that the user names, a cached one, or, if allowed, OpenAI's server."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .progress import Progress

_SHA256 = "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"


@dataclass(frozen=True)
class Published:
    """Weights on a server. url, sha256: as in open_clip. what: their description in messages."""

    url: str
    sha256: str
    what: str

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]


_VIT_B_32 = Published(
    f"https://openaipublic.azureedge.net/clip/models/{_SHA256}/ViT-B-32.pt", _SHA256, "OpenAI's CLIP ViT-B/32"
)
PUBLISHED = {("ViT-B-32-quickgelu", "openai"): _VIT_B_32, ("ViT-B-32", "openai"): _VIT_B_32}
"""Published weights by open_clip's names of a model and its weights."""


@dataclass(frozen=True)
class ClipSource:
    """The user's settings about CLIP's weights.

    file: the weights; None to find them.
    folder: where downloaded weights are kept; None for the user's cache.
    allowed: whether they may be downloaded.
    """

    file: Path | None = None
    folder: Path | None = None
    allowed: bool = False


def clip_file(model: str, pretrained: str, source: ClipSource, progress: Progress) -> Path:
    """Returns the file with the weights of a CLIP, by open_clip's names of it.

    Tries in order: the file that the source names, the file in the cache, the file in open_clip's cache, and, if the
    source allows it, a download whose SHA-256 is checked. Raises `UserError` if none is found or the download fails,
    and what `progress` raises.
    """
    if source.file is not None:
        if not source.file.is_file():
            raise UserError(f"There is no file {source.file} of CLIP's weights; choose one that is there.")
        return source.file
    published = PUBLISHED.get((model, pretrained))
    if published is None:
        raise UserError(f"The weights of {model} ({pretrained}) are not here; choose their file.")
    path = (source.folder or user_cache()) / published.file
    if path.is_file():
        return path
    theirs = _open_clips_cache() / published.file
    if theirs.is_file() and _has_digest(theirs, published.sha256):
        return theirs
    if not source.allowed:
        raise UserError(
            f"The weights of {model} ({pretrained}) are not here; allow them to be fetched (354 MB; Allow Online "
            f"Access in the preferences, or --download) or choose the file {path.name}."
        )
    from .download import download  # Python's network library is needed by nobody else

    download(published.url, path, published.sha256, published.what, progress)
    return path


def user_cache() -> Path:
    """Returns this user's folder for downloaded files, outside of Blender."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "motionclip-blender"


def _open_clips_cache() -> Path:
    return Path.home() / ".cache" / "clip"


def _has_digest(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
