"""Prompts that are read, as recipes: the motion of all steps, what was understood, and what is refused."""

from __future__ import annotations

import copy
import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.measure import measured_side, measured_travel
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.prompt_plan.told import lines
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS
from motionclip_blender.core.recipe.make import Made, make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe


def made(engine: Engine, prompt: str, frames: int = 60, fps: float = 30.0, guess: bool = False, **more) -> Made:
    return make(engine, Recipe(PromptPlan(prompt, guess), frames, **more), fps)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [("", "is empty"), (" \n", "is empty"), ("?!.,;", "has no words"), ("walk " * 2001, "shorten it to 2,000")],
)
def test_what_is_no_prompt_is_refused_at_once(prompt: str, sentence: str):
    with pytest.raises(UserError, match=sentence):
        PromptPlan(prompt)


def test_it_is_called_by_its_prompt():
    content = PromptPlan(" walks,\n then  waves ")
    assert content.title == "walks, then waves" and content.description == "“walks, then waves”"
    assert content.terms == () and content.sources != PromptPlan("walks").sources


@pytest.mark.parametrize(("frames", "fps"), [(2, 30), (97, 24), (120, 60), (600, 30)])
def test_it_is_as_long_as_asked_for_at_the_scenes_rate(engine: Engine, frames: int, fps: float):
    motion = made(engine, "walks, then waves", frames, fps).motion
    assert len(motion) == frames and motion.fps == fps


def test_the_same_prompt_gives_the_same_motion(engine: Engine):
    a, b = (made(engine, "walks, then turns left, then waves", 120).motion for _ in range(2))
    assert np.array_equal(a.rotations, b.rotations) and np.array_equal(a.translation, b.translation)


def test_what_was_understood_is_told_step_by_step(engine: Engine):
    found = made(engine, "walks backward, turns left 90 degrees, then wavess with the left hand, jumps 3 times", 240)
    assert [line[:2] for line in lines(found.steps) if line[0].isdigit()] == ["1.", "2.", "3.", "4."]
    told = "\n".join(lines(found.steps))
    for part in ('1. "walks backward" → ', "goes backward", "turns left by 90 degrees", "with the left arm",
                 '4. "jumps 3 times" → "jumps" (100 %)', "done this often: 3"):  # fmt: skip
        assert part in told
    assert 'Read "wavess" as "waves".' in found.notes


def test_nothing_is_understood_of_a_prompt_that_is_not_read(engine: Engine):
    assert make(engine, Recipe.of_prompt("walks, then waves", 60), 30.0).steps == ()


def test_what_nothing_known_is_like_is_refused_or_named_as_a_guess(engine: Engine):
    with pytest.raises(UserError, match='like "plays the cello"; nearest: ".*"; switch "Make the nearest anyway"'):
        made(engine, "walks, then plays the cello, then knits a scarf")
    assert any('"plays the cello"' in note for note in made(engine, "walks, then plays the cello").notes)
    found = made(engine, "walks, then plays the cello", guess=True)
    assert len(found.motion) == 60
    assert any('like "plays the cello"' in note and note.endswith("is a guess.") for note in found.notes)
    assert not any('like "walks"' in note for note in found.notes)


def test_steps_beyond_the_length_are_told(engine: Engine):
    assert any("the end is cut" in note for note in made(engine, "jumps 20 times", 60).notes)
    assert any("are asked for: they are played faster" in note for note in made(engine, "jumps 3 times", 60).notes)
    # the model's 30 frames per second are not the scene's
    told = make(engine, Recipe(PromptPlan("walks for 10 seconds"), 60), 24.0).notes
    assert told == ("The steps take 10.0 seconds, and 2.5 are asked for: the end is cut.",)
    assert any(
        '"lies down" takes' in note and "its end is cut" in note
        for note in made(engine, "walks, lies down, bows", 60).notes
    )
    assert made(engine, "walks, then waves", 120).notes == ()


@pytest.mark.parametrize(
    "prompt", ["walks, then sits down", "dies, then gets up", "walks, turns left, then jumps 3 times"]
)
def test_what_steps_take_by_themselves_is_enough_for_them(engine: Engine, prompt: str):
    frames = PromptPlan(prompt).natural_length(engine)
    assert 60 < frames < 400
    notes = " ".join(made(engine, prompt, frames).notes)
    assert "cut" not in notes and "played faster" not in notes


