"""Prompts as plans. Its wordings are its own: no pack is needed to read."""

from __future__ import annotations

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt_plan.paths import written_out
from motionclip_blender.core.prompt_plan.phrase import Phrase
from motionclip_blender.core.prompt_plan.phrases import FIRST, THEN
from motionclip_blender.core.prompt_plan.plan import Plan, Segment
from motionclip_blender.core.prompt_plan.read import MAX_SEGMENTS, read_plan
from motionclip_blender.core.prompt_plan.spanning import SPANNING
from motionclip_blender.core.prompt_plan.spelling import Spelling
from motionclip_blender.core.prompt_plan.split import clauses

WORDINGS = (
    "a person walks forward", "walking backward", "someone is jumping", "jumps", "waves with the right hand",
    "sit down", "picks up a stone", "throws a ball", "walks and waves", "a karate kick", "punches", "push-ups",
    "dancing", "runs", "stands up",
    "climbs a wall", "swimming", "turns around", "cheers", "bows", "somebody crawls on the floor",
)  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(WORDINGS, also=("does", "line", "balls", "them", "forearm", "handed", "start"))


def plan(spelling: Spelling, prompt: str) -> Plan:
    return read_plan(prompt, spelling, lambda text: text in WORDINGS)


def only(spelling: Spelling, prompt: str) -> Segment:
    (segment,) = plan(spelling, prompt).segments
    return segment


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("he walks, then he jumps", ["he walks", "he jumps"]),
        ("jumps and afterwards bows", ["jumps", "bows"]),
        ("first bow, then wave, finally sit down", ["bows", "wave", "sit down"]),
        ("bows before he sits down", ["bows", "he sits down"]),
        ("before sitting down he bows", ["he bows", "sitting down"]),
        ("after he has jumped he bows", ["jumped", "he bows"]),
        ("bows before the king, stands up", ["bows before the king", "stands up"]),
        ("before sitting down, he bows", ["he bows", "sitting down"]),
        ("after bowing, he sits down", ["bowing", "he sits down"]),
        ("sits down after bowing", ["bowing", "sits down"]),
        ("a kick followed by a punch", ["kick", "punches"]),
        ("runs, jumps and cheers", ["runs", "jumps", "cheers"]),
        ("walks and waves", ["walks and waves"]),  # a wording as it stands
        ("picks up a stone and a ball", ["picks up a stone and a ball"]),
        ("Jumps. Bows! Cheers", ["jumps", "bows", "cheers"]),
        ("walks, stops, waves", ["walks", "stands still", "waves"]),
        ("run_to_stop_RU", ["runs", "stands still"]),
        ("bows - freezes - turns around", ["bows", "stands still", "turns on the spot"]),
        ("a man mops the floor, stops", ["a man mops the floor", "stands still"]),
        ("exhausted after the fight, the knight sits down", ["the knight sits down exhausted"]),
        ("aims for a while and bows", ["aims for a while", "bows"]),
        ("falls and lies still", ["falls", "stands still"]),
        ("runs and after a few seconds he jumps", ["runs", "he jumps"]),
        ("he bows and does not move", ["he bows", "stands still"]),
        ("lowers into a half crouch", ["crouches"]),
        ("goes upstairs, waves, comes back down", ["goes upstairs", "waves", "walks down the stairs"]),
        ("kicks with the left leg, then right leg", ["kicks with the left leg", "kicks right leg"]),
        ("while running he jumps", ["he jumps"]),
        ("crawls, then lies down", ["crawls", "lies on the belly"]),
        (
            "a goalkeeper dives to the left and catches the ball",
            ["a goalkeeper falls sideways to the left", "stands still"],
        ),
        ("skips, spins around and skips on", ["skips", "spins around", "skips"]),
        ("storms into the room and points", ["quickly walks angrily", "points"]),
        ("kicks a ball and watches where it lands", ["kicks a ball", "stands still"]),
        ("runs, jumps over an obstacle and keeps running", ["runs", "leaps over something", "running"]),
        ("picks up a suitcase and walks away with it", ["picks up a suitcase", "carries something"]),
        ("carries a box before setting it down", ["carries a box", "puts down the box"]),
        ("sweeps the floor, then straightens up", ["sweeps the floor", "stands"]),
        ("crouches, then straightens up", ["crouches", "stands up"]),
        (
            "walks through the door and closes it behind him",
            ["walks through the door", "turns on the spot", "stands still"],
        ),
        (
            "bends down, picks up something heavy, carries it a few paces and sets it down",
            ["picks up and relocates an object"],
        ),
        ("claps, spins once and bows", ["stands still", "spins around", "bows"]),
        (
            "falls on his back, rolls over to the side, slowly gets up",
            ["falls on his back", "lies on the side", "slowly gets up"],
        ),
    ],
)
def test_steps_come_in_the_order_in_which_they_are_done(spelling: Spelling, prompt: str, texts: list[str]):
    assert [segment.text for segment in plan(spelling, prompt).segments] == texts


