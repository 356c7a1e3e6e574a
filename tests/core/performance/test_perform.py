"""Prompts as motions, by the default pack: what is asked for is measured in what is made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.measure import facing, measured_side, measured_travel, measured_turn, root_space_joints
from motionclip_blender.core.modifiers.swings import how_often
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from motionclip_blender.core.performance.perform import Performance, perform
from motionclip_blender.core.prompt import MAX_FRAMES
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, understand
from motionclip_blender.core.prompt_plan.wording_index import TEXTS, WordingIndex
from motionclip_blender.core.skeleton import INDEX
from training.evaluation import prompt_measures


@pytest.fixture(scope="module")
def index(engine: Engine) -> WordingIndex:
    return engine.wordings


def done(engine: Engine, index: WordingIndex, prompt: str, frames: int | None = None) -> Performance:
    plan, choices = understand(engine, index, prompt)
    refuse_guesses(plan, choices)
    return perform(engine, plan, choices, frames)


def actions(engine: Engine, index: WordingIndex, prompt: str) -> list[str]:
    return [choice.action for choice in understand(engine, index, prompt)[1]]


@pytest.mark.parametrize(
    ("prompt", "action"),
    [("walks", "walk"), ("does a handstand", "handstand"), ("someone plays golf", "golf"), ("walk_fwd_loop", "walk")],
)
def test_a_prompt_finds_its_class(engine: Engine, index: WordingIndex, prompt: str, action: str):
    assert actions(engine, index, prompt) == [action]


def test_known_wordings_are_answered_by_their_own_motions(engine: Engine, index: WordingIndex):
    known = [text for text in index.texts[::53] if index.knows(text.lower())]
    found = [understand(engine, index, text)[1] for text in known]
    own = [len(choices) == 1 and choices[0].wording == text for text, choices in zip(known, found, strict=True)]
    assert np.mean(own) > 0.95  # but for some that tell a turn or a way, which are read


def test_steps_are_done_in_their_order(engine: Engine, index: WordingIndex):
    assert actions(engine, index, "nods, then sits down and finally drinks") == ["nod", "sit_down", "drink"]
    found = done(engine, index, "nods, then sits down", 120)
    assert len(found.motion) == 120
    assert found.ends[0] < found.ends[1]
    height = found.motion.translation[:, 1]
    assert height[:30].mean() > height[-10:].mean() + 0.2  # stands first, sits last


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("prompt", "limb"),
    [("kicks with the {} foot", "leg"), ("waves with the {} hand", "arm"), ("throws a stone with the {} hand", "arm")],
)
def test_the_side_that_is_asked_for_moves(engine: Engine, index: WordingIndex, prompt: str, limb: str, side: str):
    found = done(engine, index, prompt.format(side))
    assert measured_side(found.motion, engine.body, limb)[0] == side


@pytest.mark.parametrize(
    ("prompt", "degrees"),
    [("walks backwards", 180), ("jogs to the left", 90), ("sneaks diagonally to the right", -45), ("walks forward", 0)],
)
def test_the_body_goes_where_it_is_asked_to(engine: Engine, index: WordingIndex, prompt: str, degrees: float):
    travel, _ = measured_travel(done(engine, index, prompt, 80).motion)
    assert travel is not None and abs((travel - degrees + 180) % 360 - 180) < 22.5


@pytest.mark.parametrize(
    ("prompt", "degrees"),
    # the means of the first and last frames of a circle that closes are a twelfth of it apart
    [("turns 120 degrees left", 120), ("walks and turns right", -90), ("jogs in a circle", 330)],
)
def test_the_body_turns_as_far_as_asked(engine: Engine, index: WordingIndex, prompt: str, degrees: float):
    assert abs(measured_turn(done(engine, index, prompt).motion) - degrees) < 20


@pytest.mark.parametrize("count", [1, 3, 5])
def test_counts(engine: Engine, index: WordingIndex, count: int):
    found = done(engine, index, f"does {count} jumping jacks")
    joints = engine.body.posed_joints(found.motion)[:, :22].astype(float)
    assert prompt_measures.count(joints, found.motion.fps, "jumping_jacks") == count


def test_jumping_jacks_begin_and_end_with_the_feet_together(engine: Engine, index: WordingIndex):
    joints = engine.body.posed_joints(done(engine, index, "five jumping jacks").motion)
    apart = np.linalg.norm(joints[:, INDEX["left_ankle"]] - joints[:, INDEX["right_ankle"]], axis=1)
    assert max(apart[0], apart[-1]) < 0.4 * apart.max()


def test_slow_and_fast(engine: Engine, index: WordingIndex):
    slow, plain, fast = (
        measured_travel(done(engine, index, f"jogs {how}".strip(), 60).motion)[1]
        for how in ("very slowly", "", "quickly")
    )
    assert slow < 0.8 * plain and plain < fast


def test_two_things_at_once(engine: Engine, index: WordingIndex):
    walking = done(engine, index, "walks", 60)
    both = done(engine, index, "walks while boxing", 60)
    assert measured_travel(both.motion)[1] > 0.7 * measured_travel(walking.motion)[1]
    assert not np.allclose(both.motion.rotations[:, 16:20], walking.motion.rotations[:, 16:20], atol=0.1)


@pytest.mark.parametrize(
    "prompt", ["plays the accordion", "the economy shrinks", "grumblefitz the snark", "der Mann und das Haus"]
)
def test_what_means_nothing_known_is_refused_with_what_is_near(engine: Engine, index: WordingIndex, prompt: str):
    with pytest.raises(UserError, match=r"nearest: \"|English is the language"):
        done(engine, index, prompt)


def test_the_same_prompt_gives_the_same_motion(engine: Engine, index: WordingIndex):
    a, b = (done(engine, index, "walks, then waves", 90).motion for _ in range(2))
    assert np.array_equal(a.rotations, b.rotations) and np.array_equal(a.translation, b.translation)


@pytest.mark.parametrize("frames", [2, 20, 300, 1200])
def test_lengths(engine: Engine, index: WordingIndex, frames: int):
    assert len(done(engine, index, "walks, then jumps twice", frames).motion) == frames


def test_more_than_fits_is_said(engine: Engine, index: WordingIndex):
    found = done(engine, index, "jumps 20 times", 60)
    assert len(found.motion) == 60 and any("the end is cut" in remark for remark in found.remarks)


def test_a_pack_without_its_texts_says_so(engine: Engine, tmp_path: Path):
    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / TEXTS).unlink()
    with pytest.raises(UserError, match="does not carry its wordings"):
        WordingIndex.load(Pack.load(folder), engine.retrieval)


def test_texts_of_another_table_are_refused(engine: Engine, tmp_path: Path):
    folder = tmp_path / "other"
    shutil.copytree(DEFAULT_FOLDER, folder)
    texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
    texts["texts"].pop()
    (folder / TEXTS).write_text(json.dumps(texts), encoding="utf-8")
    with pytest.raises(UserError, match="are damaged"):
        WordingIndex.load(Pack.load(folder), engine.retrieval)


def test_the_texts_lie_where_the_table_has_them(engine: Engine, index: WordingIndex):
    rows = range(0, len(index.texts), 97)
    found = engine.retrieval.direction(engine.encode_texts([index.texts[row] for row in rows]))
    cosines = found @ engine.retrieval.directions.T
    assert (np.diag(cosines[:, list(rows)]) > 0.97).all()
    assert (cosines.argmax(axis=1) == np.array(rows)).mean() > 0.98


def test_a_movement_that_is_done_once_comes_to_rest_in_a_long_step(engine: Engine, index: WordingIndex):
    found = done(engine, index, "throws with the right hand", 240)
    assert found.choices[0].facts.after == "hold"
    joints = engine.body.posed_joints(found.motion)[:, :22]
    late = np.linalg.norm(np.diff(joints[150:], axis=0), axis=-1).mean(axis=1)
    assert len(found.motion) == 240 and 1e-5 < late.mean() < 0.01  # breathes, and goes nowhere


def test_who_hops_aside_goes_there(engine: Engine, index: WordingIndex):
    travel, metres = measured_travel(done(engine, index, "hops backward", 90).motion)
    assert metres > 0.4 and abs(abs(travel) - 180) < 22.5


def test_slowly_is_slower_than_others_go(engine: Engine, index: WordingIndex):
    def pace(prompt: str) -> float:
        motion = done(engine, index, prompt, 90).motion
        return prompt_measures.pace(engine.body.posed_joints(motion)[:, :22].astype(np.float64), motion.fps)

    assert pace("walks slowly and sadly") < pace("a man walks") < pace("a man walks briskly")


@pytest.mark.parametrize("what", ["backs away", "walks", "tai chi", "sits down", "drinks"])
def test_slowly_is_slower_and_very_slowly_clearly_slower(engine: Engine, index: WordingIndex, what: str):
    plain, slow, slower = (
        np.linalg.norm(np.diff(engine.body.posed_joints(found.motion), axis=0), axis=-1).mean()
        for found in (done(engine, index, f"{what} {how}") for how in ("", "slowly", "very slowly"))
    )
    assert slow < 0.9 * plain and slower < 0.8 * slow


def test_the_usual_speed_of_a_class_is_that_of_motions_that_wordings_describe(engine: Engine, index: WordingIndex):
    described = {int(motion) for motion in engine.retrieval.motions}
    for action in ("walk", "jog", "run"):
        own = [m for m in described if index.action_of(m) == action and index.facts[m].travel is not None]
        assert index.usual_speeds[action] == pytest.approx(np.median([index.facts[m].speed for m in own]))
    assert 0.4 < index.usual_speeds["walk"] < min(index.usual_speeds["jog"], index.usual_speeds["run"])


@pytest.mark.parametrize(("prompt", "steps"), [("he waves, recovers and keeps running", 2), ("smiles, then waves", 1)])
def test_what_shows_nothing_is_no_step_though_a_wording_has_its_verb(
    engine: Engine, index: WordingIndex, prompt: str, steps: int
):
    plan, choices = understand(engine, index, prompt)
    assert len(choices) == steps and any("is left out" in remark for remark in plan.remarks)


def test_steps_that_show_nothing_are_left_out_with_a_remark(engine: Engine, index: WordingIndex):
    plan, choices = understand(engine, index, "he stumbles, recovers and keeps running")
    assert [choice.action for choice in choices][-1] in ("run", "jog", "sprint") and len(choices) == 2
    assert any('"recovers"' in remark for remark in plan.remarks)


@pytest.mark.parametrize(
    ("prompt", "degrees"), [("turns left", 90), ("about face", 180), ("turns 45 degrees right", -45)]
)
def test_who_turns_stays_where_they_are(engine: Engine, index: WordingIndex, prompt: str, degrees: float):
    found = done(engine, index, prompt)
    assert found.choices[0].action in ("turn_in_place", "pivot")
    assert measured_turn(found.motion) == pytest.approx(degrees, abs=15)
    assert np.hypot(*np.ptp(found.motion.translation[:, [0, 2]], axis=0)) < 0.6


@pytest.mark.parametrize("side", ["left", "right"])
def test_who_goes_sideways_faces_ahead(engine: Engine, index: WordingIndex, side: str):
    found = done(engine, index, f"walks sideways to the {side}")
    assert found.choices[0].action in ("sidestep", "strafe")
    travel, metres = measured_travel(found.motion)
    assert travel == pytest.approx(90 if side == "left" else -90, abs=20) and metres > 0.4


@pytest.mark.parametrize("prompt", ["walks forward aiming a rifle", "rifle_aim_walk_fwd_loop"])
def test_who_aims_with_the_chest_aside_walks_ahead(engine: Engine, index: WordingIndex, prompt: str):
    gone = np.diff(done(engine, index, prompt).motion.translation[[0, -1]], axis=0)[0]
    assert abs(np.degrees(np.arctan2(gone[0], gone[2]))) < 8


@pytest.mark.parametrize("prompt", ["walks in a circle", "jogs in a circle to the right", "walks in a small circle"])
def test_a_circle_ends_where_and_as_it_began(engine: Engine, index: WordingIndex, prompt: str):
    motion = done(engine, index, prompt).motion
    way = np.diff(motion.translation[:, [0, 2]], axis=0)
    assert np.linalg.norm(way.sum(axis=0)) < 0.06 * np.linalg.norm(way, axis=1).sum()
    yaw = np.degrees(facing(motion))
    assert abs(yaw[-1] - yaw[0]) == pytest.approx(360, abs=25)


@pytest.mark.parametrize("prompt", ["rolls backward", "DodgeRoll_Bwd"])
def test_who_rolls_backward_is_not_flung_up(engine: Engine, index: WordingIndex, prompt: str):
    joints = engine.body.posed_joints(done(engine, index, prompt).motion)
    assert joints[-1, 0, 2] < joints[0, 0, 2] - 0.5
    assert joints[:, :22, 1].min(axis=1).max() < 0.35  # 0.8 with the dive that leads into the roll


def test_a_lean_goes_to_the_side_that_is_named(engine: Engine, index: WordingIndex):
    for side, sign in (("left", 1), ("right", -1)):
        motion = done(engine, index, f"leans to the {side}").motion
        joints = engine.body.posed_joints(motion)
        aside = joints[:, INDEX["head"], 0] - joints[:, 0, 0]
        assert sign * aside[np.abs(aside).argmax()] > 0.1


def test_waves_are_counted_as_the_hand_goes_out_and_in(engine: Engine, index: WordingIndex):
    for count in (2, 4):
        motion = done(engine, index, f"waves with the left hand {count} times").motion
        assert how_often(motion, engine.body, "hand aside")[0] == count


def test_what_is_done_beside_and_not_known_is_said(engine: Engine, index: WordingIndex):
    found = done(engine, index, "walks up the stairs while humming a tune")
    assert "humming a tune" in " ".join(found.remarks)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [("collapses to the left", True), ("falls to the left", False), ("walks to the left", False), ("waves", False)],
)
def test_a_way_that_is_not_shown_is_said(engine: Engine, index: WordingIndex, prompt: str, told: bool):
    assert ("to the left" in " ".join(done(engine, index, prompt).remarks)) == told


def test_a_roll_that_drifts_is_never_played_backward(engine: Engine, index: WordingIndex):
    plain, forward = (done(engine, index, prompt).motion for prompt in ("dodge roll", "dodge roll forward"))
    heads = [engine.body.posed_joints(motion)[:, INDEX["head"], 1] for motion in (plain, forward)]
    assert int(heads[0].argmin()) == int(heads[1].argmin())


@pytest.mark.parametrize(
    ("prompt", "ahead"), [("dodge roll forward", 1), ("rolls forward", 1), ("combat_dodge_roll_bwd", -1)]
)
def test_who_rolls_goes_the_way_that_is_asked_for(engine: Engine, index: WordingIndex, prompt: str, ahead: int):
    found = done(engine, index, prompt)
    pelvis = engine.body.posed_joints(found.motion)[:, INDEX["pelvis"]]
    assert ahead * (pelvis[-1, 2] - pelvis[0, 2]) > 0.8
    assert not found.remarks


def test_both_arms_do_the_same(engine: Engine, index: WordingIndex):
    motion = done(engine, index, "waves with both arms overhead").motion
    joints = engine.body.posed_joints(motion)
    apart = np.abs(joints[:, INDEX["left_wrist"], 1] - joints[:, INDEX["right_wrist"], 1])
    assert apart.mean() < 0.15


@pytest.mark.parametrize(
    ("prompt", "wording"),
    [("a person dances the cha cha", "cha cha"), ("dribbles a basketball and shoots", "jumps and shoots the ball")],
)
def test_what_is_named_is_shown(engine: Engine, index: WordingIndex, prompt: str, wording: str):
    assert understand(engine, index, prompt)[1][-1].wording == wording


def test_to_the_side_is_a_way(engine: Engine, index: WordingIndex):
    assert understand(engine, index, "a person stumbles to the side")[0].segments[0].travel == 90.0


def test_who_falls_is_not_played_backward(engine: Engine, index: WordingIndex):
    for prompt in (
        "takes a kick, folds up and drops sideways to the ground",
        "falls down sideways",
        "falls down backwards",
    ):
        height = done(engine, index, prompt).motion.translation[:, 1]
        assert height[-1] < height[0] - 0.3, prompt


def test_a_wording_of_both_sides_is_shown_as_it_says(engine: Engine, index: WordingIndex):
    one = done(engine, index, "right jab followed by a straight left").motion
    other = done(engine, index, "left jab followed by a straight right").motion
    assert np.abs(one.mirror().rotations - other.rotations).max() < 1e-3


def test_who_crouches_to_the_side_is_low_and_looks_ahead(engine: Engine, index: WordingIndex):
    motion, stands = (done(engine, index, prompt).motion for prompt in ("crouch-walk-left", "stands still"))
    assert abs(measured_turn(motion)) < 45 and abs(measured_travel(motion)[0] - 90) < 22.5
    assert motion.translation[:, 1].max() < stands.translation[:, 1].min() - 0.15


def test_who_crawls_to_the_side_turns_there_first(engine: Engine, index: WordingIndex):
    motion = done(engine, index, "crawls to the left").motion
    assert measured_turn(motion) > 60
    assert motion.translation[-1, 0] - motion.translation[0, 0] > 0.4


def test_what_holds_its_end_takes_its_own_time_among_steps(engine: Engine, index: WordingIndex):
    found = done(engine, index, "walks, then kicks the door in")
    assert found.ends[1] - found.ends[0] < 60  # nobody stands for seconds after the kick


def test_who_skips_goes_on_skipping(engine: Engine, index: WordingIndex):
    found = done(engine, index, "turns around and skips away")
    assert found.ends[-1] - found.ends[-2] > 40


@pytest.mark.parametrize(
    ("prompt", "metres"),
    [
        ("walks 3 meters forward", 3.0),
        ("walks backwards 2 m", 2.0),
        ("runs 12 metres", 12.0),
        ("walks five metres to the left", 5.0),
    ],
)
def test_somebody_goes_as_far_as_is_said(engine: Engine, index: WordingIndex, prompt: str, metres: float):
    found = done(engine, index, prompt)
    gone = found.motion.translation[-1] - found.motion.translation[0]
    assert np.hypot(gone[0], gone[2]) == pytest.approx(metres, rel=0.12)
    assert not found.remarks


def test_what_goes_nowhere_has_no_distance(engine: Engine, index: WordingIndex):
    found = done(engine, index, "throws a ball 20 m")
    assert "the distance of" in found.remarks[-1]


def test_a_way_that_is_too_far_is_told(engine: Engine, index: WordingIndex):
    found = done(engine, index, "walks 400 metres")
    assert len(found.motion) == MAX_FRAMES
    assert "frames at most" in found.remarks[-1]


def test_a_pose_of_the_arms_takes_no_count(engine: Engine, index: WordingIndex):
    plan, _ = understand(engine, index, "three squats with the arms stretched out in front")
    assert plan.segments[0].count == 3
    assert plan.segments[0].gesture is not None and plan.segments[0].gesture.count is None


def test_who_does_it_is_not_what_is_done(engine: Engine, index: WordingIndex):
    assert actions(engine, index, "a worker trudges in") == ["walk"]
    assert actions(engine, index, "the zombie walks") == ["zombie_walk"]


def test_knees_do_not_snap(engine: Engine, index: WordingIndex):
    for prompt in ("walk proud", "an old man climbs the stairs"):
        joints = engine.body.posed_joints(done(engine, index, prompt).motion)
        for side in ("left", "right"):
            hip, knee, ankle = (joints[:, INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))
            aside = knee - (hip + ankle) / 2
            assert np.linalg.norm(np.diff(aside, 2, axis=0), axis=1).max() < 0.08


def test_who_collapses_from_below_does_not_get_up_first(engine: Engine, index: WordingIndex):
    found = done(engine, index, "does four push ups, then collapses")
    joints = engine.body.posed_joints(found.motion)
    assert joints[:, INDEX["head"], 1].max() < 0.9
    assert not found.remarks


def test_who_has_sat_down_rises_without_a_turn(engine: Engine, index: WordingIndex):
    found = done(engine, index, "sits down on a chair, sits for a bit, and gets back up")
    assert abs(measured_turn(found.motion)) < 20
    joints = engine.body.posed_joints(found.motion)[:, INDEX["pelvis"], 1]
    assert joints[-1] > 0.9 * joints[0] and joints.min() < 0.7 * joints[0]


def test_crossed_arms_stay_crossed_while_the_head_is_shaken(engine: Engine, index: WordingIndex):
    found = done(engine, index, "crosses the arms and shakes the head")
    joints = engine.body.posed_joints(found.motion)
    apart = np.linalg.norm(joints[:, INDEX["left_wrist"]] - joints[:, INDEX["right_elbow"]], axis=1)
    assert np.ptp(apart[-40:]) < 0.03


@pytest.mark.parametrize(("prompt", "side"), [("dodge roll to the right", -1), ("rolls to the left", 1)])
def test_who_rolls_aside_ends_up_there(engine: Engine, index: WordingIndex, prompt: str, side: int):
    motion = done(engine, index, prompt).motion
    gone = motion.translation[-1] - motion.translation[0]
    assert side * gone[0] > 0.5 and abs(gone[2]) < 0.6 * abs(gone[0])


def test_a_shoe_is_tied_on_either_knee(engine: Engine, index: WordingIndex):
    found = done(engine, index, "kneels down on one knee, ties a shoe, and stands back up")
    assert not any("is put in" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "prompt",
    [
        "kneels down, then sits down on the floor",
        "sits down on the floor, then lies down",
        "crouches, then lies down on the stomach",
    ],
)
def test_who_is_low_goes_down_from_there(engine: Engine, index: WordingIndex, prompt: str):
    found = done(engine, index, prompt)
    height = engine.body.posed_joints(found.motion)[:, INDEX["pelvis"], 1]
    assert not found.remarks
    assert height[found.ends[0] :].max() < 0.7 * height[0]


def test_who_goes_on_to_a_side_turns_there(engine: Engine, index: WordingIndex):
    found = done(engine, index, "walks forward 4 metres, then carries a box to the right")
    motion = found.motion
    assert measured_turn(motion) == pytest.approx(-90, abs=20)
    assert (motion.translation[-1] - motion.translation[found.ends[0]])[0] < -0.8


def test_a_head_that_is_tilted_stays_so(engine: Engine, index: WordingIndex):
    found = done(engine, index, "tilts the head to the left and holds it there")
    heads = found.motion.rotations[:, INDEX["head"]]
    assert np.abs(heads[-1] @ heads[found.ends[0] - 1]) > 0.999
    assert np.abs(heads[-1] @ heads[0]) < 0.995


def test_hands_stay_where_they_were_put_until_they_are_needed(engine: Engine, index: WordingIndex):
    found = done(engine, index, "puts the hands behind the back, walks forward and waves")
    joints = engine.body.posed_joints(found.motion)
    walks = slice(found.ends[0], found.ends[1] - 15)
    for side in ("left", "right"):
        from_pelvis = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX["pelvis"]]
        assert np.linalg.norm(from_pelvis[walks], axis=1).max() < 0.35
    assert joints[found.ends[1] + 15 :, INDEX["right_wrist"], 1].max() > joints[0, INDEX["spine3"], 1]


def test_a_salute_is_over_when_it_is_done(engine: Engine, index: WordingIndex):
    found = done(engine, index, "salutes, then walks forward")
    joints = engine.body.posed_joints(found.motion)
    assert joints[found.ends[0] + 20 :, INDEX["right_wrist"], 1].max() < joints[0, INDEX["spine3"], 1]


def test_a_gesture_after_a_throw_is_made_standing(engine: Engine, index: WordingIndex):
    both, alone = (done(engine, index, prompt).motion for prompt in ("throws a ball, then shrugs", "shrugs"))
    legs = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("hip", "knee")]
    assert (np.abs(np.sum(both.rotations[-1, legs] * alone.rotations[-1, legs], axis=-1)) > 0.99).all()


def test_a_jump_is_not_cut_off_in_the_air(engine: Engine, index: WordingIndex):
    found = done(engine, index, "jumps sideways to the right about half a meter")
    feet = engine.body.posed_joints(found.motion)[-1][[INDEX["left_foot"], INDEX["right_foot"]], 1]
    assert len(found.motion) > 12 and feet.min() < 0.12
    assert "the distance of" in found.remarks[-1]


@pytest.mark.parametrize(
    ("prompt", "action"),
    [
        ("walk to the window", "walk"),
        ("zombie_crawl", "crawl"),
        ("runs diagonally forward to the left", "run"),
        ("skeleton_attack", "sword_attack"),
        ("hyperactive kid jumping around after too much sugar", "jump"),
    ],
)
def test_what_is_done_outweighs_who_and_where(engine: Engine, index: WordingIndex, prompt: str, action: str):
    assert actions(engine, index, prompt) == [action]


@pytest.mark.parametrize(
    "prompt", ["puts the left hand on the right shoulder", "touches the right ear with the left hand", "hugs himself"]
)
def test_an_elbow_goes_before_the_chest_and_not_through_it(engine: Engine, index: WordingIndex, prompt: str):
    motion = done(engine, index, prompt).motion
    pose = root_space_joints(motion, engine.body)[len(motion) // 2]
    assert pose[INDEX["left_elbow"], 2] - pose[INDEX["spine3"], 2] > 0.12  # metres
