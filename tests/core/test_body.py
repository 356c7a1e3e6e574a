"""`Body`: the open one and a licensed file; shape, skin, floor; nothing in a file is ever run."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from motionclip_blender.core.body import OPEN_BODY, Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.origin import RISE, to_trans
from motionclip_blender.core.skeleton import INDEX, PARENTS
from tests.synthetic import random_motion, synthetic_arrays


class Touch:
    """Unpickling this makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture(scope="module")
def licensed(tmp_path_factory):
    """A file of the size and form of SMPLX_NEUTRAL.npz 1.1, with a pickled entry, and the mark that this makes."""
    folder = tmp_path_factory.mktemp("licensed")
    rng = np.random.default_rng(3)
    np.savez(
        folder / "SMPLX_NEUTRAL.npz",
        **synthetic_arrays(10475, 20908, shapes=400, posed=True),
        hands_componentsl=np.eye(45),
        hands_componentsr=np.eye(45),
        lmk_faces_idx=rng.integers(0, 20908, 51),
        lmk_bary_coords=rng.dirichlet((1, 1, 1), 51),
        part2num=np.array({"run": Touch(folder / "mark")}, object),
    )
    return folder / "SMPLX_NEUTRAL.npz", folder / "mark"


def standing(frames: int = 60) -> Motion:
    rest = np.tile(np.array([1.0, 0, 0, 0]), (frames, 55, 1))
    return Motion(rest, np.zeros((frames, 3)))


