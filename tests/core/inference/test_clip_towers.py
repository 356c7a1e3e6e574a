"""CLIP's towers beside open_clip's, from all files that people have them in, and what is refused."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

# not importorskip: torchvision cannot always be imported by itself beside a CPU torch
if not (find_spec("open_clip") and find_spec("torch")):
    pytest.skip("needs open_clip_torch", allow_module_level=True)

import torch
from safetensors.torch import save_file

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference import clip_towers
from motionclip_blender.core.inference.clip_towers import (
    SIZES,
    clip_arrays,
    expected_shapes,
    load_image_tower,
    load_text_tower,
    size_of,
)
from motionclip_blender.core.inference.image_tower import squared
from motionclip_blender.core.inference.layers import quick_gelu
from motionclip_blender.core.model.clip_towers import ClipImageTower, ClipTextTower
from motionclip_blender.core.model.image_tower import normalised
from tests.clip_files import SMALL, halved, large_clip, picture, save_archive, small_clip

PROMPTS = ["a person walks", "", "jump", "walk " * 100, "an old man's slow, tired walk 🙂", "人が歩く", "x" * 300]
IMAGES = [picture(64, 64), picture(90, 120), picture(300, 41)]
NAME = "small-clip"


@pytest.fixture(scope="module")
def small():
    return small_clip(NAME)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setitem(SIZES, NAME, SMALL)


def their_texts(model, prompts=PROMPTS) -> np.ndarray:
    from open_clip.tokenizer import SimpleTokenizer

    with torch.inference_mode():
        return model.encode_text(SimpleTokenizer()(list(prompts))).numpy()


def their_images(model, size: int, images=IMAGES) -> np.ndarray:
    squares = np.stack([squared(image, size) for image in images]).transpose(0, 3, 1, 2)
    with torch.inference_mode():
        return model.encode_image(normalised(torch.from_numpy(squares))).numpy()


def away(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest distance of a row from what it should be, beside that one's length."""
    return float((np.linalg.norm(found - expected, axis=1) / np.linalg.norm(expected, axis=1)).max())


def saved(path: Path, value: object) -> Path:
    torch.save(value, path)
    return path


def test_the_towers_are_open_clips(tmp_path, small):
    path = saved(tmp_path / "a.pt", small.state_dict())
    assert away(load_text_tower(path, NAME)(PROMPTS), their_texts(small)) < 1e-5
    assert away(load_image_tower(path, NAME)(IMAGES), their_images(small, 64)) < 1e-5


