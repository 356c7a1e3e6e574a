"""`python -m training` ends with a sentence where it cannot go on."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.paths import ROOT
from training import __main__ as command


def asked(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The status where a command raises an error when it is imported."""

    def failing(*_: str) -> None:
        raise error

    monkeypatch.setattr(importlib, "import_module", failing)
    monkeypatch.setattr(sys, "argv", ["training", "train"])
    return command.main()


def test_ctrl_c_is_told_in_one_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert asked(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert asked(monkeypatch, ModuleNotFoundError("No module named 'torch'", name="torch.nn")) == 2
    assert capsys.readouterr().err == 'The package "torch" is not installed; run: pip install ".[training]"\n'
    with pytest.raises(ModuleNotFoundError):  # a bug
        asked(monkeypatch, ModuleNotFoundError("No module named 'training.gone'", name="training.gone"))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of Unix")
def test_who_reads_no_further_is_no_error(tmp_path: Path):
    lines = "".join(f'{{"clip": "a/{i}", "action": "x", "captions": ["b"], "exemplar": false, "after": "hold"}}\n'
                    for i in range(3000))  # fmt: skip
    (tmp_path / "own.jsonl").write_text(lines)
    for name in ("classes", "styles"):
        (tmp_path / f"{name}.json").write_text("[]")
    reader, writer = os.pipe()
    os.close(reader)
    made = subprocess.run(
        [sys.executable, "-m", "training", "captions", "--captions", tmp_path, "--data", tmp_path], cwd=ROOT,
        stdout=writer, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    os.close(writer)
    assert made.returncode == 141 and "Traceback" not in made.stderr and "Error" not in made.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_preparing_stops_without_a_traceback(tmp_path: Path):
    pytest.importorskip("bpy")
    from tests.training.data import tiny

    for number in range(40):
        tiny.write(tmp_path / "in" / f"{number}.bvh", tiny.bvh(tiny.moves(60, "left_elbow")))
    process = subprocess.Popen(
        [sys.executable, "-m", "training", "prepare", "--no-pictures", "--workers", "2", "--source", tmp_path / "in",
         "--out", tmp_path / "out"], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment(),
        start_new_session=True,
        # shells let what runs in the background ignore Ctrl-C, and so the tests, too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while process.poll() is None and not list((tmp_path / "out").glob("own/*.npz")):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes of the command
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and said.strip().splitlines()[-1] == "Stopped.", said
    assert "Traceback" not in said
    assert not (tmp_path / "out" / "index.json").exists() and not list((tmp_path / "out").rglob(".*-*.npz"))
