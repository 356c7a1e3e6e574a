"""Gestures that are read of a prompt and made by rule."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.performance.perform import Performance, perform
from motionclip_blender.core.prompt_plan.gesture import CLAPS, LEFT, LOOKS, RIGHT, SHOULDERS, TOUCHES
from motionclip_blender.core.prompt_plan.gesture_rule import Rule
from motionclip_blender.core.prompt_plan.gesture_rules import RULES
from motionclip_blender.core.prompt_plan.gestures import gesture_of
from motionclip_blender.core.prompt_plan.grammar import STANDS
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, understand
from motionclip_blender.core.skeleton import INDEX


def performed(engine: Engine, prompt: str) -> Performance:
    plan, choices = understand(engine, engine.wordings, prompt)
    refuse_guesses(plan, choices)
    return perform(engine, plan, choices)


@pytest.mark.parametrize(
    ("clause", "kind", "rest"),
    [
        ("claps", CLAPS, "stands still"),
        ("a person claps their hands four times", CLAPS, "a person stands still four times"),
        ("looks over his shoulder", LOOKS, "stands still"),
        ("looks down at her feet", LOOKS, "stands still"),
        ("turns his head to the left", LOOKS, "stands still"),
        ("walks looking to the left", LOOKS, "walks"),
        ("puts the left hand on the right shoulder", TOUCHES, "stands still"),
        ("salutes", TOUCHES, "stands still"),
        ("tilts the head to the left", LOOKS, "stands still"),
        ("tilts her head", LOOKS, "stands still"),
        ("shrugs his shoulders", SHOULDERS, "stands still"),
        ("rotates the right shoulder backwards", SHOULDERS, "stands still"),
        ("walks with his hands behind his back", TOUCHES, "walks"),
        ("walks down the stairs holding on to the handrail", TOUCHES, "walks down the stairs"),
        ("is talking on the phone", TOUCHES, "stands still"),
        ("claps above the head", CLAPS, "stands still"),
    ],
)
def test_gestures_are_taken_out_of_a_clause(clause: str, kind: str, rest: str):
    gesture, left = gesture_of(clause)
    assert gesture is not None and (gesture.kind, left) == (kind, rest)
    assert gesture.alone == ("walks" not in clause)


@pytest.mark.parametrize(
    "clause",
    [
        "claps hands with a friend",
        "shrugs off the pain",
        "points at the enemy",
        "checks the door",
        "looks for his keys",
        "looks at the left hand",
        "puts a box on the head",
    ],
)
def test_what_is_no_gesture(clause: str):
    assert gesture_of(clause) == (None, clause)


def test_looks_go_where_they_are_said_to_go():
    assert gesture_of("looks left and right")[0].looks == (LEFT, RIGHT)
    assert gesture_of("looks up at the sky")[0].looks[0][1] < 0 < gesture_of("looks down")[0].looks[0][1]


@pytest.mark.parametrize(
    ("clause", "place", "sides"),
    [
        ("puts both hands on his hips", "hip", ("left", "right")),
        ("touches her face with the left hand", "face", ("left",)),
        ("grabs the left shoulder", "shoulder", ("right",)),  # which is reached with the other hand
        ("covers his ears", "ear", ("left", "right")),
        ("puts both hands behind your back", "back", ("left", "right")),
        ("puts the left hand in the pocket", "pocket", ("left",)),
        ("both hands behind the head", "nape", ("left", "right")),
        ("puts on a hat", "head", ("left", "right")),
        ("points to the left", "aside", ("left",)),
        ("points with the right hand to the left", "across", ("right",)),
        ("points up at the sky", "up", ("right",)),
        ("stretches your left arm across your chest", "across chest", ("left",)),
        ("raises the arms to the sides", "aside", ("left", "right")),
        ("looks at his watch", "watch", ("left",)),
        ("wipes the sweat off his forehead", "forehead", ("right",)),
    ],
)
def test_hands_are_put_where_they_are_said_to_be(clause: str, place: str, sides: tuple[str, ...]):
    gesture, _ = gesture_of(clause)
    assert (gesture.place, gesture.sides) == (place, sides)


@pytest.mark.parametrize(("prompt", "count"), [("claps", 5), ("clap your hands three times", 3), ("claps twice", 2)])
def test_hands_meet_as_often_as_they_are_to(engine: Engine, prompt: str, count: int):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    apart = np.linalg.norm(joints[:, INDEX["left_wrist"]] - joints[:, INDEX["right_wrist"]], axis=1)
    met = apart < 0.1
    assert (np.diff(met.astype(int)) == 1).sum() == count
    assert apart[0] > 0.4 and apart[-1] > 0.4


def test_who_claps_on_the_way_goes_on(engine: Engine):
    motion = performed(engine, "walks forward while clapping").motion
    joints = engine.body.posed_joints(motion)
    apart = np.linalg.norm(joints[:, INDEX["left_wrist"]] - joints[:, INDEX["right_wrist"]], axis=1)
    assert apart.min() < 0.1 and motion.translation[-1, 2] > 1.0


@pytest.mark.parametrize(("prompt", "side"), [("a man salutes", "right"), ("salutes with the left hand", "left")])
def test_a_salute_is_at_the_brow(engine: Engine, prompt: str, side: str):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)[-1]
    assert np.linalg.norm(joints[INDEX[f"{side}_wrist"]] - joints[INDEX["head"]]) < 0.25
    other = "left" if side == "right" else "right"
    assert joints[INDEX[f"{other}_wrist"], 1] < 1.0


@pytest.mark.parametrize(("prompt", "sign"), [("looks to the left", 1), ("looks right", -1)])
def test_the_head_turns_and_the_feet_stay(engine: Engine, prompt: str, sign: int):
    motion = performed(engine, prompt).motion
    spins = engine.body.posed_joints(motion)
    ahead = motion.matrices[:, INDEX["head"]][..., 0, 2] + motion.matrices[:, INDEX["neck"]][..., 0, 2]
    assert sign * ahead[len(motion) // 2] > 0.6 and abs(ahead[-1]) < 0.2
    assert np.ptp(spins[:, INDEX["left_ankle"]], axis=0).max() < 0.02


def test_who_sits_looks_around_on_the_chair(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "sits down and looks left").motion)
    assert joints[-1, 0, 1] < 0.7


def test_what_was_made_by_rule_is_told(engine: Engine):
    from motionclip_blender.core.prompt_plan.told import steps_of

    done = performed(engine, "claps four times")
    (step,) = steps_of(done.plan, done.choices, done.ends, len(done.motion))
    assert "made by rule: hands clap, 4 times" in step.read


def made(engine: Engine, prompt: str) -> np.ndarray:
    """The joints of a prompt's motion, as seen from the pelvis of a body that faces ahead, at three quarters of it."""
    motion = performed(engine, prompt).motion
    joints = engine.body.posed_joints(motion)[len(motion) * 3 // 4]
    return joints - joints[0] * (1, 0, 1)


def test_hands_behind_the_back_are_behind_it(engine: Engine):
    joints = made(engine, "puts both hands behind the back")
    for side in ("left", "right"):
        assert joints[INDEX[f"{side}_wrist"], 2] < -0.1 and abs(joints[INDEX[f"{side}_wrist"], 0]) < 0.12


def test_hands_behind_the_head_leave_the_elbows_out(engine: Engine):
    joints = made(engine, "puts both hands behind the head")
    for side, sign in (("left", 1), ("right", -1)):
        assert joints[INDEX[f"{side}_wrist"], 2] < joints[INDEX["head"], 2]
        assert sign * joints[INDEX[f"{side}_elbow"], 0] > 0.3


def test_who_points_to_a_side_does(engine: Engine):
    assert made(engine, "points to the left")[INDEX["left_wrist"], 0] > 0.55
    assert made(engine, "points to the right")[INDEX["right_wrist"], 0] < -0.55
    assert made(engine, "points up at the sky")[INDEX["right_wrist"], 1] > made(engine, "idle")[INDEX["head"], 1]


def test_a_tilted_head_is_over_the_shoulder_and_stays_there(engine: Engine):
    left, right = (made(engine, f"tilts the head to the {side}") for side in ("left", "right"))
    over = [each[INDEX["head"]] - each[INDEX["neck"]] for each in (left, right)]
    assert over[0][0] > 0.02 and over[1][0] < -0.02


def test_shrugs_are_counted(engine: Engine):
    motion = performed(engine, "shrugs twice").motion
    joints = engine.body.posed_joints(motion)
    lifted = joints[:, INDEX["left_shoulder"], 1] - joints[:, INDEX["neck"], 1]
    high = lifted > (lifted.min() + lifted.max()) / 2
    assert (np.diff(high.astype(int)) == 1).sum() == 2 and np.ptp(lifted) > 0.03


def test_one_shoulder_rolls_alone(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "rolls the right shoulder").motion)
    moved = {side: np.ptp(joints[:, INDEX[f"{side}_shoulder"], 1]) for side in ("left", "right")}
    assert moved["right"] > 1.5 * moved["left"]


