"""Checks the command line's options for the film of a photo, as far as possible without loading anything."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import UserError
from ..core.files import check_writable
from ..core.latents.terms import ActionName, ImageFile, Input
from ..core.prompt import checked_frames
from . import arguments
from .arguments import Parser, asked_of, axis, check_blender, check_input, clip_source, number, refuse, whole_number
from .outputs import check_apart, outputs_of
from .recipes import check_reading, reads_steps, recipe_of
from .scenes import SceneReading, add_options, scene_reading

if TYPE_CHECKING:  # they import numpy, which would delay --help
    from ..core.body_shape import BodyShape
    from ..core.clip_weights import ClipSource
    from ..core.recipe.recipe import Recipe

OUTPUTS = {"video": ".mp4", "out": ".blend", "sheet": ".png", "npz": ".npz"}
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".gif")
"""Endings by which a word behind --photo is taken for a photo, and not for the prompt."""

_MOTIONS = (".npz", ".blend")
_KINDS = ("prompt", "expression", "image", "blend", "mask", "timeline", "motion")
_BLENDS = ("factor", "travel", "spherical")
_MAKES = ("plan", "guess", "take", *_BLENDS, "loop", "in_place", "straight", "reading")
"""What says how a motion is made, and nothing of one that is there."""

_EPILOG = """\
  --photo person.jpg "a person waves" --video out.mp4
  --photo front.jpg back.jpg "Beyblade" --video out.mp4 --blend out.blend --sheet out.png
  --photo person.jpg --timeline day.txt --video out.mp4
  --photo person.jpg --motion walk.npz --video out.mp4
