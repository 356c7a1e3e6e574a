# SPDX-License-Identifier: GPL-3.0-or-later
"""Defines the 55 joints of SMPL-X: names, parents, and how MakeHuman's bones are merged into them."""

from __future__ import annotations

import numpy as np

_FINGERS = ("index", "middle", "pinky", "ring", "thumb")
JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "jaw", "left_eye_smplhf",
    "right_eye_smplhf",
    *(f"{side}_{finger}{n}" for side in ("left", "right") for finger in _FINGERS for n in (1, 2, 3)),
)  # fmt: skip
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15,
    20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38,
    21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
)  # fmt: skip
JOINT_INDEX: dict[str, int] = {name: index for index, name in enumerate(JOINT_NAMES)}
MIRROR: tuple[int, ...] = tuple(
    JOINT_INDEX[name.replace("left", "right") if name.startswith("left") else name.replace("right", "left")]
    for name in JOINT_NAMES
)

_FINGER_BONES = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}

# Joints of each bone, with their shares of its weights; a bone that is not listed has the joints of its parent.
_CENTRE_BONES: dict[str, dict[str, float]] = {
    "root": {"pelvis": 1.0},
    "spine05": {"pelvis": 1.0},
    "spine04": {"pelvis": 0.5, "spine1": 0.5},
    "spine03": {"spine1": 1.0},
    "spine02": {"spine2": 1.0},
    "spine01": {"spine3": 1.0},
    "neck01": {"neck": 1.0},
    "head": {"head": 1.0},
    "jaw": {"jaw": 1.0},
}
_SIDE_BONES: dict[str, str] = {
    "upperleg01": "hip",
    "lowerleg01": "knee",
    "foot": "ankle",
    "clavicle": "collar",
    "upperarm01": "shoulder",
    "lowerarm01": "elbow",
    "wrist": "wrist",
    "eye": "eye_smplhf",
    **{f"toe{n}-1": "foot" for n in range(1, 6)},
    **{f"finger{n}-{k}": f"{finger}{k}" for finger, n in _FINGER_BONES.items() for k in (1, 2, 3)},
}


def bone_shares(bones: list[str], parents: list[int]) -> np.ndarray:
    """Returns the matrix (B, 55) that distributes each bone's skin weight to SMPL-X joints; every row sums to one."""
    shares = np.zeros((len(bones), len(JOINT_NAMES)))
    for index, bone in enumerate(bones):  # parents come before their children in MakeHuman's rig
        stem, _, side = bone.partition(".")
        if bone in _CENTRE_BONES:
            for joint, share in _CENTRE_BONES[bone].items():
                shares[index, JOINT_INDEX[joint]] = share
        elif side and stem in _SIDE_BONES:
            name = {"L": "left_", "R": "right_"}[side] + _SIDE_BONES[stem]
            shares[index, JOINT_INDEX[name]] = 1.0
        else:
            shares[index] = shares[parents[index]]
    return shares


def joint_centres(bones: list[str], heads: np.ndarray, eyes: dict[str, np.ndarray]) -> np.ndarray:
    """Returns the joint centres (55, 3) in metres from bone heads (B, 3) and eyeball centres ("left", "right")."""
    at = {bone: heads[index] for index, bone in enumerate(bones)}

    def between(first: str, second: str, share: float) -> np.ndarray:
        return (1.0 - share) * at[first] + share * at[second]

    centres: dict[str, np.ndarray] = {
        "pelvis": between("spine05", "spine04", 0.6),
        "spine1": at["spine03"],
        "spine2": between("spine02", "spine01", 0.3),
        "spine3": at["spine01"],
        "neck": at["neck01"],
        "head": at["head"],
        "jaw": at["jaw"],
    }
    for side, mark in (("left", ".L"), ("right", ".R")):
        # MakeHuman's hip bone starts at the top of the joint; the ball of the thigh bone is slightly lower.
        centres[f"{side}_hip"] = between(f"upperleg01{mark}", f"upperleg02{mark}", 0.25)
        centres[f"{side}_knee"] = at[f"lowerleg01{mark}"]
        centres[f"{side}_ankle"] = at[f"foot{mark}"]
        centres[f"{side}_foot"] = np.mean([at[f"toe{n}-1{mark}"] for n in (1, 2, 3, 4)], axis=0)
        centres[f"{side}_collar"] = between(f"clavicle{mark}", f"shoulder01{mark}", 0.3)
        centres[f"{side}_shoulder"] = at[f"upperarm01{mark}"]
        centres[f"{side}_elbow"] = at[f"lowerarm01{mark}"]
        centres[f"{side}_wrist"] = at[f"wrist{mark}"]
        centres[f"{side}_eye_smplhf"] = eyes[side]
        for finger, number in _FINGER_BONES.items():
            for k in (1, 2, 3):
                centres[f"{side}_{finger}{k}"] = at[f"finger{number}-{k}{mark}"]
    return np.stack([centres[name] for name in JOINT_NAMES])
