"""The scene of a photo: what its pixels show, and what it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("cv2")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.photo.acting import opening
from motionclip_blender.photo.framing import Framing, framing
from motionclip_blender.rig.blendfile import empty_scene, write_blend
from motionclip_blender.rig.photo.compositing import background_of
from motionclip_blender.rig.photo.film import render_photo_film, render_photo_sheet, shots
from motionclip_blender.rig.photo.note import is_photo_scene, photo_scene
from motionclip_blender.rig.photo.scene import build, perform
from tests.photo.ready import prepared
from tests.photo.staged import staged

FRAMES = 12


@pytest.fixture(scope="module")
def photo(open_body):
    return prepared(staged(open_body, 240, 160, seed=5, distance=4.5), open_body)


def swaying(photo, metres: float = 0.0) -> Motion:
    """The photo's pose, which then raises the arms, and goes aside."""
    from motionclip_blender.core.skeleton import INDEX

    poses = np.repeat(np.asarray(photo.fit.pose)[None], FRAMES, axis=0)
    raised = np.clip(np.arange(FRAMES) - 3, 0, None) / 8
    poses[:, INDEX["left_shoulder"], 2] += raised
    places = np.asarray(photo.fit.translation) + np.linspace(0, metres, FRAMES)[:, None] * (1.0, 0.0, 0.0)
    return Motion.from_axis_angle(poses.reshape(FRAMES, -1), places, 30.0)


def built(photo, motion: Motion, framed: Framing | None = None):
    scene = empty_scene(motion)
    found = build(scene, photo, "Ann", ["ann.jpg"], 1)
    perform(found, motion, framed or framing(motion, photo.body, photo.fit.camera), "sways")
    return found


@pytest.fixture(scope="module")
def film(photo, tmp_path_factory) -> np.ndarray:
    """All frames, (T, H, W, 3) uint8."""
    found = built(photo, swaying(photo))
    return np.array(list(shots(found.scene, range(1, FRAMES + 1), tmp_path_factory.mktemp("shots"))))


def test_outside_of_person_and_shadow_the_background_is_the_photos(photo, film):
    away = np.ones(film.shape[1:3], bool)
    rows, columns = np.nonzero((film != photo.background.picture).any(axis=(0, 3)))
    away[max(rows.min() - 2, 0) : rows.max() + 3, max(columns.min() - 2, 0) : columns.max() + 3] = False
    assert away.mean() > 0.4, "person and shadow are a part of the picture"
    untouched = away & ~photo.background.taken_out
    assert (film[:, untouched] == photo.picture[untouched]).all()


def test_nothing_flickers(film):
    assert (film[0] == film[1]).all() and (film[1] == film[2]).all(), "the pose is held"
    moving = (np.diff(film.astype(int), axis=0) != 0).any(axis=(0, 3))
    assert moving.mean() < 0.3


def test_the_first_frame_is_the_photo(photo, film):
    inside = photo.mask > 0.5
    apart = np.abs(film[0].astype(float) - photo.picture)
    assert apart[inside].mean() < 8
    assert apart.mean() < 3


def test_the_shadow_lies_where_the_photos_was(photo, film):
    darker = film[0].astype(int).sum(-1) < photo.background.picture.astype(int).sum(-1) - 12
    darker &= ~(photo.mask > 0.1)
    together = (darker & photo.background.shadow).sum() / (darker | photo.background.shadow).sum()
    assert together > 0.5


def test_the_camera_sees_what_the_photos_camera_saw(photo):
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    from motionclip_blender.photo.camera import project
    from motionclip_blender.rig.bones import BLENDER_AXES

    found = built(photo, opening(photo.fit, 30.0, 2))
    points = photo.body.posed_joints(opening(photo.fit, 30.0))[0][:22].astype(float)
    pixels, _ = project(photo.fit.camera, points)
    for point, (x, y) in zip(points, pixels, strict=True):
        u, v, _ = world_to_camera_view(found.scene, found.camera, Vector(BLENDER_AXES @ point))
        assert (u * 240, (1 - v) * 160) == pytest.approx((x, y), abs=0.02)


def test_a_camera_that_follows_moves_whole_pixels(photo, tmp_path: Path):
    motion = swaying(photo, 2.0)
    framed = framing(motion, photo.body, photo.fit.camera)
    assert 50 < framed.moved[-1, 0] < 240
    found = built(photo, motion, framed)
    first, last = shots(found.scene, (1, FRAMES), tmp_path)
    moved = int(framed.moved[-1, 0])
    top = slice(0, 20)  # the wall above the person
    assert (last[top, : 240 - moved] == photo.background.picture[top, moved:]).all()
    assert (last[top, 240 - moved :] == photo.background.picture[top, ::-1][:, :moved]).all(), "its mirror image"
    assert (first[top] == photo.background.picture[top]).all()


