"""Makes materials of a single colour."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np


def plain_material(name: str, colour: Sequence[float] | np.ndarray, roughness: float = 1.0) -> bpy.types.Material:
    """Makes a material of one colour (linear RGB) that is the same in the viewport, Workbench, EEVEE and Cycles."""
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*colour, 1.0)
    shader = next(node for node in with_nodes(material).nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    return material


def with_nodes(block: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """Returns the nodes of a material or world. Since 5.0 they exist from the start, and switching them on warns."""
    if block.node_tree is None:
        block.use_nodes = True
    return block.node_tree
