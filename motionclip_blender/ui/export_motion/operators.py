"""Defines the operator that writes a motion as BVH, FBX, glTF or USD, as a game engine wants it."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...core.engines import ENGINES, FILE_KINDS
from ...core.errors import UserError
from ..generate import generation
from ..tasks.background_operator import FileOperator, PlainWork

_KINDS = (
    ("FBX", "FBX", "Body and motion, for Unreal, Unity and most other programs"),
    ("GLB", "glTF", "Body and motion as one binary file (.glb), for Godot, web pages and others"),
    ("USD", "USD", "Body and motion, for film programs"),
    ("BVH", "BVH", "Skeleton and motion as text, with +Y up, in metres"),
)
_ENGINES = (
    ("NONE", "Any program", "Choose the kind of file and its root yourself"),
    ("UNREAL", "Unreal", "FBX with a root bone"),
    ("UNITY", "Unity", "FBX with the hips as root, as humanoids have it"),
    ("GODOT", "Godot", "glTF with a root bone"),
)
_ROOTS = (
    ("HIPS", "Hips", "The hips carry the way over the ground, as in Blender"),
    ("BONE", "Root bone", "A bone above the hips carries it, which stays on the floor; for root motion"),
)
_RANGES = (
    ("ACTION", "Action", "From the Action's first frame to its last"),
    ("SCENE", "Scene", "The scene's range, or its preview range"),
    ("FRAMES", "Frames", "From one frame to another"),
)


def _take_engine(self: MOTIONCLIP_OT_export_motion, context: bpy.types.Context) -> None:
    """Sets the kind of file and the root to what the chosen engine wants."""
    preset = ENGINES.get(self.engine.lower())
    if preset is not None:
        self.kind, self.root = preset.kind.upper(), preset.root.upper()


class MOTIONCLIP_OT_export_motion(FileOperator, ExportHelper, bpy.types.Operator):
    """Write what the active armature does, as Blender shows it, as a file for another program"""

    bl_idname = "motionclip.export_motion"
    bl_label = "Export motion"
    bl_options = {"REGISTER", "PRESET"}

    needs_engine = False
    filter_glob: StringProperty(default=";".join(f"*{suffix}" for suffix in FILE_KINDS.values()), options={"HIDDEN"})
    engine: EnumProperty(name="For", description="The program that will read the file", items=_ENGINES,
                         update=_take_engine)  # fmt: skip
    kind: EnumProperty(name="Kind of file", description="What the file is", items=_KINDS)
    root: EnumProperty(name="Root", description="What carries the person's way over the ground", items=_ROOTS)
    body: BoolProperty(
        name="Body",
        description="Write the meshes that the armature deforms too, where the kind of file has meshes",
        default=True,
    )
    span: EnumProperty(name="Range", description="Which frames are written", items=_RANGES)
    first: IntProperty(name="First", description="The first frame that is written", default=1)
    last: IntProperty(name="Last", description="The last frame that is written", default=60)

    @property
    def filename_ext(self) -> str:
        """The suffix, which Blender adds to the file's name."""
        return FILE_KINDS[self.kind.lower()]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Opens the file browser."""
        action = generation.action_of(generation.armature_of(context))
        if action is not None and not self.properties.is_property_set("filepath"):
            self.filepath = bpy.path.clean_name(action.name) + self.filename_ext
        self.browsing = True
        return ExportHelper.invoke(self, context, event)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.prop(self, "engine")
        layout.prop(self, "kind")
        layout.prop(self, "root")
        row = layout.row()
        row.enabled = self.kind != "BVH"
        row.prop(self, "body")
        layout.prop(self, "span")
        if self.span == "FRAMES":
            column = layout.column(align=True)
            column.prop(self, "first")
            column.prop(self, "last")

    def begin(self, context: bpy.types.Context) -> PlainWork[None]:
        from ...rig.bones import Bones
        from ...rig.interchange.export import Wish
        from ...rig.interchange.export_task import work

        if not self.filepath:
            raise UserError(_("No file was chosen; say where to write it."))
        armature = generation.armature_of(context)
        if armature is None or armature.type != "ARMATURE":
            armature = Bones.of(armature).armature  # raises the error
        self.path = Path(bpy.path.abspath(self.filepath))
        if self.path.suffix.lower() != self.filename_ext:
            raise UserError(
                _("{} is no name of this kind of file; end it in {}.").format(self.path.name, self.filename_ext)
            )
        action = generation.action_of(armature)
        self.frames = self._frames(context.scene, action)
        wish = Wish(self.kind.lower(), self.engine.lower().replace("none", ""), self.root.lower(), self.body)
        name = (action or armature).name
        return work(context.scene, armature, self.frames, self.path, wish, name)

    def _frames(self, scene: bpy.types.Scene, action: bpy.types.Action | None) -> range:
        if self.span == "FRAMES":
            return range(self.first, self.last + 1)
        if self.span == "SCENE":
            if scene.use_preview_range:
                return range(scene.frame_preview_start, scene.frame_preview_end + 1)
            return range(scene.frame_start, scene.frame_end + 1)
        if action is None:
            raise UserError(_("The armature has no Action; choose the scene's range, or frames."))
        first, last = action.frame_range
        return range(round(first), round(last) + 1)

    def end(self, context: bpy.types.Context, result: None) -> set[str]:
        text = _('"{}" is written: frames {} to {}')
        self.tell(text.format(self.path.name, self.frames[0], self.frames[-1]))
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_export_motion,)
