"""Measures motions that are longer than the decoder's window: `python -m training lengths`.

`long_prompts.json` has two lists: constants were chosen on the first, the second is reported.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.files import write_json
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.root_trajectory import RootTrajectory

from ..shipped import shipped
from . import measures
from .model import body_joints

PROMPTS = Path(__file__).with_name("long_prompts.json")
LONG, WINDOW, SHORT = 1200, 120, 60
_PART, _STEP = 90, 30  # frames of the parts in which sliding is measured "throughout", and between their starts
_SEAM = 10  # frames
_SECOND = 30
_SWAY = 120  # frames, longer than a body sways
_END = 10  # last frames


def listed() -> dict[str, dict[str, list[str]]]:
    """Returns "choose" and "report" -> kind -> prompts."""
    return shipped(PROMPTS)


def lengths(engine: Engine, prompts: Mapping[str, Sequence[str]]) -> dict[str, dict[str, dict[str, float]]]:
    """Returns kind -> figure -> its mean and its worst over the prompts of a list."""
    found = {}
    for kind, texts in prompts.items():
        rows = [_of_prompt(engine, text, kind) for text in texts]
        found[kind] = {
            name: {"mean": float(np.mean([row[name] for row in rows])), "worst": float(max(row[name] for row in rows))}
            for name in rows[0]
        }
    return found


def _of_prompt(engine: Engine, text: str, kind: str) -> dict[str, float]:
    long = generate(engine, text, LONG)
    joints = body_joints(engine.body, long)
    ends = _unrest(engine, generate(engine, text, WINDOW))
    figures = {"end_over_middle": ends, "seam_over_elsewhere": _fastest_seam(joints)}
    if kind in ("walking", "running"):
        parts = np.stack([joints[at : at + _PART] for at in range(0, LONG - _PART + 1, _STEP)])
        slides = measures.sliding(parts, long.fps)
        short = body_joints(engine.body, generate(engine, text, SHORT))
        figures |= {
            "sliding_cm_s": float(np.nanmean(slides)),
            "worst_part_cm_s": float(np.nanmax(slides)),
            "sliding_of_60_cm_s": float(measures.sliding(short, long.fps)),
        }
    elif kind == "standing":
        figures |= {"drift_cm": _drift(long), "turn_degrees": _turn(long)}
    else:
        figures["frozen_percent"] = 100 * _frozen(joints, long.fps)
    return figures


def _fastest_seam(joints: np.ndarray) -> float:
    """Returns the highest speed of the joints (T, 22, 3) within a seam's frames beyond the decoder's window, relative
    to the highest within it."""
    speeds = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=-1)
    smooth = np.convolve(speeds, np.full(_SEAM, 1 / _SEAM), "valid")
    inside = WINDOW * 2 // 3
    return float(smooth[inside:].max() / max(smooth[:inside].max(), 1e-6))


def _unrest(engine: Engine, motion: Motion) -> float:
    """Returns how the joints tremble in the last frames of a motion, relative to the middle: mean accelerations."""
    joints = body_joints(engine.body, motion)
    trembles = np.linalg.norm(np.diff(joints - joints[:, :1], n=2, axis=0), axis=-1).mean(axis=-1)
    return float(trembles[-_END:].mean() / max(trembles[20:-20].mean(), 1e-6))


def _drift(motion: Motion) -> float:
    """Returns the centimetres between the place in the first four seconds and that in any later four."""
    path = motion.translation[:, [0, 2]].astype(np.float64)
    places = path[: len(path) // _SWAY * _SWAY].reshape(-1, _SWAY, 2).mean(axis=1)
    return 100 * float(np.linalg.norm(places - places[0], axis=-1).max())


def _turn(motion: Motion) -> float:
    yaw = np.degrees(RootTrajectory.of(motion).yaw)
    return abs(float(yaw[-_SECOND:].mean() - yaw[:_SECOND].mean()))


def _frozen(joints: np.ndarray, fps: float) -> float:
    """Returns the share of frames in which no joint moves by more than a millimetre in a second."""
    return float((np.linalg.norm(np.diff(joints, axis=0), axis=-1).max(axis=-1) * fps < 1e-3).mean())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training lengths", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--only", choices=("choose", "report"), help="one of the two lists")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/lengths.json"))
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    engine = Engine(options.pack)
    found = {name: lengths(engine, prompts) for name, prompts in listed().items() if options.only in (None, name)}
    write_json(options.out, found)
    for name, kinds in found.items():
        for kind, figures in kinds.items():
            told = ", ".join(
                f"{key} {value['mean']:.1f} (worst {value['worst']:.1f})" for key, value in figures.items()
            )
            print(f"{name}, {kind}: {told}")
    print(f"{time.perf_counter() - started:.0f} s, {options.out}", file=sys.stderr)
    return 0
