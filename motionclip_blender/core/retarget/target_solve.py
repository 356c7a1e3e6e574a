"""Computes the rotations of a rig's bones from a `Motion`: the reverse of `solve`, with the same rest corrections.

Every bone takes the world rotation of its joint, relative to rest, so that each limb points as SMPL-X's does whatever
the rest pose is. What is keyed is the rotation relative to the bone's parent, about the bone's own axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
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
        place = {bone: i for i, bone in enumerate(order)}
        return tuple(Keyed(bone, *wanted[bone], place.get(self._parent(bone, wanted), -1)) for bone in order)

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

    def solved(self, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
        """Returns (4, K, T) rotations of the bones about their own axes relative to their parents, and `carried`.

        The second is (T, 3) metres along SMPL-X's axes by which the carrying bone's head is moved from its rest. Time
        is last, because F-curves need each channel contiguous. The rotations' signs do not jump from frame to frame.
        """
        turned = self._turned(motion)
        parents = np.array([one.parent for one in self.keyed])
        local = turned.copy()
        below = np.flatnonzero(parents >= 0)
        local[:, below] = _times(_back(turned[:, parents[below]]), turned[:, below])
        if self.twisted:
            local = np.concatenate((local, self._twists(turned)), axis=1)
        local[1:] = np.einsum("kab,bkt->akt", self._frames, local[1:], optimize=True)
        flips = (local[..., 1:] * local[..., :-1]).sum(axis=0) < 0
        local[..., 1:] *= np.where(np.cumsum(flips, axis=1) % 2, np.float32(-1), np.float32(1))
        local *= np.where(local[:1, :, :1] < 0, np.float32(-1), np.float32(1))  # so that NLA strips blend well
        return local, self._carried(motion, turned)

    def _carried(self, motion: Motion, turned: np.ndarray) -> np.ndarray:
        person = self.person
        moved = np.zeros((len(motion), 3))
        for i, way in self._way_to_pelvis:
            moved += rot.quat_to_matrix(turned[:, i].T.astype(np.float64)) @ way - way
        return motion.translation + person.rise - moved

    @cached_property
    def _way_to_pelvis(self) -> list[tuple[int, np.ndarray]]:
        """The keyed bones from the one that carries down to the pelvis, with the offset of what comes next, (3,)."""
        person = self.person
        line = [next(i for i, one in enumerate(self.keyed) if one.bone == person.joints["pelvis"])]
        while (above := self.keyed[line[0]].parent) >= 0:
            line.insert(0, above)
        if line[0] != 0:  # the pelvis does not turn with what carries it
            line.insert(0, 0)
        heads = person.skeleton.heads @ person.axes / person.scale
        at = [*(heads[self.keyed[i].bone] for i in line), person.places["pelvis"]]
        return [(i, there - here) for i, here, there in zip(line, at[:-1], at[1:], strict=True)]

    @cached_property
    def _frames(self) -> np.ndarray:
        """(K, 3, 3) matrices that turn SMPL-X's axes into each bone's own at rest."""
        rest = _rotation(self.person.skeleton.rest[list(self.bones), :3, :3])
        return (rest.transpose(0, 2, 1) @ self.person.axes).astype(np.float32)

    def _turned(self, motion: Motion) -> np.ndarray:
        """Returns (4, K, T) world rotations of the keyed bones relative to rest, along SMPL-X's axes."""
        world = _world_rotations(motion)
        turns = world[:, [one.low for one in self.keyed]]
        between = [i for i, one in enumerate(self.keyed) if one.weight > 1e-9]
        if between:
            low, high = turns[:, between], world[:, [self.keyed[i].high for i in between]]
            weights = np.array([self.keyed[i].weight for i in between], np.float32)
            mixed = rot.slerp(low.transpose(2, 1, 0), high.transpose(2, 1, 0), weights)
            turns[:, between] = mixed.transpose(2, 1, 0)
        corrected = [i for i, one in enumerate(self.keyed) if abs(one.correction[0]) < 1 - 1e-12]
        if corrected:
            back = np.stack([rot.quat_conjugate(self.keyed[i].correction) for i in corrected], axis=1)
            turns[:, corrected] = _times(turns[:, corrected], back[..., None].astype(np.float32))
        if not self.person.turns:  # the mover is the first
            turns[:, 0] = np.array([1, 0, 0, 0], np.float32)[:, None]
        return turns

    def _twists(self, turned: np.ndarray) -> np.ndarray:
        """Returns (4, n, T) rotations of the twist bones relative to their limbs, along SMPL-X's axes at rest."""
        limbs, others = ([getattr(one, end) for one in self.twisted] for end in ("limb", "other"))
        about = np.stack([one.about for one in self.twisted], axis=1)[..., None]
        first, second = turned[:, limbs], turned[:, others]
        inner = np.array([one.share < 0 for one in self.twisted])[:, None]
        between = _times(_back(np.where(inner, second, first)), np.where(inner, first, second))
        angles: np.ndarray = 2 * np.arctan2((between[1:] * about).sum(axis=0), between[0])
        angles = np.unwrap((angles + np.pi) % (2 * np.pi) - np.pi, axis=1)
        half = angles * np.array([one.share for one in self.twisted])[:, None] / 2
        return np.concatenate((np.cos(half)[None], np.sin(half) * about)).astype(np.float32)

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


def _world_rotations(motion: Motion) -> np.ndarray:
    """Returns (4, 55, T) the joints' rotations in the world."""
    world = np.ascontiguousarray(motion.rotations.transpose(2, 1, 0))
    for joints, parents in _levels():
        world[:, joints] = _times(world[:, parents], world[:, joints])
    return world


def _times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the products of quaternions (4, ...): rotates by `b`, then by `a`."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    out = np.empty(np.broadcast_shapes(a.shape, b.shape), np.float32)
    out[0] = aw * bw - ax * bx - ay * by - az * bz
    out[1] = aw * bx + ax * bw + ay * bz - az * by
    out[2] = aw * by - ax * bz + ay * bw + az * bx
    out[3] = aw * bz + ax * by - ay * bx + az * bw
    return out


def _back(q: np.ndarray) -> np.ndarray:
    """Returns the inverses of unit quaternions (4, ...)."""
    return np.concatenate((q[:1], -q[1:]))


@cache
def _levels() -> list[tuple[list[int], list[int]]]:
    """Lists the joints by their depth below the pelvis, which is left out; and their parents."""
    depth = [0] * len(PARENTS)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        depth[joint] = depth[parent] + 1
    levels = [[j for j, d in enumerate(depth) if d == level] for level in range(1, max(depth) + 1)]
    return [(joints, [PARENTS[j] for j in joints]) for joints in levels]


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """Returns (..., 3, 3) the rotations of matrices that may be scaled evenly along their columns."""
    return matrices / np.maximum(np.linalg.norm(matrices, axis=-2, keepdims=True), 1e-12)


def _off(place: np.ndarray, way: np.ndarray) -> bool:
    """Checks whether a place lies off the line along `way`."""
    long = np.linalg.norm(way)
    along = place @ way / long
    return bool(np.linalg.norm(place - along * way / long) > 0.2 * long)
