"""Describes a rig at rest as a person: which bone is which joint, its axes, size and floor, and SMPL-X's joints on it.

Nothing is applied to the rig: whatever its rest pose is, an A-, T- or N-pose, the rotation from SMPL-X's rest direction
of each limb to the rig's is a correction (`solve.rest_correction`), which both directions of retargeting share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..errors import UserError
from ..skeleton import INDEX, JOINTS, PARENTS
from . import anatomy
from .rig_maps import NEEDED
from .solve import rest_correction
from .source import RigMap

SPINE = ("spine1", "spine2", "spine3")
_NEAR_AXIS = 25.0  # degrees up to which the trunk counts as bent, and the nearest axis of the rig as up
_STRAIGHT_AHEAD = 4.0  # the same for the heading
_MIRRORED = -0.4  # `toes_forward` below this shows sides that are swapped
_CROSSED = -0.5  # cosine between hips and shoulders below which one of them is swapped
_ON_PLANE = 0.15  # metres: feet that rest this near to the plane of zero stand on it
_AT_ORIGIN = 0.3  # metres: rigs whose pelvis rests this near to the plane of zero have their origin in it
_SOLE, _ANKLE = 0.02, 0.09  # metres from the floor to the ball of the foot, and to the ankle


@dataclass(frozen=True, eq=False)
class RestSkeleton:
    """The bones of an armature at rest, in its own space.

    bones: names.
    parents: (B,) index of each bone's parent, -1 for none; a parent may come after its children.
    rest: (B, 4, 4) rest matrices. tails: (B, 3).
    inherits: (B,) whether a bone turns with its parent. connected: (B,) whether its head is held at its parent's tail.
    """

    bones: tuple[str, ...]
    parents: np.ndarray
    rest: np.ndarray
    tails: np.ndarray
    inherits: np.ndarray
    connected: np.ndarray | None = None

    @property
    def heads(self) -> np.ndarray:
        """(B, 3) where the bones begin."""
        return self.rest[:, :3, 3]

    def above(self, bone: int) -> list[int]:
        """Lists a bone's ancestors, the nearest first."""
        found = []
        while (bone := int(self.parents[bone])) >= 0:
            found.append(bone)
        return found

    def same_tree(self, one: int, other: int) -> bool:
        """Checks whether two bones hang from one topmost bone."""
        return [one, *self.above(one)][-1] == [other, *self.above(other)][-1]

    def common(self, bones: list[int]) -> int | None:
        """Returns the lowest bone that each of `bones` is or hangs from; None if there is none."""
        lines = [[bone, *self.above(bone)] for bone in bones]
        return next((bone for bone in lines[0] if all(bone in line for line in lines)), None)


