"""A photo becomes a scene, gets another motion and a film: clicks in a full Blender with a window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.gui.action_panel import idle
from tests.gui.blender import VIEW, Blender
from tests.gui.networks import LACKING, networks

pytestmark = pytest.mark.gui

CHOOSE, ANIMATE, FILM = (f"motionclip.{name}" for name in ("choose_photos", "animate_photo", "film_photo"))
BROWSER = """
    import importlib.util
    def browser():
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                if area.type == "FILE_BROWSER" and area.spaces.active.params and area.spaces.active.active_operator:
                    return window, area
    def pick(folder, name):
        window, area = browser()
        asked = area.spaces.active.params
        asked.directory, asked.filename = folder.encode(), name
        with bpy.context.temp_override(window=window, area=area, region=area.regions[-1]):
            bpy.ops.file.execute()
"""
SCENE = "bpy.context.window_manager.windows[0].scene"
MADE = f"'motionclip_photo' in {SCENE} and not SESSION.busy"


@pytest.fixture(scope="module")
def seeing(program: Blender) -> Iterator[Blender]:
    """Blender with all that a photo needs."""
    pytest.importorskip("mediapipe")
    astronaut = pytest.importorskip("skimage.data").astronaut()
    program.run(BROWSER)
    if lacking := program.run(LACKING):
        pytest.skip(f"the full Blender's Python has no {', '.join(lacking)}; see tests/gui/setup_gui.sh")
    Image.fromarray(astronaut).save(program.folder / "astronaut.png")
    Image.fromarray(np.full((120, 160, 3), 180, np.uint8)).save(program.folder / "wall.png")
    with networks(program):
        yield program


@pytest.fixture
def panel(seeing: Blender, blender: Blender) -> Blender:
    """The panel is open."""
    blender.sidebar.open("photo")
    return blender


def choose(blender: Blender, button: str, name: str) -> None:
    """Clicks a button that opens a file browser, and takes a file of the test's folder in it."""
    blender.sidebar.click(button)
    blender.until("browser() is not None", 30)
    blender.settle()
    blender.run(f"pick({str(blender.inside)!r}, {name!r})")
    blender.until("len(bpy.context.window_manager.windows) == 1 and browser() is None", 30)
    blender.settle()


@pytest.fixture
def animated(panel: Blender) -> Blender:
    """The astronaut waves."""
    panel.run("bpy.context.scene.motionclip.frames = 30")
    choose(panel, CHOOSE, "astronaut.png")
    panel.sidebar.click(ANIMATE)
    panel.until(f"({MADE}) or SESSION.error", 300)
    idle(panel)
    panel.settle()
    assert panel.run("SESSION.error") == "The legs are cut off; they are guessed."
    return panel


def test_a_photo_is_chosen_and_animated_by_clicks(animated: Blender, tmp_path: Path) -> None:
    scene = f"{SCENE}.name, {SCENE}.frame_end, len(bpy.data.scenes)"
    assert animated.run(f"[{scene}]") == ["astronaut", 30, 2]
    note = json.loads(animated.run(f"{SCENE}['motionclip_photo']"))
    assert note["photos"] == [str(animated.inside / "astronaut.png")] and note["person"] == 1
    left, right = animated.run("""
        from bpy_extras.view3d_utils import location_3d_to_region_2d
        camera, (space, region) = bpy.context.scene.camera, (bpy.context.space_data, bpy.context.region)
        frame = [camera.matrix_world @ corner for corner in camera.data.view_frame(scene=bpy.context.scene)]
        across = [location_3d_to_region_2d(region, space.region_3d, corner).x for corner in frame]
        [min(across), max(across)]
    """)
    assert 0 < left < right < 768, "all of the picture is beside the sidebar"
    assert right - left > 400
    animated.screenshot(tmp_path / "photo.png")
    with Image.open(tmp_path / "photo.png") as picture:
        view = np.asarray(picture.convert("RGB"), int)[90:700, 60:760]
    orange = (view[..., 0] > 150) & (view[..., 0] > view[..., 2] + 80)
    assert orange.mean() > 0.01, "the astronaut's suit is in the view"


def test_another_motion_needs_no_new_scene_and_a_film_is_written(animated: Blender) -> None:
    animated.run(f"{SCENE}.motionclip.prompt = 'a person kicks'")
    animated.sidebar.click(ANIMATE)
    animated.until("bpy.context.object.animation_data.action.name == 'a person kicks' or SESSION.error", 120)
    idle(animated)
    assert animated.run("[SESSION.error, len(bpy.data.scenes)]") == ["", 2]
    animated.run(f"{SCENE}.frame_end = 4")
    choose(animated, FILM, "film.mp4")
    animated.until("not SESSION.busy", 300)
    assert animated.run("SESSION.error") == ""
    assert (animated.folder / "film.mp4").stat().st_size > 1000


def test_one_undo_takes_the_scene_back(animated: Blender) -> None:
    animated.move(*VIEW)
    animated.key("ctrl+z")
    animated.until("[scene.name for scene in bpy.data.scenes] == ['Scene']", 30)
    assert animated.run(f"[{SCENE}.name, len(bpy.data.actions)]") == ["Scene", 0]
    assert animated.run("[one.path for one in bpy.context.scene.motionclip.photo.photos]") == [
        str(animated.inside / "astronaut.png")
    ]


def test_a_photo_of_nobody_is_said_and_changes_nothing(panel: Blender) -> None:
    choose(panel, CHOOSE, "wall.png")
    panel.sidebar.click(ANIMATE)
    panel.until("SESSION.error", 120)
    assert panel.run("SESSION.error").startswith("No person is seen in the photo")
    assert panel.run("[len(bpy.data.scenes), len(bpy.data.actions)]") == [1, 0]


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert program.faults == []