def test_what_is_done_at_once_is_one_step(spelling: Spelling):
    assert only(spelling, "walks while waving").together == ("waving",)
    assert only(spelling, "walks while waving and nodding").together == ("waving and nodding",)


def test_what_follows_things_done_at_once_is_a_step_of_its_own(spelling: Spelling):
    first, second = plan(spelling, "walks while waving and jumps twice").segments
    assert first.together == ("waving",) and (second.text, second.count) == ("jumps", 2)


@pytest.mark.parametrize(
    ("prompt", "side", "limb"),
    [
        ("waves with the left hand", "left", "arm"),
        ("a kick with the right foot", "right", "leg"),
        ("PunchLeft", "left", "arm"),
        ("kick_right_02", "right", "leg"),
        ("balances on the left leg", "left", "support"),
        ("steps forward with the right foot", "right", "leg"),
        ("turns left", "", ""),
        ("punches left-handed", "left", "arm"),
        ("blocks with the right forearm", "right", "arm"),
        ("balances on one leg, the left one", "left", "support"),
    ],
)
def test_sides_of_limbs(spelling: Spelling, prompt: str, side: str, limb: str):
    segment = only(spelling, prompt)
    assert (segment.side, segment.limb) == (side, limb)


@pytest.mark.parametrize(
    ("prompt", "travel"),
    [
        ("walks forward", 0),
        ("walks backwards", 180),
        ("strafe_left", 90),
        ("StrafeRight", -90),
        ("runs diagonally to the left", 45),
        ("walk_bwd_loop", 180),
        ("walks leftward", 90),
        ("retreats while facing forward", 180),
        ("kicks forward", None),
        ("bows", None),
        ("walks left", 90),
        ("walks backward in a circle", 180),
        ("runs back to the house", None),
        ("old man walking with a bent back", None),
        ("walks back slowly", 180),
        ("walks backward in a straight line", 180),
        ("walks with the arms out to the side", None),
        ("a jump and back kick", None),
    ],
)
def test_directions_of_travel(spelling: Spelling, prompt: str, travel: float | None):
    assert only(spelling, prompt).travel == travel


@pytest.mark.parametrize(
    ("prompt", "turn"),
    [
        ("turns left", 90),
        ("turn_right_45", -45),
        ("TurnAround180", 180),
        ("rotates 120 degrees anticlockwise", 120),
        ("turns 30 degrees clockwise", -30),
        ("makes a quarter turn to the right", -90),
        ("walks in a clockwise circle", -360),
        ("runs and makes a u-turn", 180),
        ("turns the head to the left", None),
        ("walks around the corner to the right", -90),
        ("a man turns left while running", 90),
        ("walks while turning right", -90),
        ("walks two circles to the left", 720),
        ("spins around 180 degrees", 180),
        ("spins", None),
        ("spins to the left", 360),
        ("spins twice to the right", -720),
        ("swings round to the left by 90 degrees", 90),
        ("walks in a half circle to the right", -180),
        ("walks and turns right twice", -180),
        ("jumps twice and turns left", 90),
        ("pirouettes to the left", 360),
    ],
)
def test_turns(spelling: Spelling, prompt: str, turn: float | None):
    assert only(spelling, prompt).turn == turn


def test_who_has_turned_around_walks_back_by_walking_on(spelling: Spelling):
    segments = plan(spelling, "walks forward, then turns around, then walks back").segments
    assert [segment.travel for segment in segments] == [0, None, None]


@pytest.mark.parametrize(
    ("prompt", "count", "text"),
    [
        ("jumps three times", 3, "jumps"),
        ("throws two balls", 2, "throws a ball"),
        ("push-ups, five of them", 5, "push-ups"),
        ("jumps twice", 2, "jumps"),
        ("does 4 push-ups", 4, "push-ups"),
        ("kick 3x", 3, "kick"),
        ("a couple of push-ups", 2, "push-ups"),
        ("jump jump jump", 3, "jumps"),
        ("walks in one line", None, "walks in one line"),
    ],
)
def test_counts(spelling: Spelling, prompt: str, count: int | None, text: str):
    segment = only(spelling, prompt)
    assert (segment.count, segment.text) == (count, text)


