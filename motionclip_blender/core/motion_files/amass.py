"""Reads and writes motions as `.npz` files in AMASS's form: of SMPL-X, and of its relatives SMPL and SMPL-H."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import rotations as rot
from ..errors import UserError
from ..files import write_arrays
from ..motion import Motion
from ..origin import PELVIS_AT_REST, to_trans, to_translation
from .arrays import MotionArrays, axis_name, gather
from .world_axes import AXES, World, counts_from_the_floor, find_world

_ORIGIN_KEY, _ORIGIN = "trans_origin", "smplx"
_VERSION_0_3 = {
    "poses": "float32", "trans": "float32", "betas": "float32", "gender": "<U7", "mocap_frame_rate": "float64",
    "surface_model_type": "<U5",
}  # fmt: skip
_FAR = 0.3  # metres between a motion's floor and 0 from which on the user is told


@dataclass(frozen=True, eq=False)
class MotionFile:
    """A motion that was read, the axis that points up in its file, and sentences about how it was read."""

    motion: Motion
    up: str
    notes: tuple[str, ...]


def save(motion: Motion, path: Path, betas: np.ndarray | None = None, gender: str = "neutral") -> None:
    """Writes `poses` (T, 165), `trans`, `betas`, `gender`, `mocap_frame_rate`, `surface_model_type`.

    `trans` has smplx's meaning, for every body: the pelvis is at its resting place in the body's file plus this.
    `up_axis` and `trans_origin` record that. The file is written whole or not at all.
    """
    arrays = {
        "poses": motion.axis_angle().astype(np.float32),
        "trans": to_trans(motion.translation),
        "betas": np.zeros(10, np.float32) if betas is None else np.asarray(betas, np.float32),
        "gender": np.array(gender),
        "mocap_frame_rate": np.array(motion.fps),
        "surface_model_type": np.array("smplx"),
        "up_axis": np.array("Y"),
        _ORIGIN_KEY: np.array(_ORIGIN),
    }
    write_arrays(path, arrays, packed=True)


def load(path: Path, up: str = "") -> Motion:
    """Returns the motion of `read`."""
    return read(path, up).motion


def read(path: Path, up: str = "") -> MotionFile:
    """Reads a file of SMPL-X, SMPL-H or SMPL; refuses pickled contents.

    Raises `UserError`, which names the file, for a file that is missing, damaged, or no motion, and for one whose up
    axis cannot be determined.
    up: the axis that points up in the file ("Y", "-Y", "Z" ...); found automatically if it is empty.
    """
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("a single array")
        with archive as data:
            found = gather(data.files, data.__getitem__, path)
            ours = _ORIGIN_KEY in data.files and str(data[_ORIGIN_KEY]) == _ORIGIN
            older = not ours and _is_of_version_0_3(data)
    except UserError:
        raise
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise UserError(f"{path} is not a motion in AMASS's SMPL-X form; choose another file.") from error
    except Exception as error:  # zipfile and zlib raise their own kinds for a damaged archive
        raise UserError(f"{path} is damaged; copy or export it again.") from error
    try:
        own = Motion.from_axis_angle(found.poses.reshape(len(found.poses), -1), found.trans, found.fps)
        return _upright(own, found, path, up, ours, older)
    except UserError as error:  # the message must name the file, which may be one of many
        if str(path) in str(error):
            raise
        raise UserError(f"{path}: {error}") from error


def _upright(own: Motion, found: MotionArrays, path: Path, up: str, ours: bool, older: bool) -> MotionFile:
    """Converts a motion from the file's axes to `core`'s. own: the motion in the file's axes."""
    rest = np.array(PELVIS_AT_REST[found.model])
    chosen = axis_name(up) or found.up
    if up and not axis_name(up):
        raise UserError(f"{up!r} is no axis; choose Y, Z, -Y, -Z, X or -X as the one that points up.")
    if older and not axis_name(up) and counts_from_the_floor(own, rest):
        return MotionFile(own, "Y", found.notes)
    world = World(chosen, "choice") if ours and chosen else find_world(own, rest, chosen, found.amass, found.like_ours)
    if not world.up:
        raise UserError(
            f"{path} does not show which way is up, neither by most frames' spine nor by a floor at 0; "
            "choose the axis that points up."
        )
    if world.lost:
        raise UserError(f"{path} moves the person faster than 25 metres a second; write its trans in metres.")
    if not world.own_origin:
        return MotionFile(own, "Y", (*found.notes, _told_origin()))
    motion = turned_upright(own, found.trans * world.unit, found.model, world.up)
    return MotionFile(motion, world.up, (*found.notes, *(() if ours else _told(world))))


def turned_upright(own: Motion, trans: np.ndarray, model: str, up: str) -> Motion:
    """The motion in `core`'s axes and from its origin.

    own: in a file's axes, its translation counts for nothing. trans: (T, 3) metres, as the body model means it. model:
    "smplx", "smplh" or "smpl". up: the axis that points up in both.
    """
    turn = AXES[up]
    pelvis = (np.array(PELVIS_AT_REST[model]) + trans) @ turn.T
    rotations = own.rotations.astype(np.float64)
    if up != "Y":
        rotations[:, 0] = rot.quat_multiply(rot.matrix_to_quat(turn), rotations[:, 0])
    return Motion(rotations, to_translation(pelvis - np.array(PELVIS_AT_REST["smplx"])), own.fps)


def _is_of_version_0_3(data: np.lib.npyio.NpzFile) -> bool:
    """Checks whether the keys and types are exactly those that this project wrote up to version 0.3.

    Their `trans` counted from the pelvis of a body that stands on the floor, unless a licensed body was in use.
    """
    return set(data.files) == set(_VERSION_0_3) and all(
        str(data[key].dtype) == dtype for key, dtype in _VERSION_0_3.items()
    )


def _told(world: World) -> tuple[str, ...]:
    """Returns the sentences that tell a user how a file was read."""
    told = []
    unusual = world.up != "Y" or world.rival or abs(world.floor) > _FAR
    if world.by == "floor" or (world.by == "spine" and unusual):
        by = "most frames' spine" if world.by == "spine" else "the floor"
        told.append(f"{world.up} points up in the file, by {by}.")
    if world.rival:
        told.append(f"A floor would fit along {world.rival}, too; choose that axis if the person should lie.")
    if world.unit != 1.0:
        told.append(
            "Its trans was read in centimetres." if world.unit == 0.01 else "Its trans was read in millimetres."
        )
    if world.floor > _FAR:
        told.append(f"The person stays {world.floor:.1f} m above the floor, as the file says.")
    if world.floor < -_FAR:
        told.append(f"The person stays {-world.floor:.1f} m below the floor, as the file says.")
    return tuple(told)


def _told_origin() -> str:
    return "Its trans counts from a body that stands on the floor, as files of version 0.3 do."
