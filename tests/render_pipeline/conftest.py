"""Motions to render, and the command line as a user runs it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from tests.paths import ROOT

QUICK = ("--size", "48", "--shard", "4", "--per-motion", "4", "--look", "varied")


@pytest.fixture(autouse=True)
def _needs_the_open_body():
    if not OPEN_BODY.is_file():
        pytest.skip("the open body is not built")


def wild_motion(seed: int, frames: int = 12) -> Motion:
    """Makes a motion that turns every joint, walks, and lies down in every other frame."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(frames, 55, 3)) * 0.3
    vectors[1::2, 0] += (np.pi / 2, 0, 0)
    return Motion(rot.axis_angle_to_quat(vectors), rng.normal(size=(frames, 3)), 30.0)


@pytest.fixture(scope="session")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Writes three motions in two subfolders; one has captions, for its parts."""
    folder = tmp_path_factory.mktemp("motions")
    for i, name in enumerate(("a/fall", "a/wave.slowly", "b/walk")):
        amass.save(wild_motion(i), folder / f"{name}.npz")
    entry = {"clip": "walk", "source": "b", "captions": ["a person walks", "a person stumbles"],
             "spans": [{"captions": ["a person walks"]},
                       {"start": 0.2, "end": 0.3, "captions": ["a person stumbles"]}]}  # fmt: skip
    (folder / "index.json").write_text(json.dumps({"clips": [entry]}))
    return folder


def command(motions: Path, out: Path, *options: str) -> list[str]:
    """Returns the command `python -m render_pipeline` with quick settings."""
    return [sys.executable, "-m", "render_pipeline", "--motions", str(motions), "--out", str(out), *QUICK, *options]


def call(
    motions: Path, out: Path, *options: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Runs the command to its end."""
    return subprocess.run(
        command(motions, out, *options), cwd=ROOT, env={**os.environ, **(environment or {})},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A frame as it is stored in a shard."""

    shard: str
    told: dict
    pixels: np.ndarray
    caption: str | None


def read(folder: Path) -> dict[str, Sample]:
    """Reads all frames of all shards, by key. Checks that every key occurs only once."""
    found: dict[str, Sample] = {}
    for path in sorted(folder.glob("frames-*.tar")):
        files: dict[str, dict[str, bytes]] = {}
        with tarfile.open(path) as tar:
            for entry in tar:
                key, _, ending = entry.name.partition(".")
                files.setdefault(key, {})[ending] = tar.extractfile(entry).read()
        for key, parts in files.items():
            assert key not in found, f"{key} is there twice"
            caption = parts["txt"].decode() if "txt" in parts else None
            pixels = np.asarray(Image.open(io.BytesIO(parts["png"])))
            found[key] = Sample(path.name, json.loads(parts["json"]), pixels, caption)
    return found


def assert_same(first: dict[str, Sample], second: dict[str, Sample]) -> None:
    """Checks that two folders have the same frames, pixel by pixel."""
    assert first.keys() == second.keys()
    for key, sample in first.items():
        assert sample.told == second[key].told
        assert np.array_equal(sample.pixels, second[key].pixels), key


@pytest.fixture(scope="session")
def rendered(motions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Renders the motions with one worker, without any disturbance."""
    out = tmp_path_factory.mktemp("frames") / "out"
    done = call(motions, out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return out
