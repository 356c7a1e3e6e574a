"""Packs made with OpenAI's CLIP: where the engine takes its weights from, and what it says of long prompts."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if not (find_spec("torch") and find_spec("open_clip")):
    pytest.skip("needs torch and open_clip_torch", allow_module_level=True)

import torch

from motionclip_blender.core import clip_weights, download
from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.clip_kinds import OpenClip
from motionclip_blender.core.clip_weights import PUBLISHED, ClipSource
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference import clip_towers
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.sources import source_latents
from motionclip_blender.core.latents.terms import Prompt
from motionclip_blender.core.model import clip_towers as torch_towers
from motionclip_blender.core.official_checkpoint import import_checkpoint
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.core.recipe.codec import CONTENTS
from motionclip_blender.core.recipe.make import generate, make, stops
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.self_check import Installation, self_check
from tests import clip_files
from tests.official import Official

LONG = "a person walks " * 30


@pytest.fixture(scope="module")
def clip() -> torch.nn.Module:
    return clip_files.small_clip("small-512", width=512)


@pytest.fixture(scope="module")
def weights(clip: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_files.save_archive(clip.state_dict(), tmp_path_factory.mktemp("clip") / "mine.pt")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("official")
    checkpoint = Official(seed=7, layers=1, feed_forward=64).save(folder / "checkpoint_0100.pth.tar")
    return import_checkpoint(checkpoint, folder / "pack").pack


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A CLIP of two layers counts as ViT-B/32; nothing of this machine's caches is seen."""
    monkeypatch.setitem(clip_towers.SIZES, OpenClip.model, replace(clip_files.SMALL, width=512))
    monkeypatch.setattr(torch_towers, "create_model", lambda name: clip_files.small_clip("small-512", width=512))
    monkeypatch.setattr(clip_weights, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(clip_weights, "_open_clips_cache", lambda: tmp_path / "theirs")


def expected(clip: torch.nn.Module, prompt: str) -> np.ndarray:
    from open_clip.tokenizer import SimpleTokenizer

    with torch.inference_mode():
        return clip.encode_text(SimpleTokenizer()([prompt])).numpy()


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_the_file_that_is_named_is_read(pack: Pack, weights: Path, clip, small_body: Body, compute: str):
    engine = Engine(pack.folder, small_body, compute, ClipSource(weights))
    found, should = engine.prompt_latents(["a person waves"]), expected(clip, "a person waves")
    assert np.linalg.norm(found - should) < 1e-5 * np.linalg.norm(should)
    assert engine.encode_image(clip_files.picture(90, 70)).shape == (512,)
    assert len(generate(engine, "a person waves", 40)) == 40


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_a_file_that_comes_later_is_found(pack: Pack, weights: Path, small_body: Body, tmp_path: Path, compute: str):
    """Without CLIP motions are made of latents all the same."""
    engine = Engine(pack.folder, small_body, compute)
    assert len(motions_of(engine, [np.ones(512, np.float32)], 60)[0]) == 60
    for ask in (lambda: engine.encode_text("walk"), lambda: engine.encode_image(clip_files.picture(9, 9))):
        with pytest.raises(UserError, match="Allow Online Access"):
            ask()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "ViT-B-32.pt").write_bytes(weights.read_bytes())
    assert engine.encode_text("walk").shape == (512,)
    assert engine.encode_image(clip_files.picture(9, 9)).shape == (512,)


