"""Motions on humanoid rigs of any names and rest pose: keyed through their map, read back from what Blender shows."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy
from mathutils import Matrix

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.humanoid import reference_joints
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.mapped import MappedRig
from motionclip_blender.rig.root_motion import OBJECT, ROOT, ROOT_NOTE
from motionclip_blender.rig.shown import motion_of, shown
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion, rekey_motion
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import LIMBS, dance, degrees

MODES = ["XYZ", "ZYX", "YXZ", "QUATERNION", "XZY", "YZX", "ZXY"]
FEET = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("ankle", "foot")]


def rig_of(name: str, rest: str = "A", limbs: float = 1.0, **options) -> bpy.types.Object:
    bpy.context.scene.render.fps = 30
    rig = armature_of(built(CONVENTIONS[name], rest, limbs=limbs, **options))
    if CONVENTIONS[name].up == "y":
        rig.rotation_euler = (np.pi / 2, 0, 0)
    return rig


def joints_shown(rig: bpy.types.Object, frames: int) -> np.ndarray:
    """(T, 55, 3) metres along SMPL-X's axes, in the armature's own space; NaN for joints without a bone."""
    target = target_of(rig)
    found = np.full((frames, 55, 3), np.nan)
    for frame in range(frames):
        bpy.context.scene.frame_set(frame + 1)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        for joint, bone in target.person.joints.items():
            place = np.array(pose[target.person.skeleton.bones[bone]].head)
            found[frame, INDEX[joint]] = place @ target.axes / target.scale
    return found


def off(rig: bpy.types.Object, motion: Motion) -> np.ndarray:
    """Degrees between the rig's limbs and the motion's on SMPL-X's own body."""
    got, wanted = joints_shown(rig, len(motion)), posed(motion, reference_joints())[1]
    return np.array([degrees(got[:, b] - got[:, a], wanted[:, b] - wanted[:, a]) for a, b in LIMBS])


@pytest.mark.parametrize("rest", "TAN")
@pytest.mark.parametrize("name", CONVENTIONS)
def test_limbs_point_as_the_motions_do_and_it_is_read_back(scene, name: str, rest: str) -> None:
    rig, motion = rig_of(name, rest, limbs=0.8 if rest == "A" else 1.0), dance()
    before = np.array([bone.matrix_local for bone in rig.data.bones])
    key_motion(rig, motion, "dance")
    assert off(rig, motion).max() < 0.2
    got, wanted = joints_shown(rig, len(motion)), posed(motion, target_of(rig).rest_joints)[1]
    assert np.nanmax(np.abs(got - wanted)[:, FEET]) < 1e-3, "the proportions say where the feet are"
    np.testing.assert_array_equal(np.array([bone.matrix_local for bone in rig.data.bones]), before)
    back = motion_of(rig, fps=30)
    assert np.abs(back.translation - motion.translation).max() < 1e-3
    again = posed(back, reference_joints())[1]
    wanted = posed(motion, reference_joints())[1]
    turned = np.array([degrees(again[:, b] - again[:, a], wanted[:, b] - wanted[:, a]) for a, b in LIMBS])
    assert turned.max() < 0.3


@pytest.mark.parametrize("name", ["Mixamo", "MMD", "Daz Genesis 8", "Character Creator"])
def test_an_object_that_is_scaled_and_turned_changes_nothing(scene, name: str) -> None:
    rig, motion = rig_of(name), dance()
    rig.scale, rig.rotation_euler, rig.location = (0.01,) * 3, (np.pi / 2, 0, 0.3), (1, 2, 0)
    key_motion(rig, motion, "dance")
    assert off(rig, motion).max() < 0.2
    rig.scale = (-0.01, 0.01, 0.01)
    bpy.context.view_layer.update()
    with pytest.raises(UserError, match="mirrored or flattened by its scale"):
        key_motion(rig, motion, "mirrored")


def test_bones_that_are_turned_while_their_object_is_turned_back_stand(scene) -> None:
    rig, motion = rig_of("Unreal 4"), dance()
    turn = Matrix.Rotation(0.7, 4, "X")
    rig.data.transform(turn)
    rig.matrix_world = turn.inverted()
    bpy.context.view_layer.update()
    key_motion(rig, motion, "dance")
    assert off(rig, motion).max() < 0.2


