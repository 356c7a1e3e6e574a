"""A training run: steps, checkpoints, packs, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from tests.paths import ROOT
from tests.training.autoencoder.small_run import TINY, a_run
from training.autoencoder.embeddings import Captions
from training.autoencoder.material import SpanMaterial
from training.autoencoder.run import Run


@pytest.mark.slow
@pytest.mark.parametrize("config", [TINY, replace(TINY, foreign=0.5, most_of_class=0.3)], ids=["plain", "foreign"])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path, samples, captions, open_body, config):
    whole = a_run(tmp_path / "whole", config, samples, open_body, captions)
    whole.folder.mkdir()
    whole.train()

    (tmp_path / "parts").mkdir()
    first = a_run(tmp_path / "parts", config, samples, open_body, captions)
    for _ in range(3):
        first.one_step()
    first.save()  # and killed
    second = a_run(tmp_path / "parts", config, samples, open_body, captions)
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
    chosen, poses, _ = run.material.windows.draw(32, 24, np.random.default_rng(1))
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


@pytest.mark.slow
def test_two_processes_share_a_run(tmp_path, samples, open_body):
    """torchrun, gloo, both with one network after every step."""
    script = tmp_path / "shared.py"
    script.write_text(
        "import sys, torch\n"
        "from pathlib import Path\n"
        "import tests.training.autoencoder.small_run as t\n"
        "from motionclip_blender.core.body import Body\n"
        "from training.autoencoder.distributed import joined\n"
        "from training.autoencoder.embeddings import Captions\n"
        "out = Path(sys.argv[1])\n"
        "with joined() as place:\n"
        "    torch.set_num_threads(1)\n"
        "    samples = t.made_samples()\n"
        "    run = t.a_run(out, t.TINY, samples, Body.load(), Captions(samples), place=place)\n"
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
