"""People drawn by the rasteriser, whose body, pose and camera are known."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.photo.camera import draw, project, seen_from
from motionclip_blender.photo.chain import TURNED, Chain, State
from motionclip_blender.photo.prior import load_prior
from motionclip_blender.photo.see import LANDMARKS, Seen
from motionclip_blender.photo.skin import Skin
from motionclip_blender.photo.terms import Camera, Fit

BACKGROUND = (90, 140, 190)


def camera(size: int = 400, focal: float = 1.4, away: float = 3.2, turn: float = 0.0, pitch: float = 0.1) -> Camera:
    """A camera that looks at a person over the origin, `turn` radians to the person's left of straight ahead."""
    cosine, sine = np.cos(pitch), np.sin(pitch)
    tilt = np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
    round_y = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
    rotation = np.diag([1.0, -1.0, -1.0]) @ tilt @ round_y
    return Camera(size, size, focal * size, rotation, np.array([0.0, 0.9, 0.0]) - away * rotation[2])


def person(body: Body, seed: int = 0, **of_camera: float) -> Fit:
    """Somebody who stands with the arms away from the body, feet on the floor."""
    rng = np.random.default_rng(seed)
    pose = np.zeros((55, 3))
    pose[INDEX["left_shoulder"]] = (0.0, -0.2, -0.8)
    pose[INDEX["right_shoulder"]] = (0.0, 0.2, 0.7)
    pose[INDEX["left_elbow"]] = (0.0, -0.5, 0.0)
    pose[INDEX["right_elbow"]] = (0.0, 0.3, 0.0)
    pose[25:] = body.relaxed_hands
    pose[1:TURNED] += rng.normal(size=(TURNED - 1, 3)) * 0.05
    betas = rng.normal(size=10) * 0.8
    made = Fit(betas, pose, np.zeros(3), camera(**of_camera), 1.0)
    lowest = Skin(body, made).vertices()[:, 1].min()
    return Fit(betas, pose, np.array([0.0, -lowest, 0.0]), made.camera, 1.0)


def seen_of(body: Body, fit: Fit) -> Seen:
    """What an unerring network sees of the person."""
    skin = Skin(body, fit)
    state = State(fit.pose[:TURNED], fit.translation, fit.betas, float(np.log(fit.camera.focal)))
    marks, _ = Chain(body, state, fit.pose[TURNED:]).landmarks(load_prior().offsets)
    pixels, _ = project(fit.camera, marks)
    places = seen_from(fit.camera, marks)
    hips = [LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]
    mask = draw(fit.camera, skin.vertices(), body.faces).covered.astype(np.float32)
    return Seen(fit.camera.width, fit.camera.height, pixels, places - places[hips].mean(axis=0), np.ones(33), mask, ())


def picture_of(body: Body, fit: Fit) -> np.ndarray:
    """The person in the colours of the body's zones, before an even background."""
    shown = draw(fit.camera, Skin(body, fit).vertices(), body.faces)
    picture = np.empty((*shown.face.shape, 3), np.uint8)
    picture[:] = BACKGROUND
    colours = (np.clip(body.zone_colours, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    picture[shown.covered] = colours[body.face_zone[shown.face[shown.covered]]]
    return picture
