"""Packs with a text adapter: what is added to the text tower's embeddings, in numpy and in torch."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file

from motionclip_blender.core.clip_kinds import AdapterSize
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.tensors import Weights
from motionclip_blender.core.inference.text_adapter import PREFIX, TextAdapter, adapter_digest, adapter_size
from motionclip_blender.core.model import text_adapter as in_torch
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import Weights as PackWeights
from motionclip_blender.core.model.weights import save_weights
from motionclip_blender.core.pack import Pack
from training.text_tower import minilm

PROMPTS = ["walks", "a person walks forward and sits down on the chair", "someone jumps over a wall", "waves"]
SIZE = AdapterSize(heads=4, head_width=16, hidden=32)


def random_adapter(size: AdapterSize = SIZE, seed: int = 0) -> dict[str, np.ndarray]:
    """The arrays of an adapter that adds about as much as there is."""
    torch.manual_seed(seed)
    adapter = in_torch.TextAdapter(size)
    with torch.no_grad():
        adapter.queries.mul_(20)
        adapter.down.weight.mul_(3)
        adapter.norm.weight.uniform_(0.5, 1.5)
        adapter.norm.bias.uniform_(-0.5, 0.5)
    return adapter.arrays()


def pack_of(folder: Path, arrays: dict[str, np.ndarray], declared: AdapterSize | None) -> Path:
    """Writes a pack of one narrow layer with random weights, and an adapter."""
    torch.manual_seed(0)
    default = Pack.load()
    sizes = {"width": 32, "layers": 1, "heads": 2, "feed_forward": 32, "reader_width": 16}
    pack = replace(
        default,
        folder=folder,
        network=replace(default.network, **sizes),
        clip=replace(default.clip, adapter=declared),
        image=None,
        checksums={},
    )
    folder.mkdir(exist_ok=True)
    save_weights(PackWeights(MotionCLIP(pack.network_size), minilm.text_projection(), None, arrays), pack.weights_path)
    (folder / "pack.json").write_text(json.dumps(pack.as_json()))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pack_of(tmp_path / "pack", random_adapter(), SIZE)


def test_numpy_and_torch_add_the_same():
    arrays, random = random_adapter(), np.random.default_rng(0)
    tokens = random.normal(size=(3, 7, 384)).astype(np.float32)
    there = np.arange(7) < np.array([[7], [4], [1]])
    mean = (tokens * there[..., None]).sum(axis=1) / there.sum(axis=1, keepdims=True, dtype=np.float32)
    ours = TextAdapter(Weights(arrays), SIZE, 384)(tokens, there, mean)
    with torch.inference_mode():
        theirs = in_torch.TextAdapter.of(arrays)(*map(torch.from_numpy, (tokens, there, mean))).numpy()
    assert np.abs(theirs).max() > 0.3
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    tokens[~there] = 100  # padding is not read
    np.testing.assert_array_equal(TextAdapter(Weights(arrays), SIZE, 384)(tokens, there, mean), ours)


def test_both_engines_embed_alike_and_otherwise_than_without(folder):
    ours, theirs = (Engine(folder, compute=compute).encode_texts(PROMPTS) for compute in ("numpy", "cpu"))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    plain = Engine(pack_of(folder.parent / "plain", {}, None)).encode_texts(PROMPTS)
    alike = np.array_equal(plain, Engine().encode_texts(PROMPTS))
    assert alike == (Pack.load().clip.adapter is None)  # nothing else of a pack changes what a text is
    assert (np.linalg.norm(ours - plain, axis=1) > 0.1 * np.linalg.norm(plain, axis=1)).all()
    alone = np.concatenate([Engine(folder).encode_texts([prompt]) for prompt in PROMPTS])
    np.testing.assert_allclose(alone, ours, atol=1e-5)


def test_the_description_comes_back_and_a_pack_without_one_does_not_mention_it(folder, tmp_path):
    told = json.loads((folder / "pack.json").read_text())
    assert told["clip"]["adapter"] == {"heads": 4, "head_width": 16, "hidden": 32}
    assert Pack.load(folder).clip.adapter == SIZE and Pack.load(folder).as_json() == told
    plain = json.loads((pack_of(tmp_path / "plain", {}, None) / "pack.json").read_text())
    assert "adapter" not in plain["clip"] and Pack.load(tmp_path / "plain").clip.adapter is None


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
@pytest.mark.parametrize(
    ("arrays", "declared", "why"),
    [
        (random_adapter(), None, "has a text adapter, which that pack.json lacks"),
        ({}, SIZE, "lacks the text adapter"),
        (random_adapter(), replace(SIZE, hidden=64), "another text adapter"),
    ],
    ids=["not declared", "missing", "of another size"],
)
def test_weights_and_description_agree(tmp_path, compute, arrays, declared, why):
    with pytest.raises(UserError, match=why):
        Engine(pack_of(tmp_path / "pack", arrays, declared), compute=compute).load()


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
@pytest.mark.parametrize(
    ("name", "array", "why"),
    [
        ("down.bias", None, "lacks"),
        ("down.bias", np.zeros(383, np.float16), "383, not 384"),
        ("norm.weight", np.full(448, np.nan, np.float16), "not finite"),
        ("more", np.zeros(3, np.float16), "more"),
        ("queries", np.zeros(3, np.float16), "another|no text adapter"),
    ],
)
def test_an_adapter_that_is_damaged(folder, compute, name, array, why):
    path = folder / "weights.safetensors"
    kept = load_file(path) | {PREFIX + name: array}
    save_file({n: a for n, a in kept.items() if a is not None}, path)
    with pytest.raises(UserError, match=why):
        Engine(folder, compute=compute).load()


@pytest.mark.parametrize(
    "adapter",
    [{"heads": 0, "head_width": 16, "hidden": 32}, {"heads": 4, "hidden": 32}, 3, {"heads": 4, "head_width": 1e9,
     "hidden": 3}, {"heads": 4, "head_width": 16, "hidden": 32, "depth": 2}],
)  # fmt: skip
def test_a_description_that_is_wrong(folder, adapter):
    told = json.loads((folder / "pack.json").read_text())
    told["clip"]["adapter"] = adapter
    (folder / "pack.json").write_text(json.dumps(told))
    with pytest.raises(UserError, match="incomplete or wrong.*adapter"):
        Pack.load(folder)


def test_one_is_told_from_another_by_its_numbers_as_they_are_stored(tmp_path):
    arrays = random_adapter()
    assert adapter_size(arrays) == SIZE and adapter_digest({}) == ""
    widened = {name: array.astype(np.float32) for name, array in reversed(arrays.items())}
    assert adapter_digest(widened) == adapter_digest(arrays) != adapter_digest(random_adapter(seed=1))
