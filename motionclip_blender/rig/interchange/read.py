"""Reads clips of foreign skeletons from BVH, glTF and FBX files with Blender's own importers.

Every function replaces the open Blender file: use them only in a process that has no file of the user's open.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ...core import rotations as rot
from ...core.clip_files.bvh_text import checked_bvh
from ...core.clip_files.gltf import OWN_TRANSFORMS, trimmed
from ...core.clip_files.rest_frames import added_rest_frames, at_rest
from ...core.console import quiet
from ...core.errors import UserError
from ...core.retarget.source import SourceClip
from .. import versions
from ..reports import reason_of

FPS = 30.0
_REST_FRAMES = 3  # most frames for which an added rest pose may be held
_LEAP = 0.15  # of the body's size: farther than a hand moves in a thirtieth of a second, except out of an added pose

# Blender (Z up, facing -Y) to SMPL-X (Y up, facing +Z)
_TO_SMPLX = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def read_gltf(
    path: Path, skips: Callable[[str], bool] = lambda name: False, at: float = FPS
) -> Iterator[tuple[str, SourceClip]]:
    """Yields (name, clip at `at` frames per second) of every animation of a skeleton that `skips` doesn't reject by
    name; of several skeletons the name begins with the skeleton's.

    Animations of a single pose, and those that move no bone (but a face, a ball, a camera), are left out. Movements of
    the nodes above the bones count as the person's.
    """
    with trimmed(path, skips) as gltf:
        file = gltf.file if gltf else path
        armatures = _imported(path, lambda: bpy.ops.import_scene.gltf(filepath=str(file)), at)
    rate = bpy.context.scene.render.fps  # by which the importer has placed the keys
    read = False
    for track, name in sorted(gltf.animations.items(), key=lambda item: item[1]) if gltf else ():
        for armature in armatures:
            _show(armature, OWN_TRANSFORMS)
            bpy.context.scene.frame_set(0)
            rest_world = np.array(armature.matrix_world)
            idle = _sample(armature, np.zeros(1)).rotations[0]
            _show(armature, track)
            if armature.animation_data is None or armature.animation_data.action is None:
                continue  # the animation is another skeleton's
            first, last = armature.animation_data.action.frame_range
            if last - first >= 2:
                read = True
                times = np.arange(first, last + 0.5 * min(1.0, rate / at), rate / at)
                clip = replace(_sample(armature, times, rest_world), idle=idle, fps=at)
                yield _called(name, armature, armatures), clip
    if not read and not (gltf and gltf.skipped):
        raise UserError(f"{path.name} holds no animation of its skeleton; export it with its animations.")


def _called(name: str, armature: bpy.types.Object, armatures: Sequence[bpy.types.Object]) -> str:
    """Returns the name of a clip: with its skeleton's, where there are several."""
    return name if len(armatures) == 1 else f"{armature.name} {name}"


def _show(armature: bpy.types.Object, track: str) -> None:
    """Assigns the Actions of one of the importer's tracks to the armature and to the objects above it."""
    thing = armature
    while thing is not None:
        data = thing.animation_data
        strips = [strip for t in data.nla_tracks if t.name == track for strip in t.strips] if data else []
        if strips:
            versions.NewAction(strips[0].action, strips[0].action_slot if versions.SLOTS else None).assign(thing)
        elif data:
            data.action = None
        thing = thing.parent


def read_fbx(path: Path, at: float = FPS) -> Iterator[tuple[str, SourceClip]]:
    """Yields (name, clip at `at` frames per second) of every animation of a skeleton; those of a single pose are left
    out. Of several skeletons the name begins with the skeleton's.

    Movements of the nodes above the bones count as the person's where Blender's importer keeps them with the bones'.
    """
    new = versions.has_operator("wm.fbx_import")
    importer = bpy.ops.wm.fbx_import if new else bpy.ops.import_scene.fbx
    armatures = _imported(path, lambda: importer(filepath=str(path)), at)
    render = bpy.context.scene.render
    # the importer has set the file's rate; the older one, in Python, places keys by its whole part
    rate = render.fps / render.fps_base if new else float(render.fps)
    read = False
    for armature in armatures:
        _assign(armature, None)
        rest_world = np.array(armature.matrix_world)
        idle = _sample(armature, np.zeros(1)).rotations[0]
        for action in sorted(bpy.data.actions, key=lambda action: action.name):
            if not _is_of(action, armature, armatures):
                continue
            _assign(armature, action)
            first, last = action.frame_range
            if last - first >= rate / at:
                read = True
                name = action.name.removeprefix(f"{armature.name}|").removeprefix(f"{armature.name}|")
                times = np.arange(first, last + 0.5 * min(1.0, rate / at), rate / at)
                clip = replace(_sample(armature, times, rest_world), idle=idle, fps=at)
                yield _called(name, armature, armatures), clip
    if not read:
        raise UserError(f"{path.name} holds no animation of its skeleton; export it with its animations.")


