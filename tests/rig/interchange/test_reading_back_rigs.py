"""Motions on rigs of any names, written to files and read back by Blender's own importers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.engines import FILE_KINDS
from motionclip_blender.core.progress import no_progress
from motionclip_blender.core.skeleton import JOINTS
from motionclip_blender.rig.interchange import export as exporting
from motionclip_blender.rig.interchange.export import Wish, export
from motionclip_blender.rig.interchange.import_task import Reading, read_motions
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.interchange.reading_back import imported
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import LIMBS, dance, degrees
from tests.rigs.rigify import appended, saved_rig

FRAMES = range(5, 26)
RIGS = ("Mixamo", "Unreal 5", "MMD", "Daz Genesis 8", "VRM", "Biped")


def of_convention(name: str) -> bpy.types.Object:
    """In an A-pose, Y up and in centimetres where its files are; somewhere in the scene."""
    rig = armature_of(built(CONVENTIONS[name], "A", limbs=0.9))
    if CONVENTIONS[name].up == "y":
        rig.rotation_euler = (np.pi / 2, 0, 0.4)
    rig.location = (1, 2, 0)
    return rig


def shown(rig: bpy.types.Object, bones: Sequence[str], frames: Sequence[float]) -> np.ndarray:
    """(T, n, 3) the bones' heads in the world."""
    places = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame), subframe=float(frame) % 1)
        places.append([rig.matrix_world @ rig.pose.bones[bone].head for bone in bones])
    return np.array(places)


def check(rig: bpy.types.Object, kind: str, bones: dict[str, str], path: Path) -> None:
    """bones: joint -> the bone that a file's reader finds."""
    ends = [tuple(JOINTS[joint] for joint in limb) for limb in LIMBS]
    used = list(dict.fromkeys(joint for limb in ends for joint in limb if joint in bones))
    limbs = [(used.index(a), used.index(b)) for a, b in ends if a in bones and b in bones]
    assert len(limbs) >= 8
    wanted = shown(rig, [bones[joint] for joint in used], FRAMES)
    export(bpy.context.scene, rig, FRAMES, path, Wish(kind), "dance")
    read, rate = imported(path, 30.0)
    disconnect(read)
    first, last = read.animation_data.action.frame_range
    assert abs((last - first) * 30 / rate + 1 - len(FRAMES)) < 0.01
    frames = first + np.arange(len(FRAMES)) * rate / 30
    found = shown(read, [named(read, bones[joint]) for joint in used], frames)
    for a, b in limbs:
        off = degrees(found[:, b] - found[:, a], wanted[:, b] - wanted[:, a])
        assert off.max() < 0.5, (used[a], used[b], off.max())
    assert np.abs(found - wanted).max() < 0.005


def disconnect(rig: bpy.types.Object) -> None:
    """The importer of FBX connects bones that rest where their parents end, and then ignores their locations."""
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in rig.data.edit_bones:
        bone.use_connect = False
    bpy.ops.object.mode_set(mode="OBJECT")


def named(rig: bpy.types.Object, name: str) -> str:
    """The bone of a file; some formats allow nothing but letters, digits and "_" in names."""
    if name in rig.data.bones:
        return name
    (found,) = (bone.name for bone in rig.data.bones if bone.name == re.sub(r"\W", "_", name))
    return found


@pytest.mark.parametrize("kind", FILE_KINDS)
@pytest.mark.parametrize("name", RIGS)
def test_limbs_point_as_they_did(scene, tmp_path, name: str, kind: str) -> None:
    scene.render.fps = 30
    rig = of_convention(name)
    key_motion(rig, dance(31, way=2.0), "dance")
    person = target_of(rig).person
    bones = {joint: person.skeleton.bones[bone] for joint, bone in person.joints.items()}
    check(rig, kind, bones, tmp_path / f"dance{FILE_KINDS[kind]}")


@pytest.mark.parametrize("kind", ["fbx", "glb", "bvh"])
def test_hips_that_rest_where_their_parent_ends_are_read_with_their_way(scene, open_body, tmp_path, kind: str) -> None:
    scene.render.fps = 30
    rig, motion = of_convention("Biped"), dance(31, way=2.0)
    key_motion(rig, motion, "dance")
    path = tmp_path / f"dance{FILE_KINDS[kind]}"
    export(scene, rig, range(1, 32), path, Wish(kind), "dance")
    (found,) = read_motions([path], open_body, Reading(), no_progress)
    way = np.ptp(found.motion.translation[:, [0, 2]], axis=0).max()
    assert way == pytest.approx(np.ptp(motion.translation[:, [0, 2]], axis=0).max(), rel=0.15)


@pytest.mark.parametrize("unicode", [True, False])
def test_bones_whose_names_usd_cannot_tell_apart(scene, tmp_path, monkeypatch, unicode: bool) -> None:
    scene.render.fps = 30
    rig = of_convention("MMD")
    for side in "左右":
        for number, part in enumerate(("腕", "ひじ", "手首")):
            rig.data.bones[side + part].name = f"{side}{'.- '[number]}腕"
    own = {bone.name for bone in rig.data.bones}
    target = target_of(rig)  # by structure now, or by what names are left
    key_motion(rig, dance(31), "dance")
    wanted = shown(rig, [rig.data.bones[0].name], FRAMES)
    if not unicode:  # as Blenders before 4.4 write it
        monkeypatch.setattr(exporting, "_UNICODE", "nothing")
    export(bpy.context.scene, rig, FRAMES, tmp_path / "dance.usd", Wish("usd"), "dance")
    read, _ = imported(tmp_path / "dance.usd", 30.0)
    assert len(read.data.bones) == len(own) == len(target.person.skeleton.bones)
    assert read.animation_data.action is not None and wanted.shape


@pytest.fixture(scope="module")
def rigify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_rig(tmp_path_factory.mktemp("rigify"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILE_KINDS)
def test_rigify_is_read_back_by_what_its_controls_move(scene, rigify: Path, tmp_path, kind: str) -> None:
    scene.render.fps = 30
    rig = appended(rigify)
    key_motion(rig, dance(31), "dance")
    names = {"hip": "thigh", "knee": "shin", "ankle": "foot", "shoulder": "upper_arm", "elbow": "forearm",
             "wrist": "hand"}  # fmt: skip
    bones = {f"{side}_{joint}": f"DEF-{name}.{mark}" for side, mark in (("left", "L"), ("right", "R"))
             for joint, name in names.items()}  # fmt: skip
    check(rig, kind, bones, tmp_path / f"dance{FILE_KINDS[kind]}")
