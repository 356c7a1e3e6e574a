"""Computes the rotations of a rig's bones from a `Motion`: the reverse of `solve`, with the same rest corrections.

Every bone takes the world rotation of its joint, relative to rest, so that each limb points as SMPL-X's does whatever
the rest pose is. What is keyed is the rotation relative to the bone's parent, about the bone's own axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .. import rotations as rot
from ..motion import Motion
from ..skeleton import INDEX, PARENTS
from .anatomy import SIDES
from .humanoid import SPINE, Humanoid, reference_joints
from .solve import local_rotations
from .source import SourceClip

_NONE = np.array([1.0, 0.0, 0.0, 0.0])
_NAMED = ("twist", "roll", "捩")  # parts of the names of bones that spread a limb's twist
# The limbs whose twist is spread over bones that a rig has for it: joint -> its end, and whose rotation the twist is
_TWISTED = {f"{side}_{near}": f"{side}_{far}" for side in SIDES for near, far in (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))}  # fmt: skip
_FROM_BEYOND = ("elbow", "knee")  # limbs that twist with the joint beyond them; the others untwist towards the trunk


class Keyed(NamedTuple):
    """A bone that a motion keys. Its world rotation is `weight` of the way from joint `low` to joint `high`.

    parent: the keyed bone that it turns with, as an index into the keyed bones; -1 for none.
    """

    bone: int
    low: int
    high: int
    weight: float
    correction: np.ndarray
    parent: int


class Twist(NamedTuple):
    """A bone that takes a share of the twist between two keyed bones. about: (3,) the limb's direction at rest."""

    bone: int
    limb: int
    other: int
    about: np.ndarray
    share: float


