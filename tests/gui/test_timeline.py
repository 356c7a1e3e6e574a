"""The list of segments by hand: split, edited, made, dragged, in a full Blender with a window."""

from __future__ import annotations

import json

import pytest

from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import END, LEFT

pytestmark = pytest.mark.gui

PROMPT = "walks forward, then waves with the right hand and sits down"

SPLIT, MAKE = "motionclip.split_prompt", "motionclip.make_timeline"
# pixels; columns of the rows of the list, and of the buttons below it
OWN_LENGTH, LENGTH, PROMPTS = 991, 952, 850
UP, REMOVE = 959, 1001

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
    blender.sidebar.open("timeline")
    blender.move(*VIEW)
    return blender


@pytest.fixture
def listed(window: Blender) -> Blender:
    """The prompt is split."""
    window.sidebar.click(SPLIT, LEFT)
    window.until("len(asked().segments) == 3 and not SESSION.busy", 120)
    window.move(*VIEW)
    return window


@pytest.fixture
def made(listed: Blender) -> Blender:
    """Generate was clicked."""
    listed.sidebar.click(MAKE)
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
    _, y = listed.sidebar.place("motionclip.timeline.segments[2].natural", OWN_LENGTH)
    listed.click(PROMPTS, y)  # a row's text is the list's own until it is edited
    listed.settle()
    listed.sidebar.click("motionclip.move_segment", UP)
    listed.settle()
    assert listed.run("prompts()") == ["walks forward", "sits down", "waves with the right hand"]
    listed.sidebar.click("motionclip.remove_segment", REMOVE)
    listed.settle()
    assert listed.run("prompts()") == ["walks forward", "waves with the right hand"]
    listed.sidebar.click("motionclip.add_segment", END)
    listed.settle()
    assert listed.run("[len(asked().segments), asked().active]") == [3, 2]


def test_the_motion_follows_a_length_while_it_is_dragged(made: Blender) -> None:
    made.sidebar.click("motionclip.timeline.segments[0].natural", OWN_LENGTH)
    made.until("not asked().segments[0].natural and not bpy.context.scene.motionclip.behind", 60)
    before = made.run("[asked().segments[0].frames, bpy.data.actions[0].frame_range[1]]")
    x, y = made.sidebar.place("motionclip.timeline.segments[0].frames", LENGTH)
    made.press((x, y))
    seen = set()
    for x in (955, 958, 962, 966, 970):
        made.call("xdotool", "mousemove", str(x), str(y))
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
    listed.sidebar.click("motionclip.timeline.as_strips")
    listed.settle()
    listed.sidebar.click(MAKE)
    listed.until("len(bpy.data.actions) == 3 and not SESSION.busy", 120)
    strips = "bpy.data.objects['SMPL-X'].animation_data.nla_tracks[0].strips"
    ends = listed.run(f"[(strip.frame_start, strip.frame_end) for strip in {strips}]")
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]] and ends[0][0] == 1
    listed.move(*VIEW)
    listed.key("ctrl+z")
    listed.until("not bpy.data.actions", 20)


def test_what_cannot_be_made_is_said_and_named(listed: Blender) -> None:
    listed.run("asked().segments[1].prompt = 'plays the cello'")
    listed.sidebar.click(MAKE)
    listed.until("SESSION.error", 60)
    assert listed.run("SESSION.error").startswith("Segment 2: Nothing known is like") and not listed.run(
        "len(bpy.data.actions)"
    )


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log
