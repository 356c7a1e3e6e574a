"""Defines `Motion`, a moving SMPL-X skeleton, which all parts of the project exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import rotations as rot
from .errors import UserError
from .skeleton import JOINTS, MIRROR

MOST_FRAMES = 200_000
"""The most frames of a motion that is resampled, read or keyed: nearly two hours at 30 fps, and half a gigabyte of
memory. A longer motion has a wrong rate."""

FARTHEST = 1e6
"""The largest distance from the origin, in metres. Beyond it float32 resolves places to a decimetre at best."""

_TIE = 1e-6  # frames; keeps 29.999999 / 30 from losing the last one


def _frozen(array: np.ndarray, shape: tuple[int, ...], what: str) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # values that are not finite are refused below
        array = np.array(array, dtype=np.float32)  # a copy: no caller can change it
    if array.shape != shape:
        raise ValueError(f"{what} has shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        raise UserError(f"The motion holds numbers that are not finite in its {what}; export it again.")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Motion:
    """A moving SMPL-X skeleton. Immutable: every change returns a new `Motion`.

    rotations: (T, 55, 4) unit quaternions (w, x, y, z), relative to the parent joint, SMPL-X order and axes (Y up, rest
        pose = T-pose facing +Z); row 0 is the global orientation.
    translation: (T, 3) metres, the pelvis's offset from its place in a body that rests on the floor. SMPL-X's `trans`
        has another origin, see `origin`.
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
        with np.errstate(over="ignore", invalid="ignore"):  # values that are not finite are refused when stored
            norms = rot.lengths(rotations)
            rotations = rotations / np.where(norms > 1e-9, norms, 1.0)
        object.__setattr__(self, "rotations", _frozen(rotations, (frames, len(JOINTS), 4), "rotations"))
        object.__setattr__(self, "translation", _frozen(self.translation, (frames, 3), "translation"))
        object.__setattr__(self, "fps", float(self.fps))
        self._check_place()

    def _check_place(self) -> None:
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
        """Makes a motion of AMASS's form: `poses` (T, 165) axis-angle in radians, `translation` (T, 3) metres."""
        vectors = np.asarray(poses, dtype=np.float64).reshape(len(poses), len(JOINTS), 3)
        with np.errstate(over="ignore", invalid="ignore"):  # values that are not finite are refused by the constructor
            rotations = rot.axis_angle_to_quat(vectors)
        return cls(rotations, translation, fps)

    def axis_angle(self) -> np.ndarray:
        """Returns the (T, 165) axis-angle in radians, AMASS's `poses`."""
        return rot.quat_to_axis_angle(self.rotations.astype(np.float64)).reshape(len(self), -1)

    def crop(self, start: int, stop: int) -> Motion:
        """Returns the frames `start` to `stop` (exclusive)."""
        frames = slice(start, stop)
        rotations = self.rotations[frames].copy()
        rotations.setflags(write=False)
        return self._with(rotations, self.translation[frames], frames)

    def backward(self) -> Motion:
        """Returns the movement played from its end to its start."""
        return self._of_units(self.rotations[::-1].copy(), self.translation[::-1])

    def resample(self, fps: float) -> Motion:
        """Resamples the motion to another rate: slerp for rotations, linear interpolation for the translation.

        The duration stays the same up to the last whole frame of the new rate. Raises `UserError` for a motion that
        would have more than `MOST_FRAMES` frames.
        """
        if fps == self.fps:
            return self
        at = times_at(len(self), self.fps, fps)
        return Motion(*interpolated(self.rotations, self.translation, at), fps)

    def mirror(self) -> Motion:
        """Swaps left and right: returns the movement as seen in a mirror standing in the YZ plane."""
        swapped = self.rotations[:, MIRROR] * np.array([1, 1, -1, -1], np.float32)
        return self._of_units(swapped, self.translation * np.array([-1, 1, 1], np.float32))

    def concatenate(self, other: Motion, angle: float = 0.0) -> Motion:
        """Returns this motion followed by `other`, which is resampled to this rate.

        The ground position and heading of `other` continue from where this motion ends.
        angle: radians by which `other` is turned further, left positive.
        """
        other = other.resample(self.fps)
        turn = heading(self.rotations[-1, 0]) - heading(other.rotations[0, 0])
        other = other.turned(turn + angle)
        shift = self.translation[-1] - other.translation[0]
        shift[1] = 0.0
        return self._of_units(
            np.concatenate((self.rotations, other.rotations)),
            np.concatenate((self.translation, other.translation + shift)),
        )

    def fade_into(self, other: Motion, seam: int, angle: float = 0.0) -> Motion:
        """Concatenates as `concatenate`, but cross-fades the last `seam` frames of this motion with the first of
        `other`.

        The result is `seam` frames shorter than both together.
        """
        start = len(self) - seam
        # `other` starts where this motion is at the beginning of the seam
        joined = self.crop(0, start + 1).concatenate(other, angle)
        kept = np.delete(np.arange(len(joined)), start)
        rotations, translation = joined.rotations[kept], joined.translation[kept]
        t = np.arange(1, seam + 1, dtype=np.float32)[:, None] / (seam + 1)
        during = slice(start, start + seam)
        rotations[during] = _units(rot.slerp(self.rotations[start:], rotations[during], t))
        translation[during] += (1 - t) * (self.translation[start:] - translation[during])
        return self._of_units(rotations, translation)

    def turned(self, angle: float) -> Motion:
        """Returns the motion turned about the vertical axis through the origin, by `angle` in radians (left is
        positive).

        The pelvis turns about its own rest position; that is exact for bodies whose pelvis rests above the origin, as
        the open body's does.
        """
        turn = rot.axis_angle_to_quat(np.array([0.0, angle, 0.0]))
        rotations = self.rotations.copy()
        rotations[:, 0] = _units(rot.quat_multiply(turn, rotations[:, 0]))
        return self._of_units(rotations, (self.translation @ rot.quat_to_matrix(turn).T).astype(np.float32))

    def moved(self, offset: np.ndarray) -> Motion:
        """Returns the motion shifted by `offset` metres: (3,), or (T, 3) for a different offset in every frame."""
        return self._with(self.rotations, self.translation + np.asarray(offset, np.float32), slice(None))

    def kept(self, name: str, by: object, make: Callable[[], np.ndarray]) -> np.ndarray:
        """Returns values (T, ...) that follow from the rotations. They are computed once for this motion, its parts,
        and itself at another place.

        name: what they are. by: what they are computed with, which is compared by identity.
        """
        known = self.__dict__.setdefault("_kept", {})
        found = known.get(name)
        if found is None or found[0] is not by:
            values = make()
            values.setflags(write=False)
            found = known[name] = by, values
        return found[1]

    def keeps(self, name: str, by: object) -> bool:
        """Checks whether `kept` would return values without computing them."""
        return self.__dict__.get("_kept", {}).get(name, (None,))[0] is by

    def _of_units(self, rotations: np.ndarray, translation: np.ndarray) -> Motion:
        """Returns a motion at this rate with float32 rotations (n, 55, 4) whose lengths are 1 already.

        Nobody else writes to the arrays.
        """
        rotations.setflags(write=False)
        made = object.__new__(Motion)
        object.__setattr__(made, "rotations", rotations)
        object.__setattr__(made, "translation", _frozen(translation, (len(rotations), 3), "translation"))
        object.__setattr__(made, "fps", self.fps)
        made._check_place()
        return made

    def _with(self, rotations: np.ndarray, translation: np.ndarray, frames: slice) -> Motion:
        """Returns a motion with rotations of this one, which need not be checked and normalised again.

        rotations: those of `frames`, which cannot be written to.
        """
        if not len(rotations):
            raise ValueError("a motion has at least one frame")
        made = self._of_units(rotations, translation)
        if "matrices" in self.__dict__:
            made.__dict__["matrices"] = self.matrices[frames]
        if "_kept" in self.__dict__:
            kept = self.__dict__["_kept"]
            made.__dict__["_kept"] = {name: (by, values[frames]) for name, (by, values) in kept.items()}
        return made


