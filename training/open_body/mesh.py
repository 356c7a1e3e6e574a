# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits a triangle mesh and records how, so that shape directions and skin weights follow every edit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

SNAP = 0.3  # share of an edge: a cut closer to its end moves to the end instead of leaving a sliver
STEP_BACK = 0.85  # share of a smoothing round that is reversed to keep the volume
SNAP_REACH = 0.0015  # largest distance of such a move, in the field's unit; it keeps parallel cuts straight


@dataclass(frozen=True)
class Draft:
    """Positions (V, 3) in metres, triangles (F, 3), named face masks (F,) and ``blend`` (V, V0).

    ``blend`` has the weights of the original vertices whose mean a vertex is: values per original vertex (shape
    directions, skin weights) carry over as ``blend @ values``. Positions may have further constant offsets.
    """

    vertices: np.ndarray
    faces: np.ndarray
    parts: dict[str, np.ndarray]
    blend: sp.csr_matrix

    def moved(self, offsets: np.ndarray) -> Draft:
        """Returns the same mesh with constant ``offsets`` (V, 3) added."""
        return replace(self, vertices=self.vertices + offsets)

    def mixed(self, mixing: sp.csr_matrix) -> Draft:
        """Returns the same topology with every vertex replaced by a mean (V, V) of vertices."""
        return replace(self, vertices=mixing @ self.vertices, blend=sp.csr_matrix(mixing @ self.blend))

    def part_vertices(self, *names: str) -> np.ndarray:
        """Returns a mask (V,) of the vertices of the named parts' faces."""
        mask = np.zeros(len(self.vertices), bool)
        for name in names:
            mask[self.faces[self.parts[name]].ravel()] = True
        return mask


def mirror_map(vertices: np.ndarray) -> np.ndarray:
    """Returns for each vertex (V, 3) the number of its mirror image across x = 0."""
    _, index = cKDTree(vertices).query(vertices * [-1.0, 1.0, 1.0])
    return index


def start_draft(vertices: np.ndarray, faces: np.ndarray, parts: dict[str, np.ndarray]) -> Draft:
    """Returns a draft of the untouched mesh."""
    return Draft(vertices, faces, dict(parts), sp.identity(len(vertices), format="csr"))


def edge_matrix(count: int, faces: np.ndarray) -> sp.csr_matrix:
    """Returns the symmetric 0/1 matrix (V, V) of the mesh's edges."""
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.concatenate([ends, ends[:, ::-1]])
    matrix = sp.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    matrix.data[:] = 1.0
    return matrix


def smoothing_matrix(
    count: int, faces: np.ndarray, strength: np.ndarray, rounds: int, keep_volume: bool = False
) -> sp.csr_matrix:
    """Returns the matrix (V, V) of ``rounds`` of moving each vertex towards its neighbours' mean.

    ``strength`` (V,) in 0..1 is the share of each move. With ``keep_volume`` every round is followed by a slightly
    shorter step back, which keeps the large shapes.
    """
    edges = edge_matrix(count, faces)
    degree = np.maximum(np.asarray(edges.sum(axis=1)).ravel(), 1.0)
    pull = sp.diags(strength) @ (sp.diags(1.0 / degree) @ edges - sp.identity(count))
    once = sp.identity(count) + pull
    if keep_volume:
        once = (sp.identity(count) - STEP_BACK * pull) @ once
    result = sp.identity(count, format="csr")
    for _ in range(rounds):
        result = sp.csr_matrix(once @ result)
        result.data[np.abs(result.data) < 1e-7] = 0.0
        result.eliminate_zeros()
    sums = np.asarray(result.sum(axis=1)).ravel()
    return sp.csr_matrix(sp.diags(1.0 / sums) @ result)


def membrane_matrix(count: int, faces: np.ndarray, region: np.ndarray) -> sp.csr_matrix:
    """Returns the matrix (V, V) that spans the vertices in ``region`` (V,) like a membrane between those around it."""
    edges = edge_matrix(count, faces)
    inside, outside = np.flatnonzero(region), np.flatnonzero(~region)
    laplacian = (sp.diags(np.asarray(edges.sum(axis=1)).ravel()) - edges).tocsr()
    solved = np.linalg.solve(laplacian[inside][:, inside].toarray(), -laplacian[inside][:, outside].toarray())
    solved[solved < 1e-6] = 0.0
    solved /= solved.sum(axis=1, keepdims=True)
    spread = sp.coo_matrix(solved)
    rows = np.concatenate([outside, inside[spread.row]])
    columns = np.concatenate([outside, outside[spread.col]])
    values = np.concatenate([np.ones(len(outside)), spread.data])
    return sp.coo_matrix((values, (rows, columns)), shape=(count, count)).tocsr()


