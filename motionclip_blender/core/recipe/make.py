"""Makes the motion of a recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..cleanup.pipeline import CleanUp
from ..cleanup.windows import joined
from ..errors import UserError
from ..latents.arithmetic import even_factors
from ..latents.sources import Inputs, names, source_latents
from ..latents.terms import Prompt, Source, TextEmbedding
from ..progress import Progress, no_progress
from ..prompt import MAX_FRAMES, MIN_FRAMES
from ..retarget.touching import Touching
from .blend import Blend
from .guessed import guessed
from .plan import PromptPlan
from .recipe import Recipe
from .timeline import Timeline

if TYPE_CHECKING:
    from ..engine import Engine
    from ..fitted_body import Standing
    from ..motion import Motion
    from ..prompt_plan.told import Step

MOST_VARIATIONS = 8

_TIE = 1e-9


class Made(NamedTuple):
    """A motion at the requested rate, the name of the pack that made it, and its latent (D,), if it has one.

    notes: sentences for the user, such as about a prompt that was cut.
    steps: what was understood of a prompt that is read in steps; empty for other recipes.
    starts: the frame at which each segment of a timeline starts, counted from 0; empty for other recipes.
    natural: whether a timeline is as long as its segments take, and none is made longer or shorter.
    """

    motion: Motion
    pack: str
    latent: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    starts: tuple[int, ...] = ()
    natural: bool = False

    def noting(self, sentences: Iterable[str]) -> Made:
        """Returns the motion with `sentences` added to its notes."""
        return self._replace(notes=(*self.notes, *sentences))


def make(
    engine: Engine,
    recipe: Recipe,
    fps: float,
    inputs: Inputs | None = None,
    progress: Progress | None = None,
    latents_of: Callable[[Progress], Mapping[Source, np.ndarray]] | None = None,
    body: Standing | None = None,
) -> Made:
    """Makes the motion, exactly `recipe.frames` long at `fps`, from expressions. Needs no Blender.

    Raises `UserError`, and what `progress` raises.
    latents_of: returns cached latents of the sources; by default they are computed from `inputs`.
    body: the body that is keyed, by default the engine's.
    """
    step = progress or no_progress

    def first(stage: str, fraction: float) -> None:
        step(stage, 0.95 * fraction)

    check_length(engine, recipe, fps)
    latents: Mapping[Source, np.ndarray]
    if not recipe.terms:
        engine.load(first)
    if latents_of is None:
        latents = source_latents(engine, recipe.terms, inputs, recipe.pooling, first)
    else:
        latents = latents_of(first)
    step("Making the motion", 0.95)
    made = decoded(engine, recipe, latents, fps, body)
    step("Done", 1.0)
    return made


def generate(engine: Engine, prompt: str, frames: int, progress: Progress | None = None) -> Motion:
    """Makes the motion of a prompt alone, `frames` frames at the pack's rate; the same every time.

    Raises what `make` raises.
    """
    return make(engine, Recipe.of_prompt(prompt, frames), engine.pack.fps, progress=progress).motion


def check_length(engine: Engine, recipe: Recipe, fps: float) -> None:
    """Raises `UserError` for a motion that would be too long at the pack's rate."""
    if _clean_up(engine, recipe, fps).length > MAX_FRAMES:
        most = int((MAX_FRAMES - 1) / engine.pack.fps * fps + _TIE) + 1
        raise UserError(
            f"At {fps:g} frames per second {recipe.frames:,} frames are too long; ask for {most:,} or fewer."
        )


def as_long_as_it_takes(
    engine: Engine, recipe: Recipe, latents: Mapping[Source, np.ndarray], fps: float | None = None
) -> Recipe:
    """Returns the recipe of a plan or a timeline at its natural length; any other as it is.

    fps: the rate that its frames are counted at, by default the pack's. Raises `UserError` as making it does, and for a
    length that is too long.
    """
    content = recipe.content
    if isinstance(content, PromptPlan):
        frames = content.natural_length(engine)
    elif isinstance(content, Timeline):
        frames = content.natural_length(engine, latents, _clean_up(engine, recipe, engine.pack.fps))
    else:
        return recipe
    return recipe.lasting(max(round(frames * (fps or engine.pack.fps) / engine.pack.fps), MIN_FRAMES))


def at_rate(engine: Engine, recipe: Recipe, fps: float) -> Recipe:
    """Returns a recipe whose frames are counted at the pack's rate with its frames counted at `fps`, as long in
    seconds. Raises `UserError` for a length that is too long."""
    if fps == engine.pack.fps:
        return recipe
    return recipe.lasting(max(round(recipe.frames * fps / engine.pack.fps), MIN_FRAMES))