def test_steps_know_their_frames_at_the_scenes_rate(engine: Engine):
    for frames, fps in ((240, 30.0), (60, 30.0), (400, 60.0)):
        steps = made(engine, "walks, sits down, then stands up", frames, fps).steps
        assert steps[0].first == 0 and steps[-1].last == frames - 1
        assert all(a.first < a.last < b.first == a.last + 1 for a, b in itertools.pairwise(steps))
    many = made(engine, ", ".join(["walks, waves"] * 6), 20).steps  # more than fit
    assert all(0 <= step.first <= step.last < 20 for step in many)


def test_the_next_best_are_other_motions_of_several_classes(engine: Engine):
    index = engine.wordings
    for prompt in ("walks", "waves", "kicks with the left foot", "does a handstand"):
        (step,) = made(engine, prompt).steps
        rows = [index.texts.index(wording) for wording in (step.wording, *step.others)]
        motions = engine.retrieval.motions[rows]
        assert len(step.others) == 4 and len(set(motions)) == 5
        classes = list(engine.retrieval.classes[motions[1:]])
        assert max(map(classes.count, classes)) <= 2


def test_a_step_is_taken_for_another_wording(engine: Engine):
    before = made(engine, "walks, then waves", 120)
    other = before.steps[1].others[0]
    recipe = Recipe(PromptPlan("walks, then waves").taking(2, other), 120)
    taken, again = (make(engine, recipe, 30.0) for _ in range(2))
    assert np.array_equal(taken.motion.rotations, again.motion.rotations)
    assert taken.steps[0] == before.steps[0]
    step = taken.steps[1]
    assert step.taken and step.wording == other and step.others[0] == before.steps[1].wording
    assert lines(taken.steps)[1] == f'2. "waves" → "{other}" (chosen)'
    assert not np.allclose(taken.motion.rotations[80:], before.motion.rotations[80:], atol=0.1)
    back = make(engine, Recipe(recipe.content.taking(2, before.steps[1].wording), 120), 30.0)
    assert np.array_equal(back.motion.rotations, before.motion.rotations) and back.steps[1].taken
    assert recipe.content.taking(2, "") == PromptPlan("walks, then waves")


def test_the_side_is_kept_whatever_a_step_is_taken_for(engine: Engine):
    (step,) = made(engine, "waves with the left hand").steps
    for wording in ("waves with the right hand", *step.others):
        motion = make(engine, Recipe(PromptPlan("waves with the left hand", takes=(wording,)), 60), 30.0).motion
        side, more = measured_side(motion, engine.body, "arm")
        assert side == "left" and more > 0.15, wording


def test_what_is_chosen_is_no_guess(engine: Engine):
    found = make(engine, Recipe(PromptPlan("plays the cello", takes=("walks",)), 60), 30.0)
    assert found.notes == () and found.steps[0].wording == "walks"


@pytest.mark.parametrize(
    ("takes", "sentence"),
    [
        (("polka on the moon",), 'Step 1 is to be taken for "polka on the moon", which is no wording of this pack'),
        (("", "walks"), "There is no step 2 to choose a wording for; the last step of this prompt is 1"),
    ],
)
def test_a_wording_of_another_pack_or_a_step_of_another_prompt_is_told(engine: Engine, takes, sentence: str):
    with pytest.raises(UserError, match=sentence):
        make(engine, Recipe(PromptPlan("walks", takes=takes), 60), 30.0)


@pytest.mark.parametrize("step", [-1, 0, 25, 10**9])
def test_no_plan_has_such_a_step(step: int):
    with pytest.raises(UserError, match="Steps are counted from 1 to 24"):
        PromptPlan("walks").taking(step, "walks")


def test_what_is_chosen_is_described_and_part_of_its_sources():
    content = PromptPlan("walks, then waves", takes=(" ", "waves\n both hands", ""))
    assert content.takes == ("", "waves both hands")
    assert content.description == "“walks, then waves” (step 2 as “waves both hands”)"
    assert content.sources != PromptPlan("walks, then waves").sources


def test_a_loop_ends_as_it_begins(engine: Engine):
    motion = made(engine, "walks", 60, loop=True).motion
    following = np.abs(np.sum(motion.rotations[0, 1:] * motion.rotations[-1, 1:], axis=-1))
    assert np.degrees(2 * np.arccos(following.min().clip(-1, 1))) < 25  # a frame's movement, where it was any pose


