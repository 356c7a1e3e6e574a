"""Actions in the Asset Browser: marks, tags, preview pictures."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.cleanup.root_trajectory import RootTrajectory
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.skeleton import BODY_JOINTS, INDEX
from .film import render_pose

PREVIEW = 256
"""Pixels of a preview's sides."""

_ARMS_DOWN = np.radians(75)
_PER_METRE = 3.0  # radians that a jump of a metre is worth
_LONGEST_TAG = 63  # bytes, as Blender keeps them


def mark(action: bpy.types.Action, picture: np.ndarray | None = None, tags: Sequence[str] = ()) -> None:
    """Makes `action` an asset, with further `tags`, and with a preview where a picture (H, W, 4) is given.

    Rows from the top, values 0 to 1. Catalog, author and the tags that are there stay. Raises `UserError` for an Action
    of another file.
    """
    check_markable(action)
    if action.asset_data is None:
        action.asset_mark()
    for tag in tags:
        action.asset_data.tags.new(_cut(tag), skip_if_exists=True)
    if picture is not None:
        preview = action.preview_ensure()
        height, width, _ = picture.shape
        preview.image_size = (width, height)
        preview.image_pixels_float.foreach_set(np.ascontiguousarray(picture[::-1], np.float32).ravel())


def check_markable(action: bpy.types.Action) -> None:
    """Raises `UserError` for an Action of another file."""
    if not action.is_editable:
        raise UserError(f'The Action "{action.name}" is linked from another file; make it local or mark it there.')


def telling_picture(armature: bpy.types.Object, motion: Motion) -> np.ndarray | None:
    """(256, 256, 4) the person of `armature` in the pose of `motion` that says most; None where there is no mesh."""
    from .stage import meshes_of

    if not meshes_of(armature):
        return None
    frame = telling_frame(motion)
    return render_pose(armature, motion.crop(frame, frame + 1), (PREVIEW, PREVIEW))


def telling_frame(motion: Motion) -> int:
    """The frame in which the person is farthest from standing with the arms down: the height of a kick or a jump."""
    way = RootTrajectory.of(motion)
    turns = motion.rotations[:, : len(BODY_JOINTS)].astype(np.float64)
    turns[:, 0] = way.tilt  # where somebody faces says nothing
    away = np.linalg.norm(rot.quat_to_axis_angle(rot.quat_multiply(rot.quat_conjugate(_standing()), turns)), axis=-1)
    lifted = np.abs(way.height - np.median(way.height))
    return int(np.argmax(away @ _weights() + _PER_METRE * lifted))


def _standing() -> np.ndarray:
    """(22, 4) rotations of a person who stands with the arms down."""
    pose = np.zeros((len(BODY_JOINTS), 3))
    pose[INDEX["left_shoulder"], 2], pose[INDEX["right_shoulder"], 2] = -_ARMS_DOWN, _ARMS_DOWN
    return rot.axis_angle_to_quat(pose)


def _weights() -> np.ndarray:
    """(22,) how much a joint's turn moves the person as a whole."""
    parts = {"pelvis": 1.0, "hip": 1.0, "spine": 0.7, "shoulder": 0.7, "knee": 0.5, "elbow": 0.4}
    return np.array([max([w for part, w in parts.items() if part in name], default=0.1) for name in BODY_JOINTS])


def _cut(text: str) -> str:
    return text.encode("utf-8")[:_LONGEST_TAG].decode("utf-8", "ignore").strip()
