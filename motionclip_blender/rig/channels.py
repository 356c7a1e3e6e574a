"""The curves of a bone, and the pose that they put it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..core import rotations as rot
from .chain import Other, rest_rotation, rotation_property
from .curves import Curve
from .turning import without_leaps

_SAME = 1e-6  # how far from its rest a bone may be and still count as there


class Channels(NamedTuple):
    """Curves of one property, None for a channel without one, and the value that stands for it."""

    curves: list[Curve | None]
    values: tuple[float, ...]

    @property
    def keyed(self) -> list[Curve]:
        return [curve for curve in self.curves if curve is not None]

    def at(self, frames: np.ndarray) -> np.ndarray:
        """(T, n) values at `frames` (T,)."""
        pairs = zip(self.curves, self.values, strict=True)
        return np.stack([_sample(curve, frames, value) for curve, value in pairs], axis=1)

    def turned(self, mode: str, frames: np.ndarray) -> np.ndarray:
        """(T, 4) unit quaternions at `frames` (T,), of the channels of a rotation in `mode`."""

        def turns_at(frames: np.ndarray) -> np.ndarray:
            return quaternions(mode, self.at(frames))

        return without_leaps(turns_at(frames), frames, self.keyed, turns_at)


@dataclass(frozen=True, eq=False)
class OtherKeys:
    """How a bone moves that is no joint. mode: that of its rotation."""

    bone: Other
    mode: str
    rotation: Channels
    location: Channels
    scale: Channels

    @property
    def keyed(self) -> list[Curve]:
        return [*self.rotation.keyed, *self.location.keyed, *self.scale.keyed]

    @property
    def rests(self) -> bool:
        """Whether it does nothing at all."""
        values = np.array([self.location.values, np.subtract(self.scale.values, 1.0)])
        turn = quaternions(self.mode, np.array([self.rotation.values]))[0]
        return not self.keyed and np.abs(values).max() < _SAME and np.abs(turn[1:]).max() < _SAME

    def turned(self, frames: np.ndarray) -> np.ndarray:
        """(T, 4) quaternions of the bone's own axes."""
        return self.rotation.turned(self.mode, frames)

    def basis(self, frames: np.ndarray) -> np.ndarray:
        """(T, 4, 4) what the bone adds to how it hangs from its parent."""
        return basis_of(self.turned(frames), self.location.at(frames), self.scale.at(frames))


def rotation_curves(
    path: str, own: str, curves: Mapping[tuple[str, int], Curve]
) -> tuple[str, list[Curve | None]] | None:
    """The rotation mode to read for a bone, and its curves; None when it has none.

    The mode is the pose bone's `own`; but an Action made on another armature may be keyed in another one.
    """
    for mode in (own, "QUATERNION", "XYZ", "AXIS_ANGLE"):
        channels = [curves.get((path + rotation_property(mode), i)) for i in range(len(rest_rotation(mode)))]
        if any(channels):
            return mode, channels
    return None


def other_keys(bone: Other, curves: Mapping[tuple[str, int], Curve]) -> OtherKeys:
    """What an Action's curves do with a bone; where it has none, the bone's present pose stands."""
    mode, turns = rotation_curves(bone.path, bone.mode, curves) or (bone.mode, [None] * len(bone.rotation))
    values = bone.rotation if mode == bone.mode else rest_rotation(mode)
    location, scale = ([curves.get((bone.path + name, i)) for i in range(3)] for name in ("location", "scale"))
    return OtherKeys(
        bone, mode, Channels(turns, values), Channels(location, bone.location), Channels(scale, bone.scale)
    )


def rotation_parts(matrices: np.ndarray) -> np.ndarray:
    """(..., 3, 3) the rotations in matrices that may scale or shear as well."""
    gram = np.swapaxes(matrices, -1, -2) @ matrices
    if np.abs(gram - np.eye(3)).max() < 1e-5:
        return matrices
    u, _, v = np.linalg.svd(matrices)
    flip = np.linalg.det(u @ v)
    u[..., :, 2] *= flip[..., None]
    return u @ v


def basis_of(turn: np.ndarray, location: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(T, 4, 4) of quaternions (T, 4), locations and scales (T, 3)."""
    out = np.zeros((len(turn), 4, 4))
    out[:, :3, :3] = rot.quat_to_matrix(turn) * scale[:, None, :]
    out[:, :3, 3] = location
    out[:, 3, 3] = 1.0
    return out


def _sample(curve: Curve | None, frames: np.ndarray, rest: float) -> np.ndarray:
    return np.full(len(frames), rest) if curve is None else curve.at(frames)


def quaternions(mode: str, values: np.ndarray) -> np.ndarray:
    """(T, 4) unit quaternions from a pose bone's rotation values in `mode`."""
    if mode == "QUATERNION":
        norm = np.linalg.norm(values, axis=1, keepdims=True)
        return np.where(norm > 1e-6, values / np.maximum(norm, 1e-6), (1.0, 0.0, 0.0, 0.0))
    if mode == "AXIS_ANGLE":
        angle, axis = values[:, :1], values[:, 1:]
        return rot.axis_angle_to_quat(angle * axis / np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-6))
    turn = np.array([1.0, 0.0, 0.0, 0.0])
    for axis in mode:  # "XYZ" turns about X first
        about = np.zeros((len(values), 3))
        about[:, "XYZ".index(axis)] = values[:, "XYZ".index(axis)]
        turn = rot.quat_multiply(rot.axis_angle_to_quat(about), turn)
    return turn
