"""Every benchmark of `make bench` that no other test runs: a round or two of it, and figures as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

SHORT = {
    "engines": ("--rounds", "1", "--starts", "1"),
    "prompt_to_keys": ("--rounds", "30", "--limit", "1000"),
    "plan": ("--rounds", "3", "--limit", "1000"),
    "keying": ("--frames", "20", "--repeats", "1"),
    "slider": ("--rounds", "20", "--limit", "100000"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_it_runs(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = tmp_path / "figures.json"
    command = [sys.executable, "-m", f"benchmarks.{name}", *SHORT[name], "--json", path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert any(isinstance(value, float) and value > 0 for value in figures.values())
