"""The figures of long motions tell what they say, on motions that are known."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.motion import Motion
from training.evaluation import lengths


def still(frames: int = 1200, gone: float = 0.0, turned: float = 0.0) -> Motion:
    """Returns a body that glides `gone` metres and turns by `turned` degrees."""
    vectors = np.zeros((frames, 55, 3))
    vectors[:, 0, 1] = np.radians(np.linspace(0, turned, frames))
    path = np.zeros((frames, 3))
    path[:, 2] = np.linspace(0, gone, frames)
    return Motion(rot.axis_angle_to_quat(vectors), path, 30)


def test_drift_and_turn_of_a_body_that_glides() -> None:
    assert lengths._drift(still()) == 0 and lengths._turn(still()) == 0
    assert lengths._drift(still(gone=1.0)) == pytest.approx(90, abs=1)  # between the means of 4 seconds
    assert lengths._turn(still(turned=80)) == pytest.approx(78, abs=1)


def test_what_is_held_is_frozen(open_body) -> None:
    joints = open_body.posed_joints(still(200, gone=0.0))[:, :22]
    assert lengths._frozen(joints, 30) == 1
    assert lengths._frozen(open_body.posed_joints(still(200, gone=5.0))[:, :22], 30) == 0


def test_a_jolt_beyond_the_window_is_a_seam(open_body) -> None:
    joints = open_body.posed_joints(still(400, gone=4.0))[:, :22].astype(np.float64)
    assert lengths._fastest_seam(joints) == pytest.approx(1, abs=0.01)
    joints[300:] += 0.3
    assert lengths._fastest_seam(joints) > 3


def test_both_lists_have_every_kind_and_share_no_prompt() -> None:
    choose, report = lengths.listed().values()
    assert set(choose) == set(report) == {"walking", "running", "standing", "once"}
    first, second = ({text for texts in one.values() for text in texts} for one in (choose, report))
    assert not first & second and len(first | second) >= 30


@pytest.mark.slow
def test_figures_of_a_list(open_body) -> None:
    found = lengths.lengths(Engine(body=open_body), {"standing": ["a person stands still"], "once": ["sit down"]})
    assert found["standing"]["drift_cm"]["worst"] < 3 and found["once"]["frozen_percent"]["mean"] < 5
