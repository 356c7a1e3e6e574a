"""Takes the person out of a photo, with the shadow on the floor, and paints what may be behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.colour import srgb_to_linear
from ..core.progress import Progress, no_progress
from .camera import project
from .packages import needed
from .patch_fill import filled
from .terms import Camera

_GROWN = 0.012  # of the picture's longer side: hair and blurred edges lie outside of masks
_THERE = 0.15  # of a mask's values, from which on a pixel may show the person
_FLOOR_REACH = 1.6  # metres from the person within which a shadow on the floor is sought
_DARKER = 0.9  # brightness relative to the floor around, below which a pixel may lie in shadow
_COLOUR = 14.0  # difference of colour in Lab from the floor around, above which it is something else
_LARGEST_SHADOW = 0.9  # of the person's area; what is larger is no shadow
_SMALLEST_SHADOW = 0.004
_AT_THE_FEET = 0.12  # of the person's height in pixels: how near the lowest point a shadow begins


@dataclass(frozen=True, eq=False)
class Background:
    """A photo without its person.

    picture: (H, W, 3) uint8 sRGB. taken_out: (H, W) bool, outside of which it is the photo's pixel by pixel.
    shadow: (H, W) bool, the person's shadow on the floor as it was in the photo. darkness: how much darker the floor is
    there, 0..1; 0 where no shadow was found.
    """

    picture: np.ndarray
    taken_out: np.ndarray
    shadow: np.ndarray
    darkness: float


def without_person(
    picture: np.ndarray, mask: np.ndarray, camera: Camera, ground: np.ndarray, progress: Progress | None = None
) -> Background:
    """Takes the person of `mask` (H, W) out of a photo (H, W, 3).

    camera: of this picture. ground: (3,) the place on the floor, y = 0, below the person. Raises what `progress`
    raises.
    """
    cv2 = needed("cv2")
    step = progress or no_progress
    step("Taking the person out", 0.0)
    height, width = mask.shape
    reach = max(2, round(_GROWN * max(height, width)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    person = cv2.dilate((mask > _THERE).astype(np.uint8), kernel) > 0
    shadow, darkness = _shadow(cv2, picture, person, mask > 0.5, camera, ground)
    grown = cv2.dilate(shadow.astype(np.uint8), kernel) > 0
    hole = person | grown
    if hole.all():
        hole[:, 0] = False  # a person who fills the picture leaves nothing to paint with
    done = filled(picture, hole, lambda: step("Taking the person out", 0.5))
    step("Taking the person out", 1.0)
    return Background(done, hole, shadow, darkness)


def floor_near(camera: Camera, ground: np.ndarray, reach: float) -> np.ndarray:
    """Returns (H, W) bool: which pixels show the floor, y = 0, within `reach` metres of a place on it."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    rays = np.stack(
        (columns - camera.width / 2, rows - camera.height / 2, np.full(rows.shape, camera.focal)), axis=-1
    ) @ np.asarray(camera.rotation)
    down = rays[..., 1] < -1e-6
    away = np.where(down, -camera.position[1] / np.where(down, rays[..., 1], -1.0), 0.0)
    points = camera.position + rays * away[..., None]
    return down & (away > 0) & (np.hypot(points[..., 0] - ground[0], points[..., 2] - ground[2]) < reach)


def _shadow(
    cv2, picture: np.ndarray, person: np.ndarray, inner: np.ndarray, camera: Camera, ground: np.ndarray
) -> tuple[np.ndarray, float]:
    """Finds the person's shadow on the floor: darker than the floor around, of its colour, and beginning at the feet.

    Returns (H, W) bool and how much darker it is.
    """
    nothing = np.zeros(person.shape, bool), 0.0
    rows = np.flatnonzero(inner.any(axis=1))
    if not len(rows):
        return nothing
    tall = rows[-1] - rows[0] + 1
    (foot,), depth = project(camera, np.asarray(ground, float)[None])
    cut_off = rows[-1] >= person.shape[0] - 2
    if cut_off or depth[0] <= 0 or not 0 <= foot[1] < person.shape[0] * 1.2:
        return nothing  # the feet are not in the picture
    floor = floor_near(camera, ground, _FLOOR_REACH) & ~person
    if floor.sum() < 50:
        return nothing
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    weight = floor.astype(np.float32)
    sigma = max(0.25 * tall, 4.0)
    about = cv2.GaussianBlur(lab * weight[..., None], (0, 0), sigma)
    share = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    around = about / np.maximum(share, 1e-3)
    light = np.maximum(lab[..., 0], 1.0) / np.maximum(around[..., 0], 1.0)
    same = np.linalg.norm(lab[..., 1:] - around[..., 1:], axis=-1) < _COLOUR
    dark = cv2.medianBlur((floor & same & (light < _DARKER)).astype(np.uint8), 5)
    count, labels = cv2.connectedComponents(dark)
    near = np.zeros(person.shape, np.uint8)
    low = max(round(rows[-1] - _AT_THE_FEET * tall), 0)
    near[low:] = cv2.dilate(person.astype(np.uint8), np.ones((5, 5), np.uint8))[low:]
    touching = np.unique(labels[(near > 0) & (dark > 0)])
    found = np.isin(labels, touching[touching > 0])
    if count < 2 or not _SMALLEST_SHADOW * inner.sum() < found.sum() < _LARGEST_SHADOW * inner.sum():
        return nothing
    lit = floor & ~found & (light > _DARKER)
    if lit.sum() < 50:
        return nothing
    value = srgb_to_linear(picture.astype(np.float32) / 255).mean(axis=-1)
    darkness = 1.0 - float(np.median(value[found]) / max(np.median(value[lit]), 1e-6))
    return found, float(np.clip(darkness, 0.0, 0.9))
