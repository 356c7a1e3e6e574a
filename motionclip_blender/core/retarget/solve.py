"""Computes the rotations of SMPL-X's joints from the movement of a foreign skeleton's bones.

Every joint takes the world rotation of its corresponding bone, relative to that bone's rest pose. Where limbs rest in
different directions (an A-pose against SMPL-X's T-pose), the smallest rotation between the two directions is added, so
that the limbs of both skeletons point the same way in every frame.
"""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..skeleton import FINGERS, HAND_JOINTS, INDEX, JOINTS, PARENTS
from .anatomy import Places
from .source import RigMap, SourceClip

# Limbs whose rest directions are compared, each with the joint at its far end. The rest of the body (spine,
# collars) rests upright in every rig, only bent a little differently: there a rotation relative to rest is
# the better match.
_LIMBS = {
    f"{side}_{near}": f"{side}_{far}"
    for side in ("left", "right")
    for near, far in (
        *(("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")),
        *((f"{finger}{i}", f"{finger}{i + 1}") for finger in FINGERS for i in (1, 2)),
    )
}
# Joints at the end of a limb, whose own rest directions differ in every rig, take the correction of the joint before
_CONTINUES = {
    f"{side}_{end}": f"{side}_{before}"
    for side in ("left", "right")
    for end, before in (("wrist", "elbow"), ("foot", "ankle"), *((f"{finger}3", f"{finger}2") for finger in FINGERS))
}
_STRETCHED = np.radians(5)  # a hand whose fingers turn less than this from their rest pose is not animated
_LONG = 0.5  # least horizontal share of a foot's length by which its direction is measured
_NONE = np.array([1.0, 0.0, 0.0, 0.0])


def local_rotations(clip: SourceClip, pairs: RigMap, rest: np.ndarray, relaxed_hands: np.ndarray) -> np.ndarray:
    """Returns each joint's rotation relative to its parent, (T, 55, 4).

    clip: as `upright` returns it.
    rest: (55, 3) SMPL-X's joints in the T-pose.
    relaxed_hands: (30, 3) axis-angle of the fingers where the source does not move them.
    """
    index = {name: i for i, name in enumerate(clip.bones)}
    places = clip.rest_places(pairs)
    delta = rot.quat_multiply(clip.rotations, rot.quat_conjugate(clip.rest_rotations))  # (T, B, 4)
    world = np.zeros((len(clip), len(JOINTS), 4))
    for j, joint in enumerate(JOINTS):
        if joint in pairs:
            a, b, weight = pairs[joint]
            turn = rot.slerp(delta[:, index[a]], delta[:, index[b]], weight)
            world[:, j] = rot.quat_multiply(turn, rest_correction(joint, places, rest))
        else:
            world[:, j] = world[:, PARENTS[j]] if PARENTS[j] >= 0 else _NONE
    local = world.copy()
    local[:, 1:] = rot.quat_multiply(rot.quat_conjugate(world[:, PARENTS[1:]]), world[:, 1:])
    _relax_still_hands(local, delta, pairs, index, relaxed_hands)
    return local


def rest_correction(joint: str, places: Places, rest: np.ndarray) -> np.ndarray:
    """Returns the rotation (4,) from SMPL-X's rest direction of the limb of `joint` to a skeleton's.

    places: joint -> (3,) where the skeleton's joints rest, along SMPL-X's axes, for the joints that it has.
    rest: (55, 3) SMPL-X's joints in the T-pose.
    """
    joint = _CONTINUES.get(joint, joint)
    foot = joint.endswith("ankle")
    far = joint.replace("ankle", "foot") if foot else _LIMBS.get(joint)
    if far not in places or joint not in places:
        return _NONE
    ours = rest[INDEX[far]] - rest[INDEX[joint]]
    theirs = places[far] - places[joint]
    if foot:  # feet are flat in every rig, at any height of the ankles, so only the horizontal direction counts
        flat = theirs * (1, 0, 1)
        if np.linalg.norm(flat) < _LONG * np.linalg.norm(theirs):
            return _NONE
        ours, theirs = ours * (1, 0, 1), flat
    if not theirs.any():  # a limb of length zero has no direction
        return _NONE
    return rot.between(ours, theirs)


def _relax_still_hands(
    local: np.ndarray, delta: np.ndarray, pairs: RigMap, index: dict[str, int], relaxed_hands: np.ndarray
) -> None:
    """Relaxes the fingers of hands that the source does not move; otherwise they would stay stretched as at rest."""
    relaxed = rot.axis_angle_to_quat(relaxed_hands)
    for side in ("left", "right"):
        fingers = [joint for joint in HAND_JOINTS if joint.startswith(side)]
        if all(joint in pairs for joint in fingers):
            hand = rot.quat_conjugate(delta[:, index[pairs[f"{side}_wrist"][0]], None])
            turns = rot.quat_multiply(hand, delta[:, [index[pairs[joint][0]] for joint in fingers]])
            if 2 * np.arccos(np.clip(np.abs(turns[..., 0]).min(), 0, 1)) > _STRETCHED:
                continue
        for joint in fingers:
            local[:, INDEX[joint]] = relaxed[HAND_JOINTS.index(joint)]
