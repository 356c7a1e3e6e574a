"""Checkpoints of runs become packs."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import facing_forward
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS
from tests.synthetic import random_motion
from tests.training.autoencoder.small_run import TINY, a_run
from training.autoencoder.export import export, record
from training.autoencoder.write_pack import sources
from training.data.captions import CaptionedSpan
from training.data.wordings import trained_spans, trained_with


@pytest.mark.slow
def test_a_checkpoint_becomes_a_pack(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    TINY.save(tmp_path / "config.json")
    record(export(tmp_path, tmp_path / "pack", "9.9", texts=False), {"mm": 1})
    pack = Pack.load(tmp_path / "pack")
    assert pack.version == "9.9" and pack.frames == (20, 24)
    assert pack.info["figures"] == {"mm": 1} and trained_with(pack.info) == ("held-out", True, False, ())
    from motionclip_blender.core.inference.networks import pack_arrays, projection
    from motionclip_blender.core.model.weights import load_network

    assert pack.checksums.keys() == {"weights.safetensors"}
    assert projection(pack, pack_arrays(pack)).shape == (512, 384)
    for ours, theirs in zip(load_network(pack).parameters(), run.average.parameters(), strict=True):
        atol = float(theirs.abs().max()) / 127 + 1e-6  # matrices are stored as integers
        torch.testing.assert_close(ours, theirs, atol=atol, rtol=0)


@pytest.mark.slow
def test_the_encoder_s_transformer_may_count_for_less(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    torch.nn.init.normal_(run.average.encoder.to_latent.weight)  # it begins silent
    run.save()
    TINY.save(tmp_path / "config.json")
    (tmp_path / "pack").mkdir()
    stale = tmp_path / "pack" / "details.safetensors"
    stale.write_bytes(b"of another pack")
    export(tmp_path, tmp_path / "pack", "9.9", texts=False, refinement=0.25)
    assert not stale.exists() and Pack.load(tmp_path / "pack").info["refinement"] == 0.25
    motion = random_motion(24, seed=1, size=0.2)
    engine = Engine(tmp_path / "pack", open_body, compute="numpy")
    poses = torch.from_numpy(to_pose_tensor(facing_forward(motion), engine.pack.pose_format))[None]
    with torch.no_grad():
        plain, full = (run.average.encoder(poses, refine)[0].numpy() for refine in (False, True))
    wanted = plain + 0.25 * (full - plain)
    found = engine.encode(motion)
    assert np.linalg.norm(found - wanted) < 0.05 * np.linalg.norm(full - plain)
    with pytest.raises(UserError, match="between 0 and 1"):
        export(tmp_path, tmp_path / "pack", "9.9", texts=False, refinement=1.5)


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


def test_a_pack_names_every_source_with_its_licence_and_credit():
    spans = [CaptionedSpan("kaykit/a", "walk", ("walk",), True, "hold", limbs={"right_arm": "o3de/b"})]
    named = sources([*spans, replace(spans[0], clip="kaykit/c")])
    assert [one["source"] for one in named] == ["kaykit", "o3de"]
    assert all(one["licence"] and one["credit"] for one in named)


def test_nobody_is_trained_on_whose_licence_asks_to_share_alike():
    trained = sources(trained_spans("people", True, True))
    assert len(trained) > 10 and not [one for one in trained if "SA" in one["licence"]]
