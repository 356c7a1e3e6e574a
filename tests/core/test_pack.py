"""What a pack folder must hold, and the sentence for each way in which it does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default pack, to be damaged."""
    return Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack"))


def edit(folder: Path, **changes) -> None:
    path = folder / "pack.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_default_pack_is_whole_small_and_says_where_it_comes_from():
    pack = Pack.load()
    assert pack.weights_path.stat().st_size < 25e6 and pack.image_path.stat().st_size < 15e6
    assert pack.frames == (20, 120) and pack.fps == 30
    assert pack.licence and "CC0" in pack.info["data"] and "Carnegie Mellon" in pack.info["data"]


def test_a_pack_is_written_as_it_was_read():
    pack = Pack.load()
    assert pack.as_json() == json.loads((DEFAULT_FOLDER / "pack.json").read_text())


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
def test_a_missing_entry_is_named(folder: Path, key: str):
    data = json.loads((folder / "pack.json").read_text())
    del data[key]
    (folder / "pack.json").write_text(json.dumps(data))
    with pytest.raises(UserError, match=f"incomplete.*{key}"):
        Pack.load(folder)


def test_an_unknown_joint_or_translation(folder: Path):
    edit(folder, joints=["pelvis", "tail"])
    with pytest.raises(UserError, match="unknown joint tail"):
        Pack.load(folder)
    edit(folder, joints=["pelvis"], translation="somewhere")
    with pytest.raises(UserError, match="unknown translation"):
        Pack.load(folder)


def test_a_pack_without_weights(folder: Path):
    (folder / "weights.safetensors").unlink()
    with pytest.raises(UserError, match=r"no weights\.safetensors"):
        Pack.load(folder)