def test_steps_without_a_verb_are_walked(spelling: Spelling):
    segment = only(spelling, "three steps to the right")
    assert (segment.text, segment.steps, segment.travel) == ("walks to the right", 3, -90)


def test_a_step_is_one(spelling: Spelling):
    segment = only(spelling, "takes a big step backward")
    assert (segment.steps, segment.travel) == (1, 180)


def test_parts_of_the_body_are_no_steps(spelling: Spelling):
    assert only(spelling, "walks on hands and knees").text == "walks on hands and knees"


def test_who_jumps_on_one_leg_hops(spelling: Spelling):
    segment = only(spelling, "jumps on the right foot")
    assert (segment.text, segment.side, segment.limb) == ("hops on the right foot", "right", "support")
    assert only(spelling, "jumps on the table").text == "jumps on the table"


def test_steps_are_counted_as_steps(spelling: Spelling):
    segment = only(spelling, "takes four big steps backward")
    assert (segment.count, segment.steps, segment.travel) == (None, 4, 180)


def test_speeds_and_seconds(spelling: Spelling):
    assert only(spelling, "walks slowly").speed < 1 < only(spelling, "punches at full speed").speed
    assert only(spelling, "walks very slowly").speed < only(spelling, "walks slowly").speed
    assert only(spelling, "runs for 4 seconds").seconds == 4


@pytest.mark.parametrize(
    ("wrong", "right"), [("wlaks", "walks"), ("jmups", "jumps"), ("swiming", "swimming"), ("clibms", "climbs")]
)
def test_spelling_is_mended_and_said(spelling: Spelling, wrong: str, right: str):
    read = plan(spelling, f"a person {wrong}")
    assert right in read.segments[0].text
    assert wrong in read.remarks[0] and right in read.remarks[0]


def test_forms_of_known_words_are_never_mended():
    known = Spelling(["skips", "sweeps", "crouches"], also=("ski", "weep", "sip", "blush"))
    assert [known.mended(word) for word in ("skis", "weeps", "sipped", "blushes")] == [
        "skis", "weeps", "sipped", "blushes",
    ]  # fmt: skip
    assert known.mended("skipps") == "skips"


def test_of_words_as_near_that_is_taken_which_the_wordings_have_before_the_next():
    known = Spelling(["does push ups", "punches", "punch"])
    assert known.mended("puch", "ups") == "push" and known.mended("puch") == "punch"


def test_doubled_letters_are_typing_errors_and_words_with_two_more_are_others():
    known = Spelling(["runs", "runs", "rungs", "class", "sneaks"])
    assert known.mended("runns") == "runs" and known.mended("sneaaks") == "sneaks"
    assert known.mended("cutlass") == "cutlass"


def test_two_words_without_a_space_are_two():
    known = Spelling(["a man picks up a box", "picks it up"])
    assert known.mended("picksup") == "picks up" and known.mended("upbox") == "upbox"


def test_known_words_are_never_mended(spelling: Spelling):
    known = Spelling(WORDINGS, also=("talks", "balks"))
    assert known.mended("talks") == "talks" and known.mended("balks") == "balks"
    assert spelling.mended("punches") == "punches"


@pytest.mark.parametrize(
    "prompt", ["ein Mann geht und winkt", "une femme danse dans la rue", "человек идёт", "人が走る", "un hombre corre"]
)
def test_english_is_said_to_be_the_language(spelling: Spelling, prompt: str):
    with pytest.raises(UserError, match="English is the language here"):
        plan(spelling, prompt)


@pytest.mark.parametrize("prompt", ["", "   ", "!!! ???", ", ; .", "123", "jumps zero times", "x" * 10_000])
def test_what_is_no_prompt_is_refused_in_one_sentence(spelling: Spelling, prompt: str):
    with pytest.raises(UserError) as caught:
        plan(spelling, prompt)
    assert str(caught.value).count("\n") == 0 and len(str(caught.value)) < 200


def test_contradictions_and_large_counts_are_said(spelling: Spelling):
    assert "both left and right" in plan(spelling, "walks left and right at once").remarks[0]
    assert "both forward and backward" in plan(spelling, "walks forward backward").remarks[0]
    many = plan(spelling, "jumps 1000 times")
    assert many.segments[0].count == 20 and "1,000" in many.remarks[0]


