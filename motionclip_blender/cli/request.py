"""Checks the command line's options, as far as possible without loading anything."""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.engines import FILE_KINDS
from ..core.errors import UserError
from ..core.files import check_writable
from ..core.latents.terms import ActionName, ImageFile, Input
from ..core.prompt import checked_prompt
from . import arguments
from .arguments import (
    Parser,
    asked_of,
    axis,
    check_blender,
    check_input,
    clip_source,
    number,
    options_given,
    refuse,
    whole_number,
)
from .form import PLAIN, Form, add_form, form_of
from .outputs import check_apart, numbered, outputs_of
from .recipes import check_reading, pooling_of, reads_steps, recipe_of
from .scenes import SceneReading, add_options, scene_reading

if TYPE_CHECKING:  # they import numpy, which would delay --help
    from ..core.body_shape import BodyShape
    from ..core.clip_weights import ClipSource
    from ..core.latents.window_pooling import WindowPooling
    from ..core.recipe.recipe import Recipe

OUTPUTS = {"out": ".blend", "npz": ".npz", "video": ".mp4", "sheet": ".png", "latent": ".npz", **FILE_KINDS}
NEED_BLENDER = ("out", "video", "sheet", *FILE_KINDS)
SINGLE = ("npz", "video", "latent", *FILE_KINDS)
"""Outputs that hold one motion each."""
CLIP_FILES = (".bvh", ".fbx", ".glb", ".gltf", ".amc")
"""Files of any person's skeleton."""
MOTION_FILES = (".npz", ".blend", *CLIP_FILES)

_KINDS = ("prompt", "expression", "image", "blend", "mask", "timeline", "recognise", "search")
_STOPS = 5  # as in the paper's released code
_TOP = 10

_EPILOG = """\
expressions: "text"  [motion.npz]  image("photo.png")  latent("saved.npz")  {style}  style("any word")
  text("straight from the text")  + - *  ( ) and numbers:
  --expression '"jump" + 0.7 * ("old man walking" - "walking")'
  --expression '[walk.npz] + 1.5 * {sad}'
The two of --blend and --mask are prompts or expressions. Motion files are .npz in AMASS's SMPL-X form, .blend, or of
any person's skeleton .bvh, .fbx, .glb and .amc.
Without any output it writes a .blend file, named after what was asked for, into the current folder.

files of many motions:  --prompts FILE | --edits FILE | --interpolations FILE   --out DIR
  --prompts --help says what they hold, and which options go with them.
the film of a photo:  --photo FILES "a person waves" --video X.mp4
  --photo --help says what can be given.
timelines, many at a time:  --timelines FILES OR FOLDERS   --out DIR
"""


@dataclass(frozen=True)
class GenerateRequest:
    """A request to make a motion, the stops of a blend, or variations of a prompt.

    stops, variations: how many; 0 for one motion.
    seed: the number of the first variation.
    outputs: by option; if there are several motions, those that hold one motion each are numbered, see `numbered`.
    clip: where the weights of the pack's CLIP may come from.
    up: the axis that points up in motion files; empty to find it.
    natural: whether the motion is as long as its steps or segments take, instead of the recipe's length.
    form: how and on whom the motions are written.
    shape: the body's; None for its mean shape.
    """

    recipe: Recipe
    stops: int
    title: str
    outputs: dict[str, Path]
    body: Path | None
    pack: Path | None
    clip: ClipSource
    scenes: SceneReading
    up: str
    as_json: bool
    verbose: bool
    natural: bool = False
    variations: int = 0
    seed: int = 0
    form: Form = PLAIN
    shape: BodyShape | None = None

    @property
    def recipes(self) -> list[Recipe]:
        from ..core.recipe.make import stop_recipes, variation_recipes

        if self.variations:
            return variation_recipes(self.recipe, self.variations, self.seed)
        return stop_recipes(self.recipe, self.stops) if self.stops else [self.recipe]

    def numbered(self, name: str) -> list[Path]:
        """Returns the files of an output that holds one motion: itself, or one for each stop or variation."""
        return numbered(self.outputs[name], self.stops or self.variations)


@dataclass(frozen=True)
class RecogniseRequest:
    """A request to rank labels for one motion file, or motion files for a text.

    text: the text to search for; empty to recognise.
    labels: a file with one label a line; None for the default ones.
    top: how many results are printed.
    clip: where the weights of the pack's CLIP may come from.
    up: the axis that points up in the files; empty to find it.
    """

    files: tuple[Path, ...]
    text: str
    labels: Path | None
    top: int
    pooling: WindowPooling
    pack: Path | None
    clip: ClipSource
    scenes: SceneReading
    up: str
    as_json: bool
    verbose: bool


