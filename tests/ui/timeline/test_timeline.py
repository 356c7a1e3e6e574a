"""The list of segments: split, edited, made as one motion, followed by its sliders, filled again."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.terms import ActionName, Prompt
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.mask import Mask
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.rig.action_metadata import recipe_of, starts_of, steps_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.generate import live, steps
from motionclip_blender.ui.session import SESSION
from motionclip_blender.ui.timeline.content import content_of, show
from motionclip_blender.ui.timeline.filling import FILLING, Filling
from tests.synthetic import random_motion
from tests.ui.refusals import refused

PROMPTS = ("walks forward", "waves with the right hand", "bows")


@pytest.fixture
def panel(bpy, person, default_pack):
    """The panel's list, of three prompts."""
    asked = bpy.context.scene.motionclip.timeline
    for prompt in PROMPTS:
        asked.segments.add().prompt = prompt
    return asked


@pytest.fixture
def made(bpy, panel):
    """The panel's list of three prompts, after Generate was pressed."""
    assert bpy.ops.motionclip.make_timeline() == {"FINISHED"}
    return panel


def action(person):
    return person.animation_data.action


def frames(person) -> int:
    first, last = action(person).frame_range
    return round(last - first) + 1


def prompts(asked) -> list[str]:
    return [item.prompt for item in asked.segments]


def rotations(person) -> np.ndarray:
    return read_motion(person, fps=24).rotations


def settled() -> None:
    """Calls what Blender's timer calls until it has nothing more to do."""
    while live._tick() is not None:
        time.sleep(0.01)


# --- the list


def test_filling_is_active_within_its_blocks_only() -> None:
    filling = Filling()
    assert not filling.active
    with pytest.raises(ValueError), filling:
        with filling:
            assert filling.active
        assert filling.active, "the outer block goes on"
        raise ValueError
    assert not filling.active


def test_what_the_extension_changes_is_no_wish_of_the_user_s(bpy, made) -> None:
    made.segments[0].takes = "walks"
    with FILLING:
        made.segments[0].prompt = "runs"
    assert made.segments[0].takes == "walks", "wordings of the steps stay with what the extension writes"
    made.segments[0].prompt = "jumps"
    assert made.segments[0].takes == ""


def test_the_prompt_is_split_into_its_steps(bpy, panel) -> None:
    bpy.context.scene.motionclip.prompt = "walks forward, then jumps twice and sits down"
    assert bpy.ops.motionclip.split_prompt() == {"FINISHED"}
    assert prompts(panel) == ["walks forward", "jumps twice", "sits down"]
    assert [item.natural for item in panel.segments] == [True] * 3


def test_steps_that_are_left_out_are_told(bpy, panel) -> None:
    bpy.context.scene.motionclip.prompt = "walks forward, then plays the cello, then sits down"
    assert bpy.ops.motionclip.split_prompt() == {"FINISHED"}
    assert prompts(panel) == ["walks forward", "sits down"]
    assert SESSION.error.startswith('"plays the cello" is nothing that is known and is left out')


def test_a_prompt_that_cannot_be_split_leaves_the_list(bpy, panel) -> None:
    bpy.context.scene.motionclip.prompt = "  "
    assert refused(bpy, bpy.ops.motionclip.split_prompt).startswith("The prompt is empty")
    assert prompts(panel) == list(PROMPTS)


def test_segments_are_added_moved_and_removed(bpy, panel) -> None:
    panel.active = 0
    bpy.ops.motionclip.add_segment()
    panel.segments[panel.active].prompt = "jumps"
    assert prompts(panel) == ["walks forward", "jumps", *PROMPTS[1:]]
    bpy.ops.motionclip.move_segment(way="UP")
    assert prompts(panel)[:2] == ["jumps", "walks forward"] and panel.active == 0
    assert bpy.ops.motionclip.move_segment(way="UP") == {"CANCELLED"}
    bpy.ops.motionclip.remove_segment(index=2)
    assert prompts(panel) == ["jumps", "walks forward", "bows"]
    while panel.segments:
        bpy.ops.motionclip.remove_segment()
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.motionclip.remove_segment()


