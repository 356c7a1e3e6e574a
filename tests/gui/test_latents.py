"""Latents by hand: the blend's slider, the expression, the styles, the composition, in a full Blender with a window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.terms import Prompt, StyleName
from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import RIGHT

pytestmark = pytest.mark.gui

LONGEST_GAP = 1.0
"""Seconds that the window may stand still, on two busy cores drawing in software."""

A, B, FACTOR = "motionclip.blend.start.prompt", "motionclip.blend.end.prompt", "motionclip.blend.factor"
UPPER, LOWER = "motionclip.composition.upper.prompt", "motionclip.composition.lower.prompt"
EXPRESSION = "motionclip.arithmetic.expression"
HALF = 889  # pixels; where a slider from 0 to 1 stands at 0.5
WEIGHTS = 948

HELPERS = """
    from bl_ext.user_default.motionclip.rig.read_action import read_motion
    from bl_ext.user_default.motionclip.ui.generate import live
    live.BUDGET = 60
    live.LIVE.seconds = 0.0

    def panel():
        return bpy.context.scene.motionclip

    def recipe():
        return bpy.data.objects["SMPL-X"].animation_data.action["recipe"]

    def keys():
        return float(read_motion(bpy.data.objects["SMPL-X"]).rotations.astype("f8").sum())
