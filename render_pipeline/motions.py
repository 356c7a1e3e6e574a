"""Finds and loads the motions to render, and their captions."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import files_below, plain_name
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass

_KEPT_FRAMES = 400_000  # limit of the frames kept in memory; about 360 MB
_FLOOR_FRAMES = 48  # frames used to estimate a motion's floor
_FLOOR_PERCENTILE = 5.0
_FLOOR_DIGITS = 4  # tenths of millimetres


@dataclass(frozen=True, eq=False)
class Clip:
    """A motion, and the height of its floor (metres, in the motion's own axes)."""

    motion: Motion
    floor: float


class Motions:
    """The motions in a folder and its subfolders: AMASS-form `.npz` files. Thread-safe.

    Links to folders are followed; suffixes may be in capitals.

    names: of all motions, sorted: paths without the suffix, relative to the folder, with forward slashes.
    problems: sentences about folders and links that cannot be read.
    up: the axis that points up in all motions; detected for each when empty.
    Raises `UserError` when the folder is missing or holds no motions.
    """

    def __init__(self, folder: Path, body: Body, up: str = "") -> None:
        if not os.path.isdir(folder):
            raise UserError(f"There is no folder {folder}; choose one with motions (.npz files in AMASS's form).")
        self.folder = folder
        self.problems: list[str] = []
        self._paths: dict[str, Path] = {}
        for path in files_below(folder, (".npz",), self.problems):
            relative = path.relative_to(folder)
            name = plain_name(relative.with_suffix("").as_posix())
            self._paths[plain_name(relative.as_posix()) if name in self._paths else name] = path
        self.names = sorted(self._paths)
        if not self.names:
            raise UserError(f"{folder} holds no motions; choose a folder with .npz files in AMASS's SMPL-X form.")
        self._body, self._up = _precise(body), up
        self._kept: OrderedDict[str, Clip] = OrderedDict()
        self._lock = threading.Lock()

    def sizes(self) -> list[tuple[str, int]]:
        """Returns names and file sizes in bytes, from which a later run detects that the folder has changed."""
        return [(name, self._path(name).stat().st_size) for name in self.names]

    def load(self, name: str) -> Clip:
        """Loads a motion, or returns it from the cache. Raises `UserError` when its file is damaged or no motion."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        try:
            motion = amass.load(self._path(name), self._up)
            clip = Clip(motion, self._floor(motion))
        except UserError:
            raise
        except Exception as error:  # one damaged file must not stop the run
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"{name}.npz cannot be read ({reason}); make it again, or take it away.") from error
        with self._lock:
            self._kept[name] = clip
            while len(self._kept) > 1 and sum(len(kept.motion) for kept in self._kept.values()) > _KEPT_FRAMES:
                self._kept.popitem(last=False)
        return clip

    def _path(self, name: str) -> Path:
        return self._paths[name]

    def _floor(self, motion: Motion) -> float:
        """Estimates the floor's height as `Body.on_floor` does, but from fewer frames.

        The result is the same on every machine. numpy's sums depend on the machine and its number of threads, but in
        double precision the difference disappears in the rounding.
        """
        frames = np.unique(np.linspace(0, len(motion) - 1, _FLOOR_FRAMES).astype(int))
        some = Motion(motion.rotations[frames], motion.translation[frames], motion.fps)
        lowest = self._body.posed_vertices(some, None, self._body.contacts)[:, :, 1].min(axis=1)
        return round(float(np.percentile(lowest, _FLOOR_PERCENTILE)), _FLOOR_DIGITS)


def _precise(body: Body) -> Body:
    """Returns a copy of `body` that computes its vertices in double precision."""
    names = ("template", "weights", "regressor", *(("pose_dirs",) if body.pose_dirs is not None else ()))
    return replace(body, **{name: getattr(body, name).astype(np.float64) for name in names})


class Captions:
    """The captions of motions, read from the folder's `index.json`. Without that file, no motion has a caption.

    The file is a list of entries, or an object with that list under "clips". An entry names its motion by `clip` or
    `file` (the motion's name, or the part after its subfolder when `source` names that), with slashes or backslashes;
    case matters only where motions differ by nothing else. It has `captions`, or `spans`: each with `captions` and the
    `start` and `end` (seconds) of the described part. Other keys are ignored.

    names: of the motions in the folder.
    strangers: names in entries with captions that match no motion.
    Raises `UserError` for a file that is no such index.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._entries: dict[str, list[tuple[float, float, list[str]]]] = {}
        self._names = {name.replace("\\", "/"): name for name in names}
        self._any_case: dict[str, list[str]] = {}
        for plain, name in self._names.items():
            self._any_case.setdefault(plain.casefold(), []).append(name)
        self.strangers: list[str] = []
        path = folder / "index.json"
        if not path.is_file():
            return
        try:
            content = parsed_json(path.read_bytes())  # detects the encoding and accepts a byte order mark
            for entry in content["clips"] if isinstance(content, dict) else content:
                self._add(entry)
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            raise UserError(f"{path} is no index of motions ({error!r}); correct it or take it away.") from error

    def _add(self, entry: dict) -> None:
        said = {_plain(entry[key]) for key in ("clip", "file") if key in entry}
        if entry.get("source"):
            said |= {f"{_plain(entry['source'])}/{name}" for name in said}
        motions = {motion for name in said for motion in self._called(name)}
        for part in entry.get("spans") or [entry]:
            texts = [text for text in part.get("captions", ()) if isinstance(text, str) and text.strip()]
            if texts:
                start, end = part.get("start"), part.get("end")
                span = (0.0 if start is None else float(start), np.inf if end is None else float(end), texts)
                for motion in motions:
                    self._entries.setdefault(motion, []).append(span)
                if not motions:
                    self.strangers += [str(entry.get("file") or entry.get("clip"))] if said else ["an entry of no name"]
                    return

    def _called(self, name: str) -> list[str]:
        """Returns the motions that an entry's `name` stands for."""
        if name in self._names:
            return [self._names[name]]
        found = self._any_case.get(name.casefold(), [])
        return found if len(found) == 1 else []

    def at(self, name: str, seconds: float) -> list[str]:
        """Returns the captions of a motion at a time: those of the shortest span there, or an empty list."""
        here = [entry for entry in self._entries.get(name, ()) if entry[0] <= seconds <= entry[1]]
        return min(here, key=lambda entry: entry[1] - entry[0])[2] if here else []


def _plain(name: str) -> str:
    """Normalises a name of the index to the form of `Motions.names`."""
    name = plain_name(name.replace("\\", "/")).removeprefix("./")
    return name[: -len(".npz")] if name.lower().endswith(".npz") else name