def test_fifty_segments_are_cut_and_said(spelling: Spelling):
    read = plan(spelling, ", then ".join(["jumps", "bows"] * 25))
    assert len(read.segments) == MAX_SEGMENTS and "50 steps" in read.remarks[-1]


def test_empty_segments_are_passed_over(spelling: Spelling):
    assert [s.text for s in plan(spelling, "jumps, , then, then bows,").segments] == ["jumps", "bows"]


@pytest.mark.parametrize(
    ("prompt", "manner", "plain"),
    [
        ("walks sadly", "sad", "walks"),
        ("an old man walks", "old", "a man walks"),
        ("walks like a very old man", "old", "walks"),
        ("punches in an angry way", "angry", "punches"),
        ("proudly bows", "proud", "bows"),
        ("dancing while drunk", "drunk", "dancing"),
        ("a very tired woman turns around", "tired", "turns on the spot"),
    ],
)
def test_manners_are_read_and_looked_up_without(spelling: Spelling, prompt: str, manner: str, plain: str):
    segment = only(spelling, prompt)
    assert (segment.manner, segment.plain.text) == (manner, plain)


@pytest.mark.parametrize("prompt", ["picks up an old stone", "a 5 year old jumps", "walks", "an angry person", "sad"])
def test_what_is_no_manner_of_an_action_is_none(spelling: Spelling, prompt: str):
    segment = only(spelling, prompt)
    assert not segment.manner and segment.plain is None


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("turns left", ["turns on the spot"]),
        ("a person turns all the way around with small steps", ["turns on the spot"]),
        ("walks, turns right, walks", ["walks", "walks", "walks"]),
        ("walks, turns right in place", ["walks", "turns on the spot"]),
        ("curves to the left", ["walks"]),
        ("walks and turns right", ["walks and turns right"]),
    ],
)
def test_who_only_turns_does_so_on_the_spot_unless_on_the_way(spelling: Spelling, prompt: str, texts: list[str]):
    segments = plan(spelling, prompt).segments
    assert [segment.text for segment in segments] == texts
    assert [segment.on_spot for segment in segments] == [text == "turns on the spot" for text in texts]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("continues walking", "walking"),
        ("continues to walk", "walk"),
        ("keeps on jumping", "jumping"),
        ("goes on with his walk", "walk"),
        ("goes on stage", "goes on stage"),
        ("carries on", "carries on"),
    ],
)
def test_what_goes_on_is_that_action(spelling: Spelling, prompt: str, text: str):
    assert only(spelling, prompt).text == text


@pytest.mark.parametrize(
    ("prompt", "core"),
    [
        ("retreats from a wild animal", "walks backwards"),
        ("someone goes to the left", "walks sideways"),
        ("goes ahead", "walks"),
        ("runs on the spot with fists up", "runs on the spot"),
        ("jogs in place for a while", "jogs in place"),
        ("runs on the grass", "runs"),
        ("walks on her hands over the stage", "walks on her hands"),
        ("sits on his heels in the sun", "sits on his heels"),
    ],
)
def test_the_way_and_the_place_stay_in_what_is_looked_up(spelling: Spelling, prompt: str, core: str):
    assert only(spelling, prompt).core == core


@pytest.mark.parametrize(
    ("prompt", "texts", "travels"),
    [
        ("steps to the left then to the right", ["steps to the left", "steps to the right"], [90, -90]),
        ("walks forward, then backward", ["walks forward", "walks backward"], [0, 180]),
        ("walks, turns around and walks back", ["walks", "turns on the spot", "walks"], [None, None, None]),
        ("raises both arms and lowers them", ["raises both arms", "stands still"], [None, None]),
        ("run_stop", ["runs", "stands still"], [None, None]),
        ("lifts a box and puts it on the cart", ["lifts a box", "puts the box on the cart"], [None, None]),
        ("lifts a box and puts it on the table", ["lifts a box", "stands still"], [None, None]),
        ("crosses his arms and waits", ["crosses his arms", "stands still"], [None, None]),
        (
            "a soldier marches to the left, then to the right",
            ["a soldier marches to the left", "marches to the right"],
            [90, -90],
        ),
        ("turns around, then jogs backwards", ["turns on the spot", "jogs backwards"], [None, 180]),
        ("raises the left arm, then the right arm", ["raises the left arm", "raises the right arm"], [None, None]),
    ],
)
def test_what_a_step_leaves_to_the_one_before(spelling: Spelling, prompt: str, texts: list[str], travels: list):
    segments = plan(spelling, prompt).segments
    assert [segment.text for segment in segments] == texts
    assert [segment.travel for segment in segments] == travels


