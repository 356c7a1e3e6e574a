"""A worker's process that is refused or ends early leaves nothing behind, and is never used again."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError
from render_pipeline.process import Blender, Crashed, Worker
from render_pipeline.settings import Settings
from tests.paths import ROOT

_SAYS_HELLO = """
import sys, time
sys.path.insert(0, {root!r})
from render_pipeline.messages import receive, send
send(sys.stdout.buffer, {hello!r})
receive(sys.stdin.buffer)
time.sleep(600)
"""


def worker(folder: Path, script: str) -> Worker:
    """Returns a worker whose Blender is a Python script. It writes its process's number down first."""
    path, pids = folder / "double.py", str(folder / "pids")
    path.write_text(f"import os\nprint(os.getpid(), file=open({pids!r}, 'a'))\n{script}")
    program = folder / "blender"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{path}"\n')
    program.chmod(0o755)
    return Worker(Blender(str(program)), Settings(size=48), OPEN_BODY)


def started(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "pids").read_text().split()]


@pytest.mark.parametrize(
    ("hello", "sentence"),
    [({"hello": [4, 1, 0], "workbench": True}, "4.1.0 is too old"), ({"hello": [4, 5, 0], "workbench": False}, "EGL")],
)
def test_a_refused_process_is_ended_and_its_files_are_closed(tmp_path: Path, hello: dict, sentence: str):
    files = tmp_path / "motionclip-files"
    refused = worker(tmp_path, _SAYS_HELLO.format(root=str(ROOT), hello=hello | {"folder": str(files)}))
    before = os.listdir("/proc/self/fd")
    for times in (1, 2):  # a second start must not take the process of the first
        files.mkdir()
        with pytest.raises(UserError, match=sentence):
            refused.sheet([], 1, 1)
        assert len(started(tmp_path)) == times
        assert not any(Path(f"/proc/{pid}").exists() for pid in started(tmp_path))
        assert not files.exists()
        assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_process_that_ends_early_is_told_with_its_last_words(tmp_path: Path):
    early = worker(tmp_path, "import sys\nsys.exit('the lamp fell over')")
    before = os.listdir("/proc/self/fd")
    with pytest.raises(Crashed, match="status 1; its last words: the lamp fell over"):
        early.sheet([], 1, 1)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_start_that_is_interrupted_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    slow = worker(tmp_path, "import time\ntime.sleep(600)")

    def interrupted(*_: object) -> None:
        end = time.monotonic() + 30
        while not ((tmp_path / "pids").is_file() and started(tmp_path)):
            assert time.monotonic() < end
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr("render_pipeline.process.receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        slow.sheet([], 1, 1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in started(tmp_path))
