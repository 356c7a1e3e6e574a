"""Imports motions and latents (.npz) and images, from Blender's File menu or dropped on a 3D view."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ...core.errors import UserError
from ..addon import model_choice
from ..fields import START, start_frame
from ..generate import generation
from ..generate.motion_operator import MotionOperator
from ..generate.new_body import armature_or_new
from ..tasks.background_operator import Reporting, Work
from ..tasks.jobs import sentence
from ..translations import said

if TYPE_CHECKING:
    import numpy as np

    from ...core.motion import Motion
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe

_MOTIONS = ".npz"
UP = [
    ("AUTO", "Automatic", "Told by most frames' spine, and by the floor"),
    ("Y", "Y", "As SMPL-X, BEAT2 and Motion-X have it"),
    ("Z", "Z", "As AMASS and Blender have it"),
    ("-Y", "-Y", "As cameras have it"),
    ("-Z", "-Z", "Upside down"),
    ("X", "X", "Sideways"),
    ("-X", "-X", "Sideways, the other way"),
]
_IMAGES = ".png;.jpg;.jpeg;.webp;.bmp;.tif;.tiff"


class _Loaded(NamedTuple):
    """The contents of a file: a motion, or a latent (D,) with the pack that made it.

    name: the file's name.
    notes: sentences about how a motion was read.
    """

    name: str
    motion: Motion | None
    latent: np.ndarray | None
    pack: str
    notes: tuple[str, ...] = ()


class MOTIONCLIP_OT_import_motion(Reporting, ImportHelper, bpy.types.Operator):
    """Key motions in SMPL-X form (.npz, as AMASS has them) on the active armature or a new body; take in latents"""

    bl_idname = "motionclip.import_motion"
    bl_label = "Import SMPL-X motion"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = _MOTIONS
    filter_glob: StringProperty(default=f"*{_MOTIONS}", options={"HIDDEN"})
    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})
    start_frame: IntProperty(**START, options={"SKIP_SAVE"})
    up: EnumProperty(
        name="Up",
        description="Which axis points up in the file",
        items=UP,
        options={"SKIP_SAVE"},
    )
    on_floor: BoolProperty(
        name="Put on the floor",
        description="Lift or lower the motion as a whole, so that the person stands on the floor",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Imports dropped files at once; from the menu, opens the file browser."""
        if not self.properties.is_property_set("start_frame"):
            self.start_frame = start_frame(context.scene)
        if paths_of(self):
            return self.execute(context)
        return ImportHelper.invoke(self, context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            from ...rig.rollback import whole_or_nothing

            up = "" if self.up == "AUTO" else self.up
            loaded = [_load(path, up) for path in paths_of(self)]  # all of them, before anything changes
            if not loaded:
                raise UserError(_("No file was chosen; choose a .npz file."))
            self._check(loaded)
            with whole_or_nothing(generation.armature_of(context)):
                remarks = self._take_in(context, loaded)
        except Exception as error:
            return self.refuse(sentence(error))
        self.tell(_told(loaded), remarks)
        return {"FINISHED"}

    def _check(self, loaded: list[_Loaded]) -> None:
        """Raises `UserError` for the first motion that cannot be keyed from the start frame on."""
        from ...rig.write_keys import check_motion

        for one in loaded:
            if one.motion is not None:
                try:
                    check_motion(one.motion, self.start_frame)
                except UserError as error:
                    raise UserError(f"{one.name}: {error}") from error

    def _take_in(self, context: bpy.types.Context, loaded: list[_Loaded]) -> list[str]:
        """Keys the motions and saves the latents. Returns remarks about the person for the user."""
        from ...rig.remarks import put_to_rest, why_still
        from ..latents.saved import save

        motions = [(one.name, one.motion) for one in loaded if one.motion is not None]
        if self.on_floor:
            body = model_choice(context).body()
            motions = [(name, body.on_floor(motion)) for name, motion in motions]
        armature = armature_or_new(context) if motions else None
        for name, motion in motions:
            self._key(armature, name, motion)
        for one in loaded:
            if one.latent is not None:
                save(context.scene, one.name, one.latent, one.pack)
        return [*put_to_rest(armature), *why_still(armature)] if motions else []

    def _key(self, armature: bpy.types.Object, name: str, motion: Motion) -> None:
        from ...core.prompt import action_name
        from ...rig.write_keys import key_motion

        bones = generation.bones_asked(bpy.context.scene, armature)
        action = key_motion(armature, motion, action_name(name), self.start_frame, bones=bones)
        generation.reduce_if_asked(bpy.context.scene, armature, action, bones)


class MOTIONCLIP_OT_generate_from_image(MotionOperator, ImportHelper, bpy.types.Operator):
    """Make a motion from an image with a person in it, and key it on the active armature as a new Action"""

    bl_idname = "motionclip.generate_from_image"
    bl_label = "Generate motion from image"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Image", description="The image file", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Uses a dropped file at once; otherwise opens the file browser."""
        if self.filepath:
            return MotionOperator.invoke(self, context, event)
        self.browsing = True
        self.default_to("frames", context.scene.motionclip.frames)  # the browser shows both beside the files
        self.default_to("start_frame", start_frame(context.scene))
        return ImportHelper.invoke(self, context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not getattr(self, "browsing", False):
            return super().execute(context)
        # the file browser ends this operator; a new one continues with a worker, as after a drop
        chosen = {name: getattr(self, name) for name in ("filepath", "frames", "start_frame")}
        bpy.ops.motionclip.generate_from_image("INVOKE_DEFAULT", **chosen)
        return {"CANCELLED"}

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        if not self.filepath:
            raise UserError(_("No image was chosen; choose a .png or .jpg file."))
        return super().begin(context)

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.latents.expression import Expression
        from ...core.latents.terms import ImageFile
        from ...core.recipe.recipe import Recipe
        from ...core.recipe.sum import Sum

        return Recipe(Sum(Expression.of(ImageFile(bpy.path.abspath(self.filepath)))), **self.common(context))


class MOTIONCLIP_FH_motion(bpy.types.FileHandler):
    """Motions that are dropped on a 3D view."""

    bl_idname = "MOTIONCLIP_FH_motion"
    bl_label = "SMPL-X motion"
    bl_import_operator = MOTIONCLIP_OT_import_motion.bl_idname
    bl_file_extensions = _MOTIONS

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return in_view(context)


class MOTIONCLIP_FH_image(bpy.types.FileHandler):
    """Images that are dropped on a 3D view; Blender then asks what to do with them."""

    bl_idname = "MOTIONCLIP_FH_image"
    bl_label = "MotionCLIP: motion from image"
    bl_import_operator = MOTIONCLIP_OT_generate_from_image.bl_idname
    bl_file_extensions = _IMAGES

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return in_view(context)


def in_view(context: bpy.types.Context) -> bool:
    """Checks whether something is dropped on a 3D view."""
    return context.area is not None and context.area.type == "VIEW_3D"


def paths_of(operator: bpy.types.Operator) -> list[Path]:
    """Returns the files that a script, a drop or the file browser chose."""
    if operator.files and operator.files[0].name:
        folder = Path(bpy.path.abspath(operator.directory))
        return [folder / file.name for file in operator.files if file.name]
    return [Path(bpy.path.abspath(operator.filepath))] if operator.filepath else []


def _load(path: Path, up: str) -> _Loaded:
    """Reads a motion or a latent from a file. up: as for `amass.read`.

    Raises `UserError` for a file that is missing, damaged, or neither motion nor latent.
    """
    import numpy as np

    from ...core.latents import file as latent_file
    from ...core.motion_files import amass

    if not os.path.isfile(path):
        raise UserError(_("There is no file {}; choose one that is there.").format(path))
    try:
        with np.load(path, allow_pickle=False) as data:
            names, pack = set(data.files), str(data["pack"]) if "pack" in data.files else ""
    except Exception:  # of many kinds; `amass.read` raises an error that says what is wrong
        names, pack = set(), ""
    if "latent" in names:
        return _Loaded(path.stem, None, latent_file.load(path), pack)
    found = amass.read(path, up)
    return _Loaded(path.stem, found.motion, None, "", found.notes)


def _told(loaded: list[_Loaded]) -> str:
    """Returns a sentence about what was imported, and how it was read."""
    if len(loaded) > 1:
        notes = [f'"{one.name}": {" ".join(map(said, one.notes))}' for one in loaded if one.notes]
        return "; ".join((_("{} files are in").format(len(loaded)), *notes))
    (one,) = loaded
    if one.motion is None:
        return _('"{}" is among the saved latents now').format(one.name)
    told = _('"{}": {} frames at {:g} per second').format(one.name, len(one.motion), one.motion.fps)
    return "; ".join((told, *map(said, one.notes)))


CLASSES = (
    MOTIONCLIP_OT_import_motion,
    MOTIONCLIP_OT_generate_from_image,
    MOTIONCLIP_FH_motion,
    MOTIONCLIP_FH_image,
)
