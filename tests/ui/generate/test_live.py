"""Sliders whose steps take too long for the window: a worker makes them, and the last one wins.

As with windows, where somebody waits. Timers do not run in Blender's Python module: the tests call what they call.
"""

from __future__ import annotations

import json
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.generate import live
from motionclip_blender.ui.generate.live import LIVE
from motionclip_blender.ui.session import SESSION


@pytest.fixture
def panel(bpy, person, default_pack, monkeypatch):
    """A blend that was made, and a machine on which a step takes longer than a frame of film."""
    settings = bpy.context.scene.motionclip
    settings.frames = 30
    settings.blend.start.prompt, settings.blend.end.prompt = "a person walks", "a person waves"
    bpy.ops.motionclip.blend()
    monkeypatch.setattr(live, "_somebody_waits", lambda: True)
    monkeypatch.setattr(live, "BUDGET", -1.0)
    LIVE.seconds = 1.0
    yield settings
    LIVE.stop()


def settled(most: int = 500) -> None:
    """Blender's timer, until it has nothing more to do."""
    for _ in range(most):
        if live._tick() is None:
            return
        time.sleep(0.01)
    raise AssertionError("it never comes to rest")


def factor(person) -> float:
    return json.loads(person.animation_data.action["recipe"])["factor"]


def rotations(person) -> np.ndarray:
    return read_motion(person, fps=24).rotations


class Gate:
    """The engine, whose decoder waits until it is told to go on."""

    def __init__(self, engine) -> None:
        self.engine, self.open, self.decoded = engine, threading.Event(), []

    def __getattr__(self, name):
        return getattr(self.engine, name)

    def decode(self, latents, frames):
        assert self.open.wait(20)
        self.decoded.append(latents)
        return self.engine.decode(latents, frames)


@pytest.fixture
def gate(panel, monkeypatch):
    gate = Gate(SESSION.engine(ModelChoice()))
    monkeypatch.setattr(SESSION, "engine", lambda sources: gate)
    yield gate
    gate.open.set()
    if LIVE.job is not None:
        LIVE.job.join()


def test_the_change_returns_at_once_and_the_worker_brings_the_keys(panel, person) -> None:
    before = rotations(person)
    panel.blend.factor = 0.9
    assert factor(person) == 0.5 and panel.behind == "blend"
    assert np.array_equal(rotations(person), before)
    settled()
    assert factor(person) == 0.9 and panel.behind == ""
    assert not np.array_equal(rotations(person), before)


def test_the_last_change_wins(panel, person, gate) -> None:
    panel.blend.factor = 0.6
    live._tick()  # the worker begins with 0.6
    for value in (0.7, 0.8, 0.9):
        panel.blend.factor = value
        live._tick()
    gate.open.set()
    settled()
    assert factor(person) == 0.9
    assert len(gate.decoded) == 2  # what was passed over is never made


def test_there_and_back_is_what_it_was(panel, person, gate) -> None:
    before = rotations(person)
    panel.blend.factor = 0.6
    live._tick()
    panel.blend.factor = 0.5
    gate.open.set()
    settled()
    assert factor(person) == 0.5 and np.array_equal(rotations(person), before)


def test_a_step_that_is_fast_again_is_done_at_once(panel, person, monkeypatch) -> None:
    panel.blend.factor = 0.6
    settled()
    monkeypatch.setattr(live, "BUDGET", 60.0)
    panel.blend.factor = 0.7
    assert factor(person) == 0.7 and panel.behind == ""


def test_what_is_made_is_dropped_when_a_later_change_was_done_at_once(panel, person, gate, monkeypatch) -> None:
    panel.blend.factor = 0.6
    live._tick()
    monkeypatch.setattr(live, "BUDGET", 60.0)
    monkeypatch.setattr(SESSION, "engine_at_hand", lambda sources: gate.engine)
    panel.blend.factor = 0.7
    gate.open.set()
    settled()
    assert factor(person) == 0.7


def test_the_model_is_loaded_by_the_worker(bpy, panel, person) -> None:
    SESSION._engine = None  # as after a start of Blender
    panel.blend.factor = 0.8
    assert factor(person) == 0.5
    settled(3000)
    assert factor(person) == 0.8


def test_an_armature_deleted_in_the_drag(bpy, panel, person, gate) -> None:
    panel.blend.factor = 0.8
    live._tick()
    bpy.data.objects.remove(person)
    gate.open.set()
    settled()
    assert SESSION.error == "The armature was deleted while the motion was made; nothing was changed."
    assert panel.behind == ""


def test_another_action_in_the_drag(bpy, panel, person, gate) -> None:
    panel.blend.factor = 0.8
    live._tick()
    person.animation_data.action = bpy.data.actions.new("other")
    gate.open.set()
    settled()
    assert "got another Action" in SESSION.error
    assert factor(SimpleNamespace(animation_data=SimpleNamespace(action=bpy.data.actions[0]))) == 0.5


def test_a_file_opened_in_the_middle(bpy, panel, gate) -> None:
    panel.blend.factor = 0.8
    live._tick()
    job = LIVE.job
    bpy.ops.wm.read_homefile(use_empty=True)
    gate.open.set()
    job.join()
    settled()
    assert job.cancelled and not bpy.data.actions and SESSION.error == ""


def test_disabling_waits_for_the_worker(panel, gate) -> None:
    panel.blend.factor = 0.8
    live._tick()
    job = LIVE.job
    threading.Timer(0.2, gate.open.set).start()
    LIVE.close()
    assert job.finished and job.cancelled and LIVE.job is None


def test_undo_while_the_worker_is_at_it(bpy, panel, person, gate) -> None:
    bpy.ops.ed.undo_push(message="before the drag")
    before = rotations(person)
    panel.blend.factor = 0.8
    bpy.ops.ed.undo_push(message="Factor")
    live._tick()
    bpy.ops.ed.undo()
    gate.open.set()
    settled()
    settings, person = bpy.context.scene.motionclip, bpy.context.object
    assert settings.blend.factor == 0.5 and settings.behind == ""
    assert factor(person) == 0.5 and np.array_equal(rotations(person), before)


def test_redo_of_a_change_whose_keys_came_later_catches_up(bpy, panel, person) -> None:
    bpy.ops.ed.undo_push(message="before the drag")
    panel.blend.factor = 0.8
    bpy.ops.ed.undo_push(message="Factor")  # Blender takes its step before the worker is done
    settled()
    bpy.ops.ed.undo()
    settled()
    assert factor(bpy.context.object) == 0.5
    bpy.ops.ed.redo()
    assert bpy.context.scene.motionclip.blend.factor == pytest.approx(0.8)
    settled()
    assert factor(bpy.context.object) == 0.8 and bpy.context.scene.motionclip.behind == ""


def test_what_goes_wrong_in_the_worker_is_one_sentence(panel, person, gate, monkeypatch, capfd) -> None:
    monkeypatch.setattr(gate.engine, "decode", lambda *a: 1 / 0)
    gate.open.set()
    panel.blend.factor = 0.8
    settled()
    assert SESSION.error.startswith("This is a bug (ZeroDivisionError") and panel.behind == ""
    assert factor(person) == 0.5
    assert "Traceback" in capfd.readouterr().err


def test_a_slider_beside_a_running_job(bpy, panel, person) -> None:
    go = threading.Event()
    SESSION.begin()
    job = SESSION.start(lambda progress: go.wait(20))
    panel.blend.factor = 0.8
    settled()
    assert factor(person) == 0.8 and SESSION.busy
    go.set()
    job.join()
