"""`Bones.of`: any armature whose bones are named as SMPL-X's joints will do, however its bones lie."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.origin import RISE, to_trans
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import BLENDER_AXES, Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.shown import shown
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import angle_between, random_motion

pytestmark = pytest.mark.usefixtures("scene")

Y_UP = np.eye(3)  # as SMPL-X's own axes; other add-ons turn the object instead of the bones
Z_UP = BLENDER_AXES
BACKWARDS = np.array([[-1, 0, 0], [0, 0, 1], [0, 1, 0]], float)  # Z up, facing +Y
SIDEWAYS = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], float)  # facing +X


def foreign_rig(body: Body, axes: np.ndarray = Z_UP, scale: float = 1.0, root: bool = False,
                names: dict[str, str] | None = None, parents: dict[str, str] | None = None):  # fmt: skip
    """An SMPL-X armature made by somebody else: its bones point anywhere and are rolled anyhow."""
    rng = np.random.default_rng(7)
    data = bpy.data.armatures.new("foreign")
    armature = bpy.data.objects.new("foreign", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    heads = body.joints() @ axes.T * scale
    names = names or {}
    for joint, joint_name in enumerate(JOINTS):
        bone = data.edit_bones.new(names.get(joint_name, joint_name))
        bone.head = heads[joint]
        bone.tail = Vector(heads[joint]) + Vector(rng.normal(size=3)).normalized() * 0.1 * scale
        bone.roll = rng.uniform(-3, 3)
        if joint:
            parent = (parents or {}).get(joint_name, JOINTS[PARENTS[joint]])
            bone.parent = data.edit_bones[names.get(parent, parent)]
    if root:
        bone = data.edit_bones.new("root")
        bone.head, bone.tail, bone.roll = (0, 0, 0), (0.1, 0.3, 0.2), 1.0
        data.edit_bones[names.get("pelvis", "pelvis")].parent = bone
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def posed_heads(armature, frame: int) -> np.ndarray:
    """(55, 3) heads of the posed bones at a frame, in the armature's space."""
    bpy.context.scene.frame_set(frame)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([evaluated.pose.bones[name].head for name in Bones.of(armature).names])


# --- mapping


def test_our_own_rig_has_blenders_axes_and_metres(small_body):
    bones = Bones.of(add_body(small_body))
    assert bones.names == JOINTS and bones.scale == 1.0
    # the pelvis's frame turns SMPL-X's up into the bone's Y, which points up the spine
    assert bones.frames[0] @ (0, 1, 0) == pytest.approx([0, 1, 0], abs=0.2)


@pytest.mark.parametrize("axes", [Y_UP, Z_UP, BACKWARDS, SIDEWAYS], ids=["y-up", "z-up", "backwards", "sideways"])
@pytest.mark.parametrize("root", [False, True], ids=["no root", "root"])
def test_any_rig_moves_as_the_body_does(small_body, axes, root):
    motion = random_motion(6, fps=24.0)
    armature = foreign_rig(small_body, axes, root=root)
    key_motion(armature, motion, "poses")
    expected = small_body.posed_joints(motion) @ axes.T
    for i in range(6):
        assert posed_heads(armature, i + 1) == pytest.approx(expected[i], abs=1e-5)


@pytest.mark.parametrize("axes", [Y_UP, Z_UP, BACKWARDS, SIDEWAYS], ids=["y-up", "z-up", "backwards", "sideways"])
def test_any_rig_gives_the_motion_back(small_body, axes):
    motion = random_motion(6, fps=24.0)
    armature = foreign_rig(small_body, axes, root=True)
    key_motion(armature, motion, "poses")
    again = read_motion(armature, fps=24.0)
    assert angle_between(again.rotations, motion.rotations).max() < 1e-5
    assert again.translation == pytest.approx(motion.translation, abs=1e-5)


@pytest.mark.parametrize("root", [False, True])
def test_a_pelvis_without_local_location_moves_alike(small_body, root):
    motion = random_motion(3, fps=24.0)
    armature = foreign_rig(small_body, root=root)
    armature.data.bones["pelvis"].use_local_location = False
    key_motion(armature, motion, "poses")
    assert posed_heads(armature, 3) == pytest.approx(small_body.posed_joints(motion)[2] @ Z_UP.T, abs=1e-5)
    assert read_motion(armature, fps=24.0).translation == pytest.approx(motion.translation, abs=1e-5)


def test_a_rig_in_centimetres_walks_in_centimetres(open_body):
    motion = random_motion(4, fps=24.0)
    armature = foreign_rig(open_body, scale=100.0)
    key_motion(armature, motion, "poses")
    assert Bones.of(armature).scale == pytest.approx(100, rel=1e-3)
    assert posed_heads(armature, 4) == pytest.approx(100 * open_body.posed_joints(motion)[3] @ Z_UP.T, abs=0.1)
    assert read_motion(armature, fps=24.0).translation == pytest.approx(motion.translation, rel=1e-3, abs=1e-4)


