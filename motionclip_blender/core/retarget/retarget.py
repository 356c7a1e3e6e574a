"""Retargets bones in motion on any skeleton to an SMPL-X `Motion`."""

from __future__ import annotations

import numpy as np

from ..fitted_body import Standing
from ..motion import Motion, facing_forward, heading
from .footing import stand
from .solve import local_rotations
from .source import RigMap, SourceClip
from .stance import Likeness, source_scale
from .upright import Told, upright


def retarget(
    clip: SourceClip, pairs: RigMap, body: Standing, told: Told | None = None, kept_place: bool = False
) -> Motion:
    """Returns the clip, whose bones `pairs` names, on SMPL-X's skeleton with `body`'s proportions.

    The root's path is scaled by the ratio of leg lengths; feet stand where the source's stand, on the floor. told:
    known axes and rest pose of the skeleton. kept_place: whether the person starts where they do in the file, facing
    the same way; otherwise the first frame is over the origin and faces +Z.
    Raises `UserError` where these cannot be detected.
    """
    clip = upright(clip, pairs, body.joints(), told)
    scale = source_scale(clip, pairs, body)
    rotations = local_rotations(clip, pairs, body.joints(), body.relaxed_hands)
    pelvis = clip.bones.index(pairs["pelvis"][0])
    translation = (clip.heads[:, pelvis] - clip.rest_heads[pelvis]) * scale
    there = Motion(rotations, translation, clip.fps)
    motion = stand(facing_forward(there), Likeness.of(clip, pairs, body), body)
    if not kept_place:
        return motion
    # turned first, as `facing_forward` does, and then moved by what it moved away
    ahead = float(heading(there.rotations[0, 0]))
    return motion.turned(ahead).moved(there.translation[0] * np.array([1.0, 0.0, 1.0]))
