"""Motions of any skeleton from files, read by a second Blender."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.progress import Cancelled, no_progress
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.interchange.export import Wish, write_file
from motionclip_blender.rig.interchange.import_task import Imported, Reading, read_motions
from motionclip_blender.rig.write_keys import key_motion
from tests.foreign import walk
from tests.rig.interchange.foreign_rig import foreign_file, limb_angles
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.synthetic import angle_between, random_motion
from tests.training.data import tiny


def walk_of(body: Body, fps: float = 30.0) -> Motion:
    """A walk, as a motion of this body."""
    known = walk()
    return Motion.from_axis_angle(known.poses.reshape(40, -1), known.pelvis - body.joints()[0]).resample(fps)


def read(path: Path, body, **more) -> list[Imported]:
    return read_motions([path], body, Reading(**more), no_progress)


@pytest.mark.parametrize("suffix", [".bvh", ".fbx", ".glb"])
def test_our_own_files_are_the_motion_again(open_body, tmp_path, suffix):
    motion = walk_of(open_body)
    path = tmp_path / f"a walk{suffix}"
    write_file(open_body, motion, "a walk", path, Wish(suffix[1:]))
    (found,) = read(path, open_body)
    assert found.name == "a walk" and len(found.motion) == 40 and found.motion.fps == 30
    assert np.degrees(angle_between(found.motion.rotations, motion.rotations))[:, :22].max() < 0.1
    away = found.motion.translation - motion.translation
    assert np.ptp(away, axis=0).max() < 0.01 and np.abs(away[:, [0, 2]]).max() < 0.01, "only the height is found anew"


def test_another_place_is_kept_or_left(open_body, tmp_path):
    motion = walk_of(open_body).turned(1.0).moved(np.array([3.0, 0.0, -2.0]))
    write_file(open_body, motion, "far", tmp_path / "far.bvh", Wish("bvh"))
    (kept,) = read(tmp_path / "far.bvh", open_body)
    assert np.abs(kept.motion.translation - motion.translation)[:, [0, 2]].max() < 0.01
    (here,) = read(tmp_path / "far.bvh", open_body, kept_place=False)
    assert np.abs(here.motion.translation[0, [0, 2]]).max() < 1e-4


@pytest.mark.parametrize("fps", [23.976, *(pytest.param(fps, marks=pytest.mark.slow) for fps in (24.0, 60.0))])
@pytest.mark.parametrize("suffix", [".bvh", ".fbx", ".glb"])
def test_at_the_rate_that_is_asked_for(open_body, tmp_path, suffix, fps):
    motion = walk_of(open_body, 60.0)
    write_file(open_body, motion, "m", tmp_path / f"m{suffix}", Wish(suffix[1:], body=False))
    (found,) = read(tmp_path / f"m{suffix}", open_body, fps=fps)
    wanted = motion.resample(fps)
    assert found.motion.fps == fps and abs(len(found.motion) - len(wanted)) <= 1
    frames = min(len(found.motion), len(wanted))
    apart = angle_between(found.motion.rotations[:frames], wanted.rotations[:frames])
    assert np.degrees(apart)[:, :22].max() < 0.6


@pytest.mark.parametrize("rest", [pytest.param("T", marks=pytest.mark.slow), "A"])
@pytest.mark.parametrize("kind", ["mixamo", pytest.param("unreal", marks=pytest.mark.slow)])
@pytest.mark.parametrize("suffix", [".fbx", ".glb", ".bvh"])
def test_limbs_of_another_rig_point_as_they_do_there(open_body, tmp_path, kind, rest, suffix):
    path = tmp_path / f"clip{suffix}"
    wanted = foreign_file(path, kind, rest)
    (found,) = read(path, open_body)
    motion = found.motion
    joints = open_body.posed_joints(Motion(motion.rotations, motion.translation, motion.fps))
    apart = limb_angles(joints[: len(wanted)], wanted[: len(joints)])
    assert max(apart.values()) < 3.0, apart


def test_several_animations_of_an_fbx_file(small_body, scene, tmp_path):
    armature = add_body(small_body)
    for i, name in enumerate(("walk", "wave")):
        key_motion(armature, random_motion(25 + 10 * i, fps=24.0, size=0.1, seed=i), name)
    bpy.ops.export_scene.fbx(
        filepath=str(tmp_path / "two.fbx"), bake_anim_use_all_actions=True, bake_anim_use_nla_strips=False,
        add_leaf_bones=False, bake_anim_simplify_factor=0.0,
    )  # fmt: skip
    found = read(tmp_path / "two.fbx", small_body, fps=24.0)
    assert [(one.name, len(one.motion)) for one in found] == [("walk", 25), ("wave", 35)]


@pytest.mark.parametrize("suffix", [".fbx", ".glb"])
def test_a_file_with_two_people_offers_the_clips_of_each(scene, open_body, tmp_path, suffix):
    scene.render.fps = 30
    for name, seed in (("Mixamo", 1), ("Unreal 5", 2)):
        rig = armature_of(built(CONVENTIONS[name], "A"))
        rig.name = rig.data.name = name.split()[0]
        key_motion(rig, random_motion(31, size=0.1, seed=seed), f"move of {name}")
    _write(tmp_path / f"two{suffix}")
    found = read(tmp_path / f"two{suffix}", open_body)
    assert sorted(one.name.split()[0] for one in found) == ["Mixamo", "Unreal"]
    first, second = (one.motion.rotations[5:25, :20] for one in found)
    assert np.degrees(angle_between(first, second)).max() > 5, "each has its own"


@pytest.mark.parametrize("suffix", [".fbx", ".glb"])
def test_a_file_with_a_person_and_a_thing_that_moves_offers_the_person(scene, open_body, tmp_path, suffix):
    scene.render.fps = 30
    rig = armature_of(built(CONVENTIONS["Mixamo"], "A"))
    rig.name = "Somebody"
    key_motion(rig, random_motion(31, size=0.1), "dance")
    bpy.ops.object.armature_add()
    bpy.context.object.name = "Box"
    bone = bpy.context.object.pose.bones[0]
    for frame in (1, 31):
        bone.location.x = frame / 10
        bone.keyframe_insert("location", frame=frame)
    _write(tmp_path / f"both{suffix}")
    (found,) = read(tmp_path / f"both{suffix}", open_body)
    assert "Box" not in found.name


def _write(path: Path) -> None:
    if path.suffix == ".fbx":
        bpy.ops.export_scene.fbx(filepath=str(path), add_leaf_bones=False, bake_anim_simplify_factor=0.0)
    else:
        bpy.ops.export_scene.gltf(filepath=str(path), export_optimize_animation_size=False)


def test_amc_with_its_skeleton(open_body, tmp_path):
    frames = 60
    text = tiny.amc(tiny.moves(frames, "left_hip", axis=0))
    tiny.write(tmp_path / "07.asf", tiny.asf())
    tiny.write(tmp_path / "07_01.amc", text)
    (found,) = read(tmp_path / "07_01.amc", open_body, rate=60.0)
    assert found.name == "07_01" and found.motion.fps == 30 and len(found.motion) in (29, 30)
    (tmp_path / "07.asf").unlink()
    with pytest.raises(UserError, match=r"07_01.amc needs its skeleton"):
        read(tmp_path / "07_01.amc", open_body)


BAD = {
    "empty.bvh": (b"", "empty.bvh is not a BVH file"),
    "junk.fbx": (b"junk", "junk.fbx cannot be read by Blender"),
    "junk.glb": (b"junk", "junk.glb cannot be read by Blender"),
    "junk.gltf": (b"{}", "junk.gltf"),
    "wrong.txt": (b"", "wrong.txt is no motion file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(small_body, tmp_path, name):
    content, sentence = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as caught:
        read(tmp_path / name, small_body)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".bvh", ".fbx", ".glb"])
def test_half_a_file(small_body, tmp_path, suffix):
    path = tmp_path / f"half{suffix}"
    write_file(small_body, random_motion(40, size=0.1), "m", path, Wish(suffix[1:]))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match=f"half{suffix}"):
        read(path, small_body)


def test_no_armature_no_animation_no_person(small_body, scene, tmp_path):
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "cube.glb"))
    with pytest.raises(UserError, match=r"cube.glb holds 0 skeletons"):
        read(tmp_path / "cube.glb", small_body)
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "cube.fbx"))
    with pytest.raises(UserError, match=r"cube.fbx holds 0 skeletons"):
        read(tmp_path / "cube.fbx", small_body)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_body(small_body)
    for name, export in (("still.fbx", bpy.ops.export_scene.fbx), ("still.glb", bpy.ops.export_scene.gltf)):
        export(filepath=str(tmp_path / name))
        with pytest.raises(UserError, match=rf"{name}.* no animation of its skeleton"):
            read(tmp_path / name, small_body)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.object.armature_add()
    bone = bpy.context.object.pose.bones[0]
    for frame in (1, 20):
        bone.location.x = frame / 10
        bone.keyframe_insert("location", frame=frame)
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "lever.fbx"))
    with pytest.raises(UserError, match=r"lever.fbx: Its skeleton \(.* is no person's"):
        read(tmp_path / "lever.fbx", small_body)


def test_cancelling_ends_the_second_process(small_body, tmp_path):
    path = tmp_path / "m.bvh"
    write_file(small_body, random_motion(40, size=0.1), "m", path, Wish("bvh"))

    def cancel(stage: str, fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_motions([path], small_body, Reading(), cancel)
    assert [file.name for file in tmp_path.iterdir()] == ["m.bvh"]
