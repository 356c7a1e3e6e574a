"""Imports motions of any person's skeleton (BVH, FBX, glTF, AMC), from the File menu or dropped on a 3D view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ...core.errors import UserError
from ..addon import model_choice
from ..fields import START, start_frame
from ..generate import generation
from ..generate.new_body import armature_or_new
from ..session import SESSION
from ..tasks.background_operator import BackgroundOperator, FileOperator, PlainWork, Reporting
from ..tasks.jobs import sentence
from ..translations import said
from .operators import UP, in_view, paths_of

if TYPE_CHECKING:
    from ...rig.interchange.import_task import Imported

_SUFFIXES = (".bvh", ".fbx", ".glb", ".gltf", ".amc")
_LISTED = 20  # clips that the dialog shows in one column

_read: list[Imported] = []
"""What was read of a file with several clips, while the user chooses among them."""


class MOTIONCLIP_OT_import_clips(FileOperator, ImportHelper, bpy.types.Operator):
    """Key motions of other skeletons (.bvh, .fbx, .glb, .amc) on the active character or a new body"""

    bl_idname = "motionclip.import_clips"
    bl_label = "Import motion of any person"
    bl_options = {"REGISTER", "UNDO"}

    needs_engine = False
    filter_glob: StringProperty(default=";".join(f"*{suffix}" for suffix in _SUFFIXES), options={"HIDDEN"})
    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})
    start_frame: IntProperty(**START, options={"SKIP_SAVE"})
    clip: StringProperty(
        name="Clip", description="The name of the one clip to take; empty for all", options={"SKIP_SAVE"}
    )
    up: EnumProperty(name="Up", description="Which axis points up in the file", items=UP, options={"SKIP_SAVE"})
    rate: FloatProperty(
        name="AMC rate",
        description="Frames per second of .amc files, which do not tell it; 0 to guess it by how fast the person moves",
        min=0.0,
        options={"SKIP_SAVE"},
    )
    kept_place: BoolProperty(
        name="Keep the place",
        description="Start where the person starts in the file, facing the same way. Otherwise at the armature's own "
        "place, facing ahead",
        default=True,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Imports dropped files at once; from the menu, opens the file browser."""
        if not self.properties.is_property_set("start_frame"):
            self.start_frame = start_frame(context.scene)
        self.asks = not self.clip and not bpy.app.background
        if paths_of(self):
            return BackgroundOperator.invoke(self, context, event)
        self.browsing = True
        return ImportHelper.invoke(self, context, event)

    def begin(self, context: bpy.types.Context) -> PlainWork[list[Imported]]:
        from ...rig.interchange.import_task import Reading, read_motions
        from ...rig.target import target_of
        from ...rig.timeline import scene_fps

        paths = paths_of(self)
        if not paths:
            raise UserError(_("No file was chosen; choose a motion file."))
        joints = None
        try:
            target = target_of(generation.armature_of(context))
        except UserError:
            pass  # a new body will be added
        else:
            target.check_keyable()
            joints = target.rest_joints
        up = "" if self.up == "AUTO" else self.up.lower()
        touch = context.scene.motionclip.hands_touch
        reading = Reading(scene_fps(context.scene), up, self.kept_place, self.rate or None, touch)
        choice = model_choice(context)
        return lambda progress: read_motions(paths, choice.body().fitted_to(joints), reading, progress)

    def end(self, context: bpy.types.Context, result: list[Imported]) -> set[str]:
        if self.clip:
            chosen = [one for one in result if one.name == self.clip]
            if not chosen:
                names = ", ".join(f'"{one.name}"' for one in result[:5])
                raise UserError(
                    _('The file has no clip "{}" of a person, but {}; choose one.').format(self.clip, names)
                )
            result = chosen
        if len(result) > 1 and getattr(self, "asks", False):
            _read[:] = result
            bpy.ops.motionclip.choose_clips("INVOKE_DEFAULT", start_frame=self.start_frame)
            return {"CANCELLED"}  # the dialog makes the undo step
        remarks = key_clips(context, result, self.start_frame)
        self.tell(_told(result), remarks)
        return {"FINISHED"}


