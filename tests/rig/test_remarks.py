"""What is said about a person: what of it is left out, and why it stands still."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.nla import push_down
from motionclip_blender.rig.remarks import left_out, left_out_of_all, put_to_rest, why_still
from motionclip_blender.rig.versions import SLOTS, fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.posing import add_bones, blocks_and_frame, key
from tests.rig.test_shown import (
    constrain,
    empty,
    moving,
    on_a_moving_parent,
    with_a_constraint_on_the_object,
    with_a_driver,
    with_ik,
    with_its_object_keyed,
)  # fmt: skip
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import dance
from tests.synthetic import random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """A person with an Action of 22 frames from frame 1 on."""
    armature = add_body(small_body)
    key_motion(armature, random_motion(22, fps=24.0, size=0.3), "walk")
    return armature


def in_rest_position(armature):
    armature.data.pose_position = "REST"


def under_a_solo_track(armature):
    push_down(armature)
    key_motion(armature, random_motion(22, fps=24.0, size=0.3, seed=2), "run")
    armature.animation_data.nla_tracks[0].is_solo = True


def with_strips(armature):
    push_down(armature)
    key_motion(armature, random_motion(22, fps=24.0, size=0.3, seed=2), "run")


def without_influence(armature):
    with_strips(armature)
    armature.animation_data.action_influence = 0.0


def with_added_strips(armature):
    with_strips(armature)
    armature.animation_data.action_blend_type = "ADD"


def held_by_ik(armature):
    with_ik(armature, None)


def held_by_two(armature):
    for name in ("left_ankle", "right_ankle"):
        constrain(armature, name, "IK", target=moving(empty()), chain_count=2)


def held_by_a_limit(armature):
    constrain(armature, "spine1", "LIMIT_ROTATION", use_limit_x=True, use_limit_y=True, use_limit_z=True,
              owner_space="LOCAL")  # fmt: skip


def held_at_the_pelvis(armature):
    constrain(armature, "pelvis", "COPY_LOCATION", target=empty())


def driven(armature):
    with_a_driver(armature, None)


def loosened(armature):
    armature.data.bones["left_knee"].use_inherit_rotation = False


def played_elsewhere(armature):
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 100, 200


def previewed_elsewhere(armature):
    scene = bpy.context.scene
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 50, 60


def with_the_modifier_off(armature):
    armature.children[0].modifiers[0].show_viewport = False


def with_a_moved_bone(armature):
    armature.pose.bones["left_elbow"].location = (0, 0.1, 0)


STILL = {
    in_rest_position: "Rest Position and stands still; switch",
    under_a_solo_track: 'track "walk" of "SMPL-X" is solo, so nothing else moves it',
    without_influence: "mixes the Action",
    with_added_strips: "mixes the Action",
    held_by_ik: r"hold bones \(left_wrist: IK\)",
    held_by_two: r"hold bones \(left_ankle: IK, right_ankle: IK\)",
    held_by_a_limit: r"hold bones \(spine1: Limit Rotation\)",
    held_at_the_pelvis: r"hold bones \(pelvis: Copy Location\)",
    driven: r"move bones \(right_elbow\)",
    loosened: r"do not inherit rotation \(left_knee\)",
    played_elsewhere: "from frame 1 to 22, outside the 100 to 200 that are played",
    previewed_elsewhere: "outside the 50 to 60",
    with_the_modifier_off: 'modifier of "SMPL-X mesh" is switched off',
    with_a_moved_bone: r"moved or scaled \(left_elbow\)",
}


@pytest.mark.parametrize(("spoil", "said"), STILL.items(), ids=lambda way: getattr(way, "__name__", ""))
def test_why_it_stands_still(armature, spoil, said):
    import re

    assert why_still(armature) == []
    spoil(armature)
    before = blocks_and_frame()
    (sentence,) = why_still(armature)
    assert re.search(said, sentence) and sentence.endswith(".")
    assert blocks_and_frame() == before


def test_constraints_that_hold_bones_with_a_colon_in_their_names(scene):
    """As all bones of Mixamo's have."""
    scene.render.fps = 30
    rig = armature_of(built(CONVENTIONS["Mixamo"], "A", prefix="mixamorig:"))
    rig.rotation_euler.x = np.pi / 2  # its bones have Y up
    bpy.context.view_layer.update()
    key_motion(rig, dance(), "dance")
    assert why_still(rig) == []
    constrain(rig, "mixamorig:LeftHand", "COPY_LOCATION", target=empty())
    (sentence,) = why_still(rig)
    assert "hold bones (mixamorig:LeftHand: Copy Location); mute them" in sentence


