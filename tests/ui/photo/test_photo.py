"""The panel "Animate a photo": from a scene of a photo to another motion in it, and to a film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")
cv2 = pytest.importorskip("cv2")

from motionclip_blender.rig.photo.note import photo_scene
from motionclip_blender.ui.photo import making
from motionclip_blender.ui.session import SESSION
from tests.photo.ready import prepared
from tests.photo.staged import staged
from tests.ui.refusals import refused


@pytest.fixture(scope="module")
def photo(open_body):
    return prepared(staged(open_body, 160, 120, seed=5, distance=4.5), open_body)


@pytest.fixture
def shown(bpy, photo, default_pack, open_body, tmp_path):
    """The scene of a photo that was shown as the operator does."""
    from motionclip_blender.photo.acting import opening
    from motionclip_blender.photo.framing import framing

    settings = bpy.context.scene.motionclip
    settings.prompt, settings.frames = "a person waves", 24
    settings.photo.photos.add().path = str(tmp_path / "ann.jpg")
    motion = opening(photo.fit, 24.0, 10)
    before = bpy.context.scene
    wanted = making.Request(
        (tmp_path / "ann.jpg",), 1, None, None, motion, "stands", 24.0, None, before.session_uid
    )  # fmt: skip
    result = making.Result(photo, motion, framing(motion, photo.body, photo.fit.camera), ())
    scene = making.show(bpy.context, wanted, result)
    assert bpy.context.scene == scene != before
    return scene


def test_the_new_scene_is_editable_and_has_the_settings(bpy, shown) -> None:
    assert shown.name == "ann" and shown.camera is not None
    assert shown.motionclip.prompt == "a person waves" and len(shown.motionclip.photo.photos) == 1
    armature = photo_scene(shown).armature
    assert armature.animation_data.action.name == "stands" and bpy.context.object == armature
    assert not bpy.data.scenes[0].objects or bpy.data.scenes[0] == shown, "the scene before has nothing new"


def test_another_prompt_is_another_motion_in_the_same_scene(bpy, shown, photo) -> None:
    scenes = len(bpy.data.scenes)
    bpy.context.scene.motionclip.prompt = "jogging"
    assert bpy.ops.motionclip.animate_photo() == {"FINISHED"}, SESSION.error
    assert len(bpy.data.scenes) == scenes and bpy.context.scene == shown
    there = photo_scene(shown)
    assert there.armature.animation_data.action.name == "jogging"
    assert (shown.frame_start, shown.frame_end) == (1, 24), "the length of the panel, the photo's pose included"
    from motionclip_blender.rig.read_action import read_motion

    motion = read_motion(there.armature, fps=24.0)
    assert motion.translation[0] == pytest.approx(photo.fit.translation, abs=1e-4)


@pytest.mark.parametrize("kind", ["BLEND", "ARITHMETIC", "COMPOSITION", "TIMELINE", "ACTION"])
def test_whatever_makes_motions_serves(bpy, shown, kind) -> None:
    settings = shown.motionclip
    settings.photo.motion = kind
    for picked, prompt in ((settings.blend.start, "walk"), (settings.blend.end, "jump"),
                           (settings.composition.upper, "wave"), (settings.composition.lower, "walk")):  # fmt: skip
        picked.kind, picked.prompt = "PROMPT", prompt
    settings.arithmetic.expression = '"walk" + 0.5 * "jump"'
    if kind == "TIMELINE":
        bpy.ops.motionclip.add_segment()
        settings.timeline.segments[0].prompt = "a person waves"
        settings.timeline.whole = 24
    settings.photo.action = bpy.data.actions["stands"]
    assert bpy.ops.motionclip.animate_photo() == {"FINISHED"}, SESSION.error
    assert shown.frame_end >= 10


def test_the_film_is_written_whole(bpy, shown, tmp_path: Path) -> None:
    shown.frame_end = 3
    assert bpy.ops.motionclip.film_photo(filepath=str(tmp_path / "ann.mp4")) == {"FINISHED"}, SESSION.error
    film = cv2.VideoCapture(str(tmp_path / "ann.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    (tmp_path / "file").write_text("")
    said = refused(bpy, bpy.ops.motionclip.film_photo, filepath=str(tmp_path / "file" / "ann.mp4"))
    assert "choose another place" in said


# --- what is refused


def test_no_photo(bpy) -> None:
    assert refused(bpy, bpy.ops.motionclip.animate_photo).startswith("No photo was chosen")


def test_a_photo_that_is_gone(bpy, tmp_path: Path) -> None:
    bpy.ops.motionclip.choose_photos(directory=str(tmp_path), files=[{"name": "a.jpg"}, {"name": "b.jpg"}])
    assert [Path(one.path).name for one in bpy.context.scene.motionclip.photo.photos] == ["a.jpg", "b.jpg"]
    assert "There is no file" in refused(bpy, bpy.ops.motionclip.animate_photo)


def test_a_photo_of_nobody(bpy, default_pack, tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((120, 160, 3), 180, np.uint8))
    bpy.ops.motionclip.choose_photos(filepath=str(tmp_path / "wall.png"))
    assert "No person is seen" in refused(bpy, bpy.ops.motionclip.animate_photo)


def test_a_missing_package_is_named_before_the_work(bpy, monkeypatch, tmp_path: Path) -> None:
    import sys

    cv2.imwrite(str(tmp_path / "wall.png"), np.full((120, 160, 3), 180, np.uint8))
    bpy.ops.motionclip.choose_photos(filepath=str(tmp_path / "wall.png"))
    monkeypatch.setitem(sys.modules, "mediapipe", None)  # as Python says it where it is not installed
    with pytest.raises(RuntimeError, match="needs the Python package mediapipe, which is missing.*pip install"):
        bpy.ops.motionclip.animate_photo()


def test_a_scene_of_no_photo_is_not_filmed(bpy, tmp_path: Path) -> None:
    said = refused(bpy, bpy.ops.motionclip.film_photo, filepath=str(tmp_path / "x.mp4"))
    assert said.startswith("This scene was not made from a photo")


def test_no_action(bpy, shown) -> None:
    shown.motionclip.photo.motion = "ACTION"
    assert refused(bpy, bpy.ops.motionclip.animate_photo).startswith("No Action was chosen")


def test_a_failure_leaves_the_file_as_it_was(bpy, photo, monkeypatch, tmp_path: Path) -> None:
    from motionclip_blender.photo.acting import opening
    from motionclip_blender.photo.framing import framing
    from motionclip_blender.rig.photo import scene as scene_module

    motion = opening(photo.fit, 24.0, 10)
    before = bpy.context.scene
    wanted = making.Request((tmp_path / "ann.jpg",), 1, None, None, motion, "x", 24.0, None, before.session_uid)
    result = making.Result(photo, motion, framing(motion, photo.body, photo.fit.camera), ())
    blocks = {block.name for block in bpy.data.user_map()}

    def fail(*_: object, **__: object) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(scene_module, "key_motion", fail)
    with pytest.raises(OSError, match="no disk"):
        making.show(bpy.context, wanted, result)
    assert bpy.context.scene == before and {block.name for block in bpy.data.user_map()} == blocks