def _is_of(action: bpy.types.Action, armature: bpy.types.Object, armatures: Sequence[bpy.types.Object]) -> bool:
    """Checks whether an Action of the FBX importer, which names it after its skeleton, moves an armature's bones."""
    if not versions.fcurves_of(action, armature, "pose.bones["):
        return False
    named = [one for one in armatures if action.name.startswith(f"{one.name}|")]
    return not named or armature == max(named, key=lambda one: len(one.name))


def _assign(armature: bpy.types.Object, action: bpy.types.Action | None) -> None:
    """Assigns an Action of the FBX importer to the armature, and to the objects above it that it moves too."""
    thing = armature
    while thing is not None:
        slot = versions.slot_named(action, thing) if action is not None else None
        if action is not None and (thing == armature or slot is not None):
            versions.NewAction(action, slot or versions.slot_for(action, thing)).assign(thing)
        elif thing.animation_data is not None:
            thing.animation_data.action = None
        thing = thing.parent


def read_bvh(path: Path, fps: float | None = None, rest_frame: bool | None = False, at: float = FPS) -> SourceClip:
    """Reads the clip at `at` frames per second.

    fps: the true rate, where the file's own is wrong. rest_frame: True: the first frame is an added rest pose and is
    dropped; None: added frames of the rest pose are searched for; False: there are none.
    The ends of limbs are bones too, called after the last joint: "forearm.L_end" where the file has no hand.
    """
    text, names, rate = checked_bvh(path, fps)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.bvh"
        file.write_text(text, encoding="utf-8", newline="\n")
        (armature,) = _imported(
            path,
            lambda: bpy.ops.import_anim.bvh(
                filepath=str(file), use_fps_scale=False, update_scene_fps=False, update_scene_duration=False
            ),
        )
    start, last = armature.animation_data.action.frame_range
    first = start
    if rest_frame:
        first += 1
    elif rest_frame is None and at_rest(_sample(armature, np.array([first])))[0]:
        first += added_rest_frames(replace(_sample(armature, np.arange(first, last + 0.5)[: int(3 * rate)]), fps=rate))
    clip = _between_frames(armature, np.arange(first, last + 1e-6, rate / at), at)
    named = tuple(names[int(number)] for number in clip.bones)
    clip = replace(clip, bones=named, begins=float(first - start) / rate)
    lengths = {names[int(bone.name)]: bone.length for bone in armature.data.bones if not bone.children}
    return _with_ends(_without_rest_pose(clip) if rest_frame else clip, lengths)


def _with_ends(clip: SourceClip, lengths: dict[str, float]) -> SourceClip:
    """Returns the clip with a bone at the end of each of those named, which turns with it. lengths: of the bones."""
    ends = [(clip.bones.index(bone), long) for bone, long in lengths.items() if f"{bone}_end" not in clip.bones]
    at = [bone for bone, _ in ends]
    along = np.array([(0.0, long, 0.0) for _, long in ends]).reshape(-1, 3, 1)

    def tails(heads: np.ndarray, rotations: np.ndarray) -> np.ndarray:
        return heads[..., at, :] + (rot.quat_to_matrix(rotations[..., at, :]) @ along)[..., 0]

    return replace(
        clip,
        bones=clip.bones + tuple(f"{clip.bones[bone]}_end" for bone in at),
        rest_heads=np.concatenate((clip.rest_heads, tails(clip.rest_heads, clip.rest_rotations))),
        rest_rotations=np.concatenate((clip.rest_rotations, clip.rest_rotations[at])),
        heads=np.concatenate((clip.heads, tails(clip.heads, clip.rotations)), axis=1),
        rotations=np.concatenate((clip.rotations, clip.rotations[:, at]), axis=1),
    )


