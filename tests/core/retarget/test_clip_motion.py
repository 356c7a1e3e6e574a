"""Clips that become motions, and those that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.clip_motion import motion_of, recognised
from motionclip_blender.core.retarget.rig_maps import rig_maps
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.skeleton import JOINTS
from tests.training.data import people


@pytest.fixture
def clip(open_body) -> SourceClip:
    """A walk on a skeleton with Mixamo's names, as far as it has bones for joints."""
    walked = people.walking(people.proportions(open_body))
    names = rig_maps()["mixamo"]
    return replace(walked, bones=tuple(names[joint][0] if joint in names else f"extra {joint}" for joint in JOINTS))


def test_a_known_skeleton(clip, open_body):
    assert recognised(clip).name == "mixamo"
    motion = motion_of(clip, open_body)
    assert len(motion) == len(clip) and motion.fps == clip.fps
    assert np.ptp(motion.translation[:, 2]) == pytest.approx(np.ptp(clip.heads[:, 0, 2]), rel=0.05)


def test_an_unknown_skeleton_says_what_it_is(clip, open_body):
    odd = replace(clip, bones=tuple(f"node{i}" for i in range(len(clip.bones))))
    with pytest.raises(UserError, match=r"Its skeleton \(55 bones: node0, node1, node2, node3 ...\) is not known"):
        motion_of(odd, open_body)
    few = replace(clip, bones=("a", "b"), **{name: getattr(clip, name)[..., :2, :] for name in (
        "rest_heads", "rest_rotations", "heads", "rotations")})  # fmt: skip
    with pytest.raises(UserError, match="is no person's"):
        motion_of(few, open_body)


def test_what_is_no_motion(clip, open_body):
    heads = clip.heads.copy()
    heads[3, 2] = np.nan
    with pytest.raises(UserError, match="not finite"):
        motion_of(replace(clip, heads=heads), open_body)
    with pytest.raises(UserError, match="single pose"):
        motion_of(replace(clip, heads=clip.heads[:1], rotations=clip.rotations[:1]), open_body)
    still = replace(
        clip, heads=np.repeat(clip.rest_heads[None], 30, 0), rotations=np.repeat(clip.rest_rotations[None], 30, 0),
        idle=clip.rest_rotations,
    )  # fmt: skip
    with pytest.raises(UserError, match="No joint of a person is animated"):
        motion_of(still, open_body)


def test_rotations_that_are_not_those_of_the_places_are_not_believed(clip, open_body):
    turned = rot.axis_angle_to_quat(np.random.default_rng(1).normal(size=(1, 55, 3)))
    with pytest.raises(UserError, match="Its axes or its rest pose were not understood"):
        motion_of(replace(clip, rotations=rot.quat_multiply(turned, clip.rotations)), open_body)
