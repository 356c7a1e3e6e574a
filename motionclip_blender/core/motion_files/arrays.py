"""Finds the arrays of a motion file in the SMPL family's forms by their keys and shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from .. import rotations as rot
from ..errors import UserError
from .pose_numbers import are_places, same_turns

Read = Callable[[str], np.ndarray]

# Keys are compared without case, underscores, and a leading "smplx", "smplh" or "smpl"
_POSES = ("poses", "pose", "fullpose", "fullposes")
_TRANS = ("trans", "transl", "translation", "roottrans", "roottransl", "roottranslation")
_RATES = (
    "mocapframerate", "framerate", "fps", "mocapfps", "videofps", "framespersecond", "samplerate", "samplingrate",
    "rate",
)  # fmt: skip
_MODEL = ("surfacemodeltype", "model", "modeltype", "bodymodel", "bodymodeltype", "smpltype")
_UP = ("upaxis", "worldup", "up")
_SCALE = "smplscaling"  # AIST++ divides by it
_ROOT = ("rootorient", "globalorient", "rootpose", "globalrot")
_BODY = ("posebody", "bodypose")
_HANDS = ("posehand", "handpose")
_ONE_HAND = (("lefthandpose", "lhandpose", "poselhand"), ("righthandpose", "rhandpose", "poserhand"))
_JAW = ("posejaw", "jawpose")
_EYES = ("poseeye", "eyepose")
_ONE_EYE = (("leyepose", "lefteyepose"), ("reyepose", "righteyepose"))
_AMASS = {"dmpls", "markerslatent", "markerslatentvids", "mocaptimelength", "markersobs", "markersimulated"}

_LENGTHS = {165: "smplx", 156: "smplh", 72: "smpl", 66: ""}
"""Models by the numbers of a frame's pose; 66 are the root and the body of any of them."""
_MODELS = ("smplx", "smplh", "smpl")
_BODY_NUMBERS, _HAND_NUMBERS, _ALL = 63, 45, 165
_MOST_TURN = 25.0  # radians that a joint may turn by; degrees exceed it in the first step of a walk
_WHOLE_TURN = 2 * np.pi  # radians, which most frames of non-root joints stay below; degrees exceed it in small moves
_RATES_OF_PEOPLE = (1.0, 1000.0)  # frames per second; other numbers are times between frames, or counts
_SAME = 1e-3  # metres up to which two keys agree


@dataclass(frozen=True, eq=False)
class MotionArrays:
    """The contents of a file, in its own axes and unit.

    poses: (T, 55, 3) axis-angle, radians.
    trans: (T, 3).
    model: "smplx", "smplh" or "smpl".
    up: the axis that the file itself names, such as "Z"; empty if it names none.
    amass: whether it has keys that only AMASS writes.
    like_ours: whether it has the layout of this project's own files.
    notes: sentences about what was left out.
    """

    poses: np.ndarray
    trans: np.ndarray
    fps: float
    model: str
    up: str
    amass: bool
    like_ours: bool
    notes: tuple[str, ...]


def gather(names: list[str], read: Read, path: Path) -> MotionArrays:
    """Returns the motion in a file with the arrays `names`, which `read` returns.

    Raises `UserError` with the file, the keys that were found and the one that is missing or wrong.
    """
    return _Gatherer(names, read, path).all()


def axis_name(text: str) -> str:
    """Converts a file's or a user's name of an axis to "Y", "-Z" and so on; empty for anything else."""
    name = text.strip().upper().removeprefix("+").removesuffix("_UP").removesuffix("-UP").removesuffix(" UP")
    return name if name in ("X", "Y", "Z", "-X", "-Y", "-Z") else ""


