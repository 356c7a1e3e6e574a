"""What the command line asks for when a file lists many motions."""

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
    add_variations,
    check_input,
    clip_source,
    engine_of,
    reduction_of,
)  # fmt: skip
from .batch_lines import DATA, TEXT, Line, read_lines
from .recipes import pooling_of

if TYPE_CHECKING:  # numpy is behind it, and --help is to be there at once
    from ..core.clip_weights import ClipSource

KINDS = ("prompts", "edits", "interpolations")
ENDINGS = {"npz": ".npz", "sheet": ".png", "blend": ".blend", **FILE_KINDS}
SINGLE = ("npz", *FILE_KINDS)
"""Outputs that hold one motion each."""
_NEED_BLENDER = ("sheet", "blend", *FILE_KINDS)
_ENOUGH_DIGITS = 4

_EPILOG = """\
The files are those of MotionCLIP's released code. Prompts: one a line. Edits and interpolations: CSV with a header,
  motion_source,base,v_start,v_end    base - v_start + v_end; motion_source is data or text
  start,end                           five even stops, each in a file of its own
Texts are prompts. Of data they are labels of prepared motions, looked up in --data; so are the ends of interpolations
as soon as --data is given, unless a column motion_source says otherwise.
Exit status: 0 if all lines were made, 1 if some were not, 2 if nothing could be begun.
"""


@dataclass(frozen=True)
class BatchRequest:
    """A motion, or the stops of a blend, is to be made of every line of a file.

    kind: one of `KINDS`. lines: those that ask for something; `empty` counts the others. data: the folder of prepared
    motions that labels are looked up in. out: the folder for the files. outputs: keys of `ENDINGS`. more: the fields of
    every recipe beside its content. straight: texts are taken straight, as
    `Recipe.straight` does. variations, seed: of each prompt, as in `GenerateRequest`.
    engine, root: how files for other programs want the motion, see `core.engines`.
    reduce_keys: the bound in degrees within which keys in .blend files are reduced; None for a key on every frame.
    """

    file: Path
    kind: str
    lines: tuple[Line, ...]
    empty: int
    data: Path | None
    out: Path
    outputs: tuple[str, ...]
    more: dict[str, Any]
    straight: bool
    body: Path | None
    pack: Path | None
    clip: ClipSource
    as_json: bool
    verbose: bool
    variations: int = 0
    seed: int = 0
    engine: str = ""
    root: str = ""
    reduce_keys: float | None = None

    @property
    def digits(self) -> int:
        """Of the numbers that the outputs are named by, so that their names sort in the order of the lines."""
        return max(_ENOUGH_DIGITS, len(str(self.lines[-1].number)))


def is_batch(arguments: Sequence[str]) -> bool:
    """Returns whether the arguments name a file of many motions; some options mean something else then."""
    return any(argument.partition("=")[0] == f"--{kind}" for argument in arguments for kind in KINDS)


def parse_batch(arguments: Sequence[str]) -> BatchRequest:
    """Raises `UserError` for what cannot be done, and for a file of which nothing can be made."""
    parser = _parser()
    if {"-h", "--help"} & set(arguments):  # also where the file is not named yet
        arguments = ["--help"]
    given = parser.parse_args(arguments)
    asked = [kind for kind in KINDS if getattr(given, kind) is not None]
    if len(asked) > 1:
        raise UserError(f"Of --{asked[0]} and --{asked[1]} one can be done at a time; leave one out.")
    kind, file = asked[0], getattr(given, asked[0])
    frames, pooling = checked_frames(FRAMES if given.frames is None else given.frames), pooling_of(given.reading)
    check_input(file)
    if given.data is not None and kind == "prompts":
        raise UserError("--data goes with --edits and --interpolations only; leave it out.")
    for name in ("variations", "seed"):
        if getattr(given, name) is not None and kind != "prompts":
            raise UserError(f"--{name} goes with --prompts only; leave it out.")
    variations, seed = given.variations or 0, given.seed or 0
    _check_variations(given.variations, seed, given.straight)
    lines, empty = read_lines(file, kind, TEXT if given.data is None else DATA)
    if given.data is None and any(line.source == DATA and not line.problem for line in lines):
        raise UserError(f"{file} asks for motions of data; name the folder of prepared motions with --data.")
    outputs = tuple(name for name in ENDINGS if getattr(given, name)) or ("npz",)
    if os.path.lexists(given.out) and not os.path.isdir(given.out):
        raise UserError(f"{given.out} is no folder; name one with --out.")
    check_writable(given.out / "0001")
    if any(name in outputs for name in _NEED_BLENDER) and importlib.util.find_spec("bpy") is None:
        raise UserError("Blender's Python module is missing; install bpy, or ask for --npz alone.")
    more = {"frames": frames, "pooling": pooling, "loop": given.loop, "in_place": given.in_place}
    return BatchRequest(
        file, kind, tuple(lines), empty, given.data, given.out, outputs, more, given.straight, given.body, given.pack,
        clip_source(given), given.json, given.verbose, variations, seed, *engine_of(given, outputs),
        reduction_of(given, "blend" in outputs),
    )  # fmt: skip


def _check_variations(count: int | None, seed: int, straight: bool) -> None:
    """Raises `UserError` for variations that are none."""
    from ..core.recipe.make import variation_recipes
    from ..core.recipe.recipe import Recipe

    some = Recipe.of_prompt("any", FRAMES)
    some = (some.straight() if straight else some).varied(seed)
    if count is not None:
        variation_recipes(some, count, seed)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m motionclip_blender",
        description="Makes a motion of every line of a file.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what to do: one of")
    what.add_argument("--prompts", type=Path, metavar="FILE", help="text file of prompts, one a line")
    what.add_argument("--edits", type=Path, metavar="FILE", help="CSV file of edits, base - v_start + v_end")
    what.add_argument("--interpolations", type=Path, metavar="FILE", help="CSV file of interpolations, start to end")
    how = parser.add_argument_group("how")
    how.add_argument("--data", type=Path, metavar="DIR", help="prepared motions, in which labels are looked up")
    add_length(how)
    add_variations(how)
    add_manner(how)
    add_model(how)
    where = parser.add_argument_group("what to write; motion files unless something else is asked for")
    where.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder for the files, one a line, named "
                       "by number and text")  # fmt: skip
    where.add_argument("--npz", action="store_true", help="motions in AMASS's SMPL-X form, stops and variations "
                       "X-1.npz, X-2.npz ...")  # fmt: skip
    where.add_argument("--sheet", action="store_true", help="contact sheets of eight poses, a row for each stop")
    where.add_argument(
        "--blend", action="store_true", help="Blender files, ready to play; stops and variations lie on an NLA track"
    )
    for kind in FILE_KINDS:
        where.add_argument(f"--{kind}", action="store_true", help=f"{KIND_NAMES[kind]} files for other programs")
    add_engine(where)
    add_reduction(where)
    where.add_argument("--json", action="store_true", help="print one JSON object: every line's files or its error")
    where.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")
    return parser
