"""What prompts are taken for, by the default pack: kinds of sentences that were misunderstood once."""

from __future__ import annotations

import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.prompt_plan.choice import Choice
from motionclip_blender.core.prompt_plan.plan import Plan
from motionclip_blender.core.prompt_plan.understand import understand


def read(engine: Engine, prompt: str) -> tuple[Plan, tuple[Choice, ...]]:
    return understand(engine, engine.wordings, prompt)


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("walks for 1.25 seconds", 1.25),
        ("walks for 0.75 seconds", 0.75),
        ("walks for a couple of seconds", 2.0),
        ("sits for a minute and a half", 90.0),
        ("runs for two and a half seconds", 2.5),
        ("walks for 3 to 5 seconds", 4.0),
    ],
)
def test_durations_as_people_write_them(engine: Engine, prompt: str, seconds: float):
    plan, choices = read(engine, prompt)
    assert [segment.seconds for segment in plan.segments] == [seconds]
    assert choices[0].sure and not plan.remarks


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("hip hop, 80s style", None),
        ("80's disco moves", None),
        ("in the late 90s a man walks", None),
        ("dances to 70s music for 5s", 5.0),
        ("dances 80s", 80.0),
        ("a 30s walk", 30.0),
    ],
)
def test_a_decade_is_no_duration(engine: Engine, prompt: str, seconds: float | None):
    (segment,) = read(engine, prompt)[0].segments
    assert segment.seconds == seconds


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        ("sits dwon adn yawns", ["sit_down", "stretch"]),
        ("teh man walks nad jumps", ["walk", "jump"]),
        ("hes walking", ["walk"]),
    ],
)
def test_short_words_are_corrected_too(engine: Engine, prompt: str, actions: list[str]):
    assert [choice.action for choice in read(engine, prompt)[1]] == actions


@pytest.mark.parametrize(
    ("prompt", "action"),
    [
        ("a sniper snipes", "aim_gun"),
        ("a man freezes", "idle"),
        ("freezes suddenly as if hearing a noise", "idle"),
        ("gestures at the board", "talk"),
        ("a man is gesturing wildly", "talk"),
        ("makes small, hesitant hand gestures", "talk"),
        ("gesturing nervously with both hands", "talk"),
        ("aggressive gesture", "taunt"),
        ("grabs", "pick_up"),
        ("grabs a rope", "hang"),  # not alone
        ("freeze dance", "dance"),
        ("knockback_front", "get_hit"),
        ("sidestep right", "sidestep"),
        ("jumps to the left", "jump"),
        ("jump right", "jump"),
        ("Sidestep_L", "sidestep"),
        ("a graceful ballet spin", "spin"),
        ("moves in a circle", "walk_circle"),
        ("puts the left foot forward", "walk"),
        ("walks as if on a tightrope", "walk"),
    ],
)
def test_verbs_that_mean_the_usual(engine: Engine, prompt: str, action: str):
    (choice,) = read(engine, prompt)[1]
    assert choice.sure and choice.action == action


@pytest.mark.parametrize("prompt", ["water freezes", "traffic crawls"])
def test_what_things_do_is_not_made(engine: Engine, prompt: str):
    assert not read(engine, prompt)[1][0].sure


@pytest.mark.parametrize(
    ("prompt", "of", "value"),
    [
        ("turns 22.5 degrees to the left", "turn", 22.5),
        ("turns 1,080 degrees", "turn", 1080.0),
        ("runs at 1.5x speed", "speed", 1.5),
        ("jumps at 2x speed", "speed", 2.0),
        ("jumps 2-3 times", "count", 3),
        ("walks 1,000 steps", "steps", 20),
    ],
)
def test_numbers_are_read_whole(engine: Engine, prompt: str, of: str, value: float):
    (segment,) = read(engine, prompt)[0].segments
    assert getattr(segment, of) == value
    assert segment.count is None or of == "count"


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        ("The man walks. He then sits down", ["walk", "sit_down"]),
        ("the person then waves", ["wave"]),
        ("waves and eventually sits down", ["wave", "sit_down"]),
        ("throws the ball then runs", ["throw", "run"]),
        ("stops, and slowly backs away", ["idle", "walk_backward"]),
        ("waves and turns around", ["wave", "turn_in_place"]),
        ("walks and turns around", ["walk"]),
        ("walks to the table, picks up a cup and walks back", ["walk", "pick_up", "turn_in_place", "walk"]),
        ("walks forward three steps and walks back", ["walk", "walk_backward"]),
        ("shadow boxes, then reaches the top", ["punch", "idle"]),
        ("sits down, then quickly runs off", ["sit_down", "run"]),
        ("does not wave but walks", ["walk"]),
        ("he pours a drink into a glass and takes a sip", ["drink", "drink"]),
        ("walks to a table", ["walk"]),
        ("walks over to the chair", ["walk"]),
        ("Mario jumps", ["jump"]),
        ("Lara Croft runs", ["run"]),
        ("saunters about", ["walk"]),
    ],
)
def test_steps_are_taken_for_what_they_say(engine: Engine, prompt: str, actions: list[str]):
    _, choices = read(engine, prompt)
    assert [choice.action for choice in choices] == actions
    assert all(choice.sure for choice in choices)


@pytest.mark.parametrize(
    "prompt",
    [
        "walks the dog",
        "hugs a bear",
        "rides an elephant",
        "whistles",
        "drops a glass",
        "Tom plays the cello",
        "rakes leaves",
    ],
)
def test_what_only_shares_a_thing_is_a_guess(engine: Engine, prompt: str):
    assert not all(choice.sure for choice in read(engine, prompt)[1])


