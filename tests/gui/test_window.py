"""The extension in a full Blender with a window: real clicks and keys, a real screenshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gui.blender import PROMPT, VIEW, Blender
from tests.gui.sidebar import END

pytestmark = pytest.mark.gui

NAME = "bl_ext.user_default.motionclip"
GENERATE = "motionclip.generate"
LONGEST_GAP = 1.0
"""Seconds that the window may stand still, on two busy cores drawing in software."""

# The engine, which takes as long to load as a test needs, through the real job, operator and panel
SLOW = """
    import threading
    import numpy as np
    from bl_ext.user_default.motionclip.core.engine import Engine

    class Slow(Engine):
        go = threading.Event()

        def _ready(self, *progress):
            for step in range(12_000):
                for tell in progress:
                    tell("Working", step / 12_000)
                if self.go.wait(0.01):
                    break
            return super()._ready(*progress)

    slow = Slow()
    SESSION.engine = lambda sources: slow
"""


@pytest.fixture
def at_work(blender: Blender) -> Blender:
    """Generate was clicked, and the engine takes its time; `Slow.go.set()` lets it come to an end."""
    blender.run(SLOW)
    blender.sidebar.click(GENERATE)
    blender.until("SESSION.busy and SESSION.job.fraction > 0", 20)
    return blender


def ended(blender: Blender) -> str:
    """Waits for the job to be over; returns the error that the panel shows, with nothing made."""
    blender.until("not SESSION.busy", 20)
    blender.until("len(bpy.context.window_manager.windows[0].modal_operators) == 0", 20)
    assert blender.run("len(bpy.data.actions)") == 0
    return blender.run("SESSION.error")


def test_a_click_on_add_body_brings_a_person(blender: Blender) -> None:
    blender.run("bpy.data.objects.remove(bpy.context.object)\nbpy.context.area.tag_redraw()")
    blender.sidebar.click("motionclip.add_body")
    blender.until("bpy.context.object and bpy.context.object.type == 'ARMATURE'", 20)


def test_a_click_on_generate_keys_the_person(blender: Blender, tmp_path: Path) -> None:
    blender.sidebar.place(GENERATE)
    blender.watch()
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions)", 120)
    longest, _ = blender.stood_still()
    assert longest < LONGEST_GAP
    assert blender.run("bpy.context.object.animation_data.action.name") == PROMPT
    assert blender.run("list(bpy.data.actions[0].frame_range)") == [1, 60]
    assert blender.run("bpy.data.actions[0]['prompt']") == PROMPT
    blender.screenshot(tmp_path / "window.png")
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_one_undo_takes_it_all_back(blender: Blender) -> None:
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions)", 120)
    blender.move(*VIEW)
    blender.key("ctrl+z")
    blender.until("not bpy.data.actions", 20)
    assert blender.run("bpy.data.objects['SMPL-X'].animation_data") is None
    assert blender.run("bpy.data.objects['SMPL-X'].pose.bones['pelvis'].location[:]") == [0, 0, 0]
    blender.key("ctrl+shift+z")
    blender.until("len(bpy.data.actions)", 20)


def test_the_same_prompt_gives_the_same_motion(blender: Blender) -> None:
    for count in (1, 2):
        blender.sidebar.click(GENERATE)
        blender.until(f"len(bpy.data.actions) == {count} and not SESSION.busy", 120)
    assert blender.run("""
        from bl_ext.user_default.motionclip.rig.versions import fcurves_of
        curves = [fcurves_of(action, bpy.context.object, "") for action in bpy.data.actions]
        values = [[tuple(p.co) for c in of_one for p in c.keyframe_points] for of_one in curves]
        len(values[0]) > 1000 and values[0] == values[1]
    """)


def test_the_last_operation_can_be_adjusted(blender: Blender) -> None:
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions)", 120)
    # as its panel does, down on the left of the view
    blender.run("""
        bpy.context.window_manager.operators[-1].properties.frames = 30
        bpy.ops.ed.undo_redo()
    """)
    blender.until("[tuple(action.frame_range) for action in bpy.data.actions] == [(1, 30)]", 20)


def test_esc_cancels(at_work: Blender) -> None:
    at_work.move(*VIEW)
    at_work.key("Escape")
    assert ended(at_work) == ""
    assert at_work.run("SESSION.job.cancelled")


def test_the_panel_has_a_cancel_button(at_work: Blender) -> None:
    at_work.sidebar.click("motionclip.cancel", END)
    assert ended(at_work) == ""
    assert at_work.run("SESSION.job.cancelled")


def test_blender_can_be_used_meanwhile_and_undone(at_work: Blender) -> None:
    at_work.run("bpy.context.object.location.x = 1\nbpy.ops.ed.undo_push(message='moved')")
    at_work.move(*VIEW)
    at_work.key("ctrl+z")
    at_work.until("bpy.data.objects['SMPL-X'].location.x == 0", 20)
    at_work.run("Slow.go.set()")
    at_work.until("len(bpy.data.actions)", 20)
    assert at_work.run("bpy.context.object.animation_data.action.name") == PROMPT


def test_a_second_job_is_refused(at_work: Blender) -> None:
    error = at_work.run("""
        try:
            bpy.ops.motionclip.generate("INVOKE_DEFAULT")
            said = None
        except RuntimeError as error:
            said = str(error)
        said
    """)
    assert "being made already" in error
    at_work.run("Slow.go.set()")
    at_work.until("len(bpy.data.actions) == 1", 20)


def test_the_armature_may_go_meanwhile(at_work: Blender) -> None:
    at_work.run("bpy.ops.object.delete()")
    at_work.run("Slow.go.set()")
    assert ended(at_work) == "The armature was deleted while the motion was made; nothing was changed."


def test_another_file_may_be_opened_meanwhile(at_work: Blender) -> None:
    at_work.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    at_work.until("'Cube' in bpy.data.objects", 20)
    assert "another file was opened" in ended(at_work)


def test_a_click_before_the_motion_is_keyed_is_refused_and_takes_nothing_away(at_work: Blender) -> None:
    said = at_work.run("""
        Slow.go.set()
        SESSION.job.join()  # the window stands still meanwhile, as in a long redraw
        said = ""
        try:
            bpy.ops.motionclip.generate("INVOKE_DEFAULT", prompt="kick", frames=30)
        except RuntimeError as error:
            said = str(error)
        said
    """)
    assert "being made already" in said
    at_work.until("len(bpy.data.actions)", 20)
    assert at_work.run("[action.name for action in bpy.data.actions]") == [PROMPT]
    assert not at_work.run("SESSION.busy") and at_work.run("SESSION.timer is None")
    at_work.run("bpy.context.scene.motionclip.prompt = 'kick'")
    at_work.sidebar.click(GENERATE)
    at_work.until("len(bpy.data.actions) == 2", 20)


def test_length_and_start_of_the_image_browser_count(blender: Blender) -> None:
    blender.run(SLOW)
    blender.run("""
        Slow.go.set()
        Slow.encode_image = lambda self, pixels: np.ones(self.pack.clip.width, np.float32)
        image = bpy.data.images.new("photo", 32, 32)
        image.filepath_raw, image.file_format = bpy.app.tempdir + "photo.png", "PNG"
        image.save()
        bpy.context.scene.motionclip.frames = 20
        bpy.ops.motionclip.generate_from_image("INVOKE_DEFAULT")
        def browser():
            for window in bpy.context.window_manager.windows:
                for area in window.screen.areas:
                    if area.type == "FILE_BROWSER" and area.spaces.active.params:
                        return window, area
    """)
    blender.until("browser() is not None and browser()[1].spaces.active.active_operator is not None", 20)
    shown = blender.run("""
        window, area = browser()
        operator, asked = area.spaces.active.active_operator, area.spaces.active.params
        shown = operator.frames, operator.start_frame
        operator.frames, operator.start_frame = 40, 7
        asked.directory, asked.filename = bpy.app.tempdir.encode(), "photo.png"
        with bpy.context.temp_override(window=window, area=area, region=area.regions[-1]):
            bpy.ops.file.execute()
        shown
    """)
    assert shown == [20, 1]
    blender.until("len(bpy.data.actions)", 30)
    assert blender.run("tuple(bpy.data.actions[0].frame_range)") == [7, 46]


def test_a_missing_torch_is_said_in_a_sentence(blender: Blender) -> None:
    blender.run(f"chosen = bpy.context.preferences.addons['{NAME}'].preferences\nchosen.compute = 'cpu'")
    try:
        blender.sidebar.click(GENERATE)
        blender.until("SESSION.error", 20)
        said = ended(blender)
        assert "torch" in said and "bug" not in said and said.endswith(".")
    finally:
        blender.run("chosen.compute = 'automatic'")


def test_a_newer_version_installed_meanwhile_ends_the_job_and_works(at_work: Blender) -> None:
    at_work.run(f"""
        job = SESSION.job
        bpy.context.preferences.addons["{NAME}"].preferences.body_file = "/a/body.npz"
        bpy.ops.extensions.package_install_files(
            repo="user_default", filepath={str(at_work.extension)!r}, overwrite=True, enable_on_install=True
        )
    """)
    assert at_work.run("job.finished and job.cancelled")
    assert at_work.run(f"from {NAME}.ui.session import SESSION\nSESSION.job is None and SESSION.error == ''")
    assert at_work.run(f"bpy.context.preferences.addons['{NAME}'].preferences.body_file") == "/a/body.npz"
    at_work.run(f"bpy.context.preferences.addons['{NAME}'].preferences.body_file = ''")
    assert at_work.run("len(bpy.data.actions)") == 0
    at_work.sidebar.click(GENERATE)
    at_work.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)


def test_disabling_the_extension_ends_the_job(at_work: Blender) -> None:
    at_work.run(f"job = SESSION.job\nbpy.ops.preferences.addon_disable(module='{NAME}')")
    assert at_work.run("job.finished and job.cancelled")
    assert at_work.run("SESSION.timer is None")
    assert not at_work.run("hasattr(bpy.types.Scene, 'motionclip')")
    at_work.run(f"bpy.ops.preferences.addon_enable(module='{NAME}')")
    at_work.run("from bl_ext.user_default.motionclip.ui.session import SESSION")
    assert at_work.run("len(bpy.data.actions)") == 0


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert program.faults == []
