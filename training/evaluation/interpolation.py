"""Interpolation: is the way from one latent to another smooth, and is every stop a motion?"""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.latents.arithmetic import blend
from motionclip_blender.core.latents.window_pooling import WINDOW
from motionclip_blender.core.recipe.interpolation import latents_between

from . import measures
from .model import Model

STOPS = 11


def interpolate(
    model: Model, latents: np.ndarray, pairs: int, random: np.random.Generator, straight: bool = False
) -> dict:
    """Ways between `pairs` random pairs of `latents` (n, D), n >= 2, each decoded at 11 even stops.

    They are those of the panel and the command line, `core.recipe.interpolation.between`; straight: those of the
    latents themselves, as in the paper.
    jerk: m/s^3 at each stop, mean over pairs. steps: mm from each stop to the next, in place. unevenness: standard
    deviation of a way's steps over their mean (0: every stop is as far from the next). directness: the distance of
    the ends over the sum of the steps (1: no detour).
    """
    ends = np.stack([random.choice(len(latents), 2, replace=False) for _ in range(pairs)])
    share = np.linspace(0, 1, STOPS, dtype=np.float32)
    ways = np.stack(
        [blend(*pair, share) if straight else latents_between(model, *pair, share) for pair in latents[ends]]
    )
    frames = min(WINDOW, model.window[1])
    positions = model.positions(model.decode(ways.reshape(-1, ways.shape[-1]), frames))
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
