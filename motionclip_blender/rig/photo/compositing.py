"""Puts the rendered person and shadow over a photo's background, by compositor nodes that stay in the file."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..versions import COMPOSITOR_MATH, compositor_of, set_blur

PERSON, SHADOW = "Person", "Shadow"
"""The view layers."""

MOVED = "Moved picture"
DARKNESS = "Shadow darkness"
_SOFT = 0.006  # radius of the shadow's soft edge, as a part of the picture's height


def compose(scene: bpy.types.Scene, background: bpy.types.Image, darkness: float) -> None:
    """Sets up the scene's compositor: background, darkened where the view layer `SHADOW` is, with `PERSON` over it.

    Where both are empty, pixels are those of the background. darkness: 0..1.
    """
    tree, out = compositor_of(scene)
    made, link = tree.nodes.new, tree.links.new
    picture, moved = made("CompositorNodeImage"), made("CompositorNodeTranslate")
    person, shadow = made("CompositorNodeRLayers"), made("CompositorNodeRLayers")
    soft, dark, over = made("CompositorNodeBlur"), made(COMPOSITOR_MATH), made("CompositorNodeAlphaOver")
    shaded, smooth = made("CompositorNodeAlphaOver"), made("CompositorNodeAntiAliasing")
    picture.image = background
    person.scene = shadow.scene = scene
    person.layer, shadow.layer = PERSON, SHADOW
    set_blur(soft, max(1, round(_SOFT * scene.render.resolution_y)))
    dark.operation, dark.inputs[1].default_value = "MULTIPLY", darkness
    moved.name = moved.label = MOVED
    dark.name = dark.label = DARKNESS
    link(picture.outputs["Image"], moved.inputs["Image"])
    link(shadow.outputs["Alpha"], soft.inputs["Image"])
    link(soft.outputs[0], dark.inputs[0])
    link(dark.outputs[0], _factor(over))
    link(moved.outputs[0], _images(over)[0])
    _images(over)[1].default_value = (0.0, 0.0, 0.0, 1.0)
    link(person.outputs["Image"], smooth.inputs["Image"])
    link(over.outputs[0], _images(shaded)[0])
    link(smooth.outputs[0], _images(shaded)[1])
    link(shaded.outputs[0], out)
    for place, node in enumerate((picture, moved, shadow, soft, dark, over, person, smooth, shaded)):
        node.location = (220 * (place % 6), -320 * (place // 6))


def _images(node: bpy.types.Node) -> list[bpy.types.NodeSocket]:
    """Returns the two colours that a node lays over each other, the lower one first."""
    return [socket for socket in node.inputs if socket.type == "RGBA"]


def _factor(node: bpy.types.Node) -> bpy.types.NodeSocket:
    return next(socket for socket in node.inputs if socket.name in ("Fac", "Factor"))


def background_of(scene: bpy.types.Scene) -> bpy.types.Image:
    """Returns the background's image."""
    tree, _ = compositor_of(scene, new=False)
    return next(node for node in tree.nodes if node.bl_idname == "CompositorNodeImage").image


def key_places(scene: bpy.types.Scene, frames: Sequence[int], places: Sequence[Sequence[float]]) -> None:
    """Keys by how many pixels right and up the background lies in each frame."""
    tree, _ = compositor_of(scene, new=False)
    node = tree.nodes[MOVED]
    tree.animation_data_clear()
    still = all(tuple(place) == tuple(places[0]) for place in places)
    for axis, name in enumerate("XY"):
        socket = node.inputs[name]
        for frame, place in list(zip(frames, places, strict=True))[: 1 if still else None]:
            socket.default_value = float(place[axis])
            if not still:
                socket.keyframe_insert("default_value", frame=frame)
    if tree.animation_data is not None and tree.animation_data.action is not None:
        make_stepped(tree.animation_data.action, tree)


def make_stepped(action: bpy.types.Action, owner: bpy.types.ID) -> None:
    """Lets every key hold until the next one: between frames of a film there is nothing."""
    from ..versions import all_curves

    for curve in all_curves(action, owner):
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
