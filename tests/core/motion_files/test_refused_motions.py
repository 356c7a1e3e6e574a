"""Motion files that are refused or remarked on: rates, shapes, numbers that mean something else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.motion_files.pose_numbers import are_places
from tests.foreign import (
    FILE_AXES,
    FORMS,
    Known,
    difference,
    file_arrays,
    handstand,
    lying,
    matrices,
    standing,
    walk,
    write,
)


def test_what_no_spine_and_no_floor_tells_is_refused_in_a_sentence(tmp_path):
    poses = np.zeros((90, 55, 3))
    poses[:, 0] = np.random.default_rng(1).normal(size=(90, 3)) * 2  # tumbles in the air
    path = write(tmp_path / "tumble.npz", {"poses": poses, "trans": np.full((90, 3), 5.0), "fps": 30})
    with pytest.raises(UserError, match=r"tumble\.npz does not show which way is up.*choose the axis"):
        amass.read(path)
    assert amass.read(path, "Z").up == "Z"
    with pytest.raises(UserError, match="is no axis"):
        amass.read(path, "W")


# --- refused, by name


def changed(**changes: object) -> dict[str, object]:
    arrays = file_arrays(walk()) | changes
    return {key: value for key, value in arrays.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mocap_frame_rate": None}, ("has no mocap_frame_rate", "poses, surface_model_type, trans")),
        ({"trans": None}, ("has no trans", "mocap_frame_rate, poses")),
        ({"poses": None}, ("has no poses (or global_orient", "mocap_frame_rate, surface_model_type, trans")),
        ({"poses": None, "global_orient": np.zeros((40, 3))}, ("has no body_pose", "global_orient")),
        ({"poses": None, "body_pose": np.zeros((40, 63))}, ("has no global_orient", "body_pose")),
        ({"trans": np.zeros((39, 3))}, ("trans has 39 frames", "poses have 40")),
        ({"trans": np.zeros((3, 40))}, ("trans has shape (3, 40)", "(frames, 3)")),
        ({"poses": np.zeros((2, 40, 165))}, ("poses has shape (2, 40, 165)", "several people")),
        ({"poses": np.zeros((40, 100))}, ("poses has shape (40, 100)", "(frames, 165) of SMPL-X", "72 of SMPL")),
        ({"poses": np.zeros((165, 40))}, ("poses has shape (165, 40)",)),
        ({"poses": np.array(["a"] * 40)}, ("poses holds no plain numbers",)),
        ({"fps": 60.0}, ("two rates", "mocap_frame_rate 30", "fps 60")),
        ({"mocap_frame_rate": "often"}, ("mocap_frame_rate is no number",)),
        ({"mocap_frame_rate": 0.0}, ("positive number",)),
        ({"mocap_frame_rate": np.arange(1, 41)}, ("mocap_frame_rate has shape (40,)",)),
        ({"poses": np.degrees(walk().poses)}, ("radians, not degrees",)),
        ({"trans": np.cumsum(np.full((40, 3), 3.0), axis=0)}, ("faster than 25 metres a second",)),
        ({"poses": None, "root_orient": np.zeros((40, 3)), "pose_body": np.zeros((39, 63))}, ("pose_body has 39",)),
        ({"poses": np.full((40, 165), np.inf)}, ("not finite",)),
        ({"trans": np.full((40, 3), np.nan)}, ("not finite",)),
    ],
)  # fmt: skip
def test_a_message_says_what_is_wrong(tmp_path, changes, words):
    path = write(tmp_path / "a.npz", changed(**changes))
    with pytest.raises(UserError) as refused:
        amass.read(path)
    for word in (str(path), *words):
        assert word in str(refused.value)


@pytest.mark.parametrize("hand", [6, 12])
def test_fingers_in_principal_components_are_left_out_and_told(tmp_path, hand):
    arrays = file_arrays(walk(), "Y", "smplx, split") | {"left_hand_pose": np.ones((40, hand))}
    found = amass.read(write(tmp_path / "a.npz", arrays))
    assert any("left_hand_pose" in note and "fingers" in note for note in found.notes)
    assert np.allclose(found.motion.matrices[:, 25:40], np.eye(3))


def test_two_rates_that_agree_are_one(tmp_path):
    assert amass.load(write(tmp_path / "a.npz", changed(fps=30))).fps == 30


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_ones(open_body, tmp_path, frames):
    known = walk()
    known = Known(known.poses[:frames], known.pelvis[:frames])
    for axes, form in itertools.product(("Y", "Z"), FORMS):
        motion = amass.load(write(tmp_path / "a.npz", file_arrays(known, axes, form)))
        assert difference(open_body.posed_joints(motion).astype(float), known.places(open_body))[0] < 1, form


def test_one_pose_without_an_axis_for_frames(open_body, tmp_path):
    known = walk(1)
    arrays = file_arrays(known)
    for poses in (arrays["poses"][0], arrays["poses"].reshape(55, 3)):
        motion = amass.load(write(tmp_path / "a.npz", arrays | {"poses": poses, "trans": arrays["trans"][0]}))
        assert len(motion) == 1


def test_a_single_array_is_no_motion(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((4, 165)))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(UserError, match="not a motion"):
        amass.load(tmp_path / "a.npz")


# --- numbers that mean something else


@pytest.mark.parametrize("joints", [22, 24, 52, 55])
@pytest.mark.parametrize("frames", [1, 40])
@pytest.mark.parametrize("axes", ["Y", "Z"])
def test_places_of_joints_are_no_rotations(open_body, tmp_path, joints, frames, axes):
    places = walk().places(open_body)[:frames, :joints] @ np.array(FILE_AXES[axes], float).T
    path = write(tmp_path / "a.npz", {"poses": places, "trans": places[:, 0], "fps": 20})
    with pytest.raises(UserError, match="places of joints, not rotations"):
        amass.read(path)


@pytest.mark.parametrize("movement", [walk, lying, handstand])
def test_rotations_are_no_places(movement):
    rng = np.random.default_rng(2)
    known = movement()
    assert not are_places(known.poses) and not are_places(known.poses[:1]) and not are_places(np.zeros((5, 55, 3)))
    for _ in range(50):  # no pose of a person looks like one
        pose = known.poses[:1] + rng.normal(size=(1, 55, 3)) * rng.uniform(0, 0.6)
        assert not are_places(pose.repeat(5, axis=0))


@pytest.mark.parametrize("axes", ["Y", "Z"])
def test_small_moves_in_degrees_are_degrees_too(tmp_path, axes):
    known = walk()
    arrays = file_arrays(Known(known.poses * 0.2, known.pelvis), axes)
    with pytest.raises(UserError, match="in radians, not degrees"):
        amass.read(write(tmp_path / "a.npz", arrays | {"poses": np.degrees(arrays["poses"])}))


def test_a_root_that_was_never_wrapped_turns_as_far_as_it_did(open_body, tmp_path):
    known = walk()
    unwrapped = known.poses.copy()
    unwrapped[:, 0] *= 1 + 4 * np.pi / np.maximum(np.linalg.norm(known.poses[:, 0], axis=1, keepdims=True), 1e-9)
    arrays = file_arrays(Known(unwrapped, known.pelvis)) | {"poses": unwrapped.reshape(40, 165)}
    motion = amass.load(write(tmp_path / "a.npz", arrays))
    assert difference(open_body.posed_joints(motion).astype(float), known.places(open_body))[0] < 1


@pytest.mark.parametrize("key", ["poses", "body_pose", "left_hand_pose"])
def test_mirrored_matrices_are_no_rotations(tmp_path, key):
    known = walk()
    form = "AMASS" if key == "poses" else "smplx, matrices"
    turns = {"poses": known.poses, "body_pose": known.poses[:, 1:22], "left_hand_pose": known.poses[:, 25:40]}[key]
    arrays = file_arrays(known, "Y", form) | {key: matrices(turns) @ np.diag([1.0, 1.0, -1.0])}
    with pytest.raises(UserError, match=f"its {key} holds mirrored rotations"):
        amass.read(write(tmp_path / "a.npz", arrays))


@pytest.mark.parametrize("axes", ["Y", "Z"])
@pytest.mark.parametrize(("unit", "word"), [(100.0, "centimetres"), (1000.0, "millimetres")])
def test_who_stands_still_in_centimetres_stands_on_the_floor(open_body, tmp_path, axes, unit, word):
    known = walk()
    still = Known(known.poses, known.pelvis * (0, 1, 0) + (0.3, 0, 0.2))
    found = amass.read(write(tmp_path / "a.npz", file_arrays(still, axes, unit=unit)))
    assert difference(open_body.posed_joints(found.motion).astype(float), still.places(open_body))[2] < 0.01
    assert any(word in note for note in found.notes)


def test_who_really_is_far_away_stays_there(open_body, tmp_path):
    known = walk()
    known = Known(known.poses, np.add(known.pelvis, (60, 30, 80)))
    found = amass.read(write(tmp_path / "a.npz", file_arrays(known, "Z")))
    assert np.abs(open_body.posed_joints(found.motion)[:, 0, 1] - known.pelvis[:, 1]).max() < 0.01


@pytest.mark.parametrize("rate", [1e-9, 1 / 30, 0.5, 2000.0, 1e9])
def test_a_rate_that_no_motion_has_is_refused(tmp_path, rate):
    with pytest.raises(UserError, match="mocap_frame_rate is .* no motion's rate; write the frames per second"):
        amass.read(write(tmp_path / "a.npz", changed(mocap_frame_rate=rate)))


# --- two of a kind


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"transl": np.ones((40, 3))}, "its trans and its transl differ"),
        ({"transl": np.ones((39, 3))}, "its trans and its transl differ"),
        ({"pose": np.zeros((40, 72))}, "its poses and its pose differ"),
        ({"smpl_poses": np.zeros((40, 24, 3))}, "its poses and its smpl_poses differ"),
        ({"pose_body": np.zeros((40, 63))}, "its poses and its pose_body differ"),
        ({"global_orient": np.ones((40, 3))}, "its poses and its global_orient differ"),
    ],
)
def test_two_that_differ_are_refused(tmp_path, other, words):
    with pytest.raises(UserError, match=words):
        amass.read(write(tmp_path / "a.npz", changed(**other)))


def test_two_that_say_the_same_are_one(tmp_path):
    arrays = file_arrays(walk(), "Z")
    flat = np.asarray(arrays["poses"])
    more = {
        "root_orient": flat[:, :3], "pose_body": flat[:, 3:66], "pose_hand": flat[:, 75:], "transl": arrays["trans"],
        "smpl_poses": matrices(flat.reshape(40, 55, 3)[:, :24]), "body_pose": np.zeros((40, 32)), "pose": np.eye(4),
    }  # fmt: skip
    alone = amass.load(write(tmp_path / "a.npz", arrays))
    both = amass.load(write(tmp_path / "b.npz", arrays | more))
    assert (alone.rotations == both.rotations).all() and (alone.translation == both.translation).all()


def test_a_second_motion_in_the_world_is_told(tmp_path):
    found = amass.read(write(tmp_path / "a.npz", changed(pose_world=np.zeros((40, 72)), trans_world=np.zeros((40, 3)))))
    assert any("pose_world and trans_world are left out" in note for note in found.notes)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.array([]), np.ones(3)])
def test_a_scale_that_is_none(tmp_path, scale):
    with pytest.raises(UserError, match="smpl_scaling is no positive number"):
        amass.read(write(tmp_path / "a.npz", changed(smpl_scaling=scale)))


# --- where the floor is, and which way the person lies


@pytest.mark.parametrize("form", [form for form in FORMS if "SMPL" in form or "split" in form or "matrices" in form])
@pytest.mark.parametrize("height", [-1.2, -1.29])
def test_a_floor_far_below_is_not_taken_for_version_0_3_in_files_that_it_never_wrote(
    open_body, tmp_path, form, height
):  # fmt: skip
    known = walk()
    known = Known(known.poses, np.add(known.pelvis, (0, height, 0)))
    found = amass.read(write(tmp_path / "a.npz", file_arrays(known, "Y", form)))
    assert difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))[2] < 0.01
    assert any("below the floor" in note for note in found.notes)


def test_a_spine_without_a_floor_is_told_for_y_too(tmp_path):
    known = walk()
    known = Known(known.poses, np.add(known.pelvis, (0, 2.0, 0)))
    found = amass.read(write(tmp_path / "a.npz", file_arrays(known, "Y")))
    assert any("Y points up in the file, by most frames' spine" in note for note in found.notes)


def test_a_spine_against_a_floor_is_refused(tmp_path):
    known = lying()
    known.poses[:12, 0, 0] = 0.0  # who first stands lies on the floor in less than 80 % of the frames
    known = standing(known)
    known.pelvis[:12, 1] += 0.5
    with pytest.raises(UserError, match="which way is up"):
        amass.read(write(tmp_path / "a.npz", file_arrays(Known(known.poses, known.pelvis), "Z")))