def test_a_clip_with_the_exact_gelu(tmp_path, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(SIZES, "small-exact", replace(SMALL, quick_gelu=False))
    model = small_clip("small-exact", quick_gelu=False)
    path = saved(tmp_path / "a.pt", model.state_dict())
    assert away(load_text_tower(path, "small-exact")(PROMPTS), their_texts(model)) < 1e-5
    assert away(load_text_tower(path, NAME)(PROMPTS), their_texts(model)) > 1e-4, "the two GELUs differ"


def test_prompts_read_together_are_read_as_alone(tmp_path, small):
    tower = load_text_tower(saved(tmp_path / "a.pt", small.state_dict()), NAME)
    alone = np.concatenate([tower([prompt]) for prompt in PROMPTS])
    assert away(tower(PROMPTS * 6), np.tile(alone, (6, 1))) < 1e-5
    assert tower([]).shape == (0, 64)


def test_what_is_cut_of_a_prompt_is_told(tmp_path, small):
    path = saved(tmp_path / "a.pt", small.state_dict())
    for tower in (load_text_tower(path, NAME), ClipTextTower(saved_as(small, path), NAME)):
        assert [tower.left_out(prompt) for prompt in ("walk", "walk " * 75, "walk " * 100)] == [0, 0, 25]


def saved_as(model, path: Path) -> Path:
    return saved(path, model.state_dict())


WAYS = {
    "archive": lambda model, path: save_archive(halved(model), path),
    "half": lambda model, path: saved(path, halved(model)),
    "training checkpoint": lambda model, path: saved(
        path, {"epoch": 3, "name": "run", "state_dict": {f"module.{n}": t for n, t in model.state_dict().items()}}
    ),
    "state_dict": lambda model, path: saved(path, {"state_dict": model.state_dict(), "optimizer": {"state": {0: 1.0}}}),
    "safetensors": lambda model, path: save_file(model.state_dict(), path) or path,
    "bfloat16": lambda model, path: saved(path, {n: t.bfloat16() for n, t in model.state_dict().items()}),
    "double": lambda model, path: saved(path, {n: t.double() for n, t in model.state_dict().items()}),
}


@pytest.mark.parametrize("way", WAYS)
def test_files_that_people_have(tmp_path, small, way):
    """Weights in half precision are computed in single."""
    path = WAYS[way](small, tmp_path / "clip.file")
    rounded = small_clip(NAME)
    if way in ("archive", "half"):
        rounded.load_state_dict({name: tensor.float() for name, tensor in halved(small).items()})
    if way == "bfloat16":
        rounded.load_state_dict({name: tensor.bfloat16().float() for name, tensor in small.state_dict().items()})
    assert away(load_text_tower(path, NAME)(PROMPTS), their_texts(rounded)) < 1e-5
    assert away(load_image_tower(path, NAME)(IMAGES), their_images(rounded, 64)) < 1e-5
    path.unlink()  # nothing holds it open


def test_torch_computes_the_same_of_the_same_file(tmp_path, small, monkeypatch):
    path = save_archive(halved(small), tmp_path / "a.pt")
    assert away(load_text_tower(path, NAME)(PROMPTS), ClipTextTower(path, NAME).embed(PROMPTS)) < 1e-5
    assert away(load_image_tower(path, NAME)(IMAGES), ClipImageTower(path, NAME).embed(IMAGES)) < 1e-5


def changed(state: dict, **changes) -> dict:
    names = {name.replace("__", "."): value for name, value in changes.items()}
    return {n: t for n, t in (state | names).items() if t is not None}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ln_final__bias": None}, "lacks ln_final.bias;"),
        ({"visual__proj": None}, "lacks visual.proj;"),
        ({f"transformer.resblocks.1.{n}": None for n in ("ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias")},
         "and 1 more"),
        ({"text_projection": torch.zeros(64, 128)}, r"text_projection is \(64, 128\), not \(128, 64\)"),
        ({"transformer.resblocks.2.ln_1.weight": torch.ones(128)}, r"has transformer.resblocks.2.ln_1.weight, which"),
        ({"encoder.muQuery": torch.ones(1, 64)}, "has encoder.muQuery, which"),
        ({"text_projection": torch.zeros(128, 64, dtype=torch.int64)}, "text_projection holds whole numbers"),
        ({"ln_final__bias": torch.full((128,), float("nan"))}, "ln_final.bias holds numbers that are not finite"),
        ({"token_embedding.weight": torch.full((49408, 128), float("inf"))}, "token_embedding.weight holds numbers"),
        ({"token_embedding.weight": torch.full((49408, 128), float("nan")).half()}, "token_embedding.weight holds num"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_other_tensors_are_named(tmp_path, small, change, says, kind):
    state, path = changed(small.state_dict(), **change), tmp_path / f"a.{kind}"
    path = saved(path, state) if kind == "pt" else save_file(state, path) or path
    with pytest.raises(UserError, match=says) as caught:
        load_text_tower(path, NAME)
    assert str(path) in str(caught.value) and str(caught.value).count(". ") == 0


def test_files_that_are_none_of_clips(tmp_path, small):
    text = tmp_path / "a.txt"
    text.write_text("walk\n" * 100)
    for path, says in [
        (text, "damaged, or no file of CLIP"),
        (tmp_path, "cannot be read"),
        (tmp_path / "n", "No such"),
    ]:
        for image in (False, True):
            with pytest.raises(UserError, match=says):
                clip_arrays(path, NAME, image)
    whole = saved(tmp_path / "a.pt", small.state_dict()).read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="cut off"):
        load_text_tower(tmp_path / "cut.pt", NAME)
    save_file(small.state_dict(), tmp_path / "a.safetensors")
    (tmp_path / "cut").write_bytes((tmp_path / "a.safetensors").read_bytes()[:-100])
    with pytest.raises(UserError, match="damaged"):
        load_text_tower(tmp_path / "cut", NAME)


def test_a_model_that_is_not_known():
    with pytest.raises(UserError, match="RN50 is not one of ViT-B-32-quickgelu"):
        size_of("RN50")


def test_the_names_and_shapes_are_open_clips(small):
    theirs = {name: tuple(tensor.shape) for name, tensor in small.state_dict().items() if name != "logit_scale"}
    assert expected_shapes(SMALL) == theirs
    assert clip_towers._difference(theirs, expected_shapes(SIZES["ViT-B-32-quickgelu"]))


def test_only_the_tower_that_is_asked_for_is_read(tmp_path, small):
    path = saved(tmp_path / "a.pt", small.state_dict())
    assert not [name for name in clip_arrays(path, NAME, image=False) if name.startswith("visual.")]
    assert all(name.startswith("visual.") for name in clip_arrays(path, NAME, image=True))


def test_quick_gelu_far_from_zero():
    x = np.array([-1000, -88, -1, 0, 1, 1000], np.float32)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.allclose(quick_gelu(x.copy()), [0, 0, -0.1542, 0, 0.8458, 1000], atol=1e-4)


@pytest.mark.slow
def test_the_published_size_from_an_archive_in_half_precision(tmp_path):
    """The towers of OpenAI's sizes, and again with the numbers that half precision leaves of them."""
    name = "ViT-B-32-quickgelu"
    model = large_clip(name)
    state = halved(model)
    path = saved(tmp_path / "a.pt", model.state_dict())
    images = [picture(224, 224), picture(480, 640)]
    for _ in range(2):
        assert away(load_text_tower(path, name)(PROMPTS), their_texts(model)) < 1e-5
        assert away(load_image_tower(path, name)(images), their_images(model, 224, images)) < 1e-5
        path.unlink()
        path = save_archive(state, tmp_path / "ViT-B-32.pt")
        model.load_state_dict({n: t.float() for n, t in state.items()})
    assert away(load_text_tower(path, name)(PROMPTS), ClipTextTower(path, name).embed(PROMPTS)) < 1e-5