@pytest.mark.parametrize(
    ("prompt", "count"), [("a jump", 1), ("does a kick", 1), ("a step", None), ("a jump shot", None)]
)
def test_a_single_one_is_counted(spelling: Spelling, prompt: str, count: int | None):
    assert only(spelling, prompt).count == count


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("swings both arms above his head", "swings both arms overhead"),
        ("bow down", "bows down"),
        ("throw a ball", "throws a ball"),
        ("walks through", "walks"),
    ],
)
def test_how_steps_are_looked_up(spelling: Spelling, prompt: str, text: str):
    assert only(spelling, prompt).text == text


def test_a_leg_that_is_named_is_not_named_again(spelling: Spelling):
    assert only(spelling, "lifts the right knee to the side").bare == "lifts the knee to the side"


@pytest.mark.parametrize("whose", ["your", "a bad", "an aching"])
def test_a_back_is_no_way(spelling: Spelling, whose: str):
    assert only(spelling, f"walks with {whose} back").travel is None


@pytest.mark.parametrize(
    "how",
    [
        "with a stooped back", "with back hunched", "with the shoulders back", "with his arms swept backwards",
        "with her head leaning forward", "with the chest out and the arms pulled back",
    ],
)  # fmt: skip
def test_where_a_part_of_the_body_is_is_no_way(spelling: Spelling, how: str):
    assert only(spelling, f"walks {how}").travel is None
    assert only(spelling, f"walks backward {how}").travel == 180.0


@pytest.mark.parametrize(
    ("prompt", "winds"),
    [
        ("stomps around", "around"), ("walks about aimlessly", "around"), ("walks around the table", ""),
        ("wanders around the living room", "around"), ("turns around", ""), ("walks around the corner", ""),
        ("sprints in a zigzag", "zigzag"), ("zigzags between the trees", "zigzag"),
    ],
)  # fmt: skip
def test_who_walks_around_or_in_a_zigzag_winds(spelling: Spelling, prompt: str, winds: str):
    assert only(spelling, prompt).winds == winds


@pytest.mark.parametrize(
    ("prompt", "manner"),
    [
        ("a baby learning to walk", "toddling"), ("a toddler runs", "toddling"), ("walks with tiny steps", "mincing"),
        ("a geisha takes small steps", "mincing"), ("walks like hes wasted", "drunk"),
    ],
)  # fmt: skip
def test_how_strides_are_is_a_manner(spelling: Spelling, prompt: str, manner: str):
    assert only(spelling, prompt).manner == manner


def test_lines_are_steps_where_each_says_what_is_done(spelling: Spelling):
    assert len(plan(spelling, "jumps\nruns\nbows").segments) == 3
    assert only(spelling, "someone\njumps").text == "someone jumps"


def test_it_is_what_was_picked_up(spelling: Spelling):
    steps = plan(spelling, "picks something up from the floor and throws it").segments
    assert steps[1].text == "throws the thing"


def test_the_trunk_leans_to_the_side_that_is_named(spelling: Spelling):
    step = only(spelling, "a person leans over to the right side")
    assert (step.side, step.limb, step.travel) == ("right", "trunk", None)
    assert only(spelling, "turns to the right").limb == ""


@pytest.mark.parametrize(
    ("prompt", "single"),
    [("beckons with one hand", True), ("waves with one hand on the hip", False), ("waves with the left hand", False)],
)
def test_one_arm_is_one_arm(spelling: Spelling, prompt: str, single: bool):
    assert only(spelling, prompt).single == single


def test_a_step_with_a_foot_is_one(spelling: Spelling):
    assert only(spelling, "steps back with the left foot").steps == 1
    assert only(spelling, "steps back").steps is None


def test_what_is_taken_up_again_is_what_was_done_before(spelling: Spelling):
    steps = read_plan("an old man shuffles along, stops, then continues shuffling", spelling).segments
    assert steps[2].said == steps[0].said


def test_what_is_done_on_the_way_is_done_all_the_way():
    steps = written_out("a man is drinking while walking back and forth").split(", then ")
    assert len(steps) == 5 and all(step.endswith(" while drinking") for step in steps)


