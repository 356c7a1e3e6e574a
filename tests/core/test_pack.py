"""What a pack folder must hold, and the sentence for each way in which it does not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from motionclip_blender.core.clip_kinds import ClipFile, ClipSpec, OpenClip
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.network_size import NetworkSize, OfficialNetwork
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from motionclip_blender.core.pose_format import AHEAD, OFFICIAL, PELVIS, PoseFormat
from tests.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default pack, to be damaged."""
    return Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The description of a pack in format 1, with files of weights that hold nothing."""
    shutil.copy(ROOT / "tests" / "data" / "v0.3.0" / "pack.json", tmp_path)
    for name in ("weights", "image"):
        (tmp_path / f"{name}.safetensors").touch()
    return tmp_path


def edit(folder: Path, **changes) -> None:
    path = folder / "pack.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_default_pack_is_whole_small_and_says_where_it_comes_from():
    pack = Pack.load()
    assert pack.weights_path.stat().st_size < 25e6 and pack.image_path.stat().st_size < 15e6
    assert pack.frames == (20, 120) and pack.fps == 30
    told = json.dumps(pack.info)
    assert pack.licence and "CC0" in told and ("Carnegie Mellon" in told or "mocap.cs.cmu.edu" in told)
    for source in pack.info.get("sources", []):
        assert source["source"] and source["licence"] and source["credit"], source


def test_a_pack_of_format_1_is_written_in_format_2_and_read_as_the_same(empty: Path):
    pack = Pack.load(empty)
    assert json.loads((empty / "pack.json").read_text())["format_version"] == 1
    (empty / "pack.json").write_text(json.dumps(pack.as_json()))
    assert pack.as_json()["format_version"] == 2 and Pack.load(empty) == pack


def test_what_a_pack_of_release_0_3_0_says(tmp_path: Path):
    """In the words of that release, whatever the default pack is by now."""
    (tmp_path / "weights.safetensors").touch()
    clip = {"model": "motionclip-minilm", "package": "gt_all", "sha256": "0" * 64, "width": 512, "context_length": 77}
    told = {
        "format": "motionclip-pack", "format_version": 1, "name": "mine", "version": "0.3", "licence": "CC0-1.0",
        "network": {"width": 256, "layers": 3, "heads": 4, "feed_forward": 1024, "dropout": 0.0,
                    "position_base": 150.0, "pre_norm": True, "integrates_translation": True, "cosines": 24},
        "joints": ["pelvis", "left_hip"], "translation": "pelvis relative to the first frame", "fps": 30.0,
        "frames": [20, 120], "clip": clip, "info": {"weights_sha256": "1" * 64},
    }  # fmt: skip
    (tmp_path / "pack.json").write_text(json.dumps(told))
    pack = Pack.load(tmp_path)
    assert pack.pose_format == PoseFormat(("pelvis", "left_hip"), "first two rows", "y", PELVIS, AHEAD)
    assert pack.network_size == NetworkSize(
        rows=3, width=256, layers=3, latent=512, dropout=0.0, position_base=150.0, pre_norm=True,
        integrates_translation=True, cosines=24,
    )  # fmt: skip
    assert pack.clip == ClipSpec(**clip) and not pack.normalised
    assert pack.checksums == {"weights.safetensors": "1" * 64}


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """The description of a pack of an official checkpoint, with an empty file of weights."""
    pack = Pack(
        folder=tmp_path, name="paper", version="1", licence="MIT", network=OfficialNetwork(rows=25),
        pose_format=OFFICIAL, fps=30.0, frames=(60, 60), clip=ClipFile("ViT-B-32.pt"), info={},
    )  # fmt: skip
    (tmp_path / "pack.json").write_text(json.dumps(pack.as_json()))
    for name in ("weights.safetensors", "ViT-B-32.pt"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_pack_of_every_kind_of_clip_is_read_as_it_was_written(official: Path):
    pack = Pack.load(official)
    assert pack.network_size == NetworkSize(rows=25) and pack.clip == ClipFile("ViT-B-32.pt")
    assert pack.pose_format == OFFICIAL and pack.rows == 25 and not pack.pose_format.tells_the_way
    for clip in (OpenClip(), ClipSpec("m", "p", "0" * 64, 512, 77)):
        written = replace(pack, clip=clip, normalised=True)
        (official / "pack.json").write_text(json.dumps(written.as_json()))
        assert Pack.load(official) == written
    (official / "ViT-B-32.pt").unlink()
    (official / "pack.json").write_text(json.dumps(pack.as_json()))
    with pytest.raises(UserError, match=r"has no ViT-B-32\.pt"):
        Pack.load(official)


WRONG = {
    "network": {"kind": ["theirs", None, 5, []], "width": [510, 0, "512", 256], "cosines": [24], "layers": [None, 0]},
    "pose_format": {"rotation": ["quaternions", None, 5], "up": ["x", True], "last_row": ["left ankle", []],
                    "heading": ["", {}], "joints": [[], None, ["pelvis", "pelvis"], ["tail"]], "colour": ["red"]},
    "clip": {"kind": ["closed", None, []], "file": ["../x", "", 5, "a/b"], "width": [0, 768], "package": ["x"]},
    "": {"latents": ["long", None, True, 1], "pose_format": [None, [], "y"], "network": [None, {}],
         "clip": [None, {"model": "x"}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [(part, name, value) for part, names in WRONG.items() for name, values in names.items() for value in values],
)
def test_format_2_is_right_or_refused_with_its_name(official: Path, part: str, name: str, value: object):
    data = json.loads((official / "pack.json").read_text())
    (data[part] if part else data)[name] = value
    (official / "pack.json").write_text(json.dumps(data))
    with pytest.raises(UserError, match=rf"(?s)(incomplete or wrong|uses the unknown).*\b{name.removesuffix('s')}"):
        Pack.load(official)


@pytest.mark.parametrize("name", ["rotation", "up", "last_row", "heading", "joints"])
def test_format_2_says_all_of_its_pose_format(official: Path, name: str):
    data = json.loads((official / "pack.json").read_text())
    del data["pose_format"][name]
    (official / "pack.json").write_text(json.dumps(data))
    with pytest.raises(UserError, match=f"incomplete.*{name}"):
        Pack.load(official)


def test_a_folder_without_a_pack(tmp_path: Path):
    with pytest.raises(UserError, match=r"no readable pack\.json"):
        Pack.load(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\x00\x01", '"pack"', "[]", '{"format": "other"}'])
def test_a_file_that_is_no_description(folder: Path, text: str):
    (folder / "pack.json").write_text(text)
    with pytest.raises(UserError, match="damaged|does not describe"):
        Pack.load(folder)


def test_a_pack_of_the_future(folder: Path):
    edit(folder, format_version=99)
    with pytest.raises(UserError, match="format version 99"):
        Pack.load(folder)


@pytest.mark.parametrize("key", ["network", "joints", "fps", "frames", "clip", "licence"])
def test_a_missing_entry_is_named(empty: Path, key: str):
    data = json.loads((empty / "pack.json").read_text())
    del data[key]
    (empty / "pack.json").write_text(json.dumps(data))
    with pytest.raises(UserError, match=f"incomplete.*{key}"):
        Pack.load(empty)


def test_an_unknown_joint_or_translation(empty: Path):
    edit(empty, joints=["pelvis", "tail"])
    with pytest.raises(UserError, match="unknown joint tail"):
        Pack.load(empty)
    edit(empty, joints=["pelvis"], translation="somewhere")
    with pytest.raises(UserError, match="unknown translation"):
        Pack.load(empty)


def test_a_pack_without_weights(folder: Path):
    (folder / "weights.safetensors").unlink()
    with pytest.raises(UserError, match=r"no weights\.safetensors"):
        Pack.load(folder)


DAMAGE = {
    "": {
        "name": [5, "", None, "a\nb", "a" * 201, ["default"], "\ud800"], "version": [1.1, "", {}],
        "licence": [None, "", 0],
        "fps": ["30", 0, -30, 1e9, True, None, [30]], "translation": [None, 5, ["pelvis relative to the first frame"]],
        "frames": [[0, 0], [-5, -1], [0, 120], [120, 20], [20], [20, 120, 1], [20.0, 120.0], ["20", "120"], [True, 120],
                   [1, 10], [20, 10**6], [10**6, 10**6], "20", 5, None, {"0": 20, "1": 120}],
        "joints": ["pelvis", [], None, 5, ["pelvis", "pelvis"], [["pelvis"]], [0], {"pelvis": 0}],
        "network": [None, 5, [], [["width", 256]], "width"], "clip": [None, 5, [], {}],
        "image": [5, "x", [1], {"a": 1}],
        "info": [5, "x", [1]],
    },
    "network": {
        "layers": [10**6, 0, -1, 3.0, "3", True, None, 10**400], "heads": [0, 3, 10**9, 4.0],
        "width": [0, 10**9, "256"],
        "feed_forward": [-1, 10**12, None], "dropout": [-0.1, 1.1, "0"], "position_base": [0, 1e300, None],
        "pre_norm": [1, "yes", None], "integrates_translation": [0], "cosines": [-1, 10**9, 2.5], "period": [0, 10**9],
        "reader_width": [0, 10**12], "reader_blocks": [-1, 10**6],
        "rows": [23], "latent": [0, -2, 10**9, 512.0, "512", True, None], "self": [1], "eval": ["x"],
    },
    "clip": {
        "package": [5, None, "", "__main__", "os.path",
                    "../weights", "a-b", ["gt"], "gt all", "1a", "gt_all\n", "a" * 101],
        "model": ["/tmp/x", "../x", "a/b", "a\\b", "", ".", "..", "C:x", None, 5, "motionclip\n", "a" * 101, "x\0y"],
        "sha256": ["", "00", 5, None, "g" * 64], "width": [0, -512, 10**9, 512.0, "512", None],
        "context_length": [0, 10**9, "77"], "more": [1],
    },
    "image": {
        "image_size": [0, 10**6, 112.0, 113], "layers": [0, 10**6], "width": [0, 100, 10**9], "head_width": [0, 7, 193],
        "patch_size": [0, -16, 17, "16"], "more": [1],
    },
}  # fmt: skip
CASES = [(part, name, value) for part, names in DAMAGE.items() for name, values in names.items() for value in values]


@pytest.mark.parametrize(("part", "name", "value"), CASES)
def test_whatever_a_pack_says_is_right_or_refused_with_its_name(empty: Path, part: str, name: str, value: object):
    data = json.loads((empty / "pack.json").read_text())
    (data[part] if part else data)[name] = value
    (empty / "pack.json").write_text(json.dumps(data))
    named = rf"(?s)(incomplete or wrong|uses the unknown).*\b{name.removesuffix('s')}"
    with pytest.raises(UserError, match=named):
        Pack.load(empty)


@pytest.mark.parametrize("text", ["[" * 100_000, " " * 10_000_001 + "{}", '{"format": "motionclip-pack"} x', "\xff"])
def test_a_file_that_is_far_too_much(empty: Path, text: str):
    (empty / "pack.json").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match="damaged|does not describe"):
        Pack.load(empty)


def test_a_pack_may_leave_out_what_has_a_default(empty: Path):
    edit(empty, network={"width": 256}, image=None, frames=[1, 13])
    pack = Pack.load(empty)
    assert pack.network_size == NetworkSize(rows=23, width=256) and pack.image is None and pack.frames == (1, 13)
