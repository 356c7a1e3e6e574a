"""Photos that were never taken: a body before a wall, with all that can be known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.photo.camera import draw
from motionclip_blender.photo.terms import Camera, Dressed, Fit

LIGHT = np.array((-0.5, 0.8, 0.35)) / np.linalg.norm((-0.5, 0.8, 0.35))
"""Towards the light: above, to the left, a little before the person."""


@dataclass(frozen=True, eq=False)
class Staged:
    """picture: (H, W, 3) uint8. empty: without person and shadow. mask: (H, W) float32. shadow: (H, W) bool."""

    picture: np.ndarray
    empty: np.ndarray
    mask: np.ndarray
    shadow: np.ndarray
    fit: Fit


def camera_at(width: int, height: int, distance: float = 4.0, above: float = 1.5, down: float = 0.12) -> Camera:
    """A camera before the person, which looks along -Z and a little down."""
    cosine, sine = np.cos(down), np.sin(down)
    turn = np.diag([1.0, -1.0, -1.0]) @ np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    return Camera(width, height, 1.3 * max(width, height), turn, np.array((0.0, above, distance)))


def standing(body: Body, betas: np.ndarray | None = None, turn: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A pose (55, 3) with lowered arms, and its place on the floor."""
    pose = np.zeros((55, 3))
    pose[0, 1] = turn
    pose[INDEX["left_shoulder"], 2], pose[INDEX["right_shoulder"], 2] = -1.1, 1.1
    motion = Motion.from_axis_angle(pose.reshape(1, -1), np.zeros((1, 3)))
    low = body.posed_vertices(motion, betas)[0][:, 1].min()
    return pose, np.array((0.0, -low, 0.0))


def staged(body: Body, width: int = 320, height: int = 240, seed: int = 0, **camera: float) -> Staged:
    """Draws the body on a floor before a wall, lit from `LIGHT`, with its shadow on the floor."""
    rng = np.random.default_rng(seed)
    view = camera_at(width, height, **camera)
    pose, place = standing(body, turn=float(rng.uniform(-0.3, 0.3)))
    betas = np.zeros(10)
    motion = Motion.from_axis_angle(pose.reshape(1, -1), place[None])
    points = body.posed_vertices(motion, betas)[0].astype(np.float64)
    empty = _room(view, rng)
    shade = points - LIGHT * (points[:, 1:2] / LIGHT[1])
    shade[:, 1] = 0.0
    shadow = draw(view, shade, body.faces).covered
    drawn = draw(view, points, body.faces)
    corners = points[body.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    colours = np.full((len(body.faces), 3), 0.5) if body.face_zone is None else body.zone_colours[body.face_zone]
    lit = colours * (0.45 + 0.55 * np.clip(normals @ LIGHT, 0, 1))[:, None]
    picture = empty.copy()
    picture[shadow] = picture[shadow] * 0.75
    picture[drawn.covered] = _encoded(lit[drawn.face[drawn.covered]])
    fit = Fit(betas, pose, place, view, 1.0)
    return Staged(
        np.round(picture).astype(np.uint8), np.round(empty).astype(np.uint8), drawn.covered.astype(np.float32),
        shadow & ~drawn.covered, fit,
    )  # fmt: skip


def projected(picture: np.ndarray, fit: Fit, body: Body) -> Dressed:
    """Dresses a body with the photo as the camera sees it: exact from its side, mirrored on the other."""
    from motionclip_blender.photo.camera import project
    from motionclip_blender.photo.packages import needed

    motion = Motion.from_axis_angle(fit.pose.reshape(1, -1), fit.translation[None])
    points = body.posed_vertices(motion, fit.betas)[0].astype(np.float64)
    pixels, _ = project(fit.camera, points)
    uv = pixels / (fit.camera.width, fit.camera.height)
    uv[:, 1] = 1 - uv[:, 1]
    texture = needed("cv2").resize(picture, (512, 512))
    return Dressed(np.zeros_like(body.template), np.clip(uv, 0, 1)[body.faces], texture)


def _room(camera: Camera, rng: np.random.Generator) -> np.ndarray:
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    rays = np.stack(
        (columns - camera.width / 2, rows - camera.height / 2, np.full(rows.shape, camera.focal)), axis=-1
    ) @ np.asarray(camera.rotation)
    away = np.where(rays[..., 1] < 0, -camera.position[1] / np.minimum(rays[..., 1], -1e-9), np.inf)
    wall = (-1.5 - camera.position[2]) / rays[..., 2]
    floor = away < wall
    points = camera.position + rays * np.minimum(away, wall)[..., None]
    boards = np.floor(points[..., 0] / 0.2) % 2
    stripes = np.floor(points[..., 0] / 0.5) % 2
    floors = np.array((150.0, 120.0, 90.0)) + 14.0 * boards[..., None]
    walls = np.array((190.0, 195.0, 185.0)) - 12.0 * stripes[..., None]
    return np.where(floor[..., None], floors, walls) + rng.normal(0, 2.0, (*floor.shape, 1))


def _encoded(linear: np.ndarray) -> np.ndarray:
    values = np.clip(linear, 0, 1)
    return 255 * np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
