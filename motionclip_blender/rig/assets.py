"""Marks Actions as assets, with tags and preview pictures."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.root_trajectory import RootTrajectory
from ..core.skeleton import BODY_JOINTS, INDEX
from .film import render_pose

PREVIEW = 256
"""Width and height of a preview in pixels."""

_ARMS_DOWN = np.radians(75)
_PER_METRE = 3.0  # weight of a change of height, in radians per metre
_LONGEST_TAG = 63  # bytes; Blender's limit


def mark(action: bpy.types.Action, picture: np.ndarray | None = None, tags: Sequence[str] = ()) -> None:
    """Makes `action` an asset, adds `tags`, and sets the preview if a picture is given.

    picture: (H, W, 4), rows from the top, values 0 to 1.

    Keeps catalog, author and existing tags. Raises `UserError` for an Action that is linked from another file.
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
    """Raises `UserError` for an Action that is linked from another file."""
    if not action.is_editable:
        raise UserError(f'The Action "{action.name}" is linked from another file; make it local or mark it there.')


def telling_picture(armature: bpy.types.Object, motion: Motion) -> np.ndarray | None:
    """Renders the most characteristic pose of `motion` with the person of `armature`, (256, 256, 4).

    Returns None if the armature deforms no mesh.
    """
    from .stage import meshes_of

    if not meshes_of(armature):
        return None
    frame = telling_frame(motion)
    return render_pose(armature, motion.crop(frame, frame + 1), (PREVIEW, PREVIEW))


def telling_frame(motion: Motion) -> int:
    """Returns the frame whose pose differs most from standing with the arms down, such as the top of a jump."""
    way = RootTrajectory.of(motion)
    turns = motion.rotations[:, : len(BODY_JOINTS)].astype(np.float64)
    turns[:, 0] = way.tilt  # the facing direction is irrelevant
    away = np.linalg.norm(rot.quat_to_axis_angle(rot.quat_multiply(rot.quat_conjugate(_standing()), turns)), axis=-1)
    lifted = np.abs(way.height - np.median(way.height))
    return int(np.argmax(away @ _weights() + _PER_METRE * lifted))


def _standing() -> np.ndarray:
    """Returns (22, 4) rotations of a person who stands with the arms down."""
    pose = np.zeros((len(BODY_JOINTS), 3))
    pose[INDEX["left_shoulder"], 2], pose[INDEX["right_shoulder"], 2] = -_ARMS_DOWN, _ARMS_DOWN
    return rot.axis_angle_to_quat(pose)


def _weights() -> np.ndarray:
    """Returns (22,) weights: how much a joint's rotation moves the whole person."""
    parts = {"pelvis": 1.0, "hip": 1.0, "spine": 0.7, "shoulder": 0.7, "knee": 0.5, "elbow": 0.4}
    return np.array([max([w for part, w in parts.items() if part in name], default=0.1) for name in BODY_JOINTS])


def _cut(text: str) -> str:
    return text.encode("utf-8")[:_LONGEST_TAG].decode("utf-8", "ignore").strip()
