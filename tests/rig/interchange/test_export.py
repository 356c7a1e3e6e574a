"""Files for other programs, read back by Blender's own importers."""

from __future__ import annotations

import re

import bpy
import numpy as np
import pytest

from motionclip_blender.core.engines import ENGINES, FILE_KINDS
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import JOINTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.interchange import export as exporting
from motionclip_blender.rig.interchange.export import Wish, check_exporter, export, write_file
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion
from tests.full_disk import full_disk
from tests.rig.interchange.reading_back import read_back, shown, worst_angle
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import dance
from tests.synthetic import random_motion

RATES = {"30": (30, 1.0), "29.97": (30, 1.001), "23.976": (24, 1.001), "12.5": (25, 2.0)}
SOME = ("30", "23.976")
FRAMES = range(5, 26)


def somebody(body, fps: int = 30, base: float = 1.0) -> bpy.types.Object:
    """A person who moves in frames 1 to 31, at any rate."""
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, base
    armature = add_body(body)
    key_motion(armature, random_motion(31, fps / base, size=0.3), "spin")
    return armature


@pytest.mark.parametrize(
    "rate", [*SOME, *(pytest.param(one, marks=pytest.mark.slow) for one in RATES if one not in SOME)]
)
@pytest.mark.parametrize("kind", FILE_KINDS)
def test_a_file_read_back_is_the_motion(scene, small_body, tmp_path, kind, rate):
    armature = somebody(small_body, *RATES[rate])
    wanted = shown(armature, FRAMES)
    path = tmp_path / f"spin{FILE_KINDS[kind]}"
    export(scene, armature, FRAMES, path, Wish(kind), "spin")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    fps, base = RATES[rate]
    _, found = read_back(path, len(FRAMES), fps / base)
    assert worst_angle(found, wanted) < 0.5
    assert np.abs(found - wanted).max() < 0.002


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gets_the_root_that_it_wants(scene, small_body, tmp_path, engine):
    armature = somebody(small_body)
    wanted = shown(armature, FRAMES)
    preset = ENGINES[engine]
    path = tmp_path / f"spin{FILE_KINDS[preset.kind]}"
    export(scene, armature, FRAMES, path, Wish(preset.kind, engine), "spin")
    read, found = read_back(path, len(FRAMES), 30.0)
    assert worst_angle(found, wanted) < 0.5 and np.abs(found - wanted).max() < 0.002
    pelvis = read.pose.bones["pelvis"]
    if preset.root == "hips":
        assert pelvis.parent is None
        return
    assert pelvis.parent.name == "root" and pelvis.parent.parent is None
    assert not preset.armature or read.name == preset.armature
    first, last = read.animation_data.action.frame_range
    roots, turns = [], []
    for at in np.linspace(first, last, len(FRAMES)):
        bpy.context.scene.frame_set(int(at), subframe=at % 1)
        matrix = read.matrix_world @ pelvis.parent.matrix
        rest = read.matrix_world @ pelvis.parent.bone.matrix_local
        roots.append(matrix.translation)
        turns.append((matrix @ rest.inverted()).to_quaternion())
    assert np.abs(np.array(roots)[:, 2]).max() < 1e-4, "it stays on the floor"
    assert max(abs(turn.x) + abs(turn.y) for turn in turns) < 1e-3, "and upright"
    over = np.array(roots)[:, :2] - wanted[:, 0, :2]
    assert np.ptp(over, axis=0).max() < 0.15 < np.ptp(wanted[:, 0, :2], axis=0).max(), "below the hips"


def test_what_moves_the_object_and_its_bones_is_in_the_file(scene, small_body, tmp_path):
    armature = somebody(small_body)
    target = bpy.data.objects.new("Target", None)
    scene.collection.objects.link(target)
    turning = armature.pose.bones["head"].constraints.new("COPY_ROTATION")
    turning.target = target
    target.rotation_euler = (0.3, 0.2, 0.1)
    armature.location = (1, 2, 0)
    armature.rotation_euler.z = 1.0
    armature.keyframe_insert("location", frame=5)
    armature.location = (3, 2, 0)
    armature.keyframe_insert("location", frame=25)
    wanted = shown(armature, FRAMES)
    for kind in ("bvh", "glb"):
        path = tmp_path / f"spin{FILE_KINDS[kind]}"
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"), copy=True)
        export(bpy.context.scene, armature, FRAMES, path, Wish(kind), "spin")
        _, found = read_back(path, len(FRAMES), 30.0)
        assert worst_angle(found, wanted) < 0.5 and np.abs(found - wanted).max() < 0.003
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
        armature = bpy.data.objects["SMPL-X"]


