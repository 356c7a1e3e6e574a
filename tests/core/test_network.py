"""The auto-encoder: shapes, masks, positions, and where it departs from torch's own layers in nothing but speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.model.network import (  # noqa: E402
    Memory,
    MotionCLIP,
    NetworkSize,
    SelfAttention,
    cosines,
    positions,
)

SIZE = NetworkSize(rows=5, width=32, layers=2, heads=4, feed_forward=48, latent=24, dropout=0.0)


@pytest.fixture(params=["as published", "as the default pack"])
def network(request: pytest.FixtureRequest) -> MotionCLIP:
    torch.manual_seed(0)
    ours = {"pre_norm": True, "memory_tokens": 5, "memory_width": 8, "position_base": 150.0}
    return MotionCLIP(replace(SIZE, **ours) if "default" in request.param else SIZE).eval()


def test_motions_become_latents_and_latents_motions(network: MotionCLIP):
    latents = network.encoder(torch.randn(3, 17, 5, 6))
    assert latents.shape == (3, 24)
    assert network.decoder(latents, 40).shape == (3, 40, 5, 6)


def test_padding_changes_nothing(network: MotionCLIP):
    poses = torch.randn(2, 10, 5, 6)
    padded = torch.cat((poses, torch.randn(2, 7, 5, 6)), dim=1)
    valid = torch.arange(17).expand(2, -1) < 10
    torch.testing.assert_close(network.encoder(padded, valid), network.encoder(poses))
    latents = torch.randn(2, 24)
    torch.testing.assert_close(network.decoder(latents, 17, valid)[:, :10], network.decoder(latents, 10))


def test_attention_equals_torchs():
    torch.manual_seed(0)
    ours = SelfAttention(SIZE)
    theirs = torch.nn.MultiheadAttention(32, 4, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.qkv.weight.data, ours.qkv.bias.data
    theirs.out_proj.load_state_dict(ours.out.state_dict())
    x = torch.randn(2, 9, 32)
    torch.testing.assert_close(ours(x, None), theirs(x, x, x, need_weights=False)[0])


def test_attention_to_one_memory_token_is_a_linear_map():
    """What lets the decoder add a linear map of the latent where the paper attends to it."""
    torch.manual_seed(0)
    attention = torch.nn.MultiheadAttention(32, 4, batch_first=True)
    memory = torch.randn(2, 1, 32)
    attended = attention(torch.randn(2, 9, 32), memory, memory)[0]
    value = attention.in_proj_weight[64:], attention.in_proj_bias[64:]
    linear = attention.out_proj(torch.nn.functional.linear(memory, *value))
    torch.testing.assert_close(attended, linear.expand(-1, 9, -1))


def test_every_frame_reads_the_same_of_one_memory_token_and_its_own_of_many():
    torch.manual_seed(0)
    latents = torch.randn(2, 24)
    assert Memory(SIZE)(latents, 9).shape == (2, 1, 32)
    read = Memory(replace(SIZE, memory_tokens=5, memory_width=8))(latents, 9)
    assert read.shape == (2, 9, 32) and (read[:, 0] - read[:, 8]).abs().max() > 1e-3


def test_a_frame_reads_the_same_whatever_the_length():
    """A motion asked for at half the length is its first half as far as the memory goes."""
    assert torch.equal(cosines(120, 40, 120)[:60], cosines(60, 40, 120))
    table = cosines(120, 40, 120)
    torch.testing.assert_close(table.T @ table, torch.diag((table**2).sum(0)), atol=1e-3, rtol=0)


def test_positions_are_sines_on_even_and_cosines_on_odd_channels():
    table = positions(50, 8).numpy()
    for channel in range(0, 8, 2):
        rate = 10000 ** (-channel / 8)
        np.testing.assert_allclose(table[:, channel], np.sin(np.arange(50) * rate), atol=1e-4)
        np.testing.assert_allclose(table[:, channel + 1], np.cos(np.arange(50) * rate), atol=1e-4)


def test_an_integrated_path_starts_at_the_origin():
    torch.manual_seed(0)
    size = NetworkSize(rows=3, width=16, layers=1, heads=2, feed_forward=16, latent=8, integrates_translation=True)
    path = MotionCLIP(size).eval().decoder(torch.randn(2, 8), 12)[:, :, -1]
    assert not path[:, 0].any() and not path[:, :, 3:].any()
    assert path[:, 1:, :3].abs().sum() > 0