Without any output it writes a film, named after what was asked for, into the current folder.
It takes the packages of the extra `photo`; docs/film.md tells how it works and what it cannot do.
"""


@dataclass(frozen=True)
class PhotoRequest:
    """A request for the film of a photo.

    photos: of one person; the film plays in the first. person: which one of it; None for the largest.
    recipe: of the motion, or None where a file holds it, `motion`.
    frames: of the whole film, at 30 per second; None for as long as the motion takes.
    follow: whether the camera follows; None where the person would leave the picture.
    The rest is as in `GenerateRequest`.
    """

    photos: tuple[Path, ...]
    person: int | None
    recipe: Recipe | None
    motion: Path | None
    title: str
    frames: int | None
    natural: bool
    follow: bool | None
    outputs: dict[str, Path]
    body: Path | None
    pack: Path | None
    clip: ClipSource
    scenes: SceneReading
    up: str
    as_json: bool
    verbose: bool
    shape: BodyShape | None = None


def is_photo(arguments: Sequence[str]) -> bool:
    """Returns whether the arguments ask for the film of a photo; some options mean something else then."""
    return any(argument.partition("=")[0] == "--photo" for argument in arguments)


def parse_photo(arguments: Sequence[str]) -> PhotoRequest:
    """Raises `UserError` for what cannot be done."""
    parser = _parser()
    if {"-h", "--help"} & set(arguments):  # also where no photo is named yet
        arguments = ["--help"]
    given = parser.parse_args(list(arguments))
    _sort_out(given)
    asked = asked_of(given, _KINDS, "Say what the person does, in quotes", "--photo --help")
    _check_company(given, asked)
    if given.person is not None and given.person < 1:
        raise UserError(f"People are counted from 1, so there is no person {given.person}.")
    if given.frames is not None:
        checked_frames(given.frames)
    recipe = None if asked == "motion" else _recipe(given)
    title = given.motion.stem if recipe is None else recipe.title
    outputs = outputs_of(given, OUTPUTS, "video", title)
    reading = _check_files(given, recipe, outputs)
    check_blender("films")
    lasts = asked == "timeline" or (asked == "prompt" and reads_steps(given))
    return PhotoRequest(
        tuple(given.photo), given.person, recipe, given.motion, title, given.frames, lasts and given.frames is None,
        given.follow, outputs, given.body, given.pack, clip_source(given), reading, given.up or "", given.json,
        given.verbose,
    )  # fmt: skip


def _sort_out(given: argparse.Namespace) -> None:
    """Tells photos from the prompt behind them, and a .blend file to write from the two motions of a blend."""
    words = list(given.photo)
    if given.prompt is None and len(words) > 1 and not words[-1].lower().endswith(PICTURES):
        given.prompt = words.pop()
    given.photo = [Path(word) for word in words]
    blends, given.blend = given.blend or [], None
    for some in blends:
        if len(some) == 1 and given.out is None:
            (given.out,) = some
        elif len(some) == 2 and given.blend is None:
            given.blend = some
        else:
            raise UserError(
                "--blend names one .blend file to write, or the two motions of a blend; write it once for each."
            )


def _check_company(given: argparse.Namespace, asked: str) -> None:
    """Raises `UserError` for an option that has nothing to do with what is asked."""
    if asked == "motion":
        refuse(given, _MAKES, "has no meaning with --motion")
    check_reading(given, asked)
    if asked != "blend":
        refuse(given, _BLENDS, "goes with --blend A B only")
    elif given.travel and given.factor is not None:
        raise UserError("Of --factor and --travel a blend takes one; leave the other out.")


def _recipe(given: argparse.Namespace) -> Recipe:
    if given.blend is not None and given.factor is None and not given.travel:
        given.factor = 0.5
    recipe, _ = recipe_of(given)
    return recipe


def _check_files(given: argparse.Namespace, recipe: Recipe | None, outputs: dict[str, Path]) -> SceneReading:
    """Raises `UserError` for files that are missing, and for those that cannot be written."""
    from ..core.latents.sources import names

    terms = recipe.terms if recipe is not None else ()
    read = [Path(name) for name in names(terms, Input)]
    read += [file for file in (*given.photo, given.motion, given.body, given.clip, given.timeline) if file]
    for path in given.photo:
        check_input(path)
    for name in (*names(terms, ImageFile), *names(terms, ActionName)):
        check_input(Path(name))
    if given.motion is not None:
        check_input(given.motion)
        if given.motion.suffix.lower() not in _MOTIONS:
            raise UserError(f"{given.motion} is neither .npz nor .blend; choose a motion file.")
    check_apart({f"--{name}": [path] for name, path in outputs.items()}, read)
    for path in outputs.values():
        check_writable(path)
    return scene_reading(given, [path for path in read if path.suffix.lower() == ".blend"])


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m motionclip_blender",
        description="Makes a film in which the person of a photo does what is asked for.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--photo", nargs="+", required=True, metavar="FILE", help="photos of one person; the film "
                        "plays in the first, others show more of the clothes")  # fmt: skip
    parser.add_argument("--person", type=whole_number, metavar="N", help="which person, counted by size (the largest)")
    what = parser.add_argument_group("what the person does: one of")
    what.add_argument("prompt", nargs="?", help='such as "a person waves"')
    what.add_argument("--expression", metavar="TEXT", help="a sum of weighted prompts, motions, images and styles")
    what.add_argument("--image", metavar="FILE", help="the motion that a picture shows a moment of")
    what.add_argument("--blend", nargs="+", action="append", metavar=("A", "B"), help="what lies between two motions; "
                      "with a single name, the .blend file to write")  # fmt: skip
    what.add_argument("--mask", nargs=2, metavar=("UPPER", "LOWER"), help="the upper body of one over the legs of "
                      "another")  # fmt: skip
    what.add_argument("--timeline", type=Path, metavar="FILE", help="segments one after the other")
    what.add_argument("--motion", type=Path, metavar="FILE", help="a motion of a file: .npz of the SMPL family, or the "
                      "Action of a .blend file")  # fmt: skip
    how = parser.add_argument_group("how")
    how.add_argument("--follow", action=argparse.BooleanOptionalAction, help="keep the person where they are in "
                     "the picture, or never move the camera; by default it follows who would leave it")  # fmt: skip
    arguments.add_steps(how)
    how.add_argument("--take", metavar="STEP=WORDING", action="append", help="what a step of the prompt is taken for")
    arguments.add_length(how)
    how.add_argument("--factor", type=number, metavar="F", help="of a blend what lies there: 0 is A, 1 is B (0.5)")
    how.add_argument("--travel", action="store_true", help="of a blend, go from A to B along the clip")
    how.add_argument("--spherical", action="store_true", help="blend along the arc instead of the straight line")
    arguments.add_manner(how)
    add_options(how)
    how.add_argument("--up", type=axis, metavar="AXIS", help="which axis points up in .npz motions")
    arguments.add_model(how, shape=False)
    where = parser.add_argument_group("what to write")
    where.add_argument("--video", metavar="X.mp4", help="the film, 30 frames a second, at most 720p")
    where.add_argument("--out", metavar="X.blend", help="the scene, to play, to edit and to film again")
    where.add_argument("--sheet", metavar="X.png", help="contact sheet of eight frames")
    where.add_argument("--npz", metavar="X.npz", help="the person's motion in AMASS's SMPL-X form")
    where.add_argument("--json", action="store_true", help="print one JSON object: files, seconds per stage, the fit")
    where.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")
    return parser