def test_it_is_fetched_while_the_engine_loads(pack: Pack, weights: Path, small_body: Body, tmp_path: Path, monkeypatch):
    """Where that is allowed, and where its progress is seen and can be cancelled."""
    asked = []

    def fetched(url: str, path: Path, sha256: str, what: str, progress) -> None:
        asked.append((url, sha256, what))
        progress(f"Fetching {what}", 0.5)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(weights.read_bytes())

    monkeypatch.setattr(download, "download", fetched)

    def stop(stage: str, fraction: float) -> None:
        if stage.startswith("Fetching"):
            raise Cancelled

    source = ClipSource(folder=tmp_path / "kept", allowed=True)
    engine = Engine(pack.folder, small_body, clip=source)
    with pytest.raises(Cancelled):
        engine.load(stop)
    assert not engine.loaded and not (tmp_path / "kept").exists()
    engine.load()
    published = PUBLISHED[OpenClip.model, "openai"]
    assert asked == [(published.url, published.sha256, published.what)] * 2
    assert engine.encode_text("walk").shape == (512,) and len(asked) == 2
    Engine(pack.folder, small_body, clip=source).load()
    assert len(asked) == 2


def test_what_stopped_the_fetching_is_told_to_who_asks_for_a_prompt(pack: Pack, small_body: Body, monkeypatch):
    def offline(*arguments: object) -> None:
        raise UserError("There is no network here.")

    monkeypatch.setattr(download, "download", offline)
    engine = Engine(pack.folder, small_body, clip=ClipSource(allowed=True))
    assert len(motions_of(engine, [np.ones(512, np.float32)], 60)[0]) == 60
    with pytest.raises(UserError, match="no network here"):
        generate(engine, "a person waves", 60)


def test_a_file_of_another_model_is_told_to_who_asks_for_a_prompt(pack: Pack, small_body: Body, tmp_path: Path):
    path = clip_files.save_archive(clip_files.small_clip().state_dict(), tmp_path / "narrow.pt")
    engine = Engine(pack.folder, small_body, clip=ClipSource(path))
    with pytest.raises(UserError, match=r"narrow\.pt is not the CLIP ViT-B-32-quickgelu: .* is \(128, 64\)"):
        generate(engine, "a person waves", 60)


def test_the_self_check_looks_at_the_file(pack: Pack, weights: Path, tmp_path: Path):
    def text(**what: str) -> str:
        found = self_check(Installation(pack_folder=str(pack.folder), online=True, **what))
        return {finding.subject: finding for finding in found}["Text encoder"].state

    assert text() == "bad"
    assert text(clip_file=str(weights)) == "good"
    (tmp_path / "ViT-B-32.pt").write_bytes(weights.read_bytes())
    assert text(clip_folder=str(tmp_path)) == "good"


# --- prompts that are too long


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_a_prompt_that_is_cut_is_told(pack: Pack, weights: Path, small_body: Body, compute: str):
    engine = Engine(pack.folder, small_body, compute, ClipSource(weights))
    assert engine.cut_prompts(["a person walks", "walk " * 75]) == ()
    (sentence,) = engine.cut_prompts(["jump", LONG])
    assert sentence == 'The prompt "a person walks a person walks..." is too long: its last 15 tokens are not read.'
    made = make(engine, Recipe.of_prompt(LONG, 60), 30)
    assert made.notes == (sentence,)
    assert make(engine, Recipe.of_prompt("a person walks", 60), 30).notes == ()


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_the_shipped_tower_tells_it_as_well(open_body: Body, compute: str):
    engine = Engine(None, open_body, compute)
    (sentence,) = engine.cut_prompts(["walk " * 75, "walk " * 76])
    assert "its last 1 tokens are not read" in sentence


@pytest.mark.parametrize("way", ["blend", "travel", "mask"])
def test_both_prompts_of_two_are_looked_at(pack: Pack, weights: Path, small_body: Body, way: str):
    engine = Engine(pack.folder, small_body, clip=ClipSource(weights))
    ends = Expression.of(Prompt("jump")), Expression.typed(f'"{LONG}" + "{"run " * 80}"')
    recipe = Recipe(CONTENTS[way](*ends), 40)
    assert len(make(engine, recipe, 30).notes) == 2
    if way == "blend":
        latents = source_latents(engine, recipe.terms)
        assert all(len(one.notes) == 2 for one in stops(engine, recipe, latents, 30, 3))
