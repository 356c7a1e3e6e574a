"""Actions read as Blender shows them, and what the reports say about a person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.recipe.codec import from_json, to_json
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.rig.nla import push_down
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.generate import generation
from motionclip_blender.ui.recognise.recognition import RECOGNITION
from motionclip_blender.ui.session import SESSION
from tests.synthetic import angle_between, arm_swing, random_motion

pytestmark = pytest.mark.usefixtures("default_pack")


@pytest.fixture
def reports(monkeypatch) -> list[str]:
    """What operators tell; Blender shows it in the status bar."""
    from motionclip_blender.ui.tasks.background_operator import Reporting

    told: list[str] = []
    tell = Reporting.tell
    monkeypatch.setattr(
        Reporting, "tell", lambda self, text, remarks=(): (told.append(text), tell(self, text, remarks))
    )
    return told


@pytest.fixture
def walk(person):
    """The person's Action, of 40 frames."""
    return key_motion(person, random_motion(40, fps=24.0, size=0.3), "walk")


@pytest.fixture
def clip(tmp_path: Path) -> str:
    amass.save(arm_swing(30), tmp_path / "clip.npz")
    return str(tmp_path / "clip.npz")


def hold(bpy, person) -> None:
    """The left wrist follows an empty that stands still."""
    target = bpy.data.objects.new("target", None)
    target.location = (0.5, -0.5, 1.0)
    bpy.context.scene.collection.objects.link(target)
    constraint = person.pose.bones["left_wrist"].constraints.new("IK")
    constraint.target, constraint.chain_count = target, 3


# --- why nothing moves


@pytest.mark.parametrize("operator", ["import", "generate", "assign", "stops"])
def test_rest_position_is_told(bpy, person, clip, operator):
    key_motion(person, random_motion(20), "mine")
    person.data.pose_position = "REST"
    if operator == "import":
        assert bpy.ops.motionclip.import_motion(filepath=clip) == {"FINISHED"}
    elif operator == "generate":
        assert bpy.ops.motionclip.generate(prompt="walk", frames=20) == {"FINISHED"}
    elif operator == "assign":
        key_motion(person, random_motion(20), "other")
        assert bpy.ops.motionclip.assign_action(name="mine") == {"FINISHED"}
    else:
        assert bpy.ops.motionclip.blend_stops(a='"walk"', b='"run"', stops=2, frames=20, as_strips=True) == {"FINISHED"}
    assert "Rest Position and stands still; switch" in SESSION.error


def test_ik_and_solo_tracks_are_told(bpy, person, walk):
    hold(bpy, person)
    bpy.ops.motionclip.generate(prompt="a person waves", frames=30)
    assert "hold bones (left_wrist: IK)" in SESSION.error
    push_down(person)
    person.animation_data.nla_tracks[0].is_solo = True
    bpy.ops.motionclip.generate(prompt="a person waves", frames=30)
    assert "is solo, so nothing else moves it" in SESSION.error and "IK" not in SESSION.error


def test_bones_that_were_put_to_rest_are_told(bpy, person, clip):
    person.pose.bones["spine2"].scale = (1.2,) * 3
    bpy.ops.motionclip.import_motion(filepath=clip)
    assert "are keyed at rest (spine2)" in SESSION.error
    bpy.context.scene.frame_set(2)
    assert person.pose.bones["spine2"].scale[:] == (1, 1, 1)


def test_of_a_plain_person_nothing_is_told(bpy, person, clip):
    for run in (lambda: bpy.ops.motionclip.import_motion(filepath=clip),
                lambda: bpy.ops.motionclip.generate(prompt="walk", frames=20),
                lambda: bpy.ops.motionclip.recognise()):  # fmt: skip
        assert run() == {"FINISHED"} and SESSION.error == ""


# --- reading as shown


