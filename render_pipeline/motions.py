"""The motions to render frames of: which there are, what they hold, what they are called."""

from __future__ import annotations

import json
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
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass

_KEPT_FRAMES = 400_000  # of motions in memory; about 360 MB
_FLOOR_FRAMES = 48  # looked at to find a motion's floor
_FLOOR_PERCENTILE = 5.0
_FLOOR_DIGITS = 4  # tenths of millimetres


@dataclass(frozen=True, eq=False)
class Clip:
    """A motion, and the height of the floor it stands on (metres, in its own axes)."""

    motion: Motion
    floor: float


class Motions:
    """The motions in a folder and its subfolders, AMASS-form `.npz` files. Safe to use from several threads.

    Links to folders are followed, and endings may be in capitals.
    names: of all motions, sorted: paths without the suffix, relative to the folder, with forward slashes.
    problems: sentences about folders and links that cannot be looked into.
    up: the axis that points up in all of them; found for each where it is empty.
    Raises `UserError` when there are none.
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
        """Names with the sizes of their files, to tell whether the folder is still the same."""
        return [(name, self._path(name).stat().st_size) for name in self.names]

    def load(self, name: str) -> Clip:
        """A motion. Raises `UserError` when its file is damaged or holds something else."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        try:
            motion = amass.load(self._path(name), self._up)
            clip = Clip(motion, self._floor(motion))
        except UserError:
            raise
        except Exception as error:  # whatever is wrong with one file, the others are rendered
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
        """Where `Body.on_floor` would put the floor, from fewer frames.

        The same number everywhere: how numpy sums up products depends on the machine and its number of threads, which
        in double precision changes nothing that is left after rounding.
        """
        frames = np.unique(np.linspace(0, len(motion) - 1, _FLOOR_FRAMES).astype(int))
        some = Motion(motion.rotations[frames], motion.translation[frames], motion.fps)
        lowest = self._body.posed_vertices(some, None, self._body.contacts)[:, :, 1].min(axis=1)
        return round(float(np.percentile(lowest, _FLOOR_PERCENTILE)), _FLOOR_DIGITS)


def _precise(body: Body) -> Body:
    """A body whose skin is computed in double precision."""
    names = ("template", "weights", "regressor", *(("pose_dirs",) if body.pose_dirs is not None else ()))
    return replace(body, **{name: getattr(body, name).astype(np.float64) for name in names})


class Captions:
    """What the motions show, from the folder's `index.json`; without that file, nothing is known of any.

    The file is a list of entries, or has it under "clips". An entry names its motion by `clip` or `file` (the motion's
    name, or the part after its subfolder when `source` names that), with slashes or backslashes; capitals matter only
    where motions differ by them alone. It has `captions`, or `spans`: each with `captions` and, in seconds, the `start`
    and `end` of the part that they are about. Other keys are left alone.
    names: of the motions that there are.
    strangers: what entries with captions call motions that are not there.
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
            content = json.loads(path.read_bytes())  # finds the encoding, and takes a byte order mark
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
        """The motions that an entry means by a name."""
        if name in self._names:
            return [self._names[name]]
        found = self._any_case.get(name.casefold(), [])
        return found if len(found) == 1 else []

    def at(self, name: str, seconds: float) -> list[str]:
        """The captions of a motion at a time, those of the shortest span there; empty when there are none."""
        here = [entry for entry in self._entries.get(name, ()) if entry[0] <= seconds <= entry[1]]
        return min(here, key=lambda entry: entry[1] - entry[0])[2] if here else []


def _plain(name: str) -> str:
    """What an index calls a motion, as `Motions` does."""
    name = plain_name(name.replace("\\", "/")).removeprefix("./")
    return name[: -len(".npz")] if name.lower().endswith(".npz") else name