class _Gatherer:
    def __init__(self, names: list[str], read: Read, path: Path) -> None:
        self._names, self._read, self._path = names, read, path
        self._key_of = {"".join(c for c in name.lower() if c.isalnum()): name for name in names}
        for plain, name in list(self._key_of.items()):
            self._key_of.setdefault(_without_model(plain), name)
        self._notes: list[str] = []

    def all(self) -> MotionArrays:
        joined = self._key(_POSES)
        poses, model = self._joined(joined) if joined else self._split()
        if joined:
            self._check_one_pose(joined, poses)
        trans_key = self._key(_TRANS)
        if not trans_key:
            self._lacks("trans")
        trans = self._frames(trans_key, (3,))
        for other, values in self._others(_TRANS, trans_key, (3,)):
            if values.shape != trans.shape or np.abs(values - trans).max() > _SAME:
                self._refuse(f"its {trans_key} and its {other} differ; take the wrong one away")
        if len(trans) != len(poses):
            self._refuse(f"its {trans_key} has {len(trans)} frames and its poses have {len(poses)}; export it again")
        fps = self._rate()
        if _SCALE in self._key_of:
            scale = self._numbers(self._key_of[_SCALE])
            if scale.size != 1 or scale.item() <= 0:
                self._refuse(
                    f"its {self._key_of[_SCALE]} is no positive number; write the one that trans is divided by"
                )
            trans = trans / float(scale.item())
        turns = np.linalg.norm(poses, axis=-1)
        if turns.max() > _MOST_TURN or np.median(turns[:, 1:], axis=0).max() > _WHOLE_TURN:
            self._refuse("its joints turn by far more than a whole turn; write its rotations in radians, not degrees")
        if are_places(poses):
            self._refuse("its poses are places of joints, not rotations; fit SMPL-X to them first")
        self._tell_other_worlds()
        said, up_key = self._text(_MODEL).lower().replace("-", "").replace("_", ""), self._text(_UP)
        said_model = next((name for name in _MODELS if name in said), "")
        return MotionArrays(
            poses, trans, fps, said_model or model, axis_name(up_key), not _AMASS.isdisjoint(self._key_of),
            bool(joined) and model == "smplx", tuple(self._notes),
        )  # fmt: skip

    # --- poses

    def _joined(self, key: str) -> tuple[np.ndarray, str]:
        flat = self._frames(key, tuple(_LENGTHS), rotations=True)
        numbers = flat.shape[1]
        poses = np.zeros((len(flat), _ALL))
        body = 3 + _BODY_NUMBERS
        poses[:, :body] = flat[:, :body]
        if numbers == _ALL:
            poses = flat
        elif numbers == 156:  # SMPL-H has no jaw and no eyes
            poses[:, 75:] = flat[:, body:]
        return poses.reshape(len(flat), -1, 3), _LENGTHS[numbers] or "smplx"

    def _split(self) -> tuple[np.ndarray, str]:
        root_key, body_key = self._key(_ROOT), self._key(_BODY)
        if not root_key and not body_key:
            self._lacks("poses (or global_orient with body_pose)")
        if not body_key:
            self._lacks("body_pose")
        if not root_key:
            self._lacks("global_orient")
        root, body = self._frames(root_key, (3,), rotations=True), self._frames(body_key, (63, 69), rotations=True)
        if len(root) != len(body):
            self._refuse(f"its {root_key} has {len(root)} frames and its {body_key} has {len(body)}; export it again")
        poses = np.zeros((len(root), _ALL))
        poses[:, :3], poses[:, 3:66] = root, body[:, :_BODY_NUMBERS]  # SMPL's two hand joints are left out
        frames = len(root)
        self._put(poses[:, 66:69], _JAW, frames)
        if self._key(_EYES):
            self._put(poses[:, 69:75], _EYES, frames)
        else:
            for i, eye_keys in enumerate(_ONE_EYE):
                self._put(poses[:, 69 + 3 * i : 72 + 3 * i], eye_keys, frames)
        if self._key(_HANDS):
            self._put(poses[:, 75:], _HANDS, frames)
        else:
            for i, hand_keys in enumerate(_ONE_HAND):
                start = 75 + _HAND_NUMBERS * i
                self._put(poses[:, start : start + _HAND_NUMBERS], hand_keys, frames)
        return poses.reshape(frames, -1, 3), "smpl" if body.shape[1] == 69 else "smplx"

    def _check_one_pose(self, key: str, poses: np.ndarray) -> None:
        """Raises `UserError` when other keys hold another pose of the root and the body."""
        found = self._others(_POSES, key, tuple(_LENGTHS))
        root, body = self._key(_ROOT), self._key(_BODY)
        for one, lengths in ((root, (3,)), (body, (63, 69))):
            values = self._tried(one, lengths, rotations=True) if one else None
            if values is not None:
                found.append((one, values))
        flat = poses.reshape(len(poses), -1)
        for other, values in found:
            start = 3 if other == body else 0
            mine = flat[:, start : min(start + values.shape[1], 3 + _BODY_NUMBERS)]
            if len(values) != len(mine) or not same_turns(mine, values[:, : mine.shape[1]]):
                self._refuse(f"its {key} and its {other} differ; take the wrong one away")

    def _others(self, keys: tuple[str, ...], chosen: str, lengths: tuple[int, ...]) -> list[tuple[str, np.ndarray]]:
        """Returns the arrays that could be read instead of `chosen`: names and (T, n) numbers."""
        names = dict.fromkeys(self._key_of[key] for key in self._key_of if key in keys)
        names |= dict.fromkeys(self._key_of[key] for key in self._key_of if _without_model(key) in keys)
        tried = ((name, self._tried(name, lengths, keys is _POSES)) for name in names if name != chosen)
        return [(name, values) for name, values in tried if values is not None]

    def _tried(self, key: str, lengths: tuple[int, ...], rotations: bool) -> np.ndarray | None:
        try:
            return self._frames(key, lengths, rotations)
        except (UserError, ValueError):
            return None

    def _tell_other_worlds(self) -> None:
        """Adds a note about a second motion in the file.

        Methods that reconstruct a person from a film store one motion relative to the camera and one in the world.
        """
        worlds = [
            name for plain, name in self._key_of.items()
            if plain.startswith(("pose", "trans")) and plain.endswith(("world", "global"))
        ]  # fmt: skip
        if worlds:
            self._notes.append(f"Its {' and '.join(dict.fromkeys(worlds))} are left out; rename them to read those.")

    def _put(self, place: np.ndarray, keys: tuple[str, ...], frames: int) -> None:
        """Fills a part that a file may lack. A single frame serves for all frames, as smplx's own defaults do."""
        key = self._key(keys)
        if not key:
            return
        values = self._numbers(key)
        count = place.shape[1]
        if values.size % count == 0 and values.size // count in (1, frames):
            place[:] = values.reshape(-1, count)
        elif values.size == 3 * count * frames and (turns := self._turns(key, values)) is not values:
            place[:] = turns.reshape(frames, count)
        elif keys in (_HANDS, *_ONE_HAND):
            self._notes.append(
                f"{key} holds {values.size // frames} numbers a frame, which are no angles; the fingers stay straight."
            )
        else:
            self._refuse(f"its {key} has shape {values.shape}; it needs (frames, {count})")

    # --- arrays

    def _frames(self, key: str, lengths: tuple[int, ...], rotations: bool = False) -> np.ndarray:
        """Returns the (T, n) numbers of an array whose axes may be split up, or which may have a batch axis of one."""
        values = self._numbers(key)
        if rotations:
            values = self._turns(key, values)
        shape = values.shape
        alone = len(shape) == 1 or (len(shape) == 2 and shape[1] == 3)  # one frame, without an axis for it
        for at in (*range(1, len(shape)), *([0] if alone else [])):
            numbers = int(np.prod(shape[at:]))
            frames = [size for size in shape[:at] if size != 1] or [1]
            if numbers in lengths:
                if len(frames) > 1:
                    self._refuse(f"its {key} has shape {shape}: several people; save them one by one")
                if not frames[0]:
                    self._refuse(f"its {key} has shape {shape}: no frames; export it again")
                return values.reshape(-1, numbers).astype(np.float64)
        needs = " or ".join(f"(frames, {numbers})" for numbers in lengths)
        if lengths == tuple(_LENGTHS):
            needs = "(frames, 165) of SMPL-X, 156 of SMPL-H or 72 of SMPL"
        self._refuse(f"its {key} has shape {shape}; it needs {needs}")

    def _turns(self, key: str, values: np.ndarray) -> np.ndarray:
        """Converts an array of rotation matrices to (..., 3) axis-angle; returns any other array unchanged."""
        if values.ndim < 3 or values.shape[-2:] != (3, 3):
            return values
        matrices = values.astype(np.float64)
        if not np.allclose(matrices @ matrices.swapaxes(-1, -2), np.eye(3), atol=1e-2):
            return values
        if (np.linalg.det(matrices) < 0).any():
            self._refuse(f"its {key} holds mirrored rotations; write matrices whose determinant is 1")
        return rot.quat_to_axis_angle(rot.matrix_to_quat(matrices))

    def _numbers(self, key: str) -> np.ndarray:
        values = self._array(key)
        if values.dtype.kind not in "fiu":
            self._refuse(f"its {key} holds no plain numbers; export it again")
        if not np.isfinite(values).all():
            raise UserError(
                f"{self._path}: The motion holds numbers that are not finite in its {key}; export it again."
            )
        return values

    def _array(self, key: str) -> np.ndarray:
        try:
            return self._read(key)
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
            self._refuse(f"its {key} is pickled, which could run any code; save it as plain numbers")

    def _rate(self) -> float:
        """Returns the frames per second from any known key, given as number or text, alone or in an array of one."""
        found = {}
        for rate in _RATES:
            if rate not in self._key_of:
                continue
            key = self._key_of[rate]
            values = np.ravel(self._array(key))
            text = values[0] if values.size else ""
            try:
                found[key] = float(text.decode() if isinstance(text, bytes) else text)
            except (TypeError, ValueError):
                self._refuse(f"its {key} is no number; write the frames per second there")
            if 0 < found[key] < _RATES_OF_PEOPLE[0] or _RATES_OF_PEOPLE[1] < found[key] < np.inf:
                self._refuse(f"its {key} is {found[key]:g}, and no motion's rate; write the frames per second there")
            if values.size > 1 and len(np.unique(values)) > 1:
                self._refuse(f"its {key} has shape {values.shape}; write one number of frames per second there")
        if not found:
            self._lacks("mocap_frame_rate (frames per second; fps will do, too)")
        if len({round(rate, 2) for rate in found.values()}) > 1:
            told = " and ".join(f"{key} {rate:g}" for key, rate in found.items())
            self._refuse(f"it names two rates, {told}; take the wrong one away")
        return next(iter(found.values()))

    def _text(self, keys: tuple[str, ...]) -> str:
        """Returns the text of the first of `keys`; empty if it is no text."""
        key = self._key(keys)
        if not key:
            return ""
        try:
            value = self._read(key)
        except ValueError:  # pickled
            return ""
        values = np.ravel(value)
        if values.dtype.kind not in "US" or not values.size:
            return ""
        return values[0].decode("utf-8", "replace") if isinstance(values[0], bytes) else str(values[0])

    def _key(self, keys: tuple[str, ...]) -> str:
        """Returns the file's own name of the first of `keys` that it has; empty if it has none."""
        return next((self._key_of[key] for key in keys if key in self._key_of), "")

    # --- refusals

    def _lacks(self, what: str) -> NoReturn:
        found = ", ".join(sorted(self._names)) or "nothing"
        raise UserError(
            f"{self._path} is not a motion that can be read: it has no {what}, but {found}; add what is missing, "
            "or choose another file."
        )

    def _refuse(self, why: str) -> NoReturn:
        raise UserError(f"{self._path} cannot be read as a motion: {why}.")


def _without_model(key: str) -> str:
    return next((key.removeprefix(model) for model in _MODELS if key.startswith(model)), key)
