"""Draws motions as stick figures, many prompts to a sheet, to be judged by eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from motionclip_blender.core.files import write_whole
from motionclip_blender.core.skeleton import BODY, INDEX, JOINTS, PARENTS

POSES = 8
_CELL, _LABEL, _LINE = (150, 150), 250, 14  # pixels: a pose, the width of the text, the height of a line of text
_METRES = 2.4  # shown in a cell
_COLOURS, _MIDDLE = {"left": (200, 60, 30), "right": (30, 80, 200)}, (60, 60, 60)
_VIEW = np.radians(35.0)  # the camera stands so far to the figure's left of the front, a little above


def draw_sheet(rows: Sequence[tuple[str, np.ndarray]], path: Path, poses: int = POSES) -> None:
    """Writes a PNG with a row for each text and joints (T, 55, 3) in metres: `poses` poses from first to last.

    Left limbs are red, right ones blue. The camera keeps its direction; every pose is centred, and its place on the
    ground, from the start of the motion, is drawn as a small map below the text.
    """
    width, height = _CELL
    sheet = Image.new("RGB", (_LABEL + poses * width, len(rows) * height), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (text, joints) in enumerate(rows):
        top = number * height
        draw.line((0, top, sheet.width, top), fill=(210, 210, 210))
        for i, line in enumerate(_lines(text)):
            draw.text((4, top + 4 + i * _LINE), line, fill="black")
        _draw_way(draw, joints, (_LABEL - 60, top + height - 60))
        for k, frame in enumerate(np.linspace(0, len(joints) - 1, poses).round().astype(int)):
            _draw_pose(draw, joints[frame, :BODY], (_LABEL + k * width, top))
    with write_whole(path) as file:
        sheet.save(file, "PNG", optimize=True)


def _lines(text: str, letters: int = 38) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > letters:
            lines.append("")
        lines[-1] += f"{word} "
    return lines


def _draw_pose(draw: ImageDraw.ImageDraw, joints: np.ndarray, corner: tuple[int, int]) -> None:
    width, height = _CELL
    scale = width / _METRES
    centre = joints[0] * (1, 0, 1)
    x, y, z = (joints - centre).T
    across = np.cos(_VIEW) * x - np.sin(_VIEW) * z
    deep = np.sin(_VIEW) * x + np.cos(_VIEW) * z
    at = np.stack((corner[0] + width / 2 + across * scale, corner[1] + height - 22 - (y - 0.2 * deep) * scale), axis=1)
    draw.line((corner[0] + 8, corner[1] + height - 22, corner[0] + width - 8, corner[1] + height - 22), fill="#dddddd")
    for joint in np.argsort(deep):
        if joint:
            a, b = at[PARENTS[joint]], at[joint]
            side = JOINTS[joint].split("_")[0]
            draw.line((*a, *b), fill=_COLOURS.get(side, _MIDDLE), width=3)
    head = at[INDEX["head"]]
    draw.ellipse((*(head - 5), *(head + 5)), outline=_MIDDLE, width=2)


def _draw_way(draw: ImageDraw.ImageDraw, joints: np.ndarray, corner: tuple[int, int]) -> None:
    """Draws the pelvis' way over the ground, ahead is up and left is left; a dot where it starts."""
    way = joints[:, 0][:, [0, 2]] - joints[0, 0, [0, 2]]
    scale = 25 / max(np.abs(way).max(), 1.0)
    at = [(corner[0] + 28 - x * scale, corner[1] + 28 - z * scale) for x, z in way]
    draw.line(at, fill="#208040", width=2)
    draw.ellipse((at[0][0] - 3, at[0][1] - 3, at[0][0] + 3, at[0][1] + 3), fill="#208040")