def _without_rest_pose(clip: SourceClip) -> SourceClip:
    """Drops the frames before the first leap, because some files hold the added rest pose for several frames."""
    places = clip.heads[: _REST_FRAMES + 2] - clip.heads[: _REST_FRAMES + 2, :1]
    size = np.ptp(clip.rest_heads, axis=0).max()
    leaps = np.linalg.norm(np.diff(places, axis=0), axis=-1).max(axis=1) > _LEAP * size
    start = int(np.flatnonzero(leaps)[-1]) + 1 if leaps.any() else 0
    return replace(
        clip, heads=clip.heads[start:], rotations=clip.rotations[start:], begins=clip.begins + start / clip.fps
    )


def _imported(path: Path, importer: Callable[[], object], at: float = FPS) -> list[bpy.types.Object]:
    """Imports a file into an empty scene of about `at` frames per second, and returns its armatures by their names."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = max(1, round(at))  # the glTF importer places keys at the scene's rate
    with quiet():  # Blender prints the traceback of a failing importer, whose last line our message repeats
        try:
            importer()
        except RuntimeError as error:  # operators fail with a RuntimeError
            raise UserError(f"{path.name} cannot be read by Blender ({reason_of(error)}); export it again.") from error
    armatures = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    if not armatures:
        raise UserError(
            f"{path.name} holds 0 skeletons: nothing is skinned in it; export the person with its armature."
        )
    for mesh in [o for o in bpy.data.objects if o.type == "MESH"]:  # skinning them would cost time for nothing
        bpy.data.objects.remove(mesh)
    for armature in armatures:
        _disconnect(armature)
    return sorted(armatures, key=lambda armature: armature.name)


def _disconnect(armature: bpy.types.Object) -> None:
    """Lets all bones move: importers connect those that rest where their parent ends, and these then stay there,
    whatever a file says; hips too, which carry a person's way."""
    if not any(bone.use_connect for bone in armature.data.bones):
        return
    bpy.context.view_layer.objects.active = armature
    armature.hide_viewport = False
    armature.hide_set(False)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in armature.data.edit_bones:
        bone.use_connect = False
    bpy.ops.object.mode_set(mode="OBJECT")


def _sample(armature: bpy.types.Object, times: np.ndarray, rest_world: np.ndarray | None = None) -> SourceClip:
    """Samples the armature at frames `times`.

    rest_world: (4, 4) of the armature at rest, where it is animated itself.
    """
    bones = armature.data.bones
    world = np.array(armature.matrix_world) if rest_world is None else rest_world
    rest = np.array([world @ np.array(bone.matrix_local) for bone in bones])
    posed = np.empty((len(times), len(bones), 4, 4))
    scene = bpy.context.scene
    worlds = np.empty((len(times), 1, 4, 4))
    pose = [armature.pose.bones[bone.name] for bone in bones]
    for t, time in enumerate(times):
        scene.frame_set(int(time), subframe=float(time % 1))
        posed[t] = [bone.matrix for bone in pose]
        worlds[t] = armature.matrix_world
    posed = worlds @ posed
    return SourceClip(
        bones=tuple(bone.name for bone in bones),
        rest_heads=rest[:, :3, 3] @ _TO_SMPLX.T,
        rest_rotations=_rotation(rest),
        heads=posed[..., :3, 3] @ _TO_SMPLX.T,
        rotations=_rotation(posed),
        fps=FPS,
    )


def _between_frames(armature: bpy.types.Object, times: np.ndarray, fps: float) -> SourceClip:
    """Samples a BVH file's clip at `times` (T,), in the file's frames, which may be fractional; `fps` is their rate.

    Blender is only asked for whole frames, because it interpolates from 179 degrees to -179 the wrong way round.
    """
    whole, at = np.unique(np.stack((np.floor(times + 1e-6), np.ceil(times - 1e-6))), return_inverse=True)
    left, right = at.reshape(2, -1)
    sampled = _sample(armature, whole)
    share = np.where(right > left, times - whole[left], 0.0)
    return replace(sampled.at(left + share, fps), y_up=False)


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """Returns world quaternions in SMPL-X's axes of matrices (..., 4, 4), which may include scale."""
    m = _TO_SMPLX @ matrices[..., :3, :3]
    # bones that an animation scales to zero have no axes; they count as unrotated
    m = m / np.maximum(np.linalg.norm(m, axis=-2, keepdims=True), 1e-9)
    return rot.matrix_to_quat(m)
