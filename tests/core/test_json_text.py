"""JSON that anybody may have written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from motionclip_blender.cli.timeline_file import read_timeline
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.tensors import DamagedFile, read_tensors
from motionclip_blender.core.json_text import DuplicateKey, parsed_json
from motionclip_blender.core.motion_files.prepared import PreparedMotions
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.recipe import codec
from motionclip_blender.core.retarget.rig_maps import rig_in

DEEP = {"a hundred lists": "[" * 101 + "]" * 101, "not closed": "[" * 100_000,
        "a field": '{"name": ' + "[" * 900 + "]" * 900 + "}", "objects": '{"a": ' * 100_000}  # fmt: skip


def test_what_json_is():
    assert parsed_json('{"a": [1, null, NaN]}')["a"][:2] == [1, None]
    assert parsed_json('["ä"]'.encode("utf-16")) == parsed_json('\ufeff["ä"]'.encode()) == ["ä"]
    assert parsed_json('{"a": {"a": [{"a": 1}, {"a": 2}]}}')["a"]["a"][1] == {"a": 2}
    assert parsed_json("[" * 100 + "]" * 100)
    for text in ("", "{", "[1,]", "9" * 5_000, b"\xff\xfe\xff", *DEEP.values()):
        with pytest.raises(ValueError):
            parsed_json(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"a": 1, "b": 2, "a": 1}', "a"),
        ('[{"b": {"ä": 1, "\\u00e4": 2}}]', "ä"),
        ('{"\\ud800": 1, "\\ud800": 2}', "?"),
        ('{"' + "k" * 5_000 + '": 1, "' + "k" * 5_000 + '": 2}', "k" * 40 + "..."),
    ],
)
def test_a_key_that_an_object_has_twice_is_named(text: str, key: str):
    with pytest.raises(DuplicateKey) as raised:
        parsed_json(text)
    assert str(raised.value) == f'an object has the key "{key}" twice'
    assert raised.value.key == key


def of_tensors(path: Path) -> object:
    text = path.read_bytes()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    return read_tensors(path)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a timeline": ("x.json", read_timeline),
    "a pack": ("pack.json", lambda path: Pack.load(path.parent)),
    "rig maps": ("maps.json", lambda path: rig_in(path, ("Hips",))),
    "a recipe": ("recipe.json", lambda path: codec.from_json(path.read_text())),
    "prepared motions": ("index.json", lambda path: PreparedMotions(path.parent)),
    "tensors": ("x.safetensors", of_tensors),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
@pytest.mark.parametrize(("name", "read"), READERS.values(), ids=READERS.keys())
def test_lists_within_lists_are_refused_in_a_sentence(tmp_path: Path, name: str, read, text: str):
    (tmp_path / name).write_text(text)
    with pytest.raises((UserError, DamagedFile)) as raised:
        read(tmp_path / name)
    assert len(str(raised.value)) < 400 and "\n" not in str(raised.value)


TWICE = '{"segments": ["walks"], "format": "motionclip-pack", "version": 1, "segments": []}'


@pytest.mark.parametrize(("name", "read"), READERS.values(), ids=READERS.keys())
def test_keys_that_are_there_twice_are_refused_in_a_sentence(tmp_path: Path, name: str, read):
    (tmp_path / name).write_text(TWICE)
    with pytest.raises((UserError, DamagedFile)) as raised:
        read(tmp_path / name)
    assert len(str(raised.value)) < 400 and "\n" not in str(raised.value)
