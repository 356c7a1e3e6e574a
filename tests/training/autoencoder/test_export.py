"""Checkpoints of runs become packs."""

from __future__ import annotations

import hashlib

import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS
from tests.training.autoencoder.small_run import TINY, a_run
from training.autoencoder.export import export, record


@pytest.mark.slow
def test_a_checkpoint_becomes_a_pack(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    TINY.save(tmp_path / "config.json")
    record(export(tmp_path, tmp_path / "pack", "9.9", texts=False), {"mm": 1})
    pack = Pack.load(tmp_path / "pack")
    assert pack.version == "9.9" and pack.frames == (20, 24)
    assert pack.info["figures"] == {"mm": 1} and pack.info["split"] == "held-out"
    from motionclip_blender.core.inference.networks import pack_arrays, projection
    from motionclip_blender.core.model.weights import load_network

    assert pack.checksums.keys() == {"weights.safetensors"}
    assert projection(pack, pack_arrays(pack)).shape == (512, 384)
    for ours, theirs in zip(load_network(pack).parameters(), run.average.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs.half().float())


@pytest.mark.slow
def test_an_exported_pack_carries_its_wordings_as_texts(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    TINY.save(tmp_path / "config.json")
    record(export(tmp_path, tmp_path / "pack", "9.9"), {"mm": 1})
    pack = Pack.load(tmp_path / "pack")
    assert pack.checksums.keys() == {"weights.safetensors", TEXTS, NUMBERS}
    for name, digest in pack.checksums.items():
        assert hashlib.sha256((pack.folder / name).read_bytes()).hexdigest() == digest
    engine = Engine(pack.folder, open_body)
    assert len(engine.wordings.texts) == len(engine.retrieval) > 1000
