"""Reads BABEL's labels of AMASS's recordings."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json

from .data_sets import Key, key_of

CLASSES = 60
_FILES = {"train": "train.json", "val": "val.json"}
_EXTRA = {"train": "extra_train.json", "val": "extra_val.json"}
_PLAIN_CLASS = "transition"  # BABEL's own mark between two actions, no action itself


@dataclass(frozen=True)
class Label:
    """An action from `start` to `end`, in seconds; None for the whole recording.

    categories: BABEL's action categories; None where nobody gave any.
    """

    raw: str
    proc: str
    categories: tuple[str, ...] | None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Entry:
    """BABEL's entry of a recording.

    path: `feat_p`. split: of the file that it stands in. seconds: `dur`. whole: the labels of the whole recording.
    parts: those of its parts; None where nobody labelled them. faults: sentences about labels that were left out.
    extra: whether it is of the files of further annotations.
    """

    key: Key
    path: str
    split: str
    seconds: float
    whole: tuple[Label, ...]
    parts: tuple[Label, ...] | None
    faults: tuple[str, ...] = ()
    extra: bool = False


@dataclass(frozen=True)
class Babel:
    """BABEL's entries by recording, (what, reason) of entries that cannot be used, and a digest of the files."""

    entries: dict[Key, Entry]
    faults: tuple[tuple[str, str], ...]
    digest: str


def load(folder: Path, extra: bool = False) -> Babel:
    """Reads `train.json` and `val.json` of BABEL's release. Raises `UserError` where they are missing or damaged.

    extra: reads `extra_train.json` and `extra_val.json` too. They hold several annotations of a recording, by several
    people; the first that can be used counts, because two people's words for one action are not two actions. A
    recording that `train.json` or `val.json` labels keeps those labels.
    """
    reader = _Reader()
    digest = hashlib.sha256()
    files = [(split, name, False) for split, name in _FILES.items()]
    files += [(split, name, True) for split, name in _EXTRA.items() if extra]
    for split, name, is_extra in files:
        path = folder / name
        try:
            text = path.read_bytes()
        except OSError as error:
            needed = "name BABEL's folder, with train.json and val.json"
            if is_extra:
                needed = "put the file of BABEL's release there, or leave --extra out"
            raise UserError(f"{path} cannot be read ({error.strerror}); {needed}.") from error
        digest.update(text)
        try:
            data = parsed_json(text)
        except ValueError as error:
            raise UserError(f"{path} is damaged ({error}); unpack it again.") from error
        if not isinstance(data, dict):
            raise UserError(f"{path} holds no entries by number; choose BABEL's {name}.")
        for number, entry in data.items():
            reader.take(entry, f"{name}, entry {number}", split, is_extra)
    if not reader.entries:
        raise UserError(f"{folder} holds no entry that can be used; choose BABEL's train.json and val.json.")
    return Babel(reader.entries, tuple(reader.faults), digest.hexdigest())


def classes(babel: Babel, count: int = CLASSES) -> list[str]:
    """Returns the most frequent categories of the training labels, most frequent first, without "transition".

    BABEL-60 are those of its release, by how many labels name them; `load_classes` reads a list instead. Further
    annotations are not counted.
    """
    found: Counter[str] = Counter()
    for entry in babel.entries.values():
        if entry.split == "train" and not entry.extra:
            for label in entry.whole if entry.parts is None else entry.parts:
                found.update(set(label.categories or ()) - {_PLAIN_CLASS})
    return [name for name, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:count]]


def load_classes(path: Path, count: int = CLASSES) -> list[str]:
    """Reads the first `count` classes of a JSON file: a list of names, or numbers by name as in BABEL's releases.

    Raises `UserError` for a file that is neither.
    """
    try:
        data = parsed_json(path.read_bytes())
        if isinstance(data, dict):
            numbers = [int(number) for number in data.values()]
            if len(set(numbers)) < len(numbers):
                raise ValueError("two names have one number")
            data = sorted(data, key=lambda name: int(data[name]))
        if not isinstance(data, list) or not all(isinstance(name, str) and name.strip() for name in data):
            raise ValueError("no list of names")
        if len(set(data)) < len(data):
            raise ValueError("a name stands there twice")
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f'{path} holds no classes ({error}); write ["walk", "stand", ...] or {{"walk": 0}}.') from error
    if not data:
        raise UserError(f"{path} holds no classes; write one name at least.")
    return data[:count]


