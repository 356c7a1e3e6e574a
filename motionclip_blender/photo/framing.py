"""Says where the camera of a photo's film goes, frame by frame, and how far the photo's picture reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.body import Body
from ..core.motion import Motion
from .camera import project, seen_from
from .terms import Camera

SHORT, LONG = 720, 1280
"""The most pixels of a film's shorter and longer side."""

_MARGIN = 0.03  # free space around the person, as a part of the picture
_SMOOTH = 0.4  # seconds, standard deviation of the smoothing of the camera's way
_SLACK = 0.12  # of the picture, by which the camera may lag behind the person, or be ahead
_LAG = 4.0  # pixels that count for nothing
_HELD = 0.22  # of the picture, by which the camera goes at most after an arm, away from the person's middle
_FAR = 0.2  # of the picture's width; who leaves it by more is kept where they are in it


def film_size(width: int, height: int) -> tuple[int, int]:
    """Returns the size of a film of a photo: not larger than the photo, with even sides, as films need them."""
    scale = min(1.0, SHORT / min(width, height), LONG / max(width, height))
    return max(2 * round(width * scale / 2), 2), max(2 * round(height * scale / 2), 2)


@dataclass(frozen=True, eq=False)
class Framing:
    """The way of a camera that follows, from where the photo's camera is.

    moved: (T, 2) int pixels by which the photo's picture moves left and up in the film's. aside: (T,) metres by which
    the camera moves along its own x axis; up and down it only shifts its lens.

    The picture moves as a wall at the person's distance would: under the person's feet the floor does not slide.
    """

    moved: np.ndarray
    aside: np.ndarray

    @property
    def still(self) -> bool:
        return not self.moved.any()


def framing(motion: Motion, body: Body, camera: Camera, follow: bool | None = None) -> Framing:
    """Returns the camera's way for a motion. The first frame is the photo's own.

    follow: whether the camera keeps the person where they are in the first frame; None for as far as the person would
        leave the picture.
    """
    frames = len(motion)
    low, high, middle = _boxes(motion, body, camera)
    depth = middle[:, 1]
    metres = depth / camera.focal  # of a pixel, at the person
    if follow is False:
        return Framing(np.zeros((frames, 2), int), np.zeros(frames))
    size, sigma = np.array((camera.width, camera.height), float), _SMOOTH * motion.fps
    # whom the photo's edge cuts off may stay as cut off
    least, most = np.minimum(_MARGIN * size, low[0]), np.maximum((1 - _MARGIN) * size, high[0])
    before, beyond = np.minimum(low - least, 0.0), np.maximum(high - most, 0.0)
    leaves = before + beyond
    leaves[:, 1] = np.where(before[:, 1] < 0, before[:, 1], beyond[:, 1])  # the head counts for more than the feet
    # not by the boxes: far aside, what is nearest of the person lies far from the middle
    goes = (middle[:, 0] - middle[0, 0] * depth / depth[0]) / metres
    if follow or np.abs(goes).max() > _FAR * size[0]:
        leaves[:, 0] = goes
    held = _HELD * size
    leaves[:, 0] = np.clip(leaves[:, 0], goes - held[0], goes + held[0])
    leaves[:, 1] = np.clip(leaves[:, 1], -held[1], held[1])
    if np.abs(leaves).max() < _LAG:
        return Framing(np.zeros((frames, 2), int), np.zeros(frames))
    slack = _SLACK * size
    aside = _near(_smoothed(leaves[:, 0] * metres, sigma), leaves[:, 0] * metres, slack[0] * metres)
    across = np.cumsum(np.diff(aside, prepend=0.0) / metres)
    up = _near(_smoothed(leaves[:, 1], sigma), leaves[:, 1], slack[1])
    moved = np.round(np.stack((across, up), axis=1)).astype(int)
    return Framing(moved, np.cumsum(np.diff(moved[:, 0], prepend=0) * metres))


def _near(way: np.ndarray, wanted: np.ndarray, slack: np.ndarray | float) -> np.ndarray:
    """Holds a smoothed way (T,) near the wanted one, however fast that is."""
    return np.clip(way, wanted - slack, wanted + slack)


def _boxes(motion: Motion, body: Body, camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the lowest and the highest pixels (T, 2) of the person in each frame, and how far aside and ahead of the
    camera the middle is, (T, 2) metres."""
    points = body.posed_vertices(motion, ids=body.contacts).astype(np.float64)
    low, high, middle = (np.empty((len(motion), 2)) for _ in range(3))
    for i, each in enumerate(points):
        pixels, depth = project(camera, each)
        ahead = depth > 0.3
        if ahead.any():
            low[i], high[i] = pixels[ahead].min(axis=0), pixels[ahead].max(axis=0)
        else:
            low[i], high[i] = (low[i - 1], high[i - 1]) if i else (np.zeros(2), np.zeros(2))
        aside, _, ahead_by = seen_from(camera, each.mean(axis=0))
        middle[i] = aside, max(ahead_by, 0.3)
    return low, high, middle


def _smoothed(wanted: np.ndarray, sigma: float) -> np.ndarray:
    """Smooths a way (T,) that starts at 0, and goes on at its end as it came."""
    reach = min(max(int(3 * sigma), 1), len(wanted) - 1)
    if reach < 1:
        return np.zeros(len(wanted))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    padded = np.concatenate((np.repeat(wanted[:1], reach), wanted, 2 * wanted[-1] - wanted[-2 : -reach - 2 : -1]))
    way = np.convolve(padded, kernel / kernel.sum(), "valid")
    return way - way[0] * np.exp(-np.arange(len(way)) / max(sigma, 1e-6))


def widened(picture: np.ndarray, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns a picture (H, W, 3) that goes on beyond its edges as its own mirror image, as far as `moved` (T, 2) goes.

    Also returns by how many pixels, right and down, the wider picture's middle lies from the film's in each frame,
    (T, 2) int. A picture and its mirror image repeat themselves, so that it need not be wider than three of them.
    """
    size = np.array(picture.shape[1::-1])
    far = (np.abs(moved) > size).any(axis=0)
    places = np.where(far, moved % (2 * size), moved)
    before, after = np.maximum(-places.min(axis=0), 0), np.maximum(places.max(axis=0), 0)
    after += (before + after) % 2  # so that both middles are whole pixels apart
    (left, top), (right, bottom) = before, after
    wide = np.pad(picture, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    return wide, (after - before) // 2 - places