def test_hands_that_rub_move_and_those_that_are_put_do_not(engine: Engine):
    def stirs(prompt: str) -> float:
        motion = performed(engine, prompt).motion
        joints = engine.body.posed_joints(motion)[len(motion) // 2 :]
        return float(np.ptp(joints[:, INDEX["right_wrist"]] - joints[:, INDEX["head"]], axis=0).max())

    assert stirs("rubs his face with both hands") > 0.04 > stirs("puts both hands on his face")


def test_claps_overhead_are_over_the_head(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "claps above the head").motion)
    apart = np.linalg.norm(joints[:, INDEX["left_wrist"]] - joints[:, INDEX["right_wrist"]], axis=1)
    met = apart < 0.1
    assert met.any() and (joints[met, INDEX["left_wrist"], 1] > joints[met, INDEX["head"], 1]).all()


def test_a_hand_stays_at_the_phone_through_all_steps(engine: Engine):
    motion = performed(engine, "a man is talking on the phone while pacing back and forth").motion
    joints = engine.body.posed_joints(motion)[20:]
    away = np.linalg.norm(joints[:, INDEX["right_wrist"]] - joints[:, INDEX["head"]], axis=1)
    assert away.max() < 0.3 and len(joints) > 200


def test_a_hand_is_put_where_its_own_side_is_named():
    gesture, _ = gesture_of("puts the right hand on the hip and the left hand on the head")
    assert gesture.sides == ("right",) and gesture.sided


