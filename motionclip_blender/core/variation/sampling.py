"""Samples variations of a prompt: one of the motions that have its meaning, moved within their spread.

The model is a deterministic code of motions by latents. Read as a distribution, the motions of one meaning are samples
of it: their mean and covariance in the space of latents. A variation is drawn around one of them with that covariance,
made small enough that the decoder still makes a motion of the meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..cleanup.foot_locking import lock_feet
from ..errors import UserError
from ..kept import Kept
from ..measure import measured_slide
from ..network_size import WINDOW
from .kin import Kin, kin_of

if TYPE_CHECKING:
    from ..engine import Engine
    from ..inference.prompt_retrieval import PromptRetrieval
    from ..prompt_plan.wording_index import Facts, WordingIndex

MOST_SEED = 2**32 - 1

_SPREAD = 0.9  # standard deviation of the samples, relative to that of the motions of the meaning
_TRIES = (1.0, 0.7, 0.45, 0.2)  # of a sample that is broken, less is taken, and at last nothing
_NEIGHBOURS = 4  # motions of the nearest meanings, whose spread is taken where a meaning has one motion only
_RETURNS = 0.3  # largest distance of a latent to that of its motion, relative to its length
_SLIDES = 0.05  # metres per second that feet may slide more than those of the pack's own motion
_KEPT = 16  # meanings that are cached: their latents are encoded anew otherwise, for every variation


class Said(NamedTuple):
    """What a prompt says that all of its variations must keep: whether it names a side, and whether it counts."""

    sided: bool = False
    counted: bool = False


_NOTHING = Said()


class Variation(NamedTuple):
    """What a variation is decoded from.

    latent: (D,).
    motion: the number of the pack's motion that it varies.
    wording, facts: of that motion.
    """

    latent: np.ndarray
    motion: int
    wording: str
    facts: Facts


def checked_seed(seed: int) -> int:
    """Returns the number of a variation. Raises `UserError` for one that is none."""
    if not 0 <= seed <= MOST_SEED:
        raise UserError(f"The number of a variation (seed) is 0 to {MOST_SEED:,}, not {seed:,}.")
    return seed


def told_seed(seed: int) -> str:
    """Returns how descriptions tell a variation; nothing for seed 0."""
    return f" (variation {seed})" if seed else ""


def variation(
    engine: Engine, latent: np.ndarray, seed: int, said: Said = _NOTHING, motion: int | None = None, stream: int = 0
) -> Variation:
    """Returns a variation of the motion of a prompt's latent (D,). The same numbers give the same variation everywhere.

    seed: 1 or more; the first take the next best motions in turn.
    said: what the prompt says that a variation must keep.
    motion: the pack's motion that answers the prompt; by default the one whose wordings are nearest.
    stream: tells apart several latents that are varied with one seed.
    Raises `UserError` for a pack that does not carry its wordings.
    """
    index, retrieval = _known(engine)
    if motion is None:
        motion = int(retrieval.motions[index.alike(latent[None])[0].argmax()])
    meaning = _meaning(engine, index, retrieval, latent, motion, said)
    at = seed % len(meaning.kin)
    chosen, code, start = meaning.kin[at], meaning.codes[at], meaning.starts[at]
    facts = index.facts[chosen.motion]
    if 0 < seed < len(meaning.kin) and not chosen.mirrored and engine.plays_whole(start[None])[0]:
        return Variation(start, chosen.motion, chosen.wording, facts)  # another known motion, as it was recorded
    away = _drawn(meaning.spread, seed, stream)
    sound = _first_sound(engine, np.stack([code, *(code + share * away for share in _TRIES)]), start)
    return Variation(sound, chosen.motion, chosen.wording, facts)


def _known(engine: Engine) -> tuple[WordingIndex, PromptRetrieval]:
    """Raises `UserError` for a pack without wordings, or with damaged ones."""
    retrieval = engine.retrieval
    if retrieval is not None and engine.reads_steps:
        return engine.wordings, retrieval
    raise UserError(
        f"The pack {engine.pack.folder} does not carry its wordings as texts, around which variations are sampled; "
        "choose another pack, or leave the variations out (seed 0)."
    )


class _Meaning(NamedTuple):
    """The motions of one meaning: the latents `starts` (n, D) of their wordings, their own latents `codes` (n, D), and
    those `spread` (m, D), m > 1, that tell the covariance."""

    kin: list[Kin]
    starts: np.ndarray
    codes: np.ndarray
    spread: np.ndarray


_meanings: Kept[Engine, _Meaning] = Kept(_KEPT)


def _meaning(
    engine: Engine, index: WordingIndex, retrieval: PromptRetrieval, latent: np.ndarray, motion: int, said: Said
) -> _Meaning:
    """Returns the motions that mean what a latent (D,) means. The last `_KEPT` are cached with the engine."""

    def made() -> _Meaning:
        kin = kin_of(index, retrieval, latent, motion, *said)
        starts, codes = _codes(engine, kin, latent)
        return _Meaning(
            kin, starts, codes, codes if len(kin) > 1 else _neighbours(engine, index, retrieval, latent, motion)
        )

    return _meanings.of(engine, (latent.tobytes(), motion, said), made)


def _codes(engine: Engine, kin: Sequence[Kin], latent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the latents of the motions' wordings, (n, D), and what the encoder makes of the motions, (n, D).

    The first one's wording is that of `latent`.
    """
    # of one wording each: at the mean of several, the decoder lets a body that stands glide away
    starts = engine.prompt_latents([one.wording for one in kin])
    starts[[one.motion == kin[0].motion for one in kin]] = latent
    # as long as the decoder goes: of a movement that is done once, a shorter window would not know the end
    motions = engine.decode(starts, engine.pack.frames[1])
    shown = [m.mirror() if one.mirrored else m for one, m in zip(kin, motions, strict=True)]
    return starts, engine.encode_together(shown)


