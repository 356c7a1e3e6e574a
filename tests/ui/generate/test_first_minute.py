"""Blender's default scene and one call of Generate: somebody is there, beside the cube, and moves. And playing it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.ui.fields import EXAMPLE
from motionclip_blender.ui.generate import generation
from motionclip_blender.ui.session import SESSION
from tests.ui.refusals import refused, snapshot


class Quick:
    """An engine that loads at once: the real one's body and pack, a walk at 1.2 m/s for every latent."""

    def __init__(self) -> None:
        from motionclip_blender.core.engine import Engine

        class Walking(Engine):
            loaded = True

            def load(self, progress=None) -> None:
                pass

            def encode_texts(self, prompts) -> np.ndarray:
                return np.ones((len(prompts), self.pack.clip.width), np.float32)

            def motion_latents(self, latents, played=False) -> np.ndarray:
                return np.asarray(latents)

            def decode(self, latents, frames) -> list[Motion]:
                way = np.zeros((frames, 3))
                way[:, 2] = np.linspace(0, 1.2 * frames / 30, frames)  # so fast that no foot is taken to stand
                return [Motion(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), way, 30)] * len(latents)

        self.engine = Walking()


@pytest.fixture(scope="module")
def quick() -> Quick:
    return Quick()


@pytest.fixture
def default_scene(bpy, quick):
    """Blender as it starts, with an engine that loads at once."""
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    SESSION.engine = lambda sources: quick.engine
    yield bpy
    bpy.ops.wm.read_homefile(use_empty=True)


def generate(bpy, **asked) -> object:
    """The armature that moves then."""
    assert bpy.ops.motionclip.generate("EXEC_DEFAULT", True, **asked) == {"FINISHED"}
    return next(one for one in bpy.data.objects if generation.action_of(one))


def test_one_click_is_enough(default_scene) -> None:
    armature = generate(default_scene)
    assert generation.action_of(armature).name == EXAMPLE
    assert default_scene.context.active_object == armature
    assert [child.type for child in armature.children] == ["MESH"]


def test_nobody_stands_in_the_cube_nor_walks_into_it(default_scene) -> None:
    armature = generate(default_scene)
    default_scene.context.view_layer.update()
    for frame in (1, 30, 60):
        default_scene.context.scene.frame_set(frame)
        mesh = armature.children[0].evaluated_get(default_scene.context.evaluated_depsgraph_get())
        points = np.array([mesh.matrix_world @ vertex.co for vertex in mesh.data.vertices])
        assert not (np.abs(points) < 1.0).all(axis=1).any()


def test_one_undo_takes_it_all_back(default_scene) -> None:
    bpy = default_scene
    bpy.ops.ed.undo_push(message="before")
    before = snapshot(bpy)
    generate(bpy)
    bpy.ops.ed.undo()
    assert snapshot(bpy) == before


def test_no_body_comes_into_another_scene_than_was_asked_in(default_scene, quick) -> None:
    from motionclip_blender.core.recipe.recipe import Recipe
    from motionclip_blender.ui.generate.new_body import somebody

    bpy = default_scene
    asked_in = bpy.context.scene
    wanted = generation.request(asked_in, None, Recipe.of_prompt("walk", 30))
    made = generation.make(quick.engine, wanted, SESSION.known)
    bpy.context.window.scene = bpy.data.scenes.new("another")
    before = snapshot(bpy)
    with (
        pytest.raises(UserError, match='so that "Scene" can get no new body'),
        somebody(bpy.context, wanted, made.motion) as wanted,
    ):
        generation.key(wanted, made)
    assert snapshot(bpy) == before


@pytest.mark.parametrize("asked", [{"prompt": ""}, {"frames": 1}, {"start_frame": 2_000_000}])
def test_what_is_refused_adds_nobody(default_scene, asked) -> None:
    refused(default_scene, default_scene.ops.motionclip.generate, **{"prompt": "walk", **asked})


def test_what_fails_at_the_end_adds_nobody(default_scene, monkeypatch) -> None:
    def fails(wanted, made):
        raise UserError("The keys do not fit.")

    monkeypatch.setattr(generation, "key", fails)
    assert refused(default_scene, default_scene.ops.motionclip.generate, prompt="walk") == "The keys do not fit."


def test_the_only_character_moves_though_it_is_not_selected(default_scene) -> None:
    bpy = default_scene
    bpy.ops.motionclip.add_body()
    person, cube = bpy.context.object, bpy.data.objects["Cube"]
    person.select_set(False)
    cube.select_set(True)
    bpy.context.view_layer.objects.active = cube
    assert generate(bpy) == person
    assert len([one for one in bpy.data.objects if one.type == "ARMATURE"]) == 1
    assert bpy.context.active_object == cube and bpy.context.selected_objects == [cube]


def test_of_several_characters_one_has_to_be_selected(default_scene) -> None:
    bpy = default_scene
    bpy.ops.motionclip.add_body()
    bpy.ops.motionclip.add_body()
    first, second = (one for one in bpy.data.objects if one.type == "ARMATURE")
    assert (first.location - second.location).length > 1.5
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    assert (
        refused(bpy, bpy.ops.motionclip.generate, prompt="walk")
        == "There are 2 characters; select the one that is to move."
    )
    bpy.context.view_layer.objects.active = first
    assert generate(bpy) == first


