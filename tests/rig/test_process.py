"""The command line of another Blender."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from motionclip_blender.rig.process import command_of, own_command, start_blender
from render_pipeline.process import Blender

SCRIPT = Path("a folder") / "script.py"


def test_a_blender_program_runs_nothing_but_the_script():
    program, *options = command_of("/opt/blender", SCRIPT)
    assert program == "/opt/blender" and options[-3:] == ["--python", str(SCRIPT), "--"]
    assert {"--background", "--factory-startup", "--disable-autoexec"} <= set(options)
    # Blender reads its options in their order
    assert options[options.index("--python-exit-code") + 1] == "1"
    assert options.index("--python-exit-code") < options.index("--python")


def test_this_very_blender_is_started(monkeypatch: pytest.MonkeyPatch):
    assert own_command(SCRIPT) == [sys.executable, "-P", str(SCRIPT)], "the module has no program"
    app = type("App", (), {"binary_path": "/opt/blender"})
    monkeypatch.setitem(sys.modules, "bpy", type("Bpy", (), {"app": app}))
    assert own_command(SCRIPT) == command_of("/opt/blender", SCRIPT)


def test_workers_are_started_as_every_other_blender():
    *command, launcher, mark, worker = Blender("/opt/blender").command()
    assert (Path(launcher).name, mark, worker) == ("inside_blender.py", "--", "worker")
    assert [*command, launcher, mark] == command_of("/opt/blender", Path(launcher))


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_arguments_and_errors_of_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "blender"
    program.write_text('#!/bin/sh\necho "$TMPDIR" "$@" >&2\nexit 1\n')
    program.chmod(0o755)
    app = type("App", (), {"binary_path": str(program)})
    monkeypatch.setitem(sys.modules, "bpy", type("Bpy", (), {"app": app}))
    with (tmp_path / "said").open("w+b") as errors:
        assert start_blender(SCRIPT, ["one", "two"], tmp_path, errors).wait(30) == 1
        errors.seek(0)
        said = errors.read().decode()
    assert said.startswith(f"{tmp_path} --background ") and said.endswith(f"--python {SCRIPT} -- one two\n")
