"""Reads Acclaim's skeleton and motion files (ASF and AMC), as in CMU's motion capture database.

The format is described in J. Lander, "Working with Motion Capture File Formats" (Game Developer, January 1998). Every
bone has its own axes for its angles: with C the rotation to these axes and M the rotation by a frame's angles, its
world rotation is its parent's times C M C^-1, and the identity at rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import rotations as rot
from ..errors import UserError
from ..retarget.source import SourceClip
from .amc_rate import amc_rate
from .rest_frames import added_rest_frames
from .text import read_text, with_points

_INCH = 0.0254
_IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
_AXES = {"x": np.array([1.0, 0.0, 0.0]), "y": np.array([0.0, 1.0, 0.0]), "z": np.array([0.0, 0.0, 1.0])}
_LEAST_BONES = 0.7  # share of the skeleton's bones; a motion with fewer belongs to another skeleton
_TURN = 2 * np.pi + 0.1
_ENOUGH_FRAMES, _SMALLEST_ANGLE = 30, 0.5  # frames, and the largest angle, from which on the unit can be guessed
_FREEDOMS = {"rx", "ry", "rz", "tx", "ty", "tz", "l"}


@dataclass(frozen=True)
class Skeleton:
    """The bones of an ASF file, the root first and every parent before its children.

    axes: (B, 4) quaternions C. offsets: (B, 3) metres from a bone's head to its tail, at rest in the world.
    freedoms: the numbers in an AMC line of each bone: "rx", "ty" and so on. scale: metres per unit of length.
    radians: per unit of angle.
    """

    bones: tuple[str, ...]
    parents: tuple[int, ...]
    axes: np.ndarray
    offsets: np.ndarray
    freedoms: tuple[tuple[str, ...], ...]
    scale: float
    radians: float


def read_amc(path: Path, skeleton: Path | None, fps: float | None = None) -> SourceClip:
    """Reads the clip of an AMC file on the skeleton of its ASF file, without rest poses that were added in front.

    fps: the true rate, where it is known; otherwise it comes from the file's header or name or is guessed, see
    `amc_rate`.
    Raises `UserError` for files that are missing, cut off, of another format, or do not belong together.
    """
    if skeleton is None or not skeleton.is_file():
        raise UserError(
            f"{path.name} needs its skeleton, an .asf file of the same name or subject beside it; "
            "or name it in a clips.csv with the columns file and skeleton."
        )
    bones = read_asf(skeleton)
    text = with_points(read_text(path))
    frames, still = _read_frames(path, text, bones, skeleton)
    unit = 1.0 if _in_radians(text, bones, frames) else np.radians(1.0)
    clip = _posed(replace(bones, radians=unit), frames)
    rate, note = amc_rate(path, text, clip, fps)
    if still:
        note = "; ".join([f"it does not move {', '.join(still)}, which stay at rest", *([note] if note else [])])
    clip = replace(clip, fps=rate, note=note)
    start = added_rest_frames(clip)
    return replace(clip, heads=clip.heads[start:], rotations=clip.rotations[start:], begins=start / rate)


def read_asf(path: Path) -> Skeleton:
    """Reads a skeleton. Raises `UserError` for a file that is no ASF."""
    try:
        sections = _sections(with_points(read_text(path)))
        units = {line.split()[0].lower(): line.split()[1].lower() for line in sections["units"]}
        root = {line.split()[0].lower(): line.split()[1:] for line in sections["root"]}
        # the angles of `axis` and `orientation` are in the header's unit too
        radians = np.radians(1.0) if units["angle"].startswith("deg") else 1.0
        scale = _INCH / float(units["length"])
        parts = {"root": _root(root, radians)}
        for block in _blocks(sections["bonedata"]):
            parts[block["name"][0]] = _bone(block, scale, radians)
        parents = _parents(sections["hierarchy"])
        if "root" in parents:
            raise ValueError("the root hangs from another bone")
        order = ["root"]
        for name in order:  # the list grows during the loop: breadth first
            order += [child for child, parent in parents.items() if parent == name]
        columns = list(zip(*(parts[name] for name in order), strict=True))
        if not all(np.isfinite(column).all() for column in columns[:2]):
            raise ValueError("numbers that are not finite")
    except (KeyError, IndexError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise UserError(f"{path.name} is not a skeleton in the ASF format; copy it again.") from error
    return Skeleton(
        tuple(order),
        tuple(order.index(parents[name]) if name in parents else -1 for name in order),
        np.stack(columns[0]),
        np.stack(columns[1]),
        columns[2],
        scale,
        radians,
    )


def _sections(text: str) -> dict[str, list[str]]:
    """Returns the file's lines by section, without comments and empty lines."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (raw.split("#")[0].strip() for raw in text.split("\n")):
        if line.startswith(":"):
            lines = found.setdefault(line[1:].split()[0].lower(), [])
        elif line:
            lines.append(line)
    return found


