"""Reads the joints of a BVH file, and rewrites its frames in the one form that Blender's importer accepts.

The importer parses line by line, and fails at a brace behind a name, a comment, or a joint with one angle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from .text import with_points

_COMMENT = re.compile(r"^\s*(#|//).*$", re.MULTILINE)
_BREAKS = re.compile(r"\s*([{}])\s*|\s+(?=(?:OFFSET|CHANNELS)\s)", re.IGNORECASE)
_KEYWORD = re.compile(r"(ROOT|JOINT|END|OFFSET|CHANNELS)\b\s*(.*)|[{}]", re.IGNORECASE)
_CHANNEL = re.compile(r"([XYZ])(position|rotation)", re.IGNORECASE)
_NEAR_ZERO = 0.1  # share of the OFFSET: a joint whose positions always stay closer to 0 has them relative to its OFFSET


@dataclass
class Joint:
    """A joint of the hierarchy.

    offset: (3,) from the parent. channels: ("X", "rotation") and so on, in the file's order. depth: 0 for the root.
    ends: the offsets of its End Sites.
    """

    name: str
    depth: int
    offset: np.ndarray
    channels: list[tuple[str, str]]
    ends: list[np.ndarray]

    def axes(self, of: str) -> list[str]:
        """Returns the axes of its channels of a kind, "position" or "rotation", in the file's order."""
        return [axis for axis, what in self.channels if what == of]


def read_joints(path: Path, hierarchy: str) -> list[Joint]:
    """Reads the joints in the order of the file. Raises `UserError` for text that is no hierarchy of one person."""
    entries = _entries(path, hierarchy)
    roots = [rest for word, rest in entries if word == "ROOT"]
    if len(roots) > 1:
        raise UserError(
            f"{path.name} holds {len(roots)} skeletons (ROOT {', ROOT '.join(roots)}); "
            "export each person to a file of its own."
        )
    joints: list[Joint] = []
    opened: list[Joint | None] = []  # None for an End Site
    named_joint: Joint | None = None  # the joint whose opening brace comes next
    used: set[str] = set()
    for word, rest in entries:
        if word in ("ROOT", "JOINT"):
            named_joint = Joint(_unused(rest, used), len(opened), np.zeros(3), [], [])
            joints.append(named_joint)
        elif word == "END":
            named_joint = None
        elif word == "{":
            opened.append(named_joint)
        elif not opened:
            raise UserError(f"{path.name} is not a BVH file; copy it again.")
        elif word == "}":
            opened.pop()
        elif word == "OFFSET":
            offset = _offset(path, rest)
            if opened[-1]:
                opened[-1].offset = offset
            elif len(opened) > 1 and opened[-2]:
                opened[-2].ends.append(offset)
        elif opened[-1]:
            opened[-1].channels = _channels(path, opened[-1].name, rest)
    if opened or not roots or not any(joint.channels for joint in joints):
        raise UserError(f"{path.name} is not a BVH file; copy it again.")
    return joints


def whole(joints: list[Joint], values: np.ndarray) -> tuple[str, np.ndarray]:
    """Returns a hierarchy and values (T, channels) for the importer, with numbers as the joints' names.

    Every joint gets no or three angles, and no or three coordinates. Where all coordinates of a joint are near 0, its
    OFFSET is added, because some exporters write them relative to it.
    """
    lines, columns, at = ["HIERARCHY"], [], 0
    for number, joint in enumerate(joints):
        own = dict(zip(joint.channels, values[:, at : at + len(joint.channels)].T, strict=True))
        at += len(joint.channels)
        lines += ["}"] * (joints[number - 1].depth + 1 - joint.depth if number else 0)
        names = []
        if places := joint.axes("position"):
            moved = np.stack([own[axis, "position"] for axis in places])
            length = float(np.linalg.norm(joint.offset))
            counted = joint.depth > 0 and np.linalg.norm(moved, axis=0).max() < _NEAR_ZERO * length
            for axis, start in zip("XYZ", joint.offset, strict=True):
                value = own.get((axis, "position"))
                columns.append(np.full(len(values), start) if value is None else value + (start if counted else 0.0))
                names.append(f"{axis}position")
        if turns := joint.axes("rotation"):
            for axis in (*turns, *(axis for axis in "XYZ" if axis not in turns)):
                columns.append(own.get((axis, "rotation"), np.zeros(len(values))))
                names.append(f"{axis}rotation")
        lines += [f"{'JOINT' if number else 'ROOT'} {number}", "{", _line("OFFSET", joint.offset)]
        lines.append(" ".join(["CHANNELS", str(len(names)), *names]))
        for end in joint.ends:
            lines += ["End Site", "{", _line("OFFSET", end), "}"]
    lines += ["}"] * (joints[-1].depth + 1)
    return "\n".join(lines), np.stack(columns, axis=1)


def _entries(path: Path, hierarchy: str) -> list[tuple[str, str]]:
    """Returns (keyword or brace, the text after it). Lines without a keyword continue the line before."""
    text = _BREAKS.sub(lambda found: f"\n{found[1] or ''}\n", _COMMENT.sub("", hierarchy))
    entries: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        found = _KEYWORD.fullmatch(line)
        if found:
            entries.append((found[1].upper(), found[2]) if found[1] else (line, ""))
        elif entries and entries[-1][0] not in "{}":
            entries[-1] = entries[-1][0], f"{entries[-1][1]} {line}".strip()
        elif line.upper() != "HIERARCHY":
            raise UserError(f'{path.name} has a line "{line[:60]}" that no BVH file has; export it again.')
    return entries


def _unused(name: str, used: set[str]) -> str:
    """Returns the name, with a number when another joint has it."""
    unique, number = name, 0
    while unique in used:
        number += 1
        unique = f"{name}.{number:03}"
    used.add(unique)
    return unique


def _offset(path: Path, text: str) -> np.ndarray:
    try:
        numbers = np.array([float(word) for word in with_points(text).split()])
        if len(numbers) == 3 and np.isfinite(numbers).all():
            return numbers
    except ValueError:
        pass
    raise UserError(
        f'{path.name} has a line "OFFSET {text}" where three numbers with decimal points or commas, and spaces '
        "between them, are expected; export it again."
    )


def _channels(path: Path, joint: str, text: str) -> list[tuple[str, str]]:
    count, *names = text.split() or [""]
    found = [(match[1].upper(), match[2].lower()) for match in map(_CHANNEL.fullmatch, names) if match]
    if len(found) != len(names) or len(set(found)) != len(found) or count != str(len(names)):
        raise UserError(
            f'{path.name} gives {joint} the channels "{text}", which are not so many as they say, or not positions '
            "and rotations about three axes; export it again."
        )
    return found


def _line(word: str, numbers: np.ndarray) -> str:
    return " ".join([word, *(f"{number:.9g}" for number in numbers)])
