"""Guesses the light of a photo: where it comes from, and how dark shadows are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .background import Background
from .camera import draw, project, scaled
from .terms import Camera

_USUAL = (-0.35, 0.85, 0.4)  # above, from the left and the front, where the photo says nothing
_USUAL_DARKNESS = 0.3
_DARKNESS = (0.15, 0.6)
_ELEVATIONS = np.radians((30, 40, 50, 60, 70))
_AROUND = 24
_FINER = 3  # rounds in which the step is halved
_SMALL = 160  # pixels of the longer side, on which light is measured
_MATCHES = 0.3  # overlap with the photo's shadow from which a direction is believed
_MODELLED = 0.12  # brightness that changes with the direction of the skin, relative to its mean, that is believed


@dataclass(frozen=True, eq=False)
class Light:
    """towards: (3,) unit vector towards the light, in the axes of `core`. darkness: of the shadow on the floor, 0..1.

    source: "shadow", "shading" or "usual": what it was guessed from.
    """

    towards: np.ndarray
    darkness: float
    source: str


def guess_light(
    picture: np.ndarray, mask: np.ndarray, camera: Camera, points: np.ndarray, faces: np.ndarray, background: Background
) -> Light:
    """Guesses from the shadow on the floor; else from how the person is shaded; else says what is usual.

    picture: (H, W, 3). mask: (H, W). camera: of this picture. points, faces: the fitted body in the world.
    """
    scale = min(1.0, _SMALL / max(camera.width, camera.height))
    small = scaled(camera, max(round(camera.width * scale), 8), max(round(camera.height * scale), 8))
    if background.darkness > 0 and (towards := _from_shadow(background.shadow, mask, small, points)) is not None:
        return Light(towards, float(np.clip(background.darkness, *_DARKNESS)), "shadow")
    towards = _from_shading(picture, mask, small, points, faces)
    if towards is not None:
        return Light(towards, _USUAL_DARKNESS, "shading")
    return Light(np.array(_USUAL) / np.linalg.norm(_USUAL), _USUAL_DARKNESS, "usual")


def on_floor(points: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Returns where points (..., 3) throw their shadows on the floor, y = 0."""
    return points - towards * (points[..., 1:2] / towards[1])


def _from_shadow(shadow: np.ndarray, mask: np.ndarray, camera: Camera, points: np.ndarray) -> np.ndarray | None:
    """Tries directions on a grid, then finer and finer around the best one."""
    seen, person = _shrunk(shadow, camera) > 0.3, _shrunk(mask, camera) > 0.5
    some = points[:: max(1, len(points) // 6000)]

    def overlap(elevation: float, around: float) -> float:
        pixels, depth = project(camera, on_floor(some, _direction(elevation, around)))
        at = np.floor(pixels).astype(int)
        inside = (depth > 0) & (at >= 0).all(axis=1) & (at < (camera.width, camera.height)).all(axis=1)
        thrown = np.zeros(seen.shape, bool)
        thrown[at[inside, 1], at[inside, 0]] = True
        thrown &= ~person
        return float((thrown & seen).sum() / max((thrown | seen).sum(), 1))

    steps = np.array((_ELEVATIONS[1] - _ELEVATIONS[0], 2 * np.pi / _AROUND))
    tried = [(e, a) for e in _ELEVATIONS for a in np.arange(_AROUND) * steps[1]]
    best, found = max((overlap(*each), each) for each in tried)
    for _ in range(_FINER):
        steps = steps / 2
        tried = [(found[0] + i * steps[0], found[1] + j * steps[1]) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        best, found = max((overlap(*each), each) for each in tried if _ELEVATIONS[0] / 2 < each[0] < np.pi / 2)
    return _direction(*found) if best > _MATCHES else None


def _direction(elevation: float, around: float) -> np.ndarray:
    flat = np.cos(elevation)
    return np.array((flat * np.sin(around), np.sin(elevation), flat * np.cos(around)))


def _from_shading(
    picture: np.ndarray, mask: np.ndarray, camera: Camera, points: np.ndarray, faces: np.ndarray
) -> np.ndarray | None:
    drawn = draw(camera, points, faces)
    here = drawn.covered & (_shrunk(mask, camera) > 0.8)
    if here.sum() < 200:
        return None
    corners = points[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    value = _shrunk(picture.astype(np.float32).mean(axis=-1) ** 2.2, camera)[here]
    value = np.clip(value / max(float(np.median(value)), 1e-6), 0.0, 3.0)
    terms = np.concatenate((np.ones((here.sum(), 1)), normals[drawn.face[here]]), axis=1)
    (_, *slope), *_ = np.linalg.lstsq(terms, value, rcond=None)
    slope = np.array(slope)
    slope[1] = max(slope[1], 0.0)
    if np.linalg.norm(slope) < _MODELLED:
        return None
    flat = np.hypot(slope[0], slope[2])
    elevation = np.clip(np.arctan2(slope[1], flat), _ELEVATIONS[1], _ELEVATIONS[-1])
    return _direction(float(elevation), float(np.arctan2(slope[0], slope[2])))


def _shrunk(values: np.ndarray, camera: Camera) -> np.ndarray:
    from .packages import needed

    cv2 = needed("cv2")
    size = camera.width, camera.height
    return cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_AREA)