def _blocks(lines: list[str]) -> list[dict[str, list[str]]]:
    """Returns the `begin` ... `end` blocks: for each line, its first word with the words that follow."""
    blocks: list[dict[str, list[str]]] = []
    for line in lines:
        word, *rest = line.split()
        word = word.lower()
        if word == "begin":
            blocks.append({})
        elif word != "end":
            blocks[-1].setdefault(word, rest)
    return blocks


def _root(entries: dict[str, list[str]], radians: float) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    angles = np.array(entries["orientation"], np.float64) * radians
    turns = [f"r{axis}" for axis in entries["axis"][0].lower()]
    return _turn(angles[None], tuple(turns))[0], np.zeros(3), _freedoms(entries["order"])


def _bone(block: dict[str, list[str]], scale: float, radians: float) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    *angles, order = block["axis"]
    turns = tuple(f"r{axis}" for axis in order.lower())
    axes = _turn(np.array(angles, np.float64)[None] * radians, turns)[0]
    offset = np.array(block["direction"], np.float64) * float(block["length"][0]) * scale
    return axes, offset, _freedoms(block.get("dof", []))


def _freedoms(words: list[str]) -> tuple[str, ...]:
    freedoms = tuple(word.lower() for word in words)
    if not set(freedoms) <= _FREEDOMS:
        raise ValueError("a degree of freedom that the format does not have")
    return freedoms


def _parents(lines: list[str]) -> dict[str, str]:
    pairs = (line.split() for line in lines if line.lower() not in ("begin", "end"))
    return {child: parent for parent, *children in pairs for child in children}


def _turn(angles: np.ndarray, freedoms: tuple[str, ...]) -> np.ndarray:
    """Returns the rotations (T, 4) about fixed axes, in the order in which they are listed. angles: (T, n) radians."""
    turn = np.tile(_IDENTITY, (len(angles), 1))
    for column, freedom in zip(angles.T, freedoms, strict=True):
        turn = rot.quat_multiply(rot.axis_angle_to_quat(column[:, None] * _AXES[freedom[1]]), turn)
    return turn


def _in_radians(text: str, skeleton: Skeleton, frames: dict[str, np.ndarray]) -> bool:
    """Returns whether angles are in radians.

    The headers of motion and skeleton tell it; where they differ, the size of the angles decides. A motion without a
    unit and with no angle beyond half a turn in radians counts as one in radians, whatever its skeleton's unit.
    """
    header = re.split(r"^\s*\d+\s*$", text, maxsplit=1, flags=re.MULTILINE)[0]
    words = [line.split()[0].lower() for line in header.split("\n") if line.strip().startswith(":")]
    largest = max(
        np.abs(rows[:, [i for i, freedom in enumerate(freedoms) if freedom[0] == "r"]]).max(initial=0.0)
        for rows, freedoms in (
            (frames[n], f) for n, f in zip(skeleton.bones, skeleton.freedoms, strict=True) if n in frames
        )
    )
    says, other = ":radians" in words, skeleton.radians == 1.0
    if says != (":degrees" in words):
        return says if says == other else bool(largest < _TURN)
    return other or (len(frames["root"]) >= _ENOUGH_FRAMES and _SMALLEST_ANGLE < largest < _TURN / 2)


