"""The command line as a process of its own, and what it needs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.pack import DEFAULT_FOLDER
from tests.paths import ROOT

needs_model = pytest.mark.skipif(
    not ((DEFAULT_FOLDER / "pack.json").is_file() and OPEN_BODY.is_file()),
    reason="no model pack or no open body here",
)
needs_blender = pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="no bpy here")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "motionclip_blender", *map(str, arguments)]


def run(folder: Path, *arguments: object, **options) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, **options
    )


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
