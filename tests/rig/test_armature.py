"""`add_body`: an armature that rests and moves exactly as the body does."""

from __future__ import annotations

import time

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.origin import to_trans
from motionclip_blender.core.skeleton import JOINTS, PARENTS
from motionclip_blender.rig import armature as armature_module
from motionclip_blender.rig.armature import add_body, add_surface, set_surface
from motionclip_blender.rig.bones import BLENDER_AXES
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion

pytestmark = pytest.mark.usefixtures("scene")
BETAS = np.array([1.5, -1.0, 0, 2.0, 0, 0, 0.5, 0, 0, -2.0], np.float32)


def in_blender(points: np.ndarray) -> np.ndarray:
    """SMPL-X's axes to Blender's."""
    return points @ BLENDER_AXES.T


def deformed(mesh, frame: int) -> np.ndarray:
    """(V, 3) vertices of a mesh object as its modifiers leave them at a frame, in the world."""
    bpy.context.scene.frame_set(frame)
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", points)
    world = np.array(evaluated.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def data_blocks() -> dict[str, int]:
    kinds = ("objects", "armatures", "meshes", "materials", "shape_keys", "node_groups", "actions", "collections")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


# --- the rest pose


def test_there_is_a_bone_for_each_joint(small_body):
    armature = add_body(small_body)
    bones = armature.data.bones
    assert set(bones.keys()) == set(JOINTS) and len(bones) == 55
    for joint, name in enumerate(JOINTS):
        parent = bones[name].parent
        assert (parent.name if parent else None) == (JOINTS[PARENTS[joint]] if joint else None)


@pytest.mark.parametrize("betas", [None, BETAS])
def test_joints_and_skin_rest_where_the_bodys_do(open_body, betas):
    armature = add_body(open_body, betas)
    heads = np.array([armature.data.bones[name].head_local for name in JOINTS])
    assert heads == pytest.approx(in_blender(open_body.joints(betas)), abs=1e-6)
    assert deformed(armature.children[0], 1) == pytest.approx(in_blender(open_body.vertices(betas)), abs=1e-5)
    assert np.array(armature.matrix_world) == pytest.approx(np.eye(4))


def test_bones_point_along_their_limbs(open_body):
    bones = add_body(open_body).data.bones
    for name, child in (("left_knee", "left_ankle"), ("spine3", "neck"), ("right_wrist", "right_middle1")):
        assert (bones[name].tail_local - bones[child].head_local).length < 1e-6
    assert bones["head"].tail_local.z > bones["head"].head_local.z + 0.1
    assert bones["left_foot"].tail_local.y < bones["left_foot"].head_local.y - 0.02
    assert bones["left_index3"].tail_local.x > bones["left_index3"].head_local.x + 0.01
    assert min(bone.length for bone in bones) >= 0.01


def test_knees_and_elbows_bend_about_their_x(open_body):
    bones = add_body(open_body).data.bones
    assert abs(bones["left_knee"].matrix_local.col[0].x) > 0.95  # across
    assert abs(bones["left_elbow"].matrix_local.col[0].z) > 0.95  # upright, for arms held out
    assert abs(bones["left_middle2"].matrix_local.col[0].y) > 0.9  # forward, for palms turned down


def test_bones_sit_in_collections(small_body):
    collections = add_body(small_body).data.collections
    assert {c.name: len(c.bones) for c in collections} == {"Body": 22, "Hands": 30, "Face": 3}


def test_a_body_with_coinciding_joints_keeps_all_bones(small_body):
    from dataclasses import replace

    flat = replace(small_body, regressor=np.full_like(small_body.regressor, 1 / 660))
    assert len(add_body(flat).data.bones) == 55


# --- the moving body


def test_the_skin_moves_as_the_body_does(open_body):
    motion = random_motion(100, fps=24.0)
    armature = add_body(open_body, BETAS)
    key_motion(armature, motion, "poses")
    expected = in_blender(open_body.posed_vertices(motion, BETAS))
    error = max(np.abs(deformed(armature.children[0], i + 1) - expected[i]).max() for i in range(100))
    assert error < 1e-4


def test_the_skin_moves_as_in_the_smplx_package(open_body):
    pytest.importorskip("smplx")
    torch = pytest.importorskip("torch")
    from motionclip_blender.core.model.smplx_body import smplx_model

    motion = random_motion(100, fps=24.0, seed=4)
    poses = torch.from_numpy(motion.axis_angle().astype(np.float32))
    with torch.no_grad():
        vertices = smplx_model(open_body, batch_size=100)(
            global_orient=poses[:, :3], body_pose=poses[:, 3:66], jaw_pose=poses[:, 66:69],
            leye_pose=poses[:, 69:72], reye_pose=poses[:, 72:75],
            left_hand_pose=poses[:, 75:120], right_hand_pose=poses[:, 120:],
            transl=torch.from_numpy(to_trans(motion.translation).astype(np.float32)),
        ).vertices.numpy()  # fmt: skip
    armature = add_body(open_body)
    key_motion(armature, motion, "poses")
    error = max(np.abs(deformed(armature.children[0], i + 1) - in_blender(vertices[i])).max() for i in range(100))
    assert error < 1e-4


def test_shape_keys_are_the_betas(open_body):
    armature = add_body(open_body, BETAS)
    keys = armature.children[0].data.shape_keys.key_blocks
    assert [key.name for key in keys[1:11]] == list(open_body.shape_names)
    assert [key.name for key in keys[11:]] == list(open_body.expression_names)
    assert [key.value for key in keys[1:11]] == pytest.approx(BETAS.tolist())
    assert all((key.slider_min, key.slider_max) == (-3, 3) for key in keys[1:])
    keys[open_body.expression_names[0]].value = 1.0
    opened = open_body.vertices(BETAS) + open_body.expression_dirs[:, :, 0]
    assert deformed(armature.children[0], 1) == pytest.approx(in_blender(opened), abs=1e-5)


def test_betas_beyond_the_sliders_widen_them(small_body):
    keys = add_body(small_body, [5.0]).children[0].data.shape_keys.key_blocks
    assert keys["Shape000"].value == 5 and keys["Shape000"].slider_max == 5 and keys["Shape001"].slider_max == 3
    assert keys["Exp000"].value == 0


# --- looks


def test_zones_become_materials(open_body):
    mesh = add_body(open_body).children[0]
    assert [material.name for material in mesh.data.materials] == list(open_body.zone_names)
    for material, colour in zip(mesh.data.materials, open_body.zone_colours, strict=True):
        assert material.diffuse_color[:3] == pytest.approx(colour)
        shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        assert shader.inputs["Base Color"].default_value[:3] == pytest.approx(colour)
    zones = np.empty(len(mesh.data.polygons), np.int32)
    mesh.data.polygons.foreach_get("material_index", zones)
    assert (zones == open_body.face_zone).all()


def test_a_body_without_zones_gets_one_material(small_body):
    mesh = add_body(small_body).children[0]
    assert len(mesh.data.materials) == 1 and all(polygon.use_smooth for polygon in mesh.data.polygons)


# --- the file around it


def test_the_new_armature_is_selected_and_active(small_body, scene):
    first = add_body(small_body)
    second = add_body(small_body, name="Ann")
    assert bpy.context.view_layer.objects.active == second and bpy.context.selected_objects == [second]
    assert second.name == "Ann" and second.mode == "OBJECT" and first.name == "SMPL-X"
    assert [child.name for child in second.children] == ["Ann mesh"]


def test_the_body_goes_to_the_active_collection(small_body, scene):
    collection = bpy.data.collections.new("Cast")
    scene.collection.children.link(collection)
    bpy.context.view_layer.active_layer_collection = bpy.context.view_layer.layer_collection.children["Cast"]
    armature = add_body(small_body)
    assert list(armature.users_collection) == [collection] == list(armature.children[0].users_collection)


def test_a_hidden_collection_is_no_obstacle(small_body, scene):
    collection = bpy.data.collections.new("Hidden")
    scene.collection.children.link(collection)
    layer = bpy.context.view_layer.layer_collection.children["Hidden"]
    bpy.context.view_layer.active_layer_collection = layer
    collection.hide_viewport = layer.hide_viewport = True
    armature = add_body(small_body)
    assert len(armature.data.bones) == 55 and list(armature.users_collection) == [collection]


def test_another_objects_edit_mode_is_no_obstacle(small_body):
    add_body(small_body)
    bpy.ops.object.mode_set(mode="EDIT")
    assert len(add_body(small_body).data.bones) == 55


@pytest.mark.parametrize("stage", ["_shape_keys", "_materials", "_mesh", "_select"])
def test_a_failure_leaves_nothing_behind(small_body, monkeypatch, stage):
    before = add_body(small_body)
    blocks = data_blocks()

    def fail(*_):
        monkeypatch.undo()
        raise RuntimeError("no memory")

    monkeypatch.setattr(armature_module, stage, fail)
    with pytest.raises(RuntimeError, match="no memory"):
        add_body(small_body)
    assert data_blocks() == blocks
    assert bpy.context.view_layer.objects.active == before and bpy.context.selected_objects == [before]
    assert bpy.context.mode == "OBJECT"


def test_a_failure_while_bones_are_made_leaves_edit_mode(small_body, monkeypatch):
    blocks = data_blocks()
    monkeypatch.setattr(armature_module, "Vector", None)
    with pytest.raises(TypeError):
        add_body(small_body)
    assert data_blocks() == blocks and bpy.context.mode == "OBJECT"


def test_too_many_betas_are_refused_before_anything_is_made(small_body):
    blocks = data_blocks()
    with pytest.raises(UserError, match="shape parameters"):
        add_body(small_body, np.ones(50))
    assert data_blocks() == blocks


def test_a_body_is_there_within_a_second(open_body):
    add_body(open_body)
    start = time.perf_counter()
    add_body(open_body)
    assert time.perf_counter() - start < 1.0


def test_licensed_bodies_get_ten_sliders_of_each_kind(tmp_path):
    from motionclip_blender.core.body import Body
    from tests.synthetic import synthetic_arrays

    np.savez(tmp_path / "a.npz", **synthetic_arrays(300, 200, shapes=400, posed=True))
    keys = add_body(Body.load(tmp_path / "a.npz")).children[0].data.shape_keys.key_blocks
    assert len(keys) == 21 and keys[1].name == "Shape000" and keys[-1].name == "Exp009"


def test_a_surface_is_posed_by_its_vertices(scene, small_body):
    mesh = add_surface(small_body)
    for shift in (0.0, 5.0, -3.0):
        set_surface(mesh, small_body.template + np.array([0, shift, 0]))
        evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
        lowest, highest = small_body.template[:, 1].min() + shift, small_body.template[:, 1].max() + shift
        heights = [vertex.co.z for vertex in evaluated.data.vertices]
        assert (min(heights), max(heights)) == pytest.approx((lowest, highest), abs=1e-5)
        bounds = [corner[2] for corner in evaluated.bound_box]  # Blender leaves out what these say is out of view
        assert (min(bounds), max(bounds)) == pytest.approx((lowest, highest), abs=1e-5)