def _read_frames(path: Path, text: str, skeleton: Skeleton, asf: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Returns the numbers (T, n) of each bone's lines, by bone, and the bones without a line in any frame."""
    expected = {name: len(freedoms) for name, freedoms in zip(skeleton.bones, skeleton.freedoms, strict=True)}
    spelt = {name.lower(): name for name in skeleton.bones}
    values: dict[str, list[list[float]]] = {name: [] for name, count in expected.items() if count}
    numbers_of_frames: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith(("#", ":")):
            continue
        if len(words) == 1 and words[0].isdigit():
            _check_complete(path, values, len(numbers_of_frames))
            numbers_of_frames.append(int(words[0]))
            continue
        name, *numbers = words
        frame = len(numbers_of_frames)
        if frame == 0:
            raise UserError(f"{path.name} is not a motion in the AMC format; copy it again.")
        if name not in values:
            name = spelt.get(name.lower(), name)
        if name not in values:
            raise UserError(f"{path.name} moves a bone {name!r} that {asf.name} lacks; give it its own skeleton.")
        if len(values[name]) != frame - 1:
            raise UserError(f"{path.name} gives {name} twice in frame {frame}, or not in all before; copy it again.")
        if len(numbers) != expected[name]:
            raise UserError(
                f"{path.name} gives {name} {len(numbers)} numbers in line {number} where {asf.name} asks for "
                f"{expected[name]}; it is damaged, or belongs to another skeleton."
            )
        try:
            values[name].append([float(word) for word in numbers])
        except ValueError:
            raise UserError(f"{path.name} is damaged in line {number}; copy it again.") from None
    if not numbers_of_frames:
        raise UserError(f"{path.name} holds no frames; copy it again.")
    _check_complete(path, values, len(numbers_of_frames))
    _check_order(path, numbers_of_frames)
    frames = {name: np.array(rows) for name, rows in values.items() if rows}
    if not all(np.isfinite(rows).all() for rows in frames.values()):
        raise UserError(f"{path.name} holds numbers that are not finite; export it again.")
    return frames, [name for name, rows in values.items() if not rows]


def _check_complete(path: Path, values: dict[str, list[list[float]]], frame: int) -> None:
    """Checks that every bone of the first frame is in all frames, and that the root and most bones are."""
    missing = [name for name, rows in values.items() if len(rows) != frame and (rows or name == "root")]
    if not missing and frame and sum(map(bool, values.values())) < _LEAST_BONES * len(values):
        missing = [name for name, rows in values.items() if not rows]
    if missing:
        raise UserError(f"{path.name} is cut off: its frame {frame} has no {missing[0]}; copy it again.")


def _check_order(path: Path, numbers: list[int]) -> None:
    """Raises `UserError` for frames that are out of order or missing."""
    steps = np.diff(numbers)
    if ((steps != steps[:1]) | (steps <= 0)).any():
        at = int(np.flatnonzero((steps != steps[:1]) | (steps <= 0))[0])
        raise UserError(
            f"{path.name} goes from frame {numbers[at]} to frame {numbers[at + 1]}: its frames are out of order, or "
            "some are missing; export it again."
        )


def _posed(skeleton: Skeleton, frames: dict[str, np.ndarray]) -> SourceClip:
    """Returns the posed clip, with a placeholder as its rate."""
    count = len(frames["root"])
    bones = len(skeleton.bones)
    heads, rotations = np.zeros((count, bones, 3)), np.zeros((count, bones, 4))
    rest_heads = np.zeros((bones, 3))
    for b, (name, parent) in enumerate(zip(skeleton.bones, skeleton.parents, strict=True)):
        freedoms = skeleton.freedoms[b]
        values = frames.get(name, np.zeros((count, len(freedoms))))
        turns = [i for i, freedom in enumerate(freedoms) if freedom[0] == "r"]
        angles = values[:, turns] * skeleton.radians
        local = _turn(angles, tuple(freedoms[i] for i in turns))
        c = skeleton.axes[b]
        local = rot.quat_multiply(rot.quat_multiply(c, local), rot.quat_conjugate(c))
        if parent < 0:
            rotations[:, b] = local
            for i, freedom in enumerate(freedoms):
                if freedom[0] == "t":
                    heads[:, b] += values[:, i, None] * skeleton.scale * _AXES[freedom[1]]
            continue
        rotations[:, b] = rot.quat_multiply(rotations[:, parent], local)
        # a bone begins where its parent ends
        offset = skeleton.offsets[parent]
        heads[:, b] = heads[:, parent] + rot.quat_to_matrix(rotations[:, parent]) @ offset
        rest_heads[b] = rest_heads[parent] + offset
    return SourceClip(skeleton.bones, rest_heads, np.tile(_IDENTITY, (bones, 1)), heads, rotations, 1.0)