@pytest.mark.skipif(not SLOTS, reason="Actions have slots since 4.4")
def test_an_action_without_its_slot(armature):
    armature.animation_data.action_slot = None
    assert "no slot" in why_still(armature)[0] and "no slot" in left_out(armature)[0]


# --- what is harmless


def with_a_muted_constraint(armature):
    constrain(armature, "left_wrist", "IK", target=moving(empty()), mute=True)


def with_a_constraint_without_influence(armature):
    constrain(armature, "left_wrist", "IK", target=moving(empty()), influence=0.0)


def with_a_constraint_without_target(armature):
    constrain(armature, "left_wrist", "IK")


def with_a_limit_that_is_never_reached(armature):
    constrain(armature, "left_wrist", "LIMIT_SCALE", use_min_x=True, min_x=0.01)


def with_another_in_rest_position(armature):
    add = armature.copy()
    add.data = armature.data.copy()
    add.data.pose_position = "REST"
    bpy.context.scene.collection.objects.link(add)


def with_a_muted_strip(armature):
    with_strips(armature)
    armature.animation_data.nla_tracks[0].mute = True
    armature.animation_data.action_influence = 0.5
    armature.animation_data.action_influence = 1.0


def partly_played(armature):
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 20, 200


def with_a_root_at_rest(armature):
    add_bones(armature, root="pelvis")


def with_a_bone_that_is_no_joint(armature):
    bpy.ops.object.mode_set(mode="EDIT")
    bone = armature.data.edit_bones.new("prop")
    bone.head, bone.tail = (0, 0, 1), (0, 0, 2)
    bone.parent = armature.data.edit_bones["right_wrist"]
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.pose.bones["prop"].scale = (3, 3, 3)
    constrain(armature, "prop", "COPY_ROTATION", target=empty())


