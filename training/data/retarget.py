"""Retargets bones in motion on any skeleton to an SMPL-X `Motion`. Numpy only."""

from __future__ import annotations

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.solve import local_rotations
from motionclip_blender.core.retarget.source import RigMap, SourceClip
from motionclip_blender.core.retarget.upright import Told, upright

from .footing import stand
from .stance import Likeness, source_scale
from .travel import facing_forward


def retarget(clip: SourceClip, pairs: RigMap, body: Body, told: Told | None = None) -> Motion:
    """Returns the clip, whose bones `pairs` names, on SMPL-X's skeleton with `body`'s proportions.

    The root's path is scaled by the ratio of leg lengths; feet stand where the source's stand, on the floor; the first
    frame is over the origin and faces +Z. told: known axes and rest pose of the skeleton.
    Raises `UserError` where these cannot be detected.
    """
    clip = upright(clip, pairs, body.joints(), told)
    scale = source_scale(clip, pairs, body)
    rotations = local_rotations(clip, pairs, body.joints(), body.relaxed_hands)
    pelvis = clip.bones.index(pairs["pelvis"][0])
    translation = (clip.heads[:, pelvis] - clip.rest_heads[pelvis]) * scale
    motion = facing_forward(Motion(rotations, translation, clip.fps))
    return stand(motion, Likeness.of(clip, pairs, body), body)
