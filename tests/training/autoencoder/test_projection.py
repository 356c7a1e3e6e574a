"""Trainings whose latents have another width than the text tower's space, up to the pack."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import FROM_CLIP
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.recognition import Recogniser
from tests.synthetic import random_motion
from tests.training.autoencoder.small_run import TINY, a_run, frames_file, made_samples
from training.autoencoder.config import TrainConfig
from training.autoencoder.distributed import Place
from training.autoencoder.embeddings import Captions, text_embeddings
from training.autoencoder.export import export
from training.autoencoder.images_of_spans import Frames
from training.autoencoder.losses import alignment
from training.autoencoder.projection import begin_projection, projected
from training.autoencoder.published import network_of
from training.autoencoder.run import load_checkpoint
from training.data import wordings

NARROW = replace(TINY, latent=48)
WIDE = replace(TINY, latent=600)


@pytest.fixture(scope="module")
def samples():
    return made_samples()


@pytest.fixture(scope="module")
def captions(samples) -> Captions:
    return Captions(samples)


def network(config: TrainConfig) -> torch.nn.Module:
    torch.manual_seed(5)
    return network_of(config)


def cosines(embeddings: np.ndarray) -> np.ndarray:
    of_length_one = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return of_length_one @ of_length_one.T


@pytest.mark.parametrize("config", [TINY, replace(TINY, cosines=0, refine_from=0)])
def test_the_towers_own_width_changes_nothing(config, captions):
    before, said = network(config), network(replace(config, latent=512))
    assert not any("from_clip" in name for name in before.state_dict())
    for (name, ours), theirs in zip(before.state_dict().items(), said.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs), name
    assert projected(before, captions.names) is captions.names


@pytest.mark.parametrize("latent", [384, 600])
def test_a_projection_that_is_wide_enough_keeps_all_angles_of_captions(latent, captions):
    """The text tower itself has 384 numbers."""
    made = network(replace(TINY, latent=latent))
    told = np.concatenate(captions.captions)
    begin_projection(made, told, 0)
    np.testing.assert_allclose(cosines(projected(made, told)), cosines(told), atol=1e-4)


def test_a_narrow_one_changes_captions_less_than_any_other(captions):
    told = np.random.default_rng(0).normal(size=(300, 512)) @ np.diag(np.geomspace(10, 0.01, 512))
    made = network(NARROW)
    begin_projection(made, told, 0)

    def away(matrix: np.ndarray) -> float:
        return float(np.square(told @ matrix.T @ matrix @ told.T - told @ told.T).sum())

    ours = made.from_clip.weight.detach().numpy().astype(np.float64)
    np.testing.assert_allclose(ours @ ours.T, np.eye(48), atol=1e-5)
    others = (np.linalg.qr(np.random.default_rng(i).normal(size=(512, 48)))[0].T for i in range(5))
    assert away(ours) < 0.2 * min(away(other) for other in others)
    again = network(NARROW)
    begin_projection(again, told, 0)
    assert torch.equal(made.from_clip.weight, again.from_clip.weight)


@pytest.mark.parametrize("config", [NARROW, WIDE, replace(NARROW, cosines=0, refine_from=0)])
def test_it_is_trained_and_a_stopped_run_goes_on_with_it(tmp_path, config, samples, captions, open_body):
    whole = a_run(tmp_path / "whole", config, samples, open_body, captions)
    begun = whole.network.from_clip.weight.detach().clone()
    whole.folder.mkdir()
    whole.train()
    assert not torch.equal(begun, whole.network.from_clip.weight)
    assert load_checkpoint(whole.checkpoint)["average"][FROM_CLIP].shape == (config.latent, 512)
    (tmp_path / "parts").mkdir()
    first = a_run(tmp_path / "parts", config, samples, open_body, captions)
    for _ in range(3):
        first.one_step()
    first.save()  # and killed
    second = a_run(tmp_path / "parts", config, samples, open_body, captions)
    second.resume()
    second.train()
    for ours, theirs in zip(whole.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)
    with pytest.raises(UserError, match="another latent"):
        a_run(tmp_path / "parts", replace(config, latent=50), samples, open_body, captions).resume()
    with pytest.raises(UserError, match="another latent"):
        a_run(tmp_path / "parts", replace(config, latent=0), samples, open_body, captions).resume()


def test_equations_2_and_3_compare_in_the_space_of_the_latents(tmp_path, samples, captions, open_body):
    frames = Frames(frames_file(tmp_path / "frames.npz"), samples)
    run = a_run(tmp_path, replace(NARROW, half_precision=False), samples, open_body, captions, frames)
    batch = run.material.batch(0, 20, np.random.default_rng(0), Place())
    run.network.eval()
    terms = run._module(batch, False)
    encoded, from_clip = run.network.encoder(batch.motions, False), run.network.from_clip
    weights = NARROW.loss
    torch.testing.assert_close(terms["text"], weights.text * alignment(encoded, from_clip(batch.captions)))
    torch.testing.assert_close(terms["image"], weights.image * alignment(encoded, from_clip(batch.images), batch.seen))
    (sum(term for name, term in terms.items() if "/" not in name)).backward()
    assert run.network.from_clip.weight.grad.abs().max() > 0


@pytest.fixture
def few_wordings(monkeypatch):
    """Export embeds thousands of wordings, which takes long; here a few suffice."""
    spans = wordings.trained_spans
    monkeypatch.setattr(wordings, "trained_spans", lambda *given: [span for span in spans(*given) if span.prompts][:12])


@pytest.mark.parametrize("config", [NARROW, WIDE])
def test_a_run_becomes_a_pack_that_both_engines_open(tmp_path, config, samples, captions, open_body, few_wordings):
    run = a_run(tmp_path, config, samples, open_body, captions)
    run.train()
    config.save(tmp_path / "config.json")
    export(tmp_path, tmp_path / "pack", "9.9", texts=False)
    told = json.loads((tmp_path / "pack" / "pack.json").read_text())
    assert told["network"]["latent"] == config.latent and told["clip"]["width"] == 512
    pack = Pack.load(tmp_path / "pack")
    motions = [random_motion(60, seed=i, size=0.2) for i in range(2)]
    prompt = "a person walks"
    numpy, cpu = (Engine(pack.folder, open_body, compute=compute) for compute in ("numpy", "cpu"))
    assert numpy.retrieval.width == config.latent
    projection = run.average.from_clip.weight.detach().half().float().numpy()
    np.testing.assert_allclose(numpy.encode_text(prompt), text_embeddings([prompt])[0] @ projection.T, atol=1e-4)
    for motion in motions:
        np.testing.assert_allclose(numpy.encode(motion), cpu.encode(motion), atol=1e-4)
    made = [generate(engine, prompt, 30) for engine in (numpy, cpu)]
    np.testing.assert_allclose(made[0].rotations, made[1].rotations, atol=1e-3)
    for engine in (numpy, cpu):
        scores = Recogniser(engine, ["walk", "jump", "sit"]).scores(engine.encode(motions[0]))
        assert len(scores) == 3 and np.isfinite([score.cosine for score in scores]).all()


@pytest.mark.parametrize("latent", [-2, 47, 8194, 48.0, "48", True, None])
def test_a_width_that_cannot_be(tmp_path, latent):
    (tmp_path / "c.json").write_text(json.dumps({"latent": latent}))
    with pytest.raises(UserError, match=r"latent (is .*; give an even number up to 8192|must be a whole number)"):
        TrainConfig.load(tmp_path / "c.json")


def test_the_released_network_has_no_width_of_its_own(tmp_path):
    (tmp_path / "c.json").write_text('{"latent": 256}')
    with pytest.raises(UserError, match="leave latent out"):
        TrainConfig.load(tmp_path / "c.json", "paper-legacy")
    assert TrainConfig.load(tmp_path / "c.json", "paper").latent == 256
