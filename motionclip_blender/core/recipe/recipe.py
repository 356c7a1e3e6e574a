"""A recipe: all that says which motion to make, as one plain value, and the making.

The panel, the command line and "run again" write recipes; all of them come through `make`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..cleanup.loop import closed, ending_as_begun, in_place
from ..errors import UserError
from ..latents.arithmetic import even_factors
from ..latents.expression import parse
from ..latents.sources import Material, names, source_latents, summed
from ..latents.terms import ImageFile, Prompt, Source, Term, source_text
from ..latents.window_pooling import WindowPooling
from ..progress import Progress, no_progress
from ..prompt import MAX_FRAMES, MIN_FRAMES, checked_frames, checked_prompt
from .composition import masked
from .interpolation import interpolate, latents_between

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..engine import Engine
    from ..motion import Motion

WAYS = ("sum", "blend", "travel", "mask")
"""sum: the expression `first`. blend: between `first` and `second`, at `factor`. travel: from `first` to `second` along
the clip. mask: the upper body of `first` over the lower one of `second`."""

_TIE = 1e-9
_KINDS = {
    "first": (str,), "second": (str,), "way": (str,), "frames": (int,), "factor": (int, float), "factors": (list,),
    "spherical": (bool,), "loop": (bool,), "in_place": (bool,), "as_shown": (bool,), "reading": (dict,),
}  # fmt: skip
_READING_KINDS = {"how": (str,), "frame": (int,)}


@dataclass(frozen=True)
class Recipe:
    """What to make.

    first, second: expressions, see `core.latents.expression`; second is empty for a sum. frames: length at the rate at
    which the motion is wanted, which is the scene's. factor, spherical: where a blend is, 0 to 1, and which way it
    goes. factors: of a motion that travels, where each of its frames is, 0 to 1; empty for evenly from 0 to 1. reading:
    how Actions become latents. loop: the last frame flows into the first. in_place: without the way over the ground.
    as_shown: Actions are read as Blender shows them, and not by their keys.

    Raises `UserError` for what cannot be made, as far as that can be told without looking at anything else:
    `ExpressionError`s of expressions, lengths, factors.
    """

    first: str
    frames: int
    way: str = "sum"
    second: str = ""
    factor: float = 0.5
    spherical: bool = False
    factors: tuple[float, ...] = ()
    reading: WindowPooling = field(default_factory=WindowPooling)
    loop: bool = False
    in_place: bool = False
    as_shown: bool = False

    def __post_init__(self) -> None:
        checked_frames(self.frames)
        if self.way not in WAYS:
            raise UserError(f"A motion is made as {', '.join(WAYS[:-1])} or {WAYS[-1]}, not {self.way!r}.")
        if bool(self.second) == (self.way == "sum"):
            raise UserError("A sum is made of one expression, a blend and a composition of two; give as many.")
        for factor in (self.factor, *self.factors):
            if not 0.0 <= factor <= 1.0:  # nan included
                raise UserError(f"A blend's factor must lie between 0 and 1, not {factor:g}.")
        if self.factors and len(self.factors) != self.frames:
            raise UserError(f"A blend over {self.frames} frames needs as many factors, not {len(self.factors)}.")
        _ = self.terms

    @classmethod
    def of_prompt(cls, prompt: str, frames: int, **more: Any) -> Recipe:
        """A prompt alone. Raises `UserError` when it is none."""
        return cls(source_text(Prompt(checked_prompt(prompt))), frames, **more)

    @cached_property
    def first_terms(self) -> tuple[Term, ...]:
        return parse(self.first)

    @cached_property
    def second_terms(self) -> tuple[Term, ...]:
        return parse(self.second) if self.second else ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Of both expressions: what `source_latents` and a `Material` are to hold."""
        return self.first_terms + self.second_terms

    @property
    def prompt(self) -> str:
        """The prompt, when there is nothing else; empty otherwise."""
        if self.way == "sum" and len(self.first_terms) == 1 and self.first_terms[0].weight == 1.0:
            source = self.first_terms[0].source
            return source.text if isinstance(source, Prompt) else ""
        return ""

    @property
    def title(self) -> str:
        """What is made, as a name for it: without numbers, which a slider may change."""
        latents_between = {"sum": "", "blend": " ↔ ", "travel": " → ", "mask": " / "}[self.way]
        return f"{_named(self.first_terms)}{latents_between}{_named(self.second_terms)}"

    @property
    def described(self) -> str:
        """What is made, with all that a user has chosen about it."""
        if self.way == "sum":
            return f"“{self.prompt}”" if self.prompt else self.first
        if self.way == "blend":
            return f"{self.first} ↔ {self.second}, {self.factor:.2f} of the way"
        if self.way == "travel":
            return f"{self.first} → {self.second}, over time"
        return f"{self.first} over {self.second}"

    @property
    def sources(self) -> tuple:
        """The way and the sources: what two recipes share that differ in numbers only."""
        ends = (self.first_terms, self.second_terms)
        return self.way, *(tuple(term.source for term in terms) for terms in ends)

    def to_json(self) -> str:
        """One line, which `from_json` reads back as an equal recipe. Kept in an Action."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Raises `UserError` for what is no recipe, or one of a later version."""
        try:
            values = json.loads(text)
            _check_kinds(values, _KINDS)
            reading, factors = values.pop("reading", {}), values.pop("factors", [])
            _check_kinds(reading, _READING_KINDS)
            _check_kinds(dict(enumerate(factors)), dict.fromkeys(range(len(factors)), (int, float)))
            return cls(**values, reading=WindowPooling(**reading), factors=tuple(factors))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise UserError("What this motion was made from cannot be read; make it anew.") from error


