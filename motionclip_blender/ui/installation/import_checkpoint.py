"""Imports a released MotionCLIP checkpoint: makes a pack of it, keeps it with the user's files, and selects it."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ..addon import ADDON
from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence
from . import self_check


class MOTIONCLIP_OT_import_checkpoint(Reporting, ImportHelper, bpy.types.Operator):
    """Make a model pack of a checkpoint of the MotionCLIP paper's released code, and use it from now on"""

    bl_idname = "motionclip.import_checkpoint"
    bl_label = "Import official MotionCLIP checkpoint"

    filename_ext = ".tar"
    filter_glob: StringProperty(default="*.tar;*.pth;*.pt", options={"HIDDEN"})
    clip_file: StringProperty(
        name="CLIP weights",
        description="OpenAI's ViT-B-32.pt, to be copied into the pack; empty where CLIP has been downloaded",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            from ...core.official_checkpoint import free_folder, import_checkpoint

            checkpoint = Path(bpy.path.abspath(self.filepath))
            clip = Path(bpy.path.abspath(self.clip_file)) if self.clip_file else None
            imported = import_checkpoint(checkpoint, free_folder(_packs_folder(checkpoint), checkpoint), clip)
        except Exception as error:
            return self.refuse(sentence(error))
        self_check.forget()
        if _choose(context, imported.pack.folder):
            text = _("The model is {} now").format(imported.pack.name)
        else:
            text = _("The model pack is {}").format(imported.pack.folder)
        self.tell(text, imported.notes)
        return {"FINISHED"}


def _packs_folder(checkpoint: Path) -> Path:
    """Returns the user's folder of this extension; the checkpoint's own folder if it runs from a script."""
    try:
        return Path(bpy.utils.extension_path_user(ADDON, path="packs", create=True))
    except ValueError:
        return checkpoint.parent


def _choose(context: bpy.types.Context, folder: Path) -> bool:
    """Writes the pack's folder into the preferences; False where there are none."""
    preferences = _preferences(context)
    if preferences is None:
        return False
    preferences.pack_folder = str(folder)
    context.preferences.is_dirty = True  # so that Blender saves them as it quits
    return True


def _preferences(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None


CLASSES = (MOTIONCLIP_OT_import_checkpoint,)
