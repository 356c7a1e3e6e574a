"""Films and contact sheets: the person is always in the picture, and nothing but the file is left behind."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig import film, renderer, shots
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.caption import render_caption
from motionclip_blender.rig.pictures import read_picture
from motionclip_blender.rig.stage import View, furnish, look
from motionclip_blender.rig.write_keys import key_motion

SECONDS = np.arange(24) / 12


def motion(fps: float = 12.0, root=(0.0, 0.0, 0.0), travel=(0.0, 0.0, 0.0), lift=0.0, arms=0.0) -> Motion:
    """Two seconds: turned and travelling more and more, jumping `lift` metres, arms raised by up to `arms`."""
    vectors = np.zeros((len(SECONDS), len(JOINTS), 3))
    vectors[:, 0] = SECONDS[:, None] / 2 * np.array(root)
    vectors[:, INDEX["left_shoulder"], 2] = arms * np.sin(3 * SECONDS)
    vectors[:, INDEX["right_shoulder"], 2] = -arms * np.sin(3 * SECONDS)
    translation = SECONDS[:, None] * np.array(travel) + np.outer(np.abs(np.sin(3 * SECONDS)), (0, lift, 0))
    return Motion.from_axis_angle(vectors.reshape(len(SECONDS), -1), translation, fps)


WAVE = motion(arms=1.4)


@pytest.fixture
def person(scene, open_body):
    """The open body, keyed, in a user's scene with habits of its own."""
    scene.render.fps, scene.frame_current = 25, 7
    armature = add_body(open_body)
    key_motion(armature, WAVE, "the user's own")
    armature.location = (3, 4, 0)
    armature.rotation_euler.z = 2.0
    return armature


@pytest.fixture
def small(monkeypatch):
    """Pictures of stamp size, for speed."""
    monkeypatch.setattr(film, "_FILM_SIZE", (160, 120))
    monkeypatch.setattr(film, "_CELL_SIZE", (64, 72))


def data_blocks() -> set[str]:
    """Names with the pointers behind them: a block that was replaced counts as changed."""
    return {f"{block!r} {block.as_pointer()}" for block in bpy.data.user_map()}


def clip(path: Path) -> bpy.types.MovieClip:
    return bpy.data.movieclips.load(str(path))


# --- where the camera stands


@pytest.mark.parametrize("smoothing", [0.0, 5.0])
@pytest.mark.parametrize("title", [0.0, 0.2])
def test_all_points_are_in_the_free_picture_and_none_closer_than_needed(smoothing, title):
    rng = np.random.default_rng(3)
    view = View.of(np.array([0.3, -1.0, 0.0]), aspect=4 / 3, title=title)
    points = rng.normal(size=(40, 30, 3)) * (0.4, 0.3, 0.8) + np.cumsum(rng.normal(size=(40, 1, 3)) * 0.1, axis=0)
    reaches = np.array([view.reach(frame) for frame in points])
    path = view.camera_path(reaches, points.mean(axis=1), smoothing)
    right, up, back = np.moveaxis((points - path[:, None]) @ view.axes.T, -1, 0)
    # how much of each side's free tangent is used; behind the camera nothing would be
    assert (back < 0).all()
    slopes = view.slopes
    used = [right / -back / slopes[0], -right / -back / slopes[1], up / -back / slopes[2], -up / -back / slopes[3]]
    assert np.max(used) == pytest.approx(1.0, abs=1e-6)


def test_who_walks_evenly_is_followed_evenly():
    view = View.of(np.array([0.0, -1.0, 0.0]), aspect=4 / 3)
    centres = np.arange(30)[:, None] * np.array([0.02, -0.05, 0.0]) + (0, 0, 0.9)
    reaches = np.array([view.reach(centre + np.array([[0, 0, 0.9], [0, 0, -0.9]])) for centre in centres])
    steps = np.diff(view.camera_path(reaches, centres, smoothing=6), axis=0)
    assert np.allclose(steps, (0.02, -0.05, 0.0), atol=1e-6)