def test_a_rig_in_centimetres_keeps_its_size(scene, small_body, tmp_path):
    armature = somebody(small_body)
    armature.scale = (0.5, 0.5, 0.5)
    bpy.context.view_layer.update()
    wanted = shown(armature, FRAMES)
    export(scene, armature, FRAMES, tmp_path / "half.bvh", Wish("bvh"), "spin")
    _, found = read_back(tmp_path / "half.bvh", len(FRAMES), 30.0)
    assert worst_angle(found, wanted) < 0.5 and np.abs(found - wanted).max() < 0.002


def test_bvh_has_its_y_axis_up(scene, small_body, tmp_path):
    export(scene, somebody(small_body), FRAMES, tmp_path / "spin.bvh", Wish("bvh"), "spin")
    lines = (tmp_path / "spin.bvh").read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.split() == ["JOINT", "spine1"])
    across, up, ahead = map(float, lines[at + 2].split()[1:])
    assert up > 0.05 and abs(across) < 0.05 and abs(ahead) < 0.05


def test_without_a_body_there_is_no_mesh(scene, small_body, tmp_path):
    sizes = []
    for body in (True, False):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        path = tmp_path / f"{body}.fbx"
        export(bpy.context.scene, somebody(small_body), FRAMES, path, Wish("fbx", body=body), "spin")
        read_back(path, len(FRAMES), 30.0)
        assert any(one.name.startswith("SMPL-X mesh") for one in bpy.data.objects) == body
        sizes.append(path.stat().st_size)
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("kind", ["fbx", "glb", "usd", "bvh"])
def test_without_a_body_the_rest_pose_is_there_too(scene, small_body, tmp_path, kind):
    armature = somebody(small_body)
    wanted = np.array([armature.data.bones[name].head_local for name in JOINTS])
    path = tmp_path / f"spin{FILE_KINDS[kind]}"
    export(scene, armature, FRAMES, path, Wish(kind, body=False), "spin")
    read, _ = read_back(path, len(FRAMES), 30.0)
    bones = read.data.bones
    assert np.abs(np.array([read.matrix_world @ bones[name].head_local for name in JOINTS]) - wanted).max() < 1e-3
    if kind == "fbx":
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.wm.fbx_import(filepath=str(path))
        (read,) = (one for one in bpy.data.objects if one.type == "ARMATURE")
        bones = read.data.bones
        assert np.abs(np.array([read.matrix_world @ bones[name].head_local for name in JOINTS]) - wanted).max() < 1e-3


def test_a_motion_of_a_fractional_rate_is_written_at_it(small_body, tmp_path):
    motion = random_motion(20, 24000 / 1001, size=0.3)
    write_file(small_body, motion, "spin", tmp_path / "spin.glb", Wish("glb"))
    armature, found = read_back(tmp_path / "spin.glb", 20, 24000 / 1001)
    assert armature.animation_data.action.name.startswith("spin")
    assert found.shape == (20, len(JOINTS), 3)


def test_usd_tells_its_rate(small_body, tmp_path):
    write_file(small_body, random_motion(9, 24000 / 1001), "spin", tmp_path / "spin.usda", Wish("usd"))
    text = (tmp_path / "spin.usda").read_text()
    assert float(re.search(r"timeCodesPerSecond = ([\d.]+)", text)[1]) == pytest.approx(24000 / 1001, abs=1e-4)


def test_a_missing_exporter_is_said(scene, monkeypatch):
    monkeypatch.setitem(exporting._OPERATORS, "fbx", "export_scene.none")
    with pytest.raises(UserError, match="no exporter for FBX; enable it"):
        check_exporter("fbx")


