"""Adds a body that wears what a photo shows."""

from __future__ import annotations

import bpy
import numpy as np

from ...core.body import Body
from ...photo.terms import Dressed
from ..armature import add_body
from ..bones import BLENDER_AXES
from ..materials import with_nodes
from ..stage import meshes_of


def add_dressed(body: Body, dressed: Dressed, name: str) -> bpy.types.Object:
    """Adds `body`, in its own shape, with the clothes of a photo. Returns the armature, active and selected.

    The colours are those of the photo, light included: the material shines by itself, so that every renderer shows
    them as they are. The picture is packed into the file. Raises what `add_body` raises.
    """
    armature = add_body(body, name=name)
    (mesh,) = meshes_of(armature)
    _move(mesh, dressed.offsets)
    _unwrap(mesh.data, dressed.uv)
    image = add_image(f"{name} clothes", dressed.texture)
    material = _shining(f"{name} clothes", image)
    plain = list(mesh.data.materials)
    mesh.data.materials.clear()
    mesh.data.materials.append(material)
    mesh.data.polygons.foreach_set("material_index", np.zeros(len(mesh.data.polygons), np.int32))
    bpy.data.batch_remove([one for one in plain if not one.users])
    mesh.data.update()
    return armature


def add_image(name: str, pixels: np.ndarray) -> bpy.types.Image:
    """Makes an image of pixels (H, W, 3) uint8 sRGB, rows from the top, that is kept in the file."""
    height, width, _ = pixels.shape
    image = bpy.data.images.new(name, width, height, alpha=False)
    set_pixels(image, pixels)
    return image


def set_pixels(image: bpy.types.Image, pixels: np.ndarray) -> None:
    """Puts other pixels (H, W, 3) uint8 into an image of `add_image`, of another size if need be."""
    height, width, _ = pixels.shape
    if tuple(image.size) != (width, height):
        image.scale(width, height)
    flat = np.ones((height, width, 4), np.float32)
    np.divide(pixels[::-1], np.float32(255), out=flat[..., :3])
    image.pixels.foreach_set(flat.ravel())
    image.update()
    image.pack()


def _move(mesh: bpy.types.Object, offsets: np.ndarray) -> None:
    """Adds offsets (V, 3) at rest, along SMPL-X's axes, to the mesh and to each of its shape keys."""
    moved = np.ascontiguousarray(offsets @ BLENDER_AXES.T, np.float32).ravel()
    keys = mesh.data.shape_keys
    for block in (mesh.data.vertices, *(key.data for key in (keys.key_blocks if keys else ()))):
        flat = np.empty_like(moved)
        block.foreach_get("co", flat)
        block.foreach_set("co", flat + moved)


def _unwrap(mesh: bpy.types.Mesh, uv: np.ndarray) -> None:
    layer = mesh.uv_layers.new(name="Photo")
    layer.data.foreach_set("uv", np.ascontiguousarray(uv, np.float32).ravel())
    mesh.uv_layers.active = layer


def _shining(name: str, image: bpy.types.Image) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    tree = with_nodes(material)
    tree.nodes.clear()
    picture, shine = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeEmission")
    out = tree.nodes.new("ShaderNodeOutputMaterial")
    picture.image = image
    tree.links.new(picture.outputs["Color"], shine.inputs["Color"])
    tree.links.new(shine.outputs[0], out.inputs["Surface"])
    for node, x in ((picture, -300), (shine, 0), (out, 200)):
        node.location.x = x
    tree.nodes.active = picture  # which Workbench shows
    return material
