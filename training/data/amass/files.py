"""Finds and reads AMASS's files, SMPL+H and SMPL-X, at 30 frames per second."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import files_below
from motionclip_blender.core.motion import Motion, interpolated, times_at
from motionclip_blender.core.motion_files.arrays import MotionArrays, gather
from motionclip_blender.core.motion_files.world_axes import AXES, find_world
from motionclip_blender.core.origin import PELVIS_AT_REST
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX

from ..clip_files.catalogue import NO_MOTIONS

FPS = 30.0
JOINTS = (*BODY_JOINTS, "left_index1", "right_index1")
"""SMPL's 24 joints, as SMPL-X calls them: the released code takes a finger for each of SMPL's hands."""

_ROWS = [INDEX[name] for name in JOINTS]
_FARTHEST_RATE = 5.0  # frames per second by which the rate after the released code's stride may be off 30
_SHAPES = 16  # numbers of AMASS's betas
_LOOKED_AT = 240  # frames that are examined for the up axis


class Skipped(Exception):
    """Says why a recording is left out. kind: the reason, shared with others. detail: of this recording."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording. turns: (T, 24, 3) axis-angle, radians. trans: (T, 3) metres. up: the axis that points up.

    betas: (16,) of the body that it was fitted with. model: "smplh" or "smplx". source_fps, source_frames: the file's.
    """

    turns: np.ndarray
    trans: np.ndarray
    fps: float
    up: str
    betas: np.ndarray
    gender: str
    model: str
    source_fps: float
    source_frames: int

    @property
    def stride(self) -> int:
        """The step between the file's frames that the released code takes."""
        return round(self.source_fps / FPS)

    def __len__(self) -> int:
        return len(self.turns)


def motion_files(folder: Path, problems: list[str] | None = None) -> list[Path]:
    """Returns every `.npz` below `folder`, sorted by path, without the files of bodies' shapes.

    Raises `UserError` where there is none.
    """
    files = [path for path in files_below(folder, (".npz",), problems) if not path.name.lower().endswith(NO_MOTIONS)]
    if not files:
        raise UserError(f"{folder} holds no .npz file; name the folder into which AMASS's archives were unpacked.")
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def read(path: Path, legacy: bool = False) -> Recording:
    """Reads a file at 30 frames per second: at exact times and Y up, or by the released code's stride and as stored.

    Raises `Skipped` for a file that cannot be used, with the reason.
    """
    raw = _read(path)
    return _strided(raw) if legacy else _resampled(_upright(raw))


def _read(path: Path) -> Recording:
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("a single array")
        with archive as data:
            found = gather(data.files, data.__getitem__, path)
            betas, gender = _betas(data), _gender(data)
    except UserError as error:
        raise Skipped("not a motion", str(error)) from error
    except Exception as error:  # zipfile, zlib and numpy each raise their own kinds for a damaged archive
        raise Skipped("damaged", f"{path} cannot be read ({error}); unpack it again.") from error
    if not 0 < found.fps < np.inf:
        raise Skipped("not a motion", f"{path}: its rate, {found.fps:g}, is no positive number of frames per second.")
    return Recording(
        found.poses[:, _ROWS], found.trans, found.fps, _up(found, path), betas, gender,
        found.model, found.fps, len(found.poses),
    )  # fmt: skip


def _up(found: MotionArrays, path: Path) -> str:
    """Returns the axis that points up: Z in AMASS's own files, in others by the spine or a floor at 0."""
    if found.up or found.amass:
        return found.up or "Z"
    some = np.linspace(0, len(found.poses) - 1, min(len(found.poses), _LOOKED_AT)).round().astype(int)
    rate = found.fps * (len(some) - 1) / max(len(found.poses) - 1, 1)
    try:
        seen = Motion.from_axis_angle(found.poses[some].reshape(len(some), -1), found.trans[some], rate or found.fps)
    except UserError as error:
        raise Skipped("not a motion", f"{path}: {error}") from error
    world = find_world(seen, np.array(PELVIS_AT_REST[found.model]), found.up, amass=True, like_ours=False)
    if world.unit != 1.0:
        raise Skipped("not in metres", f"{path}: its trans is not in metres; write it in metres.")
    return world.up or "Z"


def _upright(raw: Recording) -> Recording:
    """Turns a recording into `core`'s axes, Y up."""
    if raw.up == "Y":
        return raw
    turn = AXES[raw.up]
    root = rot.quat_multiply(rot.matrix_to_quat(turn), rot.axis_angle_to_quat(raw.turns[:, 0].astype(np.float64)))
    turns = raw.turns.copy()
    turns[:, 0] = rot.quat_to_axis_angle(root)
    return replace(raw, turns=turns, trans=raw.trans @ turn.T, up="Y")


def _resampled(raw: Recording) -> Recording:
    if raw.fps == FPS:
        return _single(raw)
    try:
        at = times_at(len(raw), raw.fps, FPS)
    except UserError as error:
        raise Skipped("too long", str(error)) from error
    rotations = rot.axis_angle_to_quat(raw.turns)
    rotations, trans = interpolated(rotations, raw.trans, at)
    return _single(replace(raw, turns=rot.quat_to_axis_angle(rotations), trans=trans, fps=FPS))


def _strided(raw: Recording) -> Recording:
    stride = raw.stride
    if not stride or abs(raw.fps / stride - FPS) > _FARTHEST_RATE:
        raise Skipped("rate far from 30", f"{raw.fps:g} a second over {stride or 1} is more than 5 off 30")
    return _single(replace(raw, turns=raw.turns[::stride], trans=raw.trans[::stride], fps=FPS))


def _single(raw: Recording) -> Recording:
    return replace(raw, turns=raw.turns.astype(np.float32), trans=raw.trans.astype(np.float32))


def _betas(data: np.lib.npyio.NpzFile) -> np.ndarray:
    """Returns betas (16,), float32; zeros where the file has no plain numbers."""
    betas = np.zeros(_SHAPES, np.float32)
    if "betas" in data.files:
        try:
            found = np.asarray(data["betas"], np.float32)
        except ValueError:
            return betas
        found = found[0] if found.ndim > 1 else np.ravel(found)
        if np.isfinite(found).all():
            betas[: min(len(found), _SHAPES)] = found[:_SHAPES]
    return betas


def _gender(data: np.lib.npyio.NpzFile) -> str:
    try:
        value = np.ravel(data["gender"])[0]
    except (KeyError, ValueError, IndexError):
        return "neutral"
    text = (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).lower()
    return text if text in ("female", "male") else "neutral"
