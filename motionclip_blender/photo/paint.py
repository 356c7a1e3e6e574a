"""Projects a photo onto the body's UV map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .camera import draw, project, scaled
from .packages import needed
from .raster import Raster, corner_mean
from .see import Seen
from .skin import Skin, vertex_normals

LONGEST_PERSON = 1000
"""Pixels of the person's height to which a photo is scaled before it is projected."""

_BEHIND = 0.012  # metres that a point may lie behind what the camera sees there
_GRAZING = np.cos(np.radians(78.0))  # beyond this angle to the normal pixels would be stretched
_FACING = np.cos(np.radians(45.0))
_EDGE = 1.5  # pixels at the mask's edge whose colour is partly the background's
_FADE = 3.0  # pixels over which weights rise from there
_STEP = 0.04  # metres of depth by which one thing is before another
# As a part of the person's height: so near to what hides it nothing counts, because limbs are fitted no better
_BESIDE = 0.016


@dataclass(frozen=True, eq=False)
class Places:
    """The texels of a UV map that lie on the body: their faces and places.

    raster: of the map. part: (n,), flat: (n, 2): where they lie in the atlas.
    """

    raster: Raster
    part: np.ndarray
    flat: np.ndarray


@dataclass(frozen=True, eq=False)
class Paint:
    """colours: (n, 3) float32 0..1 of the texels of `Places`. weights: (n,) 0 where they are not known."""

    colours: np.ndarray
    weights: np.ndarray


def project_photo(picture: np.ndarray, seen: Seen, skin: Skin, vertices: np.ndarray, places: Places) -> Paint:
    """Returns the photo's colours on the body.

    picture: (H, W, 3) uint8. vertices: (V, 3) in the world. A texel counts the more the straighter it is seen; what is
    hidden, grazing, at the edge of the mask or beside something nearer does not count.
    """
    cv2 = needed("cv2")
    camera, faces = skin.fit.camera, skin.body.faces
    solid = seen.mask > 0.5
    rows = np.flatnonzero(solid.any(axis=1))
    factor = min(1.0, LONGEST_PERSON / max(len(rows), 1))
    width, height = max(round(camera.width * factor), 2), max(round(camera.height * factor), 2)
    camera = scaled(camera, width, height)
    picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    solid = cv2.resize(seen.mask, (width, height), interpolation=cv2.INTER_AREA) > 0.5
    shown = draw(camera, vertices, faces)
    beside = max(1, round(_BESIDE * len(rows) * factor))
    edges = _away_from_edges(cv2, shown, solid, beside)

    of_face, shares = places.raster.face[places.raster.covered], places.raster.shares[places.raster.covered]
    points = corner_mean(vertices[faces[of_face]], shares)
    normals = corner_mean(vertex_normals(vertices, faces)[faces[of_face]], shares)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    pixels, depth = project(camera, points)
    view = camera.position - points
    facing = np.einsum("na,na->n", normals, view) / np.linalg.norm(view, axis=1)
    inside = (depth > 0) & (pixels > 0.5).all(axis=1) & (pixels < np.array((width, height)) - 0.5).all(axis=1)
    at = np.where(inside[:, None], pixels, 1.0)
    nearest = np.floor(at).astype(int)
    in_front = shown.depth[nearest[:, 1], nearest[:, 0]]
    seen_here = inside & (depth < in_front + _BEHIND) & (facing > _GRAZING)
    colours = bilinear(picture, at)
    straight = np.clip((facing - _GRAZING) / (_FACING - _GRAZING), 0, 1) ** 1.5
    weights = np.where(seen_here, straight * edges[nearest[:, 1], nearest[:, 0]], 0.0)
    return Paint(colours, weights)


def _away_from_edges(cv2, shown: Raster, solid: np.ndarray, beside: int) -> np.ndarray:
    """Returns (H, W) 0..1: 0 at the edge of the mask and where one part of the body hides another."""
    depth = np.where(shown.covered, shown.depth, 1e3).astype(np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * beside + 1, 2 * beside + 1))
    nearest = cv2.erode(depth, kernel)
    behind = (depth > nearest + _STEP) & shown.covered
    good = (solid & ~behind).astype(np.uint8)
    padded = cv2.copyMakeBorder(good, 1, 1, 1, 1, cv2.BORDER_REPLICATE)  # the picture's border is no edge
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.clip((distance - _EDGE) / _FADE, 0, 1)


def bilinear(picture: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Returns the colours (n, 3) float32 0..1 at pixels (n, 2)."""
    height, width = picture.shape[:2]
    x, y = (at - 0.5).T
    left, top = np.clip(np.floor(x).astype(int), 0, width - 2), np.clip(np.floor(y).astype(int), 0, height - 2)
    u, v = np.clip(x - left, 0, 1)[:, None], np.clip(y - top, 0, 1)[:, None]
    upper = picture[top, left] * (1 - u) + picture[top, left + 1] * u
    lower = picture[top + 1, left] * (1 - u) + picture[top + 1, left + 1] * u
    return ((upper * (1 - v) + lower * v) / 255.0).astype(np.float32)


def merged(paints: list[Paint]) -> Paint:
    """Merges several photos: each place takes mostly the one that sees it best, after their light is made alike."""
    first = paints[0]
    total = first.colours * (first.weights**2)[:, None]
    weight, best = first.weights**2, first.weights.copy()
    for paint in paints[1:]:
        both = (best > 0.2) & (paint.weights > 0.2)
        colours = paint.colours
        if both.sum() > 200:
            so_far = total[both] / weight[both, None]
            gain = np.median(so_far, axis=0) / np.maximum(np.median(colours[both], axis=0), 1e-3)
            colours = np.clip(colours * np.clip(gain, 0.6, 1.6), 0, 1)
        total += colours * (paint.weights**2)[:, None]
        weight += paint.weights**2
        best = np.maximum(best, paint.weights)
    return Paint((total / np.maximum(weight, 1e-9)[:, None]).astype(np.float32), best)
