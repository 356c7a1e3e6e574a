"""Presets by Blender's own system, in a Blender whose user files are its own."""

from __future__ import annotations

import pytest

from tests.paths import ROOT
from tests.ui.separate_blender import said_by

pytest.importorskip("bpy")


SCRIPT = """
import json, os
import bpy
import motionclip_blender

motionclip_blender.register()
said = {}
settings = bpy.context.scene.motionclip
wanted = {"prompt": 'a "quoted" prompt', "frames": 123, "start_frame": 7, "start_at_current": True, "loop": True,
          "in_place": True, "reading": "frame", "reading_frame": 30}

def now():
    return {name: getattr(settings, name) for name in wanted}

def execute(name):
    path = bpy.utils.preset_find(name, "motionclip")
    bpy.ops.script.execute_preset(filepath=path, menu_idname="MOTIONCLIP_PT_presets")

before = now()
for name, value in wanted.items():
    setattr(settings, name, value)
bpy.ops.motionclip.add_preset(name="My walk")
said["file"] = bpy.utils.preset_find("My_walk", "motionclip")
for name, value in before.items():
    setattr(settings, name, value)
execute("My_walk")
said["loaded"] = now() == wanted
for name in ("Single_take", "Loop_in_place"):
    execute(name)
    said[name] = [settings.loop, settings.in_place, settings.prompt == wanted["prompt"]]
bpy.ops.motionclip.add_preset(name="My_walk", remove_name=True)
said["removed"] = bpy.utils.preset_find("My_walk", "motionclip") is None
motionclip_blender.unregister()
said["left"] = bpy.utils.preset_find("Single_take", "motionclip")
print("SAID" + json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the script above saw."""
    home = tmp_path_factory.mktemp("user")
    said = said_by(SCRIPT, home, folder=ROOT)
    assert said["file"].startswith(str(home))
    return said


def test_a_preset_brings_back_all_that_was_asked_for(said: dict) -> None:
    assert said["loaded"] and said["removed"]


def test_presets_that_ship_leave_the_prompt_alone(said: dict) -> None:
    assert said["Single_take"] == [False, False, True] and said["Loop_in_place"] == [True, True, True]


def test_they_go_with_the_add_on(said: dict) -> None:
    assert said["left"] is None