def test_a_hidden_character_is_not_the_one_that_is_meant(default_scene) -> None:
    bpy = default_scene
    bpy.ops.motionclip.add_body()
    hidden = bpy.context.object
    hidden.hide_set(True)
    hidden.children[0].hide_set(True)
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    assert generate(bpy) != hidden


def test_another_rig_that_is_selected_is_not_passed_over(default_scene) -> None:
    default_scene.ops.object.armature_add()
    assert '"Armature" is no rig that motions fit' in refused(
        default_scene, default_scene.ops.motionclip.generate, prompt="walk"
    )


def test_in_edit_mode(default_scene) -> None:
    bpy = default_scene
    bpy.ops.object.mode_set(mode="EDIT")
    assert generate(bpy).animation_data.action
    assert bpy.context.mode == "OBJECT"


@pytest.mark.parametrize("name", ["blend", "blend_over_time", "make", "compose"])
def test_every_way_to_make_a_motion_adds_a_body(default_scene, name: str) -> None:
    asked = {
        "blend": {"a": '"a"', "b": '"b"'},
        "make": {"expression": '"a"'},
        "compose": {"upper": '"a"', "lower": '"b"'},
    }
    call = getattr(default_scene.ops.motionclip, name)
    assert call(**asked.get(name, asked["blend"])) == {"FINISHED"}
    assert generation.action_of(default_scene.context.active_object)


def test_stops_on_a_new_body_are_strips_of_it(default_scene) -> None:
    default_scene.ops.motionclip.blend_stops(a='"a"', b='"b"', stops=3, as_strips=True)
    person = default_scene.context.active_object
    assert len(person.animation_data.nla_tracks[0].strips) == 3


def test_a_motion_that_reads_an_action_needs_somebody(default_scene) -> None:
    bpy = default_scene
    bpy.data.actions.new("walk")
    before = snapshot(bpy)
    with pytest.raises(RuntimeError, match="select an SMPL-X armature"):
        bpy.ops.motionclip.make(expression="[walk]")
    assert snapshot(bpy) == before


# --- playing


def ranges(scene) -> tuple:
    return (
        scene.frame_start,
        scene.frame_end,
        scene.use_preview_range,
        scene.frame_preview_start,
        scene.frame_preview_end,
    )


def test_play_is_a_preview_range_over_the_motion(default_scene) -> None:
    scene = default_scene.context.scene
    before = ranges(scene)
    generate(default_scene, frames=45, start_frame=11)
    assert ranges(scene) == before
    assert default_scene.ops.motionclip.play() == {"FINISHED"}
    assert ranges(scene) == (1, 250, True, 11, 55)
    assert scene.frame_current == 11
    assert default_scene.ops.motionclip.end_preview() == {"FINISHED"}
    assert ranges(scene) == before


def test_a_range_of_the_users_comes_back(default_scene) -> None:
    scene = default_scene.context.scene
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 100, 140
    before = ranges(scene)
    generate(default_scene)
    default_scene.ops.motionclip.play()
    default_scene.ops.motionclip.play()  # once more is no other range to go back to
    assert ranges(scene)[2:] == (True, 1, 60)
    default_scene.ops.motionclip.end_preview()
    assert ranges(scene) == before


def test_the_range_goes_with_the_next_motion(default_scene) -> None:
    scene = default_scene.context.scene
    generate(default_scene)
    default_scene.ops.motionclip.play()
    default_scene.ops.motionclip.generate(frames=90, start_frame=5)
    assert ranges(scene)[2:] == (True, 5, 94)


def test_a_range_that_the_user_sets_later_is_left_alone(default_scene) -> None:
    scene = default_scene.context.scene
    generate(default_scene)
    default_scene.ops.motionclip.play()
    scene.use_preview_range = False
    default_scene.ops.motionclip.generate(frames=90)
    assert not scene.use_preview_range
    assert not default_scene.ops.motionclip.end_preview.poll()


def test_a_loop_plays_without_its_first_frame_twice(default_scene) -> None:
    scene = default_scene.context.scene
    person = generate(default_scene)
    action = generation.action_of(person)
    action.use_frame_range, action.use_cyclic = True, True
    action.frame_start, action.frame_end = 1, 31
    default_scene.ops.motionclip.play()
    assert ranges(scene)[3:] == (1, 30)


def test_strips_are_played(default_scene) -> None:
    scene = default_scene.context.scene
    generate(default_scene, frames=45, start_frame=11)
    default_scene.ops.motionclip.push_down()
    assert default_scene.ops.motionclip.play() == {"FINISHED"}
    assert ranges(scene)[2:] == (True, 11, 55)


def test_there_has_to_be_something_to_play(default_scene) -> None:
    with pytest.raises(RuntimeError, match="no character whose motion"):
        default_scene.ops.motionclip.play()
    default_scene.ops.motionclip.add_body()
    with pytest.raises(RuntimeError, match="has no Action"):
        default_scene.ops.motionclip.play()


def test_play_when_made_is_one_undo_step(default_scene) -> None:
    bpy = default_scene
    bpy.ops.ed.undo_push(message="before")
    before = snapshot(bpy), ranges(bpy.context.scene)
    generate(bpy, play=True)
    assert ranges(bpy.context.scene)[2:] == (True, 1, 60)
    bpy.ops.ed.undo()
    assert (snapshot(bpy), ranges(bpy.context.scene)) == before