class MOTIONCLIP_PG_clip(bpy.types.PropertyGroup):
    """A clip in the dialog; its name is the clip's."""

    chosen: BoolProperty(name="Import", description="Make an Action of this clip", default=True)
    seconds: FloatProperty(name="Seconds", description="How long the clip lasts")


class MOTIONCLIP_OT_choose_clips(Reporting, bpy.types.Operator):
    """Choose which clips of the file become Actions; the first one is played"""

    bl_idname = "motionclip.choose_clips"
    bl_label = "Choose clips"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    start_frame: IntProperty(**START, options={"SKIP_SAVE"})
    clips: CollectionProperty(type=MOTIONCLIP_PG_clip, options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Lists the clips that were read."""
        for one in _read:
            item = self.clips.add()
            item.name, item.seconds = one.name, one.motion.seconds
        return context.window_manager.invoke_props_dialog(self, width=420)

    def draw(self, context: bpy.types.Context) -> None:
        flow = self.layout.grid_flow(columns=1 + (len(self.clips) - 1) // _LISTED, align=True)
        for item in self.clips:
            row = flow.row()
            row.prop(item, "chosen", text=item.name, translate=False)
            row.label(text=f"{item.seconds:.1f} s", translate=False)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            wanted = {item.name for item in self.clips if item.chosen}
            chosen = [one for one in _read if one.name in wanted]
            if not chosen:
                raise UserError(_("No clip was chosen; choose at least one."))
            remarks = key_clips(context, chosen, self.start_frame)
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        self.tell(_told(chosen), remarks)
        return {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Forgets the clips."""
        _read.clear()


class MOTIONCLIP_FH_clips(bpy.types.FileHandler):
    """Motions of other skeletons that are dropped on a 3D view; Blender then asks what to do with them."""

    bl_idname = "MOTIONCLIP_FH_clips"
    bl_label = "MotionCLIP: motion of any person"
    bl_import_operator = MOTIONCLIP_OT_import_clips.bl_idname
    bl_file_extensions = ";".join(_SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return in_view(context)


def key_clips(context: bpy.types.Context, clips: Sequence[Imported], start: float) -> list[str]:
    """Keys the clips as Actions of the active armature or a new body, which then plays the first.

    Returns remarks about the person for the user. Raises `UserError`, having changed nothing, for what cannot be keyed.
    """
    from ...core.prompt import action_name
    from ...rig.remarks import put_to_rest, why_still
    from ...rig.rollback import whole_or_nothing
    from ...rig.write_keys import check_motion, key_motion

    for one in clips:
        check_motion(one.motion, start)
    with whole_or_nothing(generation.armature_of(context)):
        armature = armature_or_new(context)
        for i, one in enumerate(clips):
            bones = generation.bones_asked(context.scene, armature)
            action = key_motion(armature, one.motion, action_name(one.name), start, assign=i == 0, bones=bones)
            generation.reduce_if_asked(context.scene, armature, action, bones)
    return [*put_to_rest(armature), *why_still(armature)]


def forget() -> None:
    """Releases clips that nobody has chosen."""
    _read.clear()


def _told(clips: Sequence[Imported]) -> str:
    """Returns a sentence about what was imported, and how it was read."""
    if len(clips) > 1:
        return _("{} clips are Actions now").format(len(clips))
    (one,) = clips
    told = _('"{}": {} frames at {:g} per second').format(one.name, len(one.motion), one.motion.fps)
    return "; ".join([told, *map(said, one.note.split("; "))]) if one.note else told


CLASSES = (MOTIONCLIP_PG_clip, MOTIONCLIP_OT_import_clips, MOTIONCLIP_OT_choose_clips, MOTIONCLIP_FH_clips)
