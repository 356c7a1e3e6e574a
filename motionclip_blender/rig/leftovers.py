"""Finds remains of earlier poses that would spoil a motion: bones that are moved, scaled or turned."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

from .chain import REST, bones_between, rest_rotation, rotation_property
from .channel import Leftover
from .target import Target
from .versions import fcurves_of

SAME = 1e-4
"""Differences in metres, radians or relative size that are too small to see."""


def leftovers(bones: Target, action: bpy.types.Action | None = None) -> list[Leftover]:
    """Returns whatever poses the joints besides their own rotations and the pelvis's location, and is not at rest.

    This includes the location and scale of joints, and all properties of bones above the pelvis or between joints; both
    in the present pose and as NLA strips move them.

    action: if given, only the present pose is examined, without the properties that this Action keys.
    """
    pose = bones.armature.pose.bones
    between = dict.fromkeys(name for _, names in bones_between(bones) for name in names)
    stripped = _moved_by_strips(bones) if action is None else set()
    keyed = (
        set() if action is None else {curve.data_path for curve in fcurves_of(action, bones.armature, "pose.bones[")}
    )
    off = {kind: np.abs(_all(pose, kind) - rest).max(axis=1) > _limit(bones, kind) for kind, rest in REST.items()}
    moved = off["location"] | off["scale"]
    posed = np.logical_or.reduce(list(off.values()))
    number = {name: i for i, name in enumerate(pose.keys())}
    found = []
    for name in (*between, *bones.names):
        if not (posed if name in between else moved)[number[name]] and not stripped:
            continue
        one = Leftover(name, [], [])
        for property_name, rest in _properties(pose[name], name in between, name == bones.names[0]):
            path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].{property_name}'
            if path not in keyed and (path in stripped or off[property_name][number[name]]):
                one.paths.extend((path, i) for i in range(len(rest)))
                one.rest.extend(rest)
        if one.paths:
            found.append(one)
    return found


def off_rest(curve: bpy.types.FCurve, property_name: str | None, limit: float) -> bool:
    """Checks whether a curve's keys move a property from its rest; without a property, whether they move it at all."""
    values = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", values)
    values = values[1::2] if len(values) else np.array([point.co[1] for point in curve.sampled_points] or [0.0])
    rest = REST[property_name][curve.array_index] if property_name else values[0]
    return bool(np.abs(values - rest).max() > limit)


def _properties(bone: bpy.types.PoseBone, between: bool, pelvis: bool) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yields the properties of a bone that a motion does not key, with their values at rest."""
    if between:
        yield rotation_property(bone.rotation_mode), rest_rotation(bone.rotation_mode)
    if not pelvis:
        yield "location", REST["location"]
    yield "scale", REST["scale"]


def _limit(bones: Target, property_name: str) -> float:
    """Returns the largest difference from rest that is too small to see, in the property's own unit."""
    return SAME * bones.scale if property_name == "location" else SAME


def _all(pose: bpy.types.bpy_prop_collection, property_name: str) -> np.ndarray:
    """Returns (bones, n) values of a property of all bones: one look at each of a control rig's takes too long."""
    size = len(REST[property_name])
    flat = np.empty(size * len(pose), np.float32)
    pose.foreach_get(property_name, flat)
    return flat.reshape(-1, size)


def _moved_by_strips(bones: Target) -> set[str]:
    """Returns the data paths of bone properties that NLA strips move from their rest."""
    data = bones.armature.animation_data
    if data is None or not len(data.nla_tracks):
        return set()
    found = set()
    actions = {strip.action for track in data.nla_tracks for strip in track.strips if strip.action is not None}
    for action in actions:
        for curve in fcurves_of(action, bones.armature, "pose.bones["):
            kind = curve.data_path.rpartition(".")[2]
            if kind in REST and off_rest(curve, kind, _limit(bones, kind)):
                found.add(curve.data_path)
    return found
