"""What the command line asks for when many timeline files are to be made."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.engines import FILE_KINDS, KIND_NAMES
from ..core.errors import UserError
from ..core.files import check_writable
from ..core.prompt import checked_frames
from .arguments import (
    FRAMES,
    Parser,
    add_engine,
    add_length,
    add_manner,
    add_model,
    add_reduction,
    axis,
    clip_source,
    engine_of,
    reduction_of,
)  # fmt: skip
from .recipes import pooling_of
from .scenes import SceneReading

if TYPE_CHECKING:  # numpy is behind it, and --help is to be there at once
    from ..core.clip_weights import ClipSource

ENDINGS = {"npz": ".npz", "sheet": ".png", "blend": ".blend", **FILE_KINDS}
TIMELINE_FILES = (".json", ".txt")
_NEED_BLENDER = ("sheet", "blend", *FILE_KINDS)

_EPILOG = """\
A timeline file is JSON, or one prompt a line (docs/guide.md). Of a folder all .json and .txt files are taken.
Exit status: 0 if all timelines were made, 1 if some were not, 2 if nothing could be begun.
"""


@dataclass(frozen=True)
class TimelinesRequest:
    """A motion is to be made of each of several timeline files.

    frames: the length of each; None for as long as its segments take. guess: as for `PromptPlan`. out: the folder for
    the files. outputs: keys of `ENDINGS`. more: the fields of every recipe beside its content and its length. up,
    scenes: how motion files that segments name are read. engine, root, reduce_keys: as for `BatchRequest`.
    """

    files: tuple[Path, ...]
    frames: int | None
    guess: bool
    straight: bool
    out: Path
    outputs: tuple[str, ...]
    more: dict[str, Any]
    scenes: SceneReading
    up: str
    body: Path | None
    pack: Path | None
    clip: ClipSource
    as_json: bool
    verbose: bool
    engine: str = ""
    root: str = ""
    reduce_keys: float | None = None

    @property
    def placeholder(self) -> int:
        """The length of a recipe whose own is not known yet."""
        return FRAMES if self.frames is None else self.frames


def is_timelines(arguments: Sequence[str]) -> bool:
    """Returns whether the arguments name several timeline files."""
    return any(argument.partition("=")[0] == "--timelines" for argument in arguments)


def parse_timelines(arguments: Sequence[str]) -> TimelinesRequest:
    """Raises `UserError` for what cannot be done, and where there is no timeline file."""
    parser = _parser()
    if {"-h", "--help"} & set(arguments):  # also where no file is named yet
        arguments = ["--help"]
    given = parser.parse_args(arguments)
    outputs = tuple(name for name in ENDINGS if getattr(given, name)) or ("npz",)
    if os.path.lexists(given.out) and not os.path.isdir(given.out):
        raise UserError(f"{given.out} is no folder; name one with --out.")
    check_writable(given.out / "0001")
    if any(name in outputs for name in _NEED_BLENDER) and importlib.util.find_spec("bpy") is None:
        raise UserError("Blender's Python module is missing; install bpy, or ask for --npz alone.")
    more = {"pooling": pooling_of(given.reading), "loop": given.loop, "in_place": given.in_place}
    return TimelinesRequest(
        tuple(_files(given.timelines)), None if given.frames is None else checked_frames(given.frames), given.guess,
        given.straight, given.out, outputs, more, SceneReading(given.as_shown, given.armature or ""), given.up or "",
        given.body, given.pack, clip_source(given), given.json, given.verbose, *engine_of(given, outputs),
        reduction_of(given, "blend" in outputs),
    )  # fmt: skip


def _files(named: Sequence[Path]) -> list[Path]:
    """Returns the named files, and those of the named folders by name, each once. One that is missing is kept: that is
    told when it is read."""
    found: dict[Path, None] = {}
    for path in named:
        if not path.is_dir():
            found[path] = None
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in TIMELINE_FILES and one.is_file())
        if not inside:
            raise UserError(f"{path} has no timeline files; they end in {' or '.join(TIMELINE_FILES)}.")
        found |= dict.fromkeys(inside)
    return list(found)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m motionclip_blender",
        description="Makes a motion of each of several timeline files.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--timelines", type=Path, nargs="+", metavar="FILE", required=True, help="timeline files, or "
                        "folders of them")  # fmt: skip
    how = parser.add_argument_group("how")
    how.add_argument("--guess", action="store_true", help="make the nearest where nothing known is like a prompt")
    add_length(how)
    add_manner(how)
    how.add_argument("--as-shown", action="store_true", help="read .blend files as Blender shows them")
    how.add_argument("--armature", metavar="NAME", help="whose motion to read in .blend files of several people")
    how.add_argument("--up", type=axis, metavar="AXIS", help="which axis points up in .npz motions")
    add_model(how)
    where = parser.add_argument_group("what to write; motion files unless something else is asked for")
    where.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder for the files, each named as its "
                       "timeline file")  # fmt: skip
    where.add_argument("--npz", action="store_true", help="motions in AMASS's SMPL-X form")
    where.add_argument("--sheet", action="store_true", help="contact sheets of eight poses")
    where.add_argument("--blend", action="store_true", help="Blender files, ready to play")
    for kind in FILE_KINDS:
        where.add_argument(f"--{kind}", action="store_true", help=f"{KIND_NAMES[kind]} files for other programs")
    add_engine(where)
    add_reduction(where)
    where.add_argument("--json", action="store_true", help="print one JSON object: every timeline's files or its error")
    where.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")
    return parser