def test_strips_are_not_run_again_but_their_actions_are(bpy, panel, person) -> None:
    bpy.ops.motionclip.make_timeline(as_strips=True)
    assert refused(bpy, bpy.ops.motionclip.run_again).startswith('Strips move "SMPL-X"; assign')
    (track,) = person.animation_data.nla_tracks
    person.animation_data.action = track.strips[1].action
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert recipe_of(action(person)).content == PromptPlan(PROMPTS[1])
    assert action(person).frame_range[0] == track.strips[1].frame_start


def test_what_was_refused_before_is_shown_no_longer(bpy, panel) -> None:
    for change in (bpy.ops.motionclip.add_segment, bpy.ops.motionclip.move_segment, bpy.ops.motionclip.remove_segment):
        SESSION.error = "Refused."
        assert change() == {"FINISHED"} and SESSION.error == ""


def test_fifty_segments_are_the_most(bpy, panel) -> None:
    while len(panel.segments) < 50:
        bpy.ops.motionclip.add_segment()
    with pytest.raises(RuntimeError, match="as many segments"):
        bpy.ops.motionclip.add_segment()


def test_lengths_in_frames_are_those_in_seconds(bpy, panel) -> None:
    item = panel.segments[0]
    item.frames = 60
    assert item.seconds == pytest.approx(2.5) and item.frames == 60
    bpy.context.scene.render.fps = 48
    assert item.frames == 120 and item.seconds == pytest.approx(2.5)


# --- one motion


def test_all_segments_are_one_action(bpy, made, person) -> None:
    assert len(bpy.data.actions) == 1
    recipe = recipe_of(action(person))
    assert recipe.content == Timeline(tuple(TimelineSegment(PromptPlan(prompt)) for prompt in PROMPTS))
    assert recipe.frames == frames(person) and len(starts_of(action(person))) == 3
    longer = frames(person)
    made.segments[0].natural, made.segments[0].seconds = False, 6.0
    assert frames(person) > longer and len(bpy.data.actions) == 1


def test_told_lengths_are_frames_of_the_scene(bpy, panel, person) -> None:
    for item, seconds in zip(panel.segments, (2.0, 1.5, 2.5), strict=True):
        item.natural, item.seconds = False, seconds
    bpy.ops.motionclip.make_timeline()
    assert frames(person) == 6 * 24
    assert [start / 24 for start in starts_of(action(person))] == pytest.approx([0, 2, 3.5], abs=1.0)


def test_the_whole_length_is_told(bpy, panel, person) -> None:
    panel.natural, panel.whole = False, 100
    bpy.ops.motionclip.make_timeline()
    assert frames(person) == recipe_of(action(person)).frames == 100


def test_every_kind_is_a_segment(bpy, panel, person) -> None:
    key_motion(person, random_motion(60, fps=24, size=0.1), "mine")
    first, second, third = panel.segments
    first.kind, first.action = "ACTION", "mine"
    second.kind, second.expression = "EXPRESSION", '"walks" + 0.5 * {sad}'
    third.kind, third.start.prompt, third.end.prompt, third.factor = "BLEND", "walks", "runs", 0.25
    assert bpy.ops.motionclip.make_timeline() == {"FINISHED"}
    walk, run = Expression.of(Prompt("walks")), Expression.of(Prompt("runs"))
    assert [one.content for one in recipe_of(action(person)).content.segments] == [
        Sum(Expression.of(ActionName("mine"))), Sum(Expression.typed('"walks" + 0.5 * {sad}')), Blend(walk, run, 0.25),
    ]  # fmt: skip
    before = rotations(person)
    third.factor = 0.9
    assert recipe_of(action(person)).content.segments[2].content.factor == 0.9
    assert not np.array_equal(before, rotations(person))