def test_a_childs_rig_is_still_in_metres(open_body):
    assert Bones.of(foreign_rig(open_body, scale=0.75)).scale == 1.0


def test_the_objects_own_place_does_not_matter(small_body):
    motion = random_motion(3, fps=24.0)
    armature = add_body(small_body)
    armature.matrix_world = Matrix.Translation((5, 6, 7)) @ Matrix.Rotation(1.0, 4, "Z")
    key_motion(armature, motion, "poses")
    assert angle_between(read_motion(armature, fps=24.0).rotations, motion.rotations).max() < 1e-5


def test_eyes_go_by_either_name(small_body):
    names = {"left_eye_smplhf": "left_eye", "right_eye_smplhf": "right_eye"}
    bones = Bones.of(foreign_rig(small_body, names=names))
    assert bones.names[INDEX["left_eye_smplhf"]] == "left_eye"


# --- what is no SMPL-X armature


def test_nothing_selected_is_said_so():
    with pytest.raises(UserError, match="Nothing is selected; select an SMPL-X armature"):
        Bones.of(None)


def test_other_objects_are_named():
    empty = bpy.data.objects.new("Cube", None)
    with pytest.raises(UserError, match='"Cube" is no armature'):
        Bones.of(empty)


def test_missing_bones_are_named_three_at_most(small_body):
    few = foreign_rig(small_body, names={"jaw": "Jaw"})
    with pytest.raises(UserError, match='it has no bone jaw; make one with "Add body"'):
        Bones.of(few)
    rigify = foreign_rig(small_body, names={name: f"DEF-{name}" for name in JOINTS})
    with pytest.raises(UserError, match="no bone pelvis, left_hip, right_hip and 52 more"):
        Bones.of(rigify)


def test_bones_that_hang_elsewhere_are_another_body(small_body):
    armature = foreign_rig(small_body, parents={"left_elbow": "spine1"})
    with pytest.raises(UserError, match="left_elbow does not hang from left_shoulder"):
        Bones.of(armature)


# --- what may not be keyed


def keyable(armature) -> None:
    Bones.of(armature).check_keyable()


def test_our_own_rig_may_be_keyed(small_body):
    armature = add_body(small_body)
    keyable(armature)
    bpy.ops.object.mode_set(mode="POSE")
    keyable(armature)


def test_edit_mode_must_be_left(small_body):
    armature = add_body(small_body)
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(UserError, match="is in Edit Mode; leave it"):
        keyable(armature)


def test_locked_bones_are_named(small_body):
    armature = add_body(small_body)
    armature.pose.bones["left_knee"].lock_rotation = (True, False, False)
    with pytest.raises(UserError, match=r"are locked \(left_knee\)"):
        keyable(armature)
    armature.pose.bones["pelvis"].lock_location = (True, True, True)
    with pytest.raises(UserError, match=r"are locked \(pelvis, left_knee\)"):
        keyable(armature)


def test_a_connected_pelvis_cannot_move(small_body):
    armature = foreign_rig(small_body, root=True)
    bpy.ops.object.mode_set(mode="EDIT")
    armature.data.edit_bones["pelvis"].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(UserError, match='"pelvis" is connected to its parent'):
        keyable(armature)


@pytest.mark.parametrize(
    ("scale", "said"),
    [((-1, 1, 1), "mirrored or flattened"), ((0, 0, 0), "mirrored or flattened"), ((1, 2, 1), "scaled unevenly")],
)
def test_an_object_that_would_move_otherwise_in_the_scene(small_body, scale, said):
    armature = add_body(small_body)
    armature.scale = scale
    bpy.context.view_layer.update()
    with pytest.raises(UserError, match=said):
        keyable(armature)


def test_tweak_mode_must_be_left(small_body):
    armature = add_body(small_body)
    action = key_motion(armature, random_motion(3), "strip")
    track = armature.animation_data.nla_tracks.new()
    track.strips.new("strip", 1, action)
    armature.animation_data.action = None
    track.select = True
    armature.animation_data.use_tweak_mode = True
    with pytest.raises(UserError, match="tweak mode"):
        keyable(armature)


@pytest.fixture
def linked(small_body, tmp_path):
    """An armature linked from another file, its mesh too."""
    add_body(small_body)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"), check_existing=False)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = ["SMPL-X", "SMPL-X mesh"]
    for linked_object in wanted.objects:
        bpy.context.scene.collection.objects.link(linked_object)
    return wanted.objects[0]


