# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces the bare feet by plain low shoes: a new surface from the ankle down around the hull of the foot."""

from __future__ import annotations

import itertools

import numpy as np
import scipy.sparse as sp
from scipy.spatial import ConvexHull, cKDTree

from .mesh import Draft, drop_faces, mirror_map

SOLE_HEIGHT = 0.022  # metres
SOLE_EDGE = 0.004  # metres: how far the sole extends beyond the upper
ROOM = 0.006  # metres: leather and air around the foot
TOE_ROOM = 0.010  # metres: extra height over the toes
UPPER_ROWS = 7  # rings between ankle and sole


def _ordered_ring(draft: Draft, keep: np.ndarray) -> list[int]:
    """Returns the open edge loop that removing the left foot leaves, in the direction of the kept faces' edges."""
    faces = draft.faces[keep]
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).tolist()
    known = {(first, second) for first, second in directed}
    edges = {first: second for first, second in directed if (second, first) not in known}
    starts = [v for v in edges if draft.vertices[v, 0] > 0.0 and draft.vertices[v, 1] < 0.2]
    ring = [starts[0]]
    while (following := edges[ring[-1]]) != ring[0]:
        ring.append(following)
    return ring


def _resampled(curve: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Returns points (N, 3) of an open polyline at shares of its length."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    return np.stack([np.interp(shares * length[-1], length, curve[:, k]) for k in range(3)], axis=1)


def _halves(loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits a closed loop (N, 3) at its rearmost and foremost points; both halves run from back to front."""
    start = int(loop[:, 2].argmin())
    loop = np.roll(loop, -start, axis=0)
    front = int(loop[:, 2].argmax())
    return loop[: front + 1], np.concatenate([loop[front:], loop[:1]])[::-1]


def _sole_outline(foot: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Returns one point (N, 3) on the shoe's outline for every point of the ankle ring, at equal shares from heel to
    toe.
    """
    flat = foot[:, [0, 2]]
    hull = flat[ConvexHull(flat).vertices]
    around = np.stack([hull[:, 0], np.zeros(len(hull)), hull[:, 1]], axis=1)
    # Enlarge the hull, then round the corners of its few points.
    closed = np.concatenate([around, around[:1]])
    dense = _resampled(closed, np.linspace(0.0, 1.0, 240, endpoint=False))
    tangent = np.roll(dense, -1, axis=0) - np.roll(dense, 1, axis=0)
    normal = np.stack([tangent[:, 2], np.zeros(len(dense)), -tangent[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    if ((dense - dense.mean(axis=0)) * normal).sum() < 0.0:
        normal = -normal
    dense = dense + ROOM * normal
    for _ in range(40):
        dense = 0.5 * dense + 0.25 * (np.roll(dense, 1, axis=0) + np.roll(dense, -1, axis=0))
    turning = np.sign(_signed_area(dense)) == np.sign(_signed_area(ring))
    dense = dense if turning else dense[::-1]
    outline = np.empty_like(ring)
    start, front = int(ring[:, 2].argmin()), int(ring[:, 2].argmax())
    rolled = np.roll(ring, -start, axis=0)
    front = (front - start) % len(ring)
    first, second = _halves(dense)
    length = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(np.concatenate([rolled, rolled[:1]]), axis=0), axis=1))]
    )
    # The ring's points are dense in places; mixing in half of an even spacing keeps the heel round.
    share_first = 0.5 * length[: front + 1] / length[front] + 0.5 * np.linspace(0.0, 1.0, front + 1)
    share_second = 0.5 * (length[-1] - length[front:-1]) / (length[-1] - length[front])
    share_second += 0.5 * np.linspace(1.0, 1.0 / (len(ring) - front), len(ring) - front)
    outline[: front + 1] = _resampled(first, share_first)
    outline[front:] = _resampled(second, share_second)
    return np.roll(outline, start, axis=0)


def _signed_area(loop: np.ndarray) -> float:
    """Returns twice the signed area of a loop (N, 3) in x and z."""
    x, z = loop[:, 0], loop[:, 2]
    return float((x * np.roll(z, -1) - z * np.roll(x, -1)).sum())


def _pushed_out(points: np.ndarray, spine: np.ndarray, hull: ConvexHull, room: float) -> np.ndarray:
    """Moves points (N, 3) away from the line ``spine`` (2, 3) until they lie ``room`` metres outside the hull."""
    along = spine[1] - spine[0]
    share = np.clip((points - spine[0]) @ along / (along @ along), 0.0, 1.0)
    core = spine[0] + share[:, None] * along
    ray = points - core
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    speed = ray @ hull.equations[:, :3].T
    gap = room - (core @ hull.equations[:, :3].T + hull.equations[:, 3])
    reach = np.where(speed > 1e-6, gap / np.maximum(speed, 1e-6), np.inf).min(axis=1)
    return core + reach[:, None] * ray


def _shoe_rows(ring: np.ndarray, foot: np.ndarray) -> list[np.ndarray]:
    """Returns rings (R of (N, 3)) of the left shoe, from below the ankle ring down to the inside of the sole."""
    outline = _sole_outline(foot, ring)
    toe = foot[foot[:, 2].argmax()]
    spine = np.array([[ring[:, 0].mean(), 0.034, ring[:, 2].min() + 0.035], [toe[0] + 0.008, 0.02, toe[2] - 0.045]])
    hull = ConvexHull(foot)
    inward = outline.mean(axis=0) - outline
    inward[:, 1] = 0.0
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    edge = outline + SOLE_EDGE * inward
    edge[:, 1] = SOLE_HEIGHT
    rows: list[np.ndarray] = []
    for step in range(1, UPPER_ROWS + 1):
        share = step / (UPPER_ROWS + 1.0)
        straight = (1.0 - share) * ring + share * edge
        out = _pushed_out(straight, spine, hull, ROOM)
        toes = np.clip((out[:, 2] - spine[1, 2] + 0.05) / 0.06, 0.0, 1.0)
        out[:, 1] += TOE_ROOM * toes * np.sin(np.pi * min(1.0, 1.2 * share)) ** 0.5
        # The first rows leave the ankle smoothly, the last ones meet the sole's top edge.
        settle = np.minimum(1.0, 1.6 * np.sin(np.pi * share))
        rows.append(straight + settle * (out - straight))
    rows.append(edge)
    for height, grow in ((SOLE_HEIGHT, 0.0), (SOLE_HEIGHT - 0.003, -0.001), (0.004, -0.001), (0.0, 0.003)):
        row = outline + grow * inward
        row[:, 1] = height
        rows.append(row)
    for share in (0.3, 0.65):
        row = outline + 0.003 * inward
        row[:, 1] = 0.0
        middle = row.mean(axis=0)
        across = np.array([1.0, 0.0, 0.45])
        rows.append(row + share * across * (middle - row))
    return rows


def add_shoes(draft: Draft, below: np.ndarray) -> Draft:
    """Replaces the faces ``below`` (F,) the shoe line by shoes; adds the face parts "shoe" and "sole".

    The draft must be mirror-symmetric and cut along the shoe line.
    """
    mirror = mirror_map(draft.vertices)
    left_ring = _ordered_ring(draft, ~below)
    foot_vertices = np.unique(draft.faces[below])
    foot = draft.vertices[foot_vertices]
    left_foot = foot_vertices[foot[:, 0] > 0.0]
    # Twice the ankle ring's points: its own are too few for the longer outline of the sole.
    ring_points = draft.vertices[left_ring]
    dense = np.stack([ring_points, 0.5 * (ring_points + np.roll(ring_points, -1, axis=0))], axis=1).reshape(-1, 3)
    rows = _smoothed_rows(dense, _shoe_rows(dense, draft.vertices[left_foot]))
    old_tree = cKDTree(draft.vertices[left_foot])

    kept, old_numbers = drop_faces(draft, ~below)
    place = np.full(len(draft.vertices), -1)
    place[old_numbers] = np.arange(len(old_numbers))

    width = len(dense)
    points = np.concatenate([*rows, rows[-1].mean(axis=0, keepdims=True)])
    # A shoe follows a weighted mean of the nearest parts of the foot, so that shapes and bends stay smooth.
    distance, nearest = old_tree.query(points, k=12)
    pull = 1.0 / (distance + 0.004) ** 2
    pull /= pull.sum(axis=1, keepdims=True)
    local = sp.coo_matrix(
        (pull.ravel(), (np.repeat(np.arange(len(points)), 12), left_foot[nearest].ravel())),
        shape=(len(points), len(draft.vertices)),
    ).tocsr()

    vertices, faces, blends = [kept.vertices], [kept.faces], [kept.blend]
    sole_faces = []
    base = len(kept.vertices)
    first_sole_row = UPPER_ROWS + 1
    for side in (1.0, -1.0):
        ring = left_ring if side > 0 else [int(mirror[v]) for v in left_ring]
        loops = [place[ring]] + [base + np.arange(width) + width * k for k in range(len(rows))]
        made, is_sole = [], []
        for k in range(len(ring)):
            this, following = loops[0][k], loops[0][(k + 1) % len(ring)]
            below_this, middle, below_next = (loops[1][(2 * k + step) % width] for step in (0, 1, 2))
            made += [(this, below_this, middle), (this, middle, following), (following, middle, below_next)]
            is_sole += [False] * 3
        for level, (upper, lower) in enumerate(itertools.pairwise(loops[1:]), start=1):
            for k in range(width):
                n = (k + 1) % width
                made += [(upper[k], lower[k], upper[n]), (upper[n], lower[k], lower[n])]
                is_sole += [level >= first_sole_row] * 2
        centre = base + width * len(rows)
        for k in range(width):
            made.append((loops[-1][k], centre, loops[-1][(k + 1) % width]))
            is_sole.append(True)
        block = np.array(made)
        # The ring has the direction of the kept faces' edges, so the new faces run against it; mirroring flips faces.
        block = block if side > 0 else block[:, ::-1]
        vertices.append(points * [side, 1.0, 1.0])
        faces.append(block)
        sole_faces.append(np.array(is_sole))
        mixing = local if side > 0 else _mirrored(local, mirror)
        blends.append(sp.csr_matrix(mixing @ draft.blend))
        base += len(points)
    old_count = len(kept.faces)
    all_faces = np.concatenate(faces)
    parts = {
        name: np.concatenate([mask, np.zeros(len(all_faces) - old_count, bool)]) for name, mask in kept.parts.items()
    }
    sole = np.concatenate([np.zeros(old_count, bool), *sole_faces])
    parts["sole"] = sole
    parts["shoe"] = np.concatenate([np.zeros(old_count, bool), np.ones(len(all_faces) - old_count, bool)]) & ~sole
    return Draft(np.concatenate(vertices), all_faces, parts, sp.csr_matrix(sp.vstack(blends)))


def _smoothed_rows(ring: np.ndarray, rows: list[np.ndarray]) -> list[np.ndarray]:
    """Smooths the upper's rings slightly; the ankle ring and the sole stay as they are."""
    grid = np.stack([ring, *rows])
    for _ in range(6):
        mean = 0.25 * (grid[:-2] + grid[2:] + np.roll(grid, 1, axis=1)[1:-1] + np.roll(grid, -1, axis=1)[1:-1])
        grid[1 : UPPER_ROWS + 1] += 0.5 * (mean - grid[1:-1])[:UPPER_ROWS]
    return list(grid[1:])


def _mirrored(mixing: sp.csr_matrix, mirror: np.ndarray) -> sp.csr_matrix:
    """Returns the same mixing (N, V), taken from the mirror images of its vertices."""
    pairs = mixing.tocoo()
    return sp.coo_matrix((pairs.data, (pairs.row, mirror[pairs.col])), shape=mixing.shape).tocsr()
