"""Foreign skeletons to SMPL-X: directions, facing, floor, and cycles that are made to travel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.skeleton import INDEX
from training.retarget import SourceClip, facing_forward, matching_map, moving_forward, retarget, rig_maps, travelling

ARM_DOWN = np.radians(50)


def source(turns: dict[str, np.ndarray], frames: int = 2, scale: float = 0.5) -> SourceClip:
    """A Rigify skeleton half the size of ours that rests in an A-pose; `turns`: world rotation of a bone."""
    pairs = rig_maps()["rigify-def"]
    names = tuple(dict.fromkeys(bone for a, b, _ in pairs.values() for bone in (a, b)))
    body = Body.load()
    heads = {bone: body.joints()[INDEX[joint]] * scale for joint, (bone, _, _) in pairs.items()}
    for side, sign in (("L", -1), ("R", 1)):
        lowered = rot.quat_to_matrix(rot.axis_angle_to_quat(np.array([0, 0, sign * ARM_DOWN])))
        shoulder = heads[f"DEF-upper_arm.{side}"]
        for bone in ("DEF-forearm", "DEF-hand"):
            heads[f"{bone}.{side}"] = shoulder + lowered @ (heads[f"{bone}.{side}"] - shoulder)
    rest = np.stack([heads[name] for name in names])
    still = np.tile(np.array([1.0, 0, 0, 0]), (len(names), 1))
    rotations = np.tile(still, (frames, 1, 1))
    for bone, turn in turns.items():
        rotations[:, names.index(bone)] = rot.axis_angle_to_quat(turn)
    return SourceClip(names, rest, still, np.tile(rest, (frames, 1, 1)), rotations, 30.0)


def test_limbs_point_where_the_sources_point():
    motion = retarget(source({}), Body.load())
    joints = Body.load().posed_joints(motion)[0]
    arm = joints[INDEX["left_elbow"]] - joints[INDEX["left_shoulder"]]
    assert np.degrees(np.arctan2(-arm[1], arm[0])) == pytest.approx(np.degrees(ARM_DOWN), abs=2)


def test_the_path_is_scaled_by_leg_length():
    clip = source({}, scale=0.5)
    heads = clip.heads.copy()
    heads[1, :, 2] += 0.4
    motion = retarget(replace(clip, heads=heads), Body.load())
    assert motion.translation[1, 2] - motion.translation[0, 2] == pytest.approx(0.8, abs=1e-3)


def test_the_first_frame_faces_forward_on_the_floor():
    clip = source({})
    turn = rot.axis_angle_to_quat(np.array([0, 2.0, 0]))
    clip = replace(clip, rotations=rot.quat_multiply(turn, clip.rotations))
    body = Body.load()
    motion = retarget(clip, body)
    assert heading(motion.rotations[0, 0]) == pytest.approx(0, abs=1e-4)
    assert body.posed_vertices(motion, ids=body.contacts)[..., 1].min() == pytest.approx(0, abs=0.01)


def test_a_skeleton_that_no_map_fits():
    with pytest.raises(UserError, match="No rig map fits the bones tail"):
        matching_map(("tail", "fin"))


def test_every_map_covers_the_body():
    for rig, pairs in rig_maps().items():
        for side in ("left", "right"):
            for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"):
                assert f"{side}_{joint}" in pairs, (rig, joint)


def test_facing_forward_keeps_the_movement():
    straight = moving_forward(Motion(np.tile([1.0, 0, 0, 0], (31, 55, 1)), np.zeros((31, 3))), 1.0)
    turned = facing_forward(straight.turned(1.0).moved(np.array([3.0, 0, 2.0])))
    np.testing.assert_allclose(turned.translation, straight.translation, atol=1e-5)


def test_an_in_place_cycle_travels_by_its_standing_foot():
    """Legs that swing back at a known speed under a still pelvis carry the body at about that speed."""
    body = Body.load()
    frames = 30
    swing = 0.3 * np.sin(2 * np.pi * np.arange(frames) / frames)
    lift = np.maximum(np.cos(2 * np.pi * np.arange(frames) / frames), 0)
    poses = np.zeros((frames, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        forward, raised = sign * swing, np.maximum(sign * np.cos(2 * np.pi * np.arange(frames) / frames), 0)
        poses[:, INDEX[f"{side}_hip"], 0] = -forward - 0.5 * raised
        poses[:, INDEX[f"{side}_knee"], 0] = 1.0 * raised
    assert lift.any()
    motion = Motion.from_axis_angle(poses.reshape(frames, -1), np.zeros((frames, 3)))
    moved = travelling(motion, body)
    speed = (moved.translation[-1, 2] - moved.translation[0, 2]) / moved.seconds
    middle_of_stance = 0.3 * 2 * np.pi * body.leg_length  # of a pendulum of the leg's length
    assert 0.5 * middle_of_stance < speed < 1.3 * middle_of_stance
