"""The Rig panel's data and operators, and the buttons of the add-on on a rig that is not of SMPL-X."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.retarget.rig_maps import matching_rig
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.action_metadata import recipe_of
from motionclip_blender.rig.shown import motion_of
from motionclip_blender.rig.target import target_of
from motionclip_blender.ui.generate.generation import armature_of, characters
from motionclip_blender.ui.recognise import recognition
from motionclip_blender.ui.recognise.recognition import RECOGNITION
from motionclip_blender.ui.session import SESSION
from tests.rigs.build import armature_of as armature_with
from tests.rigs.build import built
from tests.rigs.conventions import CONVENTIONS
from tests.ui.refusals import refused


@pytest.fixture
def rig(bpy, default_pack):
    """A Mixamo character in centimetres, as FBX files bring it."""
    bpy.context.scene.render.fps = 30
    rig = armature_with(built(CONVENTIONS["Mixamo"], "A", prefix="mixamorig:"))
    rig.rotation_euler, rig.scale = (np.pi / 2, 0, 0), (0.01,) * 3
    return rig


def test_the_panel_shows_what_is_used(bpy, rig) -> None:
    shown = rig.data.motionclip_rig
    assert (shown.left_knee, shown.pelvis) == ("mixamorig:LeftLeg", "mixamorig:Hips")
    assert shown.left_thumb1 == "mixamorig:LeftHandThumb1" and shown.root_motion == "HIPS"
    assert target_of(rig).found.body_joints == 22


def test_a_long_action_is_read_in_several_steps(bpy, rig) -> None:
    bpy.ops.motionclip.generate(frames=100)
    steps = recognition.all_keys(rig)
    fractions = [step.fraction for step in steps]
    assert len(fractions) > 4 and fractions == sorted(fractions) and fractions[-1] == 1.0


def test_generate_run_again_and_a_slider_work_on_it(bpy, rig) -> None:
    assert bpy.ops.motionclip.generate(prompt="a person walks forward", frames=40) == {"FINISHED"}
    first = rig.animation_data.action
    assert recipe_of(first).prompt == "a person walks forward"
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    again = motion_of(rig, fps=30)
    np.testing.assert_allclose(motion_of(rig, first, 30).rotations, again.rotations, atol=1e-4)
    settings = bpy.context.scene.motionclip
    settings.frames, settings.blend.start.prompt, settings.blend.end.prompt = 40, "a person walks", "a person sits down"
    assert bpy.ops.motionclip.blend() == {"FINISHED"}
    before = motion_of(rig, fps=30)
    settings.blend.factor = 0.9
    assert np.abs(motion_of(rig, fps=30).rotations - before.rotations).max() > 0.1


def test_a_loop_ends_as_it_begins_and_goes_on(bpy, rig) -> None:
    settings = bpy.context.scene.motionclip
    settings.loop = settings.in_place = True
    assert bpy.ops.motionclip.generate(prompt="a person runs", frames=24) == {"FINISHED"}
    action = rig.animation_data.action
    assert action.use_cyclic
    motion = motion_of(rig, fps=30)
    assert np.abs(motion.rotations[0] * motion.rotations[-1]).sum(axis=-1).min() > 0.999
    assert np.ptp(motion.translation[:, [0, 2]], axis=0).max() < 0.25


def test_its_actions_are_recognised_searched_and_saved(bpy, rig) -> None:
    assert bpy.ops.motionclip.generate(prompt="a person does jumping jacks", frames=60) == {"FINISHED"}
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}
    assert RECOGNITION.scores[rig.animation_data.action.session_uid][0].name == "jumping jacks"
    assert bpy.ops.motionclip.save_latent(name="jacks") == {"FINISHED"}
    assert bpy.ops.motionclip.tag_action(every=True) == {"FINISHED"}
    assert bpy.ops.motionclip.search(text="jumping jacks") == {"FINISHED"}
    assert bpy.ops.motionclip.mark_asset() == {"FINISHED"}


def test_it_is_the_only_character_where_nothing_is_active(bpy, rig) -> None:
    bpy.context.view_layer.objects.active = None
    assert characters(bpy.context.view_layer) == [rig] and armature_of(bpy.context) == rig


def test_what_was_refused_before_is_shown_no_longer(bpy, rig) -> None:
    for change in (bpy.ops.motionclip.mirror_map, bpy.ops.motionclip.reset_map):
        SESSION.error = "Refused."
        assert change() == {"FINISHED"} and SESSION.error == ""


def test_a_bone_is_picked_and_the_right_side_mirrored(bpy, rig) -> None:
    shown = rig.data.motionclip_rig
    shown.left_knee = shown.right_knee = ""
    assert shown.left_knee == ""
    with pytest.raises(RuntimeError, match=r"leaves out left_knee"):
        bpy.ops.motionclip.generate(prompt="walk")
    rig.data.bones.active = rig.data.bones["mixamorig:LeftLeg"]
    assert bpy.ops.motionclip.pick_bone(joint="left_knee") == {"FINISHED"}
    assert bpy.ops.motionclip.mirror_map() == {"FINISHED"}
    assert shown.right_knee == "mixamorig:RightLeg"
    assert bpy.ops.motionclip.generate(prompt="a person walks", frames=30) == {"FINISHED"}


@pytest.mark.parametrize(
    ("joint", "bone", "said"),
    [
        ("left_knee", "mixamorig:RightLeg", "one bone"),
        ("left_knee", "no such bone", 'no bone "no such bone"'),
        ("head", "mixamorig:Spine", None),
    ],
)
def test_a_wrong_bone_is_said_or_used_and_can_be_forgotten(bpy, rig, joint: str, bone: str, said: str | None) -> None:
    setattr(rig.data.motionclip_rig, joint, bone)
    actions = len(bpy.data.actions)
    if said:
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.motionclip.generate(prompt="walk")
        assert len(bpy.data.actions) == actions
    assert bpy.ops.motionclip.reset_map() == {"FINISHED"}
    assert bpy.ops.motionclip.generate(prompt="a person walks", frames=30) == {"FINISHED"}


def test_a_map_goes_into_a_file_that_reads_clips_too_and_back(bpy, rig, tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    assert bpy.ops.motionclip.export_map(filepath=str(path)) == {"FINISHED"}
    bones = tuple(bone.name for bone in rig.data.bones)
    assert matching_rig(bones, path).pairs["left_knee"][0] == "mixamorig:LeftLeg"
    rig.data.motionclip_rig.left_knee = "mixamorig:RightLeg"
    assert bpy.ops.motionclip.import_map(filepath=str(path)) == {"FINISHED"}
    assert rig.data.motionclip_rig.left_knee == "mixamorig:LeftLeg"
    path.write_text(json.dumps({"mine": {"sides": ["l", "r"]}}), encoding="utf-8")
    with pytest.raises(RuntimeError, match="leaves out pelvis"):
        bpy.ops.motionclip.import_map(filepath=str(path))


def test_a_preset_keeps_the_bones(bpy, rig, tmp_path: Path) -> None:
    shown = rig.data.motionclip_rig
    values = {value: eval(value, {"rig": shown}) for value in bpy.types.MOTIONCLIP_OT_add_rig_preset.preset_values}
    shown.left_knee = shown.head = ""
    for value, bone in values.items():  # as Blender runs a preset
        exec(f"{value} = {bone!r}", {"rig": shown})
    assert shown.left_knee == "mixamorig:LeftLeg" and target_of(rig).found.body_joints == 22


def test_hands_that_touch_are_a_part_of_the_recipe(bpy, default_pack) -> None:
    settings = bpy.context.scene.motionclip
    bpy.context.scene.render.fps = 30
    rig = armature_with(built(CONVENTIONS["Mixamo"], "A", limbs=0.85))  # a longer trunk for its legs
    rig.rotation_euler = (np.pi / 2, 0, 0)
    assert bpy.ops.motionclip.generate(prompt="sit", steps=False, frames=30) == {"FINISHED"}
    plain = motion_of(rig, fps=30)
    settings.hands_touch = True
    assert bpy.ops.motionclip.generate(prompt="sit", steps=False, frames=30) == {"FINISHED"}
    assert recipe_of(rig.animation_data.action).hands_touch
    touching = motion_of(rig, fps=30)
    arms = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("shoulder", "elbow")]
    legs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee")]
    assert np.abs(touching.rotations[:, arms] - plain.rotations[:, arms]).max() > 0.02
    np.testing.assert_allclose(touching.rotations[:, legs], plain.rotations[:, legs], atol=2e-2)
    settings.hands_touch = False
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    np.testing.assert_allclose(motion_of(rig, fps=30).rotations, touching.rotations, atol=1e-3)


def test_the_upper_body_of_another_motion(bpy, rig) -> None:
    settings = bpy.context.scene.motionclip
    assert bpy.ops.motionclip.generate(prompt="walk", steps=False, frames=40) == {"FINISHED"}
    walk = motion_of(rig, fps=30)
    settings.keyed_bones = "UPPER"
    assert bpy.ops.motionclip.generate(prompt="wave", steps=False, frames=40) == {"FINISHED"}
    both = motion_of(rig, fps=30)
    np.testing.assert_allclose(both.translation, walk.translation, atol=1e-4)
    legs = [0, *(INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle"))]
    np.testing.assert_allclose(both.rotations[:, legs], walk.rotations[:, legs], atol=1e-3)
    arm = INDEX["right_shoulder"]
    assert np.abs(both.rotations[:, arm] - walk.rotations[:, arm]).max() > 0.2
    settings.loop = True
    assert "key all bones" in refused(bpy, bpy.ops.motionclip.generate, prompt="wave", steps=False, frames=40)


def test_an_override_of_another_convention(bpy, rig, tmp_path) -> None:
    rig.name = "Hero"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, loaded):
        loaded.objects = ["Hero"]
    (linked,) = loaded.objects
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert "linked from another file" in refused(bpy, bpy.ops.motionclip.generate, prompt="walk", frames=30)
    own = linked.override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = own
    assert bpy.ops.motionclip.generate(prompt="walk", steps=False, frames=30) == {"FINISHED"}
    first = own.animation_data.action
    # what F9 does: undo, and the same operator with another value
    bpy.ops.ed.undo_push()
    assert bpy.ops.motionclip.generate(prompt="walk", steps=False, frames=45) == {"FINISHED"}
    assert own.animation_data.action.frame_range[1] == 45 and first.frame_range[1] == 30
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert np.ptp(motion_of(own, fps=30).translation[:, 2]) > 0.3 or np.ptp(motion_of(own, fps=30).translation) > 0.3
