"""How well hands that touch still do on persons of other proportions.

    python -m benchmarks.touching [--labels 90] [--frames 60] [--json FILE]

Makes each label's motion for the open body, and finds the frames in which a hand is within 1 cm of another part of its
surface. On persons of other proportions the same two points are looked at, on the open body's surface moved along with
the joints: how far they are elsewhere relative to each other, without and with `retarget.touching`. The points
are others than those by which `touching` looks for touches.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recognition import default_labels
from motionclip_blender.core.retarget.touching import Touching
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX, JOINTS, PARENTS

_TOUCH, _NEAR, _CM = 0.01, 0.02, 100.0
_SOME = slice(1, None, 4)  # of the vertices
_TRUNK = ("spine", "neck", "head", "collar", "shoulder")


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


def surface(rest: np.ndarray, motion: Motion) -> np.ndarray:
    """(T, n, 3) some of the open body's vertices, moved along with the joints to `rest`, by linear blend skinning."""
    body = Body.load()
    weights = body.weights[_SOME]
    skin = (body.template + body.weights @ (rest - body.joints()))[_SOME]
    spins, places = posed(motion, rest)
    offsets = places - np.einsum("tjab,jb->tja", spins, rest)
    moved = np.tensordot(weights, spins, axes=(1, 1))
    return np.einsum("ntab,nb->tna", moved, skin) + np.tensordot(weights, offsets, axes=(1, 1)).transpose(1, 0, 2)


def touches(skin: np.ndarray) -> np.ndarray:
    """(n, 3) frame, vertex of a hand, vertex of what it touches."""
    owner = np.argmax(Body.load().weights[_SOME], axis=1)
    found = []
    for side in ("left", "right"):
        fingers = [f"{side}_wrist", *(joint for joint in HAND_JOINTS if joint.startswith(side))]
        own = [f"{side}_collar", f"{side}_shoulder", f"{side}_elbow"]
        hand = np.flatnonzero(np.isin(owner, [INDEX[joint] for joint in fingers]))
        other = np.flatnonzero(~np.isin(owner, [INDEX[joint] for joint in (*fingers, *own)]))
        for frame, points in enumerate(skin):
            a, b = points[hand], points[other]
            apart = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
            i, j = np.unravel_index(apart.argmin(), apart.shape)
            if np.linalg.norm(a[i] - b[j]) < _TOUCH:
                found.append((frame, hand[i], other[j]))
    return np.array(found, int).reshape(-1, 3)


def measure(motions: list[Motion]) -> dict[str, dict[str, float]]:
    """The figures of each person."""
    ours = Body.load().joints()
    off: dict[str, list[np.ndarray]] = {}
    seconds = []
    for motion in motions:
        skin = surface(ours, motion)
        frames, hands, others = touches(skin).T
        if not len(frames):
            continue
        between = skin[frames, hands] - skin[frames, others]
        for name, rest in persons().items():
            start = time.process_time()
            kept = Touching(ours, rest).kept(motion)
            seconds.append(time.process_time() - start)
            for how, one in (("off", motion), ("on", kept)):
                moved = surface(rest, one)
                apart = np.linalg.norm(moved[frames, hands] - moved[frames, others] - between, axis=1)
                off.setdefault(f"{name}, {how}", []).append(apart)
    print(f"{1000 * median(seconds):.0f} ms of processor time a motion")
    found = {name: np.concatenate(parts) for name, parts in off.items()}
    return {
        name: {
            "frames": len(apart), "mean cm": _CM * float(apart.mean()),
            "95 % cm": _CM * float(np.percentile(apart, 95)), "worst cm": _CM * float(apart.max()),
            "within 2 cm": float((apart < _NEAR).mean()),
        }
        for name, apart in found.items()
    }  # fmt: skip


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=90)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    engine = Engine(body=Body.load())
    labels = default_labels()[: options.labels]
    motions = [make(engine, Recipe.of_prompt(label, options.frames), engine.pack.fps).motion for label in labels]
    figures = measure(motions)
    for name, row in figures.items():
        print(name, {key: round(value, 3) for key, value in row.items()}, flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
