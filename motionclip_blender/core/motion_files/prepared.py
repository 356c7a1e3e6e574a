"""Looks motions up by their label in the folders that `python -m training prepare` writes.

A folder holds either a motion file for each clip, with the spans of its labels in `index.json`, or shards of windows of
AMASS with BABEL's labels.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from ..json_text import parsed_json
from ..motion import MOST_FRAMES, Motion
from ..skeleton import INDEX, JOINTS
from . import amass

_INDEX = "index.json"
_SHARDS = "motionclip-amass"
_HELD_OUT = ("test", "val")
_ENOUGH = 2.0  # seconds: what the encoder reads at once
_NEAREST = 3  # labels that an error names
_ALIKE = 0.5  # of `difflib`, below which two labels have little in common


@dataclass(frozen=True)
class _Place:
    """A stretch in which a label is shown.

    name: of its clip, as a user knows it. file: that holds it. start, end: in seconds of a motion file, in rows of a
    shard. rank: the places to prefer have the smaller one. model, up: of a shard's recording.
    """

    name: str
    file: Path
    start: float
    end: float
    rank: tuple
    model: str = ""
    up: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """A motion that shows a label. place: the clip and the seconds, for the user."""

    motion: Motion
    place: str


class PreparedMotions:
    """The motions of a prepared folder, by their labels.

    A label is a class, or a wording that somebody gave the motion; case and white space do not matter. Of several
    motions a held-out one is taken first, then one of two seconds and more, then the first in the index.
    """

    def __init__(self, folder: Path) -> None:
        """Reads the index alone. Raises `UserError` where there is none, or it is damaged, or names no label."""
        self.folder = Path(folder)
        index = _json(self.folder / _INDEX, f"{folder} holds no prepared motions; name the folder that `python -m "
                      "training prepare` wrote.")  # fmt: skip
        self._places: dict[str, _Place] = {}
        self._labels: dict[str, str] = {}  # as it is written, by how it is looked up
        self._joints: list[int] = []
        self._fps = 30.0
        try:
            if index.get("format") == _SHARDS:
                self._read_shards(index)
            else:
                self._read_clips(index["clips"])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UserError(f"The index in {folder} is damaged ({error!r}); prepare the motions again.") from error
        if not self._places:
            raise UserError(f"No motion in {folder} has a label; prepare motions that have captions.")

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, in the order of the index."""
        return tuple(self._labels.values())

    def find(self, label: str) -> Found:
        """Reads the motion of a label. Raises `UserError`, which names the nearest labels, where there is none."""
        place = self._places.get(_plain(label))
        if place is None:
            nearest = ", ".join(f'"{self._labels[key]}"' for key in self._nearest(_plain(label)))
            raise UserError(f'No motion in {self.folder} is labelled "{label}"; the nearest labels are {nearest}.')
        if place.up:
            return self._of_shard(place)
        motion = amass.load(place.file)
        first, last = round(place.start * motion.fps), round(place.end * motion.fps)
        if place.end > motion.seconds - 0.5 / motion.fps:  # the last frame, too
            last = len(motion)
        last = min(max(last, first + 2), len(motion))
        if first >= last:
            raise UserError(f"{place.file} is shorter than {self.folder / _INDEX} says; prepare the motions again.")
        return Found(motion.crop(first, last), f"{place.name}, {place.start:.1f} to {place.end:.1f} s")

    def _nearest(self, plain: str) -> list[str]:
        found = difflib.get_close_matches(plain, self._labels, _NEAREST, _ALIKE)
        words = set(plain.split())
        # "drink" is near "a person drinks from a mug", though most letters differ
        sharing = sorted(self._labels, key=lambda key: -len(words & set(key.split())) / len(words | set(key.split())))
        return list(dict.fromkeys([*found, *sharing]))[:_NEAREST]

    def _add(self, label: object, place: _Place) -> None:
        if not isinstance(label, str) or not (plain := _plain(label)):
            return
        self._labels.setdefault(plain, " ".join(label.split()))
        if plain not in self._places or place.rank < self._places[plain].rank:
            self._places[plain] = place

    # --- a motion file for each clip

    def _read_clips(self, clips: list[dict[str, Any]]) -> None:
        for number, clip in enumerate(clips):
            file = self.folder / clip["file"].replace("\\", "/")
            held_out = clip.get("split") in _HELD_OUT
            whole = clip | {"start": 0.0, "end": clip.get("seconds", MOST_FRAMES)}
            for span in clip.get("spans") or [whole]:
                start, end = float(span["start"]), float(span["end"])
                for kind, labels in enumerate(([span.get("label")], span.get("captions") or [])):
                    rank = (kind, not held_out, end - start < _ENOUGH, number, start)
                    for label in labels:
                        self._add(label, _Place(clip["clip"], file, start, end, rank))

    # --- shards

    def _read_shards(self, index: dict[str, Any]) -> None:
        self._joints, self._fps = [INDEX[name] for name in index["joints"]], float(index["fps"])
        for number in range(len(index["shards"])):
            path = self.folder / f"shard-{number:05d}.json"
            words = _json(path, f"{path} is missing; run `python -m training prepare --amass` to its end.")
            row = 0
            for count, (of, start, stop, spans, _) in enumerate(words["windows"]):
                origin = words["recordings"][of]
                held_out = any(origin[split] in _HELD_OUT for split in ("amass", "babel"))
                for span_start, span_stop, raw, proc, categories in spans:
                    first, last = max(span_start, 0), min(span_stop, stop - start)
                    if last <= first:
                        continue
                    short = last - first < _ENOUGH * self._fps
                    for kind, labels in enumerate(([raw, proc], categories)):
                        place = _Place(
                            origin["path"], path.with_suffix(".npy"), row + first, row + last,
                            (kind, not held_out, short, number, count, first), origin["model"], origin["up"],
                        )  # fmt: skip
                        for label in labels:
                            self._add(label, place)
                row += stop - start

    def _of_shard(self, place: _Place) -> Found:
        try:
            shard = np.load(place.file, mmap_mode="r", allow_pickle=False)
            rows = np.array(shard[int(place.start) : int(place.end)], np.float64)
            turns = rows[:, :-3].reshape(len(rows), len(self._joints), 3)
        except (OSError, ValueError, EOFError, IndexError) as error:
            raise UserError(f"{place.file} is missing or damaged ({error}); prepare the motions again.") from error
        if len(rows) < place.end - place.start:
            raise UserError(f"{place.file} is shorter than its index says; prepare the motions again.")
        poses = np.zeros((len(rows), len(JOINTS), 3))
        poses[:, self._joints] = turns
        own = Motion.from_axis_angle(poses.reshape(len(rows), -1), rows[:, -3:], self._fps)
        seconds = len(rows) / self._fps
        return Found(amass.turned_upright(own, rows[:, -3:], place.model, place.up), f"{place.name}, {seconds:.1f} s")


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()


def _json(path: Path, missing: str) -> dict[str, Any]:
    try:
        data = parsed_json(path.read_bytes())  # detects the encoding and accepts a byte order mark
    except OSError as error:
        raise UserError(missing) from error
    except ValueError as error:
        raise UserError(f"{path} is damaged; prepare the motions again.") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} is damaged; prepare the motions again.")
    return data
