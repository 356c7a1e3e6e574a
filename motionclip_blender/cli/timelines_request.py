"""What the command line asks for when many timeline files are to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from ..core.prompt import checked_frames
from .arguments import FRAMES, Parser, axis
from .scenes import SceneReading, add_options
from .several_request import SeveralRequest, add_how, add_outputs, new_parser, parsed, shared

TIMELINE_FILES = (".json", ".txt")

_EPILOG = """\
A timeline file is JSON, or one prompt a line (docs/guide.md). Of a folder all .json and .txt files are taken.
Exit status: 0 if all timelines were made, 1 if some were not, 2 if nothing could be begun.
"""


@dataclass(frozen=True, kw_only=True)
class TimelinesRequest(SeveralRequest):
    """A motion is to be made of each of several timeline files.

    frames: the length of each; None for as long as its segments take. guess: as for `PromptPlan`. up, scenes: how
    motion files that segments name are read.
    """

    files: tuple[Path, ...]
    frames: int | None
    guess: bool
    scenes: SceneReading
    up: str

    @property
    def placeholder(self) -> int:
        """The length of a recipe whose own is not known yet."""
        return FRAMES if self.frames is None else self.frames


def is_timelines(arguments: Sequence[str]) -> bool:
    """Returns whether the arguments name several timeline files."""
    return any(argument.partition("=")[0] == "--timelines" for argument in arguments)


def parse_timelines(arguments: Sequence[str]) -> TimelinesRequest:
    """Raises `UserError` for what cannot be done, and where there is no timeline file."""
    given = parsed(_parser(), arguments)
    return TimelinesRequest(
        files=tuple(_files(given.timelines)),
        frames=None if given.frames is None else checked_frames(given.frames),
        guess=given.guess,
        scenes=SceneReading(given.as_shown, given.armature or "", given.animation or ""),
        up=given.up or "",
        **shared(given),
    )


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


def _parser() -> Parser:
    parser = new_parser("Makes a motion of each of several timeline files.", _EPILOG)
    parser.add_argument("--timelines", type=Path, nargs="+", metavar="FILE", required=True, help="timeline files, or "
                        "folders of them")  # fmt: skip
    how = parser.add_argument_group("how")
    how.add_argument("--guess", action="store_true", help="make the nearest where nothing known is like a prompt")
    add_options(how)
    how.add_argument("--up", type=axis, metavar="AXIS", help="which axis points up in motion files")
    add_how(how)
    add_outputs(parser, "each named as its timeline file", "every timeline's files or its error")
    return parser
