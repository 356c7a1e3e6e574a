"""Steps one after the other: who is down stays down for what the upper body does."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import facing
from motionclip_blender.core.performance.perform import Performance, perform
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.skeleton import INDEX

HIGH = 0.8  # metres of the pelvis of a body that stands


def performed(engine: Engine, prompt: str) -> Performance:
    return perform(engine, *understand(engine, engine.wordings, prompt))


def pelvis(engine: Engine, found: Performance) -> np.ndarray:
    return engine.body.posed_joints(found.motion)[:, 0, 1]


@pytest.mark.parametrize(
    "prompt",
    [
        "sits down, waves, and stands up",
        "a man sits on a chair, drinks from a cup, then gets up",
        "kneels down, talks, then stands up",
    ],
)
def test_who_is_down_stays_down_until_they_rise(engine: Engine, prompt: str):
    found = performed(engine, prompt)
    height = pelvis(engine, found)
    assert height[found.ends[0] - 10 : found.ends[1] - 12].max() < HIGH < height[-1]
    assert any("is done in the pose of the step before" in remark for remark in found.remarks)


def test_what_is_done_sitting_is_done(engine: Engine):
    found = performed(engine, "sits down, then waves with the right hand")
    joints = engine.body.posed_joints(found.motion)[found.ends[0] :]
    assert (joints[:, INDEX["right_wrist"], 1] > joints[:, INDEX["right_shoulder"], 1]).mean() > 0.3
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]
    assert np.ptp(feet, axis=0).max() < 0.02


@pytest.mark.parametrize(
    ("prompt", "highest"),
    [
        ("sits on the ground, stretches both legs", 0.3),
        ("sits down on the grass, then stretches the arms overhead", 0.4),
        ("lies on the back, then stretches", 0.3),
        ("lies down on the bed and stretches the arms", 0.3),
        ("crawls, then sits down", 0.75),
        ("falls flat on his face, then rolls over", 0.6),
        ("falls onto the back, then rolls over onto the belly", 0.6),
        ("does sit-ups, then rolls over into a plank", 0.6),
        ("lies on the back, then sits up", 0.4),
        ("does push-ups, then collapses onto the floor", 0.5),
        ("crawls forward, then kneels", 0.75),
        ("sits on the floor, then leans back on the hands", 0.4),
    ],
)
def test_who_is_on_the_floor_stays_there_for_what_is_done_there(engine: Engine, prompt: str, highest: float):
    found = performed(engine, prompt)
    assert pelvis(engine, found)[found.ends[0] :].max() < highest


def test_who_wakes_up_and_then_gets_up_lies_before_that(engine: Engine):
    found = performed(engine, "wakes up, stretches, swings the legs over the edge of the bed and stands up")
    height = pelvis(engine, found)
    assert height[: found.ends[1]].max() < 0.3 < height[found.ends[2] - 5] < HIGH < height[-1]


@pytest.mark.parametrize(
    "prompt",
    ["CrouchToStand", "transition from kneeling to standing", "gets up off the ground from lying on their stomach"],
)
def test_a_motion_begins_in_the_posture_that_is_said(engine: Engine, prompt: str):
    height = pelvis(engine, performed(engine, prompt))
    assert height[:10].max() < 0.6 and height[-1] > HIGH and (np.diff(height) > -0.03).all()


def test_who_stands_bent_only_straightens_the_trunk(engine: Engine):
    found = performed(engine, "leans forward, then straightens up")
    joints = engine.body.posed_joints(found.motion)
    rise = joints[:, INDEX["head"], 1]
    assert rise[-1] > rise[found.ends[0] - 1] and joints[:, 0, 1].min() > HIGH and not found.remarks


def test_a_phone_stays_at_the_ear_until_it_is_put_down(engine: Engine):
    found = performed(engine, "answers the phone, paces back and forth, then hangs up")
    joints = engine.body.posed_joints(found.motion)
    away = np.linalg.norm(joints[:, INDEX["right_wrist"]] - joints[:, INDEX["head"]], axis=-1)
    assert away[found.ends[0] - 10 : found.ends[-2] - 5].max() < 0.4 < away[-1]


def test_who_swims_does_not_get_up_to_tread_water(engine: Engine):
    assert not performed(engine, "swims, then treads water").remarks


def test_who_lies_falls_asleep_as_they_lie(engine: Engine):
    found = performed(engine, "lies down on the bed and falls asleep")
    assert not found.remarks and pelvis(engine, found)[found.ends[0] :].max() < 0.3


@pytest.mark.parametrize("prompt", ["sits down, then kicks", "sits down, then walks", "sits down, stands and waves"])
def test_what_needs_the_legs_is_done_standing(engine: Engine, prompt: str):
    height = pelvis(engine, performed(engine, prompt))
    assert height.min() < 0.65 and height[-1] > 0.7  # who kicks stands with bent knees


def test_who_has_picked_something_up_does_not_stay_bent(engine: Engine):
    height = pelvis(engine, performed(engine, "picks something up from the floor, then waves"))
    assert height[-1] > HIGH


@pytest.mark.parametrize("prompt", ["squats, holds it for two seconds and stands up", "squats down and holds the pose"])
def test_a_pose_is_held_where_it_is_farthest(engine: Engine, prompt: str):
    found = performed(engine, prompt)
    height = pelvis(engine, found)
    waiting = height[found.ends[0] : found.ends[1] - 12]
    assert waiting.max() < 0.6 and np.ptp(waiting) < 0.05


def test_nobody_is_held_in_the_air(engine: Engine):
    found = performed(engine, "jumps and holds the pose")
    lowest = engine.body.posed_joints(found.motion)[..., 1].min(axis=1)
    assert lowest[found.ends[0] + 12 :].max() < 0.1


def test_a_hand_that_has_knocked_comes_down(engine: Engine):
    found = performed(engine, "knocks on the door and waits")
    wrist = engine.body.posed_joints(found.motion)[:, INDEX["right_wrist"], 1]
    assert wrist[-10:].max() < 1.0 < wrist[: found.ends[0]].max()


def speeds(found: Performance) -> np.ndarray:
    """Returns the speed of the body over the ground from frame to frame, in metres per second."""
    return np.linalg.norm(np.diff(found.motion.translation[:, [0, 2]], axis=0), axis=1) * found.motion.fps


@pytest.mark.parametrize("prompt", ["runs and stops", "sprints, then turns around", "waves, then sprints"])
def test_nobody_stops_or_starts_within_a_step(engine: Engine, prompt: str):
    found = performed(engine, prompt)
    over_a_fifth = speeds(found)[6:] - speeds(found)[:-6]
    assert np.abs(over_a_fifth).max() < 4.0
    assert speeds(found).max() > 3.0


@pytest.mark.parametrize("prompt", ["make a sharp left turn while running", "veers left while walking"])
def test_who_goes_at_the_end_of_a_known_motion_is_not_frozen(engine: Engine, prompt: str):
    assert speeds(performed(engine, prompt))[-4:].min() > 0.6


def test_a_kick_that_ends_in_the_middle_comes_to_rest(engine: Engine):
    found = performed(engine, "side kick")
    feet = engine.body.posed_joints(found.motion)[:, [INDEX["left_ankle"], INDEX["right_ankle"]]]
    steps = np.linalg.norm(np.diff(feet, axis=0), axis=-1).max(axis=1)[-12:] * found.motion.fps
    assert (steps[:-1] - steps[1:]).max() < 1.5  # 4.6 m/s within a frame where the last pose is held


@pytest.mark.parametrize(("prompt", "turn"), [("stands, then sprints", 0.0), ("sprints, then turns around", 180.0)])
def test_the_swing_of_a_stride_is_no_turn(engine: Engine, prompt: str, turn: float):
    found = performed(engine, prompt)
    yaw = np.degrees(facing(found.motion))
    assert abs(yaw[-40:].mean() - yaw[:40].mean() - turn) < 18


@pytest.mark.parametrize("prompt", ["sword_slash_combo", "a knight performs a three-hit sword combo"])
def test_a_combo_is_different_blows_from_guard_to_guard(engine: Engine, prompt: str):
    found = performed(engine, prompt)
    assert len({choice.motion for choice in found.choices}) == 3
    hands = engine.body.posed_joints(found.motion)[:, INDEX["right_wrist"]]
    steps = np.linalg.norm(np.diff(hands, axis=0), axis=1) * found.motion.fps
    assert steps[-4:].max() < 0.4 * steps.max()  # the last one is over
