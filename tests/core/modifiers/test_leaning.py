"""Bodies that lean against a wall, and those that turn aside because they lean: of real motions of the default pack."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.modifiers.heel_behind import heel_behind
from motionclip_blender.core.modifiers.leaning import leaning
from motionclip_blender.core.modifiers.way import leans, turned_into
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX


def made(engine: Engine, wording: str, frames: int = 60) -> Motion:
    return motions_of(engine, engine.prompt_latents([wording]), frames)[0]


@pytest.mark.parametrize(("against", "x", "z"), [("behind", 0, -1), ("ahead", 0, 1), ("left", 1, 0), ("right", -1, 0)])
def test_the_body_leans_there_and_the_feet_stay(engine: Engine, against: str, x: int, z: int):
    motion = made(engine, "stands still")
    before, after = (
        engine.body.posed_joints(one).astype(np.float64) for one in (motion, leaning(motion, engine.body, against))
    )
    feet = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("ankle", "foot")]
    assert np.abs(after[:, feet] - before[:, feet]).max() < 0.04
    moved = (after - before)[-1, INDEX["neck"]]
    assert np.hypot(moved[0], moved[2]) > 0.15
    assert moved[[0, 2]] @ (x, z) > 0.8 * np.hypot(moved[0], moved[2])


def test_who_crawls_turns_aside_at_first(engine: Engine):
    crawls, walks = made(engine, "crawls"), made(engine, "walks")
    assert leans(crawls) and not leans(walks)
    path = turned_into(crawls, 90.0).translation.astype(np.float64)
    assert path[-1, 0] - path[0, 0] > 0.4 and abs(path[-1, 2] - path[20, 2]) < 0.2


def test_a_trunk_bends_over_and_the_feet_stay(engine: Engine):
    motion = made(engine, "stands still")
    after = leaning(motion, engine.body, "over")
    before, bent = (engine.body.posed_joints(one).astype(np.float64) for one in (motion, after))
    ankles = [INDEX["left_ankle"], INDEX["right_ankle"]]
    assert np.abs(bent[:, ankles] - before[:, ankles]).max() < 0.02
    trunk = bent[-1, INDEX["neck"]] - bent[-1, INDEX["pelvis"]]
    assert trunk[2] > trunk[1] > 0


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_heel_is_held_behind_by_the_hand_of_its_side(engine: Engine, side: str):
    motion = made(engine, "stands still")
    joints = engine.body.posed_joints(heel_behind(motion, engine.body, side)).astype(np.float64)[-1]
    other = {"left": "right", "right": "left"}[side]
    ankle, wrist = joints[INDEX[f"{side}_ankle"]], joints[INDEX[f"{side}_wrist"]]
    assert np.linalg.norm(wrist - ankle) < 0.2
    assert ankle[2] < joints[INDEX[f"{side}_knee"], 2] - 0.2  # behind
    assert joints[INDEX[f"{other}_ankle"], 1] < 0.12 < ankle[1] - 0.3