class Made(NamedTuple):
    """A motion at the rate it was wanted at, the name of the pack that made it, and its latent (D,), if it has one.

    notes: sentences that the user should know, such as of a prompt that was cut.
    """

    motion: Motion
    pack: str
    latent: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def make(
    engine: Engine,
    recipe: Recipe,
    fps: float,
    material: Material | None = None,
    progress: Progress | None = None,
    latents_of: Callable[[Progress], Mapping[Source, np.ndarray]] | None = None,
) -> Made:
    """The motion, exactly `recipe.frames` long at `fps`: the whole way, from expressions. Touches nothing of Blender's.

    latents_of: for those who keep latents, what gives those of the sources; by default they are worked out from
    `material`. Raises `UserError`, and what `progress` raises.
    """
    step = progress or no_progress

    def first(stage: str, fraction: float) -> None:
        step(stage, 0.95 * fraction)

    check_length(engine, recipe, fps)
    latents: Mapping[Source, np.ndarray]
    if latents_of is None:
        latents = source_latents(engine, recipe.terms, material, recipe.reading, first)
    else:
        latents = latents_of(first)
    step("Making the motion", 0.95)
    made = decoded(engine, recipe, latents, fps)
    step("Done", 1.0)
    return made


def check_length(engine: Engine, recipe: Recipe, fps: float) -> None:
    """Raises `UserError` for a motion that would be too long at the pack's rate."""
    if _frames(engine, recipe, fps) > MAX_FRAMES:
        most = int((MAX_FRAMES - 1) / engine.pack.fps * fps + _TIE) + 1
        raise UserError(
            f"At {fps:g} frames per second {recipe.frames:,} frames are too long; ask for {most:,} or fewer."
        )


