"""Computes the latents of the sources of terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ExpressionError, UserError
from ..progress import Progress, no_progress
from .arithmetic import combined
from .styles import direction, presets, style_of
from .terms import (
    ActionName,
    Direction,
    ImageFile,
    Prompt,
    SavedLatent,
    Source,
    StyleName,
    StyleWord,
    Term,
    TextEmbedding,
)
from .window_pooling import WindowPooling

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion


_AS_THEY_ARE = (ActionName, TextEmbedding)
"""Sources that never stand for the motions that they make."""


@dataclass(frozen=True)
class Inputs:
    """The inputs that terms name: motions of any rate and length, pictures (H, W, 3) uint8, saved latents; by name.

    makers: name and version of the packs that made the latents, of those that say it.
    """

    motions: Mapping[str, Motion] = field(default_factory=dict)
    images: Mapping[str, np.ndarray] = field(default_factory=dict)
    latents: Mapping[str, np.ndarray] = field(default_factory=dict)
    makers: Mapping[str, str] = field(default_factory=dict)


def names(terms: Iterable[Term], kind: type | UnionType) -> tuple[str, ...]:
    """Returns the names of the terms' sources of one kind, each once: all that an `Inputs` must hold of it."""
    found = (term.source for term in terms)
    return tuple(dict.fromkeys(source.name for source in found if isinstance(source, kind)))


def of_other_packs(engine: Engine, terms: Iterable[Term], makers: Mapping[str, str]) -> tuple[str, ...]:
    """Returns a sentence for each saved latent of the terms that another pack made, for it shows something else here.

    makers: as of `Inputs`.
    """
    ours = engine.pack.title
    made = {name: pack for name in names(terms, SavedLatent) if (pack := makers.get(name)) and pack != ours}
    return tuple(
        f'The latent "{name}" is of the model {pack}, and means something else to {ours}; save it anew.'
        for name, pack in made.items()
    )


def source_latents(
    engine: Engine,
    terms: Iterable[Term],
    inputs: Inputs | None = None,
    pooling: WindowPooling | None = None,
    progress: Progress | None = None,
) -> dict[Source, np.ndarray]:
    """Returns the latent (D,) of every source of the terms; each is computed once, all prompts together.

    Raises `ExpressionError` for names that `inputs` does not have, `UserError` for prompts in another language, and
    what `progress` raises.
    pooling: how the windows of a long motion become one latent.
    """
    terms, inputs, step = tuple(terms), inputs or Inputs(), progress or no_progress
    first: dict[Source, int] = {}
    for term in terms:
        first.setdefault(term.source, term.at)
    for source, at in first.items():
        _check(source, at, inputs)
    engine.load(lambda stage, fraction: step(stage, 0.5 * fraction))
    found: dict[Source, np.ndarray] = {}
    prompts = [source for source in first if isinstance(source, Prompt)]
    if prompts:
        step("Reading the prompts", 0.5)
        for prompt in prompts:
            engine.check_english(prompt.text)
        found.update(zip(prompts, engine.prompt_latents([source.text for source in prompts]), strict=True))
    texts = [source for source in first if isinstance(source, TextEmbedding)]
    if texts:
        step("Reading the prompts", 0.5)
        found.update(zip(texts, engine.encode_texts([source.text for source in texts]), strict=True))
    others = [source for source in first if not isinstance(source, Prompt | TextEmbedding)]
    for i, source in enumerate(others):

        def part(stage: str, fraction: float, i: int = i) -> None:
            step(stage, 0.5 + 0.5 * (i + fraction) / len(others))

        try:
            found[source] = _latent(engine, source, inputs, pooling, part)
        except UserError as error:
            raise ExpressionError(first[source], str(error)) from error
    return {source: found[source] for source in first}


def latent_of(
    engine: Engine,
    terms: Iterable[Term],
    inputs: Inputs | None = None,
    pooling: WindowPooling | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Returns the latent of an expression's terms, (D,) float32. See `source_latents` and `summed`."""
    terms = tuple(terms)
    return summed(engine, terms, source_latents(engine, terms, inputs, pooling, progress))


def summed(engine: Engine, terms: Iterable[Term], latents: Mapping[Source, np.ndarray]) -> np.ndarray:
    """Returns the sum of the terms as `combined`, (D,) float32; with several sources, of their motions' latents.

    A prompt or a picture lies beside the motion that it makes, and the decoder maps the one to the other. The
    difference between two wordings is lost in that map as soon as it is added to a third; the difference between two
    motions is not. Therefore a sum replaces prompts, pictures and saved latents by the latents of their motions, which
    Actions have anyway: "walk" - "standing" + "drink from mug" walks and drinks. A single source, with or without
    styles, is used unchanged; so are texts' own embeddings, `text("...")`, in every sum, as in MotionCLIP's released
    code.
    """
    terms = tuple(terms)
    sources = _motions_of(terms)
    if len(sources) > 1 and (beside := [source for source in sources if not isinstance(source, _AS_THEY_ARE)]):
        motions = engine.motion_latents(np.stack([latents[source] for source in beside]))
        latents = {**latents, **dict(zip(beside, motions, strict=True))}
    return combined(terms, latents)


def taken_as_they_are(terms: Iterable[Term]) -> bool:
    """Whether a blend starts from what `summed` makes of the terms, and not from its motion.

    Any sum lies where motions do, and so do Actions. Texts' own embeddings lie beside, and are asked for as they are.
    """
    sources = _motions_of(terms)
    return len(sources) > 1 or any(isinstance(source, _AS_THEY_ARE) for source in sources)


def _motions_of(terms: Iterable[Term]) -> list[Source]:
    """Lists the sources that take part, each once, without styles."""
    return list(dict.fromkeys(t.source for t in terms if t.weight and not isinstance(t.source, Direction)))


def _check(source: Source, at: int, inputs: Inputs) -> None:
    """Raises `ExpressionError` when a source's input does not exist."""
    match source:
        case ActionName(name) if name not in inputs.motions:
            raise ExpressionError(at, f'there is no Action "{name}"; choose one that is there.')
        case ImageFile(path) if path not in inputs.images:
            raise ExpressionError(at, f'there is no image "{path}"; choose a file that is there.')
        case SavedLatent(name) if name not in inputs.latents:
            raise ExpressionError(at, f'there is no saved latent "{name}"; choose one that is there.')
        case StyleName(name) if name not in presets():
            raise ExpressionError(
                at, f'there is no style "{name}"; choose one of {", ".join(presets())}, or write style("{name}").'
            )


def _latent(
    engine: Engine, source: Source, inputs: Inputs, pooling: WindowPooling | None, progress: Progress
) -> np.ndarray:
    match source:
        case ActionName(name):
            return engine.encode(inputs.motions[name], pooling, progress)
        case ImageFile(path):
            progress("Looking at the image", 0.0)
            return engine.encode_image(inputs.images[path])
        case SavedLatent(name):
            return engine.checked_latent(inputs.latents[name])
        case StyleName(name):
            progress("Reading the styles", 0.0)
            return direction(engine, presets()[name])
        case StyleWord(word):
            progress("Reading the styles", 0.0)
            return direction(engine, style_of(word))
    raise TypeError(f"{source!r} is no source")