def test_knocks_are_counted(engine: Engine):
    motion = performed(engine, "knocks at the door three times").motion
    joints = engine.body.posed_joints(motion)
    reach = joints[:, INDEX["right_wrist"], 2] - joints[:, INDEX["right_shoulder"], 2]
    back = reach < (reach[20:-8].min() + reach.max()) / 2
    assert (np.diff(back[14:].astype(int)) == 1).sum() == 3


def test_an_arm_that_is_held_stays(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "raise your left arm to the side and hold it").motion)
    out = joints[25:, INDEX["left_wrist"], 0] - joints[25:, INDEX["pelvis"], 0]
    assert out.min() > 0.5


@pytest.mark.parametrize("rule", RULES, ids=[rule.example for rule in RULES])
def test_every_rule_reads_its_own_example(rule: Rule):
    first = next(each for each in RULES if each.found_in(rule.example))
    assert first is rule


@pytest.mark.parametrize(
    ("clause", "places", "rest"),
    [
        (
            "puts the left hand on the hip and the right hand on the head",
            [("hip", ("left",)), ("head", ("right",))],
            "stands still",
        ),
        (
            "walks with his left hand in his pocket and his right hand on his head",
            [("pocket", ("left",)), ("head", ("right",))],
            "walks",
        ),
        ("stands with her hands on her hips", [("hip", ("left", "right"))], "stands"),
        ("sits with his head in his hands", [("face", ("left", "right"))], "sits"),
        ("walks with arms folded across the chest", [("elbow", ("left", "right"))], "walks"),
        ("does squats with the arms stretched in front", [("ahead", ("left", "right"))], "does squats"),
    ],
)
def test_hands_that_are_named_beside_something_else(clause: str, places: list, rest: str):
    gesture, left = gesture_of(clause)
    assert [(one.place, one.sides) for one in gesture.all] == places
    assert left == rest


