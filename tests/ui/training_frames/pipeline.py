"""Runs of the pipeline that the tests start."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from types import ModuleType

import pytest

pytest.importorskip("bpy")

from motionclip_blender.ui.training_frames import properties as frames_properties
from motionclip_blender.ui.training_frames.process import RENDERING
from tests.paths import ROOT

# A program in the coordinator's place: greets, tells how far it is, waits for a file, ends as it is told
DOUBLE = """
import json, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
status, go, final, *said = sys.argv[1:]
print("Blender 9.9")
for line in ("{nonsense", json.dumps({"done": 3, "total": 8, "message": "Rendering"})):
    print(line, flush=True)
while not pathlib.Path(go).exists():
    time.sleep(0.01)
print(json.dumps({"done": 8, "total": 8, "message": final}), flush=True)
print(*said, sep="\\n", file=sys.stderr)
sys.exit(int(status))
"""


def start(bpy: ModuleType) -> None:
    """What the button does, without waiting for the end."""
    RENDERING.start(frames_properties.wanted(bpy.context))


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def command(*arguments: str) -> subprocess.CompletedProcess:
    """What Blender calls for the command, in a process of its own: it ends with it, as Blender does."""
    program = (
        "import sys; from motionclip_blender.ui.training_frames import command; sys.exit(command.run(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
