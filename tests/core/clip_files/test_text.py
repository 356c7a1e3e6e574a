"""Text files from anywhere: encodings, line ends, decimal commas."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionclip_blender.core.clip_files.text import decoded, read_text, with_points
from motionclip_blender.core.errors import UserError


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("センター 左ひざ", "cp932"),
        ("センター 左ひざ", "utf-8"),
        ("センター 左ひざ", "utf-16"),
        ("Hüfte Läufer Fuß", "latin-1"),
        ("Hüfte “links” €", "cp1252"),
        ("Hüfte", "utf-8-sig"),
        ("Hüfte", "utf-16"),
        ("бедро", "utf-8"),
        ("plain", "ascii"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str):
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("data", [bytes(range(256)), b"\xff\xfea", b"\x81\x8d\x8f", b"", b"\xef\xbb\xbf"])
def test_no_bytes_make_it_fail(data: bytes):
    assert isinstance(decoded(data), str)


@pytest.mark.parametrize("name", ["бедро".encode("cp1251"), "臀部".encode("gb18030"), "엉덩이".encode("cp949")])
def test_numbers_and_keywords_are_right_in_encodings_that_are_not_known(name: bytes):
    assert decoded(b"ROOT " + name + b"\nOFFSET 0.5 1 2").endswith("\nOFFSET 0.5 1 2")


@pytest.mark.parametrize("data", [b"a\r\nb\r\n", b"a\rb\r", b"a\nb\n", b"a\nb\n\x1a", b"a\nb\n\x00\x00\x1a"])
def test_lines_end_in_one_way(tmp_path: Path, data: bytes):
    (tmp_path / "a.txt").write_bytes(data)
    assert read_text(tmp_path / "a.txt") == "a\nb\n"


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(UserError, match=r"^a\.txt cannot be read"):
        read_text(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("0,5 -1,25 +3,0", "0.5 -1.25 +3.0"),
        ("1,5e-3\t2,5E+04\n,5", "1.5e-3\t2.5E+04\n.5"),
        ("0.5 1 -2.25", "0.5 1 -2.25"),
        ("Arm,left 1,2,3 0.5,1.5 1, 2", "Arm,left 1,2,3 0.5,1.5 1, 2"),
    ],
)
def test_decimal_commas_become_points_and_other_commas_stay(text: str, right: str):
    assert with_points(text) == right