@dataclass
class _Reader:
    entries: dict[Key, Entry] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def take(self, data: Any, where: str, split: str, extra: bool = False) -> None:
        path = data.get("feat_p") if isinstance(data, dict) else None
        if not isinstance(path, str) or (key := key_of(path.replace("\\", "/").split("/"))) is None:
            self.faults.append((where, "its feat_p is no path of a recording"))
            return
        seconds = data.get("dur")
        if not _is_number(seconds) or seconds <= 0:
            self.faults.append((path, "its dur is no number of seconds"))
            return
        labels: dict[str, tuple[Label, ...] | None] = {}
        faults: list[str] = []
        for kind in ("seq_ann", "frame_ann"):
            read = self._first_labels if extra else self._labels
            labels[kind] = read(data.get(f"{kind}s" if extra else kind), kind == "frame_ann", faults)
        if not labels["seq_ann"] and not labels["frame_ann"]:
            why = "; ".join(faults) or "it has neither {} nor {}".format(*(f"{k}s" if extra else k for k in labels))
            self.faults.append((path, f"no label can be used: {why}"))
            return
        if key in self.entries:
            if extra and not self.entries[key].extra:
                self.faults.append(
                    (path, f"its labels of {_FILES[self.entries[key].split]} are used, not those of {where}")
                )
                return
            self.faults.append((path, "BABEL has two entries of the recording; the later one is used"))
        self.entries[key] = Entry(
            key, path, split, float(seconds), labels["seq_ann"] or (), labels["frame_ann"], tuple(faults), extra
        )

    @classmethod
    def _first_labels(cls, annotations: Any, timed: bool, faults: list[str]) -> tuple[Label, ...] | None:
        """Returns the labels of the first of several annotations that has any; None where none has."""
        if annotations is None:
            return None
        if not isinstance(annotations, list):
            faults.append("its annotations are no list")
            return None
        for annotation in annotations:
            if found := cls._labels(annotation, timed, faults):
                return found
        return None

    @staticmethod
    def _labels(annotation: Any, timed: bool, faults: list[str]) -> tuple[Label, ...] | None:
        """Returns the labels of an annotation; None where it is null or none of its labels can be used."""
        if annotation is None:
            return None
        given = annotation.get("labels") if isinstance(annotation, dict) else None
        if not isinstance(given, list):
            faults.append("an annotation has no list of labels")
            return None
        found = []
        for label in given:
            try:
                found.append(_label(label, timed))
            except ValueError as error:
                faults.append(str(error))
        return tuple(found) or None


def _label(data: Any, timed: bool) -> Label:
    """Reads a label. Raises `ValueError` that says why it cannot be used."""
    if not isinstance(data, dict):
        raise ValueError("a label is no JSON object")
    raw, proc, categories = (data.get(key) for key in ("raw_label", "proc_label", "act_cat"))
    texts = [text for text in (raw, proc) if isinstance(text, str) and text.strip()]
    if not texts:
        raise ValueError("a label has no text")
    if categories is not None and not (isinstance(categories, list) and all(isinstance(c, str) for c in categories)):
        raise ValueError(f'the act_cat of the label "{texts[0]}" is no list of names')
    raw = raw if isinstance(raw, str) and raw.strip() else texts[0]
    proc = proc if isinstance(proc, str) and proc.strip() else texts[0]
    label = Label(raw, proc, None if categories is None else tuple(c for c in categories if c.strip()))
    if not timed:
        return label
    start, end = data.get("start_t"), data.get("end_t")
    if not _is_number(start) or not _is_number(end):
        raise ValueError(f'the label "{raw}" has no times')
    if start < 0 or end < 0:
        raise ValueError(f'the label "{raw}" goes from {start:g} to {end:g} s, before the recording begins')
    if end <= start:
        raise ValueError(f'the label "{raw}" ends at {end:g} s, and begins at {start:g} s')
    return Label(label.raw, label.proc, label.categories, float(start), float(end))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
