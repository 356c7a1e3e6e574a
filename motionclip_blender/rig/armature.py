"""Builds an armature with a skinned mesh from a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np
from mathutils import Vector

from ..core.body import Body
from ..core.body_shape import shape_name
from ..core.skeleton import BODY_JOINTS, FACE_JOINTS, HAND_JOINTS, INDEX, JOINTS, PARENTS
from .bones import BLENDER_AXES

# The child that a bone with several children points at; a bone with one child points at that child
_POINTS_AT = {"pelvis": "spine1", "spine3": "neck", "left_wrist": "left_middle1", "right_wrist": "right_middle1"}
# Directions of bones without children, along SMPL-X's axes; fingertips continue the direction of their finger
_POINTS_ALONG = {
    "head": (0, 1, 0), "jaw": (0, -0.4, 1), "left_eye_smplhf": (0, 0, 1), "right_eye_smplhf": (0, 0, 1),
    "left_foot": (0, 0, 1), "right_foot": (0, 0, 1),
}  # fmt: skip
_SHORTEST = 0.01  # metres; Blender silently deletes bones of zero length

SHAPES_NOTE = "motionclip_shapes"
"""Custom property of a body's mesh: how many of its first shape keys are betas."""

_SLIDERS = 10  # shape keys of each kind; licensed files have 300 and 100
_SLIDER_RANGE = 3.0
_SKIN = (0.6, 0.6, 0.62)


def add_body(body: Body, betas: np.ndarray | None = None, name: str = "SMPL-X") -> bpy.types.Object:
    """Adds `body` as a new armature object with a skinned child mesh, and returns the armature, active and selected.

    The rest pose is exactly the body's, in Blender's axes. The object is at the origin, untransformed.

    betas: the shape, by default the mean shape or that of `Body.shaped`. The joints are those of this shape, and it is
        set on the mesh's shape keys. Changing these keys later moves the skin but not the joints; `body_shape` does.

    The skin deforms as SMPL-X's does. Pose correctives, which licensed bodies have and the open body does not, are left
    out, because Blender's armatures do not support them; `Body.posed_vertices` applies them. Raises `UserError` for
    betas that the body does not support. After any failure no new data-block remains.
    """
    if betas is None and body.mean is not None:
        body, betas = body.mean, body.betas
    context = bpy.context
    joints = body.joints(betas) @ BLENDER_AXES.T
    tails = _tails(body, body.vertices(betas), body.joints(betas)) @ BLENDER_AXES.T
    collection = context.collection
    if collection is None or not collection.is_editable:  # linked collections take no new objects
        collection = context.scene.collection
    made: list[bpy.types.ID] = []
    before, selected = context.view_layer.objects.active, list(context.selected_objects)
    if before is not None and before.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    try:
        armature = _armature(context, name, joints, tails, made)
        mesh = _mesh(body, betas, f"{name} mesh", made)
        mesh.parent = armature
        modifier = mesh.modifiers.new("Armature", "ARMATURE")
        modifier.object = armature
        modifier.use_vertex_groups = True
        modifier.use_bone_envelopes = False
        modifier.use_deform_preserve_volume = False  # SMPL-X uses linear blending
        for made_object in (armature, mesh):
            if made_object.name not in collection.objects:
                collection.objects.link(made_object)
        if collection != context.scene.collection:
            context.scene.collection.objects.unlink(armature)
    except BaseException:
        if context.object is not None and context.object.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        bpy.data.batch_remove(made)
        _select(context, selected, before)
        raise
    _select(context, [armature], armature)
    return armature


def _select(context: bpy.types.Context, chosen: Iterable[bpy.types.Object], active: bpy.types.Object | None) -> None:
    for other in context.selected_objects:
        other.select_set(False)
    for one in chosen:
        if one.name in context.view_layer.objects:  # missing there if its collection is excluded
            one.select_set(True)
    if active is None or active.name in context.view_layer.objects:
        context.view_layer.objects.active = active


