"""What requests for several motions share: options, and the fields that are read of them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.engines import FILE_KINDS, KIND_NAMES
from ..core.errors import UserError
from ..core.files import check_writable
from .arguments import Parser, add_length, add_manner, add_model, check_blender, clip_source, manner_of, shape_of
from .form import Form, add_form, form_of
from .recipes import pooling_of

if TYPE_CHECKING:  # numpy is behind it, and --help is to be there at once
    from ..core.body_shape import BodyShape
    from ..core.clip_weights import ClipSource

ENDINGS = {"npz": ".npz", "sheet": ".png", "blend": ".blend", **FILE_KINDS}
SINGLE = ("npz", *FILE_KINDS)
"""Outputs that hold one motion each."""
_NEED_BLENDER = ("sheet", "blend", *FILE_KINDS)


@dataclass(frozen=True, kw_only=True)
class SeveralRequest:
    """Several motions are to be made in one process, each in files of its own.

    out: the folder for the files. outputs: keys of `ENDINGS`. more: fields of every recipe. straight: texts are taken
    straight, as `Recipe.straight` does. form: how and on whom the motions are written. shape: the body's; None for its
    mean shape.
    """

    out: Path
    outputs: tuple[str, ...]
    more: dict[str, Any]
    straight: bool
    body: Path | None
    pack: Path | None
    clip: ClipSource
    as_json: bool
    verbose: bool
    form: Form
    shape: BodyShape | None


def new_parser(description: str, epilog: str) -> Parser:
    return Parser(
        prog="python -m motionclip_blender",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def parsed(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Reads the arguments. --help helps also where what is needed is not named yet. Raises `UserError`."""
    return parser.parse_args(["--help"] if {"-h", "--help"} & set(arguments) else arguments)


def add_how(group: argparse._ArgumentGroup) -> None:
    """Adds how all the motions are made."""
    add_length(group)
    add_manner(group)
    add_model(group)


def add_outputs(parser: Parser, named: str, of_each: str, stops: bool = False) -> None:
    """Adds what is written. named: how files are named. of_each: what the JSON object tells. stops: whether there are
    several motions to one."""
    where = parser.add_argument_group("what to write; motion files unless something else is asked for, or --rig")
    where.add_argument("--out", type=Path, metavar="DIR", required=True, help=f"folder for the files, {named}")
    lie = ", stops and variations X-1.npz, X-2.npz ..." if stops else ""
    where.add_argument("--npz", action="store_true", help=f"motions in AMASS's SMPL-X form{lie}")
    lie = ", a row for each stop" if stops else ""
    where.add_argument("--sheet", action="store_true", help=f"contact sheets of eight poses{lie}")
    lie = "; stops and variations lie on an NLA track" if stops else ""
    where.add_argument("--blend", action="store_true", help=f"Blender files, ready to play{lie}")
    for kind in FILE_KINDS:
        where.add_argument(f"--{kind}", action="store_true", help=f"{KIND_NAMES[kind]} files for other programs")
    add_form(where)
    where.add_argument("--json", action="store_true", help=f"print one JSON object: {of_each}")
    where.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")


def shared(given: argparse.Namespace) -> dict[str, Any]:
    """Returns the fields of `SeveralRequest`. Raises `UserError` for what cannot be written."""
    outputs = tuple(name for name in ENDINGS if getattr(given, name)) or ("npz" if given.rig is None else "blend",)
    if os.path.lexists(given.out) and not os.path.isdir(given.out):
        raise UserError(f"{given.out} is no folder; name one with --out.")
    check_writable(given.out / "0001")
    if any(name in outputs for name in _NEED_BLENDER):
        check_blender(instead="ask for --npz alone")
    return {
        "out": given.out,
        "outputs": outputs,
        "more": {"pooling": pooling_of(given.reading), **manner_of(given)},
        "straight": given.straight,
        "body": given.body,
        "pack": given.pack,
        "clip": clip_source(given),
        "as_json": given.json,
        "verbose": given.verbose,
        "form": form_of(given, outputs, "blend" in outputs),
        "shape": shape_of(given),
    }