"""


@pytest.fixture
def window(blender: Blender) -> Blender:
    """Blender, whose mouse stays where it is put while it drags."""
    blender.run("bpy.context.preferences.inputs.use_mouse_continuous = False")
    blender.run(HELPERS)
    return blender


@pytest.fixture(params=["at once", "by the worker"])
def blended(window: Blender, request: pytest.FixtureRequest) -> Blender:
    """A blend of two prompts, typed and made by hand; a step of its slider is fast, or too slow for the window."""
    window.sidebar.open("blend")
    window.move(*VIEW)
    window.sidebar.type(A, "a person walks")
    window.sidebar.type(B, "a person waves")
    window.sidebar.click("motionclip.blend")
    window.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    if request.param == "by the worker":
        window.run("live.BUDGET = -1\nlive.LIVE.seconds = 1.0")
    return window


def slide(window: Blender, slider: str, *places: int, start: int = HALF) -> None:
    """Presses the slider and moves the mouse in small steps, the button held."""
    window.press(window.sidebar.place(slider, start))
    slide_on(window, slider, *places, start=start)


def slide_on(window: Blender, slider: str, *places: int, start: int = HALF) -> None:
    """Moves the mouse along the slider that was pressed at `start`."""
    y = window.sidebar.last(slider, start)
    for x in places:
        window.call("xdotool", "mousemove", str(x), str(y))
        window.settle()


def let_go(window: Blender) -> None:
    window.call("xdotool", "mouseup", "1")
    window.settle()
    window.until("not panel().behind", 20)


def kept(window: Blender) -> dict:
    return json.loads(window.run("recipe()"))


def undo(window: Blender, times: int = 1) -> None:
    window.move(*VIEW)
    for _ in range(times):
        window.key("ctrl+z")
        window.settle()


# --- blend


def test_a_blend_is_typed_and_made(blended: Blender) -> None:
    assert blended.run("bpy.data.actions[0].name") == "a person walks ↔ a person waves"
    assert kept(blended)["factor"] == 0.5


def test_the_motion_follows_the_slider_while_it_is_dragged(blended: Blender) -> None:
    seen = [blended.run("keys()")]
    slide(blended, FACTOR, 892, 898, 910, 920)
    for x in (940, 960, 980):
        slide_on(blended, FACTOR, x)
        blended.until("not panel().behind", 20)
        seen.append(blended.run("keys()"))
        assert kept(blended)["factor"] == pytest.approx(blended.run("panel().blend.factor"), abs=1e-5)
    let_go(blended)
    assert len(set(seen)) == 4
    assert blended.run("len(bpy.data.actions)") == 1


def test_a_drag_is_one_undo_step(blended: Blender) -> None:
    before = blended.run("keys()")
    slide(blended, FACTOR, 892, 895, 898, 920, 950, 980)
    let_go(blended)
    factor, after = blended.run("panel().blend.factor"), blended.run("keys()")
    assert factor > 0.6 and after != before
    undo(blended)
    assert blended.run("[panel().blend.factor, keys()]") == [0.5, before]
    blended.key("ctrl+shift+z")
    blended.settle()
    blended.until("not panel().behind", 20)
    assert blended.run("[panel().blend.factor, keys()]") == [factor, after]
    undo(blended, 2)
    assert blended.run("len(bpy.data.actions)") == 0  # the second one took the blend itself back


def test_a_drag_that_is_given_up(blended: Blender) -> None:
    before = blended.run("keys()")
    slide(blended, FACTOR, 892, 895, 898, 920, 950)
    blended.call("xdotool", "key", "Escape")
    let_go(blended)
    assert blended.run("[panel().blend.factor, keys()]") == [0.5, before]


def test_the_window_goes_on_meanwhile(blended: Blender) -> None:
    slide(blended, FACTOR)
    blended.watch()
    slide_on(blended, FACTOR, *range(892, 990, 7))
    longest, _ = blended.stood_still()
    let_go(blended)
    assert longest < LONGEST_GAP


def test_the_armature_is_deleted_in_the_drag(blended: Blender) -> None:
    slide(blended, FACTOR, 892, 895, 898, 920)
    blended.run("bpy.data.objects.remove(bpy.data.objects['SMPL-X'])")
    slide_on(blended, FACTOR, 950, 980)
    let_go(blended)
    assert blended.run("panel().blend.factor") > 0.6
    assert blended.run("'bug' in SESSION.error") is False


def test_undo_in_the_middle_of_a_drag(blended: Blender) -> None:
    slide(blended, FACTOR, 892, 895, 898, 920)
    blended.run("bpy.app.timers.register(lambda: bpy.ops.ed.undo() and None)")
    blended.settle()
    slide_on(blended, FACTOR, 950, 980)
    let_go(blended)
    assert blended.run("SESSION.error") == ""
    assert blended.run("len(bpy.data.actions)") in (0, 1)
    if blended.run("len(bpy.data.actions)"):
        assert kept(blended)["factor"] == pytest.approx(blended.run("panel().blend.factor"), abs=1e-5)


def test_a_file_is_opened_in_the_middle_of_a_drag(blended: Blender) -> None:
    slide(blended, FACTOR, 892, 895, 898, 920)
    blended.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    blended.until("'Cube' in bpy.data.objects", 20)
    blended.call("xdotool", "mouseup", "1")
    blended.settle()
    assert blended.run("[len(bpy.data.actions), SESSION.error, live.LIVE.job]") == [0, "", None]


def test_stops_and_a_blend_over_time(window: Blender) -> None:
    window.run("panel().blend.start.prompt, panel().blend.end.prompt = 'a person walks', 'a person waves'")
    window.sidebar.open("blend")
    window.move(*VIEW)
    window.sidebar.click("motionclip.blend_stops", RIGHT)
    window.until("len(bpy.data.actions) == 5 and not SESSION.busy", 120)
    window.sidebar.click("motionclip.blend_over_time")
    window.until("len(bpy.data.actions) == 6 and not SESSION.busy", 120)
    assert kept(window)["content"] == "travel"
    undo(window, 2)
    assert window.run("len(bpy.data.actions)") == 0


# --- arithmetic


def test_an_expression_is_typed_made_and_moved_by_its_weights(window: Blender, tmp_path: Path) -> None:
    window.sidebar.open("arithmetic")
    window.move(*VIEW)
    window.sidebar.type(EXPRESSION, '"a person jumps" + 0.7 * ("an old man walks" - "a person walks")')
    assert window.run("[round(t.weight, 2) for t in panel().arithmetic.terms]") == [1.0, 0.7, -0.7]
    window.sidebar.click("motionclip.make")
    window.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    before = window.run("keys()")
    slide(window, "motionclip.arithmetic.terms[1].weight", 953, 957, 963, 969, 975, 981, start=WEIGHTS)
    let_go(window)
    weight = window.run("panel().arithmetic.terms[1].weight")
    assert weight > 1 and window.run("keys()") != before
    assert window.run("panel().arithmetic.expression") == (
        f'"a person jumps" + {round(weight, 3):g} * "an old man walks" - 0.7 * "a person walks"'
    )
    undo(window)
    assert window.run("keys()") == before and window.run("len(bpy.data.actions)") == 1
    window.screenshot(tmp_path / "window.png")
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_an_expression_with_a_mistake_makes_nothing(window: Blender) -> None:
    window.sidebar.open("arithmetic")
    window.move(*VIEW)
    window.sidebar.type(EXPRESSION, '"jump" / 2')
    window.run("bpy.ops.motionclip.make.poll()")
    error = window.run("""
        try:
            bpy.ops.motionclip.make("INVOKE_DEFAULT")
            said = ""
        except RuntimeError as error:
            said = str(error)
        said
    """)
    assert "At character 8: latents are not divided" in error
    assert window.run("len(bpy.data.actions)") == 0


def test_a_click_on_a_style(window: Blender) -> None:
    window.run("panel().arithmetic.expression = '\"a person walks\"'")
    window.sidebar.open("arithmetic")
    window.sidebar.open("styles")
    window.sidebar.click("motionclip.make")
    window.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    before = window.run("keys()")
    window.sidebar.click('motionclip.add_style(style="sad"')
    window.until("'sad' in recipe() and not SESSION.busy", 120)
    assert [term.source for term in parse(window.run("panel().arithmetic.expression"))] == [
        Prompt("a person walks"),
        StyleName("sad"),
    ]
    assert window.run("keys()") != before and window.run("len(bpy.data.actions)") == 1
    undo(window)
    assert window.run("[keys(), panel().arithmetic.expression]") == [before, '"a person walks"']


# --- composition


def test_upper_and_lower_body(window: Blender) -> None:
    window.sidebar.open("composition")
    window.move(*VIEW)
    window.sidebar.type(UPPER, "a person waves")
    window.sidebar.type(LOWER, "a person walks")
    window.sidebar.click("motionclip.compose")
    window.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    assert window.run("bpy.data.actions[0].name") == "a person waves / a person walks"


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert program.faults == []