@dataclass(frozen=True, eq=False)
class TargetSolver:
    """Turns motions into bone rotations of one rig, and its movement into motions.

    turns_with: bone -> the keyed bone that it really turns with, for rigs whose constraints say otherwise than their
        hierarchy; None for rigs without such constraints.
    twists: whether bones of a limb's twist are keyed too.
    """

    person: Humanoid
    turns_with: Mapping[int, int] | None = None
    twists: bool = True

    @cached_property
    def keyed(self) -> tuple[Keyed, ...]:
        """The bones that a motion keys, parents first; the bone that carries the person is the first."""
        person = self.person
        wanted: dict[int, tuple[int, int, float, np.ndarray]] = {person.mover: (0, 0, 0.0, _NONE)}
        for line, ends in ((person.spine, ("pelvis", *SPINE)), (person.neck, ("spine3", "neck"))):
            for number, bone in enumerate(line, start=1):
                at = number * (len(ends) - 1) / len(line)
                low = min(int(at + 1e-9), len(ends) - 1)
                high = min(low + 1, len(ends) - 1)
                wanted[bone] = (INDEX[ends[low]], INDEX[ends[high]], at - low, _NONE)
        for joint, bone in person.joints.items():
            wanted.setdefault(bone, (INDEX[joint], INDEX[joint], 0.0, person.corrections.get(joint, _NONE)))
        order = sorted(wanted, key=lambda bone: (bone != person.mover, self._depth(bone)))
        number = {bone: i for i, bone in enumerate(order)}
        return tuple(Keyed(bone, *wanted[bone], number.get(self._parent(bone, wanted), -1)) for bone in order)

    def _parent(self, bone: int, wanted: Mapping[int, object]) -> int:
        if self.turns_with is not None:
            return self.turns_with.get(bone, -1)
        skeleton = self.person.skeleton
        while skeleton.inherits[bone] and (bone := int(skeleton.parents[bone])) >= 0:
            if bone in wanted:
                return bone
        return -1

    def _depth(self, bone: int) -> int:
        if self.turns_with is None:
            return len(self.person.skeleton.above(bone))
        return 0 if self.turns_with.get(bone, -1) < 0 else 1 + self._depth(self.turns_with[bone])

    @cached_property
    def twisted(self) -> tuple[Twist, ...]:
        """The bones of the limbs' twist: bones along a limb that hang from it, are no joints, and say so by name."""
        person, skeleton = self.person, self.person.skeleton
        if not self.twists or self.turns_with is not None:
            return ()
        number = {one.bone: i for i, one in enumerate(self.keyed)}
        heads, found = skeleton.heads, []
        for joint, far in _TWISTED.items():
            limb, end = person.joints[joint], person.joints[far]
            way = heads[end] - heads[limb]
            long = float(np.linalg.norm(way))
            beyond = joint.endswith(_FROM_BEYOND)
            other = end if beyond else next((bone for bone in skeleton.above(limb) if bone in number), None)
            if other is None or long < 1e-9:
                continue
            for bone in map(int, np.flatnonzero(skeleton.parents == limb)):
                name = skeleton.bones[bone].casefold()
                if bone in number or not skeleton.inherits[bone] or not any(word in name for word in _NAMED):
                    continue
                if bone in skeleton.above(end) or _off(heads[bone] - heads[limb], way):
                    continue  # a link of the chain, with which what hangs from it must not turn; or beside the limb
                share = float(np.clip((heads[bone] - heads[limb]) @ way / long**2, 0.0, 1.0))
                about = person.axes.T @ way / long
                found.append(Twist(bone, number[limb], number[other], about, share if beyond else share - 1.0))
        return tuple(found)

    @property
    def bones(self) -> tuple[int, ...]:
        """The bones in the order of the rotations that `rotations` returns."""
        return (*(one.bone for one in self.keyed), *(one.bone for one in self.twisted))

    # --- onto the rig

    def rotations(self, motion: Motion) -> np.ndarray:
        """Returns (T, K, 4) rotations of the bones about their own axes, relative to their parents."""
        turned = self._turned(motion)
        keyed = self.keyed
        parents = np.array([one.parent for one in keyed])
        above = np.concatenate((turned, np.broadcast_to(_NONE, (len(motion), 1, 4))), axis=1)[:, parents]
        local = rot.quat_multiply(rot.quat_conjugate(above), turned)
        if self.twisted:
            local = np.concatenate((local, self._twists(turned)), axis=1)
        rest = self._rest_turns
        return rot.quat_multiply(rot.quat_multiply(rot.quat_conjugate(rest), local), rest)

    def carried(self, motion: Motion) -> np.ndarray:
        """Returns (T, 3) metres along SMPL-X's axes by which the carrying bone's head is moved from its rest."""
        person = self.person
        turned = self._turned(motion)
        line = [0]
        while person.joints["pelvis"] != self.keyed[line[-1]].bone:  # from the carrying bone down to the pelvis
            below = self._towards_pelvis(line[-1])
            if below is None:
                break
            line.append(below)
        heads = person.skeleton.heads @ person.axes / person.scale
        at = [heads[self.keyed[i].bone] for i in line] + [person.places["pelvis"]]
        moved = np.zeros((len(motion), 3))
        for i, here, there in zip(line, at[:-1], at[1:], strict=True):
            way = there - here
            moved += rot.quat_to_matrix(turned[:, i]) @ way - way
        return motion.translation + person.rise - moved

    def _towards_pelvis(self, i: int) -> int | None:
        """Returns the keyed bone below one that the pelvis hangs from."""
        j = next(n for n, one in enumerate(self.keyed) if one.bone == self.person.joints["pelvis"])
        while j >= 0 and self.keyed[j].parent != i:
            j = self.keyed[j].parent
        return j if j >= 0 else None

    @cached_property
    def _rest_turns(self) -> np.ndarray:
        """(K, 4) the bones' rest rotations, from their own axes to SMPL-X's."""
        rest = self.person.axes.T @ _rotation(self.person.skeleton.rest[list(self.bones), :3, :3])
        return rot.matrix_to_quat(rest)

    def _turned(self, motion: Motion) -> np.ndarray:
        """Returns (T, K, 4) world rotations of the keyed bones relative to rest, along SMPL-X's axes."""
        world = world_rotations(motion)
        low, high = ([getattr(one, end) for one in self.keyed] for end in ("low", "high"))
        turns = world[:, low]
        between = [i for i, one in enumerate(self.keyed) if one.weight > 1e-9]
        if between:
            weights = np.array([self.keyed[i].weight for i in between])
            turns[:, between] = rot.slerp(turns[:, between], world[:, [high[i] for i in between]], weights)
        back = rot.quat_conjugate(np.stack([one.correction for one in self.keyed]))
        return rot.quat_multiply(turns, back)

    def _twists(self, turned: np.ndarray) -> np.ndarray:
        """Returns (T, n, 4) rotations of the twist bones relative to their limbs, along SMPL-X's axes at rest."""
        limbs, others = ([getattr(one, end) for one in self.twisted] for end in ("limb", "other"))
        about = np.stack([one.about for one in self.twisted])
        first, second = turned[:, limbs], turned[:, others]
        inner = np.array([one.share < 0 for one in self.twisted])
        a, b = np.where(inner[:, None], second, first), np.where(inner[:, None], first, second)
        between = rot.quat_multiply(rot.quat_conjugate(a), b)
        angle = 2 * np.arctan2((between[..., 1:] * about).sum(axis=-1), between[..., 0])
        angle = np.unwrap((angle + np.pi) % (2 * np.pi) - np.pi, axis=0)
        share = np.array([one.share for one in self.twisted])
        return rot.axis_angle_to_quat((angle * share)[..., None] * about)

    # --- from the rig

    @cached_property
    def read_bones(self) -> tuple[int, ...]:
        """The bones from whose movement a motion is read."""
        return tuple(sorted({*self.person.joints.values(), *self.person.spine, *self.person.neck}))

    def motion(
        self, matrices: np.ndarray, axes: np.ndarray, size: float, fps: float, relaxed_hands: np.ndarray
    ) -> Motion:
        """Returns the motion that a rig shows.

        matrices: (T, n, 4, 4) pose matrices of the `read_bones`, along `axes`: (3, 3) turns SMPL-X's axes into those of
            the matrices.
        size: the scale of these matrices relative to the skeleton's own.
        relaxed_hands: (30, 3) axis-angle of fingers that the rig does not have or does not move.
        """
        person, skeleton, used = self.person, self.person.skeleton, list(self.read_bones)
        rest_turns = rot.matrix_to_quat(person.axes.T @ _rotation(skeleton.rest[used, :3, :3]))
        rest_heads = skeleton.heads[used] @ person.axes / person.scale
        turns = rot.matrix_to_quat(axes.T @ _rotation(matrices[..., :3, :3]))
        heads = matrices[..., :3, 3] @ axes / (person.scale * size)
        names = tuple(skeleton.bones[bone] for bone in used)
        clip = SourceClip(names, rest_heads, rest_turns, heads, turns, fps)
        rotations = local_rotations(clip, person.pairs(), reference_joints(), relaxed_hands)
        pelvis = used.index(person.joints["pelvis"])
        turn = rot.quat_to_matrix(rot.quat_multiply(turns[:, pelvis], rot.quat_conjugate(rest_turns[pelvis])))
        place = heads[:, pelvis] + turn @ (person.places["pelvis"] - rest_heads[pelvis])
        return Motion(rot.continuous(rotations), place - person.places["pelvis"] - person.rise, fps)


def world_rotations(motion: Motion) -> np.ndarray:
    """Returns (T, 55, 4) the joints' rotations in the world."""
    local = motion.rotations.astype(np.float64)
    world = local.copy()
    for joints in _levels():
        world[:, joints] = rot.quat_multiply(world[:, [PARENTS[j] for j in joints]], local[:, joints])
    return world


def _levels() -> list[list[int]]:
    """Lists the joints by their depth below the pelvis, which is left out."""
    depth = [0] * len(PARENTS)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        depth[joint] = depth[parent] + 1
    return [[j for j, d in enumerate(depth) if d == level] for level in range(1, max(depth) + 1)]


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """Returns (..., 3, 3) the rotations of matrices that may be scaled evenly along their columns."""
    return matrices / np.maximum(np.linalg.norm(matrices, axis=-2, keepdims=True), 1e-12)


def _off(place: np.ndarray, way: np.ndarray) -> bool:
    """Checks whether a place lies off the line along `way`."""
    long = np.linalg.norm(way)
    along = place @ way / long
    return bool(np.linalg.norm(place - along * way / long) > 0.2 * long)
