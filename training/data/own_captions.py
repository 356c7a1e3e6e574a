"""Takes captions of one's own in place of the repository's: the option `--captions`, what tells them from others, and
the copy that a run keeps."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole

from .captions import CaptionedSpan, load_captions

KEY = "own_captions"
"""The entry of a configuration, and of a pack's `info`, that holds the digest."""

_COPY = Path("captions") / "captions.jsonl"


def add_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds `--captions FOLDER...` to a command; the value is a tuple of folders, empty where none is given.

    what: what the captions are for, as the help says it.
    """
    parser.add_argument(
        "--captions",
        type=Path,
        nargs="+",
        action=_Folders,
        default=(),
        metavar="FOLDER",
        help=f"folders of captions of your own (*.jsonl), in place of the repository's: {what}",
    )


class _Folders(argparse.Action):
    """Keeps the folders as a tuple, which can be a key of a cache."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any) -> None:
        setattr(namespace, self.dest, tuple(values))


def captions_in(folders: Sequence[Path]) -> list[CaptionedSpan]:
    """Loads the captions of folders, in order. Raises `UserError` for a folder without any, and as `load_captions`."""
    spans = []
    for folder in folders:
        found = load_captions(folder)
        if not found:
            raise UserError(f"{folder} holds no captions; name a folder with *.jsonl files (docs/data.md).")
        spans += found
    return spans


def digest_of(folders: Sequence[Path]) -> str:
    """Returns what tells captions from others, whatever their files are called; empty for no folders.

    Raises as `captions_in`.
    """
    return _digest(captions_in(folders)) if folders else ""


def _digest(spans: Sequence[CaptionedSpan]) -> str:
    return hashlib.sha256("\n".join(_lines(spans)).encode()).hexdigest()


def _lines(spans: Sequence[CaptionedSpan]) -> list[str]:
    told = ({key: value for key, value in asdict(span).items() if value is not None} for span in spans)
    return [json.dumps(line, ensure_ascii=False) for line in told]


def check_own(info: Mapping[str, Any], folders: Sequence[Path], what: str = "The pack") -> None:
    """Raises `UserError` unless the captions in `folders` are those that `what` was trained on.

    info: of the pack, or a configuration as a mapping. No folders stand for the repository's captions.
    """
    wanted, found = info.get(KEY) or "", digest_of(folders)
    if wanted and not found:
        raise UserError(f"{what} was trained on captions of its own; give their folder with --captions.")
    if found and not wanted:
        raise UserError(f"{what} was trained on the repository's captions; leave out --captions.")
    if found != wanted:
        named = ", ".join(map(str, folders))
        raise UserError(
            f"{what} was trained on other captions than those in {named}; give them as they were, such as the copy in "
            "the folder of its run."
        )


def keep_copy(run: Path, folders: Sequence[Path]) -> None:
    """Writes a copy of the captions into the folder of a run, whole or not at all."""
    with write_whole(run / _COPY) as file:
        file.write("".join(f"{line}\n" for line in _lines(captions_in(folders))).encode())


def captions_of_run(run: Path, info: Mapping[str, Any], folders: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Returns the folders of captions that a run was trained on: those that are given, or else its own copy; none for
    the repository's.

    info: its configuration as a mapping. Raises `UserError` for other captions.
    """
    copy = (run / _COPY.parent,) if info.get(KEY) and (run / _COPY).is_file() else ()
    chosen = tuple(folders) or copy
    check_own(info, chosen, f"The run {run}")
    return chosen
