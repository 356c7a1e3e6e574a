"""Windows as other skeletons would tell them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.pose_tensor import from_pose_tensor, to_pose_tensor
from motionclip_blender.core.skeleton import BODY_JOINTS
from tests.synthetic import random_motion
from tests.training.autoencoder.small_run import TINY, a_run
from training.autoencoder.foreign import Foreign, _matrices, _partly
from training.autoencoder.material import SpanMaterial

PLAIN = replace(TINY, foreign=1.0, foreign_rest=0.0, foreign_merged=0.0, foreign_travel=1.0, foreign_tremble=0.0)


@pytest.fixture(scope="module")
def poses() -> torch.Tensor:
    motions = [random_motion(24, seed=seed) for seed in range(12)]
    return torch.from_numpy(np.stack([to_pose_tensor(motion, PoseFormat(BODY_JOINTS)) for motion in motions]))


def changed(poses, config, seed=0) -> torch.Tensor:
    return Foreign(config).changed(poses, torch.Generator().manual_seed(seed))


def placed(body: Body, poses: torch.Tensor) -> np.ndarray:
    """Returns the joints (n, T, 22, 3) relative to the pelvis, in the pelvis' own axes of the first frame."""
    joints = []
    for each in poses.numpy():
        motion = from_pose_tensor(each, PoseFormat(BODY_JOINTS), 30.0)
        of_body = body.posed_joints(motion)[:, :22]
        joints.append((of_body - of_body[:, :1]) @ rot.quat_to_matrix(motion.rotations[0, 0].astype(np.float64)))
    return np.array(joints)


def test_rotation_vectors_become_matrices():
    vectors = np.random.default_rng(0).normal(size=(50, 3))
    vectors[:5] *= 1e-6
    expected = rot.quat_to_matrix(rot.axis_angle_to_quat(vectors))
    np.testing.assert_allclose(_matrices(torch.from_numpy(vectors).float()).numpy(), expected, atol=2e-6)


def test_a_share_of_a_rotation():
    vectors = np.random.default_rng(0).normal(size=(50, 3))
    shares = np.linspace(0, 1, 50)
    whole = torch.from_numpy(rot.quat_to_matrix(rot.axis_angle_to_quat(vectors))).float()
    expected = rot.quat_to_matrix(rot.axis_angle_to_quat(vectors * shares[:, None]))
    near = np.linalg.norm(vectors, axis=1) < 3.0
    made = _partly(whole, torch.from_numpy(shares).float()).numpy()
    np.testing.assert_allclose(made[near], expected[near], atol=1e-3)
    np.testing.assert_allclose(_partly(torch.eye(3)[None], torch.ones(1))[0], np.eye(3), atol=1e-6)


def test_all_stay_rotations_that_are_constant_changes_of_the_window(poses):
    out = changed(poses, replace(PLAIN, foreign_rest=10.0, foreign_merged=0.3))
    first, second = out[:, :, :-1, :3], out[:, :, :-1, 3:]
    assert (first.norm(dim=-1) - 1).abs().max() < 1e-4 and (first * second).sum(-1).abs().max() < 1e-4
    assert not torch.equal(out[0], out[1]) and out.shape == poses.shape


def test_without_any_difference_but_the_world_the_body_moves_as_before(poses, open_body):
    out = changed(poses, PLAIN)
    np.testing.assert_allclose(placed(open_body, out), placed(open_body, poses), atol=1e-4)
    way, real = (p[:, :, -1, :3].norm(dim=-1) for p in (out, poses))
    torch.testing.assert_close(way, real, rtol=1e-4, atol=1e-5)
    assert (out[:, 0, 0] - poses[:, 0, 0]).abs().max() > 0.02  # but turned a little


