"""What Blender shows of a person, read without a trace."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Quaternion

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import shown as module
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.nla import add_strip, push_down
from motionclip_blender.rig.read_action import kept_keys, read_motion
from motionclip_blender.rig.shown import shown, span_of
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.posing import add_bones, assert_is_shown, blocks_and_frame, key
from tests.rig.test_bones import Y_UP, foreign_rig
from tests.synthetic import angle_between, random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """A person with an Action of 22 frames from frame 1 on."""
    armature = add_body(small_body)
    key_motion(armature, random_motion(22, fps=24.0, size=0.3), "walk")
    return armature


def empty(name: str = "target") -> bpy.types.Object:
    made = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(made)
    return made


def moving(thing: bpy.types.Object, start=(0.6, -0.4, 1.0), end=(-0.6, -0.6, 1.4)) -> bpy.types.Object:
    """The object goes from start to end in frames 1 to 22."""
    for frame, place in ((1, start), (22, end)):
        thing.location = place
        thing.keyframe_insert("location", frame=frame)
    return thing


def constrain(armature, bone: str, kind: str, **values) -> bpy.types.Constraint:
    constraint = armature.pose.bones[bone].constraints.new(kind)
    for name, value in values.items():
        setattr(constraint, name, value)
    return constraint


# --- all that moves a person


def with_ik(armature, body):
    constrain(armature, "left_wrist", "IK", target=moving(empty()), chain_count=3)


def with_a_copied_rotation(armature, body):
    constrain(armature, "head", "COPY_ROTATION", target=armature, subtarget="left_knee", influence=0.7)


def with_limits(armature, body):
    constrain(armature, "left_hip", "LIMIT_ROTATION", use_limit_x=True, max_x=0.1, owner_space="LOCAL")


def following_another_person(armature, body):
    other = add_body(body)
    key_motion(other, random_motion(22, fps=24.0, size=0.3, seed=5), "other")
    for name in ("pelvis", "left_shoulder", "spine2"):
        constrain(armature, name, "COPY_TRANSFORMS", target=other, subtarget=name)
    # a copied joint may lie elsewhere; the pelvis is told by its own place
    armature.pose.bones["left_shoulder"].constraints[0].mute = True
    armature.pose.bones["spine2"].constraints[0].mute = True


def with_a_driver(armature, body):
    driver = armature.pose.bones["right_elbow"].driver_add("rotation_quaternion", 1).driver
    driver.expression = "frame * 0.05"


def with_its_object_keyed(armature, body):
    moving(armature, (0, 0, 0), (3, 1, 0))
    armature.rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (22, 2.0)):
        armature.rotation_euler = (0.3 * angle, 0, angle)
        armature.keyframe_insert("rotation_euler", frame=frame)


def on_a_moving_parent(armature, body):
    armature.parent = moving(empty("cart"), (0, 0, 0), (0, 5, 0))


def with_a_constraint_on_the_object(armature, body):
    constraint = armature.constraints.new("COPY_LOCATION")
    constraint.target = moving(empty("leader"), (0, 0, 1), (2, 0, 1))


def standing_elsewhere(armature, body):
    armature.matrix_world = Matrix.Translation((5, 6, 0.5)) @ Matrix.Rotation(1.0, 4, "Z")


def with_a_root(armature, body):
    add_bones(armature, root="pelvis")
    for frame, place in ((1, (0, 0, 0)), (22, (1, 2, 0))):
        key(armature.pose.bones["root"], frame, location=place)


def posed_without_keys(armature, body):
    for curve in list(fcurves_of(armature.animation_data.action, armature, 'pose.bones["left_hip"]')):
        curve.mute = True
    armature.pose.bones["left_hip"].rotation_quaternion = Quaternion((1, 0, 0), 0.9)


def in_another_rotation_mode(armature, body):
    armature.pose.bones["left_hip"].rotation_mode = "XYZ"


def as_a_strip(armature, body):
    push_down(armature)


def as_a_slow_strip(armature, body):
    strip = push_down(armature)
    strip.scale = 2.0


def as_strips_that_add(armature, body):
    push_down(armature)
    action = key_motion(armature, random_motion(22, fps=24.0, size=0.1, seed=8), "more")
    push_down(armature)
    strip = armature.animation_data.nla_tracks[-1].strips[-1]
    assert strip.action == action
    strip.blend_type, strip.influence = "COMBINE", 0.5


def under_a_solo_track(armature, body):
    push_down(armature)
    armature.animation_data.nla_tracks[0].is_solo = True
    key_motion(armature, random_motion(40, fps=24.0, size=0.3, seed=9), "not played", start_frame=100)


def with_a_muted_track(armature, body):
    push_down(armature)
    action = key_motion(armature, random_motion(22, fps=24.0, size=0.3, seed=9), "muted", assign=False)
    track = armature.animation_data.nla_tracks.new()
    add_strip(armature, action, 1, track)
    track.mute = True


WAYS = (with_ik, with_a_copied_rotation, with_limits, following_another_person, with_a_driver, with_its_object_keyed,
        on_a_moving_parent, with_a_constraint_on_the_object, standing_elsewhere, with_a_root, posed_without_keys,
        in_another_rotation_mode, as_a_strip, as_a_slow_strip, as_strips_that_add, under_a_solo_track,
        with_a_muted_track)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_joints_are_where_blender_shows_them(armature, small_body, way):
    way(armature, small_body)
    bpy.context.view_layer.update()
    first, last = span_of(armature)
    found = shown(armature)
    assert len(found.whole) == int(last - first) + 1 and last - first >= 21
    assert_is_shown(armature, found.whole, small_body, first)


def test_plain_keys_are_read_as_their_curves_say(armature):
    found = shown(armature).motion(24.0)
    kept = read_motion(armature, fps=24.0)
    assert angle_between(found.rotations, kept.rotations).max() < 1e-5
    assert np.abs(found.translation - kept.translation).max() < 1e-5


def test_a_rig_of_other_axes_that_its_object_puts_upright(scene, small_body):
    armature = foreign_rig(small_body, Y_UP)
    armature.matrix_world = Matrix.Rotation(np.pi / 2, 4, "X")
    motion = random_motion(22, fps=24.0, size=0.3)
    key_motion(armature, motion, "walk")
    assert angle_between(shown(armature).whole.rotations, motion.rotations).max() < 1e-4


@pytest.mark.parametrize(("unit", "size"), [(100.0, 0.01), (1.0, 2.5), (1.0, 1.1)])
def test_a_person_of_another_size_walks_as_far_for_its_legs(scene, open_body, unit, size):
    armature = foreign_rig(open_body, scale=unit)
    motion = random_motion(10, fps=24.0, size=0.2)
    key_motion(armature, motion, "walk")
    armature.scale = (size,) * 3
    found = shown(armature).whole
    assert angle_between(found.rotations, motion.rotations).max() < 1e-3
    factor = 1.1 if size == 1.1 else 1.0  # a tall person's metre is a metre
    assert found.translation == pytest.approx(factor * motion.translation, abs=0.01)


def test_an_action_that_is_not_the_armatures(armature, small_body):
    with_ik(armature, small_body)
    walk = armature.animation_data.action
    key_motion(armature, random_motion(30, fps=24.0, size=0.3, seed=3), "other")
    armature.pose.bones["head"].rotation_mode = "XYZ"
    before = blocks_and_frame()
    found = shown(armature, walk)
    assert blocks_and_frame() == before and armature.pose.bones["head"].rotation_mode == "XYZ"
    assert armature.animation_data.action.name == "other"
    armature.animation_data.action = walk
    if hasattr(armature.animation_data, "action_slot"):
        armature.animation_data.action_slot = walk.slots[0]
    armature.pose.bones["head"].rotation_mode = "QUATERNION"
    assert len(found.whole) == 22
    assert_is_shown(armature, found.whole, small_body)


# --- the range


def test_the_range_is_the_actions_the_strips_or_the_scenes(armature, scene, small_body):
    scene.frame_start, scene.frame_end = 3, 12
    assert span_of(armature) == (1, 22)
    armature.animation_data.action.use_frame_range = True
    armature.animation_data.action.frame_start, armature.animation_data.action.frame_end = 5, 9
    assert span_of(armature) == (5, 9)
    armature.animation_data.action.use_frame_range = False
    push_down(armature)
    add_strip(armature, bpy.data.actions["walk"], 50)
    assert span_of(armature) == (1, 71)
    armature.animation_data.nla_tracks[0].strips[1].mute = True
    assert span_of(armature) == (1, 22)
    armature.animation_data_clear()
    assert span_of(armature) == (3, 12)


def test_a_pose_that_constraints_move_is_read_over_the_scenes_range(scene, small_body):
    armature = add_body(small_body)
    scene.frame_end = 22
    armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    with_ik(armature, small_body)
    found = shown(armature)
    assert len(found.whole) == 22
    assert_is_shown(armature, found.whole, small_body)


def test_time_that_is_remapped(armature, scene, small_body):
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    found = shown(armature)
    assert len(found.whole) == 43 and found.first == 2
    assert_is_shown(armature, found.whole, small_body, 2)
    assert len(read_motion(armature, fps=24.0)) == 43


@pytest.mark.parametrize("start", [12.5, -20.25])
def test_a_motion_between_frames(scene, small_body, start):
    armature = add_body(small_body)
    key_motion(armature, random_motion(10, fps=24.0, size=0.3), "walk", start_frame=start)
    found = shown(armature)
    assert found.first == pytest.approx(start) and len(found.whole) == 10
    assert angle_between(found.whole.rotations, read_motion(armature, fps=24.0).rotations).max() < 1e-4


# --- nothing is left


def test_reading_changes_nothing(armature, scene, small_body):
    with_ik(armature, small_body)
    scene.frame_set(7)
    armature.pose.bones["left_knee"].rotation_quaternion = (0.6, 0.8, 0, 0)  # a pose nobody has keyed yet
    before = blocks_and_frame()
    shown(armature)
    assert blocks_and_frame() == before
    assert armature.pose.bones["left_knee"].rotation_quaternion[:] == pytest.approx((0.6, 0.8, 0, 0))
    assert armature.users_scene == (scene,) and armature.users_collection == (scene.collection,)


def test_a_failure_leaves_nothing_either(armature, monkeypatch):
    before = blocks_and_frame()
    monkeypatch.setattr(module, "rotation_parts", lambda matrices: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shown(armature, key_motion(armature, random_motion(5), "other", assign=False))
    bpy.data.actions.remove(bpy.data.actions["other"])
    assert blocks_and_frame() == before


def test_a_hidden_armature_is_read_too(armature, small_body):
    wanted = shown(armature).whole
    armature.hide_set(True)
    armature.hide_viewport = armature.hide_render = True
    assert angle_between(shown(armature).whole.rotations, wanted.rotations).max() < 1e-5


def test_what_is_read_is_plain(armature):
    found = shown(armature)
    digest, again = found.digest(), shown(armature).digest()
    armature.pose.bones["left_knee"].constraints.new("LIMIT_ROTATION").use_limit_x = True
    assert digest == again != shown(armature).digest()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert len(found.motion(30.0)) == 27 and found.rate == 24 and found.digest() == digest


# --- what shows nothing


def test_edit_mode_rest_position_and_mirrors_are_refused(armature):
    armature.data.pose_position = "REST"
    with pytest.raises(UserError, match="Rest Position, which shows no motion; switch"):
        shown(armature)
    armature.data.pose_position = "POSE"
    armature.scale.x = -1
    with pytest.raises(UserError, match="mirrored or flattened by its scale; apply"):
        shown(armature)
    armature.scale.x = 1
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(UserError, match="Edit Mode; leave it"):
        shown(armature)


def test_who_does_not_move_is_no_motion(scene, small_body):
    armature = add_body(small_body)
    with pytest.raises(UserError, match='"SMPL-X" has no Action and does not move'):
        shown(armature)


def test_strips_alone_are_no_keys(armature):
    push_down(armature)
    with pytest.raises(UserError, match="no Action but NLA strips; read them as shown"):
        kept_keys(armature)