@pytest.mark.parametrize(
    "change",
    [with_a_muted_constraint, with_a_constraint_without_influence, with_a_constraint_without_target,
     with_a_limit_that_is_never_reached, with_another_in_rest_position, with_strips, with_a_muted_strip, partly_played,
     with_a_root_at_rest, with_a_bone_that_is_no_joint],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_of_what_is_harmless_nothing_is_said(armature, change):
    change(armature)
    assert why_still(armature) == [] and put_to_rest(armature) == []


# --- what is left out

LEFT_OUT = {
    in_rest_position: "is in Rest Position, so Blender shows nothing",
    under_a_solo_track: 'track "walk" of "SMPL-X" is solo: Blender shows it',
    with_strips: 'NLA strips of "SMPL-X" are left out',
    held_by_ik: r"Constraints of .* are left out \(left_wrist: IK\)",
    driven: r"Drivers of .* are left out \(right_elbow\)",
    loosened: r"do not inherit rotation, which is left out \(left_knee\)",
    with_a_moved_bone: r"moved or scaled, which is left out \(left_elbow\)",
}


@pytest.mark.parametrize(("spoil", "said"), LEFT_OUT.items(), ids=lambda way: getattr(way, "__name__", ""))
def test_what_is_left_out(armature, spoil, said):
    import re

    assert left_out(armature) == []
    spoil(armature)
    (sentence,) = left_out(armature)
    assert re.search(said, sentence) and sentence.endswith(".")


@pytest.mark.parametrize("way", [with_its_object_keyed, on_a_moving_parent, with_a_constraint_on_the_object])
def test_an_object_that_moves_is_left_out(armature, way):
    way(armature, None)
    assert left_out(armature) == ['The movement of the object "SMPL-X" itself is left out.']


def test_an_object_that_stands_elsewhere_is_not(armature):
    armature.location = (3, 4, 5)
    for frame in (1, 22):
        armature.keyframe_insert("location", frame=frame)
    armature.parent = empty()
    assert left_out(armature) == []


def test_joints_that_are_posed_keyed_otherwise_moved_or_scaled_by_keys(armature):
    for name in ("jaw", "left_knee"):
        for curve in list(fcurves_of(armature.animation_data.action, armature, f'pose.bones["{name}"]')):
            holder = getattr(armature.animation_data.action, "fcurves", None)
            if holder is None:
                holder = armature.animation_data.action.layers[0].strips[0].channelbags[0].fcurves
            holder.remove(curve)
    armature.pose.bones["jaw"].rotation_quaternion = Quaternion((1, 0, 0), 0.3)
    armature.pose.bones["head"].rotation_mode = "XYZ"
    key(armature.pose.bones["left_foot"], 5, scale=(1, 2, 1))
    moved, posed, otherwise = left_out(armature)
    assert "(left_foot)" in moved and "(jaw)" in posed and "(head)" in otherwise


def test_of_another_action_only_what_always_counts_is_said(armature):
    walk = armature.animation_data.action
    under_a_solo_track(armature)
    armature.pose.bones["jaw"].location = (0, 1, 0)
    held_by_ik(armature)
    assert len(left_out(armature, walk)) == 1 and left_out(armature, walk) == left_out_of_all(armature)


def test_many_names_are_three_and_a_number(armature):
    for name in ("left_knee", "right_knee", "left_ankle", "right_ankle", "head"):
        armature.pose.bones[name].scale = (1, 2, 1)
    assert "and 2 more" in why_still(armature)[0]


# --- objects that do not stand as their keys do


def lying_down(armature):
    armature.rotation_euler.x = np.pi / 2


def on_its_head(armature):
    armature.delta_rotation_euler.y = np.pi


def on_a_lying_parent(armature):
    armature.parent = empty()
    armature.parent.rotation_euler.x = -np.pi / 2


def mirrored(armature):
    armature.scale.x = -1


def scaled_unevenly(armature):
    armature.scale.z = 1.5


OF_THE_OBJECT = {
    lying_down: "is turned and does not stand upright", on_its_head: "is turned and does not stand upright",
    on_a_lying_parent: "is turned and does not stand upright", mirrored: "is mirrored by its scale",
    scaled_unevenly: "is scaled unevenly",
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), OF_THE_OBJECT.items(), ids=lambda way: getattr(way, "__name__", ""))
def test_how_the_object_stands_is_left_out_and_said(armature, spoil, said):
    spoil(armature)
    bpy.context.view_layer.update()
    (sentence,) = left_out(armature)
    assert said in sentence and sentence.endswith("which is left out.")
    assert bool(why_still(armature)) == ("upright" in said)


def test_an_object_that_stands_larger_and_turned_about_the_vertical_is_not_mentioned(armature):
    armature.scale, armature.rotation_euler.z = (0.01, 0.01, 0.01), 2.0
    bpy.context.view_layer.update()
    assert left_out(armature) == [] and why_still(armature) == []


def test_uneven_scale_is_no_pose(armature):
    from motionclip_blender.core.errors import UserError
    from motionclip_blender.rig.shown import shown

    armature.scale.z = 1.5
    with pytest.raises(UserError, match="scaled unevenly; apply the scale"):
        shown(armature)
