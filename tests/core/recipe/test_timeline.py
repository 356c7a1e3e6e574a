"""Timelines as recipes: one continuous motion of several contents."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import ExpressionError, UserError
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.sources import Inputs, source_latents
from motionclip_blender.core.latents.terms import ActionName, Prompt
from motionclip_blender.core.measure import measured_turn
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.codec import from_json, to_json
from motionclip_blender.core.recipe.content import Content
from motionclip_blender.core.recipe.make import Made, as_long_as_it_takes, make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.core.skeleton import INDEX


def timeline(*segments: str | tuple[str | Content, float | None]) -> Timeline:
    """Prompts, each alone or with its seconds."""
    found = []
    for segment in segments:
        content, seconds = segment if isinstance(segment, tuple) else (segment, None)
        found.append(TimelineSegment(PromptPlan(content) if isinstance(content, str) else content, seconds))
    return Timeline(tuple(found))


def natural(engine: Engine, content: Timeline, inputs: Inputs | None = None) -> Made:
    """The motion at the length that it takes by itself."""
    recipe = Recipe(content, 60)
    recipe = as_long_as_it_takes(engine, recipe, source_latents(engine, recipe.terms, inputs))
    return make(engine, recipe, engine.pack.fps, inputs)


def joints(engine: Engine, motion: Motion) -> np.ndarray:
    return engine.body.posed_joints(motion)[:, :22].astype(np.float64)


def pelvis(engine: Engine, motion: Motion) -> np.ndarray:
    return joints(engine, motion)[:, 0, 1]


def speeds(engine: Engine, motion: Motion) -> np.ndarray:
    """Returns the mean speed of joints over time, (T - 1,) metres per second."""
    return np.linalg.norm(np.diff(joints(engine, motion), axis=0), axis=-1).mean(axis=1) * motion.fps


# --- as a value

EVERY_KIND = Timeline(
    (
        TimelineSegment(PromptPlan("walks", guess=True), 3.0),
        TimelineSegment(Sum(Expression.typed('"waves" + 0.5 * {sad}')), None, 0.5),
        TimelineSegment(Blend(Expression.of(Prompt("walks")), Expression.of(ActionName("a run")), 0.25, True), 2.5),
    )
)


def test_it_is_kept_as_text():
    recipe = Recipe(EVERY_KIND, 240, loop=True, in_place=True)
    assert from_json(to_json(recipe)) == recipe


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"seconds": 3.0', '"seconds": NaN'),
        ('"seconds": 3.0', '"seconds": true'),
        ('"seconds": 3.0', '"speed": 3.0'),
        ('{"content": "plan"', '{"content": "timeline", "segments": []'),
        ('{"content": "plan"', '{"content": "none"'),
        ('"transition": 0.5', '"transition": 9'),
        ('"segments": [', '"segments": [[], '),
    ],
)
def test_a_text_that_is_damaged_is_refused(good: str, bad: str):
    text = to_json(Recipe(EVERY_KIND, 240))
    assert good in text
    with pytest.raises(UserError, match="cannot be read|must be|has no segments"):
        from_json(text.replace(good, bad, 1))


def test_its_sources_are_those_of_its_segments():
    assert [term.source.name for term in EVERY_KIND.terms] == ["waves", "sad", "walks", "a run"]
    renamed = EVERY_KIND.renamed({ActionName("a run"): ActionName("Run.001")})
    assert renamed.terms[-1].source == ActionName("Run.001") and len(renamed.segments) == 3
    assert EVERY_KIND.sources != renamed.sources


def test_what_cannot_be_is_refused():
    with pytest.raises(UserError, match="no segments"):
        Timeline(())
    with pytest.raises(UserError, match="51 segments"):
        Timeline((TimelineSegment(PromptPlan("walks")),) * 51)
    with pytest.raises(UserError, match="another one"):
        TimelineSegment(timeline("walks"))


# --- as a motion


def test_every_segment_is_decoded_once(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    content = timeline("walks", "waves with the left hand", "jumps twice", "sits down", ("nods", 4), "stands up")
    natural(engine, timeline("sits", "walks"))  # the ways between postures are known from here on
    decoded, decode = [], engine.decode

    def counted(latents, frames):
        decoded.extend([frames] * len(latents))
        return decode(latents, frames)

    monkeypatch.setattr(engine, "decode", counted)
    recipe = as_long_as_it_takes(engine, Recipe(content, 60), {})
    made = make(engine, recipe, engine.pack.fps)
    assert len(decoded) == 6 and made.natural and len(made.motion) == recipe.frames
    assert made.starts[0] == 0 and list(made.starts) == sorted(made.starts) and len(made.starts) == 6
    decoded.clear()
    changed = Timeline((*content.segments[:4], TimelineSegment(PromptPlan("nods"), 3.0), content.segments[5]))
    as_long_as_it_takes(engine, Recipe(changed, 60), {})
    assert len(decoded) == 1


@pytest.mark.parametrize("fps", [12, 24, 29.97, 60])
def test_at_another_rate_the_natural_length_is_that_of_the_segments(engine: Engine, fps: float):
    recipe = as_long_as_it_takes(engine, Recipe(timeline("walks", "waves", "sits down"), 60), {}, fps)
    made = make(engine, recipe, fps)
    assert made.natural and len(made.motion) == recipe.frames
    own = natural(engine, timeline("walks", "waves", "sits down"))
    assert recipe.frames / fps == pytest.approx(len(own.motion) / 30, abs=0.6 / fps)
    assert [start / fps for start in made.starts] == pytest.approx([start / 30 for start in own.starts], abs=0.6 / fps)


def test_told_lengths_are_kept_and_nothing_is_put_in_between_like_postures(engine: Engine):
    made = natural(engine, timeline(("walks", 3), ("runs", 2), ("waves", 2.5)))
    assert len(made.motion) == 225 and made.notes == ()
    assert [(step.said, step.first, step.last) for step in made.steps] == [
        ("walks", 0, made.steps[1].first - 1), ("runs", made.steps[1].first, made.steps[2].first - 1),
        ("waves", made.steps[2].first, 224),
    ]  # fmt: skip
    assert made.steps[1].first == pytest.approx(90, abs=45) and made.steps[2].first == pytest.approx(150, abs=45)


@pytest.mark.parametrize(("frames", "fps"), [(150, 30), (97, 24), (400, 60)])
def test_the_whole_is_as_long_as_asked_for(engine: Engine, frames: int, fps: float):
    motion = make(engine, Recipe(timeline("walks", ("sits", 2), "runs"), frames), fps).motion
    assert len(motion) == frames and motion.fps == fps


def test_the_same_timeline_gives_the_same_motion(engine: Engine):
    a, b = (natural(engine, timeline("walks", "sits", "waves")).motion for _ in range(2))
    assert np.array_equal(a.rotations, b.rotations) and np.array_equal(a.translation, b.translation)


@pytest.mark.parametrize(
    ("segments", "classes"),
    [
        ((("lies on the side", 3), ("walks forward", 3)), {"get_up", "wake_up", "stand_up"}),
        ((("sits", 3), ("walks forward", 3)), {"stand_up", "get_up"}),
        ((("walks forward", 3), ("sits", 3)), {"sit_down"}),
    ],
)
def test_between_unlike_postures_a_known_motion_is_put_in(engine: Engine, segments: tuple, classes: set[str]):
    made = natural(engine, timeline(*segments))
    (note,) = made.notes
    assert note.startswith("Between the segments 1 and 2 ")
    index, retrieval = engine.wordings, engine.retrieval
    motion = retrieval.motions[index.texts.index(note.split('"')[1])]
    assert index.actions[retrieval.classes[motion]] in classes
    assert note.endswith(f" is put in: {(len(made.motion) - 180) / 30:.1f} seconds.")
    # the pelvis never rises or sinks as fast as a cross-fade of a third of a second would move it
    assert np.abs(np.diff(pelvis(engine, made.motion))).max() * 30 < 2.0


def test_walking_runs_into_running_without_a_motion_between(engine: Engine):
    assert natural(engine, timeline("walks forward", "runs forward", "jumps", "bows", "walks backward")).notes == ()


def test_the_next_segment_goes_on_where_and_as_the_last_one_ended(engine: Engine):
    made = natural(engine, timeline(("walks forward", 3), ("turns left 90 degrees", 3), ("walks forward", 3)))
    path = made.motion.translation[:, [0, 2]].astype(np.float64)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() * 30 < 3.0  # no jump
    assert measured_turn(made.motion) == pytest.approx(90, abs=25)
    before, after = path[60] - path[10], path[-10] - path[-60]
    turn = np.degrees(np.arctan2(after[0], after[1]) - np.arctan2(before[0], before[1]))
    assert (turn + 180) % 360 - 180 == pytest.approx(90, abs=30)


@pytest.mark.parametrize(
    "prompts",
    [
        ("walks forward", "turns left 90 degrees", "waves with the right hand", "sits down"),
        ("walks forward", "runs forward", "jumps", "waves", "sits down", "sits", "walks backward", "bows"),
        ("lies on the side", "walks forward"),
        ("stands still", "kicks", "punches", "bows"),
    ],
)
def test_joints_are_no_faster_at_seams(engine: Engine, prompts: tuple[str, ...]):
    made = natural(engine, timeline(*prompts))
    speed = speeds(engine, made.motion)
    starts = [step.first for step in made.steps][1:]
    seam = np.zeros(len(speed), bool)
    for start in starts:
        seam[max(start - 8, 0) : start + 16] = True
    assert speed[seam].max() < 1.5 * np.percentile(speed[~seam], 99)


def test_an_action_is_a_segment(engine: Engine):
    walk = make(engine, Recipe.of_prompt("a person walks", 90), 30).motion
    content = timeline(("waves", 2), (Sum(Expression.of(ActionName("walk"))), 3))
    made = natural(engine, content, Inputs({"walk": walk}))
    assert len(made.motion) == 150
    assert np.linalg.norm((made.motion.translation[-1] - made.motion.translation[70])[[0, 2]]) > 1.0
    with pytest.raises(ExpressionError, match='no Action "walk"'):
        natural(engine, content)


def test_what_nothing_known_is_like_is_named_by_its_segment(engine: Engine):
    with pytest.raises(UserError, match='^Segment 2: Nothing known is like "plays the cello"'):
        natural(engine, timeline("walks", "plays the cello"))


def test_a_told_transition_is_kept(engine: Engine):
    def made(transition: float | None) -> Motion:
        segments = TimelineSegment(PromptPlan("walks"), 2.0), TimelineSegment(PromptPlan("waves"), 2.0, transition)
        return natural(engine, Timeline(segments)).motion

    short, long = made(0.0), made(1.0)
    assert len(short) == len(long) == 120
    wrist = INDEX["right_wrist"]
    at = slice(50, 75)
    fastest = [
        np.linalg.norm(np.diff(joints(engine, m)[at, wrist] - joints(engine, m)[at, 0], axis=0), axis=1).max()
        for m in (short, long)
    ]
    assert fastest[1] < 0.5 * fastest[0]


def test_a_transition_without_room_is_told(engine: Engine):
    segments = TimelineSegment(PromptPlan("walks"), 2.0), TimelineSegment(PromptPlan("waves"), 1.0, 2.0)
    made = natural(engine, Timeline(segments))
    assert made.notes == ("Segment 2: There is room for 0.5 of the 2 seconds of its transition.",)
    assert len(made.motion) == 90


def test_what_takes_too_long_is_refused(engine: Engine):
    with pytest.raises(UserError, match="seconds together with what is put in between, and 120 are the most"):
        natural(engine, timeline(("walks", 60), ("sits", 60)))


def test_fifty_segments_of_two_frames(engine: Engine):
    made = natural(engine, timeline(*[("walks", 2 / 30)] * 50))
    assert len(made.motion) == 100 and np.isfinite(made.motion.rotations).all()


def test_a_loop_and_in_place(engine: Engine):
    motion = make(engine, Recipe(timeline("walks", "runs"), 120, loop=True, in_place=True), 30).motion
    assert len(motion) == 120
    assert np.linalg.norm(motion.translation[-1] - motion.translation[0]) < 0.5


def test_who_sits_stays_seated_for_what_the_upper_body_does(engine: Engine):
    made = natural(engine, timeline("sits down", "waves", ("drinks from a cup", 2.0), "walks"))
    height, starts = pelvis(engine, made.motion), made.starts
    assert height[starts[1] + 5 : starts[2] + 50].max() < 0.75 < height[-1]
    done = ['Segment 2: "waves" is done in the pose', 'Segment 3: "drinks from a cup" is done in the pose']
    assert [note.split(" of the segment before")[0] for note in made.notes if note.startswith("Segment")] == done


def test_who_sits_gets_up_for_an_action(engine: Engine):
    wave = engine.decode(engine.prompt_latents(["a person waves"]), 60)[0]
    inputs = Inputs({"Wave": wave})
    content = Timeline(
        (TimelineSegment(PromptPlan("sits down")), TimelineSegment(Sum(Expression.of(ActionName("Wave"))), 2.0))
    )
    assert pelvis(engine, natural(engine, content, inputs).motion)[-1] > 0.8
