"""Finds which bone of a control rig really turns with which, by turning each and looking.

Constraints and drivers of such rigs say otherwise than their hierarchy. The looking is done on a copy, in a scene of
its own, with the rig's switches set as a motion will key them.
"""

from __future__ import annotations

from collections.abc import Mapping

import bpy
import numpy as np
from mathutils import Matrix

from ..core.errors import UserError
from ..core.retarget.humanoid import SPINE, Humanoid
from ..core.retarget.source import RigMap
from ..core.skeleton import BODY_JOINTS
from .double import double_of, screened
from .timeline import scene_of

_TURN = (0.9238795, 0.2209424, 0.2209424, 0.2209424)  # 45 degrees about an axis that is none of a bone's own
_SAME = 0.02  # largest difference between two rotations' matrices that count as one
_MOVED = 0.03  # smallest difference from rest that counts as turned


def turns_with(
    armature: bpy.types.Object,
    person: Humanoid,
    switches: Mapping[str, Mapping[str, float]],
    reads: RigMap | None,
) -> dict[int, int]:
    """Returns bone -> the keyed bone with which it turns, for those that turn with one.

    switches: bone -> custom property -> value. reads: the bones that follow the controls.
    Raises `UserError` for a limb that does not follow its control, and for a bone that follows another in part.
    """
    bones = {joint: person.skeleton.bones[bone] for joint, bone in person.joints.items()}
    bones["pelvis mover"] = person.skeleton.bones[person.mover]
    followers = {joint: bone for joint, (bone, _, _) in (reads or {}).items() if joint in bones}
    turned = _looked(armature, list(dict.fromkeys(bones.values())), switches, list(followers.values()))
    for joint, follower in followers.items():
        own = turned[bones[joint]]
        if joint in BODY_JOINTS and joint not in SPINE and np.abs(own[follower] - own[bones[joint]]).max() > 10 * _SAME:
            raise UserError(
                f'The bone "{follower}" of "{armature.name}" does not follow its control "{bones[joint]}"; switch the '
                "rig to FK there, and mute what else holds it."
            )
    index = {name: i for i, name in enumerate(person.skeleton.bones)}
    with_whom: dict[int, int] = {}
    full = {
        bone: [
            other
            for other in turned
            if other != bone and np.abs(turned[other][bone] - turned[other][other]).max() < _SAME
        ]
        for bone in turned
    }
    for bone, others in full.items():
        partly = [
            other
            for other in turned
            if other != bone and other not in others and np.abs(turned[other][bone] - np.eye(3)).max() > _MOVED
        ]
        if partly and bone in {bones[joint] for joint in BODY_JOINTS if joint in bones}:
            raise UserError(
                f'The bone "{bone}" of "{armature.name}" turns with "{partly[0]}" only in part; set how it follows to '
                "all or nothing in the rig's own panel."
            )
        if others:
            with_whom[index[bone]] = index[max(others, key=lambda other: len(full[other]))]
    for joint in BODY_JOINTS:
        limb = person.joints.get(joint, person.mover)
        if not person.skeleton.same_tree(limb, person.mover) and not _carried(limb, person.mover, with_whom):
            raise UserError(
                f'Nothing carries the bone "{bones[joint]}" of "{armature.name}" with "{bones["pelvis mover"]}"; set '
                "in the rig's own panel that limbs follow the body."
            )
    return with_whom


def _carried(bone: int, mover: int, with_whom: Mapping[int, int]) -> bool:
    while bone in with_whom and bone != mover:
        bone = with_whom[bone]
    return bone == mover


def _looked(
    armature: bpy.types.Object,
    bones: list[str],
    switches: Mapping[str, Mapping[str, float]],
    followers: list[str],
) -> dict[str, dict[str, np.ndarray]]:
    """Returns, for each bone that was turned, by how much each bone and follower turned with it, (3, 3)."""
    double = double_of(armature)
    try:
        if double.animation_data is not None:
            double.animation_data.use_tweak_mode = False
            double.animation_data.action = None
            double.animation_data.use_nla = False
        pose = double.pose.bones
        for bone in pose:
            bone.matrix_basis = Matrix.Identity(4)
        for bone, values in switches.items():
            for name, value in values.items():
                if bone in pose and name in pose[bone]:
                    pose[bone][name] = type(pose[bone][name])(value)
        number = [pose.find(name) for name in (*bones, *followers)]
        flat = np.empty(16 * len(pose), np.float32)

        def turns(scene: bpy.types.Scene) -> np.ndarray:
            double.update_tag()
            layer = scene.view_layers[0]
            layer.update()
            double.evaluated_get(layer.depsgraph).pose.bones.foreach_get("matrix", flat)
            found = flat.reshape(-1, 4, 4)[number].transpose(0, 2, 1)[:, :3, :3].astype(np.float64)
            return found / np.linalg.norm(found, axis=-2, keepdims=True)

        out = {}
        with screened(double, scene_of(armature)) as scene:
            rest = turns(scene)
            for bone in bones:
                pose[bone].rotation_mode = "QUATERNION"
                pose[bone].rotation_quaternion = _TURN
                moved = turns(scene) @ rest.transpose(0, 2, 1)
                out[bone] = dict(zip((*bones, *followers), moved, strict=True))
                pose[bone].rotation_quaternion = (1, 0, 0, 0)
        return out
    finally:
        bpy.data.objects.remove(double)