@dataclass(frozen=True, eq=False)
class Humanoid:
    """A skeleton at rest as a person.

    joints: SMPL-X joint -> index of the bone that is keyed for it.
    spine, neck: indices of the bones from above the pelvis to the chest, and from above the chest to below the head.
    mover: index of the bone that carries the person: the pelvis, or the lowest bone from which all others hang. Where
        that one is connected to its parent, which holds it, the nearest bone above that can move.
    turns: whether the mover turns with the pelvis; one that only stands in for it does not.
    axes: (3, 3) turns SMPL-X's axes into the skeleton's.
    scale: units of the skeleton per metre of a person with the legs of the open body.
    places: joint -> (3,) metres along SMPL-X's axes, where it rests. The pelvis lies to the hips as SMPL-X's does.
    rise: (3,) metres from the rest place of the pelvis to that of a person who stands on the floor.
    corrections: joint -> (4,) the rotation from SMPL-X's rest direction of its limb to the skeleton's.
    rest_joints: (55, 3) metres: SMPL-X's joints in a T-pose of this person, who stands on the floor. With these joints
        a `Motion` has its joints where the skeleton has them.
    """

    skeleton: RestSkeleton
    joints: Mapping[str, int]
    spine: tuple[int, ...]
    neck: tuple[int, ...]
    mover: int
    turns: bool
    axes: np.ndarray
    scale: float
    places: anatomy.Places
    rise: np.ndarray
    corrections: Mapping[str, np.ndarray]
    rest_joints: np.ndarray

    @classmethod
    def of(cls, skeleton: RestSkeleton, pairs: RigMap, controls: bool = False, read_only: bool = False) -> Humanoid:
        """Measures a skeleton.

        controls: whether other bones follow those of the map, so that only they are used.
        read_only: whether nothing is to be keyed, so that no bone need carry the person.

        Raises `UserError` for a map that leaves out joints or gives one bone twice, for sides that are swapped, and for
        a rest pose that does not stand.
        """
        joints = _bones_of(skeleton, pairs)
        heads = skeleton.heads
        measured = {joint: heads[bone] for joint, bone in joints.items()}
        axes = _axes(measured)
        leg = float(anatomy.leg_length(measured))
        scale = leg / _leg(reference_joints())
        places = {joint: place @ axes / scale for joint, place in measured.items()}
        ours = reference_joints()
        places["pelvis"] = _pelvis(places)
        mover = skeleton.common(list(joints.values()))
        if mover is None and read_only:
            mover = joints["pelvis"]
        if mover is None and controls:  # limbs that hang from nothing follow by constraints, which `rig.follows` checks
            mover = skeleton.common([bone for bone in joints.values() if skeleton.same_tree(bone, joints["pelvis"])])
        if mover is None:
            raise UserError("Its bones hang from no common bone, so nothing could carry the person; give them one.")
        spine, neck = _trunk(skeleton, joints, mover, controls)
        own = mover
        while skeleton.connected is not None and skeleton.connected[mover]:
            mover = int(skeleton.parents[mover])
        corrections = {joint: rest_correction(joint, places, ours) for joint in joints}
        floor = _floor(skeleton, joints, axes, scale)
        lifted = places["pelvis"][1] < _AT_ORIGIN
        rise = np.array([0.0, -floor if lifted else 0.0, 0.0])
        rest = _rest_joints(_spread(places, skeleton, spine, axes, scale), corrections) - (0.0, floor, 0.0)
        return cls(
            skeleton,
            joints,
            spine,
            neck,
            mover,
            mover == own,
            axes,
            scale,
            places,
            rise,
            corrections,
            rest.astype(np.float32),
        )

    def pairs(self) -> RigMap:
        """Returns the map by which the skeleton's movement is read: joints of the spine lie between its bones."""
        names = self.skeleton.bones
        found: RigMap = {joint: (names[bone], names[bone], 0.0) for joint, bone in self.joints.items()}
        if self.spine:
            line = (self.joints["pelvis"], *self.spine)
            for number, joint in enumerate(SPINE, start=1):
                at = number * len(self.spine) / len(SPINE)
                low = min(int(at + 1e-9), len(self.spine))
                high = min(low + 1, len(self.spine))
                found[joint] = (names[line[low]], names[line[high]], float(at - low))
        if self.neck:
            found["neck"] = (names[self.neck[-1]], names[self.neck[-1]], 0.0)
        if "neck" not in found:
            found["neck"] = (*(found.get("spine3", found["pelvis"])[0], found["head"][0]), 0.5)
        return found


@cache
def reference_joints() -> np.ndarray:
    """Returns the joints of the open body in its T-pose, (55, 3) metres."""
    return Body.load().joints().astype(np.float64)


def t_pose(places: anatomy.Places) -> np.ndarray:
    """Returns (55, 3) SMPL-X's joints in a T-pose of a person whose joints rest at `places`, in metres along SMPL-X's
    axes."""
    places = {**places, "pelvis": _pelvis(places)}
    ours = reference_joints()
    return _rest_joints(places, {joint: rest_correction(joint, places, ours) for joint in places}).astype(np.float32)


def _pelvis(places: anatomy.Places) -> np.ndarray:
    """Returns (3,) where the pelvis rests, relative to the hips as SMPL-X's does."""
    ours = reference_joints()
    hips = (ours[INDEX["left_hip"]] + ours[INDEX["right_hip"]]) / 2
    return anatomy.middle(places, "hip") + ours[0] - hips


def _leg(joints: np.ndarray) -> float:
    return float(anatomy.leg_length({name: joints[INDEX[name]] for name in JOINTS}))


def _bones_of(skeleton: RestSkeleton, pairs: RigMap) -> dict[str, int]:
    """Returns the bone of each joint, without joints that lie between two bones. Raises `UserError`."""
    index = {name: number for number, name in enumerate(skeleton.bones)}
    missing = [joint for joint in NEEDED if joint not in pairs]
    if missing:
        few = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise UserError(f"The rig's map has no bone for {few}; choose one in the Rig panel.")
    joints: dict[str, int] = {}
    taken: dict[str, str] = {}
    for joint in (*NEEDED, *(one for one in JOINTS if one not in NEEDED)):
        if joint not in pairs:
            continue
        a, _, weight = pairs[joint]
        if weight and joint not in NEEDED:
            continue
        if a not in index:
            raise UserError(f'The rig has no bone "{a}", which its map gives to {joint}; choose another one.')
        if a in taken:
            if joint in NEEDED:
                raise UserError(f'The rig\'s map gives {taken[a]} and {joint} one bone, "{a}"; choose another for one.')
            continue
        taken[a] = joint
        joints[joint] = index[a]
    return joints