def test_what_is_carried_back_is_carried_after_a_turn(spelling: Spelling):
    steps = read_plan("picks up a box and carries it back", spelling).segments
    assert steps[0].turn == 180.0 and steps[-1].travel is None


def test_arms_in_circles_are_no_turn(spelling: Spelling):
    assert only(spelling, "moves the arms in circles").turn is None
    assert only(spelling, "walks in a circle").turn == 360.0


def test_a_limb_that_is_readied_goes_on(spelling: Spelling):
    steps = plan(spelling, "lifts the right leg and kicks forward").segments
    assert [(step.side, step.limb) for step in steps] == [("right", "leg")] * 2
    steps = plan(spelling, "kicks with the right leg and kicks").segments
    assert [(step.side, step.limb) for step in steps] == [("right", "leg"), ("", "")]


def test_who_drags_a_leg_limps(spelling: Spelling):
    assert "limps with the left foot" in only(spelling, "drags his left foot behind him").text


def test_the_way_of_a_lean_is_looked_up(spelling: Spelling):
    assert only(spelling, "bends forward").bare == "bends forward"


def test_a_turn_over_a_shoulder_goes_to_its_side(spelling: Spelling):
    assert only(spelling, "turns around 180 degrees over the right shoulder").turn == -180.0


def test_spins_that_are_counted_are_turns(spelling: Spelling):
    assert only(spelling, "spins around two times").turn == 720.0
    assert only(spelling, "does a 360 spin").turn == 360.0


def test_who_runs_turns_at_a_run(spelling: Spelling):
    assert [step.text for step in plan(spelling, "runs forward, then makes a sharp right turn").segments][1] == "runs"


def test_what_is_thrown_up_in_the_air_are_no_arms(spelling: Spelling):
    assert only(spelling, "throws his arms up in the air").text == "raises both arms"
    assert "throw" not in only(spelling, "throws a left hook").text


def test_touching_after_a_comma_is_a_step(spelling: Spelling):
    assert len(plan(spelling, "waves, touches the toes, then bows").segments) == 3


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("CrouchToStand", ["crouches", "stands up"]),
        ("transition from kneeling to standing", ["kneels down", "stands up"]),
        ("a knight rises from one knee", ["a knight kneels down", "stands up"]),
        ("lying on the stomach to sitting", ["lies on the belly", "sits on the floor"]),
        ("KneelToCrouch", ["kneels down", "crouches"]),
        ("from a crouch, he jumps", ["crouches", "he jumps"]),
        ("starts on all fours, then runs", ["drops down onto all fours", "runs"]),
    ],
)
def test_where_somebody_starts_is_no_step_of_its_own(spelling: Spelling, prompt: str, texts: list[str]):
    found = plan(spelling, prompt).segments
    assert [segment.text for segment in found] == texts
    assert [segment.posture for segment in found] == [True, False]


@pytest.mark.parametrize("prompt", ["starts crouching", "waves, then starts crouching", "crouches, then stands up"])
def test_what_leads_to_a_posture_is_made(spelling: Spelling, prompt: str):
    assert not any(segment.posture for segment in plan(spelling, prompt).segments)


@pytest.mark.parametrize(("clause", "text"), [("hold it", "stands still"), ("holds the pose", "stands still")])
def test_who_holds_a_pose_stands(spelling: Spelling, clause: str, text: str):
    assert plan(spelling, f"waves, then {clause}").segments[-1].text == text


def test_what_is_asked_for_no_times_is_told_as_it_is_written(spelling: Spelling):
    with pytest.raises(UserError, match='"claps 0 times" asks for no times'):
        plan(spelling, "claps 0 times")


@pytest.mark.parametrize("phrase", (*FIRST, *THEN, *SPANNING), ids=lambda phrase: phrase.example)
def test_every_phrase_is_told_as_its_example_says(phrase: Phrase):
    assert phrase.told(phrase.example).split() == phrase.plainly.split()


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("walks, hears a noise and jumps", ["walks", "hears a noise", "jumps"]),
        ("runs and plants the left foot", ["runs", "recovers"]),
        ("jumps and touches the wall", ["jumps", "stands still"]),
        ("after finishing his shift he bows", ["he bows"]),
        ("after he has finished the song, he bows", ["he bows"]),
        ("throws a ball, answers with an uppercut and bows", ["throws a ball", "punches", "bows"]),
        ("jogs and comes back to where he began", ["jogs", "turns on the spot", "jogs"]),
        ("walks to the wall and returns to the start", ["walks to the wall", "turns on the spot", "walks"]),
        ("turns around and runs back to where she started", ["turns on the spot", "runs"]),
        ("on a sunny day an old lady jumps", ["an old lady jumps"]),
        ("After a long day at the office she runs, then bows", ["she runs", "bows"]),
        ("in a circle a man runs", ["in a circle a man runs"]),
    ],
)
def test_what_begins_a_step(spelling: Spelling, prompt: str, texts: list[str]):
    assert [segment.text for segment in plan(spelling, prompt).segments] == texts


