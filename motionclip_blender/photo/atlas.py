"""Lays the body's surface out flat: a UV map of any SMPL-X body, from its rest pose alone.

Every part of the body is a tube about its bone, cut open once where it is seen least, with caps at its ends. Left and
right parts lie alike, so that each place of the map knows its mirror image and its counterpart on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.body import Body
from ..core.skeleton import FINGERS, INDEX
from .raster import Raster, rasterise

_CAP = 0.7  # how much of the way towards the axis counts as way along it, at the ends of a tube
_GAP = 0.006  # of the map's width, between charts
_FULL = np.pi + 0.35  # faces across the seam stick out by so many radians at most


@dataclass(frozen=True)
class _Part:
    """joints: those whose skin it is. axis: 0 x, 1 y, 2 z of the rest pose. front: the axis where the angle is 0.
    flat: whether it is a plate, with an upper and a lower side, in place of a tube. detail: pixels per metre, relative.
    """

    name: str
    joints: tuple[str, ...]
    axis: int
    front: int
    flat: int = 0
    detail: float = 1.0


def _fingers(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{finger}{i}" for finger in FINGERS for i in (1, 2, 3))


def _parts() -> tuple[_Part, ...]:
    found = [
        _Part("head", ("neck", "head", "jaw", "left_eye_smplhf", "right_eye_smplhf"), 1, 2, detail=1.7),
        _Part("trunk", ("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar"), 1, 2),
    ]
    for side in ("left", "right"):
        hand = (f"{side}_wrist", *_fingers(side))
        found += [
            _Part(f"{side}_arm", (f"{side}_shoulder", f"{side}_elbow"), 0, 2),
            _Part(f"{side}_leg", (f"{side}_hip", f"{side}_knee"), 1, 2),
            _Part(f"{side}_foot", (f"{side}_ankle", f"{side}_foot"), 2, 1),
            _Part(f"{side}_palm", hand, 0, 1, flat=-1, detail=1.2),
            _Part(f"{side}_back", hand, 0, 1, flat=1, detail=1.2),
        ]
    return tuple(found)


PARTS = _parts()
_NUMBER = {part.name: number for number, part in enumerate(PARTS)}


def _twin(name: str) -> str:
    return name.replace("left_", "right_") if name.startswith("left_") else name.replace("right_", "left_")


def _behind(name: str) -> str:
    return name.replace("_palm", "_back") if name.endswith("_palm") else name.replace("_back", "_palm")


_MIRRORED = np.array([_NUMBER[_twin(part.name)] for part in PARTS])
_BEHIND = np.array([_NUMBER[_behind(part.name)] for part in PARTS])
_FLAT = np.array([part.flat != 0 for part in PARTS])
_SIDED = np.array([part.name.startswith(("left", "right")) for part in PARTS])
_FEET = np.array([part.name.endswith("foot") for part in PARTS])


@dataclass(frozen=True, eq=False)
class Atlas:
    """A UV map.

    part: (F,) of each face, an index of `PARTS`. flat: (F, 3, 2) angle or width, and way along the axis, of each
    corner; in radians and metres. corner: (P, 2) of each chart in the map; low, scale: (P, 2), so that
    uv = corner + (flat - low) * scale.
    """

    faces: np.ndarray
    part: np.ndarray
    flat: np.ndarray
    corner: np.ndarray
    low: np.ndarray
    scale: np.ndarray

    @cached_property
    def uv(self) -> np.ndarray:
        """(F, 3, 2) in 0..1, v up."""
        return self.placed(self.part[:, None], self.flat)

    def placed(self, part: np.ndarray, flat: np.ndarray) -> np.ndarray:
        """Returns uv (..., 2) of places `flat` (..., 2) of the parts (...)."""
        return self.corner[part] + (flat - self.low[part]) * self.scale[part]

    def texels(self, size: int, outwards: np.ndarray) -> Raster:
        """Rasterises the map at (size, size), row 0 on top. Where faces overlap, the outermost is kept.

        outwards: (F, 3) how far each corner lies from its part's axis.
        """
        pixels = self.uv * (size, -size) + (0, size)
        return rasterise(pixels, outwards.max() + 1 - outwards, size, size, perspective=False)

    def mirrored(self, part: np.ndarray, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the places (part, flat) left for right."""
        turned = flat.copy()
        centred = ~_SIDED[part]
        turned[centred, 0] *= -1
        return _MIRRORED[part], turned

    def behind(self, part: np.ndarray, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the places (part, flat) front for back; for feet, the inner side for the outer."""
        turned = flat.copy()
        tube = ~_FLAT[part]
        angle = np.where(_FEET[part], -flat[:, 0], np.pi - flat[:, 0])
        turned[tube, 0] = np.mod(angle[tube] + np.pi, 2 * np.pi) - np.pi
        return _BEHIND[part], turned


def lay_out(body: Body) -> tuple[Atlas, np.ndarray]:
    """Returns the map of a body, and how far (F, 3) each corner of a face lies from its part's axis, in metres."""
    points, faces = body.template.astype(np.float64), body.faces
    owner = np.stack([body.weights[:, [INDEX[j] for j in part.joints]].sum(axis=1) for part in PARTS], axis=1)
    normals = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    # a hand's joints belong to two plates, its face's direction decides
    chosen = owner[faces].sum(axis=1)
    for number, part in enumerate(PARTS):
        if part.flat:
            chosen[:, number] *= normals[:, part.front] * part.flat > 0
    part_of = chosen.argmax(axis=1)
    flat = np.zeros((len(faces), 3, 2))
    outwards = np.zeros((len(faces), 3))
    low, extent = np.zeros((len(PARTS), 2)), np.ones((len(PARTS), 2))
    detail = np.ones((len(PARTS), 2))
    for number, part in enumerate(PARTS):
        if part.name.startswith("right"):
            continue
        own = np.flatnonzero(part_of == number)
        twin = _MIRRORED[number]
        sides = [(own, 1.0)] if twin == number else [(own, 1.0), (np.flatnonzero(part_of == twin), -1.0)]
        if not any(len(ids) for ids, _ in sides):
            continue
        if part.flat:
            _plate(part, points, faces, sides, flat, outwards)
            width = 1.0
        else:
            width = _tube(part, body, points, faces, sides, flat, outwards)
        both = np.concatenate([flat[ids].reshape(-1, 2) for ids, _ in sides])
        bottom, top = both.min(axis=0), both.max(axis=0)
        if not part.flat:
            bottom[0], top[0] = -_FULL, _FULL
        for index in (number, twin):
            low[index], extent[index] = bottom, np.maximum(top - bottom, 1e-3)
            detail[index] = part.detail * np.array([width, 1.0])
    corner, factor = _packed(extent * detail)
    return Atlas(faces, part_of, flat, corner, low, detail * factor), outwards


def _mirror(points: np.ndarray, side: float) -> np.ndarray:
    return points * np.array([side, 1.0, 1.0])


def _plate(part: _Part, points, faces, sides, flat, outwards) -> None:
    """Lays out the upper or the lower side of a hand: its width in the rest pose, and its length."""
    for ids, side in sides:
        corners = _mirror(points[faces[ids]], side)
        flat[ids, :, 0] = corners[..., 2]
        flat[ids, :, 1] = corners[..., 0]
        outwards[ids] = corners[..., part.front] * part.flat


def _tube(part: _Part, body: Body, points, faces, sides, flat, outwards) -> float:
    """Lays out a tube: the angle about its axis, and the way along it. Returns its radius in metres."""
    along, front = part.axis, part.front
    across = 3 - along - front
    own = points[np.unique(faces[sides[0][0]])]
    joints = body.joints().astype(np.float64)
    if part.name.endswith(("arm", "leg")):
        start, end = joints[INDEX[part.joints[0]]], joints[INDEX[part.joints[-1]]]
        end = end + (end - start) * 0.9  # the second bone goes on as the first
    else:
        middle = own.mean(axis=0)
        if not _SIDED[_NUMBER[part.name]]:
            middle[0] = 0.0
        if part.name == "head":
            middle = joints[INDEX["head"]] + (0.0, 0.05, 0.02)
            middle[0] = 0.0
        start = middle.copy()
        end = middle.copy()
        end[along] += 1.0
    slope = (end - start) / (end[along] - start[along])

    def local(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        way = corners[..., along] - start[along]
        off = corners - start - way[..., None] * slope
        return way, off[..., front], off[..., across]

    way, ahead, beside = local(own)
    radii = np.array([np.percentile(np.abs(ahead), 70), np.percentile(np.abs(beside), 70)]).clip(1e-3)
    radius = float(np.sqrt(radii.prod()))
    low, high = way.min(), way.max()
    centre, half = (low + high) / 2, (high - low) / 2
    for ids, side in sides:
        if not len(ids):
            continue
        way, ahead, beside = local(_mirror(points[faces[ids]], side))
        ahead, beside = ahead / radii[0], beside / radii[1]
        angle = np.arctan2(beside, ahead)
        middle = np.arctan2(beside.mean(axis=1), ahead.mean(axis=1))[:, None]
        angle = middle + (np.mod(angle - middle + np.pi, 2 * np.pi) - np.pi)
        distance = np.hypot(ahead, beside)
        end_share = np.clip((way - centre) / (0.5 * half), -1, 1)
        flat[ids, :, 0] = np.clip(angle, -_FULL, _FULL)
        flat[ids, :, 1] = way + _CAP * radius * end_share * (1 - distance)
        outwards[ids] = distance * radius
    return radius


def _packed(sizes: np.ndarray) -> tuple[np.ndarray, float]:
    """Places rectangles (P, 2) into the unit square, in rows; returns their lower left corners and the scale."""
    low, high = 0.0, 1.0 / float(sizes.max())
    for _ in range(40):
        scale = (low + high) / 2
        if _rows(sizes * scale) is None:
            high = scale
        else:
            low = scale
    found = _rows(sizes * low)
    assert found is not None
    return found, low


def _rows(sizes: np.ndarray) -> np.ndarray | None:
    corners = np.zeros_like(sizes)
    x = y = _GAP
    tallest = 0.0
    for index in np.argsort(-sizes[:, 1], kind="stable"):
        width, height = sizes[index]
        if x + width + _GAP > 1:
            x, y, tallest = _GAP, y + tallest + _GAP, 0.0
        if x + width + _GAP > 1 or y + height + _GAP > 1:
            return None
        corners[index] = x, y
        x += width + _GAP
        tallest = max(tallest, height)
    return corners
