"""Finds a rest pose for skeletons that have none: the rotation of every bone in SMPL-X's T-pose.

In some files the zero pose is no pose of a person: all bones lie in one line, or the person sits, or is doubled up. The
meaning of a bone's own axes is then found from its children and its movement:
- the next joint along the limb lies in one direction of the bone, which points along the limb;
- the limb's bending shows the bone's other axes: shins bend backwards and forearms forwards, and the hips and the
  shoulders lie to the left and right of the trunk;
- a bone without children has on average the rotation of its parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .. import rotations as rot
from ..skeleton import FINGERS, INDEX, PARENTS
from . import anatomy
from .source import RigMap, SourceClip

_LEFT, _UP, _FORWARD = np.eye(3)
_BENT = np.sin(np.radians(12))  # a limb that bends further than this shows the plane of its bending
_ENOUGH = 0.02  # least share of the frames with such a limb
_TRUST = 12.0  # degrees between the results by shape and by movement up to which the more exact shape is used
_TIPTOE = 45.0  # the same, beyond which the foot does not stand flat
_SKYWARDS = 12.0  # degrees above the horizon: nobody looks higher on average
_SNAP = 25.0  # degrees up to which a found direction is replaced by the nearest of the bone's own axes
_ALIGNED = 1.5  # degrees between limbs and bones' axes in a skeleton whose axes follow one rule
_FLAT, _SLOW = 0.04, 0.45  # height in leg lengths, and speed in leg lengths per second, below which feet stand

# The next joint along the limb: the first of these that the skeleton has
_NEXT: dict[str, tuple[str, ...]] = {
    "spine1": ("spine2", "spine3", "neck", "head"), "spine2": ("spine3", "neck", "head"),
    "spine3": ("neck", "head"), "neck": ("head",),
    **{f"{side}_{joint}": (f"{side}_{far}",) for side in anatomy.SIDES for joint, far in (
        ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("collar", "shoulder"), ("shoulder", "elbow"),
        ("elbow", "wrist"), ("wrist", "middle1"),
        *((f"{finger}{i}", f"{finger}{i + 1}") for finger in FINGERS for i in (1, 2)))},
}  # fmt: skip
# Limbs that bend to one side: joint -> the joint that bends, the one beyond it, and the side, seen from the limb
_BENDS: dict[str, tuple[str, str, np.ndarray]] = {
    f"{side}_{joint}": (f"{side}_{bends}", f"{side}_{beyond}", way)
    for side in anatomy.SIDES
    for joint, bends, beyond, way in (
        ("hip", "knee", "ankle", -_FORWARD), ("knee", "knee", "hip", -_FORWARD),
        ("shoulder", "elbow", "wrist", _FORWARD), ("elbow", "elbow", "shoulder", _FORWARD))
}  # fmt: skip


@dataclass(frozen=True)
class Calibration:
    """The rotation of each joint's bone in SMPL-X's T-pose.

    turns: bone -> (3, 3) world rotation in the T-pose.
    offsets: joint -> (3,) offset from its parent among the joints, in the T-pose, in the source's unit.
    """

    turns: dict[str, np.ndarray]
    offsets: dict[str, np.ndarray]


def calibrate(
    clip: SourceClip, pairs: RigMap, rest: np.ndarray, told: Mapping[str, np.ndarray] | None = None
) -> Calibration:
    """Calibrates a clip in a world whose +Y is up.

    rest: (55, 3) SMPL-X's joints in the T-pose.
    told: joint -> (3, 3) its bone's rotation from the zero pose to the T-pose, for those that are known.
    """
    return _Search(clip, pairs, rest.astype(np.float64), dict(told or {})).result()


class _Search:
    """The search for the rotations. It goes from the pelvis outwards, because a joint's rotation may depend on its
    parent's."""

    def __init__(self, clip: SourceClip, pairs: RigMap, rest: np.ndarray, told: dict[str, np.ndarray]):
        self.clip, self.pairs, self.rest = clip, pairs, rest
        self.index = {bone: i for i, bone in enumerate(clip.bones)}
        self.fps = clip.fps
        self.places = clip.places(pairs)
        # a joint between two bones has no axes of its own; those of the nearer one serve
        self.world = {joint: self._bone(b if weight > 0.5 else a) for joint, (a, b, weight) in pairs.items()}
        self.turns = {joint: turn for joint, turn in told.items() if joint in self.world}
        self.aligned = self._is_aligned()
        upright = (anatomy.trunk(self.places) @ _UP) > np.cos(np.radians(40))
        self.upright = upright if upright.mean() > _ENOUGH else np.ones(len(clip), bool)

    def result(self) -> Calibration:
        if "pelvis" not in self.turns:
            self._pelvis()
        self._spine([joint for joint in ("spine1", "spine2", "spine3") if joint in self.world])
        for joint in INDEX:
            if joint in self.world and joint not in self.turns:
                self.turns[joint] = self._outwards(joint)
        offsets = {joint: self._offset(joint) for joint in self.turns}
        return Calibration(self._turns_of_bones(), offsets)

    def _turns_of_bones(self) -> dict[str, np.ndarray]:
        """Returns the rotations of the joints' own bones, and of other bones between which joints lie."""
        turns: dict[str, np.ndarray] = {}
        for joint, turn in sorted(self.turns.items(), key=lambda item: self.pairs[item[0]][2] > 0):
            a, b, _ = self.pairs[joint]
            for bone in (a, b):
                if bone not in turns:  # bones between two joints have the same rotation on average
                    alike = turn @ _mean_rotation(np.swapaxes(self.world[joint], 1, 2) @ self._bone(bone))
                    turns[bone] = alike @ rot.quat_to_matrix(self.clip.rest_rotations[self.index[bone]])
        return turns

    def _bone(self, bone: str) -> np.ndarray:
        """Returns a bone's rotation since the zero pose, where its axes are the file's, (T, 3, 3)."""
        at = self.index[bone]
        turns = rot.quat_multiply(self.clip.rotations[:, at], rot.quat_conjugate(self.clip.rest_rotations[at]))
        return rot.quat_to_matrix(turns)

    # --- the trunk

    def _pelvis(self) -> None:
        hips = self._local("pelvis", "left_hip", "right_hip")
        between = (self.places["left_hip"] + self.places["right_hip"]) / 2
        ours_left = self._ours("left_hip", "right_hip")
        above = next(joint for joint in ("spine1", "spine2", "spine3", "neck", "head") if self._apart("pelvis", joint))
        ours_between = (self.rest[INDEX["left_hip"]] + self.rest[INDEX["right_hip"]]) / 2
        by_shape = _align(
            hips, ours_left, self._mean_local("pelvis", self.places[above] - between),
            self.rest[INDEX[above]] - ours_between,
        )  # fmt: skip
        up = self._mean_local("pelvis", np.broadcast_to(_UP, between.shape), self.upright)
        by_movement = _align(hips, ours_left, self._snapped(up, hips), _UP)
        self.turns["pelvis"] = by_shape if _turned(by_shape, by_movement) < _TRUST else by_movement

    def _spine(self, chain: list[str]) -> None:
        """Sets the spine's rotations: the chest's left is the shoulders'; lower joints take the mean of pelvis and
        chest."""
        shoulders = anatomy.unit(self.places["left_shoulder"] - self.places["right_shoulder"])
        for joint in reversed(chain):
            if joint not in self.turns:
                top = joint == chain[-1]
                left = shoulders if top else self._body_axis("pelvis", _LEFT) + self._body_axis(chain[-1], _LEFT)
                limb = self._limb(joint)
                self.turns[joint] = self._along(
                    limb, self._snapped(self._mean_local(joint, left), limb and limb[0]), _LEFT
                )

    # --- what hangs from it

    def _outwards(self, joint: str) -> np.ndarray:
        parent = self._parent(joint)
        limb = self._limb(joint)
        if limb is None or joint.endswith("wrist"):
            turn = self._as_parent(joint, parent)
            return self._level(turn) if joint == "head" else turn
        if joint in _BENDS:
            return self._along(limb, *self._bending(joint, limb[0], parent))
        turn = self._along(limb, self._snapped(self._mean_local(joint, self._body_axis(parent, _LEFT)), limb[0]), _LEFT)
        if joint.endswith("collar"):
            forward = self._snapped(self._mean_local(joint, self._body_axis(parent, _FORWARD)), limb[0])
            return self._along(limb, forward, _FORWARD)
        return self._flat(joint, turn) if joint.endswith("ankle") else turn

    def _bending(self, joint: str, limb: np.ndarray, parent: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns the direction (3,) of the bone into which its limb bends, and that direction in the T-pose."""
        bends, beyond, way = _BENDS[joint]
        d = self._in_bone(joint, anatomy.unit(self.places[beyond] - self.places[bends]))
        aside = d - (d @ limb)[:, None] * limb
        size = np.linalg.norm(aside, axis=1)
        if (size > _BENT).mean() > _ENOUGH:
            return self._snapped((aside * np.minimum(size, 0.7)[:, None])[size > _BENT].sum(axis=0), limb), way
        return self._snapped(self._mean_local(joint, self._body_axis(parent, _FORWARD)), limb), _FORWARD

    def _as_parent(self, joint: str, parent: str) -> np.ndarray:
        """Returns the rotation by which a bone has on average its parent's; exactly so in a skeleton whose axes follow
        one rule."""
        relative = _mean_rotation(np.swapaxes(self.world[joint], 1, 2) @ self.world[parent])
        if self.aligned and np.degrees(_angle(relative)) < _SNAP:
            relative = np.eye(3)
        return self.turns[parent] @ relative.T

    def _flat(self, joint: str, by_shape: np.ndarray) -> np.ndarray:
        """Returns a foot's rotation; one that is flat in stances, if the toes' height differs much from SMPL-X's."""
        toes = self.places[joint.replace("ankle", "foot")]
        leg = float(np.median(anatomy.leg_length(self.places)))
        stands = self.upright & self._low_and_slow(toes, leg) & self._low_and_slow(self.places[joint], leg)
        if stands.mean() < 5 * _ENOUGH:
            return by_shape
        up = self._mean_local(joint, np.broadcast_to(_UP, toes.shape), stands)
        ahead = self._ours(joint.replace("ankle", "foot"), joint) * (1, 0, 1)
        by_standing = _align(up, _UP, self._local(joint, joint.replace("ankle", "foot"), joint), ahead)
        # a larger difference shows a person who kneels on the toes
        return by_standing if _TRUST < _turned(by_shape, by_standing) < _TIPTOE else by_shape

    def _low_and_slow(self, point: np.ndarray, leg: float) -> np.ndarray:
        """Returns whether a point (T, 3) of a foot is as low as it gets, and at rest, (T,)."""
        if len(point) < 2:
            return np.zeros(len(point), bool)
        speed = np.linalg.norm(np.gradient(point, axis=0), axis=1) * self.fps
        return (point[:, 1] < np.percentile(point[:, 1], 10) + _FLAT * leg) & (speed < _SLOW * leg)

    def _level(self, turn: np.ndarray) -> np.ndarray:
        """Returns the head's `turn` (3, 3), or, if with it the person looks at the sky on average, one that looks
        ahead.

        A neck leans forwards by a different angle in every skeleton, but heads are held upright.
        """
        ahead = (self.world["head"] @ (turn.T @ _FORWARD))[self.upright].mean(axis=0)
        if anatomy.degrees_between(ahead, _UP) > 90 - _SKYWARDS:
            return turn
        left = turn.T @ _LEFT
        up = self._mean_local("head", np.broadcast_to(_UP, self.places["head"].shape), self.upright)
        return _align(self._snapped(up, left), _UP, left, _LEFT)

    # --- measures

    def _limb(self, joint: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Returns the direction of a joint's bone along its limb, and SMPL-X's; None if the joint has no limb."""
        far = next((far for far in _NEXT.get(joint, ()) if self._apart(joint, far)), None)
        if far is None:
            return None
        return anatomy.unit(self._local(joint, far, joint)), anatomy.unit(self._ours(far, joint))

    def _along(self, limb: tuple[np.ndarray, np.ndarray] | None, aside: np.ndarray, ours: np.ndarray) -> np.ndarray:
        if limb is None:
            limb = (np.cross(aside, _axis_across(aside)), np.cross(ours, _UP))
        return _align(*limb, aside, ours)

    def _parent(self, joint: str) -> str:
        at = PARENTS[INDEX[joint]]
        names = list(INDEX)
        while names[at] not in self.turns:
            at = PARENTS[at]
        return names[at]

    def _apart(self, joint: str, far: str) -> bool:
        """Checks whether the skeleton has both joints, at different places."""
        if joint not in self.places or far not in self.places:
            return False
        length = np.median(np.linalg.norm(self.places[far] - self.places[joint], axis=1))
        return bool(length > 1e-3 * np.median(anatomy.leg_length(self.places)))

    def _ours(self, far: str, near: str) -> np.ndarray:
        return self.rest[INDEX[far]] - self.rest[INDEX[near]]

    def _in_bone(self, joint: str, directions: np.ndarray) -> np.ndarray:
        """Converts world directions (T, 3) to a bone's own axes."""
        return np.einsum("tji,tj->ti", self.world[joint], directions)

    def _mean_local(self, joint: str, directions: np.ndarray, frames: np.ndarray | slice = slice(None)) -> np.ndarray:
        return anatomy.unit(self._in_bone(joint, directions)[frames].mean(axis=0))

    def _local(self, joint: str, far: str, near: str) -> np.ndarray:
        """Returns the offset (3,) from one joint to another in the axes of the bone of `joint`, which carries both."""
        return np.median(self._in_bone(joint, self.places[far] - self.places[near]), axis=0)

    def _body_axis(self, joint: str, axis: np.ndarray) -> np.ndarray:
        """Returns the direction (T, 3) of an axis of the T-pose as it moves with a calibrated joint."""
        return self.world[joint] @ (self.turns[joint].T @ axis)

    def _offset(self, joint: str) -> np.ndarray:
        if joint == "pelvis":
            return np.zeros(3)
        parent = self._parent(joint)
        return self.turns[parent] @ self._local(parent, joint, parent)

    def _is_aligned(self) -> bool:
        """Checks whether the limbs lie along axes of their bones, as in skeletons whose bones' axes follow one rule."""
        off = []
        for joint in _BENDS:
            limb = self._local(joint, _NEXT[joint][0], joint)
            off.append(anatomy.nearest_axis(anatomy.unit(limb))[1])
        return max(off) < _ALIGNED

    def _snapped(self, direction: np.ndarray, limb: np.ndarray | None) -> np.ndarray:
        """Returns the bone's axis nearest to a direction across its limb, in a skeleton whose axes follow one rule.

        In other skeletons, or without a near axis, returns the direction.
        """
        direction = anatomy.unit(direction)
        if not self.aligned or limb is None:
            return direction
        across = anatomy.unit(direction - (direction @ anatomy.unit(limb)) * anatomy.unit(limb))
        axis, off = anatomy.nearest_axis(across)
        return axis if off < _SNAP else direction


def _align(a: np.ndarray, ours: np.ndarray, b: np.ndarray, ours_b: np.ndarray) -> np.ndarray:
    """Returns the rotation (3, 3) that takes direction `a` to `ours`, and `b` as near to `ours_b` as possible."""
    return anatomy.frame(ours, ours_b).T @ anatomy.frame(a, b)


def _axis_across(direction: np.ndarray) -> np.ndarray:
    return np.eye(3)[int(np.argmin(np.abs(direction)))]


def _mean_rotation(matrices: np.ndarray) -> np.ndarray:
    """Returns the rotation (3, 3) nearest to the mean of (T, 3, 3)."""
    u, _, v = np.linalg.svd(matrices.mean(axis=0))
    return u @ np.diag((1, 1, np.sign(np.linalg.det(u @ v)))) @ v


def _angle(matrix: np.ndarray) -> float:
    return float(np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1)))


def _turned(a: np.ndarray, b: np.ndarray) -> float:
    """Returns the degrees between two rotations."""
    return float(np.degrees(_angle(a @ b.T)))
