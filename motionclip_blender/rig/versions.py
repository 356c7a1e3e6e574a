"""Handles all differences between Blender 4.2, 4.3, 4.5 and 5.0, so that the rest of `rig` never checks the version.

Since 4.4 an Action holds its F-curves per slot (layers, strips, channelbags); 5.0 removed `action.fcurves`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy

SLOTS = bpy.app.version >= (4, 4, 0)
COMPOSITOR_MATH = "ShaderNodeMath" if bpy.app.version >= (5, 0, 0) else "CompositorNodeMath"
EEVEE = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"


@dataclass(frozen=True)
class NewAction:
    """An Action under construction for one object, and the slot for its F-curves."""

    action: bpy.types.Action
    slot: object | None

    @classmethod
    def create(cls, name: str, owner: bpy.types.Object) -> NewAction:
        """Makes an empty Action that can be assigned to `owner`. Does not change `owner`."""
        action = bpy.data.actions.new(name)
        if not SLOTS:
            action.id_root = "OBJECT"
            return cls(action, None)
        slot = action.slots.new(id_type="OBJECT", name=owner.name)
        action.layers.new("Layer").strips.new(type="KEYFRAME").channelbag(slot, ensure=True)
        return cls(action, slot)

    @classmethod
    def of(cls, action: bpy.types.Action, owner: bpy.types.Object) -> NewAction:
        """Wraps an Action that `owner` uses, so that F-curves can be added to it."""
        return cls(action, owner.animation_data.action_slot if SLOTS else None)

    @property
    def curves(self) -> list[bpy.types.FCurve]:
        """The F-curves that are there."""
        if not SLOTS:
            return list(self.action.fcurves)
        bag = _bag(self.action, self.slot)
        return list(bag.fcurves) if bag else []

    def group(self, name: str, curves: list[tuple[str, int]]) -> list[bpy.types.FCurve]:
        """Adds and returns empty F-curves in the group called `name`. curves: (data path, array index) of each."""
        if not SLOTS:
            return [self.action.fcurves.new(path, index=i, action_group=name) for path, i in curves]
        bag = _bag(self.action, self.slot)
        group = bag.groups.get(name) or bag.groups.new(name)
        made = [bag.fcurves.new(path, index=i) for path, i in curves]
        for curve in made:
            curve.group = group
        return made

    def assign(self, owner: bpy.types.Object) -> None:
        """Assigns the Action to `owner`."""
        data = owner.animation_data or owner.animation_data_create()
        data.action = self.action
        if SLOTS:
            data.action_slot = self.slot


@dataclass(frozen=True)
class Assignment:
    """The Action that an object has, to be restored after a failure."""

    had_data: bool
    action: bpy.types.Action | None
    slot: object | None

    @classmethod
    def of(cls, owner: bpy.types.Object) -> Assignment:
        """Returns the object's present assignment."""
        data = owner.animation_data
        if data is None:
            return cls(False, None, None)
        return cls(True, data.action, data.action_slot if SLOTS else None)

    def restore(self, owner: bpy.types.Object) -> None:
        """Assigns the Action to `owner` again."""
        if owner.animation_data is None:
            return
        if not self.had_data:
            owner.animation_data_clear()
            return
        owner.animation_data.action = self.action
        if SLOTS and self.action is not None:
            owner.animation_data.action_slot = self.slot


def _bag(action: bpy.types.Action, slot: object):
    """Returns the channelbag of a slot, if it has one."""
    for layer in action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(slot)
            if bag is not None:
                return bag
    return None


def _slots(action: bpy.types.Action, owner: bpy.types.Object | None) -> Iterator[object]:
    """Yields the Action's slots, the likeliest for `owner` first: the one in use, one of its name, any for objects."""
    data = owner.animation_data if owner is not None else None
    used = data.action_slot if data is not None and data.action == action else None
    wanted = {used.identifier if used else None: 0, f"OB{owner.name}" if owner is not None else "": 1}
    kind = owner.id_type if owner is not None else "OBJECT"
    fitting = [slot for slot in action.slots if slot.target_id_type in (kind, "UNSPECIFIED")]
    yield from sorted(fitting, key=lambda slot: wanted.get(slot.identifier, 2))


def slot_for(action: bpy.types.Action, owner: bpy.types.Object) -> object | None:
    """Returns the slot of `action` for `owner`; None if it has none, and before 4.4."""
    return next(_slots(action, owner), None) if SLOTS else None