def test_both_hands_are_where_each_is_put(engine: Engine):
    joints = made(engine, "puts the left hand on the hip and the right hand on the head")
    assert joints[INDEX["left_wrist"], 1] < 1.15 < 1.5 < joints[INDEX["right_wrist"], 1]


def test_arms_out_in_front_are_there(engine: Engine):
    joints = made(engine, "stretches both arms out in front")
    for side in ("left", "right"):
        assert joints[INDEX[f"{side}_wrist"], 2] > 0.4


@pytest.mark.parametrize("prompt", ["does a cartwheel with both arms in the air", "performs a jump with his arms up"])
def test_what_is_performed_beside_a_gesture_is_done(prompt: str):
    gesture, rest = gesture_of(prompt)
    assert gesture is not None and not gesture.alone and STANDS not in rest


@pytest.mark.parametrize(
    ("clause", "sides", "at"),
    [
        ("touches her left ear with the right hand", ("right",), "left"),
        ("scratches the right cheek with the left hand", ("left",), "right"),
        ("puts the right hand on the right shoulder", ("right",), "right"),
        ("pats the opposite shoulder with the left hand", ("left",), "right"),
        ("scratches the left elbow", ("right",), "left"),
        ("covers the left eye", ("left",), "left"),
    ],
)
def test_a_part_is_that_of_the_side_that_is_named(clause: str, sides: tuple[str, ...], at: str):
    gesture, _ = gesture_of(clause)
    assert (gesture.sides, gesture.at) == (sides, at)


@pytest.mark.parametrize(
    ("prompt", "finger", "at"),
    [
        ("touches her left ear with the right hand", "right_middle2", "left"),
        ("touches her right ear with the left hand", "left_middle2", "right"),
        ("touches his left ear with the left hand", "left_middle2", "left"),
    ],
)
def test_a_hand_gets_to_the_ear_that_is_named(engine: Engine, prompt: str, finger: str, at: str):
    joints = made(engine, prompt)
    from_head = joints[INDEX[finger]] - joints[INDEX["head"]]
    assert (0.04 if at == "left" else -0.12) < from_head[0] < (0.12 if at == "left" else -0.04)
    assert abs(from_head[1]) < 0.1


def test_a_hand_gets_to_its_own_shoulder(engine: Engine):
    joints = made(engine, "touches the right shoulder with the right hand")
    assert np.linalg.norm(joints[INDEX["right_middle3"]] - joints[INDEX["right_shoulder"]]) < 0.08


@pytest.mark.parametrize(
    ("prompt", "hand", "foot"),
    [
        ("touch left toes with right hand", "right", "left"),
        ("reaches with the left hand to the right foot", "left", "right"),
        ("touches the opposite foot with the left hand", "left", "right"),
    ],
)
def test_one_hand_goes_down_to_the_foot_that_is_named(engine: Engine, prompt: str, hand: str, foot: str):
    joints = made(engine, prompt)
    other = "left" if hand == "right" else "right"
    assert np.linalg.norm(joints[INDEX[f"{hand}_middle3"]] - joints[INDEX[f"{foot}_foot"]]) < 0.12
    assert np.linalg.norm(joints[INDEX[f"{other}_middle3"]] - joints[INDEX[f"{other}_foot"]]) > 0.15


def test_who_leans_over_a_railing_goes_on_leaning(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "leans over a railing and looks down").motion)
    assert joints[-1, INDEX["neck"], 2] - joints[-1, INDEX["left_ankle"], 2] > 0.25