def _tails(body: Body, vertices: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Returns (55, 3) the end of each bone, in SMPL-X's axes: its child's joint, or the end of the limb."""
    children: dict[int, list[int]] = {}
    for child, parent in enumerate(PARENTS):
        children.setdefault(parent, []).append(child)
    tails = np.empty_like(joints)
    for joint, joint_name in enumerate(JOINTS):
        own = children.get(joint, [])
        target = INDEX[_POINTS_AT[joint_name]] if joint_name in _POINTS_AT else own[0] if len(own) == 1 else None
        if target is not None and joint_name != "head":
            tails[joint] = joints[target]
        else:
            along = np.array(_POINTS_ALONG.get(joint_name, joints[joint] - joints[PARENTS[joint]]), np.float64)
            along /= max(float(np.linalg.norm(along)), 1e-9)
            skin = vertices[body.weights[:, joint] > 0.5]
            reach = ((skin - joints[joint]) @ along).max() if len(skin) else 0.0
            tails[joint] = joints[joint] + along * max(reach, 2 * _SHORTEST)
        if np.linalg.norm(tails[joint] - joints[joint]) < _SHORTEST:
            tails[joint] = joints[joint] + (0, _SHORTEST, 0)
    return tails


def _armature(
    context: bpy.types.Context, name: str, joints: np.ndarray, tails: np.ndarray, made: list[bpy.types.ID]
) -> bpy.types.Object:
    data = bpy.data.armatures.new(name)
    made.append(data)
    armature = bpy.data.objects.new(name, data)
    made.append(armature)
    # bones can be made only in Edit Mode, which needs a visible collection: the scene's own always is
    context.scene.collection.objects.link(armature)
    _select(context, [armature], armature)
    bpy.ops.object.mode_set(mode="EDIT")
    bones: list[bpy.types.EditBone] = []
    for joint, joint_name in enumerate(JOINTS):
        bone = data.edit_bones.new(joint_name)
        bone.head, bone.tail = joints[joint], tails[joint]
        # with these rolls knees, elbows and fingers all bend about the X axis of their bone
        flat = joint_name in HAND_JOINTS or joint_name.endswith(("wrist", "foot", "ankle", "eye_smplhf", "jaw"))
        bone.align_roll(Vector((0, 0, 1) if flat else (0, -1, 0)))
        if PARENTS[joint] >= 0:
            bone.parent = bones[PARENTS[joint]]
            bone.use_connect = bool(np.array_equal(joints[joint], tails[PARENTS[joint]]))
        bones.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    data.display_type = "STICK"
    armature.show_in_front = True
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    for group, members in (("Body", BODY_JOINTS), ("Hands", HAND_JOINTS), ("Face", FACE_JOINTS)):
        collection = data.collections.new(group)
        for member in members:
            collection.assign(data.bones[member])
    return armature


def add_surface(body: Body, name: str = "SMPL-X") -> bpy.types.Object:
    """Adds the body's mesh alone, in its rest pose, as a new object of the scene, and returns it.

    It is posed by its vertices, one pose at a time (`set_surface`). Each zone of the body is a material slot, in the
    order of `Body.zone_names`.
    """
    mesh = _surface(body, name, [])
    bpy.context.scene.collection.objects.link(mesh)
    return mesh


def set_surface(mesh: bpy.types.Object, vertices: np.ndarray) -> None:
    """Sets the vertices of an `add_surface` object to the positions (V, 3), in SMPL-X's axes."""
    mesh.data.attributes["position"].data.foreach_set("vector", _flat(vertices))
    # Only setting a single vertex tells Blender that the mesh's bounds have changed. With the old bounds it would leave
    # out of the picture a mesh that is in view.
    mesh.data.vertices[0].co = mesh.data.vertices[0].co
    mesh.data.update()


def _mesh(body: Body, betas: np.ndarray | None, name: str, made: list[bpy.types.ID]) -> bpy.types.Object:
    mesh = _surface(body, name, made)
    for joint, joint_name in enumerate(JOINTS):
        group = mesh.vertex_groups.new(name=joint_name)
        ids = np.flatnonzero(body.weights[:, joint])
        for vertex, weight in zip(ids.tolist(), body.weights[ids, joint].tolist(), strict=True):
            group.add((vertex,), weight, "REPLACE")
    _shape_keys(body, betas, mesh)
    return mesh


def _surface(body: Body, name: str, made: list[bpy.types.ID]) -> bpy.types.Object:
    data = bpy.data.meshes.new(name)
    made.append(data)
    data.vertices.add(len(body.template))
    data.vertices.foreach_set("co", _flat(body.template))
    data.loops.add(body.faces.size)
    data.loops.foreach_set("vertex_index", body.faces.ravel())
    data.polygons.add(len(body.faces))
    data.polygons.foreach_set("loop_start", np.arange(0, body.faces.size, 3, dtype=np.int32))
    for material in _materials(body, made):
        data.materials.append(material)
    if body.face_zone is not None:
        data.polygons.foreach_set("material_index", body.face_zone)
    data.polygons.foreach_set("use_smooth", np.ones(len(body.faces), bool))
    data.update(calc_edges=True)
    mesh = bpy.data.objects.new(name, data)
    made.append(mesh)
    return mesh


def _shape_keys(body: Body, betas: np.ndarray | None, mesh: bpy.types.Object) -> None:
    betas = np.zeros(0) if betas is None else body.checked_betas(betas)
    shapes = body.shape_dirs[:, :, : max(_SLIDERS, len(betas))]
    expressions = body.expression_dirs[:, :, :_SLIDERS]
    keys: list[tuple[str, np.ndarray, int | None]] = []
    keys += [(shape_name(body, i), shapes[:, :, i], i) for i in range(shapes.shape[2])]
    keys += [(_expression_name(body, i), expressions[:, :, i], None) for i in range(expressions.shape[2])]
    keys = [key for key in keys if key[1].any()]
    if not keys:
        return
    mesh.data[SHAPES_NOTE] = sum(beta is not None for _, _, beta in keys)
    mesh.shape_key_add(name="Basis", from_mix=False)
    for key_name, offsets, beta in keys:
        key = mesh.shape_key_add(name=key_name, from_mix=False)
        key.data.foreach_set("co", _flat(body.template + offsets))
        value = float(betas[beta]) if beta is not None and beta < len(betas) else 0.0
        key.slider_min, key.slider_max = -max(_SLIDER_RANGE, abs(value)), max(_SLIDER_RANGE, abs(value))
        key.value = value


def _expression_name(body: Body, i: int) -> str:
    return body.expression_names[i] if i < len(body.expression_names) else f"Exp{i:03d}"


def _materials(body: Body, made: list[bpy.types.ID]) -> list[bpy.types.Material]:
    zones: list[tuple[str, Sequence[float]]] = [("skin", _SKIN)]
    if body.face_zone is not None and body.zone_colours is not None:
        zones = list(zip(body.zone_names, body.zone_colours.tolist(), strict=True))
    materials = []
    for zone, colour in zones:
        material = bpy.data.materials.new(zone)
        made.append(material)
        if material.node_tree is None:  # new materials have nodes since 5.0
            material.use_nodes = True
        material.diffuse_color = (*colour, 1.0)
        shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        shader.inputs["Base Color"].default_value = (*colour, 1.0)
        shader.inputs["Roughness"].default_value = 0.6
        materials.append(material)
    return materials


def _flat(points: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(points @ BLENDER_AXES.T, np.float32).ravel()
