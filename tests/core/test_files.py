"""Files appear whole or not at all, and are found wherever they lie."""

from __future__ import annotations

import gc
import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import (
    check_writable,
    files_below,
    plain_name,
    same_file,
    whole_path,
    write_arrays,
    write_json,
    write_whole,
)
from tests.full_disk import full_disk


def test_a_file_appears_when_its_writer_ends(tmp_path):
    path = tmp_path / "new" / "a.bin"
    with write_whole(path) as handle:
        handle.write(b"half")
        handle.flush()
        assert not path.exists()
        handle.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert os.listdir(path.parent) == ["a.bin"]


def test_a_failed_writer_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), write_whole(path) as handle:
        handle.write(b"new")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_the_temporary_path_keeps_the_suffix(tmp_path):
    with whole_path(tmp_path / "film.mp4") as temporary:
        assert temporary.suffix == ".mp4" and temporary.parent == tmp_path


def test_json_is_read_back_as_it_was(tmp_path):
    value = {"é": [1, None, "\udce4 of a name in another encoding"], "b": {}}
    for name, indent in (("lines", 1), ("line", None)):
        write_json(tmp_path / name, value, indent)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert json.loads(text) == value and "é" in text and text.endswith("}\n")
    assert text == '{"é":[1,null,"\\udce4 of a name in another encoding"],"b":{}}\n'


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_files_are_as_readable_as_any_other(tmp_path):
    with write_whole(tmp_path / "a"):
        pass
    (tmp_path / "b").touch()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_the_temporary_path_is_whole_for_a_relative_one(tmp_path, monkeypatch):
    """Blender takes its own working folder from the environment, which may be another one."""
    monkeypatch.chdir(tmp_path)
    with whole_path(Path("film.mp4")) as temporary:
        assert temporary.is_absolute() and temporary.parent == tmp_path
        temporary.write_bytes(b"film")
    assert (tmp_path / "film.mp4").read_bytes() == b"film"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_writer_that_puts_a_private_file_in_place_makes_no_private_file(tmp_path):
    (tmp_path / "a").touch()
    with whole_path(tmp_path / "b") as path:
        path.unlink()
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # as safetensors does
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_the_umask_of_the_process_is_left_alone(tmp_path, monkeypatch):
    """It belongs to all threads: another one would make its files readable by everybody meanwhile."""

    def touched(mask: int) -> int:
        raise AssertionError("os.umask is called")

    monkeypatch.setattr(os, "umask", touched)
    with write_whole(tmp_path / "a"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_private_process_makes_private_files(tmp_path):
    before = os.umask(0o077)
    try:
        with write_whole(tmp_path / "a"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["a" * 251 + ".npz", "ä" * 125 + ".npz", "a" * 255])
def test_a_name_as_long_as_it_may_be(tmp_path, name):
    with write_whole(tmp_path / name) as handle:
        handle.write(b"whole")
    assert os.listdir(tmp_path) == [name] and (tmp_path / name).read_bytes() == b"whole"


def test_a_name_that_is_too_long_is_refused_before_the_work(tmp_path):
    with pytest.raises(UserError, match="Cannot write"), whole_path(tmp_path / ("a" * 252 + ".npz")):
        pytest.fail("the work was begun")
    assert os.listdir(tmp_path) == []


def test_there_is_room_for_the_name_that_blender_writes_under(tmp_path):
    """It ends in "@" until the file is whole."""
    with whole_path(tmp_path / ("a" * 249 + ".blend")) as temporary:
        assert len(os.fsencode(temporary.name)) < 255


@pytest.mark.parametrize("there", [True, False])
def test_of_a_link_the_file_is_written_that_it_leads_to(tmp_path, there):
    target, link = tmp_path / "elsewhere" / "real.bin", tmp_path / "link.npz"
    if there:
        target.parent.mkdir()
        target.write_bytes(b"old")
    (tmp_path / "between").symlink_to("elsewhere/real.bin")
    link.symlink_to("between")
    check_writable(link)
    with whole_path(link) as temporary:
        assert temporary.parent == target.parent and temporary.suffix == ".npz"
        temporary.write_bytes(b"new")
    assert link.is_symlink() and (tmp_path / "between").is_symlink() and target.read_bytes() == b"new"
    assert os.listdir(target.parent) == ["real.bin"]


def test_a_link_to_a_folder_is_refused(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.npz").symlink_to("folder")
    with pytest.raises(UserError, match="Cannot write .*link.npz"), write_whole(tmp_path / "link.npz"):
        pytest.fail("the work was begun")
    with pytest.raises(UserError, match="Cannot write .*link.npz"):
        check_writable(tmp_path / "link.npz")


@pytest.mark.parametrize("cut", [4096, 5000])
def test_who_writes_without_noticing_that_the_disk_is_full_leaves_the_old_file(tmp_path, cut):
    """As Blender's exporter for USD and its films do."""
    (tmp_path / "a.usd").write_bytes(b"old")
    wanted = r"Cannot write .*a\.usd \(.+\); free some space or choose"
    with full_disk(5000), pytest.raises(UserError, match=wanted), whole_path(tmp_path / "a.usd") as temporary:
        temporary.write_bytes(bytes(cut))
    assert (tmp_path / "a.usd").read_bytes() == b"old" and os.listdir(tmp_path) == ["a.usd"]


def test_nothing_is_added_to_a_file(tmp_path):
    with full_disk(10_000), whole_path(tmp_path / "a.usd") as temporary:
        temporary.write_bytes(bytes(5000))
    assert (tmp_path / "a.usd").read_bytes() == bytes(5000)


@pytest.mark.parametrize("packed", [True, False])
def test_arrays_on_a_full_disk_are_one_sentence(tmp_path, packed, monkeypatch):
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    numbers = np.random.default_rng(0).normal(size=1000)
    with full_disk(5000), pytest.raises(UserError, match="Cannot write .*; free some space or choose another place"):
        write_arrays(tmp_path / "a.npz", {"numbers": numbers}, packed)
    gc.collect()
    assert ignored == [] and os.listdir(tmp_path) == []
    write_arrays(tmp_path / "a.npz", {"numbers": numbers}, packed)
    with np.load(tmp_path / "a.npz") as found:
        np.testing.assert_array_equal(found["numbers"], numbers)


def test_two_paths_to_one_file(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    monkeypatch.chdir(tmp_path)
    assert same_file(Path("a.npz"), tmp_path / "folder" / ".." / "a.npz")  # neither is there
    assert same_file(tmp_path / "link" / "a.npz", Path("folder/a.npz"))
    assert not same_file(Path("a.npz"), Path("folder/a.npz"))
    (tmp_path / "a.npz").touch()
    assert same_file(Path("a.npz"), tmp_path / "a.npz") and not same_file(Path("a.npz"), Path("b.npz"))


def test_places_that_cannot_be_written_are_named(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "a.bin", tmp_path):
        with pytest.raises(UserError, match="Cannot write"), write_whole(path):
            pass


# --- files that are found


def names(folder: Path, *endings: str, problems: list[str] | None = None) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in files_below(folder, endings, problems)]


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_files_are_found_whatever_their_endings_capitals(tmp_path: Path):
    for name in ("a.npz", "B.NPZ", "c/d.Npz", "c/e.txt", "npz"):
        touch(tmp_path / name)
    assert names(tmp_path, ".npz") == ["B.NPZ", "a.npz", "c/d.Npz"]
    assert names(tmp_path, ".npz", ".txt") == ["B.NPZ", "a.npz", "c/d.Npz", "c/e.txt"]


def test_hidden_files_and_those_that_macos_packs_are_passed_over(tmp_path: Path):
    for name in ("a.npz", "._a.npz", ".b.npz", "__MACOSX/._a.npz", "__MACOSX/c.npz", ".hidden/d.npz"):
        touch(tmp_path / name)
    assert names(tmp_path, ".npz") == ["a.npz"]


def test_links_to_folders_and_files_are_followed(tmp_path: Path):
    touch(tmp_path / "elsewhere" / "deep" / "a.npz")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "more").symlink_to(tmp_path / "elsewhere" / "deep")
    data = tmp_path / "data"
    data.mkdir()
    (data / "CMU").symlink_to(tmp_path / "elsewhere")
    (data / "b.npz").symlink_to(tmp_path / "elsewhere" / "deep" / "a.npz")
    assert names(data, ".npz") == ["CMU/deep/a.npz", "b.npz"]
    assert names(tmp_path / "other", ".npz") == ["more/a.npz"]
    (tmp_path / "link").symlink_to(data)
    assert names(tmp_path / "link", ".npz") == ["CMU/deep/a.npz", "b.npz"]


@pytest.mark.parametrize("target", [".", "..", "../..", "../b", "loop"])
def test_links_that_lead_back_end(tmp_path: Path, target: str):
    data = tmp_path / "x" / "data"
    touch(data / "a" / "a.npz")
    touch(data / "b" / "b.npz")
    (data / "a" / "loop").symlink_to(target)
    (data / "b" / "back").symlink_to("../a")
    assert names(data, ".npz") == ["a/a.npz", "b/b.npz"]


def test_a_folder_is_looked_into_once_under_its_own_name(tmp_path: Path):
    touch(tmp_path / "z" / "a.npz")
    (tmp_path / "a").symlink_to("z")
    (tmp_path / "b").symlink_to("z")
    assert names(tmp_path, ".npz") == ["z/a.npz"]


def test_what_cannot_be_looked_into_is_said(tmp_path: Path, monkeypatch):
    touch(tmp_path / "a.npz")
    touch(tmp_path / "shut" / "b.npz")
    (tmp_path / "CMU").symlink_to(tmp_path / "not there")
    (tmp_path / "gone.npz").symlink_to("nothing.npz")
    (tmp_path / "gone.txt").symlink_to("nothing.txt")
    look = Path.iterdir

    def refuse(path: Path):
        if path.name == "shut":
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    problems: list[str] = []
    assert names(tmp_path, ".npz", problems=problems) == ["a.npz"]
    said = " ".join(problems)
    assert len(problems) == 3 and all(each in said for each in ("CMU is a link", "gone.npz is a link", "shut cannot"))


@pytest.mark.parametrize("place", ["nothing", "a.npz"])
def test_what_is_no_folder_holds_nothing(tmp_path: Path, place: str):
    touch(tmp_path / "a.npz")
    assert files_below(tmp_path / place, (".npz",)) == []


# --- their names


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("walk", "walk"),
        ("Läufer", "Läufer"),
        (os.fsdecode(b"L\xe4ufer"), "L%E4ufer"),
        (os.fsdecode("歩く".encode("cp932")), "%95%E0%82%AD"),
        (os.fsdecode("L\u00e4u".encode() + b"\xff"), "Läu%FF"),
        ("La\u0308ufer", "L\u00e4ufer"),
        ("walk \ud83d", "walk ?"),
    ],
)
def test_names_can_be_written_everywhere(name: str, plain: str):
    assert plain_name(name) == plain
    plain_name(name).encode("utf-8")


def test_names_hold_only_what_the_systems_file_names_can(monkeypatch):
    monkeypatch.setattr(os, "fsencode", lambda name: name.encode("ascii", "surrogateescape"))
    assert plain_name("Läufer") == "L%C3%A4ufer"
    assert plain_name("Läufer".encode().decode("ascii", "surrogateescape")) == "L%C3%A4ufer"


def test_the_longest_names_can_be_written(tmp_path: Path):
    path = tmp_path / ("a" * 251 + ".npz")
    with write_whole(path) as handle:
        handle.write(b"x")
    assert path.read_bytes() == b"x"
