"""Runs that start from the network of a pack."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from tests.training.autoencoder.small_run import TINY, an_adapter, captioned
from training.autoencoder.config import TrainConfig
from training.autoencoder.export import export
from training.autoencoder.material import SpanMaterial
from training.autoencoder.run import Run
from training.autoencoder.start_from_pack import adapter_of_pack, configured_for
from training.autoencoder.train import configured
from training.data.captions import CaptionedSpan
from training.text_adapter.file import NAME


@pytest.fixture(scope="module")
def trained(tmp_path_factory, samples, captions, open_body) -> tuple[Run, Pack]:
    """A run of five steps, in the last of which the transformers were trained, and its pack."""
    folder, adapter = tmp_path_factory.mktemp("run"), an_adapter()
    config = replace(TINY, steps=5, text_adapter=adapter.digest, split="people")
    run = Run(folder, config, SpanMaterial(samples, captions, config), open_body)
    run.train()
    config.save(folder / "config.json")
    adapter.save(folder / NAME)
    with pytest.MonkeyPatch.context() as patch:
        spans = [CaptionedSpan("a/walk", "walk", ("walks", "a person strolls"), True, "repeat")]
        captioned(patch, spans)
        pack = export(folder, folder / "pack", "9.9", texts=False)
    assert pack.info["sources"] == [{"source": "a", "licence": "unknown, ask the owner of the clips", "credit": ""}]
    return run, pack


def options(pack: Pack, **given) -> argparse.Namespace:
    told = {"config": None, "preset": "further", "steps": None, "clip": None, "body": None, "text_adapter": None,
            "captions": ()}  # fmt: skip
    return argparse.Namespace(**told | {"first": pack.folder} | given)


def test_it_has_the_network_and_the_adapter_of_the_pack(trained):
    run, pack = trained
    config = configured(options(pack))
    assert config.network() == run.config.network() and config.frames == run.config.frames
    assert config.text_adapter == run.config.text_adapter and config.start and config.refine_from == 0


def test_it_goes_on_where_the_pack_is(trained, tmp_path, samples, captions, open_body):
    run, pack = trained
    config = configured_for(replace(run.config, steps=3), pack)
    further = Run(tmp_path, config, SpanMaterial(samples, captions, config), open_body, first=pack)
    motions = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 20, 23, 6)).astype(np.float32))
    packed = load_network(pack)
    with torch.no_grad():
        latents = further.average.encoder(motions)
        torch.testing.assert_close(latents, packed.encoder(motions))
        torch.testing.assert_close(further.average.decoder(latents, 20), packed.decoder(latents, 20))
        assert (latents - run.average.encoder(motions)).norm() < 0.05 * latents.norm()  # but for the rounding
    further.train()
    assert further.step == 3
    resumed = Run(tmp_path, config, SpanMaterial(samples, captions, config), open_body, first=pack)
    resumed.resume()
    for one, other in zip(further.network.parameters(), resumed.network.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_the_decoder_alone_learns_where_that_is_asked_for(trained, tmp_path, samples, captions, open_body):
    run, pack = trained
    config = configured_for(replace(run.config, steps=3, learns="decoder"), pack)
    further = Run(tmp_path, config, SpanMaterial(samples, captions, config), open_body, first=pack)
    before = {name: value.clone() for name, value in further.network.state_dict().items()}
    further.train()
    for network in (further.network, further.average):
        changed = {n for n, value in network.state_dict().items() if not torch.equal(value, before[n])}
        assert changed and all(name.startswith("decoder.") for name in changed)


def test_a_run_is_told_to_need_its_pack_again(trained, tmp_path):
    _, pack = trained
    configured(options(pack)).save(tmp_path / "config.json")
    assert TrainConfig.load(tmp_path / "config.json").start
    with pytest.raises(UserError, match="give the pack with --from"):
        configured(options(pack, first=None, config=tmp_path / "config.json"))
    with pytest.raises(UserError, match="leave out --text-adapter"):
        configured(options(pack, text_adapter=Path("a.safetensors")))


def test_what_the_pack_has_learned_cannot_be_held_out(trained):
    _, pack = trained
    with pytest.raises(UserError, match='trained with the split people.*set split to "people", or to null'):
        configured_for(TrainConfig(), pack)
    assert configured_for(TrainConfig(split=None), pack).split is None


def test_the_image_tower_of_a_pack_may_be_taken_over(trained, tmp_path, monkeypatch, samples, captions, open_body):
    run, _ = trained
    spans = [CaptionedSpan("a/walk", "walk", ("walks", "a person strolls"), True, "repeat")]
    captioned(monkeypatch, spans)
    shipped = Pack.load()
    with pytest.raises(UserError, match="The tower of .* was trained with the text adapter"):
        export(run.folder, tmp_path / "other", "9.9", DEFAULT_FOLDER, texts=False)
    adapter = adapter_of_pack(shipped)
    config = replace(TINY, split=shipped.info["split"], text_adapter=adapter.digest if adapter else "")
    Run(tmp_path, config, SpanMaterial(samples, captions, config), open_body).save()
    config.save(tmp_path / "config.json")
    if adapter:
        adapter.save(tmp_path / NAME)
    pack = export(tmp_path, tmp_path / "pack", "9.9", DEFAULT_FOLDER, texts=False)
    assert pack.image == shipped.image and pack.image_path.read_bytes() == shipped.image_path.read_bytes()
