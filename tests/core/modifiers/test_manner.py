"""Manners: what they change is measured in the joints, and what they must keep is compared."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import facing, measured_slide, travelled
from motionclip_blender.core.modifiers.gait import arms_out, strided
from motionclip_blender.core.modifiers.manner import flies, in_manner, manners, pace, weaving
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.performance.perform import perform
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.skeleton import INDEX
from training.evaluation import measures


def made(engine: Engine, wording: str, frames: int = 90) -> Motion:
    return motions_of(engine, engine.prompt_latents([wording]), frames)[0]


def joints(engine: Engine, motion: Motion) -> np.ndarray:
    return engine.body.posed_joints(motion)[:, :22].astype(np.float64)


@pytest.mark.parametrize("wording", ["walks", "waves", "talks"])
@pytest.mark.parametrize("manner", sorted(manners()))
def test_the_trunk_leans_and_feet_and_arms_keep_their_places_and_directions(engine: Engine, manner: str, wording: str):
    motion = made(engine, wording)
    before, after = joints(engine, motion), joints(engine, in_manner(motion, engine.body, manner))
    leans = measures.bend(after) - measures.bend(before)
    assert leans > 2 if manners()[manner].lean > 5 else leans < 8
    if manners()[manner].lean < 0:
        assert leans < 0
    for side in ("left", "right"):
        ankle = INDEX[f"{side}_ankle"]
        assert np.abs(after[:, ankle] - before[:, ankle]).max() < 0.01
        arm = INDEX[f"{side}_elbow"], INDEX[f"{side}_shoulder"]
        ways = [positions[:, arm[0]] - positions[:, arm[1]] for positions in (before, after)]
        assert np.abs(ways[0] - ways[1]).max() < 0.01
    steps = np.abs(np.diff(after, n=2, axis=0)).max() / np.abs(np.diff(before, n=2, axis=0)).max()
    assert steps < 1.3  # no jerks


def test_the_drunk_sway_and_the_sober_do_not(engine: Engine):
    motion = made(engine, "walks")
    plain = measures.sway(joints(engine, motion))
    assert measures.sway(joints(engine, in_manner(motion, engine.body, "drunk"))) > plain + 1.5
    assert measures.sway(joints(engine, in_manner(motion, engine.body, "sad"))) < plain + 1.0


def test_the_drunk_weave_on_their_way(engine: Engine):
    motion = made(engine, "walks", 120)
    weaves = weaving(motion, engine.body, "drunk")
    assert weaving(motion, engine.body, "sad") is motion
    yaw = np.degrees(facing(weaves) - facing(motion))
    assert yaw.max() > 10 and yaw.min() < -10
    waves = made(engine, "waves")
    assert weaving(waves, engine.body, "drunk") is waves


def test_strides_are_shorter_and_feet_stand_still_and_wider_apart(engine: Engine):
    motion = made(engine, "walks", 120)
    short = strided(motion, engine.body, 0.5, 0.05)
    ways = [travelled(each)[-1] for each in (motion, short)]
    assert ways[1] == pytest.approx(ways[0] / 2, rel=0.05)
    assert measured_slide(short, engine.body) < measured_slide(motion, engine.body) + 0.03
    feet = [joints(engine, each)[:, [INDEX["left_ankle"], INDEX["right_ankle"]]] for each in (motion, short)]
    aside = [float(np.abs(each[:, 0, 0] - each[:, 1, 0]).mean()) for each in feet]  # who walks along Z
    assert aside[1] > aside[0] + 0.05


def test_arms_that_hang_are_held_out_and_others_left(engine: Engine):
    wrists = [INDEX["left_wrist"], INDEX["right_wrist"]]
    for wording, least in (("walks", 0.15), ("zombie walk", -0.1)):
        motion = made(engine, wording)
        before, after = (
            np.linalg.norm(np.diff(joints(engine, each)[:, wrists], axis=1), axis=-1).mean()
            for each in (motion, arms_out(motion, 30.0))
        )
        assert after > before + least


@pytest.mark.parametrize("prompt", ["a drunk guy walks in a straight line", "guy wakling like hes drunk"])
def test_the_drunk_are_seen_to_weave(engine: Engine, prompt: str):
    motion = perform(engine, *understand(engine, engine.wordings, prompt)).motion
    assert len(motion) >= 120
    assert np.ptp(np.degrees(facing(motion))) > 40


@pytest.mark.parametrize("wording", ["sleeps", "push-ups"])
def test_who_lies_keeps_the_pose_of_the_trunk(engine: Engine, wording: str):
    motion = made(engine, wording)
    changed = in_manner(motion, engine.body, "old")
    assert np.abs(joints(engine, changed)[:, :16] - joints(engine, motion)[:, :16]).max() < 0.02


def test_falling_takes_its_time(engine: Engine):
    assert flies(made(engine, "jumps"), engine.body) and not flies(made(engine, "walks"), engine.body)
    assert pace("old", flies=True) > pace("old")


@pytest.mark.parametrize("prompt", ["waves sadly", "a tired man talks", "someone runs like an old woman"])
def test_a_prompt_gets_its_manner(engine: Engine, prompt: str):
    plan, choices = understand(engine, engine.wordings, prompt)
    (segment,) = plan.segments
    plain = perform(engine, *understand(engine, engine.wordings, segment.plain.text), 90).motion
    motion = perform(engine, plan, choices, 90).motion
    assert measures.bend(joints(engine, motion)) > measures.bend(joints(engine, plain)) + 2
    assert measures.speed(joints(engine, motion), motion.fps) < measures.speed(joints(engine, plain), plain.fps)


@pytest.mark.parametrize(
    "prompt", ["sits down sadly", "an old man picks something up", "walks, then a tired man sits down"]
)
def test_what_takes_longer_in_its_manner_gets_the_time(engine: Engine, prompt: str):
    plan, choices = understand(engine, engine.wordings, prompt)
    found = perform(engine, plan, choices)
    assert not [remark for remark in found.remarks if "cut" in remark]
