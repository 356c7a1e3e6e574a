"""The official network in both engines: what an independent implementation of torch's own modules computes."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.inference.network import Decoder, Encoder
from motionclip_blender.core.inference.official import as_ours, expected_shapes, found_network
from motionclip_blender.core.inference.tensors import TensorError, Weights
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import network_from
from motionclip_blender.core.network_size import NetworkSize, OfficialNetwork
from tests.official import Official

LENGTHS = [1, 2, 7, 30, 59, 60, 61, 100, 120]
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def official() -> Official:
    """Of the published size."""
    return Official(seed=1)


@pytest.fixture(scope="module")
def arrays(official: Official) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in official.state_dict().items()}


Engines = dict[str, tuple]


@pytest.fixture(scope="module")
def engines(arrays: dict[str, np.ndarray]) -> Engines:
    """Each engine's (encode, decode): of poses and lengths, of latents, frames and lengths."""
    ours, size = as_ours(arrays, OfficialNetwork(rows=25)), OfficialNetwork(rows=25).size
    weights = Weights(ours)
    network: MotionCLIP = network_from(size, ours)
    return {
        "numpy": (Encoder(weights.within("encoder"), size), Decoder(weights.within("decoder"), size)),
        "torch": (network.encode_batch, network.decode_batch),
    }


def there(lengths: list[int], frames: int) -> torch.Tensor:
    return torch.arange(frames) < torch.tensor(lengths)[:, None]


def test_the_checkpoint_is_as_large_as_the_published_one(official: Official, arrays: dict[str, np.ndarray]):
    assert len(arrays) == 249
    assert sum(parameter.numel() for parameter in official.parameters()) == 42_213_526
    shapes = {name: array.shape for name, array in arrays.items()}
    assert found_network(shapes) == OfficialNetwork(rows=25)
    assert expected_shapes(OfficialNetwork(rows=25)) == shapes
    assert OfficialNetwork(rows=25).size == NetworkSize(rows=25)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("frames", LENGTHS)
def test_latents_and_poses_are_the_independent_implementation_s(
    official: Official, engines: Engines, engine: str, frames: int
):
    encode, decode = engines[engine]
    rng = np.random.default_rng(frames)
    poses = rng.uniform(-1, 1, (2, frames, 25, 6)).astype(np.float32)
    latents = rng.normal(size=(2, 512)).astype(np.float32) * 0.4  # about as long as CLIP's, 10
    every = there([frames, frames], frames)
    found, expected = encode(poses), official.encoder(torch.from_numpy(poses), every).numpy()
    assert np.abs(found - expected).max() < TOLERANCE and np.abs(expected).max() > 1
    found, expected = decode(latents, frames), official.decoder(torch.from_numpy(latents), every).numpy()
    assert np.abs(found - expected).max() < TOLERANCE and np.abs(expected).max() > 0.5


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("seed", [0, 1])
def test_with_padding(official: Official, engines: Engines, engine: str, seed: int):
    encode, decode = engines[engine]
    rng = np.random.default_rng(seed)
    lengths = [1, 120, *rng.integers(2, 120, 4).tolist()]
    poses = rng.uniform(-1, 1, (6, 120, 25, 6)).astype(np.float32)
    latents = rng.normal(size=(6, 512)).astype(np.float32) * 0.4
    mask = there(lengths, 120)
    found = encode(poses, lengths=np.array(lengths))
    assert np.abs(found - official.encoder(torch.from_numpy(poses), mask).numpy()).max() < TOLERANCE
    # what lies in the padding is not read
    padded = np.where(mask.numpy()[..., None, None], poses, np.float32(1e3))
    assert np.abs(encode(padded, lengths=np.array(lengths)) - found).max() < TOLERANCE
    assert np.abs(encode(poses[2:3, : lengths[2]])[0] - found[2]).max() < TOLERANCE
    found = decode(latents, 120, lengths=np.array(lengths))
    assert np.abs(found - official.decoder(torch.from_numpy(latents), mask).numpy()).max() < TOLERANCE
    assert not found[~mask.numpy()].any() and found[mask.numpy()].any(axis=(-1, -2)).all()


def test_a_network_that_is_not_as_published_takes_no_padding():
    network = MotionCLIP(NetworkSize(rows=3, width=16, layers=1, heads=2, feed_forward=16, latent=8, cosines=4)).eval()
    with pytest.raises(ValueError, match="one length"):
        network.encode_batch(np.zeros((2, 9, 3, 6), np.float32), np.array([9, 4]))


def test_another_size_is_read_from_the_shapes_and_computed(arrays: dict[str, np.ndarray]):
    small = Official(seed=2, rows=24, width=64, layers=3, feed_forward=96)
    arrays = {name: tensor.numpy() for name, tensor in small.state_dict().items()}
    network = found_network({name: array.shape for name, array in arrays.items()})
    assert network == OfficialNetwork(24, 64, 3, 4, 96)
    weights = Weights(as_ours(arrays, network))
    latents = np.random.default_rng(0).normal(size=(2, 64)).astype(np.float32)
    found = Decoder(weights.within("decoder"), network.size)(latents, 20)
    expected = small.decoder(torch.from_numpy(latents), there([20, 20], 20)).numpy()
    assert np.abs(found - expected).max() < TOLERANCE


@pytest.mark.parametrize("name", ["encoder.sigmaQuery", "decoder.seqTransDecoder.layers.7.multihead_attn.in_proj_bias"])
def test_a_missing_tensor_and_one_of_another_shape_are_named(arrays: dict[str, np.ndarray], name: str):
    with pytest.raises(TensorError, match=f"lacks {name}"):
        as_ours({n: array for n, array in arrays.items() if n != name}, OfficialNetwork(rows=25))
    with pytest.raises(TensorError, match=f"{name} is 3, not"):
        as_ours(arrays | {name: np.zeros(3, np.float32)}, OfficialNetwork(rows=25))
    with pytest.raises(TensorError, match=r"it has encoder\.more"):
        as_ours(arrays | {"encoder.more": np.zeros(3, np.float32)}, OfficialNetwork(rows=25))
