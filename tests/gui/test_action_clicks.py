"""Clicks on what is done with Actions, on presets, and files dropped on the view."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from motionclip_blender.core.motion_files import amass
from tests.gui.action_panel import NAME, idle
from tests.gui.blender import PROMPT, VIEW, Blender
from tests.gui.sidebar import LEFT, RIGHT
from tests.gui.test_window import GENERATE
from tests.synthetic import random_motion

pytestmark = pytest.mark.gui

# pixels; the button in the header of the whole, and what opens below it
PRESETS = (989, 97)
FIRST_PRESET = (900, 137)


# --- an Action that was made here


def test_a_click_runs_it_again(blender: Blender) -> None:
    blender.run("bpy.context.scene.motionclip.frames = 40\nbpy.context.scene.motionclip.prompt = 'a person kicks'")
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions) == 1", 120)
    idle(blender)
    blender.settle()
    blender.sidebar.click("motionclip.run_again", LEFT)
    blender.until("len(bpy.data.actions) == 2", 60)
    idle(blender)
    assert blender.run("[tuple(action.frame_range) for action in bpy.data.actions]") == [[1, 40], [1, 40]]
    assert blender.run("bpy.data.actions[0]['recipe'] == bpy.data.actions[1]['recipe']")
    blender.move(*VIEW)
    blender.key("ctrl+z")
    blender.until("len(bpy.data.actions) == 1", 20)


def test_a_click_pushes_it_to_the_nla(keyed: Blender) -> None:
    keyed.sidebar.click("motionclip.push_down", RIGHT)
    keyed.until("len(bpy.context.object.animation_data.nla_tracks) == 1", 20)
    assert keyed.run("bpy.context.object.animation_data.action") is None
    keyed.move(*VIEW)
    keyed.key("ctrl+z")
    keyed.until("bpy.context.object.animation_data.action", 20)
    assert keyed.run("len(bpy.context.object.animation_data.nla_tracks)") == 0


def test_a_click_marks_it_as_an_asset(keyed: Blender) -> None:
    keyed.sidebar.click("motionclip.mark_asset")
    keyed.until("bpy.data.actions[0].asset_data", 30)
    assert keyed.run("bpy.data.actions[0].preview.image_size[:]") == [256, 256]
    assert keyed.run("len(bpy.data.scenes)") == 1 and keyed.run("len(bpy.data.armatures)") == 1


# --- loops and presets


def test_loop_is_a_click(blender: Blender) -> None:
    blender.run("bpy.context.scene.motionclip.frames = 40")
    blender.sidebar.click("motionclip.loop", LEFT)
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions)", 120)
    assert blender.run("bpy.data.actions[0].use_cyclic") and blender.run("bpy.data.actions[0].frame_range[:]") == [
        1,
        41,
    ]


def test_a_preset_is_two_clicks(blender: Blender) -> None:
    blender.click(*PRESETS)
    blender.settle()
    blender.click(*FIRST_PRESET)
    blender.until("bpy.context.scene.motionclip.loop and bpy.context.scene.motionclip.in_place", 20)
    assert blender.run("bpy.context.scene.motionclip.prompt") == PROMPT


# --- drops


def test_a_motion_is_dropped_on_the_view(blender: Blender) -> None:
    amass.save(random_motion(48, fps=24.0, size=0.3), blender.folder / "cartwheel.npz")
    blender.drop(blender.inside / "cartwheel.npz", *VIEW)
    blender.until("len(bpy.data.actions)", 20)
    assert blender.run("bpy.context.object.animation_data.action.name") == "cartwheel"
    assert blender.run("bpy.data.actions[0].frame_range[:]") == [1, 48]
    blender.move(*VIEW)
    blender.key("ctrl+z")
    blender.until("not bpy.data.actions", 20)


def test_a_damaged_motion_is_said_and_changes_nothing(blender: Blender) -> None:
    (blender.folder / "damaged.npz").write_bytes(b"junk")
    blender.drop(blender.inside / "damaged.npz", *VIEW)
    blender.until("SESSION.error", 20)
    assert "damaged.npz" in blender.run("SESSION.error") and blender.run("len(bpy.data.actions)") == 0


def test_an_image_is_dropped_and_blender_asks_what_for(blender: Blender) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (96, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(blender.folder / "photo.png")
    things = "[thing.name for kind in (bpy.data.images, bpy.data.objects) for thing in kind]"
    before = blender.run(things)
    blender.drop(blender.inside / "photo.png", *VIEW)
    blender.click(VIEW[0] - 100, VIEW[1] - 7)  # the second entry, below "Add Empty Image"
    blender.until("len(bpy.data.actions) or SESSION.error", 120)
    error = blender.run("SESSION.error")
    if error:  # a pack without an image tower
        assert "cannot read images" in error
    else:
        assert blender.run("bpy.data.actions[0]['recipe']").count("photo.png") == 1
    assert blender.run(things) == before, "no empty was added, and no image"


# --- in German


def test_the_panel_speaks_german_when_blender_does(keyed: Blender) -> None:
    keyed.run("bpy.context.preferences.view.language = 'de_DE'")
    try:
        said = keyed.run(f"""
            from {NAME}.ui.translations import said
            words = bpy.app.translations
            tip = bpy.context.scene.motionclip.bl_rna.properties["in_place"].description
            error = '"Cube" is no armature; select an SMPL-X armature, or make one with "Add body".'
            labels = [words.pgettext_iface("Recognise"), words.pgettext_iface("Run again", "Operator")]
            [*labels, words.pgettext_tip(tip), said(error)]
        """)
        assert said[0] == "Erkennen" and said[1] == "Noch einmal" and "auf der Stelle" in said[2]
        assert '"Cube"' in said[3] and "Armatur" in said[3]
    finally:
        keyed.run("bpy.context.preferences.view.language = 'en_US'")


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log
