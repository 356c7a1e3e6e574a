"""Finds a person's bones in a skeleton of unknown names, by structure.

A person mirrors itself: bones come in pairs to the left and right of a middle. Of the pairs that begin at the middle,
the legs reach the floor and the arms hang higher up and do not; between them is the spine, and above the arms the head.
Within a limb, the longest two bones one after the other are upper and lower arm, or thigh and shin. Which side is left
follows from where the toes point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .humanoid import RestSkeleton
from .source import RigMap

_PAIRED = 0.02  # largest distance between a bone and its partner's mirror image, relative to the skeleton's size
_ASIDE = 0.004  # least distance from the middle of a bone that has a partner, relative to the size
_TAILS = 0.01  # how much tails count between bones that begin and end at one place
_LEAST_PAIRS = 5
_MOST_BONES = 3000  # more are a crowd or a cloth, and comparing all with all would take seconds
_DOWN = 40.0  # largest degrees between a leg and the vertical
_FLOOR = 0.16  # largest height of an ankle above the lowest bone, relative to the hips' height
_FINGERS = ("thumb", "index", "middle", "ring", "pinky")
_ENDS = ("end", "nub", "tip", "site")
_TWISTS = ("twist", "roll")


@dataclass(frozen=True, eq=False)
class _Mirrored:
    """A skeleton with its partners. partner: (B,) index of each bone's mirror image, its own in the middle, else -1.

    ends: (B, 3) where the bones that hang from each begin, on average; of a last bone where it begins itself. Tails
    alone tell little: many importers let them point along an axis of the bone, which left and right have differently.
    """

    skeleton: RestSkeleton
    across: int
    partner: np.ndarray
    ends: np.ndarray
    size: float

    @classmethod
    def of(cls, skeleton: RestSkeleton) -> _Mirrored | None:
        """Pairs the bones along the axis that pairs most of them; None if hardly any are paired."""
        heads, tails = skeleton.heads, skeleton.tails
        if not 0 < len(heads) <= _MOST_BONES:
            return None
        size = float(np.ptp(np.concatenate((heads, tails)), axis=0).max())
        ends, hanging = _ends(skeleton), np.flatnonzero(skeleton.parents >= 0)
        if size < 1e-9:
            return None
        best: tuple[int, int, np.ndarray] = (0, 0, np.zeros(0, int))
        for axis in range(3):
            partner = np.full(len(heads), -1)
            aside = np.abs(heads[:, axis]) > _ASIDE * size
            off = np.minimum(np.abs(ends[:, axis]), np.abs(tails[:, axis]))
            np.minimum.at(off, skeleton.parents[hanging], np.abs(heads[hanging, axis]))
            middle = ~aside & (off < 2 * _ASIDE * size)
            partner[middle] = np.flatnonzero(middle)
            sides = np.flatnonzero(~middle)
            if len(sides):
                mirror = np.where(np.arange(3) == axis, -1, 1)
                at, to, by_tails = (
                    np.abs((places[sides] * mirror)[:, None] - places[sides][None]).max(axis=2)
                    for places in (heads, ends, tails)
                )
                apart = np.maximum(at, to)
                nearest = (apart + _TAILS * by_tails).argmin(axis=1)
                fits = apart[np.arange(len(sides)), nearest] < _PAIRED * size
                fits &= nearest != np.arange(len(sides))
                mutual = fits & (nearest[nearest] == np.arange(len(sides)))
                partner[sides[mutual]] = sides[nearest[mutual]]
            pairs = int((partner >= 0).sum() - middle.sum()) // 2
            if pairs > best[0]:
                best = pairs, axis, partner
        return cls(skeleton, best[1], best[2], ends, size) if best[0] >= _LEAST_PAIRS else None

    def limbs(self) -> list[int]:
        """Lists the first bones, on the positive side, of pairs that hang from the middle."""
        found = []
        for bone in np.flatnonzero(self.partner >= 0):
            above = int(self.skeleton.parents[bone])
            aside = self.partner[bone] != bone and self.ends[bone, self.across] > 0
            if aside and (above < 0 or self.partner[above] in (above, -1)):
                found.append(int(bone))
        return found

    def chain(self, bone: int) -> list[int]:
        """Lists the bones of a limb: at each, the child from which the most hangs; without ends and twists."""
        line = [bone]
        while below := [child for child in self.children(line[-1]) if not _named(self.name(child), _TWISTS + _ENDS)]:
            line.append(max(below, key=lambda child: (self.reach(child), -child)))
        return line

    def children(self, bone: int) -> list[int]:
        return [int(child) for child in np.flatnonzero(self.skeleton.parents == bone)]

    def reach(self, bone: int) -> float:
        """Returns the largest distance along the bones from a bone's head to the end of what hangs from it."""
        heads = self.skeleton.heads
        below = [np.linalg.norm(heads[child] - heads[bone]) + self.reach(child) for child in self.children(bone)]
        return float(max([np.linalg.norm(self.skeleton.tails[bone] - heads[bone]), *below]))

    def name(self, bone: int) -> str:
        return self.skeleton.bones[bone].casefold()