def decoded(engine: Engine, recipe: Recipe, latents: Mapping[Source, np.ndarray], fps: float) -> Made:
    """The fast part of `make`, from the latents of its sources: what a slider calls at every step."""
    frames = _frames(engine, recipe, fps)
    pack, notes = pack_name(engine), _notes(engine, recipe)
    first = summed(engine, recipe.first_terms, latents)
    if recipe.way == "sum":
        return Made(_wanted(_decoded(engine, first, frames, recipe), recipe, fps), pack, first, notes)
    second = summed(engine, recipe.second_terms, latents)
    if recipe.way == "blend":
        latent = latents_between(engine, first, second, recipe.factor, recipe.spherical)
        return Made(_wanted(_decoded(engine, latent, frames, recipe), recipe, fps), pack, latent, notes)
    if recipe.way == "travel":
        factors = None
        if recipe.factors:
            at = np.arange(frames) * (fps / engine.pack.fps)
            factors = np.interp(at, np.arange(recipe.frames), recipe.factors)
        motion = interpolate(engine, first, second, frames, factors, recipe.spherical)
    else:
        motion = masked(*engine.decode_many(np.stack((first, second)), frames))
    return Made(_wanted(closed(motion) if recipe.loop else motion, recipe, fps), pack, notes=notes)


def stops(engine: Engine, recipe: Recipe, latents: Mapping[Source, np.ndarray], fps: float, count: int) -> list[Made]:
    """The motions of `count` even stops of a blend, `stop_recipes`' in their order; they are decoded together."""
    recipes = stop_recipes(recipe, count)
    if recipe.loop:  # each is a choice of its own, out of more than is asked for
        return [decoded(engine, stop, latents, fps) for stop in recipes]
    first, second = (summed(engine, terms, latents) for terms in (recipe.first_terms, recipe.second_terms))
    between = latents_between(engine, first, second, even_factors(count), recipe.spherical)
    pack, notes = pack_name(engine), _notes(engine, recipe)
    motions = engine.decode_many(between, _frames(engine, recipe, fps))
    return [Made(_wanted(m, recipe, fps), pack, latent, notes) for m, latent in zip(motions, between, strict=True)]


def stop_recipes(recipe: Recipe, count: int) -> list[Recipe]:
    """Those of `count` even stops of a blend, both ends included. Raises `UserError` for too few or too many."""
    return [replace(recipe, way="blend", factor=float(factor)) for factor in even_factors(count)]


def pack_name(engine: Engine) -> str:
    """Name and version of the engine's pack, as it is noted with what the pack made."""
    return f"{engine.pack.name} {engine.pack.version}"


def _notes(engine: Engine, recipe: Recipe) -> tuple[str, ...]:
    return engine.cut_prompts(names(recipe.terms, Prompt))


def _check_kinds(values: dict, kinds: Mapping[Any, tuple[type, ...]]) -> None:
    """Raises `TypeError` for a value of another type than its own; True is no number."""
    for name, allowed in kinds.items():
        if name in values and type(values[name]) not in allowed:
            raise TypeError(f"{name} is {values[name]!r}")


def _decoded(engine: Engine, latent: np.ndarray, frames: int, recipe: Recipe) -> Motion:
    return (engine.decode_loop if recipe.loop else engine.decode)(latent, frames)


def _frames(engine: Engine, recipe: Recipe, fps: float) -> int:
    """Frames to be made at the pack's rate. The last one may go beyond, except in a loop, whose rounds are as long."""
    if recipe.loop:
        return max(round(recipe.frames / fps * engine.pack.fps), MIN_FRAMES)
    seconds = (recipe.frames - 1) / fps
    return max(math.ceil(seconds * engine.pack.fps - _TIE) + 1, MIN_FRAMES)


def _wanted(motion: Motion, recipe: Recipe, fps: float) -> Motion:
    """At the length and rate that are wanted."""
    if recipe.in_place:
        motion = in_place(motion, loop=recipe.loop)
    if recipe.loop and motion.fps != fps:  # a round, which ends with the first frame of the next one
        motion = replace(ending_as_begun(motion), fps=len(motion) * fps / recipe.frames)
    return motion.resample(fps).crop(0, recipe.frames)


def _named(terms: tuple[Term, ...]) -> str:
    """The sources' names, with a sign between them; of image files without their folders."""
    parts = []
    for term in terms:
        (name,) = vars(term.source).values()
        if isinstance(term.source, ImageFile):
            name = name.replace("\\", "/").rsplit("/", 1)[-1] or name
        parts.append(f"{'-' if term.weight < 0 else '+'} {name}")
    return " ".join(parts).removeprefix("+ ")
