"""The list of segments by hand: split, edited, made, dragged, in a full Blender with a window."""

from __future__ import annotations

import json

import pytest

from tests.gui.blender import VIEW, Blender

pytestmark = pytest.mark.gui

PROMPT = "walks forward, then waves with the right hand and sits down"

# Pixels: the header of the closed part of the panel; with it open, the buttons above the list
TIMELINE, SPLIT, ADD = (838, 394), (880, 425), (1001, 425)
# with three segments, the first one active
ROW_Y = (456, 477, 498)
OWN_LENGTH_X, LENGTH_X = 991, 952
UP, DOWN, REMOVE = (959, 559), (980, 559), (1001, 559)
STRIPS, MAKE = (909, 611), (909, 684)

HELPERS = """
    from bl_ext.user_default.motionclip.ui.generate import live

    def asked():
        return bpy.context.scene.motionclip.timeline

    def prompts():
        return [item.prompt for item in asked().segments]

    def recipe():
        return bpy.data.objects["SMPL-X"].animation_data.action["recipe"]
"""


@pytest.fixture
def window(blender: Blender) -> Blender:
    """Blender with the timeline open; its mouse stays where it is put while it drags."""
    blender.run("bpy.context.preferences.inputs.use_mouse_continuous = False")
    blender.run(HELPERS)
    blender.run(f"bpy.context.scene.motionclip.prompt = {PROMPT!r}\nbpy.ops.ed.undo_push(message='a prompt')")
    blender.click(*TIMELINE)
    blender.move(*VIEW)
    return blender


@pytest.fixture
def listed(window: Blender) -> Blender:
    """The prompt is split."""
    window.click(*SPLIT)
    window.until("len(asked().segments) == 3 and not SESSION.busy", 120)
    window.move(*VIEW)
    return window


@pytest.fixture
def made(listed: Blender) -> Blender:
    """Generate was clicked."""
    listed.click(*MAKE)
    listed.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    listed.move(*VIEW)
    return listed


def test_the_prompt_is_split_and_made_as_one_motion(made: Blender) -> None:
    assert made.run("prompts()") == ["walks forward", "waves with the right hand", "sits down"]
    kept = json.loads(made.run("recipe()"))
    assert [segment["prompt"] for segment in kept["segments"]] == made.run("prompts()")
    assert made.run("bpy.data.actions[0].frame_range[:]") == [1, kept["frames"]] and kept["frames"] > 100
    made.key("ctrl+z")
    made.until("not bpy.data.actions", 20)
    assert made.run("len(asked().segments)") == 3
    made.key("ctrl+z")
    made.until("not asked().segments", 20)


def test_segments_are_added_moved_and_removed(listed: Blender) -> None:
    listed.click(850, ROW_Y[2])
    listed.settle()
    listed.click(*UP)
    listed.settle()
    assert listed.run("prompts()") == ["walks forward", "sits down", "waves with the right hand"]
    listed.click(*REMOVE)
    listed.settle()
    assert listed.run("prompts()") == ["walks forward", "waves with the right hand"]
    listed.click(*ADD)
    listed.settle()
    assert listed.run("[len(asked().segments), asked().active]") == [3, 2]


def test_the_motion_follows_a_length_while_it_is_dragged(made: Blender) -> None:
    made.click(OWN_LENGTH_X, ROW_Y[0])
    made.until("not asked().segments[0].natural and not bpy.context.scene.motionclip.behind", 60)
    before = made.run("[asked().segments[0].frames, bpy.data.actions[0].frame_range[1]]")
    made.press((LENGTH_X, ROW_Y[0]))
    seen = set()
    for x in (955, 958, 962, 966, 970):
        made.call("xdotool", "mousemove", str(x), str(ROW_Y[0]))
        made.settle()
        made.until("not bpy.context.scene.motionclip.behind", 60)
        seen.add(made.run("bpy.data.actions[0].frame_range[1]"))
    made.call("xdotool", "mouseup", "1")
    made.settle()
    made.until("not bpy.context.scene.motionclip.behind", 60)
    frames, last = made.run("[asked().segments[0].frames, bpy.data.actions[0].frame_range[1]]")
    assert frames > before[0] and last - before[1] == pytest.approx(frames - before[0], abs=3) and len(seen) > 2
    assert made.run("len(bpy.data.actions)") == 1
    made.move(*VIEW)
    made.key("ctrl+z")
    made.settle()
    made.until("not bpy.context.scene.motionclip.behind", 60)
    assert made.run("[asked().segments[0].frames, bpy.data.actions[0].frame_range[1]]") == before


def test_strips_are_a_click(listed: Blender) -> None:
    listed.click(*STRIPS)
    listed.settle()
    listed.click(*MAKE)
    listed.until("len(bpy.data.actions) == 3 and not SESSION.busy", 120)
    strips = "bpy.data.objects['SMPL-X'].animation_data.nla_tracks[0].strips"
    ends = listed.run(f"[(strip.frame_start, strip.frame_end) for strip in {strips}]")
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]] and ends[0][0] == 1
    listed.move(*VIEW)
    listed.key("ctrl+z")
    listed.until("not bpy.data.actions", 20)


def test_what_cannot_be_made_is_said_and_named(listed: Blender) -> None:
    listed.run("asked().segments[1].prompt = 'plays the violin'")
    listed.click(*MAKE)
    listed.until("SESSION.error", 60)
    assert listed.run("SESSION.error").startswith("Segment 2: Nothing known is like") and not listed.run(
        "len(bpy.data.actions)"
    )


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log