def test_who_has_bent_down_straightens_up_to_raise_the_arms(engine: Engine):
    prompt = "touches the right foot with the left hand, then raises both arms above the head"
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    assert joints[-1, INDEX["left_wrist"], 1] > joints[-1, INDEX["head"], 1] > 1.4


@pytest.mark.parametrize(("prompt", "height"), [("hip", 0.0), ("waist", 0.05), ("chest", 0.15)])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_knee_is_raised_as_high_as_is_said_and_lowered_again(engine: Engine, prompt: str, height: float, side: str):
    joints = engine.body.posed_joints(performed(engine, f"someone raises the {side} knee up to the {prompt}").motion)
    over = joints[:, INDEX[f"{side}_knee"], 1] - joints[:, INDEX[f"{side}_hip"], 1]
    assert abs(over.max() - height) < 0.07 and over[-1] < -0.3
    other = "left" if side == "right" else "right"
    assert np.ptp(joints[:, INDEX[f"{other}_ankle"]], axis=0).max() < 0.03


def test_knees_are_raised_by_turns(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "raises the knees alternately to the chest four times").motion)
    for side in ("left", "right"):
        up = joints[:, INDEX[f"{side}_knee"], 1] > joints[:, INDEX[f"{side}_hip"], 1]
        assert (np.diff(up.astype(int)) == 1).sum() == 2


@pytest.mark.parametrize(
    ("prompt", "sign"), [("makes big circles with both arms forward", 1), ("arm circles backward", -1)]
)
def test_arms_swing_round_as_a_whole_the_way_that_is_said(engine: Engine, prompt: str, sign: int):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    for side in ("left", "right"):
        hand = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX[f"{side}_shoulder"]]
        assert np.ptp(hand[:, 1]) > 0.8 and np.ptp(hand[:, 2]) > 0.8
        high = hand[:-1, 1] > 0.35
        assert (sign * np.diff(hand[:, 2])[high] > 0).all()


def test_windmills_have_one_arm_up_when_the_other_is_down(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "swings both arms like windmills").motion)[20:-20]
    left, right = (joints[:, INDEX[f"{s}_wrist"], 1] - joints[:, INDEX[f"{s}_shoulder"], 1] for s in ("left", "right"))
    assert np.corrcoef(left, right)[0, 1] < -0.8


@pytest.mark.parametrize(("prompt", "count"), [("rises on her toes", 1), ("does three calf raises", 3)])
def test_heels_rise_and_toes_stay(engine: Engine, prompt: str, count: int):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    for side in ("left", "right"):
        heel = joints[:, INDEX[f"{side}_ankle"], 1]
        assert (np.diff((heel > heel.min() + 0.05).astype(int)) == 1).sum() == count
        assert np.ptp(joints[:, INDEX[f"{side}_foot"]], axis=0).max() < 0.05


def test_who_stands_on_the_toes_stays_there(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "stands on tiptoe and looks up").motion)
    assert joints[-1, INDEX["left_ankle"], 1] > joints[0, INDEX["left_ankle"], 1] + 0.05


def test_knees_bend_over_feet_that_are_turned_out(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "does two pliés").motion)
    sunk = joints[:, 0, 1] < joints[0, 0, 1] - 0.1
    assert (np.diff(sunk.astype(int)) == 1).sum() == 2
    apart = joints[:, INDEX["left_knee"], 0] - joints[:, INDEX["right_knee"], 0]
    assert apart.max() > 0.4


def test_a_curtsy_puts_one_foot_behind_and_is_no_bow(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "a girl drops a graceful curtsy").motion)
    middle = joints[len(joints) // 2]
    assert middle[INDEX["right_ankle"], 2] < middle[INDEX["left_ankle"], 2] - 0.12
    assert joints[0, 0, 1] - middle[0, 1] > 0.08 and abs(middle[INDEX["neck"], 2] - middle[0, 2]) < 0.15


def test_a_foot_taps_on_its_heel(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "checks the watch, taps the left foot").motion)
    toes = joints[70:, INDEX["left_foot"], 1]
    assert (np.diff((toes > toes.min() + 0.02).astype(int)) == 1).sum() >= 3
    assert np.ptp(joints[70:, INDEX["right_foot"]], axis=0).max() < 0.02