def test_a_failing_exporter_leaves_no_file(scene, small_body, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("Error: Python: Traceback\nValueError: broken")

    monkeypatch.setattr(exporting, "_fbx", fail)
    with pytest.raises(UserError, match=r"exporter for FBX failed \(ValueError: broken\)"):
        export(scene, somebody(small_body), FRAMES, tmp_path / "spin.fbx", Wish("fbx"), "spin")
    assert not list(tmp_path.iterdir())


def test_why_an_exporter_fails_is_said_and_not_where(scene, small_body, tmp_path, monkeypatch):
    report = "Error: Python: Traceback (most recent call last):\nValueError: broken\nLocation: /x/bpy/ops.py:109\n"

    def fail(*_):
        raise RuntimeError(report)

    monkeypatch.setattr(exporting, "_bvh", fail)
    with pytest.raises(UserError, match=r"for BVH failed \(ValueError: broken\); choose another kind of file"):
        export(scene, somebody(small_body), FRAMES, tmp_path / "spin.bvh", Wish("bvh"), "spin")


@pytest.mark.parametrize("kind", ["bvh", "fbx", "glb"])  # Blender's for USD may end the process
def test_on_a_full_disk_half_a_file_is_not_left(scene, small_body, tmp_path, kind):
    armature, path = somebody(small_body), tmp_path / f"spin{FILE_KINDS[kind]}"
    with full_disk(20_000), pytest.raises(UserError, match=r"Cannot write .*spin.* \([^:]+\); free some space"):
        export(scene, armature, FRAMES, path, Wish(kind), "spin")
    assert not list(tmp_path.iterdir())


def test_a_root_bone_where_there_is_one(scene, small_body, tmp_path):
    armature = somebody(small_body)
    bpy.ops.object.mode_set(mode="EDIT")
    root = armature.data.edit_bones.new("root")
    root.tail = (0, 0.1, 0)
    armature.data.edit_bones["pelvis"].parent = root
    bpy.ops.object.mode_set(mode="OBJECT")
    wanted = shown(armature, FRAMES)
    export(scene, armature, FRAMES, tmp_path / "spin.fbx", Wish("fbx", root="bone"), "spin")
    read, found = read_back(tmp_path / "spin.fbx", len(FRAMES), 30.0)
    assert worst_angle(found, wanted) < 0.5 and np.abs(found - wanted).max() < 0.002
    assert [bone.name for bone in read.data.bones if bone.parent is None] == ["root"]
    places = [read.matrix_world @ read.pose.bones["root"].head for _ in map(scene_frame, range(1, 22))]
    assert np.ptp(np.array(places), axis=0)[:2].max() > 0.05, "the bone that is there carries the way"
    assert np.abs(np.array(places)[:, 2]).max() < 1e-4


def scene_frame(frame: int) -> None:
    bpy.context.scene.frame_set(frame)


def test_a_root_bone_that_is_elsewhere(scene, small_body, tmp_path):
    armature = somebody(small_body)
    bpy.ops.object.mode_set(mode="EDIT")
    armature.data.edit_bones.new("root").tail = (0, 0.1, 0)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(UserError, match='has a bone "root" already'):
        export(scene, armature, FRAMES, tmp_path / "spin.fbx", Wish("fbx", root="bone"), "spin")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["fbx", "glb"])
@pytest.mark.parametrize("name", ["Mixamo", "Unreal 5"])
def test_a_root_bone_of_other_rigs(scene, tmp_path, name, kind):
    rig = armature_of(built(CONVENTIONS[name], "A", limbs=0.9))
    scene.render.fps = 30
    if CONVENTIONS[name].up == "y":
        rig.rotation_euler = (np.pi / 2, 0, 0)
    key_motion(rig, dance(31, way=2.0), "dance")
    person = target_of(rig).person
    bones = [person.skeleton.bones[person.joints[joint]] for joint in ("pelvis", "left_ankle", "right_wrist")]
    wanted = heads(rig, bones, FRAMES)
    path = tmp_path / f"dance{FILE_KINDS[kind]}"
    export(scene, rig, FRAMES, path, Wish(kind, root="bone"), "dance")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    (bpy.ops.import_scene.fbx if kind == "fbx" else bpy.ops.import_scene.gltf)(filepath=str(path))
    (read,) = (one for one in bpy.data.objects if one.type == "ARMATURE")
    first = round(read.animation_data.action.frame_range[0])
    frames = range(first, first + len(FRAMES))
    assert np.abs(heads(read, bones, frames) - wanted).max() < 0.005
    (root,) = (bone.name for bone in read.data.bones if bone.parent is None)
    way = heads(read, [root], frames)[:, 0]
    assert np.ptp(way, axis=0)[:2].max() > 0.5 and np.ptp(way, axis=0)[2] < 1e-3


def heads(rig: bpy.types.Object, bones: list[str], frames) -> np.ndarray:
    places = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        places.append([rig.matrix_world @ rig.pose.bones[bone].head for bone in bones])
    return np.array(places)