def test_its_steps_are_not_offered_as_those_of_a_prompt(bpy, made, person) -> None:
    assert len(steps_of(action(person))) == len(PROMPTS)
    steps.draw(None, bpy.context, person)  # nothing is drawn, so no layout is needed


def test_what_cannot_be_made_is_named_by_its_segment(bpy, panel) -> None:
    panel.segments[1].prompt = "plays the cello"
    assert refused(bpy, bpy.ops.motionclip.make_timeline).startswith('Segment 2: Nothing known is like "plays the')
    bpy.context.scene.motionclip.guess = True
    assert bpy.ops.motionclip.make_timeline() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="made")
    panel = bpy.context.scene.motionclip.timeline
    panel.segments[1].prompt = ""
    assert refused(bpy, bpy.ops.motionclip.make_timeline).startswith("Segment 2: The prompt is empty")
    panel.segments[2].kind, panel.segments[2].action = "ACTION", "gone"
    panel.segments[1].prompt = "walks"
    assert refused(bpy, bpy.ops.motionclip.make_timeline).startswith('Segment 3: There is no Action "gone"')
    panel.segments.clear()
    assert refused(bpy, bpy.ops.motionclip.make_timeline).startswith("The list has no segments")


def test_of_many_remarks_the_panel_shows_the_first(bpy, panel) -> None:
    panel.segments.clear()
    for i in range(16):
        panel.segments.add().prompt = "lies down" if i % 2 else "walks forward"
    assert bpy.ops.motionclip.make_timeline() == {"FINISHED"}
    assert SESSION.error.count("is put in: ") == 6
    assert SESSION.error.endswith(" more remarks; the Info editor has them all.")


def test_undo_takes_the_motion_back(bpy, panel) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.make_timeline()
    bpy.ops.ed.undo_push(message="made")
    assert len(bpy.data.actions) == 1
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 0 and prompts(bpy.context.scene.motionclip.timeline) == list(PROMPTS)


# --- live


def test_the_motion_follows_lengths_and_only_the_changed_segment_is_decoded(bpy, made, person, monkeypatch) -> None:
    engine = SESSION.engine(ModelChoice())
    decode, calls = engine.decode, []

    def counted(latents, length):
        calls.append(len(latents))
        return decode(latents, length)

    monkeypatch.setattr(engine, "decode", counted)
    made.segments[1].natural = False
    taken = made.segments[1].frames
    calls.clear()
    made.segments[1].frames = taken + 12
    assert 1 <= sum(calls) <= 2
    assert recipe_of(action(person)).content.segments[1].seconds == pytest.approx((taken + 12) / 24, abs=1e-4)
    calls.clear()
    made.segments[1].frames = taken
    assert calls == []  # it was made before


def test_a_length_that_is_told_begins_with_what_the_segment_takes(made, person) -> None:
    starts, before = starts_of(action(person)), frames(person)
    made.segments[1].natural = False
    assert made.segments[1].frames == pytest.approx(starts[2] - starts[1], abs=1)
    assert frames(person) == pytest.approx(before, abs=30)
    made.natural = False
    assert made.whole == frames(person)


def test_other_keys_of_the_action_are_no_part_of_its_length(made, person) -> None:
    before = frames(person)
    person["x"] = 1.0
    person.keyframe_insert('["x"]', frame=-100)
    made.segments[2].natural = False
    assert made.segments[2].frames < before
    made.natural = False
    assert made.whole == pytest.approx(before, abs=30)


def test_the_length_of_the_whole_is_automatic_again(made, person, monkeypatch) -> None:
    before = frames(person)
    monkeypatch.setattr(live, "_somebody_waits", lambda: True)  # as with windows, where the worker makes it
    monkeypatch.setattr(live, "BUDGET", -1.0)
    for whole in (300, 20):
        made.natural, made.whole = False, whole
        settled()
        assert frames(person) == whole
        made.natural = True
        settled()
        assert frames(person) == before


