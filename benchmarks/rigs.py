"""How motions arrive on rigs of other conventions, measured in Blender.

    python -m benchmarks.rigs [--labels 90] [--frames 60] [--only NAME ...] [--rigify FILE.blend] [--json FILE]

Builds each convention of `tests.rigs` in an A-pose with limbs of 0.85 of the open body's, makes each label's motion
for its proportions, keys it, and evaluates it. The same motion made for SMPL-X's own body is what it is compared with.

- degrees: of upper arms, forearms, thighs and shins against the motion's on SMPL-X's body, mean and worst;
- below: how far the lowest of soles, hands and so on is below the floor, the worst of the 5th percentiles, in cm;
- sliding: path of ankles within 3 cm of their lowest place, relative to that of the same motion on SMPL-X's body;
- same label: the part of the motions that are recognised, read back from the rig, as what the SMPL-X motion is;
- speed: the way over the ground, relative to the length of the leg, against SMPL-X's;
- key: processor time of `key_motion` against an SMPL-X armature's, both in turn.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import bpy
import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.fitted_body import Standing
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recognition import Recogniser, default_labels
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.shown import motion_of
from motionclip_blender.rig.target import Target, target_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.session import SESSION
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import LIMBS, degrees
from tests.rigs.rigify import appended

from .motions import some_labels

_LIMBS = 0.85
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
_NEAR, _CM = 0.03, 100.0


def measure(names: list[str], labels: list[str], frames: int, rigify: Path | None) -> dict[str, dict[str, float]]:
    """The figures of each convention."""
    engine = SESSION.engine(ModelChoice())
    recogniser = Recogniser(engine, default_labels())
    plain = {label: made(engine, label, frames, engine.body) for label in labels}
    first = {label: recognised(engine, recogniser, motion) for label, motion in plain.items()}
    figures = {}
    for name in names:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.scene.render.fps = 30
        rig = (
            appended(rigify)
            if name == "Rigify" and rigify
            else armature_of(built(CONVENTIONS[name], "A", limbs=_LIMBS))
        )
        if name != "Rigify" and CONVENTIONS[name].up == "y":
            rig.rotation_euler = (np.pi / 2, 0, 0)
        figures[name] = of_rig(engine, recogniser, rig, plain, first, frames)
        figures[name]["key"] = keying(rig, plain[labels[0]])
        print(name, {key: round(value, 3) for key, value in figures[name].items()}, flush=True)
    return figures


def of_rig(
    engine: Engine,
    recogniser: Recogniser,
    rig: bpy.types.Object,
    plain: dict[str, Motion],
    first: dict[str, str],
    frames: int,
) -> dict[str, float]:
    target = target_of(rig)
    body = engine.body.fitted_to(target.rest_joints)
    off, below, slid, same, way = [], [], [], [], []
    for label, wanted in plain.items():
        motion = made(engine, label, frames, body)
        key_motion(rig, motion, label)
        back = motion_of(rig, fps=30)
        got, ours = joints_shown(rig, len(motion)), posed(motion, Body.load().joints())[1]
        off.append([degrees(got[:, b] - got[:, a], ours[:, b] - ours[:, a]) for a, b in LIMBS])
        below.append(-float(np.percentile(body.lowest(with_fingers_of(motion, back, target)), 5)))
        slid.append((slide(got), slide(posed(wanted, engine.body.joints())[1])))
        same.append(recognised(engine, recogniser, back) == first[label])
        way.append((length(back.translation), length(wanted.translation)))
    angles, paths, ways = np.array(off), np.array(slid), np.array(way)
    return {
        "mean degrees": float(angles.mean()),
        "worst degrees": float(angles.max()),
        "cm below": _CM * max(below),
        "sliding": float(paths[:, 0].sum() / paths[:, 1].sum()),
        "same label": float(np.mean(same)),
        "speed": float(ways[:, 0].sum() / ways[:, 1].sum()),
    }


def with_fingers_of(motion: Motion, back: Motion, target: Target) -> Motion:
    """Returns what was read back with the motion's own fingers, where the rig has none and relaxed ones are read."""
    lacking = [INDEX[name] for name in HAND_JOINTS if name not in target.person.joints]
    rotations = back.rotations.copy()
    rotations[:, lacking] = motion.rotations[: len(back), lacking]
    return replace(back, rotations=rotations)


def made(engine: Engine, label: str, frames: int, body: Standing) -> Motion:
    return make(engine, Recipe.of_prompt(label, frames), 30, body=body).motion


def recognised(engine: Engine, recogniser: Recogniser, motion: Motion) -> str:
    return recogniser.scores(engine.encode(motion, WindowPooling()), motion)[0].name


def joints_shown(rig: bpy.types.Object, frames: int) -> np.ndarray:
    """(T, 55, 3) metres along SMPL-X's axes, by the bones that are read."""
    target = target_of(rig)
    pairs = target.found.reads or target.rig.pairs
    found = np.full((frames, 55, 3), np.nan)
    for frame in range(frames):
        bpy.context.scene.frame_set(frame + 1)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        for joint, (bone, _, _) in pairs.items():
            if joint in target.person.joints:
                found[frame, INDEX[joint]] = np.array(pose[bone].head) @ target.axes / target.scale
    return found


def slide(places: np.ndarray) -> float:
    """Metres that the ankles go over the ground while they are at their lowest."""
    feet = places[:, _ANKLES]
    low = feet[..., 1] < feet[..., 1].min() + _NEAR
    steps = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1)
    return float((steps * (low[1:] & low[:-1])).sum())


def length(way: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(way[:, [0, 2]], axis=0), axis=-1).sum())


def keying(rig: bpy.types.Object, motion: Motion) -> float:
    """Processor time of keying a rig against an SMPL-X armature's: medians of thirty rounds, in each of which both are
    keyed once, so that other work of the machine slows both."""
    both = (rig, add_body(Body.load()))
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(30):
        for armature, times in zip(both, found, strict=True):
            start = time.process_time()
            key_motion(armature, motion, "timed")
            times.append(time.process_time() - start)
    return median(found[0]) / median(found[1])


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=90)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--only", nargs="+", default=list(CONVENTIONS), metavar="NAME")
    parser.add_argument("--rigify", type=Path, help='a file with the generated rig, called "rig"; then "Rigify" is one')
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    figures = measure(options.only, some_labels(options.labels), options.frames, options.rigify)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
