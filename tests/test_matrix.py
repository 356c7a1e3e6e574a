"""The table of Blenders: what it says of versions that made a motion, made none, or cannot be had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.matrix.modules import Module, try_module
from tests.matrix.programs import chroot_of
from tests.matrix.row import CannotBeHad, Row, table


def test_the_table_is_markdown_and_keeps_long_words_short() -> None:
    made = Row("4.5.15", "3.11.7", "1.26.4", "Debian", "Python module", "by operator", 0.456, 0.4, "made")
    failed = Row("5.9", result="failed: a | b\n" + "x" * 300)
    head, rule, *lines = table([made, failed]).splitlines()
    assert head.startswith("| Blender | Python")
    assert set(rule) == {"|", "-"}
    assert len({len(line) for line in (head, rule, *lines)}) == 1
    assert "0.46 s" in lines[0] and lines[1].count("|") == head.count("|")
    assert "a / b" in lines[1] and lines[1].rstrip(" |").endswith("…")
    assert failed.failed and not made.failed


def test_a_version_for_another_python_cannot_be_had_without_a_chroot(tmp_path: Path) -> None:
    row = try_module(Module("9.9.9", "2.7", "numpy"), tmp_path, tmp_path / "x.zip", "a person walks", None)
    assert row.result.startswith("cannot be had: it needs Python 2.7") and not row.failed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_version_that_nobody_has_is_said_with_pips_reason(tmp_path: Path) -> None:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    row = try_module(Module("0.0.1", own, "numpy"), tmp_path, tmp_path / "x.zip", "a person walks", None)
    assert row.result.startswith("cannot be had: ERROR:")


def test_a_chroot_without_blender_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotBeHad, match="there is no Blender in"):
        chroot_of("trixie", tmp_path, str(tmp_path))
