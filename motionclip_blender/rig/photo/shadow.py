"""Adds the shadow that a body throws on the floor, as a mesh of its own that follows every pose."""

from __future__ import annotations

import bpy
from mathutils import Vector

from ..materials import with_nodes

_ABOVE = 0.001  # metres above the floor


def add_shadow(mesh: bpy.types.Object, towards_light: Vector, collection: bpy.types.Collection) -> bpy.types.Object:
    """Adds an object that is `mesh`, as its armature poses it, laid flat on the floor, z = 0, away from the light.

    towards_light: points up. The object carries an empty's direction: the light is turned by turning
    `Light direction`, whose z axis points towards it.
    """
    light = bpy.data.objects.new("Light direction", None)
    light.empty_display_type = "SINGLE_ARROW"
    light.rotation_euler = towards_light.to_track_quat("Z", "Y").to_euler()
    light.location = (0.0, 0.0, 2.2)
    flat = bpy.data.objects.new(f"{mesh.name} shadow", mesh.data)
    collection.objects.link(flat)
    collection.objects.link(light)
    flat.parent, flat.matrix_parent_inverse = mesh.parent, mesh.matrix_parent_inverse.copy()
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE":
            copy = flat.modifiers.new(modifier.name, "ARMATURE")
            copy.object = modifier.object
            copy.use_deform_preserve_volume = modifier.use_deform_preserve_volume
    laid = flat.modifiers.new("Laid on the floor", "NODES")
    laid.node_group = _laid_flat(light, _dark())
    return flat


def _dark() -> bpy.types.Material:
    material = bpy.data.materials.new("Shadow")
    material.diffuse_color = (0.0, 0.0, 0.0, 1.0)
    tree = with_nodes(material)
    tree.nodes.clear()
    shine, out = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    shine.inputs["Color"].default_value = (0.0, 0.0, 0.0, 1.0)
    tree.links.new(shine.outputs[0], out.inputs["Surface"])
    return material


def _laid_flat(light: bpy.types.Object, material: bpy.types.Material) -> bpy.types.NodeTree:
    """Makes nodes that move every point along the light's z axis down to the floor."""
    tree = bpy.data.node_groups.new("Laid on the floor", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    made = tree.nodes.new
    start, end = made("NodeGroupInput"), made("NodeGroupOutput")
    put, position, split = (
        made("GeometryNodeSetPosition"),
        made("GeometryNodeInputPosition"),
        made("ShaderNodeSeparateXYZ"),
    )
    found, way, parts = made("GeometryNodeObjectInfo"), made("ShaderNodeVectorRotate"), made("ShaderNodeSeparateXYZ")
    above, share, back = made("ShaderNodeMath"), made("ShaderNodeMath"), made("ShaderNodeVectorMath")
    down, dress = made("ShaderNodeVectorMath"), made("GeometryNodeSetMaterial")
    found.transform_space = "RELATIVE"
    found.inputs["Object"].default_value = light
    way.rotation_type = "EULER_XYZ"
    way.inputs["Vector"].default_value = (0.0, 0.0, 1.0)
    above.operation, above.inputs[1].default_value = "SUBTRACT", _ABOVE
    share.operation = "DIVIDE"
    back.operation, down.operation = "SCALE", "SUBTRACT"
    dress.inputs["Material"].default_value = material
    link = tree.links.new
    link(found.outputs["Rotation"], way.inputs["Rotation"])
    link(way.outputs[0], parts.inputs[0])
    link(position.outputs[0], split.inputs[0])
    link(split.outputs["Z"], above.inputs[0])
    link(above.outputs[0], share.inputs[0])
    link(parts.outputs["Z"], share.inputs[1])
    link(way.outputs[0], back.inputs[0])
    link(share.outputs[0], back.inputs["Scale"])
    link(position.outputs[0], down.inputs[0])
    link(back.outputs[0], down.inputs[1])
    link(start.outputs[0], put.inputs["Geometry"])
    link(down.outputs[0], put.inputs["Position"])
    link(put.outputs[0], dress.inputs["Geometry"])
    link(dress.outputs[0], end.inputs[0])
    return tree
