"""The auto-encoder: shapes, masks, positions, and where it departs from torch's own layers in nothing but speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.model.network import MotionCLIP, SelfAttention, from_steps, positions, to_steps
from motionclip_blender.core.network_size import NetworkSize

SIZE = NetworkSize(rows=5, width=32, layers=2, heads=4, feed_forward=48, latent=24, dropout=0.0)


@pytest.fixture(params=["as published", "as the default pack"])
def network(request: pytest.FixtureRequest) -> MotionCLIP:
    torch.manual_seed(0)
    ours = {"pre_norm": True, "position_base": 150.0, "cosines": 6, "reader_width": 16, "integrates_translation": True}
    return MotionCLIP(replace(SIZE, **ours) if "default" in request.param else SIZE).eval()


def test_motions_become_latents_and_latents_motions(network: MotionCLIP):
    latents = network.encoder(torch.randn(3, 17, 5, 6))
    assert latents.shape == (3, 24)
    assert network.decoder(latents, 40).shape == (3, 40, 5, 6)


def test_attention_equals_torchs():
    torch.manual_seed(0)
    ours = SelfAttention(SIZE)
    theirs = torch.nn.MultiheadAttention(32, 4, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.qkv.weight.data, ours.qkv.bias.data
    theirs.out_proj.load_state_dict(ours.out.state_dict())
    x = torch.randn(2, 9, 32)
    torch.testing.assert_close(ours(x), theirs(x, x, x, need_weights=False)[0])


def test_attention_to_one_memory_token_is_a_linear_map():
    """What lets the decoder add a linear map of the latent where the paper attends to it."""
    torch.manual_seed(0)
    attention = torch.nn.MultiheadAttention(32, 4, batch_first=True)
    memory = torch.randn(2, 1, 32)
    attended = attention(torch.randn(2, 9, 32), memory, memory)[0]
    value = attention.in_proj_weight[64:], attention.in_proj_bias[64:]
    linear = attention.out_proj(torch.nn.functional.linear(memory, *value))
    torch.testing.assert_close(attended, linear.expand(-1, 9, -1))


def test_the_transformers_add_nothing_to_the_linear_part_until_they_have_learned():
    torch.manual_seed(0)
    size = replace(SIZE, cosines=6, reader_width=16)
    network, poses = MotionCLIP(size).eval(), torch.randn(2, 20, 5, 6)
    latents = network.encoder(poses)
    assert torch.equal(latents, network.encoder(poses, refine=False))
    assert torch.equal(network.decoder(latents, 30), network.decoder(latents, 30, refine=False))
    for layer in (network.encoder.to_latent, network.decoder.to_pose):
        torch.nn.init.normal_(layer.weight)
    assert not torch.equal(latents, network.encoder(poses))
    assert not torch.equal(network.decoder(latents, 30), network.decoder(latents, 30, refine=False))


def test_positions_are_sines_on_even_and_cosines_on_odd_channels():
    table = positions(50, 8).numpy()
    for channel in range(0, 8, 2):
        rate = 10000 ** (-channel / 8)
        np.testing.assert_allclose(table[:, channel], np.sin(np.arange(50) * rate), atol=1e-4)
        np.testing.assert_allclose(table[:, channel + 1], np.cos(np.arange(50) * rate), atol=1e-4)


def test_steps_over_the_ground_are_the_way_and_the_way_is_steps():
    torch.manual_seed(0)
    poses = torch.randn(2, 12, 3, 6)
    poses[:, :, -1, 3:] = 0
    poses[:, :, -1] -= poses[:, :1, -1].clone()
    torch.testing.assert_close(from_steps(to_steps(poses)), poses, atol=1e-5, rtol=0)
    assert (from_steps(to_steps(poses) + 1)[:, -1, -1, 2] > poses[:, -1, -1, 2]).all()


def test_an_integrated_path_starts_at_the_origin():
    torch.manual_seed(0)
    size = NetworkSize(rows=3, width=16, layers=1, heads=2, feed_forward=16, latent=8, integrates_translation=True)
    path = MotionCLIP(size).eval().decoder(torch.randn(2, 8), 12)[:, :, -1]
    assert not path[:, 0].any() and not path[:, :, 3:].any()
    assert path[:, 1:, :3].abs().sum() > 0
