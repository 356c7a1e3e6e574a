# SPDX-License-Identifier: GPL-3.0-or-later
"""Reshapes the skin under the clothes into the plain shape of cloth."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial import ConvexHull

from .garments import Wardrobe, smoothstep
from .mesh import Draft, grown, membrane_matrix, smoothing_matrix, vertex_normals


def drape(draft: Draft, wardrobe: Wardrobe, details: np.ndarray) -> Draft:
    """Smooths body and legs, spans the trunk's hollows and rebuilds the front over the ``details`` (V,)."""
    draft = _smooth_under_clothes(draft, wardrobe, details)
    draft = _span_hollows(draft, wardrobe)
    return _plain_front(draft, details)


def _smooth_under_clothes(draft: Draft, wardrobe: Wardrobe, details: np.ndarray) -> Draft:
    """Smooths what cloth would hide, fading towards the borders; ``details`` (V,) are spanned completely."""
    count = len(draft.vertices)
    draft = draft.mixed(membrane_matrix(count, draft.faces, grown(count, draft.faces, details, rings=2)))
    v = draft.vertices
    shirt, trousers = wardrobe.shirt(v), wardrobe.trousers(v)
    strength = 0.6 * np.maximum(smoothstep(shirt, 0.005, 0.05), smoothstep(trousers, 0.01, 0.08))
    # Between shirt and trousers there is no border to keep.
    seam = (np.abs(v[:, 1] - wardrobe.hem) < 0.09) & (np.abs(v[:, 0]) < 0.3)
    strength = np.where(seam, 0.6, strength)
    return draft.mixed(smoothing_matrix(len(v), draft.faces, strength, rounds=30, keep_volume=True))


def _plain_front(draft: Draft, details: np.ndarray) -> Draft:
    """Rebuilds the front of the trunk around each of the ``details`` (V,) as one plain bulge (a cubic in x and y)."""
    v = draft.vertices
    offsets = np.zeros_like(v)
    front = vertex_normals(v, draft.faces)[:, 2] > 0.1
    for side in (-1.0, 0.0, 1.0):
        own = details & (np.sign(np.round(v[:, 0] / 0.06)) == side)
        if not own.any():
            continue
        centre = v[own].mean(axis=0)
        flat = (v - centre)[:, :2] / 0.05
        distance = 0.05 * np.linalg.norm(flat, axis=1)
        powers = np.stack([flat[:, 0] ** i * flat[:, 1] ** j for i in range(4) for j in range(4 - i)], axis=1)
        near = front & (np.abs(v[:, 2] - centre[2]) < 0.08)
        around = near & (distance > 0.025) & (distance < 0.07)
        factors, *_ = np.linalg.lstsq(powers[around], v[around, 2], rcond=None)
        share = 1.0 - smoothstep(distance[near], 0.025, 0.05)
        offsets[near, 2] += share * (powers[near] @ factors - v[near, 2])
    return draft.moved(offsets)


def _span_hollows(draft: Draft, wardrobe: Wardrobe) -> Draft:
    """Lets the shirt span the hollows of the trunk: moves each level's outline out to its convex hull."""
    v, at = draft.vertices, wardrobe.at
    armpit = at["left_shoulder"][1] - 0.08
    low, high = wardrobe.hem - 0.06, armpit
    trunk = (v[:, 1] > low - 0.03) & (v[:, 1] < high + 0.02) & (np.abs(v[:, 0]) < at["left_shoulder"][0] + 0.03)
    levels = np.linspace(low, high, 36)
    angles = np.radians(np.arange(0.0, 360.0, 5.0))
    rays = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    middle_z = np.empty(len(levels))
    reach = np.empty((len(levels), len(angles)))
    for k, level in enumerate(levels):
        flat = v[trunk & (np.abs(v[:, 1] - level) < 0.02)][:, [0, 2]]
        flat = np.concatenate([flat, flat * [-1.0, 1.0]])
        middle_z[k] = 0.5 * (flat[:, 1].min() + flat[:, 1].max())
        hull = ConvexHull(flat - [0.0, middle_z[k]])
        speed = rays @ hull.equations[:, :2].T
        ratio = np.where(speed > 1e-9, -hull.equations[:, 2] / np.maximum(speed, 1e-9), np.inf)
        reach[k] = ratio.min(axis=1)
    reach = gaussian_filter1d(reach, 1.5, axis=0, mode="nearest")

    inside = np.flatnonzero((v[:, 1] > low) & (v[:, 1] < high) & trunk)
    p = v[inside]
    at_level = np.interp(p[:, 1], levels, np.arange(len(levels)))
    flat = np.stack([p[:, 0], p[:, 2] - np.interp(p[:, 1], levels, middle_z)], axis=1)
    radius = np.linalg.norm(flat, axis=1)
    turn = np.degrees(np.arctan2(flat[:, 0], flat[:, 1])) % 360.0 / 5.0
    wrapped = np.concatenate([reach, reach[:, :1]], axis=1)
    wanted = map_coordinates(wrapped, [at_level, turn], order=1)
    share = smoothstep(p[:, 1], low, wardrobe.hem) * (1.0 - smoothstep(p[:, 1], high - 0.09, high))
    offsets = np.zeros_like(v)
    push = share * np.maximum(wanted - radius, 0.0) / np.maximum(radius, 1e-6)
    offsets[inside, 0], offsets[inside, 2] = push * flat[:, 0], push * flat[:, 1]
    return draft.moved(offsets)