@pytest.mark.parametrize(
    ("prompt", "text"),
    [("walks, head down", "walks"), ("runs, arms crossed, slowly", "runs, slowly"), ("bows, head down", "bows")],
)
def test_how_the_body_is_held_after_a_comma_is_done_meanwhile(spelling: Spelling, prompt: str, text: str):
    segment = only(spelling, prompt)
    assert segment.text == text and segment.gesture is not None and not segment.gesture.alone


@pytest.mark.parametrize(
    ("prompt", "turn", "count"),
    [
        ("a 180 hop turn", 180.0, None),
        ("jumps 360 degrees", 360.0, None),
        ("does a 360", 360.0, None),
        ("does a 180 to the right", -180.0, None),
        ("180 push-ups", None, 20),
    ],
)
def test_an_angle_is_no_count(spelling: Spelling, prompt: str, turn: float | None, count: int | None):
    segment = only(spelling, prompt)
    assert (segment.turn, segment.count) == (turn, count)


@pytest.mark.parametrize(("prompt", "count"), [("five push-ups in a row", 5), ("claps three times above the head", 3)])
def test_counts_beside_what_is_counted(spelling: Spelling, prompt: str, count: int):
    segment = only(spelling, prompt)
    counts = segment.count if segment.gesture is None else segment.gesture.count
    assert counts == count


@pytest.mark.parametrize(
    ("prompt", "right"), [("realy", "really"), ("jumpss", "jumps"), ("puchess", "punches"), ("thros", "throws")]
)
def test_doubled_letters_are_forgotten_first(spelling: Spelling, prompt: str, right: str):
    assert spelling.mended(prompt) == right


@pytest.mark.parametrize("word", ["slouchs", "draging"])
def test_a_wrong_ending_is_no_form_of_a_word(word: str):
    assert not Spelling((), also=("slouch", "drag")).knows(word)


def test_a_circle_of_a_size_is_one_of_any_gait(spelling: Spelling):
    big, usual = only(spelling, "runs in a big circle counterclockwise"), only(spelling, "runs in a circle")
    assert (big.text, big.turn, big.circle) == ("runs", 360.0, True)
    assert big.size > usual.size == 1.0 and usual.text == "runs in a circle"


def test_names_are_told_as_such(spelling: Spelling):
    assert plan(spelling, "walk_jump_far").named and not plan(spelling, "jumps far").named


@pytest.mark.parametrize(
    ("prompt", "many"), [("a burpee", 1), ("two burpees", 2), ("he does 4 burpees in a row", 4), ("burpees", 3)]
)
def test_a_burpee_is_a_crouch_a_push_up_and_a_jump(spelling: Spelling, prompt: str, many: int):
    segments = plan(spelling, prompt).segments
    assert [(segment.core or segment.text, segment.count) for segment in segments[-3:]] == [
        ("crouches down", None), ("push-up", 1), ("jumps up", None)
    ]  # fmt: skip
    assert len(segments) == 3 * many


def test_more_burpees_than_a_plan_has_steps_are_told(spelling: Spelling):
    found = plan(spelling, "a man does 10 burpees")
    assert len(found.segments) == MAX_SEGMENTS and any("30 steps" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("name", "turn"),
    [("jog_start_180_R", -180.0), ("walk_turn_90_L", 90.0), ("TurnAround180", 180.0), ("turn_left_90", 90.0)],
)
def test_numbers_of_names_are_angles(spelling: Spelling, name: str, turn: float):
    segment = plan(spelling, name).segments[-1]
    assert segment.turn == turn and segment.travel is None


@pytest.mark.parametrize(
    ("prompt", "hands"),
    [
        ("rubs the stomach with one hand and pats the head with the other", [("right",), ("left",)]),
        ("puts the left hand on the hip and the other hand on the head", [("left",), ("right",)]),
        ("left hand stays in the pocket", [("left",)]),
    ],
)
def test_the_other_hand_is_that_which_was_not_named(spelling: Spelling, prompt: str, hands: list[tuple[str, ...]]):
    gestures = [segment.gesture for segment in plan(spelling, prompt).segments]
    assert [one.sides for gesture in gestures if gesture for one in gesture.all] == hands


