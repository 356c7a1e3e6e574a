"""A checkpoint of the released layout, as large as the published one: imported by clicks, and a prompt made with it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

# not importorskip: torchvision cannot always be imported by itself beside a CPU torch
if not (find_spec("open_clip") and find_spec("torch")):
    pytest.skip("needs open_clip_torch", allow_module_level=True)

from tests.clip_files import halved, large_clip, save_archive
from tests.gui.blender import PROMPT, SIZE, Blender
from tests.gui.test_window import GENERATE, NAME
from tests.official_pose import crouching, that_makes

pytestmark = pytest.mark.gui

# pixels from the top left of their windows, which open where the mouse is
BUTTON = (435, 296)  # "Import official MotionCLIP checkpoint", in the preferences
FOLDER, CLIP = (576, 22), (1017, 62)  # in the file browser that it opens
SECOND_FILE = (346, 99)  # behind the home's folder
NOTHING = (560, 500)
IMPORT = (1032, 604)

CHOSEN = f"bpy.context.preferences.addons[{NAME!r}].preferences.pack_folder"
WINDOWS = "len(bpy.context.window_manager.windows)"


@pytest.fixture(scope="module")
def files(program: Blender) -> Path:
    """The folder, as seen inside, with the checkpoint and CLIP's weights."""
    that_makes(crouching(2.0), program.folder / "checkpoint_0100.pth.tar")
    save_archive(halved(large_clip()), program.folder / "ViT-B-32.pt")
    return program.inside


def place(blender: Blender, at: tuple[int, int]) -> tuple[int, int]:
    """A place in the window that was opened last, as pixels of the display."""
    x, y, height = blender.run("w = bpy.context.window_manager.windows[-1]\n(w.x, w.y, w.height)")
    return x + at[0], SIZE[1] - y - height + at[1]


def on_display(blender: Blender) -> None:
    """Moves the window that was opened last to where all of it is seen: without a window manager it is anywhere."""
    blender.settle()
    last = blender.call("xdotool", "search", "--onlyvisible", "--class", "blender").split()[-1]
    blender.call("xdotool", "windowmove", last, "40", "40")
    blender.settle()


@pytest.fixture
def imported(blender: Blender, files: Path) -> Blender:
    """Preferences, the button, both files, Import."""
    blender.run("bpy.app.timers.register(lambda: bpy.ops.motionclip.open_preferences() and None)")
    blender.until(f"{WINDOWS} == 2", 60)
    on_display(blender)
    assert not blender.run(CHOSEN)
    blender.click(*place(blender, BUTTON))
    blender.until(f"{WINDOWS} == 3", 60)
    on_display(blender)
    blender.type(*place(blender, CLIP), f"{files}/ViT-B-32.pt")
    blender.type(*place(blender, FOLDER), f"{files}/")
    blender.settle()
    blender.click(*place(blender, NOTHING))  # a click that ends the typing selects no file
    blender.click(*place(blender, SECOND_FILE))
    blender.settle()
    blender.click(*place(blender, IMPORT))
    blender.until(CHOSEN, 120)
    blender.settle()
    blender.run("""
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[1]):
            bpy.ops.wm.window_close()
    """)
    return blender


def test_a_click_imports_it_and_a_prompt_stands_upright(imported: Blender) -> None:
    pack = Path(imported.run(CHOSEN))
    assert pack.name == "checkpoint_0100" and imported.run(f"sorted(__import__('os').listdir({str(pack)!r}))") == [
        "ViT-B-32.pt", "pack.json", "weights.safetensors",
    ]  # fmt: skip
    assert imported.run("import importlib.util\nimportlib.util.find_spec('torch') is None")
    imported.sidebar.click(GENERATE)
    imported.until("len(bpy.data.actions) and not SESSION.busy", 240)
    assert imported.run("bpy.data.actions[0].name") == PROMPT
    assert "is made as one motion" in imported.run("SESSION.error")  # such a pack does not read steps
    told = imported.run("""
        from mathutils import Vector
        person = bpy.context.object
        def at(frame):
            bpy.context.scene.frame_set(frame)
            return {bone.name: list(person.matrix_world @ bone.head - person.location) for bone in person.pose.bones}
        [at(frame) for frame in (1, 30, 60)]
    """)
    for joints in told:
        heights = {name: place[2] for name, place in joints.items()}
        ankle = max(heights["left_ankle"], heights["right_ankle"])
        assert heights["head"] > heights["neck"] > heights["pelvis"] + 0.3 > ankle + 0.4
        assert heights["pelvis"] < 0.75  # it crouches: standing, it is 0.93
        assert all(0 < heights[f"{side}_foot"] < 0.15 for side in ("left", "right"))
        knees, hips = (joints[f"left_{joint}"][1] + joints[f"right_{joint}"][1] for joint in ("knee", "hip"))
        assert knees < hips - 0.4  # it faces -Y, where rest poses face
    assert "Traceback" not in imported.log