def _ends(skeleton: RestSkeleton) -> np.ndarray:
    ends, below = np.zeros_like(skeleton.heads), np.zeros(len(skeleton.heads))
    hanging = np.flatnonzero(skeleton.parents >= 0)
    np.add.at(ends, skeleton.parents[hanging], skeleton.heads[hanging])
    np.add.at(below, skeleton.parents[hanging], 1)
    return np.where(below[:, None] > 0, ends / np.maximum(below, 1)[:, None], skeleton.heads)


def by_structure(skeleton: RestSkeleton) -> tuple[RigMap, dict[str, float]] | None:
    """Returns a map of the skeleton's bones, and joint -> confidence, 0 to 1; None if it is no person's."""
    found = _Mirrored.of(skeleton)
    if found is None:
        return None
    for up in [axis for axis in range(3) if axis != found.across]:
        for sign in (1.0, -1.0):
            joints = _person(found, up, sign)
            if joints is not None:
                return joints
    return None


def _person(found: _Mirrored, up: int, sign: float) -> tuple[RigMap, dict[str, float]] | None:
    skeleton, heads = found.skeleton, found.skeleton.heads
    height = sign * heads[:, up]
    paired = (found.partner >= 0) & (found.partner != np.arange(len(heads)))  # the floor is under the feet
    lowest = float(height[paired].min())
    limbs = [(bone, found.chain(bone)) for bone in found.limbs()]
    legs = [leg for _, line in limbs if (leg := _leg(line, heads, height, lowest, found)) is not None]
    if len(legs) != 1:
        return None  # none, or those of an animal
    leg = legs[0]
    tall = float(height[leg[0]] - lowest)
    arms = [arm for _, line in limbs if (arm := _arm(line, heads, height, leg, lowest, tall)) is not None]
    if not arms:
        return None
    arm = max(arms, key=lambda line: float(np.linalg.norm(heads[line[2]] - heads[line[1]])))
    chest = _middle_above(found, arm[0] if arm[0] >= 0 else arm[1])
    pelvis = _middle_above(found, leg[0])
    if chest is None or pelvis is None or pelvis == chest or chest in skeleton.above(pelvis):
        return None
    meet = skeleton.common([pelvis, chest])  # the pelvis, or what it and the spine hang from
    if meet is None:
        return None
    spine = [chest]
    while (above := int(skeleton.parents[spine[0]])) != meet:
        spine.insert(0, above)
    head = _head(found, chest, height)
    if head is None:
        return None
    neck, skull = head
    sides = _sides(found, leg, up, sign)
    if sides is None:
        return None
    left_is_positive, sure = sides
    joints: dict[str, int] = {"pelvis": pelvis, "head": skull}
    for number in (3, 2, 1):  # a short spine is that of the chest
        bone = spine[-(-number * len(spine) // 3) - 1]
        if bone not in joints.values():
            joints[f"spine{number}"] = bone
    if neck is not None:
        joints["neck"] = neck
    side, other = ("left", "right") if left_is_positive else ("right", "left")
    own = dict(zip(("hip", "knee", "ankle", "foot"), leg, strict=False))
    own |= {name: bone for name, bone in zip(("collar", "shoulder", "elbow", "wrist"), arm, strict=True) if bone >= 0}
    own |= _hand(found, arm[3], arm[2])
    for name, bone in own.items():
        joints[f"{side}_{name}"], joints[f"{other}_{name}"] = bone, int(found.partner[bone])
    if min(joints.values()) < 0:
        return None
    names = skeleton.bones
    pairs: RigMap = {joint: (names[bone], names[bone], 0.0) for joint, bone in joints.items()}
    return pairs, {joint: _confidence(joint, sure) for joint in pairs}


def _longest_two(line: list[int], heads: np.ndarray) -> int | None:
    """Returns the place in a limb of the first of its two longest bones that follow each other."""
    if len(line) < 3:
        return None
    long = [float(np.linalg.norm(heads[b] - heads[a])) for a, b in pairwise(line)]
    both = [a + b if max(a, b) < 2.2 * min(a, b) else 0.0 for a, b in pairwise(long)]
    return int(np.argmax(both)) if max(both) > 0 else None


def _leg(line: list[int], heads: np.ndarray, height: np.ndarray, lowest: float, found: _Mirrored) -> list[int] | None:
    """Returns the bones of hip, knee, ankle and, if there are any, toes; None for a limb that is no leg."""
    first = _longest_two(line, heads)
    if first is None:
        return None
    hip, _, ankle = line[first : first + 3]
    way = heads[ankle] - heads[hip]
    drop = height[hip] - height[ankle]
    if drop < np.cos(np.radians(_DOWN)) * np.linalg.norm(way) or drop < 0.25 * found.size:
        return None
    if height[ankle] - lowest > _FLOOR * (height[hip] - lowest):
        return None
    toes = line[first + 3 : first + 4]
    return [*line[first : first + 3], *toes]


def _arm(
    line: list[int], heads: np.ndarray, height: np.ndarray, leg: list[int], lowest: float, tall: float
) -> list[int] | None:
    """Returns the bones of collar (-1 for none), shoulder, elbow and wrist; None for a limb that is no arm."""
    first = _longest_two(line, heads)
    if first is None or line[0] == leg[0]:
        return None
    shoulder, elbow, wrist = line[first : first + 3]
    long = float(np.linalg.norm(heads[elbow] - heads[shoulder]) + np.linalg.norm(heads[wrist] - heads[elbow]))
    if not 0.35 * tall < long < 1.3 * tall or height[shoulder] - height[leg[0]] < 0.25 * tall:
        return None
    if min(height[bone] for bone in line[first:]) - lowest < 0.2 * tall:
        return None  # it stands on it
    return [line[first - 1] if first else -1, shoulder, elbow, wrist]


def _middle_above(found: _Mirrored, bone: int) -> int | None:
    """Returns the nearest bone above one that lies in the middle."""
    return next((above for above in found.skeleton.above(bone) if found.partner[above] == above), None)


def _head(found: _Mirrored, chest: int, height: np.ndarray) -> tuple[int | None, int] | None:
    """Returns the bones of neck and head: what hangs from the chest in the middle and reaches highest."""
    line, bone = [], chest
    while below := [
        child
        for child in found.children(bone)
        if found.partner[child] == child
        and height[child] >= height[bone] - 1e-6
        and not _named(found.name(child), _ENDS)
    ]:
        bone = max(below, key=lambda child: (height[child], found.reach(child)))
        line.append(bone)
    if not line:
        return None
    if len(line) == 1:
        return None, line[0]
    named = [bone for bone in line if "head" in found.name(bone)]
    skull = named[0] if named else line[1] if len(line) <= 3 else line[2]
    return (line[0] if skull != line[0] else None), skull


def _sides(found: _Mirrored, leg: list[int], up: int, sign: float) -> tuple[bool, float] | None:
    """Returns whether the positive side is the person's left, by where the foot points; and how sure that is."""
    skeleton = found.skeleton
    ankle = leg[2]
    ahead = 3 - up - found.across
    way = (
        skeleton.heads[leg[3]] - skeleton.heads[ankle]
        if len(leg) > 3
        else skeleton.tails[ankle] - skeleton.heads[ankle]
    )
    shin = float(np.linalg.norm(skeleton.heads[ankle] - skeleton.heads[leg[1]]))
    if abs(way[ahead]) < 0.1 * shin:
        return _sides_by_name(found, leg[0])
    forward, upward = np.zeros(3), np.zeros(3)
    forward[ahead], upward[up] = np.sign(way[ahead]), sign
    left = np.cross(upward, forward)
    return bool(left[found.across] > 0), min(float(abs(way[ahead]) / (0.3 * shin)), 1.0)


def _sides_by_name(found: _Mirrored, hip: int) -> tuple[bool, float] | None:
    """Returns whether the positive side is the person's left, by marks such as "l" in the names of the hips, and how
    sure that is; None without marks. For feet that show no direction."""
    marks = [set(re.findall(r"[a-z]+", found.name(bone))) for bone in (hip, int(found.partner[hip]))]
    own, other = (2 * bool(words & {"l", "left"}) + bool(words & {"r", "right"}) for words in marks)
    return (own == 2, 0.5) if {own, other} == {1, 2} else None


def _hand(found: _Mirrored, wrist: int, elbow: int) -> dict[str, int]:
    """Returns finger joint -> bone for a hand with five fingers of three bones; empty for another hand."""
    heads = found.skeleton.heads
    lines = []
    for child in found.children(wrist):
        line = found.chain(child)
        if len(line) >= 3:
            lines.append(line[-3:])
    if len(lines) != 5:
        return {}
    way = heads[wrist] - heads[elbow]
    thumb = min(range(5), key=lambda i: float((heads[lines[i][2]] - heads[wrist]) @ way))
    base = heads[lines[thumb][0]]
    others = sorted((i for i in range(5) if i != thumb), key=lambda i: float(np.linalg.norm(heads[lines[i][0]] - base)))
    return {
        f"{finger}{number}": bone
        for finger, i in zip(_FINGERS, (thumb, *others), strict=True)
        for number, bone in enumerate(lines[i], start=1)
    }


def _confidence(joint: str, sure: float) -> float:
    if joint.startswith(("left", "right")):
        return round((0.6 if joint[-1].isdigit() else 0.9) * (0.7 + 0.3 * sure), 2)
    return 0.9 if joint in ("pelvis", "head") else 0.75


def _named(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)
