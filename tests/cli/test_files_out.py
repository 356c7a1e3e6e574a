"""Files for other programs from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion_files import amass
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.cli.command import names, needs_model, run
from tests.rig.interchange.reading_back import read_back, shown, worst_angle
from tests.synthetic import angle_between


def wanted(path: Path) -> np.ndarray:
    """The joints of a motion file, as Blender shows them."""
    motion = amass.load(path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    armature = add_body(Body.load())
    key_motion(armature, motion, "m")
    return shown(armature, range(1, len(motion) + 1))


@needs_model
def test_all_kinds_at_once_are_the_motion(tmp_path: Path):
    kinds = {"--bvh": "m.bvh", "--fbx": "m.fbx", "--glb": "m.glb", "--usd": "m.usd"}
    files = [part for option in kinds.items() for part in option]
    done = run(tmp_path, "a person walks", "--frames", 24, "--npz", "m.npz", *files, "--engine", "unreal", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["wrote"] == {"npz": "m.npz"} | {option[2:]: name for option, name in kinds.items()}
    assert names(tmp_path) == {"m.npz", *kinds.values()}
    places = wanted(tmp_path / "m.npz")
    for name in kinds.values():
        armature, found = read_back(tmp_path / name, 24, 30.0)
        assert worst_angle(found, places) < 0.5 and np.abs(found - places).max() < 0.002
        assert armature.pose.bones["pelvis"].parent.name == "root"


@needs_model
def test_stops_of_a_blend_are_files_of_their_own(tmp_path: Path):
    done = run(tmp_path, "--blend", "walk", "run", "--stops", 3, "--frames", 20, "--bvh", "m.bvh", "--npz", "m.npz")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path) == {f"m-{i}.{suffix}" for i in (1, 2, 3) for suffix in ("bvh", "npz")}
    for i in (1, 3):
        places = wanted(tmp_path / f"m-{i}.npz")
        assert worst_angle(read_back(tmp_path / f"m-{i}.bvh", 20, 30.0)[1], places) < 0.5


@needs_model
def test_every_line_of_a_file(tmp_path: Path):
    (tmp_path / "p.txt").write_text("walk\n?!\nwave\n")
    done = run(tmp_path, "--prompts", "p.txt", "--out", "made", "--bvh", "--glb", "--root", "bone", "--frames", 20)
    assert done.returncode == 1, done.stderr
    made = {name.removeprefix("made/") for name in names(tmp_path / "made")}
    assert made == {f"{stem}.{suffix}" for stem in ("0001_walk", "0003_wave") for suffix in ("bvh", "glb")}
    assert read_back(tmp_path / "made/0003_wave.bvh", 20, 30.0)[0].pose.bones["pelvis"].parent.name == "root"


@needs_model
def test_every_timeline(tmp_path: Path):
    (tmp_path / "a.txt").write_text("walks\nwaves\n")
    files = ("--out", "made", "--glb", "--npz", "--engine", "godot")
    done = run(tmp_path, "--timelines", "a.txt", *files)
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "made") == {"a.glb", "a.npz"}
    places = wanted(tmp_path / "made/a.npz")
    armature, found = read_back(tmp_path / "made/a.glb", len(places), 30.0)
    assert worst_angle(found, places) < 0.5 and armature.pose.bones["pelvis"].parent.name == "root"


@needs_model
def test_keys_can_be_few(tmp_path: Path):
    from motionclip_blender.rig.blendfile import read_blend

    files = ("--out", "m.blend", "--npz", "m.npz", "--reduce-keys", 1)
    done = run(tmp_path, "a person walks", "--frames", 48, *files)
    assert done.returncode == 0, done.stderr
    motion, wanted = read_blend(tmp_path / "m.blend").motion, amass.load(tmp_path / "m.npz")
    assert len(motion) == 48 and np.degrees(angle_between(motion.rotations, wanted.rotations)).max() < 1.02
    assert np.linalg.norm(motion.translation - wanted.translation, axis=1).max() < 0.0051
    action = bpy.data.objects["SMPL-X"].animation_data.action
    assert len(fcurves_of(action, None, 'pose.bones["left_elbow"]')[0].keyframe_points) < 20


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["walk", "--fbx", "x.bvh"], "end its name in .fbx"),
        (["walk", "--npz", "x.npz", "--engine", "unity"], "--engine goes with one of --bvh, --fbx, --glb, --usd"),
        (["walk", "--fbx", "x.fbx", "--engine", "doom"], "invalid choice: 'doom'"),
        (["walk", "--fbx", "x.fbx", "--glb", "none/../x.fbx"], "end its name in .glb"),
        (["--prompts", "p.txt", "--out", "made", "--root", "bone"], "--root goes with one of"),
        (["walk", "--npz", "x.npz", "--reduce-keys", "1"], "--reduce-keys goes with a .blend file only"),
        (["walk", "--out", "x.blend", "--reduce-keys", "0"], "needs more than 0 degrees, not 0"),
        (["--prompts", "p.txt", "--out", "made", "--reduce-keys", "1"], "goes with a .blend file only"),
        (["--recognise", "p.npz", "--usd", "x.usd"], "--usd has no meaning with --recognise"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments, sentence):
    (tmp_path / "p.txt").write_text("walk\n")
    (tmp_path / "p.npz").write_text("")
    before = names(tmp_path)
    done = run(tmp_path, *arguments)
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1
    assert names(tmp_path) == before