def _units(rotations: np.ndarray) -> np.ndarray:
    """Returns quaternions (..., 4) of length 1, float32."""
    rotations = rotations.astype(np.float64)
    return np.asarray(rotations / rot.lengths(rotations), np.float32)


def frames_at(motion: Motion, fps: float) -> int:
    """Returns how many frames a motion has at another rate, as `Motion.resample` makes them.

    Raises `UserError` for more than `MOST_FRAMES`.
    """
    return _count(len(motion), motion.fps, fps)


def times_at(frames: int, fps: float, to: float) -> np.ndarray:
    """Returns the times of the frames of the rate `to`, (n,) float64, counted in frames of the rate `fps`.

    The last is the last whole frame of the new rate. Raises `UserError` for more than `MOST_FRAMES`.
    """
    return np.minimum(np.arange(_count(frames, fps, to)) * (fps / to), frames - 1)


def interpolated(rotations: np.ndarray, translation: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interpolates rotations by slerp and translations linearly at times `at` (n,), counted in frames.

    rotations (T, J, 4) become (n, J, 4) quaternions, translation (T, 3) becomes (n, 3).
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


def facing_forward(motion: Motion) -> Motion:
    """Turns and moves a motion over the ground, so that the first frame is over the origin and faces +Z."""
    motion = motion.turned(-float(heading(motion.rotations[0, 0])))
    return motion.moved(-motion.translation[0] * np.array([1.0, 0.0, 1.0]))


def heading(root: np.ndarray) -> np.ndarray:
    """Returns the angle about the vertical of root quaternions (..., 4), in radians: 0 faces +Z, positive to the left
    (+X).

    Takes the twist of the rotation about Y (its swing-twist part), which is also defined for a body that lies down,
    where the chest points up and shows no direction on the ground.
    """
    return 2 * np.arctan2(root[..., 2], root[..., 0])
