"""From a photo's pose into a motion, and where the camera looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.motion import Motion
from motionclip_blender.photo.acting import HOLD, acted, opening, turned_aside
from motionclip_blender.photo.camera import project
from motionclip_blender.photo.framing import film_size, framing, widened
from motionclip_blender.photo.terms import Fit
from tests.cli.command import needs_model
from tests.photo.staged import camera_at, standing


@pytest.fixture
def fit(open_body) -> Fit:
    pose, place = standing(open_body, turn=0.4)
    return Fit(np.zeros(10), pose, place + np.array((0.3, 0.0, -0.2)), camera_at(640, 480, distance=4.5), 1.0)


def walking(body, metres: float, frames: int = 60) -> Motion:
    """Straight on, facing +Z."""
    pose, place = standing(body)
    way = np.linspace(0, metres, frames)[:, None] * (0.0, 0.0, 1.0)
    return Motion.from_axis_angle(np.repeat(pose.reshape(1, -1), frames, axis=0), place + way)


@pytest.fixture(scope="module")
def engine(open_body) -> Engine:
    return Engine(None, open_body)


@needs_model
def test_the_first_frames_are_the_photos_pose(open_body, engine, fit):
    motion, _ = acted(engine, open_body, fit, walking(open_body, 0.3))
    start = opening(fit, 30.0, HOLD)
    assert np.abs(np.abs((motion.rotations[:HOLD] * start.rotations).sum(-1)) - 1).max() < 1e-5
    assert motion.translation[:HOLD] == pytest.approx(start.translation, abs=1e-6)
    assert len(motion) == 60 + HOLD


@needs_model
def test_no_joint_jumps_on_the_way_into_the_motion(open_body, engine, fit):
    motion, _ = acted(engine, open_body, fit, walking(open_body, 1.0))
    joints = open_body.posed_joints(motion)[:, :22]
    assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() < 0.12, "metres a frame: 3.6 a second"


@needs_model
def test_who_sits_in_the_photo_gets_up_first(open_body, engine, fit):
    from motionclip_blender.core.skeleton import INDEX

    pose = fit.pose.copy()
    for side in ("left", "right"):
        pose[INDEX[f"{side}_hip"], 0], pose[INDEX[f"{side}_knee"], 0] = -1.5, 1.5
    low = open_body.posed_vertices(Motion.from_axis_angle(pose.reshape(1, -1), np.zeros((1, 3))))[0][:, 1].min()
    seated = Fit(fit.betas, pose, np.array((0.0, -low, 0.0)), fit.camera, 1.0)
    motion, notes = acted(engine, open_body, seated, walking(open_body, 0.3))
    assert any("is put in" in note for note in notes) and len(motion) > 60 + HOLD
    assert motion.translation[0] == pytest.approx(seated.translation, abs=1e-6)


@needs_model
def test_who_would_run_into_the_camera_turns_aside(open_body, engine, fit):
    motion, notes = acted(engine, open_body, fit, walking(open_body, 6.0))
    depth = (motion.translation - fit.camera.position) @ fit.camera.rotation[2]
    assert depth.min() > 0.55 * depth[0]
    assert any(note.startswith("The person turns by") for note in notes)
    _, near = acted(engine, open_body, fit, walking(open_body, 0.4))
    assert near == ()


def test_turning_aside_turns_way_and_person(open_body):
    motion = walking(open_body, 2.0)
    turned = turned_aside(motion, 10, np.pi / 2)
    assert (turned.translation[:11] == motion.translation[:11]).all()
    assert (turned.translation[-1] - turned.translation[10])[0] == pytest.approx(2.0 * 49 / 59, abs=1e-4)
    ahead = rot.quat_to_matrix(turned.rotations[-1, 0]) @ (0, 0, 1)
    assert ahead[0] == pytest.approx(1, abs=1e-5)
    speed = np.linalg.norm(np.diff(turned.translation, axis=0), axis=1)
    assert speed == pytest.approx(np.linalg.norm(np.diff(motion.translation, axis=0), axis=1), abs=1e-6)


# --- the camera


def test_the_camera_stays_with_a_person_who_stays(open_body, fit):
    assert framing(opening(fit, 30.0, 40), open_body, fit.camera).still
    assert framing(walking(open_body, 9.0), open_body, fit.camera, follow=False).still


def test_the_camera_follows_and_the_floor_does_not_slide(open_body, fit):
    motion = walking(open_body, 5.0, 90)
    aside = Motion(motion.rotations, motion.translation[:, ::-1] * (1, 0, 0) + motion.translation * (0, 1, 0))
    found = framing(aside, open_body, fit.camera)
    assert found.moved[0].tolist() == [0, 0] and found.moved[-1, 0] > 300
    assert np.abs(np.diff(found.moved, axis=0)).max() < 40
    # a place on the floor under the person moves in the film as the picture does
    camera = fit.camera
    pixel, _ = project(camera, np.array([[1.0, 0.0, 0.0]]))
    later = replace(camera, position=camera.position + found.aside[40] * camera.rotation[0])
    moved, _ = project(later, np.array([[1.0, 0.0, 0.0]]))
    assert pixel[0, 0] - moved[0, 0] == pytest.approx(found.moved[40, 0], rel=0.1)
    low, _ = project(replace(camera, position=camera.position + found.aside[-1] * camera.rotation[0]),
                     open_body.posed_joints(aside)[-1])  # fmt: skip
    assert (low[:, 0] > 0).all() and (low[:, 0] < camera.width).all()


def seen(wide: np.ndarray, at: np.ndarray, width: int, height: int) -> np.ndarray:
    """What a film of `width` x `height` pixels shows of a picture whose middle lies at `at` from its own."""
    left, top = (wide.shape[1] - width) // 2 - at[0], (wide.shape[0] - height) // 2 - at[1]
    assert left >= 0 and top >= 0
    return wide[top : top + height, left : left + width]


def test_the_picture_goes_on_as_its_mirror_image():
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    wide, places = widened(picture, np.array([[0, 0], [5, -1]]))
    assert (seen(wide, places[0], 6, 4) == picture).all()
    later = seen(wide, places[1], 6, 4)
    assert (later[1:, 0] == picture[:3, 5]).all() and (later[0] == later[1]).all()
    assert (later[1:, 1:] == picture[:3, ::-1][:, :5]).all()
    same, at = widened(picture, np.zeros((3, 2), int))
    assert same.shape == picture.shape and not at.any()


def test_a_camera_that_goes_far_sees_the_pictures_repeat():
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    wide, places = widened(picture, np.array([[0, 0], [12, 0], [-120, 8], [30, 0]]))
    assert wide.shape[1] <= 3 * 6 + 1
    for place in places[:3]:
        assert (seen(wide, place, 6, 4) == picture).all()
    assert (seen(wide, places[3], 6, 4) == picture[:, ::-1]).all()


def test_whoever_runs_fast_stays_in_the_picture(open_body, fit):
    near = Fit(fit.betas, fit.pose, fit.translation, camera_at(512, 512, distance=1.4), 1.0)
    motion = walking(open_body, 8.0)
    aside = Motion(motion.rotations, motion.translation[:, ::-1] * (1, 0, 0.15) + motion.translation * (0, 1, 0))
    aside = aside.moved(np.linspace(0, -1, 60)[:, None] * (0, 0, 1))
    found = framing(aside, open_body, near.camera)
    assert found.moved[-1, 0] > 2 * 512
    for frame in range(0, 60, 6):
        camera = replace(near.camera, position=near.camera.position + found.aside[frame] * near.camera.rotation[0])
        pixel, _ = project(camera, open_body.posed_joints(aside)[frame, :1].astype(float))
        assert 0.2 * 512 < pixel[0, 0] < 0.8 * 512


@pytest.mark.parametrize(
    ("size", "film"),
    [((4000, 3000), (960, 720)), ((3000, 4000), (720, 960)), ((512, 512), (512, 512)), ((101, 75), (100, 76)),
     ((8000, 1000), (1280, 160)), ((1, 1), (2, 2))],
)  # fmt: skip
def test_films_are_720p_at_most_and_even(size, film):
    assert film_size(*size) == film


def test_an_arm_that_leaves_the_picture_does_not_take_the_camera_along(open_body, fit):
    near = replace(fit, camera=camera_at(300, 512, distance=1.6))
    pose = np.repeat(near.pose.reshape(1, -1), 60, axis=0).reshape(60, 55, 3)
    pose[30:, 17, 2] = 0.0  # the right arm is stretched out
    places = np.repeat(near.translation[None], 60, axis=0)
    found = framing(Motion.from_axis_angle(pose.reshape(60, -1), places, 30.0), open_body, near.camera)
    assert 20 < np.abs(found.moved[:, 0]).max() < 0.35 * 300