@pytest.mark.parametrize(
    "moving",
    [
        motion(root=(-1.6, 0, 0)),  # lies down on the back
        motion(root=(0, 0, 1.6), arms=1.4),  # and on a side
        motion(lift=0.7, arms=1.4),  # jumps
        motion(travel=(2.0, 0, 4.0), arms=1.4),  # runs
        motion(root=(0, 6.0, 0), travel=(0, 0, -1.0)),  # turns
    ],
    ids=["on the back", "on a side", "jump", "run", "turn"],
)
def test_nothing_of_the_person_is_cut_off(scene, person, moving):
    key_motion(person, moving, "moving", fps=scene.render.fps)
    width, height, title = 320, 240, 0.2
    scene.render.resolution_x, scene.render.resolution_y = width, height
    last = round((len(moving) - 1) / moving.fps * scene.render.fps) + 1
    camera = furnish(scene, look(scene, person, range(1, last + 1), width / height, title), 8.0, "Stage")
    (mesh,) = person.children
    for frame in range(1, last + 1, 5):
        scene.frame_set(frame)
        posed = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
        seen = [world_to_camera_view(scene, camera, posed.matrix_world @ v.co) for v in list(posed.data.vertices)[::20]]
        x, y, depth = np.array(seen).T
        assert x.min() > 0.02 and x.max() < 0.98 and y.min() > 0.02 and y.max() < 1 - title
        assert depth.min() > 0


def test_the_camera_sees_the_person_from_the_front(scene, person):
    sight = look(scene, person, [1], 1.0)
    facing = person.matrix_world.to_3x3() @ Vector((0, -1, 0))
    assert np.dot(sight.view.axes[2], facing) > 0.7


# --- the film


def test_a_film_of_the_motion_s_length_rate_and_size(person, small, tmp_path: Path):
    path = tmp_path / "new folder" / "film.mp4"
    film.render_film(person, WAVE, path, "a person waves")
    made = clip(path)
    assert (made.frame_duration, *made.size) == (len(WAVE), 160, 120)
    assert made.fps == pytest.approx(WAVE.fps)
    assert [entry.name for entry in path.parent.iterdir()] == ["film.mp4"]


def test_rates_that_are_no_whole_numbers(person, small, tmp_path: Path):
    film.render_film(person, motion(fps=23.976).crop(0, 3), tmp_path / "film.mp4", "a person stands")
    assert clip(tmp_path / "film.mp4").fps == pytest.approx(23.976, abs=1e-3)


def test_the_user_s_file_stays_as_it_was(person, small, tmp_path: Path):
    scene, action = bpy.context.scene, person.animation_data.action
    before = data_blocks(), scene.frame_current, scene.render.fps, scene.render.filepath, scene.render.engine
    film.render_film(person, motion(root=(1, 0, 0)).crop(0, 3), tmp_path / "film.mp4", "a person falls")
    film.render_sheet(person, motion(root=(1, 0, 0)), tmp_path / "sheet.png", "a person falls", poses=2)
    assert bpy.context.scene == scene and person.animation_data.action == action
    after = data_blocks(), scene.frame_current, scene.render.fps, scene.render.filepath, scene.render.engine
    assert after == before
    assert bpy.context.view_layer.objects.active == person and person.select_get()


def test_the_film_shows_the_motion_and_not_the_armature_s_own_action(person, small, tmp_path: Path, monkeypatch):
    pictures = []
    monkeypatch.setattr(film, "encode", lambda files, *_: pictures.extend(read_picture(file) for file in files))
    film.render_film(person, motion().crop(0, 2), tmp_path / "still.mp4", "x")
    film.render_film(person, motion(arms=1.4).crop(0, 12), tmp_path / "waves.mp4", "x")
    still, waves = pictures[:2], pictures[2:]
    assert len(waves) == 12
    assert np.abs(still[0] - still[1]).max() < 0.02
    # arms move over a picture that otherwise stays
    changed = np.abs(waves[0] - waves[6]).max(axis=-1) > 0.1
    assert 0.002 < changed.mean() < 0.4


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_a_film_that_is_stopped_leaves_nothing(person, small, tmp_path: Path, interruption):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"an older film")
    before = data_blocks()

    def stop(stage: str, fraction: float) -> None:
        assert stage == "Filming" and 0 < fraction <= 1
        if fraction > 0.1:
            raise interruption

    with pytest.raises(interruption):
        film.render_film(person, WAVE, path, "a person waves", stop)
    assert data_blocks() == before
    assert path.read_bytes() == b"an older film" and len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_told_at_once(person, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(film, "draw_all", lambda *_: pytest.fail("rendered before the place was tried"))
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("started before the place was tried"))
    monkeypatch.setattr(shots, "_WORTH_FRAMES", 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="Cannot write"):
        film.render_film(person, WAVE, tmp_path / "file" / "film.mp4", "a person waves")


def test_an_armature_without_a_mesh(person, tmp_path: Path):
    bpy.data.objects.remove(person.children[0])
    before = data_blocks()
    with pytest.raises(UserError, match="has no mesh"):
        film.render_film(person, WAVE, tmp_path / "film.mp4", "a person waves")
    assert data_blocks() == before and not list(tmp_path.iterdir())


