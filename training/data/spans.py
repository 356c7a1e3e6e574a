"""Proposes spans of prepared clips for captions, with their measures and pictures: `python -m training spans`.

A span is a labelled stretch of a clip, or a whole short clip, or a piece of a long one between two moments of little
movement. `spans.csv` and `spans.json` have a row for each; sheets show eight poses of each in a row.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import check_writable, write_json, write_whole
from motionclip_blender.core.measure import root_space_poses, smoothed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass

from .index import read_index
from .span_measures import Measures, measures
from .t_poses import held_t_poses, without_t_poses

_LONG = 10.0  # seconds: longer clips are cut into pieces
_PIECE = (3.0, 8.0)  # shortest and longest piece, seconds
_SHORTEST = 0.6  # seconds of a labelled span
_JOINED = 0.35  # seconds between spans of one label that count as one
_HELD = 0.15  # seconds of a T-pose between two repetitions
_ROWS = 12  # rows of a sheet


@dataclass(frozen=True)
class Proposal:
    """A span that may be captioned. label: what the source calls it; empty for most."""

    clip: str
    start: float
    end: float
    label: str = ""


def proposals(entry: dict, motion: Motion, body: Body) -> list[Proposal]:
    """Returns the spans of a clip. entry: its entry of the index."""
    name, seconds = entry["clip"], float(entry["seconds"])
    if found := _labelled(name, entry.get("labels", [])):
        return found
    found = []
    for first, last in _between_t_poses(motion, body):
        part = cut(motion, first, last)
        cuts = [0.0, *(_cuts(part, body) if last - first > _LONG else ()), last - first]
        found += [Proposal(name, round(first + start, 2), round(first + end, 2)) for start, end in pairwise(cuts)]
    return found or [Proposal(name, 0.0, round(seconds, 2))]


def _between_t_poses(motion: Motion, body: Body) -> list[tuple[float, float]]:
    """Returns the stretches of a take between T-poses, in seconds: actors also hold them between repetitions."""
    stretches, start = [], 0
    held = held_t_poses(motion, body)
    starts = np.flatnonzero(held & ~np.concatenate(([False], held[:-1])))
    middles = []
    for first in starts:
        rest = np.flatnonzero(~held[first:])
        last = first + int(rest[0]) if len(rest) else len(held)
        if last - first >= _HELD * motion.fps:
            middles.append((first + last) // 2)
    for end in (*middles, len(motion)):
        part = Motion(motion.rotations[start:end], motion.translation[start:end], motion.fps)
        first, last = without_t_poses(part, body) if len(part) > 1 else (0, 0)
        if last - first >= _SHORTEST * motion.fps:
            stretches.append(((start + first) / motion.fps, (start + last) / motion.fps))
        start = end
    return stretches


def _labelled(name: str, labels: list[dict]) -> list[Proposal]:
    """Returns the labels as spans, those of one name that follow each other as one."""
    found: list[Proposal] = []
    for label in sorted(labels, key=lambda one: one["start"]):
        last = next((i for i in range(len(found) - 1, -1, -1) if found[i].label == label["label"]), None)
        if last is not None and label["start"] - found[last].end < _JOINED:
            found[last] = Proposal(name, found[last].start, max(found[last].end, label["end"]), label["label"])
        else:
            found.append(Proposal(name, label["start"], label["end"], label["label"]))
    return [one for one in found if one.end - one.start >= _SHORTEST]


def _cuts(motion: Motion, body: Body) -> list[float]:
    """Returns the seconds at which a long motion is cut: where it moves least, in pieces of `_PIECE` seconds."""
    poses = root_space_poses(motion, body)
    movement = smoothed(np.linalg.norm(np.gradient(poses, axis=0), axis=1), 0.15 * motion.fps)
    shortest, longest = (round(part * motion.fps) for part in _PIECE)
    cuts, at = [], 0
    while len(movement) - at > longest:
        window = movement[at + shortest : min(at + longest, len(movement) - shortest)]
        if not len(window):
            break
        at += shortest + int(window.argmin())
        cuts.append(round(at / motion.fps, 2))
    return cuts


def cut(motion: Motion, start: float, end: float) -> Motion:
    """Returns the frames of a motion between two moments, in seconds."""
    first, last = round(start * motion.fps), max(round(end * motion.fps), round(start * motion.fps) + 2)
    return Motion(motion.rotations[first:last], motion.translation[first:last], motion.fps)


def rows(data: Path, only: str = "*", problems: list[str] | None = None) -> Iterator[tuple[Proposal, Measures, dict]]:
    """Yields every span of the clips that match `only`, with its measures and its clip's entry of the index.

    problems: receives a sentence for every motion that cannot be read; the rest goes on.
    """
    body = Body.load()
    for entry in read_index(data):
        if not fnmatchcase(entry["clip"], only):
            continue
        try:
            motion = amass.load(data / entry["file"])
        except UserError as error:
            if problems is not None:
                problems.append(str(error))
            continue
        for proposal in proposals(entry, motion, body):
            yield proposal, measures(cut(motion, proposal.start, proposal.end), body), entry


def write_table(folder: Path, found: list[tuple[Proposal, Measures, dict]]) -> None:
    """Writes `spans.csv` and `spans.json`."""
    lines = [
        {"number": number, **asdict(proposal), "person": entry.get("person", ""), "take": entry.get("take", ""),
         **{key: _rounded(value) for key, value in asdict(measured).items()}}
        for number, (proposal, measured, entry) in enumerate(found)
    ]  # fmt: skip
    text = io.StringIO(newline="")
    names = ["number", *(f.name for f in fields(Proposal)), "person", "take", *(f.name for f in fields(Measures))]
    table = csv.DictWriter(text, names)
    table.writeheader()
    table.writerows(lines)
    with write_whole(folder / "spans.csv") as handle:
        handle.write(text.getvalue().encode())
    write_json(folder / "spans.json", lines)


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def draw(folder: Path, data: Path, found: list[tuple[Proposal, Measures, dict]]) -> None:
    """Writes sheets of rows into `folder`, named by the numbers of their spans; those that are there are kept."""
    import bpy

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_rows

    numbered = list(enumerate(found))
    parts = [numbered[at : at + _ROWS] for at in range(0, len(numbered), _ROWS)]
    todo = [(part, folder / f"{part[0][0]:05}-{part[-1][0]:05}.png") for part in parts]
    todo = [(part, path) for part, path in todo if not path.is_file()]
    if not todo:
        return
    bpy.ops.wm.read_factory_settings(use_empty=True)
    person = add_body(Body.load())
    for part, path in todo:
        folder.mkdir(parents=True, exist_ok=True)
        motions = [
            (f"{number} {one.clip.partition('/')[2]} {one.start:g}-{one.end:g} {one.label}",
             cut(amass.load(data / entry["file"]), one.start, one.end))
            for number, (one, _, entry) in part
        ]  # fmt: skip
        render_rows(person, motions, path)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training spans", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of prepared motions")
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the sheets")
    parser.add_argument("--only", default="*", help='only clips whose names match, such as "tilling-patch/*"')
    parser.add_argument("--pictures", action="store_true", help="draw sheets; a second a span")
    options = parser.parse_args(arguments)
    check_writable(options.out / "spans.csv")
    problems: list[str] = []
    found = list(rows(options.data, options.only, problems))
    if not found:
        raise UserError(f"No clip in {options.data} matches {options.only!r}; give another pattern.")
    write_table(options.out, found)
    if options.pictures:
        draw(options.out / "sheets", options.data, found)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{options.out / 'spans.csv'} has {len(found)} spans", file=sys.stderr)
    return 1 if problems else 0