@pytest.mark.parametrize(
    "clause", ["walks on tiptoes", "runs in place raising the knees to the waist", "makes small circles with the arms"]
)
def test_legs_and_arms_of_other_motions_are_not_moved_by_rule(clause: str):
    assert gesture_of(clause) == (None, clause)


def test_who_sits_does_not_bend_to_the_knees(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "sits down and rubs his knee").motion)
    assert joints[-1, INDEX["neck"], 1] - joints[-1, 0, 1] > 0.35


@pytest.mark.parametrize(
    ("prompt", "joint", "height"),
    [
        ("raises the left hand to waist height", "spine1", 0.05),
        ("raises the left hand to shoulder height", "left_shoulder", 0.0),
        ("lifts both hands to head height", "head", 0.05),
        ("raises both arms to shoulder height", "left_shoulder", 0.0),
    ],
)
def test_hands_are_as_high_as_is_said(engine: Engine, prompt: str, joint: str, height: float):
    joints = made(engine, prompt)
    assert abs(joints[INDEX["left_wrist"], 1] - joints[INDEX[joint], 1] - height) < 0.12


@pytest.mark.parametrize(
    "prompt",
    ["lift box overhead", "holds a box above the head with both hands", "raises the trophy high over his head"],
)
def test_what_is_lifted_overhead_is_there_in_both_hands(engine: Engine, prompt: str):
    joints = made(engine, prompt)
    for side in ("left", "right"):
        assert joints[INDEX[f"{side}_wrist"], 1] > joints[INDEX["head"], 1] + 0.1
    assert np.ptp([joints[INDEX[f"{side}_wrist"], 1] for side in ("left", "right")]) < 0.05


def test_who_walks_holds_it_overhead_all_the_way(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "walks while holding a box above the head").motion)
    assert joints[-1, 0, 2] > 1.0 and (joints[20:, INDEX["right_wrist"], 1] > joints[20:, INDEX["head"], 1]).all()


def test_at_attention_heels_are_together_and_arms_at_the_sides(engine: Engine):
    joints = made(engine, "stands at attention")
    assert np.linalg.norm(joints[INDEX["left_ankle"]] - joints[INDEX["right_ankle"]]) < 0.14
    for side in ("left", "right"):
        wrist, shoulder = joints[INDEX[f"{side}_wrist"]], joints[INDEX[f"{side}_shoulder"]]
        assert shoulder[1] - wrist[1] > 0.45 and abs(wrist[2] - shoulder[2]) < 0.1


@pytest.mark.parametrize(
    "prompt",
    [
        "stands in guard",
        "kick with left foot, guard stays up",
        "steps forward in guard",
        "jumps and keeps the guard up",
    ],
)
def test_hands_on_guard_are_before_the_chin(engine: Engine, prompt: str):
    motion = performed(engine, prompt).motion
    joints = engine.body.posed_joints(motion)[len(motion) // 2 :]
    for side in ("left", "right"):
        away = np.linalg.norm(joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX["head"]], axis=1)
        assert away.max() < 0.4


def test_a_guard_is_not_kept_up_by_fists_that_strike():
    assert gesture_of("punches with the guard up") == (None, "punches with the guard up")


