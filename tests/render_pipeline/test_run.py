"""Whole runs, as a user starts them: the same pixels after every kind of interruption."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import ROOT, assert_same, call, command, read


def test_a_run_leaves_what_the_manual_says(rendered: Path):
    samples = read(rendered)
    assert len(samples) == 12
    assert sorted(path.name for path in rendered.iterdir()) == [
        ".lock", *(f"frames-0000{i}.{kind}" for i in range(3) for kind in ("json", "tar")),
        "index.csv", "index.json", "run.json", "sheet.png", "sizes.json",
    ]  # fmt: skip
    index = json.loads((rendered / "index.json").read_text())
    assert index["frames"] == 12
    assert [shard["frames"] for shard in index["shards"]] == [4, 4, 4]
    with (rendered / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row, (key, sample) in zip(rows, sorted(samples.items()), strict=True):
        assert (row["key"], row["shard"], row["motion"]) == (key, sample.shard, sample.told["motion"])
        assert sample.caption == sample.told["caption"] == (row["caption"] or None)
        assert sample.pixels.shape == (48, 48, 3)
        assert np.shape(sample.told["joints_2d"]) == (55, 2)
        assert np.ptp(sample.pixels) > 40, "somebody is to be seen"
    sizes = json.loads((rendered / "sizes.json").read_text())
    assert sum(sizes.values()) == sum(sample.caption is not None for sample in samples.values()) == 4
    assert Image.open(rendered / "sheet.png").size == (8 * 50 - 2, 2 * 50 - 2)


def test_two_workers_make_the_same_files(motions: Path, rendered: Path, tmp_path: Path):
    done = call(motions, tmp_path / "out", "--workers", "2", "--progress-json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0] == {"done": 0, "total": 12, "message": "Starting Blender"}
    assert lines[-1] == {"done": 12, "total": 12, "message": "Done"}
    for path in rendered.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    "moment",
    [pytest.param("at once", marks=pytest.mark.slow), "first shard", pytest.param("later", marks=pytest.mark.slow)],
)
def test_after_kill_9_the_same_command_finishes_the_rest(motions: Path, rendered: Path, tmp_path: Path, moment: str):
    out = tmp_path / "out"
    process = subprocess.Popen(command(motions, out, "--workers", "2"), cwd=ROOT, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not list(out.glob({"at once": "run.json", "first shard": ".frames-*", "later": "frames-*.json"}[moment])):
        if process.poll() is not None or time.monotonic() > end:
            break  # a temporary file's life is short; then this is the case of a finished run
    process.kill()
    process.wait()
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("frames-*.tar")
              if path.with_suffix(".json").exists()}  # fmt: skip
    done = call(motions, out)
    assert done.returncode == 0, done.stderr
    assert_same(read(out), read(rendered))
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in rendered.iterdir())
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before, "what was done is kept"


def test_sigterm_ends_the_workers_and_keeps_what_is_done(motions: Path, rendered: Path, tmp_path: Path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(motions, out, "--workers", "1", "--per-motion", "400"), cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    until(lambda: list(out.glob("frames-*.json")))
    workers = children(process.pid)
    assert workers
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "goes on with the rest" in said
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert not list(out.glob(".frames-*"))


def test_a_killed_worker_is_replaced(motions: Path, rendered: Path, tmp_path: Path):
    out = tmp_path / "out"
    process = subprocess.Popen(command(motions, out, "--workers", "1"), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until(lambda: list(out.glob("frames-*.json")) or children(process.pid))
    for worker in children(process.pid):
        os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert_same(read(out), read(rendered))


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_does_not_outlive_its_parent(motions: Path, tmp_path: Path):
    process = subprocess.Popen(
        command(motions, tmp_path / "out", "--per-motion", "400", "--workers", "1"), cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: list((tmp_path / "out").glob("frames-*.json")))
    workers = children(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(alive(worker) for worker in workers))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("harm", ["cut", "record"])
def test_a_damaged_shard_is_named_and_rendered_anew(motions: Path, rendered: Path, tmp_path: Path, harm: str):
    out = shutil.copytree(rendered, tmp_path / "out")
    if harm == "cut":
        shard = out / "frames-00001.tar"
        shard.write_bytes(shard.read_bytes()[:1000])
    else:
        (out / "frames-00001.json").write_text("nonsense")
    done = call(motions, out)
    assert done.returncode == 0, done.stderr
    assert "frames-00001.tar is damaged" in done.stderr
    assert "4 of them rendered now" in done.stderr
    assert_same(read(out), read(rendered))


def test_a_finished_run_starts_no_blender(motions: Path, rendered: Path, tmp_path: Path):
    out = shutil.copytree(rendered, tmp_path / "out")
    start = time.monotonic()
    done = call(motions, out)
    assert done.returncode == 0
    assert "0 of them rendered now" in done.stderr
    assert time.monotonic() - start < 5


def test_other_settings_are_refused(motions: Path, rendered: Path, tmp_path: Path):
    out = shutil.copytree(rendered, tmp_path / "out")
    done = call(motions, out, "--seed", "5")
    assert done.returncode == 2
    assert "begun with something else (seed)" in done.stderr
    assert_same(read(out), read(rendered))


def test_another_run_in_the_same_folder_is_refused(motions: Path, tmp_path: Path):
    out = tmp_path / "out"
    process = subprocess.Popen(command(motions, out, "--per-motion", "100"), cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (out / "run.json").exists())
        done = call(motions, out, "--per-motion", "100")
    finally:
        process.terminate()
        process.wait()
    assert done.returncode == 2
    assert "Another run is writing" in done.stderr


def double(folder: Path, accident: str, motion: str) -> str:
    """Returns a program that poses as Blender and has `accident` at `motion`."""
    program = folder / "blender"
    script = Path(__file__).with_name("blender_double.py")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" {accident} {motion} "{folder}" "$@"\n')
    program.chmod(0o755)
    return str(program)


def test_a_unit_whose_worker_crashes_once_is_rendered_by_the_next(motions: Path, rendered: Path, tmp_path: Path):
    done = call(motions, tmp_path / "out", "--blender", double(tmp_path, "once", "b/walk"), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "happened").exists()
    assert_same(read(tmp_path / "out"), read(rendered))


@pytest.mark.parametrize(
    ("accident", "word"),
    [("always", "signal 6"), pytest.param("raises", "the lamp fell over", marks=pytest.mark.slow)],
)
def test_a_unit_that_crashes_three_times_is_named(motions: Path, tmp_path: Path, accident: str, word: str):
    (tmp_path / "data").mkdir()
    for i in range(9):
        shutil.copy(motions / "a" / "fall.npz", tmp_path / "data" / f"m{i}.npz")
    blender = double(tmp_path, accident, "m4")
    out = tmp_path / "out"
    done = call(tmp_path / "data", out, "--per-motion", "1", "--blender", blender, "--workers", "2")
    assert done.returncode == 1
    assert "its worker crashed three times, last while rendering frame" in done.stderr
    assert "of m4" in done.stderr
    assert word in done.stderr
    assert len(read(out)) in (5, 8), "the others are there"
    assert len(json.loads((out / "index.json").read_text())["failed"]) == 1
    # and can be made good later
    done = call(tmp_path / "data", out, "--per-motion", "1")
    assert done.returncode == 0, done.stderr
    assert len(read(out)) == 9


@pytest.mark.slow
def test_recycled_workers_make_the_same_pixels(motions: Path, open_body, rendered: Path, tmp_path: Path):
    from motionclip_blender.core.body import OPEN_BODY
    from render_pipeline.process import Blender, Worker
    from render_pipeline.run import Request, render_frames
    from render_pipeline.settings import Settings

    started = []

    class Counting(Worker):
        def _start(self) -> None:
            before = self._process
            super()._start()
            started.extend([1] if self._process is not before else [])

    settings = Settings(size=48)
    request = Request(motions, tmp_path / "out", settings, "varied", per_motion=4, shard=4)
    render_frames(request, lambda units: [Counting(Blender(), settings, OPEN_BODY, recycle=4)])
    assert len(started) == 4  # three units and the contact sheet
    assert_same(read(tmp_path / "out"), read(rendered))


@pytest.mark.parametrize("suffix", [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_open_clip_s_own_loader_reads_the_shards(motions: Path, tmp_path: Path, suffix: tuple[str, str]):
    for package in ("webdataset", "pandas"):
        pytest.importorskip(package)
    from types import SimpleNamespace

    from motionclip_blender.core.model.clip import _declare_torchvision_ops

    _declare_torchvision_ops()  # open_clip imports torchvision

    data = pytest.importorskip("open_clip_train.data")

    out = tmp_path / "out"
    assert call(motions, out, "--format", suffix[0], "--limit", "8", "--per-motion", "4").returncode == 0
    shards = str(out / "frames-{00000..00001}.tar")
    assert data.get_dataset_size(shards) == (sum(json.loads((out / "sizes.json").read_text()).values()), 2)
    args = SimpleNamespace(
        train_data=shards, val_data=None, train_num_samples=None, val_num_samples=None, dataset_resampled=False,
        train_data_upsampling_factors=None, seed=0, batch_size=1, workers=1, world_size=1,
    )  # fmt: skip
    info = data.get_wds_dataset(args, np.asarray, is_train=True, tokenizer=lambda text: [text])
    batches = [(image, text) for image, text in info.dataloader]
    assert batches
    for image, text in batches:
        assert tuple(image.shape) == (1, 48, 48, 3)
        assert text[0] in ("a person walks", "a person stumbles")