def slot_named(action: bpy.types.Action, owner: bpy.types.Object) -> object | None:
    """Returns the slot of `action` that is named after `owner`; None if it has none, and before 4.4."""
    return next((slot for slot in action.slots if slot.identifier == f"OB{owner.name}"), None) if SLOTS else None


def fits(action: bpy.types.Action, owner: bpy.types.Object) -> bool:
    """Checks whether `action` is for data-blocks of the owner's kind."""
    return slot_for(action, owner) is not None if SLOTS else action.id_root == owner.id_type


def fcurves_of(action: bpy.types.Action, owner: bpy.types.Object | None, prefix: str) -> list[bpy.types.FCurve]:
    """Returns the Action's F-curves for `owner` whose data path starts with `prefix`; empty if it has none.

    An Action with several slots gives the curves of one: the slot that `owner` uses, else the slot named after it, else
    the first one with such curves. owner: None if nothing uses the Action yet.
    """
    if not SLOTS:
        return [curve for curve in action.fcurves if curve.data_path.startswith(prefix)]
    for slot in _slots(action, owner):
        bag = _bag(action, slot)
        curves = [curve for curve in bag.fcurves if curve.data_path.startswith(prefix)] if bag else []
        if curves:
            return curves
    return []


def is_muted(curve: bpy.types.FCurve) -> bool:
    """Checks whether a curve is muted. A muted group mutes its curves only before Actions had slots."""
    return curve.mute or (not SLOTS and curve.group is not None and curve.group.mute)


def is_selected(bone: bpy.types.PoseBone) -> bool:
    """Checks whether a pose bone is selected; since 5.0 the pose bone knows it, before that its armature's bone."""
    return bool(bone.select if hasattr(bone, "select") else bone.bone.select)


def has_operator(name: str) -> bool:
    """Checks whether this Blender has an operator, such as "export_scene.fbx", whose add-on may be off."""
    module, own = name.split(".")
    try:
        getattr(getattr(bpy.ops, module), own).get_rna_type()
    except (KeyError, AttributeError):
        return False
    return True


def strips_of(editor: bpy.types.SequenceEditor):
    """Returns the sequencer's strips, which were called sequences up to 4.3; 5.0 has only the new name."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def set_video_output(settings: bpy.types.ImageFormatSettings) -> None:
    """Sets the render output to a film; since 5.0 the media type must be set before the file format."""
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def compositor_of(scene: bpy.types.Scene, new: bool = True) -> tuple[bpy.types.NodeTree, bpy.types.NodeSocket]:
    """Returns a scene's compositor and the socket that takes the finished picture. new: whether it is made anew, empty.

    Since 5.0 it is a node group of its own, which ends in a group output.
    """
    if bpy.app.version >= (5, 0, 0):
        if new:
            tree = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
            tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
            return tree, tree.nodes.new("NodeGroupOutput").inputs[0]
        tree = scene.compositing_node_group
        return tree, next(node for node in tree.nodes if node.bl_idname == "NodeGroupOutput").inputs[0]
    scene.use_nodes = True
    tree = scene.node_tree
    if new:
        tree.nodes.clear()
        return tree, tree.nodes.new("CompositorNodeComposite").inputs[0]
    return tree, next(node for node in tree.nodes if node.bl_idname == "CompositorNodeComposite").inputs[0]


def set_blur(node: bpy.types.Node, radius: int) -> None:
    """Sets a compositor's blur to a Gaussian of some pixels. Since 4.5 the size is an input, since 5.0 the kind too."""
    if "Size" in node.inputs and node.inputs["Size"].type == "VECTOR":
        node.inputs["Size"].default_value = (radius,) * len(node.inputs["Size"].default_value)
    else:
        node.size_x = node.size_y = radius
    if hasattr(node, "filter_type"):
        node.filter_type = "GAUSS"
    elif "Type" in node.inputs:
        node.inputs["Type"].default_value = "Gaussian"


def all_curves(action: bpy.types.Action, owner: bpy.types.ID) -> list[bpy.types.FCurve]:
    """Returns the F-curves of an Action that move `owner`, which need not be an object."""
    if not SLOTS:
        return list(action.fcurves)
    slot = owner.animation_data.action_slot
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        if (bag := strip.channelbag(slot)) is not None
        for curve in bag.fcurves
    ]
