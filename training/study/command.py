"""Compares two packs, or a pack and a folder of films, by people who choose: `python -m training study`.

`study A B` writes the films of both in pairs, and a page that shows them blind; `study --score FILES` makes the table
of the answers that the page saved. A run that was stopped goes on with the same command.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.prompt import checked_frames

from . import lists
from .films import make_films
from .page import write_page
from .pairs import KEY, PAGE_FOLDER, read_key, study_of, write_key
from .sources import DEFAULT, source_of

_FRAMES = 60


def make(places: tuple[str, str], questions: list[lists.Question], out: Path, frames: int, seed: int) -> Path:
    """Writes the key, the films and the page of a study into `out`. Returns the page.

    Raises `UserError` for bad input, before any film is made.
    """
    prompts = [question.prompt for question in questions]
    sources = dict(zip("ab", (source_of(place, prompts) for place in places), strict=True))
    study = study_of(questions, sources["a"], sources["b"], checked_frames(frames), seed)
    write_key(study, out)
    new = make_films(study.pairs, sources, frames, out / PAGE_FOLDER)
    print(f"{new} of {2 * len(study.pairs)} films are new.", file=sys.stderr)
    return write_page(study, out / PAGE_FOLDER)


def chosen_questions(names: list[str], prompts: Path | None, limit: int | None) -> list[lists.Question]:
    """Returns the prompts of lists, or those of a file. limit: this many of each list, evenly spread."""
    of_lists = (
        [lists.questions_of(prompts)]
        if prompts is not None
        else [lists.questions(name) for name in dict.fromkeys(names)]
    )
    chosen = []
    for listed in of_lists:
        count = len(listed) if limit is None else min(limit, len(listed))
        chosen += [listed[i * len(listed) // count] for i in range(count)]
    return chosen


def _score(files: list[Path], out: Path, to: Path | None) -> None:
    from .score import as_json, read_answers, score, table  # needs scipy, which making a study does not

    study = read_key(out)
    rows = score(study, read_answers(files, study))
    print(table(study, rows))
    if to is not None:
        write_json(to, as_json(study, rows))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training study", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE",
        help=f"two of: a pack folder, {DEFAULT!r} for the pack that ships, a folder of films named by their prompts",
    )  # fmt: skip
    parser.add_argument("--list", nargs="+", choices=lists.LISTS, default=list(lists.LISTS), help="default: all three")
    parser.add_argument("--prompts", type=Path, metavar="FILE", help="instead of lists: a text file, one prompt a line")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only N prompts of each list")
    parser.add_argument("--frames", type=int, default=_FRAMES, help="length of the motions that packs make")
    parser.add_argument("--seed", type=int, default=0, help="of the order and the sides")
    parser.add_argument("--out", type=Path, default=Path("out/study"), help="folder of the study")
    parser.add_argument("--score", nargs="+", type=Path, metavar="FILES", help="instead: the table of these answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="with --score: also write the table into FILE")
    options = parser.parse_args(arguments)
    if options.score:
        if options.sources:
            parser.error("--score takes files of answers, and no sources")
        _score(options.score, options.out, options.json)
        return 0
    if options.json:
        parser.error("--json goes with --score")
    if len(options.sources) != 2:
        raise UserError(f"Two sources are compared, not {len(options.sources)}; name packs or folders of films.")
    if options.seed < 0:
        raise UserError(f"The seed must be 0 or more, not {options.seed}.")
    questions = chosen_questions(options.list, options.prompts, options.limit)
    page = make(tuple(options.sources), questions, options.out, options.frames, options.seed)
    print(f"{page} is written; give away its folder, and keep {options.out / KEY} to yourself.", file=sys.stderr)
    return 0
