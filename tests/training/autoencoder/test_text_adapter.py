"""Runs whose texts are read through an adapter: it is theirs from the first step to the pack."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.text_adapter import PREFIX
from motionclip_blender.core.pack import Pack
from tests.training.autoencoder.small_run import ADAPTER_SIZE, TINY, a_run, an_adapter, captioned, frames_file
from training.autoencoder.config import TrainConfig
from training.autoencoder.embeddings import Captions
from training.autoencoder.export import export
from training.autoencoder.images_of_spans import Frames
from training.autoencoder.text_embedder import text_embedder
from training.autoencoder.train import configured
from training.data.captions import CaptionedSpan
from training.text_adapter.file import NAME, AdapterFile, digest_of_pack

WORDINGS = ("walks", "a person strolls")


@pytest.fixture(scope="module")
def adapter() -> AdapterFile:
    return an_adapter()


def options(**given) -> argparse.Namespace:
    told = {
        "config": None,
        "preset": "default",
        "steps": None,
        "clip": None,
        "body": None,
        "text_adapter": None,
        "first": None,
        "captions": (),
    }
    return argparse.Namespace(**told | given)


def test_captions_are_read_through_it_and_kept_apart_from_others(tmp_path, samples, adapter):
    plain, adapted = Captions(samples, tmp_path), Captions(samples, tmp_path, adapter)
    other = Captions(samples, tmp_path, an_adapter(1))
    for one, two in ((plain, adapted), (adapted, other)):
        assert np.abs(one.names - two.names).max() > 0.01
    np.testing.assert_array_equal(Captions(samples, tmp_path, adapter).names, Captions(samples, None, adapter).names)
    texts = ["walk", "a person walks"]
    np.testing.assert_allclose(text_embedder("minilm", adapter=adapter)(texts), adapted.captions[0], atol=1e-5)


def test_the_run_knows_it_by_its_digest(tmp_path, adapter):
    adapter.save(tmp_path / "a.safetensors")
    config = configured(options(text_adapter=tmp_path / "a.safetensors"))
    assert config.text_adapter == adapter.digest and len(adapter.digest) == 64
    config.save(tmp_path / "config.json")
    assert TrainConfig.load(tmp_path / "config.json") == config
    with pytest.raises(UserError, match="give its file with --text-adapter"):
        configured(options(config=tmp_path / "config.json"))
    (tmp_path / "clip.json").write_text(json.dumps({"clip": "ViT-B-32", "latent": 256}))
    with pytest.raises(UserError, match="reads the text tower that ships"):
        configured(options(config=tmp_path / "clip.json", text_adapter=tmp_path / "a.safetensors"))


def test_a_run_does_not_go_on_with_another(tmp_path, samples, captions, open_body, adapter):
    config = replace(TINY, text_adapter=adapter.digest)
    a_run(tmp_path, config, samples, open_body, captions).save()
    a_run(tmp_path, config, samples, open_body, captions).resume()
    for other in ("", an_adapter(1).digest):
        with pytest.raises(UserError, match="another text_adapter"):
            a_run(tmp_path, replace(config, text_adapter=other), samples, open_body, captions).resume()


def test_frames_that_lie_near_other_texts_are_refused(tmp_path, samples, adapter):
    path = frames_file(tmp_path / "frames.npz")
    with pytest.raises(UserError, match="no text adapter, and this run has"):
        Frames(path, samples, adapter.digest)
    with np.load(path) as data:
        np.savez(path, **dict(data), text_adapter=np.array(adapter.digest))
    Frames(path, samples, adapter.digest)
    for other in ("", an_adapter(1).digest):
        with pytest.raises(UserError, match="embed the frames"):
            Frames(path, samples, other)


def test_the_pack_has_it_and_its_wordings_are_read_through_it(
    tmp_path, monkeypatch, samples, captions, open_body, adapter
):
    captioned(monkeypatch, [CaptionedSpan("a/walk", "walk", WORDINGS, True, "repeat")])
    config = replace(TINY, text_adapter=adapter.digest)
    a_run(tmp_path, config, samples, open_body, captions).save()
    config.save(tmp_path / "config.json")
    with pytest.raises(UserError, match="cannot be read"):
        export(tmp_path, tmp_path / "pack", "9.9", texts=False)
    an_adapter(1).save(tmp_path / NAME)
    with pytest.raises(UserError, match="put the run's own adapter there"):
        export(tmp_path, tmp_path / "pack", "9.9", texts=False)
    adapter.save(tmp_path / NAME)
    pack = export(tmp_path, tmp_path / "pack", "9.9", texts=False)
    assert pack.clip.adapter == ADAPTER_SIZE and digest_of_pack(pack) == adapter.digest
    stored = load_file(pack.weights_path)
    for name, array in adapter.arrays.items():
        np.testing.assert_array_equal(stored[PREFIX + name], array)
    ours, theirs = (Engine(pack.folder, compute=compute).encode_texts(WORDINGS) for compute in ("numpy", "cpu"))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(ours, text_embedder("minilm", adapter=adapter)(WORDINGS), atol=1e-5)
    engine = Engine(pack.folder)
    cosines = engine.retrieval.direction(engine.encode_texts(WORDINGS)) @ engine.retrieval.directions.T
    assert np.diag(cosines).min() > 0.95
    assert (digest_of_pack(Pack.load()) == "") == (Pack.load().clip.adapter is None)
