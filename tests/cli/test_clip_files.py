"""Motion files of any skeleton on the command line: recognised, searched, and in expressions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from tests.cli.command import names, needs_model, run


@needs_model
def test_what_was_written_is_recognised(tmp_path: Path):
    files = ["--bvh", "m.bvh", "--glb", "m.glb", "--npz", "m.npz"]
    done = run(tmp_path, "jumping jacks", "--no-plan", "--frames", 60, *files)
    assert done.returncode == 0, done.stderr
    first = {}
    for name in ("m.npz", "m.bvh", "m.glb"):
        done = run(tmp_path, "--recognise", name, "--json")
        assert done.returncode == 0, done.stderr
        first[name] = json.loads(done.stdout)["scores"][0]["name"]
    assert len(set(first.values())) == 1, first
    done = run(tmp_path, "--expression", "[m.bvh]", "--frames", 20, "--npz", "x.npz")
    assert done.returncode == 0, done.stderr
    assert "x.npz" in names(tmp_path)


@needs_model
def test_of_several_clips_one_is_named(tmp_path: Path):
    _two_clips(tmp_path / "two.glb")
    done = run(tmp_path, "--recognise", "two.glb")
    assert done.returncode == 2 and "two.glb holds 2 animations" in done.stderr and "--animation" in done.stderr
    done = run(tmp_path, "--recognise", "two.glb", "--animation", "Gone")
    assert done.returncode == 2 and 'has no animation "Gone" of a person, but "' in done.stderr
    done = run(tmp_path, "--recognise", "two.glb", "--animation", "Sway", "--json")
    assert done.returncode == 0, done.stderr


def _two_clips(path: Path) -> None:
    from motionclip_blender.rig.write_keys import key_motion
    from tests.rigs.build import armature_of, built
    from tests.rigs.conventions import CONVENTIONS
    from tests.rigs.moving import dance

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    rig = armature_of(built(CONVENTIONS["Unreal 5"], "A"))
    key_motion(rig, dance(40), "Dance")
    key_motion(rig, dance(40, way=0.0), "Sway")
    bpy.ops.export_scene.gltf(filepath=str(path), export_animation_mode="ACTIONS", export_force_sampling=True)


def test_an_animation_of_files_that_have_none(tmp_path: Path):
    (tmp_path / "m.npz").write_bytes(b"")
    for what in (("walk",), ("--recognise", "m.npz")):
        done = run(tmp_path, *what, "--animation", "Walk")
        assert done.returncode == 2 and "--animation is for reading .fbx, .glb and the like" in done.stderr


def test_a_clip_file_that_is_none(tmp_path: Path):
    (tmp_path / "m.bvh").write_text("no clip")
    done = run(tmp_path, "--recognise", "m.bvh")
    assert done.returncode == 2 and "m.bvh" in done.stderr and len(done.stderr.strip().splitlines()) == 1
