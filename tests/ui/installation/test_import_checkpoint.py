"""A released checkpoint in Blender: imported by the button, and its motions upright, ahead and on the floor."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

# not importorskip: torchvision cannot always be imported by itself beside a CPU torch
if not (find_spec("open_clip") and find_spec("torch")):
    pytest.skip("needs open_clip_torch", allow_module_level=True)


from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference import clip_towers
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.installation import import_checkpoint
from motionclip_blender.ui.session import SESSION
from tests import clip_files
from tests.official import Official
from tests.official_pose import crouching, that_makes

_PROMPT = "a person crouches"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The user's folder of the extension."""
    monkeypatch.setattr("bpy.utils.extension_path_user", lambda package, path="", create=False: str(tmp_path / path))
    return tmp_path / "packs"


def joints_in_blender(bpy: ModuleType, armature: object, frame: int) -> dict[str, np.ndarray]:
    """Where the joints are, in Blender's world: Z up, ahead is -Y."""
    bpy.context.scene.frame_set(frame)
    world = armature.matrix_world
    return {bone.name: np.array(world @ bone.head) for bone in armature.pose.bones}


@pytest.mark.parametrize("heading", [0.0, 2.0, -1.3])
def test_a_prompt_becomes_who_stands_upright_faces_ahead_and_is_on_the_floor(
    bpy: ModuleType, person: object, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heading: float
):
    checkpoint = that_makes(crouching(heading), tmp_path / "checkpoint_0100.pth.tar", layers=1, feed_forward=32)
    clip = clip_files.save_archive(clip_files.small_clip("small-512", width=512).state_dict(), tmp_path / "CLIP.pt")
    monkeypatch.setitem(clip_towers.SIZES, "ViT-B-32-quickgelu", replace(clip_files.SMALL, width=512))
    told = bpy.ops.motionclip.import_checkpoint(filepath=str(checkpoint), clip_file=str(clip))
    assert told == {"FINISHED"} and (folder / "checkpoint_0100" / "ViT-B-32.pt").is_file()
    engine = Engine(folder / "checkpoint_0100", ModelChoice().body())
    SESSION.engine = lambda choice: engine
    assert bpy.ops.motionclip.generate(prompt=_PROMPT, frames=90) == {"FINISHED"}
    for frame in (1, 30, 60, 90):
        at = joints_in_blender(bpy, person, frame)
        heights = {name: place[2] for name, place in at.items()}
        ankle = max(heights["left_ankle"], heights["right_ankle"])
        assert heights["head"] > heights["neck"] > heights["pelvis"] + 0.3 > ankle + 0.4
        assert heights["pelvis"] < 0.75  # it crouches: standing, it is 0.93
        assert all(0 < heights[f"{side}_foot"] < 0.15 for side in ("left", "right"))
        ahead = (at["left_knee"] + at["right_knee"]) / 2 - (at["left_hip"] + at["right_hip"]) / 2
        assert ahead[1] < -0.2 and abs(ahead[0]) < 0.03  # knees point to -Y, where rest poses face
        assert at["left_hip"][0] > at["right_hip"][0] + 0.05  # and left is left


def test_the_pack_is_chosen_in_the_preferences(bpy, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    chosen = type("Preferences", (), {"pack_folder": ""})()
    monkeypatch.setattr(import_checkpoint, "_preferences", lambda context: chosen)
    checkpoint = Official(layers=1, feed_forward=32).save(tmp_path / "checkpoint_0100.pth.tar")
    for name in ("checkpoint_0100", "checkpoint_0100_2"):
        assert bpy.ops.motionclip.import_checkpoint(filepath=str(checkpoint)) == {"FINISHED"}
        assert chosen.pack_folder == str(folder / name) and (folder / name / "pack.json").is_file()


def test_without_an_extension_s_folder_the_pack_lies_beside_the_checkpoint(bpy, tmp_path: Path):
    checkpoint = Official(layers=1, feed_forward=32).save(tmp_path / "checkpoint_0007.pth.tar")
    assert bpy.ops.motionclip.import_checkpoint(filepath=str(checkpoint)) == {"FINISHED"}
    assert (tmp_path / "checkpoint_0007" / "pack.json").is_file()


def test_what_is_no_checkpoint_is_said_and_nothing_is_changed(bpy, folder: Path, tmp_path: Path):
    (tmp_path / "checkpoint_0100.pth.tar").write_bytes(b"PK but no zip")
    with pytest.raises(RuntimeError, match="damaged or cut off"):
        bpy.ops.motionclip.import_checkpoint(filepath=str(tmp_path / "checkpoint_0100.pth.tar"))
    assert not folder.exists() or not any(folder.iterdir())
