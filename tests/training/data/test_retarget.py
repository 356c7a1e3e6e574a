"""Foreign skeletons to SMPL-X: directions, facing, floor, and cycles that are made to travel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.measure import measured_turn
from motionclip_blender.core.modifiers.way import bent
from motionclip_blender.core.motion import Motion, facing_forward, heading
from motionclip_blender.core.retarget.measure import measure
from motionclip_blender.core.retarget.retarget import retarget
from motionclip_blender.core.retarget.rig_maps import rig_maps
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.core.cleanup.test_foot_locking import walker
from tests.synthetic import angle_between
from tests.training.data import people
from training.data.travel import moving_forward, straightened, travelling

ARM_DOWN = np.radians(50)
RIGIFY = rig_maps()["rigify-def"]


def source(turns: dict[str, np.ndarray], frames: int = 2, scale: float = 0.5) -> SourceClip:
    """A Rigify skeleton half the size of ours that rests in an A-pose; `turns`: world rotation of a bone."""
    pairs = RIGIFY
    names = tuple(dict.fromkeys(bone for a, b, _ in pairs.values() for bone in (a, b)))
    body = Body.load()
    heads = {bone: body.joints()[INDEX[joint]] * scale for joint, (bone, _, _) in pairs.items()}
    for side, sign in (("L", -1), ("R", 1)):
        lowered = rot.quat_to_matrix(rot.axis_angle_to_quat(np.array([0, 0, sign * ARM_DOWN])))
        shoulder = heads[f"DEF-upper_arm.{side}"]
        for bone in heads:
            if bone.endswith(f".{side}") and bone.startswith(("DEF-forearm", "DEF-hand", "DEF-f_", "DEF-thumb")):
                heads[bone] = shoulder + lowered @ (heads[bone] - shoulder)
    rest = np.stack([heads[name] for name in names])
    still = np.tile(np.array([1.0, 0, 0, 0]), (len(names), 1))
    rotations = np.tile(still, (frames, 1, 1))
    for bone, turn in turns.items():
        rotations[:, names.index(bone)] = rot.axis_angle_to_quat(turn)
    return SourceClip(names, rest, still, np.tile(rest, (frames, 1, 1)), rotations, 30.0)


def test_limbs_point_where_the_sources_point():
    motion = retarget(source({}), RIGIFY, Body.load())
    joints = Body.load().posed_joints(motion)[0]
    arm = joints[INDEX["left_elbow"]] - joints[INDEX["left_shoulder"]]
    assert np.degrees(np.arctan2(-arm[1], arm[0])) == pytest.approx(np.degrees(ARM_DOWN), abs=2)


def test_the_path_is_scaled_by_leg_length():
    clip = source({}, scale=0.5)
    heads = clip.heads.copy()
    heads[1, :, 2] += 0.4
    motion = retarget(replace(clip, heads=heads), RIGIFY, Body.load())
    assert motion.translation[1, 2] - motion.translation[0, 2] == pytest.approx(0.8, abs=1e-3)


def test_the_first_frame_faces_forward_on_the_floor():
    clip = source({})
    turn = rot.axis_angle_to_quat(np.array([0, 2.0, 0]))
    clip = replace(clip, rotations=rot.quat_multiply(turn, clip.rotations))
    body = Body.load()
    motion = retarget(clip, RIGIFY, body)
    assert heading(motion.rotations[0, 0]) == pytest.approx(0, abs=1e-4)
    assert body.posed_vertices(motion, ids=body.contacts)[..., 1].min() == pytest.approx(0, abs=0.01)


def test_facing_forward_keeps_the_movement():
    straight = moving_forward(Motion(np.tile([1.0, 0, 0, 0], (31, 55, 1)), np.zeros((31, 3))), 1.0)
    turned = facing_forward(straight.turned(1.0).moved(np.array([3.0, 0, 2.0])))
    np.testing.assert_allclose(turned.translation, straight.translation, atol=1e-5)


def test_an_in_place_cycle_travels_by_its_standing_foot():
    """Legs that swing back at a known speed under a still pelvis carry the body at about that speed."""
    body = Body.load()
    frames = 30
    swing = 0.3 * np.sin(2 * np.pi * np.arange(frames) / frames)
    poses = np.zeros((frames, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        forward, raised = sign * swing, np.maximum(sign * np.cos(2 * np.pi * np.arange(frames) / frames), 0)
        poses[:, INDEX[f"{side}_hip"], 0] = -forward - 0.5 * raised
        poses[:, INDEX[f"{side}_knee"], 0] = 1.0 * raised
    motion = Motion.from_axis_angle(poses.reshape(frames, -1), np.zeros((frames, 3)))
    moved = travelling(motion, body)
    speed = (moved.translation[-1, 2] - moved.translation[0, 2]) / moved.seconds
    middle_of_stance = 0.3 * 2 * np.pi * body.leg_length  # of a pendulum of the leg's length
    assert 0.5 * middle_of_stance < speed < 1.3 * middle_of_stance


def test_a_cycle_may_travel_backward_and_goes_straight():
    body = Body.load()
    steps = walker(body, 0.0, 30)
    back = travelling(Motion(steps.rotations[::-1], steps.translation[::-1]), body, backward=True)
    ahead = travelling(steps, body)
    assert ahead.translation[-1, 2] > 0.2 > -0.2 > back.translation[-1, 2]
    turning = bent(ahead, 60, evenly=True)
    assert abs(measured_turn(turning)) > 50 and abs(measured_turn(straightened(turning))) < 3


# --- hands, and maps that leave joints out


def test_hands_that_the_source_does_not_move_hang_relaxed():
    body = Body.load()
    motion = retarget(source({"DEF-upper_arm.L": np.array([0, 0, 0.5])}), RIGIFY, body)
    hands = rot.quat_to_axis_angle(motion.rotations[0, [INDEX[joint] for joint in HAND_JOINTS]].astype(np.float64))
    np.testing.assert_allclose(hands, body.relaxed_hands, atol=1e-4)


def test_fingers_that_the_source_moves_are_kept():
    curl = np.array([0, 0, -0.8])
    motion = retarget(source({f"DEF-f_index.0{i}.L": curl for i in (1, 2, 3)}), RIGIFY, Body.load())
    index = motion.rotations[0, INDEX["left_index1"]]
    assert 2 * np.degrees(np.arccos(abs(index[0]))) == pytest.approx(np.degrees(0.8), abs=1)
    np.testing.assert_allclose(np.abs(motion.rotations[0, INDEX["left_index2"], 0]), 1, atol=1e-4)
    right = motion.rotations[0, [INDEX[joint] for joint in HAND_JOINTS[15:]]].astype(np.float64)
    np.testing.assert_allclose(rot.quat_to_axis_angle(right), Body.load().relaxed_hands[15:], atol=1e-4)


@pytest.mark.parametrize("left_out", ["spine3", "neck", "left_foot", "left_collar", "left_index1", "left_index2"])
def test_a_map_may_leave_joints_out(left_out: str):
    pairs = {joint: bones for joint, bones in RIGIFY.items() if joint != left_out}
    body = Body.load()
    clip = source({"DEF-forearm.L": np.array([0, 0.5, 0]), "DEF-f_index.03.L": np.array([0, 0, -0.8])}, frames=5)
    motion = retarget(clip, pairs, body)
    errors = measure(clip, pairs, motion, body)
    assert errors.degrees["thigh"] < 3 and np.isfinite(errors.mean_degrees)
    limb = {"left_foot": "left_ankle", "spine3": "spine2"}
    if left_out in limb:  # follows its parent
        np.testing.assert_allclose(np.abs(motion.rotations[:, INDEX[left_out], 0]), 1, atol=1e-5)


def test_a_skeleton_without_size_is_refused():
    clip = source({})
    with pytest.raises(UserError, match="legs have no length"):
        retarget(replace(clip, rest_heads=0 * clip.rest_heads), RIGIFY, Body.load())


def test_a_finger_without_length_is_no_hindrance():
    clip = source({})
    heads = clip.rest_heads.copy()
    heads[clip.bones.index("DEF-thumb.02.L")] = heads[clip.bones.index("DEF-thumb.01.L")]
    assert len(retarget(replace(clip, rest_heads=heads), RIGIFY, Body.load())) == 2


def test_limbs_that_rest_the_other_way_round():
    """A rest pose with its left arm across the body: no smallest rotation leads there, any will do."""
    clip, body = source({}), Body.load()
    heads = clip.rest_heads.copy()
    index = {name: i for i, name in enumerate(clip.bones)}
    upper, fore, hand = (index[f"DEF-{bone}.L"] for bone in ("upper_arm", "forearm", "hand"))
    rest = body.joints().astype(np.float64)
    heads[fore] = heads[upper] - 0.5 * (rest[INDEX["left_elbow"]] - rest[INDEX["left_shoulder"]])
    heads[hand] = heads[fore] - 0.5 * (rest[INDEX["left_wrist"]] - rest[INDEX["left_elbow"]])
    motion = retarget(replace(clip, rest_heads=heads, heads=np.tile(heads, (2, 1, 1))), RIGIFY, body)
    joints = body.posed_joints(motion)
    assert joints[0, INDEX["left_elbow"], 0] < joints[0, INDEX["left_shoulder"], 0] - 0.1


# --- into Blender and back


def test_a_retargeted_motion_comes_back_from_an_action(scene, open_body: Body):
    """A walk of another's proportions with fingers that curl: keyed on the body, read, and the same."""
    clip = people.walking(people.proportions(open_body, hips=1.3, shins=1.1), frames=40)
    turns = clip.rotations.copy()
    curl = np.sin(np.arange(40) / 6)[:, None] * np.array([0, 0, 1.0])
    for joint in HAND_JOINTS:
        turns[:, INDEX[joint]] = rot.axis_angle_to_quat(curl * int(joint[-1]) / 2)
    fingers = people.PAIRS | {joint: (joint, joint, 0.0) for joint in HAND_JOINTS}
    motion = retarget(replace(clip, rotations=turns), fingers, open_body)
    bent = motion.rotations[:, [INDEX[joint] for joint in HAND_JOINTS], 0]
    assert np.degrees(2 * np.arccos(np.abs(bent).min())) > 20
    scene.render.fps = 30
    armature = add_body(open_body)
    key_motion(armature, motion, "walk")
    again = read_motion(armature, fps=30.0)
    assert len(again) == len(motion)
    assert angle_between(again.rotations, motion.rotations).max() < 1e-4
    np.testing.assert_allclose(again.translation, motion.translation, atol=1e-4)
