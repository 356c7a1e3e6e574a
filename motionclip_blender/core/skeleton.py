"""Defines SMPL-X's 55 joints: names, parents, left/right partners.

Axes everywhere in `core`: Y up, the rest pose is a T-pose facing +Z, the character's left is +X, metres.
Source: the `smplx` package (`smplx.joint_names`), Pavlakos et al., CVPR 2019.
"""

from __future__ import annotations

FINGERS = ("index", "middle", "pinky", "ring", "thumb")

BODY_JOINTS: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
FACE_JOINTS: tuple[str, ...] = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
HAND_JOINTS: tuple[str, ...] = tuple(
    f"{side}_{finger}{i}" for side in ("left", "right") for finger in FINGERS for i in (1, 2, 3)
)
BODY = len(BODY_JOINTS)
"""How many of `JOINTS` are the body's: the first ones, without face and fingers."""

JOINTS: tuple[str, ...] = BODY_JOINTS + FACE_JOINTS + HAND_JOINTS

INDEX: dict[str, int] = {name: i for i, name in enumerate(JOINTS)}

_BODY_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)


def _parents() -> tuple[int, ...]:
    parents = list(_BODY_PARENTS) + [INDEX["head"]] * 3
    for name in HAND_JOINTS:
        side, phalanx = name.split("_")[0], int(name[-1])
        parents.append(INDEX[f"{side}_wrist"] if phalanx == 1 else INDEX[f"{name[:-1]}{phalanx - 1}"])
    return tuple(parents)


PARENTS: tuple[int, ...] = _parents()
"""Index of each joint's parent; the pelvis has -1. Every parent comes before its children."""


def _partner(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name[5:]
    if name.startswith("right_"):
        return "left_" + name[6:]
    return name


MIRROR: tuple[int, ...] = tuple(INDEX[_partner(name)] for name in JOINTS)
"""Index of each joint's left/right partner; joints on the midline are their own."""
