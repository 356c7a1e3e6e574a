"""A training run: steps, checkpoints, packs, what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS
from tests.paths import ROOT
from tests.synthetic import random_motion
from training.autoencoder.config import TrainConfig
from training.autoencoder.dataset import Sample
from training.autoencoder.distributed import Place
from training.autoencoder.embeddings import Captions, Frames
from training.autoencoder.export import export, record
from training.autoencoder.log import Log
from training.autoencoder.material import SpanMaterial
from training.autoencoder.run import Run

TINY = TrainConfig(
    steps=8,
    motions=2,
    prompts=3,
    refine_from=4,
    cosines=4,
    reader_width=16,
    width=32,
    layers=1,
    feed_forward=32,
    warmup=2,
    save_every=3,
    frames=(20, 24),
)


def made_samples() -> list[Sample]:
    words = ["walk", "jump", "wave", "sit"]
    return [
        Sample(w, w, random_motion(30, seed=i), (w, f"a person {w}s"), (w, f"{w} now"), 30, False, (0, 30))
        for i, w in enumerate(words)
    ]


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return made_samples()


@pytest.fixture(scope="module")
def captions(samples) -> Captions:
    return Captions(samples)


def a_run(folder, config, samples, body, captions, frames=None, place=None) -> Run:
    return Run(folder, config, SpanMaterial(samples, captions, config, frames), body, place)


def frames_file(path):
    """One frame of each of two clips."""
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(2, 512)).astype(np.float32)
    clips, numbers = np.array(["walk", "jump"]), np.array([3, 40])
    np.savez(path, clips=clips, frames=numbers, embeddings=embeddings, mirrored=-embeddings)
    return path


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path, samples, captions, open_body):
    whole = a_run(tmp_path / "whole", TINY, samples, open_body, captions)
    whole.folder.mkdir()
    whole.train()

    (tmp_path / "parts").mkdir()
    first = a_run(tmp_path / "parts", TINY, samples, open_body, captions)
    for _ in range(3):
        first.one_step()
    first.save()  # and killed
    second = a_run(tmp_path / "parts", TINY, samples, open_body, captions)
    second.resume()
    assert second.step == 3
    second.train()
    for ours, theirs in zip(whole.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_the_log_tells_the_movement_of_trained_and_held_out_windows(tmp_path, samples, captions, open_body):
    config = replace(TINY, steps=4, log_every=3, check_every=2)
    material = SpanMaterial(samples[:3], Captions(samples[:3]), config, held_out=samples[3:])
    assert {part: len(windows) for part, windows in material.watched(20).items()} == {"training": 3, "held-out": 1}
    run = Run(tmp_path, config, material, open_body)
    run.train()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 3, 4]
    assert "kept/held-out" not in lines[1]
    for part, real in material.watched(20).items():
        windows = torch.from_numpy(real)
        with torch.no_grad():
            made = run.average.decoder(run.average.encoder(windows), 20)
        share = made[:, :, :-1].numpy().var(axis=1).mean() / real[:, :, :-1].var(axis=1).mean()
        assert lines[2][f"kept/{part}"] == pytest.approx(share, abs=2e-5)


def test_a_run_that_holds_nothing_out_watches_what_it_trains_on(samples, captions):
    assert SpanMaterial(samples, captions, TINY).watched(20).keys() == {"training"}


def test_a_damaged_checkpoint_and_one_of_another_run(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    with pytest.raises(UserError, match="another width"):
        a_run(tmp_path, replace(TINY, width=64), samples, open_body, captions).resume()
    run.checkpoint.write_bytes(run.checkpoint.read_bytes()[:5000])
    with pytest.raises(UserError, match="cannot be read"):
        a_run(tmp_path, TINY, samples, open_body, captions).resume()


def test_a_checkpoint_from_before_a_setting_was_there_goes_on(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    state = torch.load(run.checkpoint, weights_only=True)
    for key in ("order", "smplx", "prefix_tokens"):
        del state["config"][key]
    del state["config"]["loss"]["poses"]
    torch.save(state, run.checkpoint)
    a_run(tmp_path, TINY, samples, open_body, captions).resume()
    with pytest.raises(UserError, match="another smplx"):
        a_run(tmp_path, replace(TINY, smplx=True), samples, open_body, captions).resume()


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


def test_frames_inside_a_span_take_part_in_equation_3(tmp_path, samples, captions, open_body):
    frames = Frames(frames_file(tmp_path / "frames.npz"), samples)
    embeddings, known = frames.of(np.arange(len(samples)), np.random.default_rng(0))
    assert embeddings.shape == (4, 512)
    assert known.tolist() == [True, False, False, False]  # the frame of "jump" lies behind its end
    mirrored = [replace(s, is_mirrored=True) for s in samples]
    again, _ = Frames(tmp_path / "frames.npz", mirrored).of(np.arange(4), np.random.default_rng(0))
    np.testing.assert_allclose(again[0], -embeddings[0])
    (tmp_path / "run").mkdir()
    run = a_run(tmp_path / "run", TINY, samples, open_body, captions, frames)
    with_frames, without = run, a_run(tmp_path, TINY, samples, open_body, captions)
    assert "image" in with_frames.one_step() and "image" not in without.one_step()


def test_the_frame_may_be_that_which_is_most_like_the_caption(tmp_path, samples, captions, open_body):
    random = np.random.default_rng(0)
    lengths = np.array([1, 1, 9, 1, 1])[:, None]  # the cosine decides, not the length
    embeddings = (random.normal(size=(5, 512)) * lengths).astype(np.float32)
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * 5, frames=[1, 2, 3, 4, 5], embeddings=embeddings, mirrored=embeddings)
    frames = Frames(path, samples)
    chosen = np.array([0, 0, 1, 0])
    texts = embeddings[[3, 1, 0, 2]] + random.normal(size=(4, 512)).astype(np.float32)
    found, known = frames.of(chosen, random, texts)
    assert known.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(found[known], embeddings[[3, 1, 2]])
    drawn = {frames.of(chosen[:1], random)[0].tobytes() for _ in range(60)}
    assert len(drawn) == 5  # without texts any of them

    config = replace(TINY, image="caption", class_names=0.0)
    batch = SpanMaterial(samples, captions, config, frames).batch(0, 20, np.random.default_rng(0), Place())
    seen = batch.seen.bool().numpy()
    told, images = batch.captions.numpy()[seen], batch.images.numpy()[seen]
    cosines = told @ (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).T
    assert seen.any() and (images == embeddings[cosines.argmax(axis=1)]).all()


def test_a_config_that_chooses_frames_by_nothing_known(tmp_path):
    (tmp_path / "c.json").write_text('{"image": "nearest"}')
    with pytest.raises(UserError, match="image cannot be 'nearest'; choose one of random, caption"):
        TrainConfig.load(tmp_path / "c.json")


def test_a_file_that_holds_no_frames(tmp_path, samples):
    (tmp_path / "frames.npz").write_bytes(b"rubbish")
    with pytest.raises(UserError, match="holds no embeddings"):
        Frames(tmp_path / "frames.npz", samples)


def test_the_transformers_take_part_later(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)

    def transformers() -> list[torch.Tensor]:
        named = run.network.named_parameters()
        return [
            p.detach().clone() for name, p in named if ".layers." in name or (".to_" in name and ".linear." not in name)
        ]

    untouched = transformers()
    for _ in range(TINY.refine_from):
        run.one_step()
    assert all((a == b).all() for a, b in zip(untouched, transformers(), strict=True))
    run.one_step()
    assert any((a != b).any() for a, b in zip(untouched, transformers(), strict=True))


def test_a_network_without_a_linear_part_learns_too(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, replace(TINY, cosines=0, refine_from=0, prompts=0), samples, open_body, captions)
    before = [p.detach().clone() for p in run.network.parameters()]
    assert np.isfinite(float(run.one_step()["reconstruction"]))
    assert all((a != b).any() for a, b in zip(before, run.network.parameters(), strict=True) if a.ndim > 1)


@pytest.mark.slow
def test_a_run_begins_at_the_best_linear_auto_encoder(tmp_path, samples, captions, open_body):
    """It keeps motions from the first step, and their latents point to their captions."""
    run = a_run(tmp_path, replace(TINY, cosines=24, frames=(20, 24)), samples, open_body, captions)
    chosen, poses = run.material.windows.draw(32, 24, np.random.default_rng(1))
    real = torch.from_numpy(poses)
    with torch.no_grad():
        latents = run.average.encoder(real)
        made = run.average.decoder(latents, 24)
    still = real.mean(dim=1, keepdim=True).expand_as(real)
    assert (made - real).square().mean() < 0.3 * (still - real).square().mean()
    told = np.stack([c.mean(axis=0) for c in captions.captions])
    near = (latents - torch.from_numpy(captions.mean)) @ torch.from_numpy(told - captions.mean).T
    assert (near.argmax(dim=1).numpy() == chosen).mean() > 0.9


def test_a_decoder_that_stands_still_stops_the_run(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, replace(TINY, canary_from=0), samples, open_body, captions)
    for parameter in run.average.decoder.linear.parameters():
        parameter.data.zero_()
    with pytest.raises(UserError, match="collapsed"):
        run.check_movement()


def test_a_loss_that_is_not_finite_stops_the_run_and_leaves_the_checkpoint(tmp_path, samples, captions, open_body):
    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    saved = run.checkpoint.read_bytes()
    run.network.decoder.linear.to_spectrum.bias.data[0] = np.nan
    with pytest.raises(UserError, match="not finite at step 0"):
        run.train()
    assert run.checkpoint.read_bytes() == saved


@pytest.mark.skipif(sys.platform == "win32", reason="the limit that stands for a full disk is one of Unix")
def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, samples, captions, open_body):
    import resource
    import signal

    run = a_run(tmp_path, TINY, samples, open_body, captions)
    run.save()
    saved = run.checkpoint.read_bytes()
    run.one_step()
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(UserError, match="Cannot write .*checkpoint"):
            run.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert run.checkpoint.read_bytes() == saved
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_embeddings_are_kept_for_the_next_run(tmp_path, samples):
    first = Captions(samples, tmp_path)
    kept = tmp_path / "text_embeddings.npz"
    stamp = kept.stat().st_mtime_ns
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(b"rubbish")
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)


def test_the_log_of_a_resumed_run_has_every_step_once(tmp_path):
    log = Log(tmp_path, 0)
    for step in (50, 100, 150):
        log.write(step, {"loss": 1.0})
    with log.path.open("a") as handle:
        handle.write('{"step": 20')  # killed while writing
    Log(tmp_path, 100).write(150, {"loss": 2.0})
    assert [json.loads(line)["step"] for line in log.path.read_text().splitlines()] == [50, 100, 150]


@pytest.mark.slow
def test_two_processes_share_a_run(tmp_path, samples, open_body):
    """torchrun, gloo, both with one network after every step."""
    script = tmp_path / "shared.py"
    script.write_text(
        "import sys, torch\n"
        "from pathlib import Path\n"
        "import tests.training.autoencoder.test_train as t\n"
        "from motionclip_blender.core.body import Body\n"
        "from training.autoencoder.distributed import joined\n"
        "out = Path(sys.argv[1])\n"
        "with joined() as place:\n"
        "    torch.set_num_threads(1)\n"
        "    samples = t.made_samples()\n"
        "    run = t.a_run(out, t.TINY, samples, Body.load(), t.Captions(samples), place=place)\n"
        "    run.train()\n"
        "    torch.save([p.detach() for p in run.network.parameters()], out / f'{place.rank}.pt')\n"
    )
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", script, tmp_path],
        check=True, timeout=300, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    for ours, theirs in zip(first, second, strict=True):
        torch.testing.assert_close(ours, theirs)
    assert (tmp_path / "checkpoint.pt").is_file()


def test_a_configuration_file_with_a_wrong_key(tmp_path):
    (tmp_path / "c.json").write_text('{"stepps": 3}')
    with pytest.raises(UserError, match="stepps"):
        TrainConfig.load(tmp_path / "c.json")
