"""Folders of small source files, and runs of `prepare` over them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

pytest.importorskip("bpy")


def files_in(out: Path) -> dict[str, int]:
    """Every file below a folder with its time."""
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def run(sources: Path, out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "training", "prepare", "--no-pictures", "--workers", "1"]
    return subprocess.run(
        [*command, "--source", sources, "--out", out, *options], cwd=ROOT, capture_output=True, timeout=180,
        env=os.environ | environment,
    )  # fmt: skip
