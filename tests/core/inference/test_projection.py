"""Packs whose latents have another width than their CLIP's space: a projection leads from the one to the other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import FROM_CLIP
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.inference.tensors import Weights as Stored
from motionclip_blender.core.latents import file as latent_file
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import Inputs, latent_of
from motionclip_blender.core.model.image_tower import save_image_tower, vision_transformer
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import Weights, load_network, save_weights
from motionclip_blender.core.pack import ImageSpec, Pack
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.recognition import Recogniser, search
from tests.synthetic import random_motion
from training.text_tower import minilm

CLIP = 512
IMAGE = ImageSpec(image_size=32, layers=1, width=64, head_width=64, patch_size=16)
PROMPTS = ["a person walks", "someone jumps over a wall", "waves"]


def pack_of(folder: Path, latent: int, told: int | None = None) -> Path:
    """Writes a pack of one narrow layer with random weights. told: width of its known wordings, by default `latent`."""
    torch.manual_seed(0)
    default = Pack.load()
    sizes = {"width": 32, "layers": 1, "heads": 2, "feed_forward": 32, "reader_width": 16, "latent": latent}
    described = {"network": replace(default.network, **sizes), "clip": replace(default.clip, adapter=None)}
    pack = replace(default, folder=folder, image=IMAGE, checksums={}, **described)
    network = MotionCLIP(pack.network_size, torch.nn.Linear(CLIP, latent, bias=False) if latent != CLIP else None)
    random = np.random.default_rng(0)
    wordings = random.normal(size=(12, told or latent)).astype(np.float32)
    retrieval = PromptRetrieval.of(wordings, np.arange(12), np.arange(12) % 3, wordings[:3])
    folder.mkdir(exist_ok=True)
    save_weights(Weights(network, minilm.text_projection(), retrieval), pack.weights_path)
    save_image_tower(vision_transformer(IMAGE, CLIP), pack.image_path)
    (folder / "pack.json").write_text(json.dumps(pack.as_json()))
    return folder


def plain_texts(folder: Path) -> np.ndarray:
    """Returns the text tower's embeddings of the prompts, without an adapter and a projection."""
    return Engine(pack_of(folder / "plain", CLIP), compute="numpy").encode_texts(PROMPTS)


@pytest.fixture(params=[64, 768], ids=["narrower", "wider"])
def folder(request, tmp_path: Path) -> Path:
    return pack_of(tmp_path / "pack", request.param)


def changed(folder: Path, **arrays: np.ndarray | None) -> None:
    """Replaces arrays of the weights; None removes one."""
    kept = load_file(folder / "weights.safetensors") | {FROM_CLIP: arrays["projection"]}
    save_file({n: a for n, a in kept.items() if a is not None}, folder / "weights.safetensors")


def test_the_description_declares_the_width_and_comes_back(folder):
    pack = Pack.load(folder)
    told = json.loads((folder / "pack.json").read_text())
    assert told["format_version"] == 2 and told["network"]["latent"] == pack.latent != told["clip"]["width"] == CLIP
    assert pack.projects and pack.as_json() == told
    assert load_file(folder / "weights.safetensors")[FROM_CLIP].shape == (pack.latent, CLIP)


def test_without_the_entry_a_pack_is_what_it_was(tmp_path):
    folder = pack_of(tmp_path / "pack", CLIP)
    told = json.loads((folder / "pack.json").read_text())
    assert "latent" not in told["network"] and FROM_CLIP not in load_file(folder / "weights.safetensors")
    pack, texts = Pack.load(folder), Engine(folder).encode_texts(PROMPTS)
    assert not pack.projects and pack.latent == CLIP
    np.testing.assert_array_equal(texts, plain_texts(tmp_path))
    told["network"]["latent"] = CLIP  # said, though it follows
    (folder / "pack.json").write_text(json.dumps(told))
    assert Pack.load(folder) == pack


def test_texts_are_projected_alike_in_both_engines(folder, tmp_path):
    pack = Pack.load(folder)
    matrix = Stored(load_file(pack.weights_path)).float32(FROM_CLIP, pack.latent, CLIP)
    expected = plain_texts(tmp_path) @ matrix.T
    for compute in ("numpy", "cpu"):
        texts = Engine(folder, compute=compute).encode_texts(PROMPTS)
        assert texts.shape == (3, pack.latent) and texts.dtype == np.float32
        np.testing.assert_allclose(texts, expected, atol=1e-4)


