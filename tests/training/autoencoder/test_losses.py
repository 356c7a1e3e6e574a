"""The losses of training, and the differentiable body of the vertex term."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import BODY_JOINTS
from tests.synthetic import random_motion
from training.autoencoder.body_loss import SparseBody, spread
from training.autoencoder.loss_weights import LossWeights
from training.autoencoder.losses import alignment, contrast, length, naming, reconstruction


def test_the_differentiable_body_is_the_body(open_body):
    motion = random_motion(4)
    rotations = motion.rotations.copy()
    rotations[:, len(BODY_JOINTS) :] = (1, 0, 0, 0)
    motion = replace(motion, rotations=rotations, translation=motion.translation - motion.translation[0])
    vertices = SparseBody(open_body, BODY_JOINTS, vertices=40)(
        torch.from_numpy(to_pose_tensor(motion, PoseFormat(BODY_JOINTS)))
    )
    expected = open_body.posed_vertices(motion, ids=spread(open_body.vertices(), 40))
    np.testing.assert_allclose(vertices.numpy(), expected, atol=1e-4)


def test_the_losses_are_zero_for_the_truth_and_lead_to_it(open_body):
    body = SparseBody(open_body, BODY_JOINTS, vertices=30)
    real = torch.from_numpy(np.stack([to_pose_tensor(random_motion(8), PoseFormat(BODY_JOINTS)) for _ in range(2)]))
    assert all(v.item() < 1e-9 for v in reconstruction(real, real, body, LossWeights()).values())
    made = (real + 0.1 * torch.randn_like(real)).requires_grad_()
    terms = reconstruction(made, real, body, LossWeights())
    assert all(v.item() > 0 for v in terms.values())
    sum(terms.values()).backward()
    nearer = made.detach() - 1e-4 * made.grad / made.grad.abs().max()
    assert sum(reconstruction(nearer, real, body, LossWeights()).values()) < sum(terms.values())


def test_alignment_is_one_minus_the_cosine():
    a = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert float(alignment(a, a * 7)) == pytest.approx(0)
    assert float(alignment(a, a.flip(0))) == pytest.approx(1)


def test_the_contrast_tells_a_caption_from_others_but_not_from_those_of_its_action():
    latents = torch.eye(3)
    right = contrast(latents, latents, torch.eye(3, dtype=torch.bool))
    wrong = contrast(latents, latents.roll(1, 0), torch.eye(3, dtype=torch.bool))
    alike = contrast(latents, latents.roll(1, 0), torch.ones(3, 3, dtype=torch.bool))
    assert right < 0.01 < wrong and float(alike) == pytest.approx(0)


def test_naming_is_small_for_latents_at_their_own_name():
    names = torch.eye(4)
    own, other = (naming(names * 3, names, torch.arange(4).roll(by)) for by in (0, 1))
    assert own < 1e-3 < 10 < other


def test_the_vertices_of_some_frames_stand_for_all(open_body):
    body = SparseBody(open_body, BODY_JOINTS, vertices=30)
    real = torch.from_numpy(np.stack([to_pose_tensor(random_motion(40), PoseFormat(BODY_JOINTS)) for _ in range(2)]))
    made = real + 0.1 * torch.randn_like(real)
    full = reconstruction(made, real, body, LossWeights())["vertices"]
    parts = [reconstruction(made, real, body, LossWeights(), torch.arange(i, 40, 8))["vertices"] for i in range(8)]
    torch.testing.assert_close(torch.stack(parts).mean(), full)


def test_length_is_zero_for_latents_as_long_as_their_captions():
    a = torch.randn(4, 8)
    assert float(length(a, a.roll(1, 1))) == pytest.approx(0, abs=1e-9)
    assert float(length(a * np.e, a)) == pytest.approx(1, abs=1e-5)
