"""Generate and "Add body" as a script calls them: `bpy.ops.motionclip.generate(prompt=..., frames=...)`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.refusals import refused, snapshot

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.recipe.make import Made
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.ui.generate import generation
from motionclip_blender.ui.session import SESSION

PROMPT = "a person waves with the right hand"


# --- Add body


def test_add_body_makes_an_active_armature_with_its_mesh(bpy) -> None:
    assert bpy.ops.motionclip.add_body() == {"FINISHED"}
    armature = bpy.context.object
    assert armature.type == "ARMATURE" and armature.select_get()
    assert [child.type for child in armature.children] == ["MESH"]
    assert len(armature.data.bones) == 55


def test_add_body_stands_at_the_3d_cursor(bpy) -> None:
    bpy.context.scene.cursor.location = (1, 2, 0)
    bpy.ops.motionclip.add_body()
    assert tuple(bpy.context.object.location) == (1, 2, 0)


# --- what Generate refuses


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t\n"])
def test_an_empty_prompt(bpy, person, prompt: str) -> None:
    assert refused(bpy, bpy.ops.motionclip.generate, prompt=prompt).startswith("The prompt is empty")


def test_a_pasted_document(bpy, person) -> None:
    assert "10,000 characters" in refused(bpy, bpy.ops.motionclip.generate, prompt="x" * 10_000)


def test_a_prompt_of_emoji(bpy, person) -> None:
    assert "no words" in refused(bpy, bpy.ops.motionclip.generate, prompt="🙂🙂🙂")


def test_a_prompt_that_is_cut_is_told(bpy, person, default_pack) -> None:
    assert bpy.ops.motionclip.generate(prompt="walk " * 80, frames=20, steps=False) == {"FINISHED"}
    assert "its last 5 tokens are not read" in SESSION.error
    assert bpy.ops.motionclip.blend_stops(a=f'"{"run " * 90}"', b='"walk"', stops=2, frames=20) == {"FINISHED"}
    assert "its last 15 tokens are not read" in SESSION.error
    assert bpy.ops.motionclip.generate(prompt="walk", frames=20) == {"FINISHED"} and SESSION.error == ""


@pytest.mark.parametrize("start", [1_048_574, 2**31 - 1, -(2**31)])
def test_a_start_that_the_timeline_does_not_have(bpy, person, start: int) -> None:
    sentence = refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT, frames=60, start_frame=start)
    assert f"from frame {start:,} to {start + 59:,}, and Blender's frames go from -1,048,574 to 1,048,574" in sentence


@pytest.mark.parametrize("frames", [-5, 0, 1, 3601, 100_000])
def test_a_length_out_of_range(bpy, person, frames: int) -> None:
    assert f"2 to 3,600 frames, not {frames:,}" in refused(
        bpy, bpy.ops.motionclip.generate, prompt=PROMPT, frames=frames
    )


def test_a_length_out_of_range_at_the_scenes_rate(bpy, person, default_pack) -> None:
    bpy.context.scene.render.fps = 24
    assert refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT, frames=3600) == (
        "At 24 frames per second 3,600 frames are too long; ask for 2,880 or fewer."
    )


def test_an_armature_that_is_not_smplx(bpy) -> None:
    bpy.ops.object.armature_add()
    assert '"Armature" is no rig that motions fit' in refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT)


def test_a_linked_armature(bpy, person, tmp_path) -> None:
    library = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, linked):
        linked.objects = ["SMPL-X"]
    bpy.context.collection.objects.link(linked.objects[0])
    bpy.context.view_layer.objects.active = linked.objects[0]
    assert "linked from another file" in refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT)


def test_an_armature_in_edit_mode(bpy, person) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Edit Mode" in refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_an_armature_deleted_while_the_motion_was_made(bpy, person) -> None:
    wanted = generation.request(bpy.context.scene, person, Recipe.of_prompt(PROMPT, 60))
    bpy.data.objects.remove(person)
    with pytest.raises(UserError, match="deleted while"):
        generation.key(wanted, Made(None, ""))


# --- what Generate makes


@pytest.fixture
def keys(bpy, person, default_pack):
    """Generates, and returns the new Action and its frames with keys."""
    from motionclip_blender.rig.versions import fcurves_of

    def generate(**asked):
        assert bpy.ops.motionclip.generate(**{"prompt": PROMPT, **asked}) == {"FINISHED"}
        action = person.animation_data.action
        curve = fcurves_of(action, person, "pose.bones")[0]
        return action, [point.co[0] for point in curve.keyframe_points]

    return generate


def test_the_action_is_named_after_the_prompt_and_remembers_it(keys, default_pack) -> None:
    action, frames = keys()
    assert action.name == PROMPT
    assert action["prompt"] == PROMPT
    assert action["pack"] == f"{default_pack.name} {default_pack.version}"
    assert frames == list(range(1, 61))


def test_every_run_is_a_new_action_and_the_same_prompt_the_same_motion(bpy, keys, person) -> None:
    from motionclip_blender.rig.read_action import read_motion

    first, again, other = keys()[0], keys()[0], keys(prompt="a person kicks")[0]
    assert len({first.name, again.name, other.name}) == len(bpy.data.actions) == 3
    first, again, other = (read_motion(person, action).rotations for action in (first, again, other))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=0.01)


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_the_length_is_in_frames_of_the_scene(bpy, keys, fps: int) -> None:
    bpy.context.scene.render.fps = fps
    for frames in (2, 59, 120):
        assert keys(frames=frames, start_frame=11)[1] == list(range(11, 11 + frames))


def test_the_scene_keeps_its_timeline_and_selection(bpy, keys) -> None:
    before = snapshot(bpy)
    keys(frames=400, start_frame=-50)
    after = snapshot(bpy)
    for part in ("timeline", "selected", "active", "mode"):
        assert after[part] == before[part]


def test_a_script_may_leave_everything_to_the_panel(bpy, keys) -> None:
    panel = bpy.context.scene.motionclip
    panel.prompt, panel.frames, panel.start_frame = "a person kicks", 30, 5
    assert bpy.ops.motionclip.generate() == {"FINISHED"}
    action = bpy.context.object.animation_data.action
    assert (action["prompt"], tuple(action.frame_range)) == ("a person kicks", (5, 34))
    panel.start_at_current = True
    bpy.context.scene.frame_set(100)
    bpy.ops.motionclip.generate()
    assert tuple(bpy.context.object.animation_data.action.frame_range) == (100, 129)


def test_the_mesh_stands_for_its_armature(bpy, keys, person) -> None:
    bpy.context.view_layer.objects.active = person.children[0]
    keys()


def test_a_newline_within_a_prompt_is_a_space(keys) -> None:
    assert keys(prompt="a person\nkicks")[0].name == "a person kicks"


def test_one_undo_takes_it_all_back(bpy, keys) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.generate("EXEC_DEFAULT", True, prompt=PROMPT)
    assert len(bpy.data.actions) == 1
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 0
    assert bpy.data.objects["SMPL-X"].animation_data is None
