"""Makes an SMPL-X motion of a clip of any skeleton, or says why not: recognise, retarget, measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import UserError
from ..fitted_body import Standing
from ..motion import Motion
from .humanoid import t_pose
from .measure import limb_far_off, measure
from .retarget import retarget
from .rig_maps import Rig, matching_rig
from .source import RigMap, SourceClip
from .stance import source_scale
from .touching import Touching
from .upright import upright

_FEWEST_BONES = 12  # that a skeleton with pelvis, head, arms and legs can have


def recognised(clip: SourceClip) -> Rig:
    """Returns which bone of a clip's skeleton is which joint. Raises `UserError` for a skeleton that is unknown.

    This is the only place that decides it.
    """
    try:
        return matching_rig(clip.bones)
    except UserError:
        few = ", ".join(clip.bones[:4]) + (" ..." if len(clip.bones) > 4 else "")
        what = "no person's" if len(clip.bones) < _FEWEST_BONES else "not known"
        raise UserError(
            f"Its skeleton ({len(clip.bones)} bones: {few}) is {what}; export the motion on a Mixamo, Unreal, Rigify, "
            "CMU or SMPL skeleton."
        ) from None


def motion_of(
    clip: SourceClip,
    body: Standing,
    kept_place: bool = True,
    up: np.ndarray | None = None,
    hands_touch: bool = False,
) -> Motion:
    """Returns a clip's movement on SMPL-X's skeleton, with the proportions of `body`, at the clip's rate.

    kept_place: as for `retarget`. up: the axis (3,) of the file that points up; None to find it.
    hands_touch: whether arms bend so that hands that touch in the clip still do on the body.

    Raises `UserError` for an unknown skeleton, for one whose axes or rest pose cannot be found, for a clip in which no
    joint of the person moves, and for numbers that are not finite.
    """
    if not (np.isfinite(clip.heads).all() and np.isfinite(clip.rotations).all()):
        raise UserError("It holds numbers that are not finite; export it again.")
    if len(clip) < 2:
        raise UserError("It holds a single pose; choose a file in which someone moves.")
    rig = recognised(clip)
    if clip.stands_idle({bone for a, b, _ in rig.pairs.values() for bone in (a, b)}):
        raise UserError("No joint of a person is animated in it; export it with its animation.")
    told = rig.told if up is None else replace(rig.told, up=up)
    motion = retarget(clip, rig.pairs, body, told)
    if limb := limb_far_off(measure(clip, rig.pairs, motion, body, told)):
        raise UserError(
            f"Its axes or its rest pose were not understood (most of all the {limb.replace('_', ' ')} comes out "
            "wrong); choose which axis points up, or export it with its rest pose."
        )
    if kept_place:
        motion = retarget(clip, rig.pairs, body, told, kept_place=True)
    if not hands_touch:
        return motion
    return Touching(rest_joints(upright(clip, rig.pairs, body.joints(), told), rig.pairs, body), body.joints()).kept(
        motion
    )


def rest_joints(clip: SourceClip, pairs: RigMap, body: Standing) -> np.ndarray:
    """Returns (55, 3) metres: SMPL-X's joints in a T-pose of a clip's person, scaled to the legs of `body`.

    clip: as `upright` returns it.
    """
    scale = source_scale(clip, pairs, body)
    return t_pose({joint: place * scale for joint, place in clip.rest_places(pairs).items()})
