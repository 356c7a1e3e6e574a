"""Measures interpolation: how smooth the path between two latents is, and how its stops move."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.latents.arithmetic import blend
from motionclip_blender.core.network_size import WINDOW
from motionclip_blender.core.recipe.interpolation import latents_between

from . import measures
from .model import Model

STOPS = 11


def interpolate(
    model: Model,
    latents: np.ndarray,
    pairs: int,
    random: np.random.Generator,
    straight: bool = False,
    of_motions: bool = False,
) -> dict:
    """Decodes the paths between `pairs` random pairs of `latents` (n, D), n >= 2, at 11 even stops, and measures them.

    The paths are those of the panel and the command line, `core.recipe.interpolation`. straight: straight lines between
    the latents instead, as in the paper. of_motions: the latents are those of motions, and taken as they are.
    jerk: m/s^3 at each stop, mean over pairs. steps: mm from each stop to the next, in place. unevenness: standard
    deviation of a path's steps over their mean (0: equal steps). directness: the distance of the ends over the sum of
    the steps (1: no detour).
    """
    ends = np.stack([random.choice(len(latents), 2, replace=False) for _ in range(pairs)])
    share = np.linspace(0, 1, STOPS, dtype=np.float32)
    kept = (of_motions, of_motions)
    paths = np.stack(
        [
            blend(*pair, share) if straight else latents_between(model, *pair, share, as_they_are=kept)
            for pair in latents[ends]
        ]
    )
    frames = min(WINDOW, model.window[1])
    positions = model.positions(model.decode(paths.reshape(-1, paths.shape[-1]), frames))
    positions = positions.reshape(pairs, STOPS, *positions.shape[1:])
    jerk = measures.jerk(positions, model.pack.fps)
    placed = measures.in_place(positions)
    steps = 1000 * measures.apart(placed[:, 1:], placed[:, :-1])
    whole = 1000 * measures.apart(placed[:, -1], placed[:, 0])
    total = np.maximum(steps.sum(axis=1), 1e-9)
    return {
        "pairs": pairs,
        "stops": STOPS,
        "jerk": jerk.mean(axis=0).tolist(),
        "jerk_between_over_ends": float(jerk[:, 1:-1].mean() / max(jerk[:, [0, -1]].mean(), 1e-9)),
        "steps_mm": steps.mean(axis=0).tolist(),
        "unevenness": float((steps.std(axis=1) / (total / (STOPS - 1))).mean()),
        "directness": float((whole / total).mean()),
    }
