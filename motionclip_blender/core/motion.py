"""`Motion`: the one value that crosses every wall of the project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from . import rotations as rot
from .errors import UserError
from .skeleton import JOINTS, MIRROR

MOST_FRAMES = 200_000
"""Of a motion that is resampled, read or keyed: nearly two hours at 30 per second, and half a gigabyte at work.
A longer one has a wrong rate."""

FARTHEST = 1e6
"""Metres from the origin that a person may be. Beyond it float32 tells places a decimetre apart at best."""

_TIE = 1e-6  # frames; keeps 29.999999 / 30 from losing the last one


def _frozen(array: np.ndarray, shape: tuple[int, ...], what: str) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite then is refused with a sentence
        array = np.array(array, dtype=np.float32)  # a copy: nobody else holds it
    if array.shape != shape:
        raise ValueError(f"{what} has shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        raise UserError(f"The motion holds numbers that are not finite in its {what}; export it again.")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Motion:
    """A moving SMPL-X skeleton. Immutable: every change returns a new `Motion`.

    rotations: (T, 55, 4) unit quaternions (w, x, y, z), relative to the parent joint, SMPL-X order and axes
        (Y up, rest pose = T-pose facing +Z); row 0 is the global orientation.
    translation: (T, 3) metres: the pelvis is at the place where it is in a body that rests on the floor, plus this.
        SMPL-X's `trans` counts from another origin, see `origin`.
    fps: frames per second.
    """

    rotations: np.ndarray
    translation: np.ndarray
    fps: float = 30.0

    def __post_init__(self) -> None:
        frames = len(self.rotations)
        if frames < 1:
            raise ValueError("a motion has at least one frame")
        if not (np.isfinite(self.fps) and self.fps > 0):
            raise UserError(f"A motion's rate must be a positive number of frames per second, not {self.fps}.")
        rotations = np.asarray(self.rotations, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below, with a sentence
            norms = np.linalg.norm(rotations, axis=-1, keepdims=True)
            rotations = rotations / np.where(norms > 1e-9, norms, 1.0)
        object.__setattr__(self, "rotations", _frozen(rotations, (frames, len(JOINTS), 4), "rotations"))
        object.__setattr__(self, "translation", _frozen(self.translation, (frames, 3), "translation"))
        object.__setattr__(self, "fps", float(self.fps))
        farthest = float(np.abs(self.translation).max())
        if farthest > FARTHEST:
            raise UserError(
                f"The motion lies {farthest:.1e} metres from the origin, and {FARTHEST:,.0f} can be worked with; "
                "move it nearer and try again."
            )

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def seconds(self) -> float:
        """Time from the first frame to the last."""
        return (len(self) - 1) / self.fps

    @cached_property
    def matrices(self) -> np.ndarray:
        """(T, 55, 3, 3) rotation matrices."""
        return rot.quat_to_matrix(self.rotations)

    @classmethod
    def from_axis_angle(cls, poses: np.ndarray, translation: np.ndarray, fps: float = 30.0) -> Motion:
        """From AMASS's form: `poses` (T, 165) axis-angle in radians, `translation` (T, 3) metres."""
        vectors = np.asarray(poses, dtype=np.float64).reshape(len(poses), len(JOINTS), 3)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused with a sentence
            rotations = rot.axis_angle_to_quat(vectors)
        return cls(rotations, translation, fps)

    def axis_angle(self) -> np.ndarray:
        """(T, 165) axis-angle in radians, AMASS's `poses`."""
        return rot.quat_to_axis_angle(self.rotations.astype(np.float64)).reshape(len(self), -1)

    def crop(self, start: int, stop: int) -> Motion:
        """Frames `start` to `stop` (exclusive)."""
        return replace(self, rotations=self.rotations[start:stop], translation=self.translation[start:stop])

    def resample(self, fps: float) -> Motion:
        """The same movement at another rate: slerp for rotations, straight lines for the translation.

        Lasts as long as before up to the last whole frame of the new rate. Raises `UserError` for a motion that would
        have more than `MOST_FRAMES` frames.
        """
        if fps == self.fps:
            return self
        at = times_at(len(self), self.fps, fps)
        return Motion(*interpolated(self.rotations, self.translation, at), fps)

    def mirror(self) -> Motion:
        """Left and right swapped: the movement as seen in a mirror standing in the YZ plane."""
        swapped = self.rotations[:, MIRROR] * np.array([1, 1, -1, -1], np.float32)
        return replace(self, rotations=swapped, translation=self.translation * np.array([-1, 1, 1], np.float32))

    def concatenate(self, other: Motion) -> Motion:
        """This motion, then `other` (resampled to this rate), whose ground position and heading carry on
        where this one ended."""
        other = other.resample(self.fps)
        turn = heading(self.rotations[-1, 0]) - heading(other.rotations[0, 0])
        other = other.turned(turn)
        shift = self.translation[-1] - other.translation[0]
        shift[1] = 0.0
        return Motion(
            np.concatenate((self.rotations, other.rotations)),
            np.concatenate((self.translation, other.translation + shift)),
            self.fps,
        )

    def fade_into(self, other: Motion, seam: int) -> Motion:
        """As `concatenate`, but the last `seam` frames of this motion go over into the first of `other`.

        The result is `seam` frames shorter than both together.
        """
        start = len(self) - seam
        # `other` sets out from where this motion is when the seam begins
        joined = self.crop(0, start + 1).concatenate(other)
        kept = np.delete(np.arange(len(joined)), start)
        joined = Motion(joined.rotations[kept], joined.translation[kept], joined.fps)
        t = np.arange(1, seam + 1, dtype=np.float32)[:, None] / (seam + 1)
        rotations, translation = joined.rotations.copy(), joined.translation.copy()
        during = slice(start, start + seam)
        rotations[during] = rot.slerp(self.rotations[start:], rotations[during], t)
        translation[during] += (1 - t) * (self.translation[start:] - translation[during])
        return Motion(rotations, translation, joined.fps)

    def turned(self, angle: float) -> Motion:
        """Turned about the vertical axis through the origin, by `angle` in radians (left is positive).

        The pelvis turns about its own rest position; that is exact for bodies whose pelvis rests above the
        origin, as the open body's does.
        """
        turn = rot.axis_angle_to_quat(np.array([0.0, angle, 0.0]))
        rotations = self.rotations.copy()
        rotations[:, 0] = rot.quat_multiply(turn, rotations[:, 0])
        return replace(self, rotations=rotations, translation=self.translation @ rot.quat_to_matrix(turn).T)

    def moved(self, offset: np.ndarray) -> Motion:
        """Shifted by `offset` metres: (3,), or (T, 3) for a way of its own in every frame."""
        return replace(self, translation=self.translation + np.asarray(offset, np.float32))