def parse(arguments: list[str] | None) -> GenerateRequest | RecogniseRequest:
    """Raises `UserError` for what cannot be done: bad prompts and lengths, places that cannot be written."""
    given = _parser().parse_args(arguments)
    asked = asked_of(given, _KINDS, "Say what to make, such as a prompt in quotes", "--help")
    _check_company(given, asked)
    return _recognise_request(given) if asked in ("recognise", "search") else _generate_request(given)


# --- the options


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m motionclip_blender",
        description="Makes motions of prompts, images and other motions, and of sums of them, keyed on an SMPL-X\n"
        "armature; and says what a motion is.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what to do: one of")
    what.add_argument("prompt", nargs="?", help='what the person does, such as "a person does jumping jacks"')
    what.add_argument("--expression", metavar="TEXT", help="a sum of weighted prompts, motions, images and styles")
    what.add_argument("--image", metavar="FILE", help="the motion that a picture shows a moment of")
    what.add_argument("--blend", nargs=2, metavar=("A", "B"), help="what lies between two of them")
    what.add_argument(
        "--mask", nargs=2, metavar=("UPPER", "LOWER"), help="the upper body of one over the legs of another"
    )
    what.add_argument("--timeline", type=Path, metavar="FILE", help="segments one after the other, as one motion: one "
                      "prompt a line, or JSON (docs/guide.md)")  # fmt: skip
    what.add_argument("--recognise", type=Path, metavar="FILE", help="what a motion file shows: the nearest labels")
    what.add_argument("--search", nargs="+", metavar=("TEXT", "FILE"), help="motion files, nearest to a text first")
    how = parser.add_argument_group("how")
    arguments.add_steps(how, "--no-plan, --straight and --latent")
    how.add_argument("--take", metavar="STEP=WORDING", action="append", help="what a step of the prompt is taken for, "
                     'such as --take "2=waves both hands"; may be repeated')  # fmt: skip
    arguments.add_length(how)
    how.add_argument(
        "--stops", type=whole_number, metavar="N", help=f"even stops of a blend, its ends included ({_STOPS})"
    )
    how.add_argument("--factor", type=number, metavar="F", help="of a blend only what lies there: 0 is A, 1 is B")
    how.add_argument("--travel", action="store_true", help="one motion that goes from A to B along the clip")
    how.add_argument("--spherical", action="store_true", help="blend along the arc instead of the straight line")
    arguments.add_variations(how)
    arguments.add_manner(how)
    add_options(how)
    how.add_argument("--up", type=axis, metavar="AXIS", help="which axis points up in motion files: Y, Z, X, or with "
                     "a minus --up=-Y (default: told by most frames' spine, and the floor)")  # fmt: skip
    how.add_argument("--labels", type=Path, metavar="FILE", help="text file of labels to recognise, one a line")
    how.add_argument("--top", type=whole_number, metavar="N", help=f"how many labels or files to tell ({_TOP})")
    arguments.add_model(how)
    where = parser.add_argument_group("what to write")
    where.add_argument(
        "--out", metavar="X.blend", help="Blender file, ready to play; stops and variations lie on an NLA track"
    )
    where.add_argument(
        "--npz", metavar="X.npz", help="the motion in AMASS's SMPL-X form; of stops and variations X-1.npz, X-2.npz ..."
    )
    where.add_argument("--video", metavar="X.mp4", help="film; of stops X-1.mp4, X-2.mp4 ...")
    where.add_argument("--sheet", metavar="X.png", help="contact sheet of eight poses, a row for each stop")
    where.add_argument("--latent", metavar="X.npz", help='the latent, for latent("X.npz"); of stops X-1.npz ...')
    for kind, suffix in FILE_KINDS.items():
        where.add_argument(f"--{kind}", metavar=f"X{suffix}", help=_FOR_OTHERS[kind])
    add_form(where)
    where.add_argument("--json", action="store_true", help="print one JSON object: files, seconds per stage, scores")
    where.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")
    return parser


_FOR_OTHERS = {
    "bvh": "skeleton and motion for other programs, +Y up, in metres; of stops X-1.bvh ...",
    "fbx": "body and motion, for Unreal, Unity and others; of stops X-1.fbx ...",
    "glb": "body and motion as binary glTF, for Godot, web pages and others; of stops X-1.glb ...",
    "usd": "body and motion as USD; of stops X-1.usd ...",
}
_VARIES = ("variations", "seed")
_BLENDS = ("stops", "factor", "travel", "spherical")
_NAMES = ("labels", "top")
_MAKES = (
    "frames", "loop", "in_place", "straight", "body", "betas", *OUTPUTS, "engine", "root", "reduce_keys", "rig",
    "rig_object", "hands_touch",
)  # fmt: skip


