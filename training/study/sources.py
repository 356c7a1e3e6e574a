"""Where the films of a study come from: a pack that makes motions, or a folder of films named by their prompts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack

DEFAULT = "default"
"""The name of the pack that ships."""

FILM_ENDINGS = (".mp4", ".webm", ".gif")
"""Films that browsers show."""

_NUMBER = re.compile(r"^\d+ (?=\S)")  # in front of the text, as in 0001_a_person_waves.mp4
_SHOWN = 5  # prompts that a sentence names


@dataclass(frozen=True)
class PackSource:
    """A pack that makes the films. identity: tells its weights from all others."""

    name: str
    identity: str
    folder: Path | None

    def ending(self, prompt: str) -> str:
        """Returns the ending of the film's name."""
        return ".mp4"


@dataclass(frozen=True)
class FilmSource:
    """A folder of films. films: the film of each prompt, by `spoken` text."""

    name: str
    identity: str
    films: dict[str, Path]

    def film(self, prompt: str) -> Path:
        """Returns the film of a prompt that `source_of` was told of."""
        return self.films[spoken(prompt)]

    def ending(self, prompt: str) -> str:
        """Returns the ending of the film's name."""
        return self.film(prompt).suffix.lower()


Source = PackSource | FilmSource


def spoken(text: str) -> str:
    """Returns letters and digits alone, in lower case: the same for "Pole vault!" and "pole_vault"."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def source_of(place: str, prompts: Sequence[str]) -> Source:
    """Returns the source at a path: a pack folder, "default", or a folder with a film of every prompt.

    Raises `UserError` for a place that is neither, and for films that are missing, named twice, or no films.
    """
    folder = Path(place)
    if place == DEFAULT or (folder / "pack.json").is_file():
        return _pack_source(None if place == DEFAULT else folder)
    if not folder.is_dir():
        raise UserError(f"There is no pack and no folder of films at {place}; name one, or {DEFAULT!r}.")
    films = _films(folder)
    if not films:
        raise UserError(
            f"{place} holds no pack.json and no films; name a pack, or a folder of {', '.join(FILM_ENDINGS)} "
            "that are named by their prompts."
        )
    chosen = {spoken(prompt): _film_of(folder, films, prompt) for prompt in prompts if spoken(prompt) in films}
    missing = [prompt for prompt in prompts if spoken(prompt) not in chosen]
    if missing:
        named = ", ".join(missing[:_SHOWN]) + (" ..." if len(missing) > _SHOWN else "")
        raise UserError(
            f"{place} lacks the films of {len(missing)} of {len(prompts)} prompts ({named}); add them, "
            "or list the prompts that it has in a file for --prompts."
        )
    digest = hashlib.sha256()
    for text, path in sorted(chosen.items()):
        _check_film(path)
        with path.open("rb") as file:
            digest.update(text.encode() + hashlib.file_digest(file, "sha256").digest())
    return FilmSource(folder.resolve().name, digest.hexdigest(), chosen)


def _pack_source(folder: Path | None) -> PackSource:
    pack = Pack.load(folder)
    digest = hashlib.sha256((pack.folder / "pack.json").read_bytes())
    try:
        with pack.weights_path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise UserError(f"Cannot read {pack.weights_path} ({error.strerror}); install the pack again.") from error
    return PackSource(f"{pack.name} {pack.version}", digest.hexdigest(), folder)


def _films(folder: Path) -> dict[str, list[Path]]:
    """Returns the films directly in a folder by `spoken` text, each with its number and without."""
    films: dict[str, list[Path]] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise UserError(f"Cannot look into {folder} ({error.strerror}); make it readable.") from error
    for path in paths:
        if path.suffix.lower() in FILM_ENDINGS and not path.name.startswith(".") and path.is_file():
            text = spoken(path.stem)
            for name in {text, _NUMBER.sub("", text)}:
                films.setdefault(name, []).append(path)
    return films


def _film_of(folder: Path, films: dict[str, list[Path]], prompt: str) -> Path:
    found = films[spoken(prompt)]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise UserError(f"{folder} has {len(found)} films of {prompt!r} ({names}); keep one of them.")
    return found[0]


def _check_film(path: Path) -> None:
    """Raises `UserError` unless the file begins as one of its kind does."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise UserError(f"Cannot read {path} ({error.strerror}); make it readable.") from error
    begins = {".mp4": start[4:8] == b"ftyp", ".webm": start[:4] == b"\x1aE\xdf\xa3", ".gif": start[:4] == b"GIF8"}
    if not begins[path.suffix.lower()]:
        raise UserError(f"{path} is no {path.suffix[1:]} film, or is cut off; make it anew.")