def test_all_that_is_made_of_latents_is_the_same_in_both_engines(folder):
    one, other = (Engine(folder, compute=compute) for compute in ("numpy", "cpu"))
    motion = random_motion(70, seed=3, size=0.2)
    latent = one.encode(motion)
    assert latent.shape == (one.pack.latent,)
    np.testing.assert_allclose(other.encode(motion), latent, atol=1e-4)
    np.testing.assert_allclose(one.prompt_latents(PROMPTS), other.prompt_latents(PROMPTS), atol=1e-4)
    for prompt in PROMPTS[:2]:
        ours, theirs = (generate(engine, prompt, 40) for engine in (one, other))
        np.testing.assert_allclose(ours.rotations, theirs.rotations, atol=1e-3)
        assert len(ours) == 40 and np.isfinite(ours.translation).all()
    poses = load_network(one.pack).decode_batch(latent[None], 30)
    np.testing.assert_allclose(poses[0], one._ready().decode(latent[None], 30)[0], atol=1e-4)


def test_recognition_and_search_compare_in_the_space_of_the_latents(folder):
    engine = Engine(folder)
    labels = ["walk", "jump", "wave"]
    near = engine.encode_text("jump")
    scores = Recogniser(engine, labels).scores(near)
    assert scores[0].name == "jump" and scores[0].cosine == pytest.approx(1, abs=1e-5)
    found = search(engine, "jump", {"near": near, "far": -near})
    assert found[0].name == "near"
    scores = Recogniser(engine, labels).scores(engine.encode(random_motion(60, size=0.2)))
    assert {score.name for score in scores} == set(labels)


def test_pictures_are_projected_too(folder):
    """Before the networks are loaded, and after."""
    pack, pixels = Pack.load(folder), np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    from motionclip_blender.core.inference.networks import load_image_tower

    matrix = Stored(load_file(pack.weights_path)).float32(FROM_CLIP, pack.latent, CLIP)
    expected = (load_image_tower(pack)([pixels]) @ matrix.T)[0]
    engine = Engine(folder)
    np.testing.assert_allclose(engine.encode_image(pixels), expected, atol=1e-5)
    terms = parse('image("a.png") - {sad} + text("walks")')
    latent = latent_of(engine, terms, Inputs(images={"a.png": pixels}))
    assert latent.shape == (pack.latent,) and np.isfinite(latent).all()


def test_a_saved_latent_of_another_width_is_refused_with_both_widths(folder, tmp_path):
    engine = Engine(folder)
    for width in (CLIP, engine.pack.latent):
        latent_file.save(np.ones(width), tmp_path / f"{width}.npz", "any 1")
    own = latent_file.load(tmp_path / f"{engine.pack.latent}.npz")
    assert engine.checked_latent(own).shape == (engine.pack.latent,)
    inputs = Inputs(latents={"one": latent_file.load(tmp_path / f"{CLIP}.npz")})
    with pytest.raises(UserError, match=rf"is {engine.pack.latent} numbers, not \({CLIP},\)"):
        latent_of(engine, parse('latent("one")'), inputs)
    with pytest.raises(UserError, match="numbers, not"):
        engine.decode(np.zeros((1, CLIP)), 30)


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
@pytest.mark.parametrize(
    ("projection", "why"),
    [
        (None, f"lacks {FROM_CLIP}"),
        (np.zeros((64, 384), np.float16), "64 x 384, not 64 x 512"),
        (np.zeros((512, 64), np.float16), "512 x 64, not 64 x 512"),
        (np.full((64, 512), np.nan, np.float16), "not finite"),
    ],
    ids=["missing", "another tower's", "turned", "not finite"],
)
def test_a_projection_that_is_missing_or_another(tmp_path, compute, projection, why):
    folder = pack_of(tmp_path / "pack", 64)
    changed(folder, projection=projection)
    with pytest.raises(UserError, match=why):
        Engine(folder, compute=compute).load()


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_a_projection_that_nobody_declares(tmp_path, compute):
    folder = pack_of(tmp_path / "pack", CLIP)
    changed(folder, projection=np.zeros((CLIP, CLIP), np.float16))
    with pytest.raises(UserError, match=f"has {FROM_CLIP}, which that network lacks"):
        Engine(folder, compute=compute).load()


def test_known_wordings_of_another_width(tmp_path):
    with pytest.raises(UserError, match="known wordings have 512 numbers, and its latents 64"):
        Engine(pack_of(tmp_path / "pack", 64, told=CLIP)).load()


def test_the_released_network_has_no_width_of_its_own(tmp_path):
    folder = pack_of(tmp_path / "pack", 64)
    told = json.loads((folder / "pack.json").read_text())
    sizes = {"width": 64, "layers": 1, "heads": 2, "feed_forward": 32, "dropout": 0.1}
    for network, why in ((sizes | {"latent": 64}, "unknown 'latent'"), (sizes, "width 64 is not the width 512")):
        (folder / "pack.json").write_text(json.dumps(told | {"network": {"kind": "official"} | network}))
        with pytest.raises(UserError, match=why):
            Pack.load(folder)
