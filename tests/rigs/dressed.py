"""Puts the open body's skin on any rig, in the rig's proportions, so that pictures show a person and not bones."""

from __future__ import annotations

import bpy
import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion

_FACE = JOINTS[22:25]  # the jaw and the eyes, which go with the head: those of Rigify look at something
_LIMBS = {"hip": "knee", "knee": "ankle", "shoulder": "elbow", "elbow": "wrist"}


def dressed(rig: bpy.types.Object, head: float = 1.0) -> bpy.types.Object:
    """A skin that the bones of `rig` deform, as its child. head: how much larger than the body's the head is.

    The rig is keyed in SMPL-X's T-pose, for which the skin is made, and its rest is computed from there, so that any
    rest pose will do. The rig is left at rest.
    """
    body, target = Body.load(), target_of(rig)
    bones, weights = _bones(rig, body)
    key_motion(rig, Motion(np.tile([1.0, 0, 0, 0], (2, 55, 1)), np.zeros((2, 3)), 30), "T-pose")
    bpy.context.scene.frame_set(1)
    pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    moved = np.array([pose[name].matrix @ rig.data.bones[name].matrix_local.inverted() for name in bones])
    posed = _proportioned(body, target.rest_joints, head) @ target.axes.T * target.scale
    blended = np.einsum("vb,bij->vij", weights, moved)
    rest = np.linalg.solve(blended[:, :3, :3], (posed - blended[:, :3, 3])[..., None])[..., 0]
    rig.animation_data.action = None
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    return _skin(rig, rest, bones, weights)


def _bones(rig: bpy.types.Object, body: Body) -> tuple[list[str], np.ndarray]:
    """The bones that deform the skin, and (V, bones) weights; a joint without one is moved by the next above."""
    target = target_of(rig)
    pairs = target.found.reads or target.rig.pairs
    owner = {}
    for joint, name in enumerate(JOINTS):  # parents first
        owner[joint] = pairs[name][0] if name in pairs and name not in _FACE else owner[PARENTS[joint]]
    bones = list(dict.fromkeys(owner.values()))
    weights = np.zeros((len(body.template), len(bones)))
    for joint in range(len(JOINTS)):
        weights[:, bones.index(owner[joint])] += body.weights[:, joint]
    return bones, weights


def _proportioned(body: Body, joints: np.ndarray, head: float) -> np.ndarray:
    """(V, 3) the body's skin in a T-pose with other joints (55, 3): limbs as long, the trunk as large as theirs."""
    own = body.joints()
    trunk = (INDEX["pelvis"], INDEX["neck"])
    size = np.linalg.norm(np.subtract(*joints[list(trunk)])) / np.linalg.norm(np.subtract(*own[list(trunk)]))
    out = np.zeros_like(body.template, np.float64)
    for joint, name in enumerate(JOINTS):
        stretch = np.eye(3) * size * (head if name in ("head", *_FACE) else 1.0)
        side, _, part = name.partition("_")
        if part in _LIMBS:
            end = INDEX[f"{side}_{_LIMBS[part]}"]
            way = own[end] - own[joint]
            long = np.linalg.norm(way)
            ratio = np.linalg.norm(joints[end] - joints[joint]) / long
            stretch += (ratio - size) * np.outer(way, way) / long**2
        anchor = INDEX["head"] if name in _FACE else joint
        out += body.weights[:, joint, None] * (joints[anchor] + (body.template - own[anchor]) @ stretch.T)
    return out


def _skin(rig: bpy.types.Object, rest: np.ndarray, bones: list[str], weights: np.ndarray) -> bpy.types.Object:
    """The body's mesh with other vertices and weights, deformed by `rig`."""
    source = add_body(Body.load())
    (skin,) = source.children
    bpy.context.view_layer.objects.active = rig
    bpy.data.objects.remove(source)
    skin.shape_key_clear()
    skin.data.vertices.foreach_set("co", np.ascontiguousarray(rest, np.float32).ravel())
    skin.vertex_groups.clear()
    for number, name in enumerate(bones):
        rig.data.bones[name].use_deform = True  # Rigify's own deform bones only follow what a motion is read from
        group = skin.vertex_groups.new(name=name)
        for vertex in np.flatnonzero(weights[:, number] > 1e-4):
            group.add([int(vertex)], float(weights[vertex, number]), "REPLACE")
    skin.parent = rig
    skin.matrix_parent_inverse.identity()
    skin.modifiers[0].object = rig
    skin.data.update()
    return skin
