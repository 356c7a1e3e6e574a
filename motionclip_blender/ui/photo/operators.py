"""Defines the operators of the panel "Animate a photo"."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import CollectionProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ...core.errors import UserError
from ..generate import generation
from ..tasks.background_operator import BackgroundOperator, FileOperator, PlainWork, Reporting, Work
from ..tasks.main_thread import Step, Steps
from . import making

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.progress import Progress

_PICTURES = "*.jpg;*.jpeg;*.png;*.webp;*.tif;*.tiff;*.bmp;*.heic;*.heif;*.avif"


class MOTIONCLIP_OT_choose_photos(Reporting, ImportHelper, bpy.types.Operator):
    """Choose one or several photos of one person; the film plays in the first, others show more of the clothes"""

    bl_idname = "motionclip.choose_photos"
    bl_label = "Choose photos"
    bl_options = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(default=_PICTURES, options={"HIDDEN"})
    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        folder = Path(bpy.path.abspath(self.directory))
        chosen = [str(folder / file.name) for file in self.files if file.name]
        if not chosen and self.filepath:
            chosen = [bpy.path.abspath(self.filepath)]
        if not chosen:
            return self.refuse("No photo was chosen; choose a .jpg or .png file.")
        photos = context.scene.motionclip.photo.photos
        photos.clear()
        for path in chosen:
            photos.add().path = path
        return {"FINISHED"}


class MOTIONCLIP_OT_animate_photo(BackgroundOperator, bpy.types.Operator):
    """Make a scene of the photo in which its person moves; in such a scene, give the person another motion"""

    bl_idname = "motionclip.animate_photo"
    bl_label = "Animate"
    bl_options = {"REGISTER", "UNDO"}

    def begin(self, context: bpy.types.Context) -> Work[making.Result]:
        self.wanted = wanted = making.request(context)

        def work(engine: Engine, progress: Progress) -> making.Result:
            return making.make(engine, wanted, progress)

        return work

    def end(self, context: bpy.types.Context, result: making.Result) -> set[str]:
        scene = making.show(context, self.wanted, result)
        text = _('"{}": {} frames')
        self.tell(text.format(scene.name, len(result.motion)), result.notes)
        return {"FINISHED"}


class MOTIONCLIP_OT_film_photo(FileOperator, ExportHelper, bpy.types.Operator):
    """Write what the scene of the photo shows as a film"""

    bl_idname = "motionclip.film_photo"
    bl_label = "Film"
    bl_options = {"REGISTER"}

    needs_engine = False
    filename_ext = ".mp4"
    filter_glob: StringProperty(default="*.mp4", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Opens the file browser."""
        self.browsing = True
        return ExportHelper.invoke(self, context, event)

    def begin(self, context: bpy.types.Context) -> PlainWork[None]:
        from ...core.files import check_writable
        from ...rig.photo.note import photo_scene

        if not self.filepath:
            raise UserError(_("No file was chosen; say where to write it."))
        if photo_scene(context.scene) is None:
            raise UserError("This scene was not made from a photo; animate one first.")
        self.path = Path(bpy.path.abspath(self.filepath)).with_suffix(".mp4")
        check_writable(self.path)
        self.scene = context.scene.session_uid
        return lambda progress: None

    def end(self, context: bpy.types.Context, result: None) -> Steps[set[str]]:
        from ...rig.photo.film import film_steps

        uid, path = self.scene, self.path
        for fraction in film_steps(lambda: generation.existing_scene(uid), path):
            yield Step("Filming", fraction)
        self.tell(_('"{}" is written').format(path.name))
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_choose_photos, MOTIONCLIP_OT_animate_photo, MOTIONCLIP_OT_film_photo)