def test_joints_that_are_missing_leave_the_limbs_turned_as_they_were(poses, open_body):
    """Where a joint rests, the next one turns for it: hands, feet and head point where they pointed."""
    out = changed(poses, replace(PLAIN, foreign_merged=1.0))
    rest = torch.eye(3)[:2].flatten()
    at = {name: i for i, name in enumerate(BODY_JOINTS)}
    for name in ("neck", "left_wrist", "right_foot"):
        assert (out[:, :, at[name]] - rest).abs().max() < 1e-5
    joints, real = placed(open_body, out), placed(open_body, poses)
    for near, far in (("left_shoulder", "left_elbow"), ("right_knee", "right_ankle"), ("left_elbow", "left_wrist")):
        limbs, expected = (j[:, :, at[far]] - j[:, :, at[near]] for j in (joints, real))
        np.testing.assert_allclose(limbs, expected, atol=1e-4)
    assert np.abs(joints - real).max() > 0.01
    for side in ("left", "right"):  # one of both turns, or they share
        collar, shoulder = (out[:, :, at[f"{side}_{name}"]] for name in ("collar", "shoulder"))
        assert (collar - rest).abs().max() > 0.01 and (shoulder - rest).abs().max() > 0.01


def test_other_rest_poses_turn_limbs_by_about_so_much(poses, open_body):
    joints, real = placed(open_body, changed(poses, replace(PLAIN, foreign_rest=8.0))), placed(open_body, poses)
    at = {name: i for i, name in enumerate(BODY_JOINTS)}
    arm, own = (j[:, :, at["left_elbow"]] - j[:, :, at["left_shoulder"]] for j in (joints, real))
    cosine = (arm * own).sum(-1) / np.linalg.norm(arm, axis=-1) / np.linalg.norm(own, axis=-1)
    degrees = np.degrees(np.arccos(cosine.clip(-1, 1)))
    assert 2 < degrees.mean() < 20 and degrees.max() < 45


def test_both_sides_rest_mostly_alike():
    config = replace(PLAIN, foreign_rest=20.0)
    rests = Foreign(config)._rests(400, torch.Generator().manual_seed(0)).numpy()
    at = {name: i for i, name in enumerate(BODY_JOINTS)}
    vectors = rot.quat_to_axis_angle(rot.matrix_to_quat(rests.astype(np.float64)))
    left, right = vectors[:, at["left_shoulder"]], vectors[:, at["right_shoulder"]] * [1, -1, -1]
    assert np.corrcoef(left.ravel(), right.ravel())[0, 1] > 0.8


def test_a_share_of_the_windows_is_changed_and_the_same_again_for_the_same_numbers(poses):
    foreign = Foreign(replace(TINY, foreign=0.5))
    out = foreign(poses, np.random.default_rng(1))
    assert ((out != poses).flatten(1).any(dim=1)).sum() == 6
    assert torch.equal(out, foreign(poses, np.random.default_rng(1)))
    assert Foreign(TINY)(poses, np.random.default_rng(1)) is poses


def test_the_encoder_reads_what_is_changed_and_the_decoder_makes_what_was_recorded(
    samples, captions, tmp_path, open_body
):
    config = replace(TINY, foreign=1.0)
    plain, foreign = (
        SpanMaterial(samples, captions, c).batch(0, 20, np.random.default_rng(0), None) for c in (TINY, config)
    )
    assert plain.read is None and torch.equal(plain.motions, foreign.motions)
    assert not torch.equal(foreign.read, foreign.motions)
    run = a_run(tmp_path, config, samples, open_body, captions)
    seen = []
    run.network.encoder.register_forward_hook(lambda module, given, made: seen.append(given[0]))
    run.network.decoder.register_forward_hook(lambda module, given, made: seen.append(made))
    run._module(foreign, False)
    assert torch.equal(seen[0], foreign.read) and len(seen[1]) == len(foreign.motions) + len(foreign.prompted)


def test_other_joints_than_the_bodys_are_changed_too(poses):
    few = ("pelvis", "left_elbow", "jaw")
    out = Foreign(replace(TINY, joints=few, foreign=1.0)).changed(poses[:, :, [0, 1, 2, -1]], torch.Generator())
    assert torch.isfinite(out).all() and out.shape[2] == 4
