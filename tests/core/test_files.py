"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path, write_whole


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_files_are_as_readable_as_any_other(tmp_path):
    with write_whole(tmp_path / "a"):
        pass
    (tmp_path / "b").touch()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_places_that_cannot_be_written_are_named(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "a.bin", tmp_path):
        with pytest.raises(UserError, match="Cannot write"), write_whole(path):
            pass
