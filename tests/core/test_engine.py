"""Prompt to motion with the default pack, and what happens to packs that are not whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import angle_between


@pytest.fixture(scope="module")
def engine(open_body: Body) -> Engine:
    return Engine(body=open_body)


@pytest.mark.parametrize("frames", [2, 20, 60, 120, 121, 400])
def test_a_prompt_becomes_a_motion_of_the_length_asked_for(engine: Engine, frames: int):
    motion = generate(engine, "a person walks", frames)
    assert len(motion) == frames and motion.fps == 30


def test_the_same_prompt_gives_the_same_motion(engine: Engine):
    first, second = generate(engine, "jump", 40), generate(engine, "  jump \n", 40)
    assert np.array_equal(first.rotations, second.rotations)
    assert np.array_equal(first.translation, second.translation)


def test_a_text_that_is_kept_is_encoded_once(engine: Engine, monkeypatch):
    fresh = Engine(body=engine.body)
    fresh.load()
    asked: list[str] = []
    encode = fresh._networks.texts
    monkeypatch.setattr(fresh._networks, "texts", lambda texts: asked.extend(texts) or encode(texts))
    with fresh.keeping_texts(["jump", "walk", "jump"]):
        kept = fresh.encode_texts([" walk", "run", "jump"])
        assert asked == ["jump", "walk", "run"]
        assert np.allclose(kept, engine.encode_texts(["walk", "run", "jump"]), atol=1e-5)
        before, kept[:] = kept.copy(), 0
        assert np.array_equal(fresh.encode_texts(["walk", "run"]), before[:2]) and len(asked) == 3
    fresh.encode_text("walk")
    assert len(asked) == 4


def test_the_body_stands_on_the_floor(engine: Engine):
    motion = generate(engine, "a person stands and talks", 60)
    lowest = engine.body.posed_vertices(motion, ids=engine.body.contacts)[:, :, 1].min(axis=1)
    assert np.abs(lowest).max() < 0.03


def test_walking_travels_and_standing_does_not(engine: Engine):
    walk = generate(engine, "someone is walking", 90).translation
    stand = generate(engine, "standing still", 90).translation
    assert walk[-1, 2] - walk[0, 2] > 1.0
    assert np.abs(stand[-1] - stand[0])[[0, 2]].max() < 0.2


def test_fingers_hang_relaxed(engine: Engine):
    finger = generate(engine, "walk", 20).rotations[:, INDEX["left_middle1"]]
    assert angle_between(finger, np.array([1.0, 0, 0, 0])).min() > np.radians(5)


def test_a_long_motion_has_no_jump_where_windows_meet(engine: Engine):
    motion = generate(engine, "a person walks", 400)
    steps = angle_between(motion.rotations[1:, :22], motion.rotations[:-1, :22])
    # the pack's windows are 120 frames long; inside the first one nothing but the network made the steps
    assert steps[100:].max() < 2.0 * steps[:100].max()
    assert np.linalg.norm(np.diff(motion.translation, axis=0), axis=1).max() < 0.15


def test_a_motion_lies_near_its_prompt(engine: Engine):
    """The encoder's latent of a generated motion is nearer to its own prompt than to the others."""
    prompts = ["walk", "jumping jacks", "push-ups", "sit down on a chair", "swim"]
    texts = np.stack([engine.encode_text(prompt) for prompt in prompts])
    latents = np.stack([engine.encode(generate(engine, prompt, 60)) for prompt in prompts])
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    latents /= np.linalg.norm(latents, axis=1, keepdims=True)
    assert (np.argmax(latents @ texts.T, axis=1) == np.arange(len(prompts))).all()


def test_progress_can_stop_the_work(engine: Engine):
    def stop(stage: str, fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        generate(engine, "walk", 60, stop)


@pytest.mark.parametrize("prompt", ["", "   ", "\n", "x" * 10_000, "🕺💃", "\ud800"])
def test_prompts_that_cannot_be(engine: Engine, prompt: str):
    with pytest.raises(UserError):
        generate(engine, prompt, 60)


@pytest.mark.parametrize("frames", [0, 1, -5, 100_000])
def test_lengths_that_cannot_be(engine: Engine, frames: int):
    with pytest.raises(UserError, match="The length must be"):
        generate(engine, "walk", frames)


def test_a_truncated_pack(tmp_path: Path, open_body: Body):
    folder = Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    with pytest.raises(UserError, match="damaged or cut off"):
        Engine(folder, open_body).load()


def test_weights_of_another_network(tmp_path: Path, open_body: Body):
    folder = Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))
    description = json.loads((folder / "pack.json").read_text())
    description["network"]["layers"] += 1
    (folder / "pack.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match="another network"):
        Engine(folder, open_body).load()


@pytest.mark.parametrize("changed", [{"layers": 1}, {"cosines": 0}, {"reader_blocks": 1}])
def test_weights_of_a_larger_network(tmp_path: Path, open_body: Body, changed: dict[str, int]):
    folder = Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))
    description = json.loads((folder / "pack.json").read_text())
    description["network"] |= changed
    (folder / "pack.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match="another network"):
        Engine(folder, open_body).load()


def test_a_text_encoder_of_another_training(tmp_path: Path, open_body: Body):
    folder = Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))
    description = json.loads((folder / "pack.json").read_text())
    description["clip"]["sha256"] = "0" * 64
    (folder / "pack.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match="not the one that ships with the extension"):
        Engine(folder, open_body).load()
