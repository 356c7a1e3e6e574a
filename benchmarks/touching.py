"""How well hands that touch still do on persons of other proportions.

    python -m benchmarks.touching [--labels 90] [--frames 60] [--clips FOLDER] [--json FILE]

Makes each label's motion for the open body, or reads the motion files of a folder, and finds the frames in which a hand
is within 1 cm of another part of its surface. On persons of other proportions, without and with `retarget.touching`, it
tells how far the hand is from touching: how far its nearest vertex is from a surface, or how much deeper it is in one
than on the open body. And it tells how far the same two points are elsewhere relative to each other. The surface is the
open body's, moved along with the joints; its points are others than those by which `touching` looks for touches.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files.amass import load
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.retarget.anatomy import SIDES
from motionclip_blender.core.retarget.touching import Touching
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX, JOINTS, PARENTS

from .motions import some_labels

_TOUCH, _NEAR, _CM = 0.01, 0.02, 100.0
_BELOW = 0.05  # metres: how far inside a vertex can be for the nearest one to tell it
_OF_A_CLIP = 40  # frames
_SOME = slice(1, None, 4)  # of the vertices
_TRUNK = ("spine", "neck", "head", "collar", "shoulder")
_SPINE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
_LIMBS = (("hip", "knee", "ankle", "foot"), ("collar", "shoulder", "elbow", "wrist"))
_NEXT = {
    **dict(pairwise(_SPINE)),
    **{f"{side}_{a}": f"{side}_{b}" for side in SIDES for line in _LIMBS for a, b in pairwise(line)},
}


def person(size: Callable[[str], float]) -> np.ndarray:
    """(55, 3) the open body's joints, each bone as long as `size` says of the joint at its end."""
    ours = Body.load().joints()
    found = ours.copy()
    for joint, parent in enumerate(PARENTS[1:], start=1):
        found[joint] = found[parent] + (ours[joint] - ours[parent]) * np.float32(size(JOINTS[joint]))
    return found


def persons() -> dict[str, np.ndarray]:
    arm = ("elbow", "wrist")
    return {
        "arms 0.85": person(lambda joint: 0.85 if joint.endswith(arm) else 1.0),
        "arms 1.15": person(lambda joint: 1.15 if joint.endswith(arm) else 1.0),
        "spine 0.9": person(lambda joint: 0.9 if "spine" in joint or joint == "neck" else 1.0),
        "trunk 1.18": person(lambda joint: 1.18 if any(part in joint for part in _TRUNK) else 1.0),
        "shoulders 1.25": person(lambda joint: 1.25 if joint.endswith(("shoulder", "collar")) else 1.0),
        "arms 0.75, neck 1.3": person(lambda joint: 0.75 if joint.endswith(arm) else 1.3 if joint == "head" else 1.0),
    }


def fitted(rest: np.ndarray) -> np.ndarray:
    """(n, 3) some of the open body's vertices at rest, of a person whose joints rest at `rest` (55, 3).

    What a joint carries moves with it at its own end of the bone, and with the next joint at the other.
    """
    body, ours = Body.load(), Body.load().joints()
    skin, weights, by = body.template[_SOME], body.weights[_SOME], rest - ours
    found = skin.copy()
    for joint in range(len(JOINTS)):
        end = INDEX[_NEXT[JOINTS[joint]]] if JOINTS[joint] in _NEXT else joint
        bone = ours[end] - ours[joint]
        along = np.clip((skin - ours[joint]) @ bone / max(bone @ bone, 1e-9), 0, 1)[:, None]
        found += weights[:, joint, None] * ((1 - along) * by[joint] + along * by[end])
    return found


def surface(rest: np.ndarray, motion: Motion) -> np.ndarray:
    """(T, n, 3) the vertices of `fitted`, moved by linear blend skinning."""
    weights, skin = Body.load().weights[_SOME], fitted(rest)
    spins, places = posed(motion, rest)
    offsets = places - np.einsum("tjab,jb->tja", spins, rest)
    moved = np.tensordot(weights, spins, axes=(1, 1))
    return np.einsum("ntab,nb->tna", moved, skin) + np.tensordot(weights, offsets, axes=(1, 1)).transpose(1, 0, 2)


def normals(motion: Motion) -> np.ndarray:
    """(T, n, 3) unit normals of the vertices of `surface`."""
    spins, _ = posed(motion, Body.load().joints())
    return np.einsum("ntab,nb->tna", np.tensordot(Body.load().weights[_SOME], spins, axes=(1, 1)), _rest_normals())


@cache
def _rest_normals() -> np.ndarray:
    body = Body.load()
    a, b, c = (body.template[body.faces[:, i]] for i in range(3))
    found = np.zeros_like(body.template)
    for corner in range(3):
        np.add.at(found, body.faces[:, corner], np.cross(b - a, c - a))
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))[_SOME]


