"""Defines the settings for training frames, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty, PointerProperty, StringProperty

from ...core.errors import UserError
from ..addon import model_choice
from .process import Wanted


class MOTIONCLIP_PG_frames(bpy.types.PropertyGroup):
    """The property `scene.motionclip_frames`. It has no methods, for the reason given in `ui.properties`."""

    motions: StringProperty(
        name="Motions",
        description="Folder with the motions to render: .npz files in AMASS's SMPL-X form, in subfolders too",
        subtype="DIR_PATH",
    )
    out: StringProperty(
        name="Output",
        description="Folder for the shards of images, captions and joints; a run that was stopped goes on there",
        subtype="DIR_PATH",
    )
    per_motion: IntProperty(
        name="Per motion", description="How many random frames of each motion are rendered", default=1, min=1
    )
    limit: IntProperty(
        name="Limit",
        description="Most frames in all, a fair sample of the motions; 0 for no limit",
        default=0,
        min=0,
    )
    size: IntProperty(
        name="Size", description="Width and height of each image in pixels", default=224, min=16, max=4096
    )
    engine: EnumProperty(
        name="Engine",
        description="Which of Blender's renderers draws the frames",
        items=(
            ("workbench", "Workbench", "Fast and plain; the same pixels everywhere"),
            ("cycles", "Cycles", "Traced light, with real shadows; slower"),
            ("eevee", "EEVEE", "Light as in games; very slow on a computer without a graphics card"),
        ),
        default="workbench",
    )
    look: EnumProperty(
        name="Look",
        description="What the frames look like",
        items=(
            ("paper", "Paper", "One neutral body before white, seen from the front and one side"),
            ("varied", "Varied", "Body, skin, hair, clothes, camera, light and background are drawn anew each time"),
        ),
        default="paper",
    )
    seed: IntProperty(
        name="Seed", description="Start of the random draw; the same seed gives the same images", default=0, min=0
    )
    workers: IntProperty(
        name="Workers",
        description="How many Blender processes render at a time; 0 for one on each core but one",
        default=0,
        min=0,
        soft_max=64,
    )


def wanted(context: bpy.types.Context) -> Wanted:
    """Returns the scene's settings as plain values.

    Raises `UserError` for a relative folder if the file was never saved.
    """
    given = context.scene.motionclip_frames
    return Wanted(
        motions=_folder(given.motions),
        out=_folder(given.out),
        per_motion=given.per_motion,
        limit=given.limit,
        size=given.size,
        engine=given.engine,
        look=given.look,
        seed=given.seed,
        workers=given.workers,
        body=model_choice(context).body_file,
    )


def _folder(path: str) -> str:
    if path.startswith("//") and not bpy.data.filepath:
        text = bpy.app.translations.pgettext_rpt("{} is relative to this file; save the file first.")
        raise UserError(text.format(path))
    return bpy.path.abspath(path)


def attach() -> None:
    """Adds `scene.motionclip_frames`."""
    bpy.types.Scene.motionclip_frames = PointerProperty(type=MOTIONCLIP_PG_frames)


def detach() -> None:
    """Removes `scene.motionclip_frames`; its values stay in the file."""
    del bpy.types.Scene.motionclip_frames


CLASSES = (MOTIONCLIP_PG_frames,)