def frames_at(motion: Motion, fps: float) -> int:
    """How many frames a motion has at another rate, as `Motion.resample` makes them.

    Raises `UserError` for more than `MOST_FRAMES`.
    """
    return _count(len(motion), motion.fps, fps)


def times_at(frames: int, fps: float, to: float) -> np.ndarray:
    """(n,) float64: where, counted in frames of the rate `fps`, the frames of the rate `to` lie.

    The last is the last whole frame of the new rate. Raises `UserError` for more than `MOST_FRAMES`.
    """
    return np.minimum(np.arange(_count(frames, fps, to)) * (fps / to), frames - 1)


def interpolated(rotations: np.ndarray, translation: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (n, J, 4) by slerp and places (n, 3) on straight lines at times `at` (n,), counted in frames.

    rotations (T, J, 4), translation (T, 3).
    """
    left = np.minimum(at.astype(int), max(len(rotations) - 2, 0))
    right = np.minimum(left + 1, len(rotations) - 1)
    t = (at - left).astype(np.float32)
    return (
        rot.slerp(rotations[left], rotations[right], t[:, None]),
        translation[left] + (translation[right] - translation[left]) * t[:, None],
    )


def _count(frames: int, fps: float, to: float) -> int:
    seconds = (frames - 1) / fps
    count = seconds * to + _TIE
    if count < MOST_FRAMES:
        return int(count) + 1
    hours = seconds / 3600
    if hours > 1:
        raise UserError(f"The motion lasts {hours:,.0f} hours; check its rate, {fps:g} per second, or cut it.")
    raise UserError(
        f"At {to:g} frames per second the motion would have {count:,.0f} frames, and {MOST_FRAMES:,} are the most; "
        "choose a lower rate."
    )


def heading(root: np.ndarray) -> np.ndarray:
    """Angle about the vertical of root quaternions (..., 4), in radians: 0 faces +Z, positive to the left (+X).

    Takes the twist of the rotation about Y (its swing-twist part), which is defined for a body that lies
    down too, where its chest points up and shows no direction on the ground.
    """
    return 2 * np.arctan2(root[..., 2], root[..., 0])