@cache
def _sides() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """The vertices of each hand, and those that it may touch."""
    owner, found = np.argmax(Body.load().weights[_SOME], axis=1), []
    for side in SIDES:
        fingers = [f"{side}_wrist", *(joint for joint in HAND_JOINTS if joint.startswith(side))]
        own = [f"{side}_collar", f"{side}_shoulder", f"{side}_elbow"]
        hand = np.flatnonzero(np.isin(owner, [INDEX[joint] for joint in fingers]))
        found.append((hand, np.flatnonzero(~np.isin(owner, [INDEX[joint] for joint in (*fingers, *own)]))))
    return tuple(found)


def _squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T


def touches(skin: np.ndarray) -> np.ndarray:
    """(n, 4) frame, vertex of a hand, vertex of what it touches, side."""
    found = []
    for side, (hand, other) in enumerate(_sides()):
        for frame, points in enumerate(skin):
            a, b = points[hand], points[other]
            apart = _squares(a, b)
            i, j = np.unravel_index(apart.argmin(), apart.shape)
            if np.linalg.norm(a[i] - b[j]) < _TOUCH:
                found.append((frame, hand[i], other[j], side))
    return np.array(found, int).reshape(-1, 4)


def beside(skin: np.ndarray, normal: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) metres of each touch: how far the hand's nearest vertex is from what it may touch; how deep its deepest is.

    A vertex is inside by as much as it is below the nearest vertex along that one's normal.
    """
    gaps, depths = [], []
    for frame, _, _, side in found:
        hand, other = _sides()[side]
        a, b = skin[frame, hand], skin[frame, other]
        apart = _squares(a, b)
        at = apart.argmin(axis=1)
        gaps.append(np.sqrt(max(apart.min(), 0)))
        near = apart.min(axis=1) < _BELOW**2
        below = ((b[at] - a) * normal[frame, other[at]]).sum(axis=1)
        depths.append(max(below[near].max(initial=0), 0))
    return np.array(gaps), np.array(depths)


def measure(motions: list[Motion]) -> dict[str, dict[str, float]]:
    """The figures of each person."""
    ours = Body.load().joints()
    off: dict[str, list[np.ndarray]] = {}
    seconds = []
    for motion in motions:
        found = touches(surface(ours, motion))
        if not len(found):
            continue
        keeper = Touching(ours, persons()["arms 1.15"])
        start = time.process_time()
        keeper.kept(motion)
        seconds.append(time.process_time() - start)
        frames, found[:, 0] = np.unique(found[:, 0], return_inverse=True)
        shown = Motion(motion.rotations[frames], motion.translation[frames], motion.fps)  # each frame is kept by itself
        skin, normal = surface(ours, shown), normals(shown)
        depth = beside(skin, normal, found)[1]
        at, hands, others, _ = found.T
        between = skin[at, hands] - skin[at, others]
        for name, rest in persons().items():
            for how, one in (("off", shown), ("on", Touching(ours, rest).kept(shown))):
                moved = surface(rest, one)
                apart = np.linalg.norm(moved[at, hands] - moved[at, others] - between, axis=1)
                gap, deep = beside(moved, normals(one), found)
                away = np.maximum(gap, deep - depth)
                off.setdefault(f"{name}, {how}", []).append(np.stack((away, apart)))
    print(f"{1000 * median(seconds):.0f} ms of processor time a motion")
    return {name: _figures(*np.concatenate(parts, axis=1)) for name, parts in off.items()}


def _figures(away: np.ndarray, apart: np.ndarray) -> dict[str, float]:
    return {
        "frames": len(away), "from touching: mean cm": _CM * float(away.mean()),
        "worst cm": _CM * float(away.max()), "within 2 cm": float((away < _NEAR).mean()),
        "same points: mean cm": _CM * float(apart.mean()), "95 % cm": _CM * float(np.percentile(apart, 95)),
        "same points within 2 cm": float((apart < _NEAR).mean()),
    }  # fmt: skip


def clips(folder: Path, count: int) -> list[Motion]:
    """Motions of a folder of motion files, from all over it; some frames of each."""
    paths = sorted(folder.rglob("*.npz"))
    found = []
    for path in paths[:: max(1, len(paths) // count)][:count]:
        try:
            motion = load(path)
        except UserError:
            continue
        some = np.linspace(0, len(motion) - 1, min(len(motion), _OF_A_CLIP)).astype(int)
        found.append(Motion(motion.rotations[some], motion.translation[some], motion.fps))
    return found


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=90)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--clips", type=Path, metavar="FOLDER", help="of motion files, instead of labels")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.clips:
        motions = clips(options.clips, options.labels)
    else:
        engine = Engine(body=Body.load())
        recipes = [Recipe.of_prompt(label, options.frames) for label in some_labels(options.labels)]
        motions = [make(engine, recipe, engine.pack.fps).motion for recipe in recipes]
    figures = measure(motions)
    for name, row in figures.items():
        print(name, {key: round(value, 3) for key, value in row.items()}, flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