def test_a_linked_rig_needs_an_override(linked):
    with pytest.raises(UserError, match="is linked from another file; make it local or add a library override"):
        keyable(linked)


def test_an_overridden_rig_may_be_keyed(linked):
    local = linked.override_create(remap_local_usages=True)
    motion = random_motion(3, fps=24.0)
    key_motion(local, motion, "on the override")
    assert angle_between(read_motion(local, fps=24.0).rotations, motion.rotations).max() < 1e-5


# --- armatures that rest at SMPL-X's own origin: the add-on's of SMPL-X, and those made with a licensed body up to 0.3


@pytest.fixture
def below_the_floor(open_body, scene):
    lowered = replace(open_body, template=open_body.template - np.array([0, RISE, 0], np.float32))
    return add_body(lowered)


def test_a_motion_stands_on_the_floor_there_too(open_body, below_the_floor):
    assert below_the_floor.data.bones["pelvis"].head_local.z == pytest.approx(-0.351, abs=0.001)
    bpy.context.scene.render.fps = 24
    motion = random_motion(6, fps=24.0)
    key_motion(below_the_floor, motion, "walk")
    expected = open_body.posed_joints(motion) @ Z_UP.T
    assert posed_heads(below_the_floor, 4) == pytest.approx(expected[3], abs=1e-4)
    assert read_motion(below_the_floor, fps=24.0).translation == pytest.approx(motion.translation, abs=1e-4)


@pytest.mark.parametrize("root", [False, True])
def test_it_is_read_as_blender_shows_it(open_body, scene, root):
    lowered = replace(open_body, template=open_body.template - np.array([0, RISE, 0], np.float32))
    armature = foreign_rig(lowered, root=root)
    bpy.context.scene.render.fps = 24
    motion = random_motion(6, fps=24.0)
    key_motion(armature, motion, "walk")
    for found in (shown(armature).whole, read_motion(armature, fps=24.0)):
        assert found.translation == pytest.approx(motion.translation, abs=1e-4)


def test_its_pelvis_is_keyed_with_smplx_own_trans(below_the_floor):
    motion = random_motion(6)
    axes = np.array(below_the_floor.data.bones["pelvis"].matrix_local)[:3, :3]
    moved = Bones.of(below_the_floor).to_location(motion.translation) @ axes.T
    assert moved == pytest.approx(to_trans(motion.translation) @ Z_UP.T, abs=1e-5)


# --- rest poses


@pytest.mark.parametrize("axes", [Y_UP, Z_UP, BACKWARDS], ids=["y-up", "z-up", "backwards"])
@pytest.mark.parametrize("yaw", [0.0, 10.0, 40.0, 45.0, 100.0, -170.0])
def test_who_rests_upright_may_face_anywhere(open_body, axes, yaw):
    """As "Apply Rotation" leaves it on an armature that was turned."""
    up = axes[:, 1]
    turn = np.array(Matrix.Rotation(np.radians(yaw), 3, Vector(up))) @ axes
    motion = random_motion(6, fps=24.0)
    armature = foreign_rig(open_body, turn, root=True)
    key_motion(armature, motion, "poses")
    expected = open_body.posed_joints(motion)[4] @ turn.T
    assert posed_heads(armature, 5) == pytest.approx(expected, abs=2e-3)
    again = read_motion(armature, fps=24.0)
    assert angle_between(again.rotations, motion.rotations).max() < 1e-5
    assert again.translation == pytest.approx(motion.translation, abs=1e-5)


@pytest.mark.parametrize("angle", [25, 40, 60])
def test_who_rests_at_a_slant_is_refused(open_body, angle):
    lean = np.array(Matrix.Rotation(np.radians(angle), 3, "X")) @ Z_UP
    with pytest.raises(UserError, match='"foreign" rests at a slant; turn its bones'):
        Bones.of(foreign_rig(open_body, lean))


@pytest.mark.parametrize(
    ("joint", "axis", "angle"),
    [("left_shoulder", "Y", 50), ("right_elbow", "Z", 60), ("left_hip", "X", 90), ("right_knee", "X", 40)],
)
def test_another_rest_than_a_t_pose_is_refused(small_body, joint, axis, angle):
    armature = add_body(small_body)
    bone = armature.pose.bones[joint]
    place = Matrix.Translation(bone.matrix.translation)
    bone.matrix = place @ Matrix.Rotation(np.radians(angle), 4, axis) @ place.inverted() @ bone.matrix
    bpy.context.view_layer.update()
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.armature_apply(selected=False)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(UserError, match=rf"does not rest in SMPL-X's T-pose \(.*{joint}"):
        Bones.of(armature)
