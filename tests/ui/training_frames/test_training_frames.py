"""The panel of training frames: what it asks of the pipeline, what it refuses, what it tells."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import process as rig_process
from motionclip_blender.ui.training_frames import process as frames_process
from motionclip_blender.ui.training_frames import properties as frames_properties
from motionclip_blender.ui.training_frames.process import RENDERING, Wanted
from render_pipeline import looks, settings
from tests.ui.training_frames.pipeline import DOUBLE, start, until

# --- what is started


def test_the_command_line_has_every_setting(bpy: ModuleType, asked) -> None:
    asked.engine, asked.look, asked.seed, asked.limit = "cycles", "varied", 7, 5
    arguments = frames_properties.wanted(bpy.context).arguments()
    assert arguments == [
        f"--motions={asked.motions}", f"--out={asked.out}", "--per-motion=2", "--limit=5", "--size=32",
        "--engine=cycles", "--look=varied", "--seed=7", "--workers=1", "--progress-json",
    ]  # fmt: skip


def test_no_limit_and_a_core_for_the_user_by_default(bpy: ModuleType, asked, monkeypatch) -> None:
    asked.property_unset("workers")
    arguments = {}
    for cores in (1, 8, None):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        arguments[cores] = frames_properties.wanted(bpy.context).arguments()
    assert not [argument for argument in arguments[8] if argument.startswith(("--limit", "--body"))]
    assert "--workers=7" in arguments[8] and "--workers=1" in arguments[1] and "--workers=1" in arguments[None]


def test_the_preferences_body_is_rendered(bpy: ModuleType, asked) -> None:
    assert "--body=x.npz" in Wanted("a", "b", body="x.npz").arguments()


def test_the_panel_offers_what_the_command_line_does(bpy: ModuleType, asked) -> None:
    offered = {name: tuple(item.identifier for item in asked.bl_rna.properties[name].enum_items)
               for name in ("engine", "look")}  # fmt: skip
    assert offered == {"engine": settings.ENGINES, "look": looks.NAMES}


def test_every_setting_has_a_tooltip(bpy: ModuleType, asked) -> None:
    own = [found for found in asked.bl_rna.properties if found.identifier not in ("rna_type", "name")]
    assert len(own) == 9 and all(found.description for found in own)
    assert all(item.description for found in own if found.type == "ENUM" for item in found.enum_items)


# --- what is refused, with nothing started


def refused(bpy: ModuleType) -> str:
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.motionclip.render_frames()
    assert RENDERING.child is None and not RENDERING.busy
    said = str(caught.value).removeprefix("Error: ").strip()
    assert said == RENDERING.outcome.text and RENDERING.outcome.level == "ERROR" and "\n" not in said
    return said


def test_folders_must_be_chosen(bpy: ModuleType, asked) -> None:
    asked.out = ""
    assert refused(bpy) == "Choose the folder for the frames first."
    asked.motions = ""
    assert refused(bpy) == "Choose the folder with the motions first."


def test_the_motions_must_be_there(bpy: ModuleType, asked, tmp_path: Path) -> None:
    asked.motions = str(tmp_path / "nowhere")
    assert "There is no folder" in refused(bpy)
    asked.motions = "/" + "x" * 300
    assert "There is no folder" in refused(bpy)
    asked.motions = str(tmp_path)
    assert "holds no motions" in refused(bpy)
    assert not (tmp_path / "frames").exists()


def test_the_output_must_be_writable(bpy: ModuleType, asked, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked.out = str(tmp_path / "file")
    assert refused(bpy).startswith(f"Cannot write {tmp_path / 'file'} (")


def test_a_folder_beside_an_unsaved_file(bpy: ModuleType, asked) -> None:
    with pytest.raises(UserError, match="//frames is relative to this file; save the file first"):
        frames_properties._folder("//frames")


def test_a_missing_body_is_named(asked, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no body model gone\.npz"):
        Wanted(asked.motions, asked.out, body="gone.npz").check()


def test_a_missing_program(bpy: ModuleType, asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig_process, "own_command", lambda *_: ["/nowhere/blender"])
    assert refused(bpy) == "Cannot start /nowhere/blender (No such file or directory); is it still there?"


def test_a_missing_pipeline(bpy: ModuleType, asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(frames_process, "__file__", str(tmp_path / "a" / "ui" / "frames.py"))
    assert "has no render_pipeline" in refused(bpy)


def test_one_at_a_time(bpy: ModuleType, asked, double) -> None:
    go = double()
    start(bpy)
    first = RENDERING.child
    with pytest.raises(RuntimeError, match="being rendered already"):
        bpy.ops.motionclip.render_frames()
    assert RENDERING.child is first and RENDERING.outcome is None
    go.touch()
    first.join()
    assert RENDERING.outcome.level == "INFO"


# --- how it goes and ends


def test_progress_is_told_while_it_runs(bpy: ModuleType, asked, double) -> None:
    go = double()
    start(bpy)
    until(lambda: RENDERING.child.done)
    child = RENDERING.child
    assert (child.done, child.total, child.message, RENDERING.busy) == (3, 8, "Rendering", True)
    go.touch()
    child.join()
    assert RENDERING.outcome == frames_process.Outcome("INFO", f"8 frames are in {asked.out}")


def test_what_is_missing_is_named(bpy: ModuleType, asked, double) -> None:
    double(1, "Done", ("warning", "Skipped walk: it holds nan.", "7 frames in F, 7 of them rendered now")).touch()
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert RENDERING.outcome.level == "WARNING"
    assert RENDERING.outcome.text.endswith(f"index.json in {asked.out} says which. Skipped walk: it holds nan.")


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (2, ("a warning", "Cannot write FRAMES (full); choose."), "Cannot write FRAMES (full); choose."),
        (1, ("Traceback", "KeyError"), "Rendering ended unexpectedly with status 1; its last words: KeyError"),
        (11, (), "Rendering ended unexpectedly with status 11; its last words: none"),
    ],
)
def test_errors_are_one_sentence(bpy: ModuleType, asked, double, status: int, said: tuple, told: str) -> None:
    double(status, "Stopped", said).touch()
    with pytest.raises(RuntimeError, match="Error: "):
        bpy.ops.motionclip.render_frames()
    assert RENDERING.outcome == frames_process.Outcome("ERROR", told)


def test_cancelling(bpy: ModuleType, asked, double) -> None:
    double()
    start(bpy)
    until(lambda: RENDERING.child.done)
    bpy.ops.motionclip.cancel_frames()
    RENDERING.child.join()
    assert RENDERING.child.status == 130
    assert RENDERING.outcome.level == "INFO" and "stopped at 3 of 8 frames" in RENDERING.outcome.text


def test_who_does_not_stop_is_killed(bpy: ModuleType, asked, double, monkeypatch: pytest.MonkeyPatch) -> None:
    from motionclip_blender.ui.tasks import child

    monkeypatch.setattr(child, "_LAST_PATIENCE", 0.2)
    monkeypatch.setattr(child, "_PATIENCE", 0.2)
    stubborn = DOUBLE.replace("sys.exit(130)", "None")
    for end in (RENDERING.cancel, RENDERING.close):
        double(program=stubborn)
        start(bpy)
        until(lambda: RENDERING.child.done)
        running = RENDERING.child
        end()
        running.join()
        assert running.status == -9