def decoded(
    engine: Engine,
    recipe: Recipe,
    latents: Mapping[Source, np.ndarray],
    fps: float,
    body: Standing | None = None,
) -> Made:
    """Runs the fast part of `make`, from the latents of its sources; a slider calls it at every step."""
    clean_up = _clean_up(engine, recipe, fps, body)
    found = recipe.content.decode(engine, latents, clean_up)
    finished = clean_up(found.motion, choose=found.latent is not None)
    notes = (*_notes(engine, recipe), *found.notes)
    return Made(finished, pack_name(engine), found.latent, notes, found.steps, found.starts, found.natural)


def stops(
    engine: Engine,
    recipe: Recipe,
    latents: Mapping[Source, np.ndarray],
    fps: float,
    count: int,
    body: Standing | None = None,
) -> list[Made]:
    """Makes the motions of `count` even stops of a blend, as `stop_recipes` lists them; decodes them together."""
    clean_up = _clean_up(engine, recipe, fps, body)
    pack, notes = pack_name(engine), _notes(engine, recipe)
    found = blend_of(recipe).latents_at(engine, latents, even_factors(count))
    motions = joined(engine, found, clean_up.decoded_length)
    return [Made(clean_up(m, choose=True), pack, latent, notes) for m, latent in zip(motions, found, strict=True)]


def decoded_together(
    engine: Engine,
    recipes: Sequence[Recipe],
    latents: Sequence[np.ndarray],
    fps: float,
    progress: Progress | None = None,
    body: Standing | None = None,
) -> list[Made]:
    """Does what `decoded` does for many recipes, in passes of the decoder that they share.

    Of the recipes the notes and the clean-up are used, which is the first one's: they differ in their content alone.
    latents: (D,) that each is decoded from. Raises `UserError` for latents that are none, and what `progress` raises,
    between motions.
    """
    step = progress or no_progress
    clean_up, pack = _clean_up(engine, recipes[0], fps, body), pack_name(engine)
    made: list[Made] = []
    motions = joined(engine, np.stack(latents), clean_up.decoded_length)
    for recipe, latent, motion in zip(recipes, latents, motions, strict=True):
        step("Making the motions", len(made) / len(recipes))
        made.append(Made(clean_up(motion, choose=True), pack, latent, _notes(engine, recipe)))
    return made


def stop_recipes(recipe: Recipe, count: int) -> list[Recipe]:
    """Lists the recipes of `count` even stops of a blend, both ends included. Raises `UserError` for a bad count."""
    return [replace(recipe, content=stop) for stop in blend_of(recipe).stops(count)]


def variation_recipes(recipe: Recipe, count: int, seed: int = 0) -> list[Recipe]:
    """Lists the recipes of `count` variations, from that with the number `seed` on.

    Raises `UserError` for a bad count or number, and for a recipe of which no variations are made.
    """
    if not 2 <= count <= MOST_VARIATIONS:
        raise UserError(f"Variations are 2 to {MOST_VARIATIONS} at a time, not {count:,}.")
    return [recipe.varied(each) for each in range(seed, seed + count)]


def pack_name(engine: Engine) -> str:
    """Returns name and version of the engine's pack, as they are stored with its motions."""
    return engine.pack.title


def blend_of(recipe: Recipe) -> Blend:
    """Returns the content of a recipe that must be a blend."""
    if not isinstance(recipe.content, Blend):
        raise TypeError(f"a {recipe.content.kind} has no stops")
    return recipe.content


def _notes(engine: Engine, recipe: Recipe) -> tuple[str, ...]:
    prompts = names(recipe.terms, Prompt)
    cut = engine.cut_prompts((*prompts, *names(recipe.terms, TextEmbedding)))
    # a prompt alone is one that is not to be read: it makes a motion of any text
    alone = recipe.prompt and not any(expression.text for expression in recipe.content.expressions)
    return cut if alone else (*cut, *guessed(engine, prompts))


def _clean_up(engine: Engine, recipe: Recipe, fps: float, body: Standing | None = None) -> CleanUp:
    keyed = body or engine.body
    touches = Touching(engine.body.joints(), keyed.joints()).kept if recipe.hands_touch else None
    return CleanUp(engine.pack, keyed, recipe.frames, fps, recipe.loop, recipe.in_place, touches)
