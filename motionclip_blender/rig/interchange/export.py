"""Writes the motion of an armature as a file for other programs, by Blender's own exporters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
from mathutils import Matrix

from ...core.body import Body
from ...core.console import quiet
from ...core.engines import ENGINES, KIND_NAMES
from ...core.errors import UserError
from ...core.files import check_room, whole_path
from ...core.motion import Motion
from ..armature import add_body
from ..blendfile import empty_scene
from ..reports import reason_of
from ..stage import meshes_of
from ..timeline import scene_fps
from ..versions import fcurves_of, has_operator
from ..write_keys import key_motion
from . import bake
from .gltf_times import stretch_times
from .root_bone import add_root

_UNICODE = "allow_unicode"  # of the exporter for USD; older ones write "_" for every sign beyond ASCII
_OPERATORS = {
    "bvh": "export_anim.bvh", "fbx": "export_scene.fbx", "glb": "export_scene.gltf", "usd": "wm.usd_export"
}  # fmt: skip
_Y_UP = Matrix(((1, 0, 0, 0), (0, 0, 1, 0), (0, -1, 0, 0), (0, 0, 0, 1)))
_TIME = re.compile(rb"^Frame Time: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Wish:
    """How a motion is to be written.

    kind: a key of `FILE_KINDS`. engine: a key of `ENGINES`, or empty. root: one of `ROOTS`; empty for the engine's, or
    the hips. body: whether the meshes that the armature deforms are written too, where the format has meshes.
    """

    kind: str
    engine: str = ""
    root: str = ""
    body: bool = True

    @property
    def root_bone(self) -> bool:
        """Whether a root bone carries the way over the ground."""
        return (self.root or (ENGINES[self.engine].root if self.engine else "hips")) == "bone"


def check_exporter(kind: str) -> None:
    """Raises `UserError` if this Blender has no exporter for a kind of file."""
    if not has_operator(_OPERATORS[kind]):
        raise UserError(
            f"This Blender has no exporter for {KIND_NAMES[kind]}; enable it among the add-ons in the Preferences, or "
            "choose another kind of file."
        )


def write_file(body: Body, motion: Motion, name: str, path: Path, wish: Wish) -> None:
    """Writes a motion as a file, on `body` at its own rate. Raises what `export` raises.

    Clears all of Blender's data: use it only in a process that has no file of the user's open.
    """
    check_exporter(wish.kind)
    scene = empty_scene(motion)
    armature = add_body(replace(body, mean=None))
    for mesh in meshes_of(armature):
        mesh.shape_key_clear()  # of the body's own shape, which is the mesh itself; a file would be twice as large
    key_motion(armature, motion, name)
    export(scene, armature, range(1, len(motion) + 1), path, wish, name)


def export(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    frames: range,
    path: Path,
    wish: Wish,
    name: str,
) -> None:
    """Writes what `armature` does in `frames` of the scene, at the scene's rate, as a file. name: of the animation.

    The file is written whole or not at all. The scene, the armature and its meshes are changed: use it in a scene that
    is thrown away. Raises `UserError` where the exporter is missing or fails, and for what cannot have a root bone.
    """
    check_exporter(wish.kind)
    preset = ENGINES.get(wish.engine)
    fps = scene_fps(scene)
    baked = bake.sample(scene, armature, frames)
    if wish.root_bone:
        baked = add_root(armature, baked)
    bake.apply(armature, baked, name)
    if preset is not None and preset.armature:
        armature.name = armature.data.name = preset.armature
    scene.frame_start, scene.frame_end = frames[0], frames[-1]
    scene.frame_set(frames[0])
    chosen = [armature, *(meshes_of(armature) if wish.body and wish.kind != "bvh" else ())]
    _select(scene, chosen)
    write = {"bvh": _bvh, "fbx": _fbx, "glb": _gltf, "usd": _usd}[wish.kind]
    with whole_path(path) as target:
        try:
            with quiet():
                write(scene, target, wish, name)
        except RuntimeError as error:
            check_room(target)
            raise UserError(
                f"Blender's exporter for {KIND_NAMES[wish.kind]} failed ({reason_of(error)}); choose another kind of "
                "file."
            ) from error
        if not target.stat().st_size:
            raise UserError(
                f"Blender's exporter for {KIND_NAMES[wish.kind]} wrote nothing; choose another kind of file."
            )
        if wish.kind == "glb":
            whole_rate = max(1, round(fps))
            if whole_rate != fps:
                stretch_times(target, whole_rate / fps)
        elif wish.kind == "bvh":
            target.write_bytes(_TIME.sub(b"Frame Time: %.10g" % (1 / fps), target.read_bytes(), count=1))


def _call(kind: str, **settings: object) -> None:
    """Calls the exporter with those of the settings that this Blender's has."""
    module, name = _OPERATORS[kind].split(".")
    operator = getattr(getattr(bpy.ops, module), name)
    known = operator.get_rna_type().properties
    operator(**{key: value for key, value in settings.items() if key in known})


