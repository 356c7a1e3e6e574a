"""Both engines hold together: what numpy computes is what torch computes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.layers import gelu
from motionclip_blender.core.inference.network import Decoder, Encoder, from_steps, to_steps
from motionclip_blender.core.inference.tensors import TensorError, Weights, read_tensors
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import Weights as SavedWeights
from motionclip_blender.core.model.weights import network_from, save_weights
from motionclip_blender.core.network_size import NetworkSize
from motionclip_blender.core.recipe.make import generate
from tests.synthetic import angle_between

PUBLISHED = NetworkSize(rows=25, width=64, layers=3, heads=4, feed_forward=96, latent=64, dropout=0.0)
SIZES = {
    "as published": PUBLISHED,
    "of one prefix token": replace(PUBLISHED, prefix_tokens=1),
    "narrower than CLIP": replace(PUBLISHED, width=32, heads=2),
    "pre-norm": replace(PUBLISHED, pre_norm=True, position_base=150.0),
    "as the default pack": replace(
        PUBLISHED, rows=23, width=32, pre_norm=True, cosines=12, reader_width=48, integrates_translation=True
    ),
}


@pytest.fixture(params=SIZES)
def networks(request: pytest.FixtureRequest) -> tuple[MotionCLIP, Encoder, Decoder]:
    torch.manual_seed(0)
    network = MotionCLIP(SIZES[request.param]).eval()
    for parameter in network.parameters():
        if parameter.std() < 1e-6:  # norms, biases and what starts silent
            torch.nn.init.normal_(parameter, mean=parameter.mean().item(), std=0.1)
    weights = Weights({name: tensor.numpy() for name, tensor in network.state_dict().items()})
    return network, Encoder(weights.within("encoder"), network.size), Decoder(weights.within("decoder"), network.size)


@pytest.mark.parametrize("frames", [1, 2, 7, 60, 120])
def test_the_networks_are_the_same(networks: tuple[MotionCLIP, Encoder, Decoder], frames: int):
    network, encoder, decoder = networks
    random = np.random.default_rng(frames)
    latents = random.normal(size=(3, 64)).astype(np.float32)
    poses = network.decode_batch(latents, frames)
    assert np.abs(decoder(latents, frames) - poses).max() < 1e-5 * max(1.0, np.abs(poses).max())
    if frames > 1:
        expected = network.encode_batch(poses)
        assert np.abs(encoder(poses) - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("small", [False, True])
def test_a_written_network_is_read_alike_by_both(
    networks: tuple[MotionCLIP, Encoder, Decoder], small: bool, tmp_path: Path
):
    network, *_ = networks
    save_weights(SavedWeights(network), tmp_path / "weights.safetensors", small)
    arrays = read_tensors(tmp_path / "weights.safetensors")
    decoder, in_torch = Decoder(Weights(arrays).within("decoder"), network.size), network_from(network.size, arrays)
    latents = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)
    poses, before = in_torch.decode_batch(latents, 20), network.decode_batch(latents, 20)
    assert np.abs(decoder(latents, 20) - poses).max() < 1e-5 * max(1.0, np.abs(poses).max())
    assert np.abs(poses - before).max() < (0.05 if small else 0.01) * np.abs(before).max()


def test_nothing_that_is_given_is_changed(networks: tuple[MotionCLIP, Encoder, Decoder]):
    _, encoder, decoder = networks
    latents = np.random.default_rng(0).normal(size=(2, 64)).astype(np.float32)
    first = decoder(latents, 20)
    kept, told = first.copy(), latents.copy()
    once, again = encoder(first), encoder(first)
    assert np.array_equal(first, kept) and np.array_equal(latents, told) and np.array_equal(once, again)
    assert np.array_equal(decoder(latents, 20), kept)


def test_weights_of_another_size_are_refused(networks: tuple[MotionCLIP, Encoder, Decoder]):
    network = networks[0]
    weights = Weights({name: tensor.numpy() for name, tensor in network.state_dict().items()})
    with pytest.raises(TensorError, match="layers.3"):
        Decoder(weights.within("decoder"), replace(network.size, layers=4))
    with pytest.raises(TensorError, match="not"):
        Encoder(weights.within("encoder"), replace(network.size, rows=7))


def test_gelu_is_torch_s():
    x = np.concatenate((np.linspace(-12, 12, 100_001), [-1e30, 0.0, 1e30])).astype(np.float32)
    expected = torch.nn.functional.gelu(torch.from_numpy(x.astype(np.float64))).numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        found = gelu(x.copy())
    assert np.abs(found[:-3] - expected[:-3]).max() < 1e-6 and found[-2] == 0 and found[-1] == np.float32(1e30)


def test_steps_and_way_are_each_other_s_inverse():
    poses = np.random.default_rng(0).normal(size=(2, 9, 3, 6)).astype(np.float32)
    poses[:, :, -1, 3:] = 0
    poses[:, :, -1] -= poses[:, :1, -1].copy()
    np.testing.assert_allclose(from_steps(to_steps(poses)), poses, atol=1e-5)


@pytest.mark.slow
def test_both_engines_make_the_same_motions_of_all_wordings(engine: Engine, open_body: Body):
    """Latents within 1e-4 of their length, rotations within 1e-4 radians, and the same known wording answers."""
    from training.data.wordings import wordings

    texts = sorted(wordings())
    other = Engine(body=open_body, compute="cpu")
    ours, theirs = engine.encode_texts(texts), other.encode_texts(texts)
    assert other.computes_by == "PyTorch (cpu)" and engine.computes_by == "numpy"
    away = np.linalg.norm(ours - theirs, axis=1) / np.linalg.norm(theirs, axis=1)
    assert away.max() < 1e-4
    found, expected = engine._ready().retrieval.recall(ours), other._ready().retrieval.recall(theirs)
    same = np.linalg.norm(found - expected, axis=1) < 1e-3 * np.linalg.norm(expected, axis=1)
    assert same.mean() >= 0.998
    for start in range(0, len(texts), 400):
        latents = expected[start : start + 8]
        pairs = zip(motions_of(engine, latents, 60), motions_of(other, latents, 60), strict=True)
        for one, another in pairs:
            assert angle_between(one.rotations, another.rotations).max() < 1e-3
        raw, wanted = engine._networks.decode(latents, 60), other._networks.decode(latents, 60)
        assert np.abs(raw - wanted).max() < 1e-4
    motion = generate(engine, "a person walks", 90)
    one, another = engine.encode(motion), other.encode(motion)
    assert np.linalg.norm(one - another) < 1e-4 * np.linalg.norm(another)
    assert (normalised(one) @ normalised(another)) > 0.9999


def test_a_device_that_is_not_there_is_said(open_body: Body):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(UserError, match="no cuda device; set Compute to automatic"):
        Engine(body=open_body, compute="cuda").load()
    with pytest.raises(UserError, match="no way to compute called 'tpu'"):
        Engine(body=open_body, compute="tpu")


@pytest.mark.parametrize("error", [ImportError("x"), OSError("a DLL did not load"), RuntimeError("operator exists")])
def test_a_torch_that_does_not_load_is_said(open_body: Body, monkeypatch: pytest.MonkeyPatch, error: Exception):
    import builtins
    import sys

    importer = builtins.__import__

    def refuse(name: str, *arguments: object, **more: object) -> object:
        if name == "torch" or name.startswith("model.networks"):
            raise error
        return importer(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for name in [name for name in sys.modules if name.startswith("motionclip_blender.core.model")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UserError, match="PyTorch cannot be used here"):
        Engine(body=open_body, compute="cpu").load()
