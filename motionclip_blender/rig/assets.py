"""Actions in the Asset Browser: marks, tags, preview pictures."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.skeleton import BODY_JOINTS
from .film import render_pose

PREVIEW = 256
"""Pixels of a preview's sides."""

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
    """The frame in which the body's joints are turned farthest from where they mostly are: the height of a kick."""
    turns = motion.rotations[:, 1 : len(BODY_JOINTS)].astype(np.float64)
    # of two quaternions of one rotation the one nearer to the first frame's, so that they can be averaged
    turns *= np.where(np.sum(turns * turns[:1], axis=-1, keepdims=True) < 0, -1.0, 1.0)
    usual = np.median(turns, axis=0)
    usual /= np.maximum(np.linalg.norm(usual, axis=-1, keepdims=True), 1e-9)
    away = rot.quat_to_axis_angle(rot.quat_multiply(rot.quat_conjugate(usual), turns))
    return int(np.argmax(np.sum(away**2, axis=(1, 2))))


def _cut(text: str) -> str:
    return text.encode("utf-8")[:_LONGEST_TAG].decode("utf-8", "ignore").strip()
