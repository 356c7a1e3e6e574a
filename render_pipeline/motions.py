"""The motions to render frames of: which there are, what they hold, what they are called."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionclip_blender.core import amass
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion

_KEPT_FRAMES = 400_000  # of motions in memory; about 360 MB
_FLOOR_FRAMES = 48  # looked at to find a motion's floor
_FLOOR_PERCENTILE = 5.0


@dataclass(frozen=True, eq=False)
class Clip:
    """A motion, and the height of the floor it stands on (metres, in its own axes)."""

    motion: Motion
    floor: float


class Motions:
    """The motions in a folder and its subfolders, AMASS-form `.npz` files. Safe to use from several threads.

    names: of all motions, sorted: paths without the suffix, relative to the folder, with forward slashes.
    Raises `UserError` when there are none.
    """

    def __init__(self, folder: Path, body: Body) -> None:
        if not folder.is_dir():
            raise UserError(f"There is no folder {folder}; choose one with motions (.npz files in AMASS's form).")
        self.folder = folder
        self.names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.npz"))
        if not self.names:
            raise UserError(f"{folder} holds no motions; choose a folder with .npz files in AMASS's SMPL-X form.")
        self._body = body
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
        motion = amass.load(self._path(name))
        clip = Clip(motion, self._floor(motion))
        with self._lock:
            self._kept[name] = clip
            while len(self._kept) > 1 and sum(len(kept.motion) for kept in self._kept.values()) > _KEPT_FRAMES:
                self._kept.popitem(last=False)
        return clip

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def _floor(self, motion: Motion) -> float:
        """Where `Body.on_floor` would put the floor, from fewer frames."""
        frames = np.unique(np.linspace(0, len(motion) - 1, _FLOOR_FRAMES).astype(int))
        some = Motion(motion.rotations[frames], motion.translation[frames], motion.fps)
        lowest = self._body.posed_vertices(some, None, self._body.contacts)[:, :, 1].min(axis=1)
        return float(np.percentile(lowest, _FLOOR_PERCENTILE))


class Captions:
    """What the motions show, from the folder's `index.json`; without that file, nothing is known of any.

    The file is a list of entries, or has it under "clips". An entry names its motion by `clip` or `file` (the motion's
    name, or the part after its subfolder when `source` names that). It has `captions`, or `spans`: each with `captions`
    and, in seconds, the `start` and `end` of the part that they are about. Other keys are left alone.
    """

    def __init__(self, folder: Path) -> None:
        self._entries: dict[str, list[tuple[float, float, list[str]]]] = {}
        path = folder / "index.json"
        if not path.is_file():
            return
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for entry in content["clips"] if isinstance(content, dict) else content:
                self._add(entry)
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            raise UserError(f"{path} is no index of motions ({error!r}); correct it or take it away.") from error

    def _add(self, entry: dict) -> None:
        names = {entry[key].removesuffix(".npz") for key in ("clip", "file") if key in entry}
        if entry.get("source"):
            names |= {f"{entry['source']}/{name}" for name in names}
        for part in entry.get("spans") or [entry]:
            texts = [text for text in part.get("captions", ()) if isinstance(text, str) and text.strip()]
            if texts:
                start, end = part.get("start"), part.get("end")
                span = (0.0 if start is None else float(start), np.inf if end is None else float(end), texts)
                for name in names:
                    self._entries.setdefault(name, []).append(span)

    def at(self, name: str, seconds: float) -> list[str]:
        """The captions of a motion at a time, those of the shortest span there; empty when there are none."""
        here = [entry for entry in self._entries.get(name, ()) if entry[0] <= seconds <= entry[1]]
        return min(here, key=lambda entry: entry[1] - entry[0])[2] if here else []