def test_rotation_modes_stay_as_they_are(scene) -> None:
    rig, motion = rig_of("Unreal 4", "T"), dance()
    modes = dict(zip((bone.name for bone in rig.pose.bones), MODES * 20, strict=False))
    for bone in rig.pose.bones:
        bone.rotation_mode = modes[bone.name]
    key_motion(rig, motion, "dance")
    assert {bone.name: bone.rotation_mode for bone in rig.pose.bones} == modes
    assert off(rig, motion).max() < 0.2
    turns = [curve for curve in _curves(rig) if curve.data_path.endswith("rotation_euler")]
    leaps = [np.ptp([point.co[1] for point in pair]) for curve in turns
             for pair in zip(curve.keyframe_points, list(curve.keyframe_points)[1:], strict=False)]  # fmt: skip
    assert max(leaps) < 2.0, "no curve jumps by a whole turn"


def test_bones_that_do_not_turn_with_their_parents(scene) -> None:
    rig, motion = rig_of("Rigify metarig"), dance()
    for name in ("forearm.L", "spine.006", "thigh.R"):
        rig.data.bones[name].use_inherit_rotation = False
    key_motion(rig, motion, "dance")
    assert off(rig, motion).max() < 0.2


def test_twist_bones_take_their_share_and_limbs_stay(scene) -> None:
    rig, motion = rig_of("Unreal 4", "T"), dance()
    key_motion(rig, motion, "dance")
    bpy.context.scene.frame_set(9)
    pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    rest = {bone.name: bone.matrix_local for bone in rig.data.bones}

    def turned(name: str, by: str) -> float:
        one, other = (pose[n].matrix @ rest[n].inverted() for n in (name, by))
        return (other.inverted() @ one).to_quaternion().angle

    assert turned("lowerarm_twist_01_l", "lowerarm_l") > 0.05
    assert turned("lowerarm_twist_01_l", "lowerarm_l") < turned("hand_l", "lowerarm_l")


def test_a_rig_whose_origin_is_its_hips_stands_on_the_floor(scene) -> None:
    made = built(CONVENTIONS["LAFAN1"], "T")
    hips = made.heads[0].copy()
    rig, motion = armature_of(made._replace(heads=made.heads - hips, tails=made.tails - hips)), dance()
    bpy.context.scene.render.fps = 30
    key_motion(rig, motion, "dance")
    got = joints_shown(rig, len(motion))
    wanted = posed(motion, target_of(rig).rest_joints)[1]
    assert np.nanmax(np.abs(got - wanted)[:, FEET]) < 2e-3
    assert abs(Body.load().fitted_to(target_of(rig).rest_joints).lowest(motion).min()) < 0.3


@pytest.mark.parametrize("choice", [ROOT, OBJECT])
def test_the_way_can_be_carried_by_a_root_bone_or_the_object(scene, choice: str) -> None:
    rig, motion = rig_of("Unreal 5"), dance(way=2.0)
    rig.location, rig.rotation_euler = (0.5, -1, 0), (0, 0, 0.4)
    bpy.context.view_layer.update()
    plain = shown_places(rig, key_motion(rig, motion, "plain"))
    rig.data[ROOT_NOTE] = choice
    action = key_motion(rig, motion, "carried")
    carried = shown_places(rig, action)
    if choice == ROOT:
        assert np.abs(plain - carried).max() < 2e-3
    else:  # from where the object stands
        shape = [np.linalg.norm(one[:, None] - one[None], axis=-1) for one in (plain, carried)]
        assert np.abs(shape[0] - shape[1]).max() < 2e-3
    hips = [curve for curve in _curves(rig) if curve.data_path == 'pose.bones["pelvis"].location']
    reach = [np.ptp([point.co[1] for point in curve.keyframe_points]) for curve in hips]
    assert max(reach) < 60, "in centimetres: the hips no longer go two metres"
    rekey_motion(rig, motion)
    np.testing.assert_allclose(shown_places(rig, action), carried, atol=2e-3)


def shown_places(rig: bpy.types.Object, action: bpy.types.Action) -> np.ndarray:
    """(T, 3) the left ankle's places in the world."""
    found = []
    for frame in range(1, 31):
        bpy.context.scene.frame_set(frame)
        posed_rig = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append(posed_rig.matrix_world @ posed_rig.pose.bones["foot_l"].head)
    return np.array(found)


def _curves(rig: bpy.types.Object) -> list[bpy.types.FCurve]:
    from motionclip_blender.rig.versions import fcurves_of

    return fcurves_of(rig.animation_data.action, rig, "")


