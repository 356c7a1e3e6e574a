"""What the command line asks for when a file lists many motions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from ..core.prompt import checked_frames, checked_prompt
from .arguments import FRAMES, Parser, add_steps, add_variations, asked_of, check_input, refuse
from .batch_lines import DATA, TEXT, Line, read_lines
from .recipes import check_reading, reads_steps
from .several_request import SeveralRequest, add_how, add_outputs, new_parser, parsed, shared

KINDS = ("prompts", "edits", "interpolations")
_ENOUGH_DIGITS = 4

_EPILOG = """\
The files are those of MotionCLIP's released code. Prompts: one a line, read in steps as a prompt
alone is; --no-plan makes one motion of any text, as that code does. Edits and interpolations: CSV with a header,
  motion_source,base,v_start,v_end    base - v_start + v_end; motion_source is data or text
  start,end                           five even stops, each in a file of its own
Texts are prompts. Of data they are labels of prepared motions, looked up in --data; so are the ends of interpolations
as soon as --data is given, unless a column motion_source says otherwise.
Exit status: 0 if all lines were made, 1 if some were not, 2 if nothing could be begun.
"""


@dataclass(frozen=True, kw_only=True)
class BatchRequest(SeveralRequest):
    """A motion, or the stops of a blend, is to be made of every line of a file.

    kind: one of `KINDS`. lines: those that ask for something; `empty` counts the others. frames: of each motion; None
    for as long as its steps take. data: the folder of prepared motions that labels are looked up in. variations, seed:
    of each prompt, as in `GenerateRequest`. steps: whether prompts are read in steps. guess: as for `PromptPlan`.
    """

    file: Path
    kind: str
    lines: tuple[Line, ...]
    empty: int
    frames: int | None
    data: Path | None
    variations: int
    seed: int
    steps: bool
    guess: bool

    @property
    def digits(self) -> int:
        """Of the numbers that the outputs are named by, so that their names sort in the order of the lines."""
        return max(_ENOUGH_DIGITS, len(str(self.lines[-1].number)))


def is_batch(arguments: Sequence[str]) -> bool:
    """Returns whether the arguments name a file of many motions; some options mean something else then."""
    return any(argument.partition("=")[0] == f"--{kind}" for argument in arguments for kind in KINDS)


def parse_batch(arguments: Sequence[str]) -> BatchRequest:
    """Raises `UserError` for what cannot be done, and for a file of which nothing can be made."""
    given = parsed(_parser(), arguments)
    kind = asked_of(given, KINDS, "Name a file of prompts, edits or interpolations", "--prompts --help")
    file, steps = getattr(given, kind), kind == "prompts" and reads_steps(given)
    frames = given.frames if steps or given.frames is not None else FRAMES
    if frames is not None:
        checked_frames(frames)
    check_input(file)
    if kind == "prompts":
        refuse(given, ("data",), "goes with --edits and --interpolations only")
        check_reading(given, "prompt")
    else:
        refuse(given, ("plan", "guess", "variations", "seed"), "goes with --prompts only")
    variations, seed = given.variations or 0, given.seed or 0
    _check_variations(given.variations, seed, given.straight)
    lines, empty = read_lines(file, kind, TEXT if given.data is None else DATA, _check_of(steps))
    if given.data is None and any(line.source == DATA and not line.problem for line in lines):
        raise UserError(f"{file} asks for motions of data; name the folder of prepared motions with --data.")
    return BatchRequest(
        file=file, kind=kind, lines=tuple(lines), empty=empty, frames=frames, data=given.data, variations=variations,
        seed=seed, steps=steps, guess=given.guess, **shared(given),
    )  # fmt: skip


def _check_of(steps: bool) -> Callable[[str], str]:
    """Returns what checks a prompt, by whether it is read in steps."""
    from ..core.prompt_plan.plain_prompt import plain_prompt

    return plain_prompt if steps else checked_prompt


def _check_variations(count: int | None, seed: int, straight: bool) -> None:
    """Raises `UserError` for variations that are none."""
    from ..core.recipe.make import variation_recipes
    from ..core.recipe.recipe import Recipe

    some = Recipe.of_prompt("any", FRAMES)
    some = (some.straight() if straight else some).varied(seed)
    if count is not None:
        variation_recipes(some, count, seed)


def _parser() -> Parser:
    parser = new_parser("Makes a motion of every line of a file.", _EPILOG)
    what = parser.add_argument_group("what to do: one of")
    what.add_argument("--prompts", type=Path, metavar="FILE", help="text file of prompts, one a line")
    what.add_argument("--edits", type=Path, metavar="FILE", help="CSV file of edits, base - v_start + v_end")
    what.add_argument("--interpolations", type=Path, metavar="FILE", help="CSV file of interpolations, start to end")
    how = parser.add_argument_group("how")
    how.add_argument("--data", type=Path, metavar="DIR", help="prepared motions, in which labels are looked up")
    add_steps(how)
    add_variations(how)
    add_how(how)
    add_outputs(parser, "one a line, named by number and text", "every line's files or its error", stops=True)
    return parser
