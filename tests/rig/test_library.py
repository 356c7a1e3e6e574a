"""The Actions of asset libraries: read without touching the file in use, written, and read by another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import library
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.library import assets_of, read_assets, write_assets
from motionclip_blender.rig.read_action import ActionReader, read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.test_film import data_blocks
from tests.synthetic import random_motion


def keyed_file(path: Path, small_body) -> dict:
    """Saves two assets, one with linear and one with Bezier keys, and other things. Returns the motions by name."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature = add_body(small_body)
    motions = {}
    for name in ("walk", "kick"):
        action = key_motion(armature, random_motion(30, fps=24.0, seed=len(motions)), name)
        if name == "kick":
            for bone in armature.pose.bones[:2]:
                bone.keyframe_insert("rotation_quaternion", frame=45.5)
        action.asset_mark()
        motions[name] = read_motion(armature, action)
    key_motion(armature, random_motion(5, fps=24.0), "secret")
    cube = bpy.data.objects.new("cube", None)
    cube.keyframe_insert("location", frame=1)
    cube.animation_data.action.asset_mark()
    bpy.data.actions.new("empty").asset_mark()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return motions


@pytest.fixture
def motions(scene, small_body, tmp_path) -> dict:
    """What the Actions of tmp_path/library.blend hold; the file in use is another one, with a person."""
    motions = keyed_file(tmp_path / "library.blend", small_body)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_body(small_body)
    return motions


def assert_same(assets, motions) -> None:
    assert sorted(asset.name for asset in assets) == sorted(motions)
    reader = ActionReader.of(bpy.context.object)
    for asset in assets:
        again = reader.keys(asset).motion()
        assert np.array_equal(again.rotations, motions[asset.name].rotations)
        assert np.array_equal(again.translation, motions[asset.name].translation)


def test_assets_that_move_bones_are_read_and_nothing_changes(motions, tmp_path):
    before = data_blocks()
    assets = assets_of(str(tmp_path / "library.blend"))
    assert data_blocks() == before
    assert_same(assets, motions)


def test_they_go_through_a_file(motions, tmp_path):
    assets = assets_of(str(tmp_path / "library.blend"))
    write_assets(assets, tmp_path / "assets.npz")
    assert_same(read_assets(tmp_path / "assets.npz"), motions)
    write_assets([], tmp_path / "none.npz")
    assert read_assets(tmp_path / "none.npz") == []


@pytest.mark.parametrize("content", [None, b"junk", b"BLENDER-v405RENDHjunk" * 100])
def test_a_file_that_cannot_be_read(scene, tmp_path, content):
    path = tmp_path / "damaged.blend"
    if content:
        path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        assets_of(str(path))


def test_another_process_reads_all_files_it_can(motions, tmp_path):
    (tmp_path / "damaged.blend").write_bytes(b"BLENDER-v405RENDHjunk" * 100)
    paths = [str(tmp_path / name) for name in ("damaged.blend", "library.blend", "gone.blend")]
    (tmp_path / "list.json").write_text(json.dumps(paths))
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, library.__file__, str(tmp_path / "list.json"), str(tmp_path / "out")],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [line["message"] for line in said] == [*paths, "Done"]
    assert [(line["done"], line["total"]) for line in said] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["1.npz"]
    assert_same(read_assets(tmp_path / "out" / "1.npz"), motions)