@pytest.mark.parametrize(
    ("clause", "places", "rest"),
    [
        ("plays the violin", ["strings", "bow"], "stands still"),
        ("walks with a cane", ["cane"], "walks"),
        ("runs holding a rifle across the chest", ["rifle barrel", "rifle grip"], "runs"),
        ("carries a tray on one hand", ["tray"], "walks"),
        ("dances a slow waltz with her partner", ["partner", "partner's back"], "dances a slow waltz"),
        ("wipes the table", ["table"], "stands still"),
        ("blows a kiss", ["mouth"], "stands still"),
        ("brushes her long hair", ["head"], "stands still"),
        ("waves with the left arm held high", ["up"], "stands still"),
        ("raises a fist in the air", ["up"], "stands still"),
    ],
)
def test_what_hands_hold(clause: str, places: list[str], rest: str):
    gesture, left = gesture_of(clause)
    assert ([one.place for one in gesture.all], left) == (places, rest)


def test_a_kiss_goes_from_the_mouth_outward(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "blows a kiss").motion)
    away = np.linalg.norm(joints[:, INDEX["right_wrist"]] - joints[:, INDEX["head"]], axis=1)
    assert away[8:].min() < 0.25 and away[20:45].max() > 0.4


def test_a_cane_goes_with_the_other_leg(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "walks with a cane").motion)[20:]
    hand, leg = (joints[:, INDEX[name], 2] - joints[:, 0, 2] for name in ("right_wrist", "left_ankle"))
    assert np.corrcoef(hand, leg)[0, 1] > 0.8


@pytest.mark.parametrize(
    ("prompt", "sides"),
    [
        ("tilt the head from side to side", [1, -1, 1, -1]),
        ("tilts the head to the left and to the right three times", [1, -1] * 3),
    ],
)
def test_a_head_that_goes_from_side_to_side_does(engine: Engine, prompt: str, sides: list[int]):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    over = joints[:, INDEX["head"], 0] - joints[:, INDEX["neck"], 0]
    far = np.sign(over)[np.abs(over) > 0.02]
    assert [int(far[0]), *(int(b) for a, b in pairwise(far) if a != b)] == sides
    assert abs(over[-1]) < 0.01


def test_who_looks_to_both_sides_on_the_way_goes_on(engine: Engine):
    done = performed(engine, "walks while looking left and right")
    assert len(done.ends) == 1 and done.plan.segments[0].gesture.looks == (LEFT, RIGHT)


@pytest.mark.parametrize("prompt", ["rolls the shoulders one after the other", "shrugs one shoulder after the other"])
def test_shoulders_move_one_after_the_other(engine: Engine, prompt: str):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    left, right = (joints[:, INDEX[f"{s}_shoulder"], 1] - joints[:, INDEX["neck"], 1] for s in ("left", "right"))
    up = [each > (each.min() + each.max()) / 2 for each in (left, right)]
    assert up[0].any() and up[1].any() and not (up[0] & up[1]).any()


@pytest.mark.parametrize(
    ("clause", "places", "rest"),
    [
        ("tugs at his left ear", ["ear"], "stands still"),
        ("lifts the left hand high above the head", ["up"], "stands still"),
        ("a waiter carries a tray", ["tray"], "a waiter walks"),
        ("carries a tray with both hands", ["keyboard"], "walks"),
        ("balances a basket on her head while walking", ["head"], "while walking"),
        ("marches with a rifle on the shoulder", ["rifle butt"], "marches"),
        ("plays the trumpet", ["trumpet"], "stands still"),
        ("chops onions on a board", ["table", "table"], "stands still"),
        ("brushes the hair out of his face with the left hand", ["head"], "stands still"),
        ("wipes the window in circles", ["pane"], "stands still"),
    ],
)
def test_what_hands_work_at(clause: str, places: list[str], rest: str):
    gesture, left = gesture_of(clause)
    assert ([one.place for one in gesture.all], left) == (places, rest)


@pytest.mark.parametrize(
    "clause", ["wipes the window", "cuts the rope in half", "plays football", "shoots with a rifle"]
)
def test_what_known_motions_show_is_not_made_by_rule(clause: str):
    assert gesture_of(clause) == (None, clause)


def test_drums_are_beaten_by_both_hands_in_turn(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "plays the drums").motion)[15:]
    assert np.corrcoef(*(joints[:, INDEX[f"{side}_wrist"], 1] for side in ("left", "right")))[0, 1] < -0.8