def _neighbours(
    engine: Engine, index: WordingIndex, retrieval: PromptRetrieval, latent: np.ndarray, motion: int
) -> np.ndarray:
    """Returns the latents of the motions whose wordings are nearest to a latent (D,), (n, D)."""
    ordered = retrieval.motions[np.argsort(-index.alike(latent[None])[0], kind="stable")]
    near = [motion, *(int(m) for m in dict.fromkeys(ordered.tolist()) if m != motion)][: 1 + _NEIGHBOURS]
    return engine.encode_together(engine.decode(np.stack([retrieval.latent(m) for m in near]), engine.pack.frames[1]))


def _drawn(codes: np.ndarray, seed: int, stream: int) -> np.ndarray:
    """Returns a sample of the normal distribution about 0 that has the covariance of `codes` (n, D), n > 1; (D,)."""
    # the one generator of numpy whose numbers never change from version to version
    numbers = np.random.RandomState([seed, stream]).standard_normal(len(codes))
    deviations = codes - codes.mean(axis=0)
    return (_SPREAD / np.sqrt(len(codes) - 1) * numbers @ deviations).astype(np.float32)


def _first_sound(engine: Engine, codes: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Returns the first of `codes[1:]`, (n, D), whose motion is sound; if none is, the one whose feet slide least.

    A latent off those of real motions gives a motion that the encoder reads as another one; or its feet slide. start:
    (D,) that of the motion's wording, whose feet slide as those of the motion itself.
    """
    again = engine.motion_latents(codes)
    off = np.linalg.norm(again - codes, axis=1) / np.linalg.norm(codes, axis=1)
    limit, slides = _slide(engine, start) + _SLIDES, []
    for code, away in zip(codes[1:], off[1:], strict=True):
        slides.append(_slide(engine, code) if away <= max(_RETURNS, off[0]) else np.inf)
        if slides[-1] <= limit:
            return code
    if np.isfinite(slides).any() and min(slides) < _slide(engine, codes[0]):
        return codes[1 + int(np.argmin(slides))]
    return codes[0]


def _slide(engine: Engine, latent: np.ndarray) -> float:
    """Returns how fast the standing feet of a latent's motion slide after the clean-up, in m/s."""
    (motion,) = engine.decode(latent[None], min(WINDOW, engine.pack.frames[1]))
    return measured_slide(lock_feet(motion, engine.body), engine.body)
