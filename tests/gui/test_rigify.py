"""A generated Rigify rig by hand: recognised, keyed on its FK controls, given up, undone, moved by the slider."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gui import rigify
from tests.gui.action_panel import NAME
from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import LEFT, RIGHT
from tests.gui.test_latents import FACTOR, A, B, let_go, slide
from tests.gui.test_window import GENERATE, SLOW

pytestmark = pytest.mark.gui

HELPERS = f"""
    from {NAME}.rig.versions import fcurves_of
    from {NAME}.ui.generate import live
    from {NAME}.ui.rig_map import current
    from {NAME}.rig.target import target_of

    def rig():
        return bpy.data.objects["rig"]

    def panel():
        return bpy.context.scene.motionclip

    def curves():
        return fcurves_of(rig().animation_data.action, rig(), "pose.bones[")

    def switches():
        return [rig().pose.bones[name]["IK_FK"] for name in ("upper_arm_parent.L", "thigh_parent.R")]

    def shin():
        '''Where the right shin's deform bone ends, as Blender shows it in frame 20.'''
        bpy.context.scene.frame_set(20)
        pose = rig().evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
        return [round(x, 4) for x in pose.bones["DEF-shin.R.001"].tail]
"""


KEYED = """
    def bones_and_switches():
        '''What the one Action holds: keys a curve, keys of a switch, curves in all, and each only once.'''
        found = list(curves())
        own = {(curve.data_path, curve.array_index) for curve in found}
        assert len(own) == len(found)
        counts = {len(curve.keyframe_points) for curve in found if ".rotation" in curve.data_path}
        once = {len(curve.keyframe_points) for curve in found if "IK_FK" in curve.data_path}
        assert len(counts) == len(once) == 1
        first = min(point.co[0] for curve in found if ".rotation" in curve.data_path for point in curve.keyframe_points)
        return {"frames": counts.pop(), "switches": once.pop(), "curves": len(found), "first": first}
"""
THINGS = "[len(of) for of in (bpy.data.scenes, bpy.data.objects, bpy.data.armatures, bpy.data.actions)]"
REDO = """
    operator = bpy.context.window_manager.operators[-1]
    operator.properties.{name} = {value}
    bpy.ops.ed.undo_redo("EXEC_DEFAULT", True)  # True: it is an undo step, as from the panel
"""


@pytest.fixture(scope="module")
def generated(program: Blender) -> Blender:
    rigify.generate(program)
    return program


@pytest.fixture
def rig(generated: Blender, blender: Blender) -> Blender:
    """The rig alone in a new file, selected; as a user who types a prompt into the panel finds it."""
    rigify.append(blender)
    blender.run(HELPERS)
    blender.run(KEYED)
    blender.run("bpy.context.preferences.inputs.use_mouse_continuous = False")
    return blender


def test_the_panel_says_what_it_is(rig: Blender, tmp_path: Path) -> None:
    rig.sidebar.open("rig")
    rig.sidebar.place("motionclip_rig.root_motion", RIGHT)  # drawn for what was recognised, and no SMPL-X armature
    assert rig.run("current.described(target_of(rig()))") == ["Rigify", 22, True]
    rig.screenshot(tmp_path / "panel.png")
    assert (tmp_path / "panel.png").stat().st_size > 10_000


def test_a_typed_prompt_keys_the_controls_and_one_undo_takes_it_back(rig: Blender) -> None:
    rest = rig.run("shin()")
    assert rig.run("switches()") == [0, 0]
    rig.sidebar.type("motionclip.prompt", "a person kicks", LEFT)
    rig.sidebar.click(GENERATE)
    rig.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    bones = set(rig.run("[curve.data_path.split('\"')[1] for curve in curves()]"))
    assert {"upper_arm_fk.L", "forearm_fk.R", "thigh_fk.L", "shin_fk.R", "torso"} <= bones
    assert not [name for name in bones if name.startswith(("DEF-", "ORG-", "MCH-"))]
    kicked = rig.run("shin()")
    assert max(abs(a - b) for a, b in zip(kicked, rest, strict=True)) > 0.1, "its deform bones follow"
    assert rig.run("switches()") == [1, 1]
    rig.move(*VIEW)
    rig.key("ctrl+z")
    rig.until("not bpy.data.actions", 20)
    assert rig.run("shin()") == rest


def test_esc_leaves_it_as_it_was(rig: Blender) -> None:
    rig.run(SLOW)
    rig.sidebar.click(GENERATE)
    rig.until("SESSION.busy and SESSION.job.fraction > 0", 20)
    rig.move(*VIEW)
    rig.key("Escape")
    rig.until("not SESSION.busy", 20)
    assert rig.run("SESSION.job.cancelled and SESSION.error == ''")
    assert rig.run("[len(bpy.data.actions), switches(), rig().animation_data.action]") == [0, [0, 0], None]


def test_it_follows_the_slider_and_a_drag_is_one_undo_step(rig: Blender) -> None:
    rig.sidebar.open("blend")
    rig.sidebar.type(A, "a person walks")
    rig.sidebar.type(B, "a person kicks")
    rig.sidebar.click("motionclip.blend")
    rig.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    before = rig.run("shin()")
    slide(rig, FACTOR, 892, 898, 910, 930, 950, 970)
    let_go(rig)
    print(f"a step takes {rig.run('live.LIVE.seconds * 60000'):.0f} ms")
    after = rig.run("shin()")
    assert max(abs(a - b) for a, b in zip(after, before, strict=True)) > 0.02
    assert rig.run("len(bpy.data.actions)") == 1 and rig.run("panel().blend.factor") > 0.7
    rig.move(*VIEW)
    rig.key("ctrl+z")
    rig.settle()
    rig.until("not panel().behind", 20)
    assert rig.run("[panel().blend.factor, shin()]") == [0.5, before]


def test_changes_in_the_redo_panel_leave_nothing_of_what_was_before(rig: Blender) -> None:
    rig.sidebar.type("motionclip.prompt", "a person kicks", LEFT)
    rig.sidebar.click(GENERATE)
    rig.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    rig.settle()
    before, things = rig.run("bones_and_switches()"), rig.run(THINGS)
    assert before["frames"] == 60 and before["switches"] == 1
    for frames in (30, 90):  # as the panel of F9 does, down on the left of the view
        rig.run(REDO.format(name="frames", value=frames))
        rig.until(f"len(bpy.data.actions) == 1 and bones_and_switches()['frames'] == {frames}", 120)
        rig.settle()
        found = rig.run("bones_and_switches()")
        assert found == {**before, "frames": frames}
    rig.run(REDO.format(name="start_frame", value=11))
    rig.until("len(bpy.data.actions) == 1 and bones_and_switches()['first'] == 11", 120)
    assert rig.run("bones_and_switches()") == {**before, "frames": 90, "first": 11}
    assert rig.run(THINGS) == things
    rig.move(*VIEW)
    rig.key("ctrl+z")
    rig.until("not bpy.data.actions", 20)
    assert rig.run("switches()") == [0, 0]


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log