def test_locks_constraints_and_hidden_objects_do_not_matter(person, small, tmp_path: Path, monkeypatch):
    pictures = []
    monkeypatch.setattr(film, "encode", lambda files, *_: pictures.append(read_picture(files[-1])))
    pose = motion(arms=1.4).crop(6, 8)
    film.render_film(person, pose, tmp_path / "film.mp4", "x")
    person.hide_viewport = person.children[0].hide_viewport = True
    for bone in person.pose.bones:
        bone.lock_rotation = (True, True, True)
    person.pose.bones["left_elbow"].constraints.new("LIMIT_ROTATION").use_limit_x = True
    film.render_film(person, pose, tmp_path / "film.mp4", "x")
    assert np.abs(pictures[0] - pictures[1]).max() < 0.02


# --- the contact sheet


def test_a_sheet_has_a_cell_for_each_pose(person, small, tmp_path: Path):
    film.render_sheet(person, WAVE, tmp_path / "sheet.png", "a person waves", poses=6)
    sheet = read_picture(tmp_path / "sheet.png")
    width, height = film._CELL_SIZE
    assert sheet.shape[1] == 4 * (width + 2) - 2
    top = sheet.shape[0] - 2 * (height + 2) + 2
    assert top > 10  # the title
    cells = [sheet[top + r * (height + 2) :, c * (width + 2) :][:height, :width, :3] for r in (0, 1) for c in range(4)]
    assert all(np.abs(a - b).max() > 0.2 for a, b in pairwise(cells[:6])), "all poses alike"
    assert np.ptp(cells[6]) == 0 and np.ptp(cells[7]) == 0  # six poses in two rows of four


def test_a_sheet_of_a_motion_with_fewer_frames_than_poses(person, small, tmp_path: Path):
    film.render_sheet(person, WAVE.crop(0, 3), tmp_path / "sheet.png", "short")
    assert read_picture(tmp_path / "sheet.png").shape[1] == 3 * (film._CELL_SIZE[0] + 2) - 2


def test_rows_of_several_motions_each_behind_its_text(person, tmp_path: Path):
    before = data_blocks()
    rows = [("a person waves", WAVE), ("stands", motion())]
    film.render_rows(person, rows, tmp_path / "rows.png", poses=3, cell=(64, 72))
    assert data_blocks() == before
    sheet = read_picture(tmp_path / "rows.png")[..., :3]
    labels = film._LABEL_WIDTH
    assert sheet.shape[:2] == (2 * 74 - 2, labels + 3 * 66)
    cells = [[sheet[r * 74 :, labels + 2 + c * 66 :][:72, :64] for c in range(3)] for r in range(2)]
    assert all(np.abs(a - b).max() > 0.2 for a, b in pairwise(cells[0])), "all poses alike"
    assert all(np.abs(a - b).max() < 0.02 for a, b in pairwise(cells[1])), "who stands moves"
    texts = [sheet[r * 74 :, :labels][:72] for r in range(2)]
    dark = [np.argwhere(text.mean(axis=-1) < 0.5) for text in texts]
    assert len(dark[0]) > len(dark[1]) > 20, "the longer text has more ink"
    assert all(abs(ink[:, 0].mean() - 36) < 6 for ink in dark), "not in the middle of its row"


# --- titles


@pytest.mark.parametrize(
    ("text", "several_lines"),
    [
        ("a person walks", False),
        ('it\'s 50 % "quoted" & \\ /', False),
        ("a person runs and then stops " * 17, True),
        ("走" * 500, True),
        ("m" * 500, True),
    ],
)
def test_a_title_fits_its_picture(scene, tmp_path: Path, text, several_lines):
    height = render_caption(text[:500], tmp_path / "title.png", 640, (24, 12), 160)
    picture = read_picture(tmp_path / "title.png")
    assert picture.shape == (height, 640, 4) and height % 2 == 0 and height <= 162
    assert (height > 60) == several_lines
    alpha = picture[..., 3]
    assert alpha.max() > 0.6, "no text"
    assert max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) == 0, "text is cut off"


# --- the renderer


def test_without_egl_cycles_renders(scene, monkeypatch):
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(renderer.sys, "platform", "linux")
    monkeypatch.setattr(renderer.ctypes, "CDLL", missing)
    renderer.workbench_works.cache_clear()
    try:
        renderer.choose_renderer(scene)
        assert scene.render.engine == "CYCLES"
    finally:
        renderer.workbench_works.cache_clear()