def test_both_sides_are_both(engine: Engine):
    for prompt in ("raises his left and right arms", "waves with his right and left hand"):
        (segment,) = read(engine, prompt)[0].segments
        assert segment.both and not segment.side


def test_who_is_pushed_back_goes_back(engine: Engine):
    for prompt in ("gets pushed backwards", "is shoved backwards"):
        (choice,) = read(engine, prompt)[1]
        assert choice.action == "be_pushed" and abs(abs(choice.facts.travel or 0.0) - 180) < 45


def test_who_staggers_drunk_is_drunk(engine: Engine):
    assert read(engine, "a man staggers around like he is drunk")[0].segments[0].manner == "drunk"
    assert read(engine, "a tired runner")[0].segments[0].manner == ""


def test_a_pose_that_is_held_is_no_thing(engine: Engine):
    plan, choices = read(engine, "raises both arms out sideways, holds them there for a moment, and lowers them")
    assert [segment.text for segment in plan.segments[:2]] == ["stands still", "stands still"]
    assert "moment" not in plan.segments[-1].text and all(choice.sure for choice in choices)


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        ("walk forward and wave, thanks!", ["walk", "wave"]),
        ("please make the character jump", ["jump"]),
        ("hi could you make me a guy who comes walking in, then sits down", ["walk", "sit_down"]),
        ("kneels down, then stands", ["crouch", "stand_up"]),
        ("a person walks forward, waving", ["wave"]),
        ("bends down and picks up a rock", ["pick_up"]),
    ],
)
def test_prompts_as_people_talk(engine: Engine, prompt: str, actions: list[str]):
    _, choices = read(engine, prompt)
    assert [choice.action for choice in choices] == actions


def test_a_wave_at_somebody_is_no_courtesy(engine: Engine):
    assert [choice.action for choice in read(engine, "says thanks")[1]] != []
    assert read(engine, "make a u-turn while running")[0].segments[0].turn == 180


@pytest.mark.parametrize(
    "prompt", ["bends down and picks something up with the left hand", "crouches and picks up a coin"]
)
def test_who_bends_down_picks_up_from_the_floor(engine: Engine, prompt: str):
    (segment,), (choice,) = read(engine, prompt)[0].segments, read(engine, prompt)[1]
    assert "floor" in choice.wording and "from the floor" in segment.text
    assert "floor" not in read(engine, "bends down and picks up a box from the table")[0].segments[0].text


def test_arms_that_open_and_heads_that_turn_both_ways(engine: Engine):
    for prompt in ("opens the arms", "a man opens his arms to hug someone"):
        gesture = read(engine, prompt)[0].segments[0].gesture
        assert gesture is not None and gesture.place == "aside" and gesture.sides == ("left", "right")
    gesture = read(engine, "turns the head left and right")[0].segments[0].gesture
    assert gesture is not None and [look[0] > 0 for look in gesture.looks] == [True, False]


def test_a_leg_that_swings_and_spins_that_are_counted(engine: Engine):
    plan, choices = read(engine, "standing on the left leg, swing the right leg forward and back")
    assert [segment.side for segment in plan.segments] == ["right"] and "left" not in choices[0].wording
    assert read(engine, "spin around two full times")[0].segments == read(engine, "spin around two times")[0].segments


def test_plural_arms_are_both(engine: Engine):
    for prompt in ("raises her arms", "lifts arms"):
        (segment,), (choice,) = read(engine, prompt)[0].segments, read(engine, prompt)[1]
        assert segment.both and not {"left", "right"} & set(choice.wording.split())


def test_one_unknown_step_of_many_is_left_out_and_told(engine: Engine):
    plan, choices = read(engine, "walks, juggles five torches, waves, jumps and sits down")
    assert [choice.action for choice in choices] == ["walk", "wave", "jump", "sit_down"]
    assert any("juggles five torches" in remark and "left out" in remark for remark in plan.remarks)
    plan, choices = read(engine, "walks, then juggles five torches")
    assert [choice.action for choice in choices] == ["walk"] and "juggles five torches" in plan.remarks[0]
    assert not all(choice.sure for choice in read(engine, "walks, then juggles five torches, then knits a scarf")[1])


def test_a_gesture_is_kept_where_the_rest_is_unknown(engine: Engine):
    plan, choices = read(engine, "somebody checks their wristwatch and flosses their teeth")
    assert choices[0].sure and plan.segments[0].gesture is not None
    assert any("only what is made by rule is shown" in remark for remark in plan.remarks)


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        ("run_jump_land", ["run", "jump", "land"]),
        ("punch punch kick", ["punch", "punch", "kick"]),
        ("boxer blocks a punch", ["block"]),
        ("dodges a punch", ["dodge"]),
        ("sits down and returns to standing", ["sit_down", "stand_up"]),
        ("bends forward, then returns to the starting position", ["stretch", "idle"]),
        ("steps forward and then back", ["walk", "walk_backward"]),
        ("runs, then runs in the opposite direction", ["run", "turn_in_place", "run"]),
    ],
)
def test_rows_of_actions_and_steps_without_a_verb(engine: Engine, prompt: str, actions: list[str]):
    assert [choice.action for choice in read(engine, prompt)[1]] == actions


def test_a_look_goes_on_to_the_other_side(engine: Engine):
    segments = read(engine, "looks left then right")[0].segments
    assert [segment.gesture.kind for segment in segments if segment.gesture] == ["looks", "looks"]
    assert segments[0].gesture != segments[1].gesture


def test_a_step_back_and_a_turn_is_no_turn_around(engine: Engine):
    _, segment = read(engine, "step back and turn left")[0].segments
    assert segment.turn == 90