def test_a_leg_is_raised_stretched_and_lowered(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "raises the left leg to hip height").motion)
    foot = joints[:, INDEX["left_ankle"], 1] - joints[:, INDEX["left_hip"], 1]
    assert foot.max() > -0.3 and foot[-1] < -0.7
    knee = joints[:, INDEX["left_knee"], 1] - joints[:, INDEX["left_hip"], 1]
    assert abs(knee.max()) < 0.12


def test_a_foot_stamps(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "stamps the left foot twice").motion)
    foot = joints[:, INDEX["left_ankle"], 1]
    assert (np.diff((foot > foot.min() + 0.1).astype(int)) == 1).sum() == 2


@pytest.mark.parametrize(
    ("prompt", "same"),
    [("swings both arms forward and backward", True), ("swings the arms back and forth alternately", False)],
)
def test_arms_swing_ahead_and_back(engine: Engine, prompt: str, same: bool):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)
    ahead = [
        joints[:, INDEX[f"{side}_wrist"], 2] - joints[:, INDEX[f"{side}_shoulder"], 2] for side in ("left", "right")
    ]
    assert all(each.max() > 0.3 and each.min() < -0.2 for each in ahead)
    assert (np.corrcoef(*ahead)[0, 1] > 0) == same


@pytest.mark.parametrize(
    "prompt", ["sits on a chair and taps the right foot", "sits and raises the right knee to the chest"]
)
def test_who_sits_moves_one_leg_there(engine: Engine, prompt: str):
    joints = engine.body.posed_joints(performed(engine, prompt).motion)[70:]
    foot = joints[:, INDEX["right_foot"], 1]
    assert np.ptp(foot) > 0.03 and np.ptp(joints[:, INDEX["left_foot"], 1]) < 0.02 and joints[:, 0, 1].max() < 0.7


def test_a_rifle_stays_in_the_hands_on_the_way(engine: Engine):
    joints = engine.body.posed_joints(performed(engine, "holds a rifle across the chest and walks backward").motion)
    apart = np.linalg.norm(joints[70:, INDEX["left_wrist"]] - joints[70:, INDEX["right_wrist"]], axis=1)
    assert apart.max() < 0.4 and joints[-1, 0, 2] < -0.5


def test_letters_with_accents_are_plain_ones(engine: Engine):
    done = performed(engine, "do a plié, rise on your toes")
    assert [segment.gesture.moves for segment in done.plan.segments] == ["bends", "toes"]


@pytest.mark.parametrize(
    ("clause", "looks"),
    [("turns the head left and right", (LEFT, RIGHT)), ("turns her head from right to left", (RIGHT, LEFT))],
)
def test_a_head_that_turns_both_ways_begins_with_the_one_named_first(clause: str, looks: tuple):
    assert gesture_of(clause)[0].looks == looks


def test_who_looks_at_the_ceiling_looks_up():
    gesture, rest = gesture_of("looks at the ceiling")
    assert gesture.looks[0][1] < 0 and rest == "stands still"


def test_who_pats_himself_pats_the_shoulder_that_is_named():
    gesture, _ = gesture_of("pats himself on the right shoulder with the left hand")
    assert (gesture.place, gesture.sides, gesture.at, gesture.moves) == ("shoulder", ("left",), "right", "taps")


def test_hands_up_in_guard_are_not_up_in_the_air():
    gesture, rest = gesture_of("kicks with hands up in guard")
    assert [one.place for one in gesture.all] == ["guard"] and rest == "kicks"


@pytest.mark.parametrize(
    ("prompt", "joint"), [("lift box overhead", "left_wrist"), ("right hand to left toes", "head")]
)
def test_no_hand_and_no_trunk_is_there_at_once(engine: Engine, prompt: str, joint: str):
    motion = performed(engine, prompt).motion
    moved = np.linalg.norm(np.diff(engine.body.posed_joints(motion)[:, INDEX[joint]], axis=0), axis=1)
    assert moved.max() * motion.fps < 4.5
