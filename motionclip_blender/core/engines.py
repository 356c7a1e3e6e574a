"""Names the kinds of files that motions are written as for other programs, and how game engines want them."""

from __future__ import annotations

from dataclasses import dataclass

FILE_KINDS = {"bvh": ".bvh", "fbx": ".fbx", "glb": ".glb", "usd": ".usd"}
"""Kind -> suffix of the files that Blender's exporters write."""

KIND_NAMES = {"bvh": "BVH", "fbx": "FBX", "glb": "glTF", "usd": "USD"}

ROOTS = ("hips", "bone")
"""What carries the way over the ground: the hips, or a bone above them that stays on the floor."""


@dataclass(frozen=True)
class EnginePreset:
    """How a game engine wants a motion.

    kind: of its usual file. root: one of `ROOTS`. armature: the name of the armature object; empty to keep it. fbx:
    settings of Blender's FBX exporter.
    """

    kind: str
    root: str
    armature: str = ""
    fbx: tuple[tuple[str, str], ...] = ()


ENGINES = {
    # Unreal makes the armature object a bone of its own above the root, unless it has this name
    "unreal": EnginePreset("fbx", "bone", "Armature", (("apply_scale_options", "FBX_SCALE_NONE"),)),
    # Unity takes the way of a humanoid from its hips, and would give an object of metres a scale of 100
    "unity": EnginePreset("fbx", "hips", "", (("apply_scale_options", "FBX_SCALE_ALL"),)),
    "godot": EnginePreset("glb", "bone"),
}
