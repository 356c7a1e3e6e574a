"""Defines the options that several kinds of requests share, and reads them."""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from ..core.body_shape import BodyShape
from ..core.clip_weights import ClipSource
from ..core.errors import UserError

FRAMES = 60

_LACKS = re.compile(r"argument (--[\w-]+): expected (one|\d+|at least one) arguments?")
_MARKS = ('"', "“", "„", "«", "[", "{", "(")  # by which a part of an expression begins
_SHOWN = 40  # characters of an argument that an error repeats
_OPPOSED = ("plan",)  # options with an opposite, --no-plan, which says more than silence does


class Parser(argparse.ArgumentParser):
    """Raises `UserError` instead of ending the process."""

    def parse_known_args(self, args=None, namespace=None):
        self._arguments = list(sys.argv[1:] if args is None else args)
        return super().parse_known_args(self._arguments, namespace)

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}; {self._hint(message)}.")

    def _hint(self, message: str) -> str:
        """Returns what to do about an error of argparse."""
        if lacking := _LACKS.match(message):
            option, count = lacking.groups()
            if text := self._begun_with_minus(option):
                if count == "one":
                    return f"what begins with a minus is joined to its option: {option}='{text}'"
                return f"put a space before a minus that a text begins with: ' {text}'"
        elif unknown := message.partition("unrecognized arguments: ")[2]:
            if not unknown.startswith("-"):
                return "a prompt of several words needs quotes"
            if unknown[1:2] in _MARKS:
                return f"a text that begins with a minus is an expression: --expression='{_shown(unknown)}'"
        return "--help says what can be given"

    def _begun_with_minus(self, option: str) -> str:
        """Returns the first argument behind an option that begins with a single minus; empty if there is none."""
        at = self._arguments.index(option) if option in self._arguments else len(self._arguments)
        behind = itertools.takewhile(lambda one: not one.startswith("--"), self._arguments[at + 1 :])
        return next((_shown(one) for one in behind if one.startswith("-") and len(one) > 1 and one != "-h"), "")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


def asked_of(given: argparse.Namespace, kinds: Sequence[str], nothing: str, help_text: str) -> str:
    """Returns which of `kinds` is asked for. nothing: what to say where none is; help_text: what says more.

    Raises `UserError` for none, and for several.
    """
    asked = [name for name in kinds if getattr(given, name) is not None]
    if len(asked) != 1:
        several = " and ".join("a prompt" if name == "prompt" else f"--{name}" for name in asked)
        problem = f"Of {several} one can be done at a time" if asked else nothing
        raise UserError(f"{problem}; {help_text} says what can be given.")
    return asked[0]


def options_given(given: argparse.Namespace, names: Iterable[str]) -> list[str]:
    """Returns those of the options that are given, as they are written: "--in-place", "--no-plan"."""
    found = []
    for name in names:
        value = getattr(given, name, None)  # not all requests have all options
        if value is False and name in _OPPOSED:
            found.append(f"--no-{name}")
        elif value is not None and value is not False:
            found.append(f"--{name.replace('_', '-')}")
    return found


def refuse(given: argparse.Namespace, names: Iterable[str], why: str) -> None:
    """Raises `UserError` for the first of the options that is given. why: such as "goes with a prompt only"."""
    if found := options_given(given, names):
        raise UserError(f"{found[0]} {why}; leave it out.")


def add_length(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--frames", type=whole_number, metavar="N", help=f"length at 30 per second ({FRAMES})")


def add_steps(group: argparse._ArgumentGroup, straight: str = "--no-plan and --straight") -> None:
    """Adds whether and how prompts are read in steps. straight: the options with which they are not."""
    group.add_argument("--plan", action=argparse.BooleanOptionalAction, help="read a prompt's steps, sides, "
                       f"directions, turns and counts, without --frames as long as they take; {straight} make one "
                       "motion of the whole prompt")  # fmt: skip
    group.add_argument("--guess", action="store_true", help="make the nearest where nothing known is like a step of a "
                       "prompt")  # fmt: skip


def add_variations(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--variations", type=whole_number, metavar="N", help="2 to 8 motions of a prompt that have its "
                       "meaning; the one with seed 0 is the prompt's own")  # fmt: skip
    group.add_argument("--seed", type=whole_number, metavar="S", help="number of the variation, or of the first (0); "
                       "the same number gives the same motion")  # fmt: skip


def add_manner(group: argparse._ArgumentGroup) -> None:
    """Adds what applies to all motions that are made."""
    group.add_argument("--loop", action="store_true", help="the last frame flows into the first")
    group.add_argument("--in-place", action="store_true", help="without the way over the ground")
    group.add_argument("--straight", action="store_true", help="prompts straight from the text, by their own "
                       "embedding, without the wordings nearest to them")  # fmt: skip
    group.add_argument("--reading", metavar="HOW", help="what counts of a long motion: average (the default), first, "
                       "typical, or the number of a frame")  # fmt: skip


def manner_of(given: argparse.Namespace) -> dict[str, bool]:
    """Returns those of these options that are fields of a recipe."""
    return {name: getattr(given, name, False) for name in ("loop", "in_place", "hands_touch")}


def add_model(group: argparse._ArgumentGroup, shape: bool = True) -> None:
    """Adds the options for the body, the pack and the pack's CLIP; `shape_of` and `clip_source` read two of them.

    shape: whether the body's shape may be chosen.
    """
    group.add_argument("--body", type=Path, metavar="FILE", help="SMPL-X .npz file (default: the open body)")
    if shape:
        group.add_argument("--betas", metavar="SHAPE", help="the body's shape: --betas=0,-1.5 by number, or by name, "
                           "such as height=1,weight=-0.5,age=2 of the open body")  # fmt: skip
    group.add_argument("--pack", type=Path, metavar="DIR", help="model pack (default: the one that comes with this)")
    group.add_argument("--clip", type=Path, metavar="FILE", help="OpenAI's ViT-B-32.pt, for packs made with it "
                       "(default: what was fetched before)")  # fmt: skip
    group.add_argument("--download", action="store_true", help="fetch it where it is needed and not here (354 MB, "
                       "once)")  # fmt: skip


def clip_source(given: argparse.Namespace) -> ClipSource:
    """Returns where the weights of CLIP may come from. Raises `UserError` for a file that is missing."""
    if given.clip is not None:
        check_input(given.clip)
    return ClipSource(given.clip, allowed=given.download)


def shape_of(given: argparse.Namespace) -> BodyShape | None:
    """Returns the shape that was asked for, or None. Raises `UserError` for text that is none."""
    return None if given.betas is None else BodyShape.parse(given.betas)


def check_input(path: Path) -> None:
    """Raises `UserError` for a file that is missing."""
    if not os.path.isfile(path):
        raise UserError(f"There is no file {path}; choose one that is there.")


def check_blender(does: str = "", instead: str = "") -> None:
    """Raises `UserError` where Blender's Python module is missing. does: what it is needed for, such as "films".
    instead: what to do without it, such as "ask for --npz alone"."""
    if importlib.util.find_spec("bpy") is None:
        needed, other = f", which {does}" if does else "", f", or {instead}" if instead else ""
        raise UserError(f"Blender's Python module is missing{needed}; install bpy{other}.")


# --- types


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def axis(text: str) -> str:
    from ..core.motion_files.arrays import axis_name

    if not axis_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no axis: Y, Z, -Y, -Z, X or -X")
    return axis_name(text)


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
