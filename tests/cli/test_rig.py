"""The command line onto the character of a user's file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from motionclip_blender.rig.shown import motion_of
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.versions import fcurves_of
from tests.cli.command import names, needs_model, run
from tests.rig.interchange.reading_back import worst_direction
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS

FIRST = 101


def character(folder: Path, name: str = "Unreal 5", more: tuple[str, ...] = ()) -> Path:
    """A file at 24 frames per second with a cube and a character called "Hero", and `more` of them."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 24, FIRST, FIRST + 9
    bpy.ops.mesh.primitive_cube_add()
    for called in ("Hero", *more):
        armature_of(built(CONVENTIONS[name], "A", limbs=0.9)).name = called
    path = folder / "hero.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def opened(path: Path) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return bpy.data.objects["Hero"]


def joints_of(rig: bpy.types.Object, frames) -> np.ndarray:
    """(T, n, 3) in the world, of the body's bones, in one order."""
    bones = sorted(set(target_of(rig).person.joints.values()))
    found = [target_of(rig).person.skeleton.bones[bone] for bone in bones]
    places = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame), subframe=float(frame) % 1)
        places.append([rig.matrix_world @ rig.pose.bones[name].head for name in found])
    return np.array(places)


@needs_model
def test_the_users_scene_with_the_motion(tmp_path: Path):
    path = character(tmp_path)
    before = path.read_bytes()
    done = run(tmp_path, "walk", "--no-plan", "--frames", 60, "--rig", path, "--out", "made.blend", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["frames"] == 48 and report["fps"] == 24
    assert path.read_bytes() == before and names(tmp_path) == {"hero.blend", "made.blend"}
    rig = opened(tmp_path / "made.blend")
    scene = bpy.context.scene
    assert "Cube" in scene.objects and scene.render.fps == 24
    assert (scene.frame_start, scene.frame_end) == (FIRST, FIRST + 47)
    action = rig.animation_data.action
    assert tuple(action.frame_range) == (FIRST, FIRST + 47) and action["prompt"] == "walk"
    motion = motion_of(rig, fps=24)
    assert np.linalg.norm(np.ptp(motion.translation[:, [0, 2]], axis=0)) > 0.5, "it goes somewhere"
    assert len(fcurves_of(action, rig, "pose.bones[")) > 80


@needs_model
def test_files_for_other_programs_hold_the_character(tmp_path: Path):
    path = character(tmp_path)
    done = run(
        tmp_path, "walk", "--no-plan", "--frames", 20, "--rig", path, "--out", "made.blend", "--bvh", "made.bvh",
        "--fbx", "made.fbx", "--glb", "made.glb", "--usd", "made.usd", "--root", "bone",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rig = opened(tmp_path / "made.blend")
    frames = range(FIRST, FIRST + 16)
    wanted = joints_of(rig, frames)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 24
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "made.glb"))
    (found,) = (one for one in bpy.data.objects if one.type == "ARMATURE")
    first = found.animation_data.action.frame_range[0]
    got = joints_of(found, first + np.arange(16))
    assert worst_direction(got, wanted) < 0.5 and np.abs(got - wanted).max() < 0.005


@needs_model
def test_lists_and_timelines(tmp_path: Path):
    path = character(tmp_path)
    (tmp_path / "p.txt").write_text("walk\nwave\n")
    (tmp_path / "t.txt").write_text("walk\nwave\n")
    done = run(tmp_path, "--prompts", "p.txt", "--frames", 20, "--rig", path, "--out", "list")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "list") == {"0001_walk.blend", "0002_wave.blend"}
    done = run(tmp_path, "--timelines", "t.txt", "--frames", 90, "--rig", path, "--out", "lines", "--blend", "--bvh")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "lines") == {"t.blend", "t.bvh"}
    assert opened(tmp_path / "lines" / "t.blend").animation_data.action.frame_range[1] == FIRST + 71
    assert "Cube" in bpy.context.scene.objects


@needs_model
def test_hands_touch_is_kept_with_the_motion(tmp_path: Path):
    path = character(tmp_path)
    done = run(tmp_path, "sit", "--no-plan", "--frames", 20, "--rig", path, "--out", "a.blend", "--hands-touch")
    assert done.returncode == 0, done.stderr
    assert json.loads(opened(tmp_path / "a.blend").animation_data.action["recipe"])["hands_touch"] is True


def _no_armature(folder: Path) -> Path:
    path = character(folder)
    bpy.data.objects.remove(bpy.data.objects["Hero"])
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def _no_person(folder: Path) -> Path:
    path = _no_armature(folder)
    bpy.ops.object.armature_add()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def _linked(folder: Path, override: bool = False, gone: bool = False) -> Path:
    source = character(folder)
    library = source.rename(folder / "library.blend")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(library), link=True) as (_, loaded):
        loaded.objects = ["Hero"]
    (rig,) = loaded.objects
    bpy.context.scene.collection.objects.link(rig)
    if override:
        rig.override_create(remap_local_usages=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "hero.blend"))
    if gone:
        library.unlink()
    return folder / "hero.blend"


BAD = {
    "none": (_no_armature, "holds no armature"),
    "no person": (_no_person, "is no rig that motions fit"),
    "several": (lambda folder: character(folder, more=("Other",)), 'holds 2 characters ("Hero", "Other"); name one'),
    "linked": (_linked, "is linked from another file"),
    "gone": (lambda folder: _linked(folder, gone=True), "is linked from a file that is not there"),
    "override gone": (lambda folder: _linked(folder, True, True), "is linked from a file that is not there"),
    "text": (lambda folder: _text(folder / "hero.blend"), "cannot be opened"),
}


def _text(path: Path) -> Path:
    path.write_text("no Blender file")
    return path


@needs_model
@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_keyed_is_one_sentence(tmp_path: Path, case: str):
    make, sentence = BAD[case]
    path = make(tmp_path)
    there = names(tmp_path)
    done = run(tmp_path, "walk", "--frames", 20, "--rig", path, "--out", "made.blend")
    assert done.returncode == 2 and sentence in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and names(tmp_path) == there


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rig-object", "x"], "--rig-object goes with --rig"),
        (["--hands-touch"], "--hands-touch goes with --rig"),
        (["--rig", "gone.blend"], "There is no file gone.blend"),
        (["--rig", "p.txt"], "--rig reads a .blend file"),
        (["--rig", "hero.blend", "--npz", "a.npz"], "--npz holds motions of SMPL-X's body"),
        (["--rig", "hero.blend", "--body", "b.npz"], "--rig brings a body of its own"),
        (["--rig", "hero.blend", "--out", "hero.blend"], "--out would replace hero.blend"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str], sentence: str):
    for name in ("hero.blend", "p.txt"):
        (tmp_path / name).write_text("x")
    done = run(tmp_path, "walk", *options)
    assert done.returncode == 2 and sentence in done.stderr, done.stderr


@needs_model
def test_an_override_is_keyed(tmp_path: Path):
    path = _linked(tmp_path, override=True)
    done = run(tmp_path, "walk", "--no-plan", "--frames", 20, "--rig", path, "--out", "made.blend")
    assert done.returncode == 0, done.stderr
    assert opened(tmp_path / "made.blend").animation_data.action["prompt"] == "walk"
