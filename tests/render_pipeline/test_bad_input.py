"""User errors are answered by one sentence and exit status 2; bad motions are skipped and named."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from .conftest import ROOT, assert_same, call, command, read


def refused(done: subprocess.CompletedProcess, *words: str) -> None:
    assert done.returncode == 2, done.stderr
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1, done.stderr
    for word in words:
        assert word in said[0]


def program(folder: Path, says: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return str(path)


def test_no_such_blender(motions: Path, tmp_path: Path):
    refused(call(motions, tmp_path / "out", "--blender", str(tmp_path / "nothing")), "no Blender program", "--blender")


def test_an_up_axis_that_is_none(motions: Path, tmp_path: Path):
    refused(call(motions, tmp_path / "out", "--up", "W"), "'W' is no axis")


def test_a_program_that_is_no_blender(motions: Path, tmp_path: Path):
    blender = program(tmp_path, "Maya 2026.1")
    refused(call(motions, tmp_path / "out", "--blender", blender), "does not say that it is Blender")


def test_a_blender_that_is_too_old(motions: Path, tmp_path: Path):
    blender = program(tmp_path, "Blender 4.1.1")
    refused(call(motions, tmp_path / "out", "--blender", blender), "4.1 is too old", "4.2 or newer")


@pytest.mark.parametrize("engine", ["workbench", "eevee"])
def test_no_egl(motions: Path, tmp_path: Path, engine: str):
    (tmp_path / "libEGL.so.1").touch()  # found first, and no library
    hidden = {"LD_LIBRARY_PATH": str(tmp_path)}
    done = call(motions, tmp_path / "out", "--engine", engine, environment=hidden)
    refused(done, "libEGL.so.1", "libegl1", "--engine cycles")
    assert not list((tmp_path / "out").glob("*frames*"))


def test_cycles_needs_no_egl(motions: Path, tmp_path: Path):
    (tmp_path / "libEGL.so.1").touch()
    options = ("--engine", "cycles", "--samples", "1", "--limit", "2")
    done = call(motions, tmp_path / "out", *options, environment={"LD_LIBRARY_PATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert len(read(tmp_path / "out")) == 2


def test_a_motion_with_nan_is_skipped_and_named(motions: Path, tmp_path: Path):
    data = shutil.copytree(motions, tmp_path / "data")
    for i, (name, content) in enumerate({"nan": None, "text": b"no archive"}.items()):
        path = data / f"{name}.npz"
        if content is None:
            arrays = dict(np.load(data / "b" / "walk.npz"))
            arrays["poses"][3, i] = np.nan
            np.savez(path, **arrays)
        else:
            path.write_bytes(content)
    done = call(data, tmp_path / "out")
    assert done.returncode == 1
    assert "Skipped nan: " in done.stderr and "nan.npz: The motion holds numbers that are not finite" in done.stderr
    assert "Skipped text:" in done.stderr
    assert "Traceback" not in done.stderr
    samples = read(tmp_path / "out")
    assert len(samples) == 12
    assert {sample.told["motion"] for sample in samples.values()} == {"a/fall", "a/wave.slowly", "b/walk"}
    # a second run renders nothing and says it again
    again = call(data, tmp_path / "out")
    assert again.returncode == 1
    assert "Skipped nan" in again.stderr
    assert "0 of them rendered now" in again.stderr


def test_a_full_disk(motions: Path, tmp_path: Path):
    # a limit on the size of files fails a write in the middle as a full disk does
    done = subprocess.run(
        command(motions, tmp_path / "out", "--workers", "1"), cwd=ROOT, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000)),
    )  # fmt: skip
    refused(done, "Cannot write", "frames-00000.tar", "free some space")
    assert not list((tmp_path / "out").glob("*frames*"))


def test_a_folder_that_cannot_be_written(motions: Path, tmp_path: Path):
    (tmp_path / "out").write_text("a file")
    refused(call(motions, tmp_path / "out"), "Cannot write")
    refused(call(motions, tmp_path / ("x" * 300)), "Cannot write", "File name too long")


def test_no_motions(tmp_path: Path):
    (tmp_path / "data").mkdir()
    refused(call(tmp_path / "data", tmp_path / "out"), "holds no motions")
    refused(call(tmp_path / "nothing", tmp_path / "out"), "no folder")
    refused(call(tmp_path / ("x" * 300), tmp_path / "out"), "no folder")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--size", "0"), "--size"),
        (("--size", "big"), "no whole number"),
        (("--per-motion", "0"), "--per-motion"),
        (("--engine", "unreal"), "--engine"),
        (("--engine", "cycles", "--samples", "0"), "--samples"),
        (("--nonsense",), "--nonsense"),
        (("--body", "nothing.npz"), "nothing.npz"),
        (("--body", "x" * 300), "xxx"),
        (("--config", "nothing.toml"), "nothing.toml"),
        (("--config", "x" * 300), "xxx"),
    ],
)
def test_bad_options(motions: Path, tmp_path: Path, options: tuple[str, ...], word: str):
    refused(call(motions, tmp_path / "out", *options), word)


def test_frames_without_the_run_s_settings(motions: Path, rendered: Path, tmp_path: Path):
    out = shutil.copytree(rendered, tmp_path / "out")
    (out / "run.json").unlink()
    refused(call(motions, out), "no run.json")
    (out / "run.json").write_text("{")
    refused(call(motions, out), "cannot be read")


def test_frames_in_the_folder_of_the_motions(motions: Path, tmp_path: Path):
    data = shutil.copytree(motions, tmp_path / "data")
    before = (data / "index.json").read_bytes()
    refused(call(data, data / ".." / "data"), "holds the motions", "choose another folder")
    assert (data / "index.json").read_bytes() == before and not (data / "run.json").exists()


HARM = {
    "no frames": lambda record: record.update(frames=5),
    "a frame without a key": lambda record: record["frames"][0].pop("key"),
    "nothing skipped": lambda record: record.update(skipped=None),
    "fewer frames": lambda record: record.update(frames=record["frames"][:3]),
    "another shard's name": lambda record: record.update(shard="frames-00000.tar"),
    "a path": lambda record: record.update(shard="../x.tar"),
    "skipped, though it is there": lambda record: record["skipped"].update({record["frames"][0]["motion"]: "broken"}),
    "skipped, though it is none": lambda record: record["skipped"].update({"nothing": "broken"}),
}


@pytest.mark.slow
def test_damaged_records_are_rendered_anew(motions: Path, rendered: Path, tmp_path: Path):
    out = shutil.copytree(rendered, tmp_path / "out")
    path = out / "frames-00001.json"
    whole = path.read_bytes()
    for harm, change in HARM.items():
        record = json.loads(whole)
        change(record)
        path.write_text(json.dumps(record))
        done = call(motions, out, "--workers", "1")
        assert done.returncode == 0 and "Traceback" not in done.stderr, harm
        assert "frames-00001.tar is damaged" in done.stderr and "12 frames in" in done.stderr, harm
        assert "4 of them rendered now" in done.stderr and path.read_bytes() == whole, harm
    assert_same(read(out), read(rendered))


@pytest.mark.parametrize("text", ["[1]", "null", "[" * 100_000])
def test_settings_that_are_other_json(motions: Path, rendered: Path, tmp_path: Path, text: str):
    out = shutil.copytree(rendered, tmp_path / "out")
    (out / "run.json").write_text(text)
    refused(call(motions, out), "run.json cannot be read")