def test_how_a_part_of_the_body_is_held_is_no_step(spelling: Spelling):
    for prompt in ("jumps, knees straight", "bows, elbow stays bent", "runs, trunk leaning forward"):
        assert len(plan(spelling, prompt).segments) == 1


def test_adjectives_are_no_verbs(spelling: Spelling):
    assert only(spelling, "sneaky burglar, slow motion").text.startswith("sneaky")


@pytest.mark.parametrize("prompt", ["walks, then y", "jumps an falls", "jumps n claps lol"])
def test_letters_and_slips_are_read(spelling: Spelling, prompt: str):
    assert plan(spelling, prompt).segments


@pytest.mark.parametrize(
    ("prompt", "manners"),
    [
        ("an old man walks forward, then waves with the right hand", ["old", "old"]),
        ("a sad woman jumps, bows and sits down", ["sad", "sad", "sad"]),
        ("an old man bows and he jumps happily", ["old", "happy"]),
        ("an angry man walks forward and a dog jumps", ["angry", ""]),
        ("walks forward sadly, then bows", ["sad", ""]),
    ],
)
def test_who_does_it_stays_who_he_is(spelling: Spelling, prompt: str, manners: list[str]):
    assert [segment.manner for segment in plan(spelling, prompt).segments] == manners


def test_a_speed_that_is_not_made_is_told(spelling: Spelling):
    assert "2 times is made" in plan(spelling, "walks forward at 100x speed").remarks[0]


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("for my stealth game, a guard: he jumps", ["he jumps"]),
        ("somebody crawls on the floor, turns around", ["somebody crawls on the floor", "crawls"]),
        ("runs, stops, keeps going", ["runs", "stands still", "runs"]),
        ("Jump_Start_Loop_Land", ["jumps", "land"]),
    ],
)
def test_what_is_left_unsaid_is_put_in(spelling: Spelling, prompt: str, texts: list[str]):
    assert [segment.text for segment in plan(spelling, prompt).segments] == texts


def test_a_few_steps_are_counted(spelling: Spelling):
    first, second = plan(spelling, "takes a few steps to the right, then two to the left").segments
    assert (first.steps, first.travel) == (3, -90.0)
    assert (second.steps, second.travel) == (2, 90.0)


def test_titles_are_names(spelling: Spelling):
    assert plan(spelling, "Jumps Backward Heavy").named
    assert not plan(spelling, "Someone is jumping").named


def test_both_hands_have_something_to_do(spelling: Spelling):
    gesture = only(spelling, "left arm salutes while right arm hangs at the side").gesture
    assert gesture is not None and [(one.place, one.sides) for one in gesture.all] == [
        ("forehead", ("left",)),
        ("hanging", ("right",)),
    ]


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("jumps while standing", ["jumps"]),
        ("walk_start", ["starts walking"]),
        (
            "punches twice with the right hand and once with the left",
            ["punches with the right hand", "punches with the left hand"],
        ),
        ("walks in a circle and returns to where he began", ["walks in a circle"]),
    ],
)
def test_what_is_one_step_and_what_are_several(spelling: Spelling, prompt: str, texts: list[str]):
    assert [segment.text for segment in plan(spelling, prompt).segments] == texts


def test_a_word_is_mended_by_the_word_before_it(spelling: Spelling):
    assert Spelling(("jumps up and down",)).mended("dowm", preceding="and") == "down"
    assert Spelling(("jumps up and down",)).mended("dowm") == "dowm"


def test_who_leans_goes_nowhere(spelling: Spelling):
    segment = only(spelling, "leans to the right")
    assert (segment.side, segment.limb, segment.travel) == ("right", "trunk", None)


def test_orders_after_commas_are_steps():
    found = clauses("throw a ball, shade your eyes, head down", lambda text: False)
    assert [clause.text for clause in found] == ["throw a ball", "shade your eyes with head down"]


def test_who_walks_back_goes_as_far(spelling: Spelling):
    segments = plan(spelling, "walks forward 3 m, turns around, walks back").segments
    assert segments[-1].metres == 3.0


def test_right_before_a_step_may_be_a_side(spelling: Spelling):
    plan = read_plan("looks left and right before crossing the road", spelling)
    assert plan.segments[0].said == "looks left and right" and len(plan.segments) == 2