def _bvh(scene: bpy.types.Scene, target: Path, wish: Wish, name: str) -> None:
    armature = bpy.context.view_layer.objects.active
    # nearly all BVH files have +Y up, and Blender's exporter writes the armature's own axes
    place = armature.matrix_world.copy()
    armature.data.transform(_Y_UP @ place)
    armature.matrix_world = Matrix()
    armature.data.update_tag()  # otherwise the bones would be posed from their former rest
    size = place.median_scale
    if abs(size - 1) > 1e-6:
        _scale_locations(armature, size)
    _call("bvh", filepath=str(target), frame_start=scene.frame_start, frame_end=scene.frame_end)


def _rest_before(armature: bpy.types.Object, frame: int) -> None:
    """Keys the rest pose at a frame before all others."""
    for curve in fcurves_of(armature.animation_data.action, armature, "pose.bones["):
        unit = curve.data_path.endswith(".scale") or (curve.data_path.endswith("quaternion") and not curve.array_index)
        curve.keyframe_points.insert(frame, 1.0 if unit else 0.0, options={"FAST"})
        curve.update()


def _scale_locations(armature: bpy.types.Object, size: float) -> None:
    """Scales the keyed locations of all bones, after the bones themselves were."""
    for curve in fcurves_of(armature.animation_data.action, armature, "pose.bones["):
        if curve.data_path.endswith(".location"):
            for key in curve.keyframe_points:
                key.co[1] *= size


def _fbx(scene: bpy.types.Scene, target: Path, wish: Wish, name: str) -> None:
    # the exporter writes the present pose as the bones' own transforms, which are the rest pose of a skeleton without
    # a mesh
    _rest_before(bpy.context.view_layer.objects.active, scene.frame_start - 1)
    scene.frame_set(scene.frame_start - 1)
    _call(
        "fbx", filepath=str(target), check_existing=False, use_selection=True, object_types={"ARMATURE", "MESH"},
        add_leaf_bones=False, use_armature_deform_only=False, mesh_smooth_type="FACE", bake_anim=True,
        bake_anim_use_all_bones=True, bake_anim_use_nla_strips=False, bake_anim_use_all_actions=False,
        bake_anim_force_startend_keying=True, bake_anim_step=1.0, bake_anim_simplify_factor=0.0,
        **dict(ENGINES[wish.engine].fbx if wish.engine else ()),
    )  # fmt: skip


def _gltf(scene: bpy.types.Scene, target: Path, wish: Wish, name: str) -> None:
    scene.render.fps, scene.render.fps_base = max(1, round(scene_fps(scene))), 1.0
    _call(
        "glb", filepath=str(target), check_existing=False, export_format="GLB", use_selection=True,
        export_animations=True, export_animation_mode="ACTIVE_ACTIONS",
        export_nla_strips_merged_animation_name=name, export_frame_range=True,
        export_anim_slide_to_zero=True, export_force_sampling=True, export_optimize_animation_size=False,
        export_def_bones=False, export_yup=True, export_skins=True, export_rest_position_armature=True,
        export_cameras=False, export_lights=False, export_anim_single_armature=True,
    )  # fmt: skip


def _usd(scene: bpy.types.Scene, target: Path, wish: Wish, name: str) -> None:
    properties = bpy.ops.wm.usd_export.get_rna_type().properties
    _name_apart(bpy.context.view_layer.objects.active, r"\W" if _UNICODE in properties else r"[^A-Za-z0-9_]")
    _call(
        "usd", filepath=str(target), check_existing=False, selected_objects_only=True, export_animation=True,
        **{_UNICODE: True},
        export_armatures=True, only_deform_bones=False, export_hair=False, export_cameras=False, export_lights=False,
        export_textures=False, export_textures_mode="KEEP", convert_world_material=False,
    )  # fmt: skip


def _name_apart(armature: bpy.types.Object, refused: str) -> None:
    """Renames bones whose names would become one where the exporter writes "_" for what `refused`, a regular
    expression, matches; bones of one name make a file that no program reads."""
    taken: set[str] = set()
    for bone in armature.data.bones:
        plain = written = re.sub(refused, "_", bone.name)
        number = 0
        while written in taken:
            number += 1
            written = f"{plain}_{number}"
        taken.add(written)
        if number:
            bone.name = written


def _select(scene: bpy.types.Scene, chosen: Sequence[bpy.types.Object]) -> None:
    layer = bpy.context.view_layer
    for one in layer.objects:
        one.select_set(False)
    for one in chosen:
        if one.name not in layer.objects:
            scene.collection.objects.link(one)
        one.hide_viewport = False
        one.hide_set(False)
        one.select_set(True)
    layer.objects.active = chosen[0]