def test_another_motion_needs_no_new_fit(photo, tmp_path: Path):
    built(photo, swaying(photo, 6.0))
    write_blend(tmp_path / "ann.blend")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "ann.blend"))
    scene = bpy.context.scene
    assert is_photo_scene(scene)
    kept = photo_scene(scene)
    assert kept.photos == ("ann.jpg",) and kept.person == 1
    assert np.asarray(kept.fit.pose) == pytest.approx(photo.fit.pose)
    assert (kept.background == photo.background.picture).all()
    still = opening(kept.fit, 30.0, 5)
    perform(kept, still, framing(still, photo.body, kept.fit.camera), "stands")
    assert (scene.frame_start, scene.frame_end) == (1, 5)
    assert tuple(background_of(scene).size) == (240, 160)
    (shot,) = shots(scene, (3,), tmp_path)
    assert (shot[:20] == photo.background.picture[:20]).all()


def test_what_is_gone_is_told(photo):
    found = built(photo, opening(photo.fit, 30.0, 2))
    bpy.data.objects.remove(found.camera)
    with pytest.raises(UserError, match="was deleted; animate the photo anew"):
        photo_scene(bpy.context.scene)
    assert photo_scene(empty_scene(opening(photo.fit, 30.0, 2))) is None


def test_a_note_that_was_changed_is_told(photo):
    found = built(photo, opening(photo.fit, 30.0, 2))
    found.scene["motionclip_photo"] = '{"size": "large"}'
    with pytest.raises(UserError, match="no longer says how it was made"):
        photo_scene(found.scene)


def test_the_clothes_move_with_the_shape_keys(photo, open_body):
    from motionclip_blender.rig.photo.dressed_body import add_dressed
    from motionclip_blender.rig.stage import meshes_of

    empty_scene(opening(photo.fit, 30.0, 2))
    wide = replace(photo.dressed, offsets=np.full_like(open_body.template, 0.01))
    (mesh,) = meshes_of(add_dressed(photo.body, wide, "Ann"))
    keys = mesh.data.shape_keys.key_blocks
    rest = np.empty(3 * len(mesh.data.vertices), np.float32)
    keys[0].data.foreach_get("co", rest)
    from motionclip_blender.rig.bones import BLENDER_AXES

    assert rest.reshape(-1, 3) == pytest.approx((open_body.template + 0.01) @ BLENDER_AXES.T, abs=1e-5)
    assert [image.packed_file is not None for image in bpy.data.images if "clothes" in image.name] == [True]


def test_film_and_sheet(photo, tmp_path: Path):
    cv2 = pytest.importorskip("cv2")
    found = built(photo, swaying(photo))
    seen: list[float] = []
    before = found.scene.render.filepath, found.scene.frame_current, len(bpy.data.scenes)
    render_photo_film(found.scene, tmp_path / "ann.mp4", lambda stage, done: seen.append(done))
    render_photo_sheet(found.scene, tmp_path / "ann.png", "sways", poses=4)
    assert (found.scene.render.filepath, found.scene.frame_current, len(bpy.data.scenes)) == before
    assert len(seen) == FRAMES + 1 and seen[-1] == 1.0
    film = cv2.VideoCapture(str(tmp_path / "ann.mp4"))
    frames = []
    while (got := film.read())[0]:
        frames.append(got[1].astype(int))
    assert len(frames) == FRAMES and frames[0].shape == (160, 240, 3) and film.get(cv2.CAP_PROP_FPS) == 30
    assert np.abs(np.diff(np.array(frames)[:, :30, :60], axis=0)).mean() < 0.005, "the codec may improve a block once"
    assert np.abs(frames[0][:30, :60] - photo.picture[:30, :60, ::-1]).mean() < 3
    assert cv2.imread(str(tmp_path / "ann.png")).shape[1] == 4 * 240 + 3 * 2


def test_ending_a_film_leaves_nothing(photo, tmp_path: Path):
    from motionclip_blender.core.progress import Cancelled

    found = built(photo, swaying(photo))

    def stop(stage: str, done: float) -> None:
        if done > 0.3:
            raise Cancelled

    blocks = set(bpy.data.user_map())
    with pytest.raises(Cancelled):
        render_photo_film(found.scene, tmp_path / "ann.mp4", stop)
    assert list(tmp_path.iterdir()) == []
    assert {block.name for block in set(bpy.data.user_map()) - blocks} <= {"Render Result"}
    with pytest.raises(UserError, match="choose another place"):
        (tmp_path / "file").write_text("")
        render_photo_film(found.scene, tmp_path / "file" / "ann.mp4")


def test_a_full_disk_is_told_in_one_sentence(photo, tmp_path: Path, monkeypatch):
    from motionclip_blender.rig.photo import film as film_module

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    found = built(photo, swaying(photo))
    monkeypatch.setattr(film_module, "write_bitmap", full)
    with pytest.raises(UserError, match="free some space there, and where temporary files lie"):
        render_photo_film(found.scene, tmp_path / "ann.mp4")
    assert list(tmp_path.iterdir()) == []
