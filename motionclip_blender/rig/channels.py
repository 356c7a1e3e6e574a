"""Evaluates the F-curves of a bone as its pose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..core import rotations as rot
from .chain import Other, rest_rotation, rotation_property
from .curves import Curve
from .turning import without_leaps

_SAME = 1e-6  # a bone that differs this little from its rest pose counts as resting


class Channels(NamedTuple):
    """The curves of one property, None for a channel without a curve, and the values of channels without one."""

    curves: list[Curve | None]
    values: tuple[float, ...]

    @property
    def keyed(self) -> list[Curve]:
        """The curves of the channels that have one."""
        return [curve for curve in self.curves if curve is not None]

    def at(self, frames: np.ndarray) -> np.ndarray:
        """Returns (T, n) values at `frames` (T,)."""
        pairs = zip(self.curves, self.values, strict=True)
        return np.stack([_sample(curve, frames, value) for curve, value in pairs], axis=1)

    def turned(self, mode: str, frames: np.ndarray) -> np.ndarray:
        """Returns (T, 4) unit quaternions at `frames` (T,), for the channels of a rotation in `mode`."""

        def turns_at(frames: np.ndarray) -> np.ndarray:
            return quaternions(mode, self.at(frames))

        return without_leaps(turns_at(frames), frames, self.keyed, turns_at)


@dataclass(frozen=True, eq=False)
class OtherKeys:
    """The keys of a bone that is not a joint. mode: its rotation mode."""

    bone: Other
    mode: str
    rotation: Channels
    location: Channels
    scale: Channels

    @property
    def keyed(self) -> list[Curve]:
        """All curves of the bone."""
        return [*self.rotation.keyed, *self.location.keyed, *self.scale.keyed]

    @property
    def rests(self) -> bool:
        """Whether the bone has no keys and rests, so that it moves nothing."""
        values = np.array([self.location.values, np.subtract(self.scale.values, 1.0)])
        turn = quaternions(self.mode, np.array([self.rotation.values]))[0]
        return not self.keyed and np.abs(values).max() < _SAME and np.abs(turn[1:]).max() < _SAME

    def turned(self, frames: np.ndarray) -> np.ndarray:
        """Returns (T, 4) quaternions about the bone's own axes."""
        return self.rotation.turned(self.mode, frames)

    def basis(self, frames: np.ndarray) -> np.ndarray:
        """Returns (T, 4, 4) the bone's own transform, to be applied after its attachment to its parent."""
        return basis_of(self.turned(frames), self.location.at(frames), self.scale.at(frames))


def rotation_curves(
    path: str, own: str, curves: Mapping[tuple[str, int], Curve]
) -> tuple[str, list[Curve | None]] | None:
    """Returns the rotation mode to read for a bone, and its curves; None if it has no rotation curves.

    The mode is the pose bone's `own` if it has curves. Actions made on another armature may be keyed in another mode.
    """
    for mode in (own, "QUATERNION", "XYZ", "AXIS_ANGLE"):
        channels = [curves.get((path + rotation_property(mode), i)) for i in range(len(rest_rotation(mode)))]
        if any(channels):
            return mode, channels
    return None


def other_keys(bone: Other, curves: Mapping[tuple[str, int], Curve]) -> OtherKeys:
    """Returns an Action's keys for a bone; the bone's present pose applies to channels without curves."""
    mode, turns = rotation_curves(bone.path, bone.mode, curves) or (bone.mode, [None] * len(bone.rotation))
    values = bone.rotation if mode == bone.mode else rest_rotation(mode)
    location, scale = ([curves.get((bone.path + name, i)) for i in range(3)] for name in ("location", "scale"))
    return OtherKeys(
        bone, mode, Channels(turns, values), Channels(location, bone.location), Channels(scale, bone.scale)
    )


def rotation_parts(matrices: np.ndarray) -> np.ndarray:
    """Returns (..., 3, 3) the rotations in matrices that may also scale or shear."""
    gram = np.swapaxes(matrices, -1, -2) @ matrices
    if np.abs(gram - np.eye(3)).max() < 1e-5:
        return matrices
    u, _, v = np.linalg.svd(matrices)
    flip = np.linalg.det(u @ v)
    u[..., :, 2] *= flip[..., None]
    return u @ v


def basis_of(turn: np.ndarray, location: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Returns (T, 4, 4) matrices of quaternions (T, 4), locations (T, 3) and scales (T, 3)."""
    out = np.zeros((len(turn), 4, 4))
    out[:, :3, :3] = rot.quat_to_matrix(turn) * scale[:, None, :]
    out[:, :3, 3] = location
    out[:, 3, 3] = 1.0
    return out


def _sample(curve: Curve | None, frames: np.ndarray, rest: float) -> np.ndarray:
    return np.full(len(frames), rest) if curve is None else curve.at(frames)


def quaternions(mode: str, values: np.ndarray) -> np.ndarray:
    """Converts a pose bone's rotation values in `mode` to (T, 4) unit quaternions."""
    if mode == "QUATERNION":
        norm = np.linalg.norm(values, axis=1, keepdims=True)
        return np.where(norm > 1e-6, values / np.maximum(norm, 1e-6), (1.0, 0.0, 0.0, 0.0))
    if mode == "AXIS_ANGLE":
        angle, axis = values[:, :1], values[:, 1:]
        return rot.axis_angle_to_quat(angle * axis / np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-6))
    turn = np.array([1.0, 0.0, 0.0, 0.0])
    for letter in mode:  # "XYZ" rotates about X first
        about = np.zeros((len(values), 3))
        about[:, "XYZ".index(letter)] = values[:, "XYZ".index(letter)]
        turn = rot.quat_multiply(rot.axis_angle_to_quat(about), turn)
    return turn
