"""Moves the body's vertices to the outline of the photo: hair, loose clothes, what no shape of the body has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.skeleton import FINGERS, INDEX
from .camera import project, seen_from
from .outline import Outline
from .see import Seen
from .skin import Skin
from .surface import Surface

_ROUNDS = 2
_INWARDS, _OUTWARDS = 0.035, 0.09  # metres that a vertex is moved at most
_REACH = 0.06  # how far outlines may be apart, as a part of the person's size
_STIFF = 8.0
_HOLD = 0.004
_HOLD_HANDS = 3.0
_HEIGHT, _POINTS = 420, 700  # pixels of the person, points of its outline


def moved_to_outline(skins: Sequence[Skin], seens: Sequence[Seen], surface: Surface) -> np.ndarray:
    """Returns offsets (V, 3) at rest, metres, with which the body fills the masks of all photos as well as it can."""
    body = skins[0].body
    offsets = np.zeros(body.template.shape)
    joints = [INDEX[f"{side}_{finger}{i}"] for side in ("left", "right") for finger in FINGERS for i in (1, 2, 3)]
    hold = _HOLD + _HOLD_HANDS * body.weights[:, joints].sum(axis=1)
    lines = [Outline(seen.mask, body, _HEIGHT, _POINTS) for seen in seens]
    for _ in range(_ROUNDS):
        wanted, weights = np.zeros(offsets.shape), np.zeros(len(offsets))
        for skin, line in zip(skins, lines, strict=True):
            ids, shifts = _shifts(skin, line, offsets)
            np.add.at(wanted, ids, shifts)
            np.add.at(weights, ids, 1.0)
        wanted /= np.maximum(weights, 1)[:, None]
        total = offsets + wanted
        length = np.linalg.norm(total, axis=1, keepdims=True)
        total *= np.minimum(1, _OUTWARDS / np.maximum(length, 1e-9))
        offsets = surface.bend(total, weights.clip(0, 2), _STIFF, hold)
    return offsets.astype(np.float32)


def _shifts(skin: Skin, line: Outline, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns vertices (n,) of the outline, and how far (n, 3) each is from the mask's, at rest."""
    camera = skin.fit.camera
    vertices = skin.vertices(offsets)
    middle = np.array((camera.width, camera.height)) / 2
    shown = line.raster(seen_from(camera, vertices), float(np.log(camera.focal)), middle)
    ids, targets, normals = line.pairs(*shown, _REACH)
    pixels, depth = project(camera, vertices[ids])
    apart = np.einsum("na,na->n", targets - pixels, normals) * depth / camera.focal
    across = np.column_stack((normals, np.zeros(len(normals)))) @ camera.rotation  # in the world
    shifts = np.clip(apart, -_INWARDS, _OUTWARDS)[:, None] * across
    return ids, np.einsum("nba,nb->na", skin.spins[ids], shifts)