def through_smplx(model, motion: Motion, betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and joints as the `smplx` package has them."""
    import torch

    poses = torch.from_numpy(motion.axis_angle().astype(np.float32))
    with torch.no_grad():
        out = model(
            betas=torch.from_numpy(betas).expand(len(motion), -1),
            global_orient=poses[:, :3], body_pose=poses[:, 3:66], jaw_pose=poses[:, 66:69],
            leye_pose=poses[:, 69:72], reye_pose=poses[:, 72:75],
            left_hand_pose=poses[:, 75:120], right_hand_pose=poses[:, 120:],
            transl=torch.from_numpy(to_trans(motion.translation).astype(np.float32)),
        )  # fmt: skip
    return out.vertices.numpy(), out.joints[:, :55].numpy()


# --- loading


def test_the_open_body_is_there_and_free(open_body):
    assert open_body.path == OPEN_BODY
    assert "CC0" in open_body.licence and open_body.origin
    assert len(open_body.shape_names) == 10 and open_body.shape_dirs.shape[2] == 10
    assert open_body.face_zone.max() < len(open_body.zone_names) == len(open_body.zone_colours)
    assert open_body.weights.sum(axis=1) == pytest.approx(np.ones(len(open_body.template)), abs=1e-5)
    assert 1.5 < np.ptp(open_body.template[:, 1]) < 2.0
    assert 0.6 < open_body.leg_length < 1.0
    assert open_body.relaxed_hands.shape == (30, 3) and open_body.relaxed_hands.any()


def test_the_open_body_has_no_pose_correctives(open_body):
    # Body.load() takes this for granted
    with np.load(OPEN_BODY, allow_pickle=False) as data:
        assert not data["posedirs"].any()
    assert Body.load(OPEN_BODY).pose_dirs is None


def test_a_body_cannot_be_changed(small_body):
    with pytest.raises(ValueError, match="read-only"):
        small_body.template[0] = 0
    with pytest.raises(FrozenInstanceError):
        small_body.template = None


def test_a_licensed_file_loads_and_runs_nothing(licensed):
    path, mark = licensed
    body = Body.load(path)
    assert body.template.shape == (10475, 3) and body.faces.shape == (20908, 3)
    assert body.shape_dirs.shape[2] == 300 and body.expression_dirs.shape[2] == 100
    assert body.pose_dirs.shape == (10475, 3, 486)
    assert body.face_zone is None and body.licence == ""
    assert not mark.exists()


@pytest.mark.parametrize(("rests_at", "lifted"), [(-0.351, True), (-0.38, True), (0.0, True), (0.934, False)])
def test_a_body_is_lifted_from_the_origin_of_smplx_to_the_floor(tmp_path, rests_at, lifted):
    arrays = synthetic_arrays(660, 400)
    pelvis = (arrays["J_regressor"] @ arrays["v_template"])[0]
    arrays["v_template"] += np.array([0, rests_at - pelvis[1], 0], np.float32)
    np.savez(tmp_path / "a.npz", **arrays)
    height = rests_at + (
        RISE if lifted else 0.0
    )  # one that stands on the floor already, as the open body of 0.3, stays
    assert Body.load(tmp_path / "a.npz").joints()[0, 1] == pytest.approx(height, abs=1e-5)


def test_the_pickled_entry_would_have_run(licensed):
    path, mark = licensed
    with np.load(path, allow_pickle=True) as data:
        data["part2num"].item()["run"].close()
    assert mark.exists()
    mark.unlink()


def test_the_licensed_body_moves_as_in_the_smplx_package(licensed):
    pytest.importorskip("smplx")
    from motionclip_blender.core.model.smplx_body import smplx_model

    path, mark = licensed
    body, motion = Body.load(path), random_motion(6)
    betas = np.linspace(-2, 2, 10, dtype=np.float32)
    model = smplx_model(body, batch_size=6)
    vertices, joints = through_smplx(model, motion, betas)
    assert not mark.exists()
    assert np.abs(body.posed_vertices(motion, betas) - vertices).max() < 1e-4
    assert np.abs(body.posed_joints(motion, betas) - joints).max() < 1e-4


def test_the_open_body_moves_as_in_the_smplx_package(open_body, capsys):
    pytest.importorskip("smplx")
    from motionclip_blender.core.model.smplx_body import smplx_model

    motion, betas = random_motion(6), np.array([1, -1, 0.5, 0, 0, 2, 0, 0, 0, -2], np.float32)
    vertices, joints = through_smplx(smplx_model(open_body, batch_size=6), motion, betas)
    assert np.abs(open_body.posed_vertices(motion, betas) - vertices).max() < 1e-4
    assert np.abs(open_body.posed_joints(motion, betas) - joints).max() < 1e-4
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"J_regressor": None}, "has no J_regressor"),
        ({"v_template": None, "f": None}, "has no v_template, f"),
        ({"v_template": np.zeros((0, 3))}, "empty"),
        ({"weights": np.zeros((660, 24))}, r"weights has shape \(660, 24\) instead of \(660, 55\)"),  # SMPL
        ({"posedirs": np.zeros((660, 3, 207))}, "posedirs has shape"),
        ({"shapedirs": np.zeros(660)}, "shapedirs has shape"),
        ({"v_template": np.full((660, 3), np.nan)}, "finite numbers in v_template"),
        ({"f": np.full((400, 3), 660)}, "vertices that do not exist"),
        ({"kintree_table": np.zeros((2, 55), int)}, "hang together"),
        ({"weights": np.full((660, 55), "a")}, "finite numbers in weights"),
    ],
)
def test_files_of_other_bodies_are_refused_in_a_sentence(tmp_path, changes, message):
    arrays = synthetic_arrays(660, 400) | changes
    np.savez(tmp_path / "other.npz", **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(UserError, match=message):
        Body.load(tmp_path / "other.npz")


def test_files_that_are_no_bodies_are_refused_in_a_sentence(tmp_path, small_body):
    whole = small_body.path.read_bytes()
    files = {
        "empty.npz": b"",
        "text.npz": b"v_template",
        "cut.npz": whole[: len(whole) // 2],
        "SMPL_NEUTRAL.pkl": pickle.dumps({"v_template": Touch(tmp_path / "mark")}),
        "rotten.npz": whole[:2000] + bytes(4000) + whole[6000:],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=name):
            Body.load(tmp_path / name)
    np.save(tmp_path / "one.npy", np.zeros(3))
    for path in (tmp_path / "one.npy", tmp_path / "none.npz", tmp_path):
        with pytest.raises(UserError):
            Body.load(path)
    assert not (tmp_path / "mark").exists()


def test_a_needed_entry_that_is_pickled_counts_as_missing(tmp_path):
    arrays = synthetic_arrays(660, 400)
    np.savez(tmp_path / "a.npz", **arrays | {"v_template": np.array([Touch(tmp_path / "mark")], object)})
    with pytest.raises(UserError, match="has no v_template"):
        Body.load(tmp_path / "a.npz")
    assert not (tmp_path / "mark").exists()


def test_pickled_parents_of_the_sparse_kind_do_not_break_the_rest(tmp_path):
    np.savez(tmp_path / "a.npz", **synthetic_arrays(660, 400), joint2num=np.array({"pelvis": 0}, object))
    assert Body.load(tmp_path / "a.npz").template.shape == (660, 3)


# --- shape


def test_betas_move_vertices_and_joints(small_body):
    betas = np.array([1.0, -2.0])
    moved = small_body.shape_dirs[:, :, 0] - 2 * small_body.shape_dirs[:, :, 1]
    assert small_body.vertices(betas) == pytest.approx(small_body.template + moved, abs=1e-6)
    assert small_body.joints(betas) == pytest.approx(small_body.joints() + small_body.regressor @ moved, abs=1e-6)


def test_betas_the_body_does_not_know_are_refused(small_body):
    assert small_body.vertices(np.zeros(16)) == pytest.approx(small_body.template)  # as AMASS files have them
    with pytest.raises(UserError, match="10 shape parameters, not 16"):
        small_body.vertices(np.ones(16))
    with pytest.raises(UserError, match="finite"):
        small_body.vertices(np.array([np.nan]))


# --- movement


def test_at_rest_nothing_moves(small_body):
    assert small_body.posed_joints(standing(2))[1] == pytest.approx(small_body.joints(), abs=1e-6)
    assert small_body.posed_vertices(standing(2))[1] == pytest.approx(small_body.template, abs=1e-6)


def test_bones_keep_their_lengths(small_body):
    joints = small_body.posed_joints(random_motion(40))
    lengths = np.linalg.norm(joints[:, 1:] - joints[:, PARENTS[1:]], axis=2)
    assert lengths == pytest.approx(np.broadcast_to(lengths[0], lengths.shape), abs=1e-5)


def test_a_raised_arm_points_up(small_body):
    poses = np.zeros((1, 165))
    poses[0, 3 * INDEX["left_shoulder"] + 2] = np.pi / 2
    joints = small_body.posed_joints(Motion.from_axis_angle(poses, np.zeros((1, 3))))[0]
    shoulder, wrist = joints[INDEX["left_shoulder"]], joints[INDEX["left_wrist"]]
    assert wrist[1] - shoulder[1] > 0.4 and abs(wrist[0] - shoulder[0]) < 0.05


def test_the_translation_carries_the_whole_body(small_body):
    motion = random_motion(5)
    assert small_body.posed_vertices(motion.moved([1, 2, 3])) == pytest.approx(
        small_body.posed_vertices(motion) + np.array([1, 2, 3]), abs=1e-5
    )


def test_chosen_vertices_are_those_of_all(small_body):
    motion, ids = random_motion(100), np.array([5, 77, 2])  # more frames than are skinned at a time
    chosen = small_body.posed_vertices(motion, [0.5], ids)
    assert chosen == pytest.approx(small_body.posed_vertices(motion, [0.5])[:, ids], abs=1e-6)


# --- the floor


def lowest(body: Body, motion: Motion) -> np.ndarray:
    return body.posed_vertices(motion)[:, :, 1].min(axis=1)


def test_contacts_find_the_lowest_point_of_any_pose(open_body):
    assert 150 <= len(open_body.contacts) <= 300
    tumbling = random_motion(60, size=0.2)
    turned = Motion(np.concatenate((random_motion(60).rotations[:, :1], tumbling.rotations[:, 1:]), axis=1),
                    tumbling.translation)  # fmt: skip
    watched = open_body.posed_vertices(turned, ids=open_body.contacts)[:, :, 1].min(axis=1)
    assert np.abs(watched - lowest(open_body, turned)).max() < 0.01


@pytest.mark.parametrize("height", [-0.4, 0.0, 1.3])
def test_a_standing_body_is_put_on_the_floor(open_body, height):
    on_floor = open_body.on_floor(standing().moved([0.3, height, 0.1]))
    assert lowest(open_body, on_floor) == pytest.approx(np.zeros(60), abs=0.002)
    assert on_floor.translation[:, [0, 2]] == pytest.approx(np.tile([0.3, 0.1], (60, 1)))


def test_shape_counts_for_the_floor(open_body):
    tall = np.array([2.0])
    on_floor = open_body.on_floor(standing(), tall)
    assert open_body.posed_vertices(on_floor, tall)[:, :, 1].min() == pytest.approx(0, abs=0.003)


def test_a_jump_stays_a_jump(open_body):
    height = np.zeros((60, 3))
    height[20:50, 1] = np.sin(np.linspace(0, np.pi, 30)) * 0.5
    jump = Motion(standing().rotations, height)
    on_floor = open_body.on_floor(jump.moved([0, 0.2, 0]))
    assert lowest(open_body, on_floor) == pytest.approx(height[:, 1], abs=0.01)


def test_one_bad_frame_does_not_lift_the_motion(open_body):
    height = np.zeros((60, 3))
    height[30, 1] = -0.3
    on_floor = open_body.on_floor(Motion(standing().rotations, height))
    assert lowest(open_body, on_floor)[0] == pytest.approx(0, abs=0.005)


def test_a_body_that_lies_touches_the_floor_with_its_back(open_body):
    poses = np.zeros((10, 165))
    poses[:, 0] = -np.pi / 2
    on_floor = open_body.on_floor(Motion.from_axis_angle(poses, np.zeros((10, 3))))
    assert lowest(open_body, on_floor) == pytest.approx(np.zeros(10), abs=0.01)
