"""Renders people whose shape, pose, clothes and camera are known."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.rotations import quat_to_axis_angle
from motionclip_blender.photo.terms import Camera, Fit
from render_pipeline.looks import Looks
from render_pipeline.projection import SENSOR
from render_pipeline.settings import Settings

_FRAMES = 60
_SIDE, _ABOVE, _MARGIN = 55.0, 18.0, (0.05, 0.3)  # degrees; as people are photographed whose face is to be seen
_TO_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # Blender's axes to those of `core`


@dataclass(frozen=True, eq=False)
class Person:
    """picture: (H, W, 3) uint8. truth: the body and camera it was rendered with. joints: (55, 3) and spins: (55, 3, 3)
    global rotations, in the world. vertices: (V, 3) in the world."""

    picture: np.ndarray
    truth: Fit
    joints: np.ndarray
    spins: np.ndarray
    vertices: np.ndarray


def motions_of(engine: Engine, held_out: bool) -> list[Motion]:
    """Decodes every second motion that the pack has wordings for: those that priors are made of, or the others."""
    known = engine.retrieval
    assert known is not None
    chosen = range(int(held_out), len(known.classes), 2)
    described = set(known.motions.tolist())
    return engine.decode(np.stack([known.latent(motion) for motion in chosen if motion in described]), _FRAMES)


def poses(engine: Engine, count: int, seed: int, held_out: bool) -> list[Motion]:
    """Draws `count` frames of such motions, each turned to face +Z."""
    rng = np.random.default_rng([seed, 1])
    motions = motions_of(engine, held_out)
    found = []
    for chosen in rng.integers(len(motions), size=count):
        frame = int(rng.integers(_FRAMES))
        one = motions[chosen].crop(frame, frame + 1)
        found.append(one.turned(-float(heading(one.rotations[0, 0]))))
    return found


def people(count: int, seed: int, held_out: bool, size: int = 640) -> Iterator[Person]:
    """Renders `count` people with Workbench, in this process. held_out: see `motions_of`."""
    from render_pipeline.studio import Studio

    body = Body.load()
    looks, rng = Looks.load("varied"), np.random.default_rng([seed, 2])
    studio = Studio(body, Settings(size=size, samples=8))
    frames, motions = [], poses(Engine(body=body), count, seed, held_out)
    for _ in range(count):
        look = looks.draw(rng).as_json()
        look["azimuth"] = float(rng.uniform(-_SIDE, _SIDE))
        look["elevation"] = float(rng.uniform(0, _ABOVE))
        look["margin"] = float(rng.uniform(*_MARGIN))
        frames.append({"look": look, "floor": 0.0})
    shots = [
        studio.prepare(frame, motion.rotations[0], motion.translation[0])
        for frame, motion in zip(frames, motions, strict=True)
    ]
    pictures: list[np.ndarray] = []
    with tempfile.TemporaryDirectory() as folder:
        studio.render(iter(shots), count, Path(folder), lambda _, image: pictures.append(_decoded(image)))
    for shot, motion, picture in zip(shots, motions, pictures, strict=True):
        betas = np.array(shot.look.shape, np.float32)
        joints = shot.joints @ _TO_WORLD.T
        spins, places = posed(motion, body.joints(betas))
        axes = shot.view.axes * np.array([[1.0], [-1.0], [-1.0]])
        camera = Camera(size, size, shot.look.focal_length / SENSOR * size, axes @ _TO_WORLD.T, _TO_WORLD @ shot.place)
        moved = motion.translation[0] + joints[0] - places[0, 0]
        pose = quat_to_axis_angle(motion.rotations[0].astype(np.float64))
        yield Person(picture, Fit(betas, pose, moved, camera, 1.0), joints, spins[0], shot.vertices)


def _decoded(image: bytes) -> np.ndarray:
    import cv2

    return np.ascontiguousarray(cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
