"""The export operator: a second Blender writes the file, and the scene stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.progress import Cancelled
from motionclip_blender.rig.interchange.export import Wish
from motionclip_blender.rig.interchange.export_task import work
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.interchange.reading_back import read_back, shown, worst_angle
from tests.synthetic import random_motion
from tests.ui.refusals import refused, snapshot


@pytest.fixture
def moving(bpy, person):
    """The person, who moves in frames 3 to 33 at 23.976 frames per second."""
    render = bpy.context.scene.render
    render.fps, render.fps_base = 24, 1.001
    key_motion(person, random_motion(31, render.fps / render.fps_base, size=0.3), "spin", start_frame=3)
    return person


@pytest.mark.parametrize(("kind", "suffix"), [("FBX", ".fbx"), ("BVH", ".bvh"), ("GLB", ".glb"), ("USD", ".usd")])
def test_the_file_is_the_motion_and_the_scene_stays(bpy, moving, tmp_path, kind, suffix):
    moving.location.x = 2.0
    frames = range(10, 21)
    wanted = shown(moving, frames)
    bpy.context.scene.frame_set(7)
    before = snapshot(bpy)
    path = tmp_path / f"spin{suffix}"
    asked = {"filepath": str(path), "kind": kind, "span": "FRAMES", "first": 10, "last": 20}
    assert bpy.ops.motionclip.export_motion(**asked) == {"FINISHED"}
    assert snapshot(bpy) == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    _, found = read_back(path, len(frames), 24 / 1.001)
    assert worst_angle(found, wanted) < 0.5 and np.abs(found - wanted).max() < 0.003


def test_the_whole_action_by_default_and_strips_as_shown(bpy, moving, tmp_path):
    from motionclip_blender.rig.nla import push_down

    wanted = shown(moving, range(3, 34))
    bpy.ops.motionclip.export_motion(filepath=str(tmp_path / "a.bvh"), kind="BVH")
    push_down(moving)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 3, 33
    bpy.ops.motionclip.export_motion(filepath=str(tmp_path / "b.bvh"), kind="BVH", span="SCENE")
    for name in ("a.bvh", "b.bvh"):
        assert worst_angle(read_back(tmp_path / name, 31, 24 / 1.001)[1], wanted) < 0.5


def test_an_engine_sets_kind_and_root(bpy, moving, tmp_path):
    bpy.ops.motionclip.export_motion(filepath=str(tmp_path / "a.glb"), engine="GODOT", kind="GLB", root="BONE")
    assert read_back(tmp_path / "a.glb", 31, 24 / 1.001)[0].pose.bones["pelvis"].parent.name == "root"


def test_what_is_refused(bpy, person, tmp_path):
    path = str(tmp_path / "a.fbx")
    operator = bpy.ops.motionclip.export_motion
    assert "no Action" in refused(bpy, operator, filepath=path)
    assert "end it in .fbx" in refused(bpy, operator, filepath=str(tmp_path / "a.glb"), kind="FBX")
    backwards = {"span": "FRAMES", "first": 5, "last": 3}
    assert "lies before the first" in refused(bpy, operator, filepath=path, **backwards)
    endless = {"span": "FRAMES", "first": 1, "last": 1_000_000}
    assert "choose a shorter range" in refused(bpy, operator, filepath=path, **endless)
    (tmp_path / "file").write_text("")
    nowhere = {"span": "SCENE", "filepath": str(tmp_path / "file" / "a.fbx")}
    assert "choose another place" in refused(bpy, operator, **nowhere)
    bpy.context.view_layer.objects.active = None
    bpy.data.objects.remove(person)
    assert "select an SMPL-X armature" in refused(bpy, operator, filepath=path)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_cancelled_export_leaves_no_file_and_no_process(bpy, moving, tmp_path):
    done = work(bpy.context.scene, moving, range(3, 34), tmp_path / "a.fbx", Wish("fbx"), "spin")

    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        done(cancel)
    assert not list(tmp_path.iterdir())