@pytest.mark.parametrize("mode", ["QUATERNION", "XZY"])
def test_hips_that_are_connected_are_carried_by_the_bone_that_holds_them(scene, mode: str) -> None:
    rig, motion = rig_of("Unreal 4"), dance(way=1.0)
    bpy.ops.object.mode_set(mode="EDIT")
    bones = rig.data.edit_bones
    for name in ("pelvis", "calf_l", "spine_02"):
        bones[name].parent.tail = bones[name].head
        bones[name].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    key_motion(rig, motion, "dance")
    assert target_of(rig).names[0] == "root"
    assert off(rig, motion).max() < 0.2
    got, wanted = joints_shown(rig, len(motion)), posed(motion, target_of(rig).rest_joints)[1]
    assert np.nanmax(np.abs(got - wanted)[:, FEET]) < 1e-3
    assert np.abs(motion_of(rig, fps=30).translation - motion.translation).max() < 1e-3
    tilt = [curve for curve in _curves(rig) if '"root"' in curve.data_path and ".rotation" in curve.data_path]
    assert max((np.ptp([key.co[1] for key in curve.keyframe_points]) for curve in tilt), default=0) < 1e-6


# --- what is refused, with nothing changed


def _leaning(rig: bpy.types.Object) -> None:
    rig.data.transform(Matrix.Rotation(0.7, 4, "X"))


def _locked(rig: bpy.types.Object) -> None:
    rig.pose.bones["calf_l"].lock_rotation = (True, False, False)


def _driven(rig: bpy.types.Object) -> None:
    rig.pose.bones["calf_l"].driver_add("rotation_quaternion", 0)


def _editing(rig: bpy.types.Object) -> None:
    bpy.ops.object.mode_set(mode="EDIT")


def _deleted(rig: bpy.types.Object) -> None:
    rig.data["motionclip_bones"] = '{"sides": ["l", "r"], "pelvis": "gone", "head": "head", ' + ", ".join(
        f'"{{side}}_{joint}": "{bone}_{{s}}"' for joint, bone in (("hip", "thigh"), ("knee", "calf"), ("ankle", "foot"),
        ("shoulder", "upperarm"), ("elbow", "lowerarm"), ("wrist", "hand"))) + "}"  # fmt: skip


def _upside_down(rig: bpy.types.Object) -> None:
    _deleted(rig)
    own = rig.data["motionclip_bones"].replace("gone", "pelvis").replace('"lowerarm_{s}"', '"hand_{s}"', 1)
    rig.data["motionclip_bones"] = own.replace('wrist": "hand_{s}"', 'wrist": "lowerarm_{s}"')


def _held(rig: bpy.types.Object) -> None:
    for bone in rig.pose.bones:
        bone.constraints.new("LIMIT_ROTATION")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_leaning, "rests leaning by 4. degrees"), (_locked, "locked"), (_driven, "Drivers move"), (_editing, "Edit Mode"),
     (_deleted, 'no bone "gone"'), (_upside_down, 'hangs from "lowerarm_l"'),
     (_held, "Constraints hold")],
)  # fmt: skip
def test_what_cannot_be_keyed_is_said_and_nothing_changes(scene, spoil, said: str) -> None:
    rig = rig_of("Unreal 4")
    spoil(rig)
    poses = [Matrix(bone.matrix_basis) for bone in rig.pose.bones]
    with pytest.raises(UserError, match=said):
        key_motion(rig, dance(), "dance")
    assert not bpy.data.actions
    assert poses == [bone.matrix_basis for bone in rig.pose.bones]


def test_a_rig_that_is_linked_from_a_file_that_is_gone(scene, tmp_path) -> None:
    bpy.data.libraries.write(str(tmp_path / "lib.blend"), {rig_of("Unreal 4")})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "lib.blend"), link=True) as (names, loaded):
        loaded.objects = names.objects
    bpy.context.scene.collection.objects.link(loaded.objects[0])
    bpy.context.scene.collection.objects.link(loaded.objects[0].override_create())
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "user.blend"))
    (tmp_path / "lib.blend").unlink()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "user.blend"))
    assert len(bpy.context.scene.objects) == 2
    for one in bpy.context.scene.objects:
        with pytest.raises(UserError, match=r"linked from a file that is not there .*lib.blend"):
            key_motion(one, dance(), "dance")
    assert not bpy.data.actions


def test_no_human_is_refused_by_name(scene) -> None:
    bpy.ops.object.armature_add()
    with pytest.raises(
        UserError, match='^"Armature" is no rig that motions fit: its bones have no names of a known rig'
    ):
        target_of(bpy.context.object)


def test_a_foreign_action_is_read_as_it_moves_the_rig(scene) -> None:
    rig, motion = rig_of("Mixamo"), dance()
    action = key_motion(rig, motion, "dance")
    rig.animation_data.action = None
    read = shown(rig, action).motion(30)
    np.testing.assert_allclose(read.translation, motion.translation, atol=1e-3)
    assert isinstance(target_of(rig), MappedRig)
    assert len(bpy.data.objects) == 1 and len(bpy.data.scenes) == 1