def test_in_place(engine: Engine):
    assert measured_travel(made(engine, "runs forward", 60).motion)[1] > 2
    assert measured_travel(made(engine, "runs forward", 60, in_place=True).motion)[0] is None


def test_it_stands_on_the_floor_all_the_time(engine: Engine):
    lowest = engine.body.lowest(made(engine, "sits down, then waves while sitting, then stands up", 240).motion)
    assert np.abs(lowest).max() < 0.08


def test_the_steps_are_decoded_together(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    made(engine, "sits down, then walks, then lies down", 240)  # rests and what joins postures are decoded once
    calls = []
    decode = engine.decode

    def counted(latents, frames):
        calls.append((len(latents), frames))
        return decode(latents, frames)

    monkeypatch.setattr(engine, "decode", counted)
    made(engine, "walks forward, runs forward, then jogs and walks backward", 300)
    # at their natural lengths, which may be those that are asked for, and at these
    assert [count for count, _ in calls] == [4, 4]


def test_at_their_natural_length_steps_are_made_as_they_are_by_themselves(engine: Engine):
    plan = PromptPlan("dies, then walks")
    frames = plan.natural_length(engine)
    natural = plan.natural(engine).motion
    result = make(engine, Recipe(plan, frames), 30.0)
    assert not any("played faster" in note for note in result.notes)
    assert len(result.motion) == len(natural) == frames


@pytest.mark.parametrize("name", [TEXTS, NUMBERS])
def test_altered_wordings_are_found_by_their_checksum(engine: Engine, tmp_path: Path, name: str):
    folder = tmp_path / "altered"
    shutil.copytree(DEFAULT_FOLDER, folder)
    data = bytearray((folder / name).read_bytes())
    data[-2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(UserError, match="are damaged .*checksum"):
        made(Engine(folder, engine.body), "walks")
    assert len(make(Engine(folder, engine.body), Recipe.of_prompt("walks", 20), 30.0).motion) == 20


def test_a_pack_without_texts_makes_the_whole_prompt_as_one_motion_and_says_so(engine: Engine, tmp_path: Path):
    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / TEXTS).unlink()
    other = Engine(folder, engine.body)
    found = make(other, Recipe(PromptPlan("walks, then jumps"), 40), 30.0)
    assert "the whole prompt is made as one motion" in found.notes[0] and found.steps == ()
    straight = make(other, Recipe.of_prompt("walks, then jumps", 40), 30.0)
    assert np.array_equal(found.motion.rotations, straight.motion.rotations)
    assert PromptPlan("walks").natural_length(other) == 60


def test_a_pack_without_the_numbers_of_its_texts_says_so_and_still_makes_prompts(engine: Engine, tmp_path: Path):
    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / NUMBERS).unlink()
    other = Engine(folder, engine.body)
    with pytest.raises(UserError, match='does not carry its wordings as texts.*switch "Read steps"'):
        made(other, "walks")
    assert len(make(other, Recipe.of_prompt("walks", 20), 30.0).motion) == 20


@pytest.mark.parametrize("prompt", ["a person walks", "sits down", "jogging in the park"])
def test_one_step_as_it_is_makes_the_motion_of_the_prompt_alone(engine: Engine, prompt: str):
    read, alone = (
        make(engine, recipe, 30.0) for recipe in (Recipe(PromptPlan(prompt), 60), Recipe.of_prompt(prompt, 60))
    )
    assert np.array_equal(read.motion.rotations, alone.motion.rotations)
    assert np.array_equal(read.motion.translation, alone.motion.translation)
    assert np.array_equal(read.latent, alone.latent) and len(read.steps) == 1


def test_a_pack_whose_wordings_are_of_an_earlier_version_reads_prompts_too(engine: Engine):
    index = engine.wordings
    earlier = copy.copy(index)
    earlier._sureness = np.delete(index._sureness, -2)
    known, unknown = ((text, of, np.array([of, 0.1]), of, of, of) for text, of in (("walks", 0.9), ("xyzzy", 0.1)))
    assert 1 > earlier.confidence(*known) > earlier.confidence(*unknown) > 0
    assert earlier.confidence(*known) != index.confidence(*known)
