"""Writes and reads shards of windows: memory-mapped numbers, and JSON that says what each window shows.

A folder holds `index.json`, and for each shard `shard-00000.npy` (frames, 75) float32: 24 joints' rotations as
axis-angle and the translation, and `shard-00000.json`: its recordings, its windows and what was left out. The JSON file
is written last, so a shard that has one is complete.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json, write_whole
from motionclip_blender.core.json_text import parsed_json

from .files import JOINTS, Recording
from .windows import Span, Window

INDEX = "index.json"
FORMAT, VERSION = "motionclip-amass", 1
NUMBERS = 3 * len(JOINTS) + 3
_PIECE = 1 << 20  # bytes that are hashed at a time


@dataclass(frozen=True)
class Origin:
    """The recording of a window.

    path: below AMASS's folder. amass, babel: the parts of the two splits that it is in; None for none. up: the axis
    that points up in its numbers. betas: (16,) of its body.
    """

    path: str
    amass: str | None
    babel: str
    up: str
    betas: tuple[float, ...]
    gender: str
    model: str
    source_fps: float

    @classmethod
    def of(cls, recording: Recording, path: str, amass: str | None, babel: str) -> Origin:
        betas = tuple(round(float(beta), 6) for beta in recording.betas)
        return cls(path, amass, babel, recording.up, betas, recording.gender, recording.model, recording.source_fps)


@dataclass
class Shard:
    """The contents of one shard. skipped: (what, kind, detail). seen: number of files that were processed."""

    number: int
    seen: int = 0
    origins: list[Origin] = field(default_factory=list)
    windows: list[tuple[int, Window]] = field(default_factory=list)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)
    numbers: list[np.ndarray] = field(default_factory=list)

    def add(self, recording: Recording, origin: Origin, windows: Sequence[Window]) -> None:
        """Adds a recording's windows."""
        flat = np.concatenate((recording.turns.reshape(len(recording), -1), recording.trans), axis=1, dtype=np.float32)
        self.windows += [(len(self.origins), window) for window in windows]
        self.origins.append(origin)
        # copies, or a short window would keep a long recording in memory
        self.numbers += [flat[window.start : window.stop].copy() for window in windows]

    def write(self, folder: Path) -> None:
        """Writes both files, each whole."""
        numbers = np.concatenate(self.numbers) if self.numbers else np.zeros((0, NUMBERS), np.float32)
        with write_whole(numbers_path(folder, self.number)) as file:
            np.save(file, numbers, allow_pickle=False)
        said = {
            "seen": self.seen,
            "frames": len(numbers),
            "recordings": [vars(origin) for origin in self.origins],
            "windows": [_window_json(*entry) for entry in self.windows],
            "skipped": self.skipped,
        }
        write_json(words_path(folder, self.number), said, indent=None)


def numbers_path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.npy"


def words_path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.json"


def digest_of(path: Path) -> str:
    """Returns the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def is_shards(folder: Path) -> bool:
    """Returns whether a folder holds an index of shards."""
    try:
        return parsed_json((folder / INDEX).read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        return False


class Shards:
    """Reads windows from a folder of shards, each from the disk when it is requested.

    It may be passed to other processes: each maps the files anew.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `UserError` for a folder that is not finished, damaged, or of another version."""
        self.folder = Path(folder)
        index = _json(self.folder / INDEX)
        if index.get("format") != FORMAT or index.get("version") != VERSION:
            raise UserError(f"{self.folder} holds no shards of this version; run `python -m training prepare --amass`.")
        self.index: dict[str, Any] = index
        self.legacy: bool = index["legacy"]
        self.classes: tuple[str, ...] = tuple(index["classes"])
        self.windows: list[Window] = []
        self.origins: list[Origin] = []
        self._places: list[tuple[int, int]] = []  # shard and first row of each window
        for number, entry in enumerate(index["shards"]):
            self._open(number, entry)

    def _open(self, number: int, entry: dict[str, Any]) -> None:
        words = _json(words_path(self.folder, number))
        try:
            origins = [Origin(**{**one, "betas": tuple(one["betas"])}) for one in words["recordings"]]
            offset = 0
            for data in words["windows"]:
                of, window = _window(data)
                self.origins.append(origins[of])
                self.windows.append(window)
                self._places.append((number, offset))
                offset += len(window)
            numbers = self._map(number)
            if offset != len(numbers) or len(words["windows"]) != entry["windows"]:
                raise ValueError("another number of windows")
        except (KeyError, TypeError, ValueError, IndexError) as error:
            path = numbers_path(self.folder, number)
            raise UserError(
                f"{path} or the .json beside it is damaged ({error}); delete both and prepare again."
            ) from error

    def __len__(self) -> int:
        return len(self.windows)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_maps"}

    def chosen(self, split: str, part: str) -> np.ndarray:
        """Returns indices of the windows in a part ("train", "val", "test") of a split ("amass", "babel").

        Raises `UserError` where there is none.
        """
        found = np.array([i for i, origin in enumerate(self.origins) if getattr(origin, split) == part], int)
        if not len(found):
            raise UserError(f"{self.folder} has no window in the part {part} of the split {split}; prepare more data.")
        return found

    def read(self, i: int, start: int = 0, stop: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Returns turns (n, 24, 3) and way (n, 3), float32, of frames `start` to `stop` of window `i`."""
        shard, first = self._places[i]
        stop = len(self.windows[i]) if stop is None else stop
        rows = np.array(self._map(shard)[first + start : first + stop])
        return rows[:, :-3].reshape(len(rows), -1, 3), rows[:, -3:]

    @cached_property
    def _maps(self) -> dict[int, np.ndarray]:
        return {}

    def _map(self, number: int) -> np.ndarray:
        if number not in self._maps:
            path = numbers_path(self.folder, number)
            try:
                numbers = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise UserError(f"{path} is missing or damaged ({error}); prepare again.") from error
            if numbers.ndim != 2 or numbers.shape[1] != NUMBERS or numbers.dtype != np.float32:
                raise UserError(f"{path} is no shard; delete it and prepare again.")
            self._maps[number] = numbers
        return self._maps[number]


def _json(path: Path) -> dict[str, Any]:
    try:
        data = parsed_json(path.read_bytes())
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); run `python -m training prepare --amass` to its end."
        ) from error
    except ValueError as error:
        raise UserError(f"{path} is damaged; delete it and prepare again.") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} is damaged; delete it and prepare again.")
    return data


def sweep(folder: Path) -> None:
    """Removes half-written files of a run that was killed."""
    for path in folder.glob(".shard-*"):
        os.unlink(path)


# --- windows as JSON


def _window_json(of: int, window: Window) -> list:
    return [of, window.start, window.stop, _spans_json(window.spans), _spans_json(window.drifted)]


def _spans_json(spans: Sequence[Span] | None) -> list | None:
    if spans is None:
        return None
    return [[span.start, span.stop, span.raw, span.proc, list(span.categories)] for span in spans]


def _window(data: list) -> tuple[int, Window]:
    of, start, stop, spans, drifted = data
    return of, Window(start, stop, _spans(spans), None if drifted is None else _spans(drifted))


def _spans(data: list) -> tuple[Span, ...]:
    return tuple(Span(start, stop, raw, proc, tuple(categories)) for start, stop, raw, proc, categories in data)