def test_recognise_says_what_it_leaves_out_and_reads_it_as_shown(bpy, person, walk):
    plain = RECOGNITION.scores
    bpy.ops.motionclip.recognise()
    by_keys = plain[walk.session_uid]
    hold(bpy, person)
    person.location = (0, 0, 0)
    bpy.ops.motionclip.recognise()
    assert plain[walk.session_uid] == by_keys
    assert 'left out (left_wrist: IK). Tick "As shown"' in SESSION.error
    bpy.context.scene.motionclip.as_shown = True
    bpy.ops.motionclip.recognise()
    assert plain[walk.session_uid] != by_keys and SESSION.error == ""
    assert len(bpy.data.scenes) == 1 and bpy.context.scene.frame_current == 1


def test_strips_are_recognised_as_shown(bpy, person, walk, reports):
    bpy.ops.motionclip.recognise()
    push_down(person)
    with pytest.raises(RuntimeError, match="has no Action but NLA strips; read them as shown"):
        bpy.ops.motionclip.recognise()
    bpy.context.scene.motionclip.as_shown = True
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}
    assert reports[0] == reports[1]


def test_a_latent_of_strips_is_saved_as_shown(bpy, person, walk):
    scene = bpy.context.scene
    bpy.ops.motionclip.save_latent(name="keys")
    push_down(person)
    scene.motionclip.as_shown = True
    assert bpy.ops.motionclip.save_latent() == {"FINISHED"}
    from motionclip_blender.ui.latents.saved import saved

    keys, strips = saved(scene).values()
    assert scene.motionclip.latents[1].name == person.name
    assert keys @ strips / np.linalg.norm(keys) / np.linalg.norm(strips) > 0.999


def test_expressions_read_actions_as_shown(bpy, person, walk):
    hold(bpy, person)
    scene = bpy.context.scene
    made = {}
    for as_shown in (False, True):
        scene.motionclip.as_shown = as_shown
        assert bpy.ops.motionclip.make(expression="[walk]", frames=30) == {"FINISHED"}
        assert ("left out (left_wrist: IK)" in SESSION.error) == (not as_shown)
        made[as_shown] = read_motion(person).rotations
        assert from_json(person.animation_data.action["recipe"]).as_shown == as_shown
    assert angle_between(made[False], made[True]).max() > 1e-3
    assert len(bpy.data.scenes) == 1 and len(bpy.data.objects) == 3


def test_run_again_reads_as_it_was_read(bpy, person, walk):
    hold(bpy, person)
    bpy.context.scene.motionclip.as_shown = True
    bpy.ops.motionclip.make(expression="[walk]", frames=30)
    first = read_motion(person).rotations
    bpy.context.scene.motionclip.as_shown = False
    bpy.ops.motionclip.run_again()
    assert angle_between(read_motion(person).rotations, first).max() < 1e-4


def test_search_says_what_it_leaves_out(bpy, person, walk):
    from motionclip_blender.ui.search.results import SEARCH

    bpy.ops.motionclip.search(text="walk", in_libraries=False)
    assert SEARCH.results.said == []
    hold(bpy, person)
    bpy.ops.motionclip.search(text="walk", in_libraries=False)
    assert SEARCH.results.said == ['Constraints of "SMPL-X" are left out (left_wrist: IK).']


def test_recipes_of_before_are_read_by_keys(bpy, person):
    recipe = Recipe.of_prompt("walk", 30)
    text = to_json(recipe).replace(', "as_shown": false', "")
    assert "as_shown" not in text and from_json(text) == recipe


def test_the_scene_keeps_its_frame_and_its_poses(bpy, person, walk):
    scene = bpy.context.scene
    scene.motionclip.as_shown = True
    scene.frame_set(9)
    person.pose.bones["head"].rotation_quaternion = (0, 1, 0, 0)
    generation.request(scene, person, Recipe(Sum(Expression.typed("[walk]")), 30, as_shown=True))
    bpy.ops.motionclip.recognise()
    assert scene.frame_current == 9 and person.pose.bones["head"].rotation_quaternion[:] == (0, 1, 0, 0)