def _axes(places: anatomy.Places) -> np.ndarray:
    """Returns the (3, 3) rotation from SMPL-X's axes to the skeleton's. Raises `UserError`."""
    if float(anatomy.leg_length(places)) < 1e-6:
        raise UserError("Its legs have no length at rest, so it is no person's skeleton.")
    hips, shoulders = (places[f"left_{part}"] - places[f"right_{part}"] for part in ("hip", "shoulder"))
    if hips @ shoulders < _CROSSED * np.linalg.norm(hips) * np.linalg.norm(shoulders):
        raise UserError(
            "Its arms have left and right the other way round than its legs; swap left and right of one of them in its "
            "map."
        )
    if float(anatomy.strain(places)) > 1:
        raise UserError(
            "It does not rest standing upright, so its bones' axes mean nothing; pose it standing and apply that as "
            "rest pose."
        )
    if anatomy.toes_forward(places) < _MIRRORED:
        raise UserError("Its toes point backwards, going by which side is called left; swap left and right in its map.")
    trunk = anatomy.trunk(places)
    axis, off = anatomy.nearest_axis(trunk)
    up = axis if off < _NEAR_AXIS else trunk
    left = anatomy.across(places)
    left = left - (left @ up) * up
    axis, off = anatomy.nearest_axis(left)
    if off < _STRAIGHT_AHEAD and abs(axis @ up) < 1e-6:
        left = axis  # small differences come from uneven shoulders and hips
    return anatomy.frame(up, left).T


def _trunk(
    skeleton: RestSkeleton, joints: Mapping[str, int], mover: int, controls: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the bones of the spine and of the neck, from below; of a control rig only those of the map."""
    if controls:
        return tuple(joints[name] for name in SPINE if name in joints), tuple(
            joints[name] for name in ("neck",) if name in joints
        )
    arms = [joints[f"{side}_shoulder"] for side in anatomy.SIDES]
    chest = skeleton.common([*arms, joints["head"]])
    head = skeleton.above(joints["head"])
    necks = {joints["neck"]} if "neck" in joints else set()
    line: list[int] = []
    for bone in [chest, *skeleton.above(chest)] if chest is not None else []:
        if bone in (mover, joints["pelvis"]):
            break
        line.append(bone)
    below = [bone for bone in line if bone in necks]  # of bipeds whose collars hang from the neck
    line = line[line.index(below[0]) + 1 :] if below else line
    top = line[0] if line else mover
    neck = head[: head.index(top)] if top in head else []
    return tuple(reversed(line)), tuple(reversed(neck))


def _floor(skeleton: RestSkeleton, joints: Mapping[str, int], axes: np.ndarray, scale: float) -> float:
    """Returns the height of the floor under the resting feet, in metres above the skeleton's origin."""
    feet = {bone for joint, bone in joints.items() if joint.endswith(("ankle", "foot"))}
    below = [bone for bone in range(len(skeleton.bones)) if bone in feet or feet & set(skeleton.above(bone))]
    heights = np.concatenate((skeleton.heads[below], skeleton.tails[below])) @ axes[:, 1] / scale
    lowest = float(heights.min())
    if abs(lowest) <= _ON_PLANE:
        return 0.0
    ankles = min(float(skeleton.heads[joints[f"{side}_ankle"]] @ axes[:, 1]) / scale for side in anatomy.SIDES)
    toes = any(f"{side}_foot" in joints for side in anatomy.SIDES) and lowest < ankles - _ON_PLANE / 3
    return lowest - _SOLE if toes else ankles - _ANKLE


def _spread(
    places: anatomy.Places, skeleton: RestSkeleton, spine: tuple[int, ...], axes: np.ndarray, scale: float
) -> anatomy.Places:
    """Returns the places with the joints of the spine at those bones that turn with them, however many there are."""
    out = {joint: place for joint, place in places.items() if joint not in SPINE}
    for number, joint in enumerate(SPINE, start=1) if spine else ():
        bone = spine[-(-number * len(spine) // len(SPINE)) - 1]
        out[joint] = skeleton.heads[bone] @ axes / scale
    return out


def _rest_joints(places: anatomy.Places, corrections: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns (55, 3) the joints in a T-pose.

    A joint that the skeleton lacks lies where its child does, so that its rotation moves nothing that the skeleton does
    not move; at the end of a limb it lies as in the open body.
    """
    ours = reference_joints()
    rest = np.full((len(JOINTS), 3), np.nan)
    for number, joint in enumerate(JOINTS):
        if joint not in places:
            continue
        above = PARENTS[number]
        while above >= 0 and JOINTS[above] not in places:
            above = PARENTS[above]
        if above < 0:
            rest[number] = places[joint]
            continue
        back = rot.quat_to_matrix(rot.quat_conjugate(corrections.get(JOINTS[above], np.array([1.0, 0, 0, 0]))))
        rest[number] = rest[above] + back @ (places[joint] - places[JOINTS[above]])
    for number in reversed(range(len(JOINTS))):  # children before their parents
        above = PARENTS[number]
        if above >= 0 and np.isnan(rest[above, 0]) and not np.isnan(rest[number, 0]):
            rest[above] = rest[number]
    for number, above in enumerate(PARENTS):
        if np.isnan(rest[number, 0]):
            rest[number] = rest[above] + ours[number] - ours[above]
    return rest