def grown(count: int, faces: np.ndarray, region: np.ndarray, rings: int) -> np.ndarray:
    """Returns the mask ``region`` (V,) enlarged by ``rings`` rings of neighbours."""
    edges = edge_matrix(count, faces)
    for _ in range(rings):
        region = region | (edges @ region.astype(float) > 0.0)
    return region


def refine(draft: Draft, part_names: tuple[str, ...], centre: np.ndarray) -> Draft:
    """Splits every triangle of a closed round part into four, with the new corners moved out to the sphere's radius.

    ``centre`` (3,) is the middle of the sphere; the parts must share no vertex with the rest of the mesh.
    """
    chosen = np.logical_or.reduce([draft.parts[name] for name in part_names])
    faces = draft.faces[chosen]
    ends = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, inverse = np.unique(ends, axis=0, return_inverse=True)
    ab, bc, ca = (inverse.ravel().reshape(3, -1) + len(draft.vertices)).astype(np.int64)
    a, b, c = faces.T
    split = np.stack([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]).transpose(2, 0, 1).reshape(-1, 3)
    rows = np.repeat(np.arange(len(unique)), 2)
    middle = sp.coo_matrix(
        (np.full(len(rows), 0.5), (rows, unique.ravel())), shape=(len(unique), len(draft.vertices))
    ).tocsr()
    points = middle @ draft.vertices
    radius = middle @ np.linalg.norm(draft.vertices - centre, axis=1)
    ray = points - centre
    points = centre + ray * (radius / np.linalg.norm(ray, axis=1))[:, None]
    parents = np.concatenate([np.flatnonzero(~chosen), np.repeat(np.flatnonzero(chosen), 4)])
    return Draft(
        vertices=np.concatenate([draft.vertices, points]),
        faces=np.concatenate([draft.faces[~chosen], split]),
        parts={name: mask[parents] for name, mask in draft.parts.items()},
        blend=sp.csr_matrix(sp.vstack([draft.blend, middle @ draft.blend])),
    )


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Returns unit normals (V, 3), with faces weighted by area."""
    corner = vertices[faces]
    face_normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normal, faces[:, k], face_normal)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def _snapped(draft: Draft, field: np.ndarray) -> tuple[Draft, np.ndarray]:
    """Moves vertices that almost touch the zero line along an edge onto it; returns draft and field (V,)."""
    faces = draft.faces
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.concatenate([ends, ends[:, ::-1]])
    a, b = field[ends[:, 0]], field[ends[:, 1]]
    share = np.abs(a) / np.maximum(np.abs(a) + np.abs(b), 1e-12)
    close = np.flatnonzero((a * b < 0.0) & (share < SNAP) & (np.abs(a) < SNAP_REACH))
    if not len(close):
        return draft, field.copy()
    # Of a vertex's crossing edges the one with the nearest crossing moves it least; where two are as near (as on the
    # middle of the body) their mean is taken, so that both halves of the body come out the same.
    least = np.full(len(field), np.inf)
    np.minimum.at(least, ends[close, 0], share[close])
    close = close[share[close] < least[ends[close, 0]] + 1e-6]
    # An edge's other end must not slide away at the same time.
    stays = np.ones(len(field), bool)
    stays[ends[close, 0]] = False
    close = close[stays[ends[close, 1]]]
    moving, towards = ends[close, 0], ends[close, 1]
    pairs, first = np.unique(np.stack([moving, towards], axis=1), axis=0, return_index=True)
    moving, towards, amount = pairs[:, 0], pairs[:, 1], share[close][first]
    amount = amount / np.bincount(moving, minlength=len(field))[moving]
    keep = 1.0 - np.bincount(moving, weights=amount, minlength=len(field))
    slide = sp.coo_matrix((amount, (moving, towards)), shape=(len(field), len(field)))
    snapped = field.copy()
    snapped[moving] = 0.0
    return draft.mixed(sp.csr_matrix(sp.diags(keep) + slide)), snapped


def cut(draft: Draft, field: np.ndarray) -> tuple[Draft, np.ndarray]:
    """Splits triangles where ``field`` (V,) changes sign, so that its zero line runs along edges.

    Edges with a NaN end are not cut, which limits a cut to a region. Returns the new draft and the field on it, which
    is exactly zero on the line.
    """
    draft, field = _snapped(draft, field)
    vertices, faces = draft.vertices, draft.faces

    new_ends: list[tuple[int, int]] = []
    shares: list[float] = []
    number: dict[tuple[int, int], int] = {}

    def point_on(first: int, second: int) -> int | None:
        if not field[first] * field[second] < 0.0:
            return None
        low, high = min(first, second), max(first, second)
        if (low, high) not in number:
            number[low, high] = len(vertices) + len(new_ends)
            new_ends.append((low, high))
            shares.append(field[low] / (field[low] - field[high]))
        return number[low, high]

    def position(index: int) -> np.ndarray:
        if index < len(vertices):
            return vertices[index]
        low, high = new_ends[index - len(vertices)]
        share = shares[index - len(vertices)]
        return (1.0 - share) * vertices[low] + share * vertices[high]

    def diagonal_rank(first: int, second: int) -> tuple[float, float, float]:
        # The shorter diagonal makes the better triangles; ties must fall alike on both halves of the body.
        start, end = position(first), position(second)
        middle = 0.5 * (start + end)
        return (
            round(float(np.linalg.norm(start - end)), 8),
            round(abs(float(middle[0])), 7),
            round(float(middle[1]), 7),
        )

    signs = field[faces]
    touched = np.nanmin(signs, axis=1, initial=np.inf) * np.nanmax(signs, axis=1, initial=-np.inf) < 0.0
    kept = np.flatnonzero(~touched)
    new_faces: list[tuple[int, int, int]] = []
    parent: list[int] = []
    for face in np.flatnonzero(touched):
        corners = [int(c) for c in faces[face]]
        middles = [point_on(corners[k], corners[(k + 1) % 3]) for k in range(3)]
        pieces: list[tuple[int, int, int]] = []
        if sum(m is not None for m in middles) == 2:
            k = next(k for k in range(3) if middles[k] is not None and middles[k - 1] is not None)
            tip, nxt, prv = corners[k], corners[(k + 1) % 3], corners[k - 1]
            ahead, behind = middles[k], middles[k - 1]
            pieces.append((tip, ahead, behind))
            if diagonal_rank(ahead, prv) < diagonal_rank(behind, nxt):
                pieces += [(ahead, nxt, prv), (ahead, prv, behind)]
            else:
                pieces += [(ahead, nxt, behind), (nxt, prv, behind)]
        elif sum(m is not None for m in middles) == 1:
            k = next(k for k in range(3) if middles[k] is not None)
            pieces += [
                (corners[k], middles[k], corners[k - 1]),
                (middles[k], corners[(k + 1) % 3], corners[k - 1]),
            ]
        else:
            pieces.append((corners[0], corners[1], corners[2]))
        new_faces += pieces
        parent += [int(face)] * len(pieces)

    parents = np.concatenate([kept, np.array(parent, np.int64)])
    all_faces = np.concatenate([faces[kept], np.array(new_faces, np.int64).reshape(-1, 3)])
    rows = np.arange(len(new_ends))
    ends_array, share_array = np.array(new_ends, np.int64).reshape(-1, 2), np.array(shares)
    extra = sp.coo_matrix(
        (
            np.concatenate([1.0 - share_array, share_array]),
            (np.concatenate([rows, rows]), np.concatenate([ends_array[:, 0], ends_array[:, 1]])),
        ),
        shape=(len(rows), len(vertices)),
    ).tocsr()
    mixing = sp.vstack([sp.identity(len(vertices), format="csr"), extra]).tocsr()
    result = Draft(
        vertices=mixing @ vertices,
        faces=all_faces,
        parts={name: mask[parents] for name, mask in draft.parts.items()},
        blend=sp.csr_matrix(mixing @ draft.blend),
    )
    return result, np.concatenate([field, np.zeros(len(new_ends))])


def cut_part(draft: Draft, field: np.ndarray, name: str) -> Draft:
    """Cuts along the zero line of ``field`` (V,) and makes the faces on its positive side the part ``name``."""
    draft, field = cut(draft, field)
    corners = field[draft.faces]
    known = np.nan_to_num(corners, nan=0.0)
    farthest = np.abs(known).argmax(axis=1)  # no face crosses the line, so any corner off the line tells the side
    inside = np.take_along_axis(known, farthest[:, None], axis=1)[:, 0] > 0.0
    draft.parts[name] = inside & ~np.isnan(corners).any(axis=1)
    return draft


def drop_faces(draft: Draft, keep: np.ndarray) -> tuple[Draft, np.ndarray]:
    """Keeps only the faces in the mask (F,) and their vertices; also returns the old numbers (V,) of these."""
    faces = draft.faces[keep]
    used, renumbered = np.unique(faces, return_inverse=True)
    result = Draft(
        vertices=draft.vertices[used],
        faces=renumbered.reshape(-1, 3),
        parts={name: mask[keep] for name, mask in draft.parts.items()},
        blend=sp.csr_matrix(draft.blend[used]),
    )
    return result, used