def _check_company(given: argparse.Namespace, asked: str) -> None:
    """Raises `UserError` for an option that has nothing to do with what is asked."""
    check_reading(given, asked)
    if asked != "prompt":
        refuse(given, _VARIES, "goes with a prompt only")
    if asked != "blend":
        refuse(given, _BLENDS, "goes with --blend only")
    elif len(options_given(given, ("stops", "factor", "travel"))) > 1:
        raise UserError("Of --stops, --factor and --travel a blend takes one; leave the others out.")
    if asked in ("recognise", "search"):
        refuse(given, _MAKES, f"has no meaning with --{asked}")
    else:
        refuse(given, _NAMES, "goes with --recognise or --search only")
    if asked == "search":
        refuse(given, ("labels",), "goes with --recognise only")


# --- what is to be made


def _generate_request(given: argparse.Namespace) -> GenerateRequest:
    from ..core.latents.sources import names
    from ..core.recipe.make import stop_recipes, variation_recipes

    recipe, title = recipe_of(given)
    stops, variations, seed = 0, given.variations or 0, given.seed or 0
    recipe = recipe.varied(seed)
    if given.variations is not None:
        variation_recipes(recipe, variations, seed)  # raises for too few or too many
    if given.blend is not None and given.factor is None and not given.travel:
        stops = _STOPS if given.stops is None else given.stops
        stop_recipes(recipe, stops)  # raises for too few or too many
    outputs = outputs_of(given, OUTPUTS, "out", title)
    if "latent" in outputs and not recipe.content.has_latent:
        raise UserError(f"A motion made with --{recipe.content.kind} has no latent of its own; leave out --latent.")
    several = stops or variations
    written = {f"--{name}": numbered(path, several if name in SINGLE else 0) for name, path in outputs.items()}
    images = names(recipe.terms, ImageFile)
    scenes = [name for name in names(recipe.terms, ActionName) if Path(name).suffix.lower() == ".blend"]
    for name in (*images, *scenes):
        check_input(Path(name))
    read = [Path(name) for name in names(recipe.terms, Input)]
    read += [file for file in (given.body, given.clip, given.timeline, given.rig) if file]
    check_apart(written, read)
    for file in itertools.chain(*written.values()):
        check_writable(file)
    for name in (*images, *scenes):
        check_blender(f"reads {name}")
    if any(name in outputs for name in NEED_BLENDER):
        check_blender(instead="ask for --npz alone")
    reading, clip = scene_reading(given, read), clip_source(given)
    natural = given.timeline is not None or (given.prompt is not None and reads_steps(given))
    return GenerateRequest(
        recipe, stops, title, outputs, given.body, given.pack, clip, reading, given.up or "", given.json, given.verbose,
        natural=given.frames is None and natural,
        variations=variations, seed=seed, form=form_of(given, outputs, "out" in outputs),
        shape=arguments.shape_of(given),
    )  # fmt: skip


# --- what is to be named


def _recognise_request(given: argparse.Namespace) -> RecogniseRequest:
    text = ""
    files: tuple[Path, ...]
    if given.recognise is not None:
        files = (given.recognise,)
    else:
        text, *rest = given.search
        text, files = checked_prompt(text), tuple(Path(file) for file in rest)
        if not files:
            raise UserError("--search needs the motion files to look in, behind the text.")
    for file in files:
        check_motion_file(file)
    if given.labels is not None:
        check_input(given.labels)
    top = _TOP if given.top is None else given.top
    if top < 1:
        raise UserError(f"--top must be 1 or more, not {top}.")
    scenes = scene_reading(given, files)
    pooling = pooling_of(given.reading)
    return RecogniseRequest(
        files, text, given.labels, top, pooling, given.pack, clip_source(given), scenes, given.up or "", given.json,
        given.verbose,
    )  # fmt: skip


def check_motion_file(path: Path) -> None:
    """Raises `UserError` for a file that is missing or of a kind that is not read."""
    check_input(path)
    if path.suffix.lower() not in MOTION_FILES:
        raise UserError(f"{path} is no motion file; choose one of {', '.join(MOTION_FILES)}.")
    if path.suffix.lower() not in (".npz", ".amc"):
        check_blender(f"reads {path}", "give an .npz file")
