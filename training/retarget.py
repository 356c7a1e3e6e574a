"""From a foreign skeleton's bones in motion to an SMPL-X `Motion`. Numpy only.

Every joint takes the world rotation of the bone it corresponds to, relative to that bone's rest pose. Where
limbs rest in different directions (an A-pose against SMPL-X's T-pose), the smallest rotation between the two
directions comes in between, so that the limbs of both skeletons point the same way in every frame.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.skeleton import FINGERS, HAND_JOINTS, INDEX, JOINTS, PARENTS

from .sources.clip import SourceClip

# Limbs whose rest directions are compared, each by the joint at its far end. The rest of the body (spine,
# collars, feet) rests upright and flat-footed in every rig, only bent a little differently inside: there a
# rotation relative to rest is the better match.
_LIMBS = {
    f"{side}_{near}": f"{side}_{far}"
    for side in ("left", "right")
    for near, far in (
        *(("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")),
        *((f"{finger}{i}", f"{finger}{i + 1}") for finger in FINGERS for i in (1, 2)),
    )
}
# What has no limb of its own hanging from it continues the one before, which differs in every rig
_CONTINUES = {
    f"{side}_{end}": f"{side}_{before}"
    for side in ("left", "right")
    for end, before in (("wrist", "elbow"), *((f"{finger}3", f"{finger}2") for finger in FINGERS))
}
_STRETCHED = np.radians(5)  # a hand whose fingers turn no further than this off their rest pose is not animated

RigMap = dict[str, tuple[str, str, float]]
"""SMPL-X joint -> (bone a, bone b, weight): the rotation `weight` of the way from a to b."""


@cache
def rig_maps() -> dict[str, RigMap]:
    """The known rigs of `rig_maps.json`, their left and right written out."""
    maps = {}
    for rig, entries in json.loads(Path(__file__).with_name("rig_maps.json").read_text()).items():
        if rig.startswith("_"):
            continue
        sides = dict(zip(("left", "right"), entries["sides"], strict=True))
        pairs: RigMap = {}
        for joint, bone in entries.items():
            if joint == "sides":
                continue
            for side, mark in sides.items():
                a, b, weight = (bone, bone, 0.0) if isinstance(bone, str) else bone
                pairs[joint.format(side=side)] = (a.format(s=mark), b.format(s=mark), weight)
        maps[rig] = pairs
    return maps


def matching_map(bones: tuple[str, ...]) -> RigMap:
    """The map whose bones are all there. Raises `UserError` when none fits."""
    present = set(bones)
    for pairs in rig_maps().values():
        if all(a in present and b in present for a, b, _ in pairs.values()):
            return pairs
    raise UserError(f"No rig map fits the bones {', '.join(bones[:5])} ...; add one to training/rig_maps.json.")


def retarget(clip: SourceClip, body: Body) -> Motion:
    """The clip on SMPL-X's skeleton with `body`'s proportions.

    The root's path is scaled by the ratio of leg lengths, the lowest contact stands on the floor, the first
    frame stands over the origin and faces +Z.
    """
    pairs = matching_map(clip.bones)
    index = {name: i for i, name in enumerate(clip.bones)}
    delta = rot.quat_multiply(clip.rotations, rot.quat_conjugate(clip.rest_rotations))  # (T, B, 4)

    rest = body.joints()
    frames = len(clip.rotations)
    world = np.zeros((frames, len(JOINTS), 4))
    for j, joint in enumerate(JOINTS):
        if joint in pairs:
            a, b, weight = pairs[joint]
            turn = rot.slerp(delta[:, index[a]], delta[:, index[b]], weight)
            world[:, j] = rot.quat_multiply(turn, _rest_correction(joint, clip, pairs, index, rest))
        else:
            world[:, j] = world[:, PARENTS[j]] if PARENTS[j] >= 0 else (1.0, 0.0, 0.0, 0.0)
    local = world.copy()
    local[:, 1:] = rot.quat_multiply(rot.quat_conjugate(world[:, PARENTS[1:]]), world[:, 1:])
    _relax_still_hands(local, delta, pairs, index, body)

    scale = body.leg_length / _leg_length(clip, pairs, index)
    pelvis = index[pairs["pelvis"][0]]
    translation = (clip.heads[:, pelvis] - clip.rest_heads[pelvis]) * scale
    motion = Motion(local, translation, clip.fps)
    return body.on_floor(facing_forward(motion))


def facing_forward(motion: Motion) -> Motion:
    """Turned and moved over the ground so that the first frame stands over the origin and faces +Z."""
    motion = motion.turned(-float(heading(motion.rotations[0, 0])))
    return motion.moved(-motion.translation[0] * np.array([1.0, 0.0, 1.0]))


def travelling(motion: Motion, body: Body) -> Motion:
    """An in-place cycle made to travel: the root moves against the feet that stand on the ground.

    The speed is constant, the median over all moments of contact, so that a loop stays a loop.
    """
    joints = body.posed_joints(motion)
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]  # (T, 2, 3)
    velocity = np.gradient(feet, axis=0) * motion.fps
    standing = feet[..., 1] < feet[..., 1].min() + 0.03
    # at the start and end of a contact the foot still rolls: only what moves backwards carries the body
    carrying = standing & (velocity[..., 2] < 0)
    if not carrying.any():
        return motion
    speed = -np.median(velocity[carrying][:, 2])
    return moving_forward(motion, speed)


def moving_forward(motion: Motion, speed: float) -> Motion:
    """The motion carried along +Z at `speed` metres per second."""
    path = np.zeros((len(motion), 3))
    path[:, 2] = np.arange(len(motion)) / motion.fps * speed
    return motion.moved(path)


def _rest_correction(
    joint: str, clip: SourceClip, pairs: RigMap, index: dict[str, int], rest: np.ndarray
) -> np.ndarray:
    """(4,) quaternion from SMPL-X's rest direction of the limb that hangs from `joint` to the source's."""
    joint = _CONTINUES.get(joint, joint)
    far = _LIMBS.get(joint)
    if far is None or far not in pairs:
        return np.array([1.0, 0.0, 0.0, 0.0])
    ours = rest[INDEX[far]] - rest[INDEX[joint]]
    theirs = clip.rest_heads[index[pairs[far][0]]] - clip.rest_heads[index[pairs[joint][0]]]
    return _between(ours, theirs)


def _relax_still_hands(
    local: np.ndarray, delta: np.ndarray, pairs: RigMap, index: dict[str, int], body: Body
) -> None:
    """Lets the fingers of hands that the source does not move hang as the body's do, instead of stretched."""
    relaxed = rot.axis_angle_to_quat(body.relaxed_hands)
    for side in ("left", "right"):
        fingers = [joint for joint in HAND_JOINTS if joint.startswith(side)]
        if all(joint in pairs for joint in fingers):
            hand = rot.quat_conjugate(delta[:, index[pairs[f"{side}_wrist"][0]], None])
            turns = rot.quat_multiply(hand, delta[:, [index[pairs[joint][0]] for joint in fingers]])
            if 2 * np.arccos(np.clip(np.abs(turns[..., 0]).min(), 0, 1)) > _STRETCHED:
                continue
        for joint in fingers:
            local[:, INDEX[joint]] = relaxed[HAND_JOINTS.index(joint)]


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(4,) the smallest rotation that takes direction `a` to direction `b`."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    q = np.concatenate(([1.0 + a @ b], np.cross(a, b)))
    return q / np.linalg.norm(q)


def _leg_length(clip: SourceClip, pairs: RigMap, index: dict[str, int]) -> float:
    hip, knee, ankle = (clip.rest_heads[index[pairs[f"left_{part}"][0]]] for part in ("hip", "knee", "ankle"))
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
