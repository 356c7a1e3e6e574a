"""Postures, and what is put in between them: of the default pack's motions."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.cleanup.seams import ground_poses
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.performance.perform import Performance, perform
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.core.timeline.postures import fronts_apart, on_feet, unlike, upright


def pose(engine: Engine, wording: str, frame: int = 30) -> np.ndarray:
    motion = motions_of(engine, engine.prompt_latents([wording]), 60)[0]
    return ground_poses(motion.crop(frame, frame + 1), engine.body)[0]


def performed(engine: Engine, prompt: str) -> Performance:
    return perform(engine, *understand(engine, engine.wordings, prompt))


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("walks", "crouches", False),
        ("crouches", "sneaks", False),
        ("stands still", "sits", True),
        ("sleeps", "walks", True),
        ("crouches", "sleeps", True),
    ],
)
def test_which_postures_are_unlike(engine: Engine, one: str, other: str, differ: bool):
    standing = engine.body.joints()[0, 1]
    poses = pose(engine, one), pose(engine, other)
    assert unlike(*poses, standing) == unlike(*poses[::-1], standing) == differ


@pytest.mark.parametrize(
    ("wording", "feet", "stands"),
    [("walks", True, True), ("crouches", True, False), ("sits", False, False), ("sleeps", False, False)],
)
def test_what_carries_the_body(engine: Engine, wording: str, feet: bool, stands: bool):
    found = pose(engine, wording)
    assert on_feet(found) == feet and upright(found, engine.body.joints()[0, 1]) == stands


@pytest.mark.parametrize(
    "prompt",
    ["walks, then sneaks", "waves, then crouches", "crouches, then walks", "looks around, then sneaks off on tiptoe"],
)
def test_who_crouches_needs_no_chair(engine: Engine, prompt: str):
    assert not performed(engine, prompt).remarks


def test_who_kneels_does_not_stand_up_to_go_on_kneeling(engine: Engine):
    done = performed(engine, "kneels down, then ties the shoelaces")
    assert not done.remarks
    heights = engine.body.posed_joints(done.motion)[:, 0, 1]
    assert heights[done.ends[0] - 1 :].max() < 0.75 * heights[0]


def test_who_stands_does_not_stand_up(engine: Engine):
    done = performed(engine, "walks, then stands up")
    assert done.remarks == ('"stands up" is left out: the body stands already.',) and done.ends[0] == done.ends[1]


def test_who_lies_gets_up_without_a_chair(engine: Engine):
    done = performed(engine, "lies down, then stands up")
    assert done.remarks[0].startswith('"stands up" is made as')
    assert engine.body.posed_joints(done.motion)[-1, 0, 1] > 0.8


@pytest.mark.parametrize("prompt", ["kneels down, then stands up", "lies down, then gets up", "crouches, then jumps"])
def test_nobody_floats_after_a_change_of_posture(engine: Engine, prompt: str):
    lowest = engine.body.lowest(performed(engine, prompt).motion)
    assert lowest.min() > -0.06 and lowest[-1] < 0.03


@pytest.mark.parametrize(("way", "sign"), [("left", 1), ("right", -1)])
def test_who_goes_aside_after_something_else_goes_aside(engine: Engine, way: str, sign: int):
    path = performed(engine, f"waves, then walks to the {way}").motion.translation[:, [0, 2]]
    gone = path[-1] - path[0]
    assert sign * gone[0] > 3 * abs(gone[1])


def test_who_lies_on_the_back_does_not_get_up_from_the_belly(engine: Engine):
    done = performed(engine, "someone loses balance and falls backward, then gets up")
    heads = engine.body.posed_joints(done.motion)[:, INDEX["head"], 1]
    lies = int(np.flatnonzero(heads < 0.4)[0])
    rises = np.flatnonzero(heads[lies:] > 1.0)[0] + lies
    assert heads[rises:].min() > 0.6 and heads[-1] > 1.2  # up once, and for good


def test_back_and_belly_are_opposite(engine: Engine):
    supine = pose(engine, "sleeps")
    prone = supine * (-1, -1, 1) + (0, 2 * supine[0, 1], 0)  # turned about the way in which the body lies
    assert fronts_apart(supine, prone) > 150 > 10 > fronts_apart(supine, supine)
    assert unlike(supine, prone, engine.body.joints()[0, 1])


@pytest.mark.parametrize("prompt", ["kneels down, then stands up", "crouches down, then gets up"])
def test_who_kneels_rises_as_he_went_down(engine: Engine, prompt: str):
    done = performed(engine, prompt)
    assert done.remarks[0].endswith("is made as the way down, backward.")
    heights = engine.body.posed_joints(done.motion)[:, 0, 1]
    low = int(heights.argmin())
    assert (np.diff(heights[low:]) > -0.01).all() and abs(heights[-1] - heights[0]) < 0.03


@pytest.mark.parametrize(
    "prompt",
    [
        "lies down on the floor, then does sit-ups",
        "lies on the belly, then sleeps",
        "does push-ups, then lies on the back",
    ],
)
def test_who_lies_does_not_stand_up_to_lie_otherwise(engine: Engine, prompt: str):
    done = performed(engine, prompt)
    heights = engine.body.posed_joints(done.motion)[:, 0, 1]
    assert heights[done.ends[0] - 1 :].max() < 0.6


@pytest.mark.parametrize(("prompt", "lowest"), [("walks, then crawls", 0.3), ("crawls, then walks", 0.3)])
def test_nobody_gets_farther_down_than_the_next_step_begins(engine: Engine, prompt: str, lowest: float):
    assert engine.body.posed_joints(performed(engine, prompt).motion)[:, 0, 1].min() > lowest


def test_who_crawls_before_a_walk_does_not_float(engine: Engine):
    assert engine.body.lowest(performed(engine, "crawls, then walks").motion).max() < 0.09


def test_who_kneels_rises_from_the_knee_to_walk(engine: Engine):
    (remark,) = performed(engine, "kneels down, then walks away").remarks
    assert remark.endswith('"goes down on one knee, backward" is put in.')


def test_who_kneels_picks_something_up_from_there(engine: Engine):
    done = performed(engine, "kneels down, then picks up a coin")
    heights = engine.body.posed_joints(done.motion)[:, 0, 1]
    low = done.ends[0] - 1
    assert not done.remarks and heights[low : low + 8].max() < 0.75


def test_who_kneels_on_one_knee_does_not_stand_up_to_kneel_on_both(engine: Engine):
    done = performed(engine, "kneels down, then begs for mercy")
    assert engine.body.posed_joints(done.motion)[done.ends[0] :, 0, 1].max() < 0.7
