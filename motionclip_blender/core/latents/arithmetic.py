"""Computes with latents: blends, and sums of weighted terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..errors import UserError
from .terms import Direction, Source, Term, source_text

MAX_STOPS = 64
_NOTHING = 1e-3  # relative to the longest source's length: a shorter sum has no meaningful direction


def blend(start: np.ndarray, end: np.ndarray, factors: np.ndarray | float, spherical: bool = False) -> np.ndarray:
    """Interpolates between two latents (D,): at factor 0 `start`, at 1 `end`. One factor gives (D,), n of them (n, D).

    Linear interpolation is the paper's way; its released code makes five even stops on the raw latents. Half-way it is
    about a fifth shorter than its ends, and the default pack's decoder makes as good motions of that as of the ends.
    Spherical interpolation turns from one direction into the other and interpolates the length.

    Raises `UserError` for factors outside 0 to 1.
    """
    t = np.asarray(factors, np.float32)
    if not (np.isfinite(t).all() and (t >= 0).all() and (t <= 1).all()):
        raise UserError("A blend's factor must lie between 0 and 1.")
    start, end, t = np.asarray(start, np.float32), np.asarray(end, np.float32), t[..., None]
    if not spherical:
        return (1 - t) * start + t * end
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:
        return (1 - t) * start + t * end
    a, b = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(a @ b, -1.0, 1.0))
    if np.sin(angle) < 1e-4:  # equal or opposite directions define no unique arc
        return (1 - t) * start + t * end
    direction = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return ((1 - t) * lengths[0] + t * lengths[1]) * direction


def even_factors(stops: int) -> np.ndarray:
    """Returns even factors (stops,) from 0 to 1, both included. Raises `UserError` for under 2 or over `MAX_STOPS`."""
    if not 2 <= stops <= MAX_STOPS:
        raise UserError(f"A blend has 2 to {MAX_STOPS} stops, not {stops}.")
    return np.linspace(0.0, 1.0, stops, dtype=np.float32)


def combined(terms: Iterable[Term], latents: Mapping[Source, np.ndarray]) -> np.ndarray:
    """Returns the weighted sum of the terms' latents, (D,) float32, shortened to at most the length of the longest
    source.

    The decoder was only trained on latents as long as those of captions. A base with a difference added to it, as in
    the paper's edits, stays about as long as the base and is unchanged. Sums grow: of two prompts to 1.5 times, of
    strong styles further. Decoded at that length, feet slide twice as much and the motions are far from real ones;
    shortened, they are not. So a weight above 1 changes the proportions but does not exaggerate. Styles (`{sad}`) are
    directions, not motions; they do not count as sources here.

    Raises `UserError` when the terms cancel each other out, or there are only styles.
    """
    terms = [term for term in terms if term.weight]
    sources = [term.source for term in terms if not isinstance(term.source, Direction)]
    if not sources:
        if terms:
            name = source_text(terms[0].source)
            raise UserError(f'{name} alone is no motion; add it to something, such as "walk" + {name}.')
        raise UserError("All weights are zero; give at least one term a weight.")
    # lengths in the same precision as the sum, or a source alone would be shortened by a rounding error
    exact = {term.source: latents[term.source].astype(np.float64) for term in terms}
    total = np.sum([term.weight * exact[term.source] for term in terms], axis=0)
    longest = max(float(np.linalg.norm(exact[source])) for source in sources)
    length = float(np.linalg.norm(total))
    if not length > _NOTHING * longest:
        raise UserError("The terms cancel each other out; change a weight so that something is left.")
    return (total * min(1.0, longest / length)).astype(np.float32)


def normalised(vectors: np.ndarray) -> np.ndarray:
    """Returns vectors (..., D) scaled to length one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