def test_another_segment_is_another_motion(bpy, made, person) -> None:
    assert live.follows(bpy.context, "timeline")
    before = rotations(person)
    made.segments[2].prompt = "kicks"
    assert not live.follows(bpy.context, "timeline") and np.array_equal(before, rotations(person))


# --- again


def test_running_again_fills_the_list(bpy, made, person) -> None:
    made.segments[0].natural, made.segments[0].seconds = False, 3.0
    made.segments[1].smooth, made.segments[1].transition = False, 0.75
    before, content = rotations(person), content_of(bpy.context.scene)
    made.segments.clear()
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert np.array_equal(before, rotations(person))
    assert content_of(bpy.context.scene) == content and made.natural
    made.natural, made.whole = False, 90
    made.segments.clear()
    bpy.ops.motionclip.run_again()
    assert (made.natural, made.whole, len(made.segments)) == (False, 90, 3)


def test_wordings_and_variations_of_segments_are_shown(bpy, panel) -> None:
    plan = PromptPlan("bows, then waves", takes=("", "waves with the left hand"), seed=3)
    content = Timeline((TimelineSegment(PromptPlan("walks")), TimelineSegment(plan, seconds=4.0)))
    assert show(bpy.context.scene, Recipe(content, 120), natural=True)
    assert [item.takes for item in panel.segments] == ["", "; waves with the left hand"]
    assert content_of(bpy.context.scene) == content
    panel.segments[1].prompt = "sits down"  # the wordings were of other steps
    assert content_of(bpy.context.scene).segments[1].content == PromptPlan("sits down", seed=3)
    many = replace(content, segments=(TimelineSegment(replace(plan, seed=2**32 - 1)),))
    assert not show(bpy.context.scene, Recipe(many, 120), natural=True)


def test_what_the_list_cannot_show_leaves_it(bpy, panel) -> None:
    scene, kept = bpy.context.scene, prompts(panel)
    walk, wave = Expression.of(Prompt("walks")), Expression.of(Prompt("waves"))
    for content in (Mask(wave, walk), PromptPlan("walks").taking(1, "a; b"), Blend(Expression.typed('2 * "a"'), walk)):
        assert not show(scene, Recipe(Timeline((TimelineSegment(content),)), 60), True)
    assert not show(scene, Recipe(PromptPlan("walks"), 60), True)
    assert prompts(panel) == kept


# --- strips


def test_strips_play_the_same_motion(bpy, made, person) -> None:
    def poses() -> np.ndarray:
        found = []
        for frame in range(1, last + 1):
            for part in (0.0, 0.5):
                bpy.context.scene.frame_set(frame, subframe=part)
                found.append([np.array(bone.matrix) for bone in person.pose.bones])
        return np.array(found)

    last = frames(person)
    one = poses()
    assert bpy.ops.motionclip.make_timeline(as_strips=True, start_frame=1) == {"FINISHED"}
    (track,) = person.animation_data.nla_tracks
    assert person.animation_data.action is None and [strip.name for strip in track.strips] == list(PROMPTS)
    assert [track.strips[0].frame_start, track.strips[-1].frame_end] == [1, last]
    assert np.abs(poses() - one).max() < 1e-5
    for strip, prompt in zip(track.strips, PROMPTS, strict=True):
        recipe = recipe_of(strip.action)
        assert recipe.content == PromptPlan(prompt)
        assert recipe.frames == round(strip.frame_end - strip.frame_start) + 1
        assert [step["said"] for step in json.loads(strip.action["steps"])] == [prompt]


def test_a_loop_is_no_strips(bpy, panel) -> None:
    bpy.context.scene.motionclip.loop = True
    assert refused(bpy, bpy.ops.motionclip.make_timeline, as_strips=True).startswith("A loop is one Action")
