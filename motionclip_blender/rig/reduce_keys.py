"""Replaces the keys on every frame of an Action by the few that an animator would set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.key_reduction import Bound, Errors, distances, reduced, rotation_errors, slopes
from .chain import rest_rotation, rotation_property
from .channels import quaternions, rotation_curves
from .curves import Curve
from .target import target_of
from .versions import fcurves_of

_BEZIER = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["BEZIER"].value
_ALIGNED = bpy.types.Keyframe.bl_rna.properties["handle_left_type"].enum_items["ALIGNED"].value

Curves = list[bpy.types.FCurve | None]


class Reduction(NamedTuple):
    """How many keys the reduced curves had, and have now."""

    before: int
    after: int


class _Channel(NamedTuple):
    """A bone's rotation or location. mode: the rotation mode; empty for a location. curves: by array index, None for a
    channel without keys. values: (T, D) at T evenly spaced frames from `first` to `last`."""

    mode: str
    curves: Curves
    values: np.ndarray
    first: float
    last: float


def reduce_keys(
    armature: bpy.types.Object, action: bpy.types.Action, bound: Bound, bones: Collection[str] | None = None
) -> Reduction:
    """Reduces the keys of the rotations and locations of an Action's bones, so that no frame is off by more than
    `bound`.

    Keys become Bezier keys with aligned handles; all channels of a rotation have theirs on the same frames. Scales,
    custom properties and the channels of other bones are left as they are.

    bones: the names of those whose keys are reduced; by default all.

    Raises `UserError`, having changed nothing, for an Action that cannot be edited or has no such keys, and for curves
    that are locked or have modifiers that would act twice.
    """
    if not action.is_editable:
        raise UserError(f'The Action "{action.name}" is linked from another file; make it local first.')
    channels = _channels(armature, action, bones)
    if not channels:
        raise UserError(f'The Action "{action.name}" has no keys of these bones; choose others.')
    metre = _units_per_metre(armature)
    together: dict[tuple, list[_Channel]] = defaultdict(list)
    for channel in channels:
        together[channel.mode, channel.first, channel.last, channel.values.shape].append(channel)
    work = []
    for (mode, *_), same in together.items():
        values = np.stack([channel.values for channel in same])
        limit = bound.degrees if mode else bound.millimetres / 1000 * metre
        work.append((same, values, slopes(values), reduced(values, limit, _errors(mode))))
    before = sum(len(curve.keyframe_points) for channel in channels for curve in channel.curves if curve is not None)
    after = 0
    for same, values, slope, keys in work:
        for channel, value, change, kept in zip(same, values, slope, keys, strict=True):
            frames = np.linspace(channel.first, channel.last, len(value))
            for i, curve in enumerate(channel.curves):
                if curve is not None:
                    _fill_bezier(curve, frames[kept], value[kept, i], change[kept, i] / _step(frames))
                    after += int(kept.sum())
    action.update_tag()
    armature.update_tag(refresh={"TIME"})
    return Reduction(before, after)


def _channels(armature: bpy.types.Object, action: bpy.types.Action, bones: Collection[str] | None) -> list[_Channel]:
    """Returns the keyed rotations and locations. Raises `UserError` for curves that cannot be reduced."""
    curves = {
        (curve.data_path, curve.array_index): curve
        for curve in fcurves_of(action, armature, "pose.bones[")
        if len(curve.keyframe_points)
    }
    plain = {key: Curve.of(curve, tuple(curve.range())) for key, curve in curves.items()}
    found = []
    for bone in armature.pose.bones:
        if bones is not None and bone.name not in bones:
            continue
        path = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"].'
        turns = rotation_curves(path, bone.rotation_mode, plain)
        wanted = [("", "location", 3)] + ([(turns[0], rotation_property(turns[0]), len(turns[1]))] if turns else [])
        for mode, name, count in wanted:
            own: Curves = [curves.get((path + name, i)) for i in range(count)]
            if any(curve is not None for curve in own):
                _check(action, bone.name, own)
                rest = rest_rotation(mode) if mode else (0.0,) * 3
                found.append(_channel(mode, own, [plain.get((path + name, i)) for i in range(count)], rest))
    return found


def _channel(mode: str, curves: Curves, plain: list[Curve | None], rest: tuple[float, ...]) -> _Channel:
    keyed = [curve for curve in plain if curve is not None]
    first = min(float(curve.keys[0, 0]) for curve in keyed)
    last = max(float(curve.keys[-1, 0]) for curve in keyed)
    frames = np.linspace(first, last, round(last - first) + 1)
    values = np.stack(
        [
            np.full(len(frames), at) if curve is None else curve.at(frames)
            for curve, at in zip(plain, rest, strict=True)
        ],
        axis=1,
    )
    if mode == "QUATERNION":
        values = rot.continuous(quaternions(mode, values))
    return _Channel(mode, curves, values, first, last)


def _check(action: bpy.types.Action, bone: str, curves: Curves) -> None:
    for curve in curves:
        if curve is None:
            continue
        if curve.lock:
            raise UserError(f'Curves of "{bone}" in "{action.name}" are locked; unlock them in the Graph Editor.')
        if any(modifier.type != "CYCLES" for modifier in curve.modifiers):
            raise UserError(
                f'Curves of "{bone}" in "{action.name}" have modifiers; apply or remove them in the Graph Editor.'
            )


def _errors(mode: str) -> Errors:
    """Returns how two curves of a rotation in `mode` are compared; of locations without one."""
    if not mode:
        return distances
    if mode == "QUATERNION":
        return rotation_errors

    def turned(values: np.ndarray) -> np.ndarray:
        return quaternions(mode, values.reshape(-1, values.shape[-1])).reshape(*values.shape[:-1], 4)

    return lambda found, wanted: rotation_errors(turned(found), turned(wanted))


def _units_per_metre(armature: bpy.types.Object) -> float:
    try:
        return target_of(armature).scale
    except UserError:
        return 1 / max(armature.matrix_world.median_scale, 1e-9)


def _step(frames: np.ndarray) -> float:
    """Returns the distance between evenly spaced frames."""
    return float(frames[1] - frames[0]) if len(frames) > 1 else 1.0


def _fill_bezier(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray, slope: np.ndarray) -> None:
    """Sets the keys of a curve: (n,) frames, values, and slopes per frame. Handles reach a third of the way."""
    count = len(frames)
    gaps = np.diff(frames) / 3
    before, after = (gaps[[0]], gaps[[-1]]) if count > 1 else (np.ones(1), np.ones(1))
    points = curve.keyframe_points
    points.clear()
    points.add(count)
    sides: Mapping[str, np.ndarray] = {
        "co": np.zeros(count),
        "handle_left": -np.concatenate((before, gaps)),
        "handle_right": np.concatenate((gaps, after)),
    }
    for name, reach in sides.items():
        at = np.stack((frames + reach, values + reach * slope), axis=1)
        points.foreach_set(name, at.astype(np.float32).ravel())
    points.foreach_set("interpolation", np.full(count, _BEZIER, np.uint8))
    for name in ("handle_left_type", "handle_right_type"):
        points.foreach_set(name, np.full(count, _ALIGNED, np.uint8))
