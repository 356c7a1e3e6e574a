"""What is printed below Python stays off the terminal, and is shown when something fails."""

from __future__ import annotations

import ctypes
import os
import sys

import pytest

from motionclip_blender.core.console import quiet
from motionclip_blender.core.errors import UserError


def chatter() -> None:
    """Prints in each of the ways that Blender and its libraries do."""
    print("by print")
    print("by Python's stderr", file=sys.stderr)
    os.write(1, b"below, to stdout\n")
    os.write(2, b"below, to stderr\n")
    if sys.platform != "win32":
        ctypes.CDLL(None).printf(b"held back by the C library\n")


def test_nothing_of_it_appears_but_what_is_meant_to(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet() as (stdout, stderr):
        chatter()
        print("a result", file=stdout)
        print("a sentence", file=stderr)
    print("after")
    os.write(2, b"after, below\n")
    assert capfd.readouterr() == ("a result\nafter\n", "a sentence\nafter, below\n")


def test_blocks_lie_in_each_other(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet() as (stdout, _):
        with quiet():
            chatter()
        chatter()
        print("a result", file=stdout)
    assert capfd.readouterr() == ("a result\n", "")


def test_a_sentence_for_users_comes_alone(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError), quiet():
        chatter()
        raise UserError("Choose another file.")
    assert capfd.readouterr() == ("", "")


def test_what_was_kept_is_shown_when_the_block_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no such engine"), quiet():
        chatter()
        raise ValueError("no such engine")
    said = capfd.readouterr()
    assert said.out == ""
    for words in ("by print", "by Python's stderr", "below, to stdout", "below, to stderr"):
        assert words in said.err


def test_only_the_end_of_much_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError), quiet():
        os.write(2, b"first\n" + b"more\n" * 10_000 + b"last\n")
        raise ValueError
    said = capfd.readouterr().err
    assert said.endswith("last\n") and "first" not in said and len(said) < 5000


def test_who_asks_sees_it_all_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet(verbose=True):
        chatter()
    said = capfd.readouterr()
    assert said.out == "" and "below, to stdout" in said.err and "by print" in said.err
