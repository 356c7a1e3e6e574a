"""How long a motion takes to become an Action: `key_motion` against `keyframe_insert` per bone and frame.

    python -m benchmarks.keying [--frames 600] [--repeats 5] [--json FILE]

Needs the bpy module, of any version from 4.2 on. Each figure is the best of its repeats, in seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import bpy

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.timeline import scene_fps
from motionclip_blender.rig.write_keys import key_motion

from .figures import tell
from .motions import sample_motion


def key_the_obvious_way(armature: bpy.types.Object, motion: Motion) -> bpy.types.Action:
    """What most add-ons do; only the conversion of rotations is shared with `key_motion`."""
    bones = Bones.of(armature)
    quaternions, locations = bones.to_bones(motion.rotations), bones.to_location(motion.translation)
    pose_bones = [armature.pose.bones[name] for name in bones.names]
    armature.animation_data_clear()
    for frame, (rotations, location) in enumerate(zip(quaternions, locations, strict=True), start=1):
        pose_bones[0].location = location
        pose_bones[0].keyframe_insert("location", frame=frame)
        for bone, quaternion in zip(pose_bones, rotations, strict=True):
            bone.rotation_quaternion = quaternion
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    return armature.animation_data.action


def best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of `repeats` calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure(frames: int, repeats: int) -> dict[str, object]:
    """All figures as one dictionary."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    body = Body.load()
    armature = add_body(body)
    motion = sample_motion(frames, scene_fps())
    ours = best(lambda: key_motion(armature, motion, "ours"), repeats)
    reading = best(lambda: read_motion(armature, fps=motion.fps), repeats)
    obvious = best(lambda: key_the_obvious_way(armature, motion), max(1, repeats // 2))
    return {
        "blender": bpy.app.version_string,
        "frames": frames,
        "key_motion_seconds": ours,
        "keyframe_insert_seconds": obvious,
        "ratio": obvious / ours,
        "read_motion_seconds": reading,
        "add_body_seconds": best(lambda: add_body(body), repeats),
    }


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    figures = measure(options.frames, options.repeats)
    tell(figures, options.json, 24)


if __name__ == "__main__":
    main()
