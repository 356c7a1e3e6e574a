"""The linear part of the auto-encoder: cosines over time, and the reader."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.inference import linear_part
from motionclip_blender.core.model.linear import LatentAdapter, LinearDecoder, LinearEncoder, Tables


def cosines(*sizes: int) -> torch.Tensor:
    return torch.from_numpy(linear_part.cosines(*sizes).copy())


def fitting(*sizes: int) -> torch.Tensor:
    return torch.from_numpy(linear_part.fitting(*sizes).copy())


def test_a_motion_of_half_the_length_is_its_first_half():
    assert torch.equal(cosines(120, 24, 120)[:60], cosines(60, 24, 120))
    table = cosines(120, 24, 120)
    torch.testing.assert_close(table.T @ table, torch.diag((table**2).sum(0)), atol=1e-3, rtol=0)


@pytest.mark.parametrize("frames", [20, 60, 120])
def test_what_is_smooth_is_kept_at_any_length(frames: int):
    at = torch.arange(frames) / 30
    smooth = torch.stack((torch.sin(3 * at), at * 0.5, torch.full_like(at, 2.0)), dim=1)
    kept = cosines(frames, 24, 120) @ (fitting(frames, 24, 120) @ smooth)
    assert (kept - smooth).square().mean().sqrt() < 0.02  # most of it at the ends


def test_a_fit_does_not_swing_beyond_its_window():
    """Of 30 frames there is no telling what comes after; it must not be a hundred times as much."""
    line = torch.linspace(0, 1, 30)[:, None]
    beyond = cosines(120, 24, 120) @ (fitting(30, 24, 120) @ line)
    assert beyond.abs().max() < 3


def test_encoder_and_decoder_are_linear():
    torch.manual_seed(0)
    tables = Tables(6, 120)
    encoder, decoder = LinearEncoder(4, 8, tables), LinearDecoder(4, 8, tables)
    a, b = torch.randn(2, 1, 25, 4)
    zero = encoder(torch.zeros_like(a))
    torch.testing.assert_close(encoder(a + b) - zero, encoder(a) + encoder(b) - 2 * zero, atol=1e-4, rtol=1e-4)
    motion = decoder(encoder(a), 40)
    assert motion.shape == (1, 40, 4) and torch.equal(motion[:, :30], decoder(encoder(a), 30))


def test_the_reader_begins_as_the_identity_and_can_learn_another():
    torch.manual_seed(0)
    reader, latents = LatentAdapter(8, 16, 2), torch.randn(5, 8)
    assert torch.equal(reader(latents), latents)
    reader(latents).square().sum().backward()
    assert reader.out.weight.grad.abs().sum() > 0 and reader.whiten.weight.grad is None
