"""AMASS's files of both kinds and every rate, and those that are none."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files.world_axes import AXES
from motionclip_blender.core.skeleton import INDEX
from tests.training.data.amass import made
from training.data.amass.data_sets import SPLIT, data_set, key_of
from training.data.amass.files import JOINTS, Skipped, motion_files, read


def quats(turns: np.ndarray) -> np.ndarray:
    return rot.axis_angle_to_quat(turns.astype(np.float64))


def far(one: np.ndarray, other: np.ndarray) -> float:
    """The largest angle between two arrays of quaternions, radians."""
    return float(2 * np.arccos(np.clip(np.abs((one * other).sum(-1)), 0, 1)).max())


@pytest.mark.parametrize("fps", [30.0, 59.94, 100.0, 120.0, 250.0])
@pytest.mark.parametrize("model", ["smplh", "smplx"])
def test_every_rate_becomes_30_at_exact_times(tmp_path, fps, model):
    path = made.write(tmp_path / "a_poses.npz", round(3 * fps) + 1, fps, 7, model)
    found = read(path)
    assert found.fps == 30 and found.up == "Y" and found.source_fps == fps and found.model == model
    assert len(found) == int((round(3 * fps) / fps) * 30 + 1e-6) + 1
    # what moved as a formula says is where the formula has it at the new times
    times = np.arange(len(found)) / 30
    true = made.poses_at(times, 7, 156 if model == "smplh" else 165).reshape(len(times), -1, 3)
    assert far(quats(found.turns[:, 1:22]), quats(true[:, 1:22])) < 2e-3
    np.testing.assert_allclose(found.trans[:, 0], 0.5 * times, atol=1e-5)  # X stays X as Z becomes Y


@pytest.mark.parametrize(("model", "hands"), [("smplh", (22, 37)), ("smplx", (25, 40))])
def test_the_rows_of_the_hands_are_the_first_joints_of_both_index_fingers(tmp_path, model, hands):
    assert len(JOINTS) == 24 and [INDEX[name] for name in JOINTS[22:]] == [25, 40]
    path = made.write(tmp_path / "a.npz", 90, 30.0, 3, model)
    with np.load(path) as data:
        given = data["poses"].reshape(90, -1, 3)[:, list(hands)]
    np.testing.assert_allclose(read(path).turns[:, 22:], given, atol=1e-6)


def test_the_root_turns_upright(tmp_path):
    path = made.write(tmp_path / "a.npz", 90, 30.0)
    found, raw = read(path), read(path, legacy=True)
    np.testing.assert_allclose(found.turns[:, 0], 0, atol=1e-5)  # who stands in Z-up stands in Y-up
    np.testing.assert_allclose(raw.turns[:, 0], np.tile(made.UP, (90, 1)), atol=1e-6)
    assert raw.up == "Z"
    np.testing.assert_allclose(found.trans, raw.trans @ AXES["Z"].T, atol=1e-6)


def test_a_file_that_somebody_has_turned_is_told_by_its_spine(tmp_path):
    poses = made.poses_at(np.arange(90) / 30, 0, 156)
    poses[:, :3] = 0
    trans = np.tile([0.0, 1.15, 0.0], (90, 1))
    found = read(made.write(tmp_path / "a.npz", 90, 30.0, poses=poses, trans=trans, dmpls=None))
    np.testing.assert_allclose(found.turns[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(found.trans, trans, atol=1e-6)


@pytest.mark.parametrize(("fps", "stride"), [(59.94, 2), (100.0, 3), (120.0, 4), (250.0, 8)])
def test_the_released_code_takes_every_nth_frame(tmp_path, fps, stride):
    path = made.write(tmp_path / "a.npz", 400, fps)
    found = read(path, legacy=True)
    with np.load(path) as data:
        given = data["poses"].reshape(400, -1, 3)[::stride][:, [*range(23), 37]]
    np.testing.assert_array_equal(found.turns, given.astype(np.float32))


@pytest.mark.parametrize("fps", [10.0, 24.0, 40.0])
def test_the_released_code_skips_rates_more_than_5_off_30(tmp_path, fps):
    path = made.write(tmp_path / "a.npz", 400, fps)
    with pytest.raises(Skipped, match="rate far from 30"):
        read(path, legacy=True)
    assert read(path).fps == 30


WRONG = {
    "no poses": ({"poses": None}, "no poses"),
    "no trans": ({"trans": None}, "no trans"),
    "no rate": ({"mocap_framerate": None}, "frames per second"),
    "rate 0": ({"mocap_framerate": np.array(0.0)}, "positive number of frames"),
    "another width": ({"poses": np.zeros((300, 150))}, "156 of SMPL-H"),
    "not finite": ({"poses": np.full((300, 156), np.nan)}, "not finite"),
    "other frames": ({"trans": np.zeros((7, 3))}, "7 frames"),
    "no frames": ({"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))}, "no frames"),
    "degrees": ({"poses": np.full((300, 156), 40.0)}, "degrees"),
    "pickled": ({"poses": np.array([{"a": 1}], object)}, "pickled"),
}


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_left_out_with_the_reason(tmp_path, name, legacy):
    other, why = WRONG[name]
    path = made.write(tmp_path / "a.npz", **other)
    with pytest.raises(Skipped, match=why) as caught:
        read(path, legacy)
    assert caught.value.kind == "not a motion"


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"PK\x03\x04 cut off"])
def test_a_damaged_file(tmp_path, rubbish):
    (tmp_path / "a.npz").write_bytes(rubbish)
    with pytest.raises(Skipped) as caught:
        read(tmp_path / "a.npz")
    assert caught.value.kind == "damaged"


def test_betas_and_gender_that_are_odd_do_not_matter(tmp_path):
    path = made.write(tmp_path / "a.npz", betas=np.array(["x"]), gender=np.array(b"male"))
    found = read(path)
    assert not found.betas.any() and found.gender == "male"
    assert read(made.write(tmp_path / "b.npz", betas=None, gender=None)).gender == "neutral"


def test_files_of_shapes_are_no_motions(tmp_path):
    for name in ("shape.npz", "female_stagei.npz", "a_poses.npz", "B_STAGEII.npz"):
        made.write(tmp_path / "KIT" / "1" / name, 5)
    assert [path.name for path in motion_files(tmp_path)] == ["B_STAGEII.npz", "a_poses.npz"]
    with pytest.raises(UserError, match=r"no \.npz file"):
        motion_files(tmp_path / "nothing")


def test_a_recording_has_one_key_in_all_releases():
    key = key_of(["KIT", "KIT", "348", "turn right01_poses.npz"])
    assert key == key_of(["AMASS", "KIT", "348", "turn_right01_stageii.npz"])
    assert key_of(["BMLrub", "rub001", "0001_stageii.npz"]) == key_of(
        ["BMLrub", "BioMotionLab_NTroje", "rub001", "0001_poses.npz"]
    )
    assert key_of(["a.npz"]) is None and key_of(["", "b", "c.npz"]) is None
    assert data_set("HDM05") == "MPI_HDM05" and data_set("DanceDB") == "DanceDB"
    assert sorted(SPLIT.values()) == ["test"] * 2 + ["train"] * 9 + ["val"] * 4
