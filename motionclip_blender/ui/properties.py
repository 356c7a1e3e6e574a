"""What the panel asks for, kept in the scene and saved with it."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty, PointerProperty, StringProperty

from ..core.prompt import MAX_FRAMES, MIN_FRAMES

DEFAULT_FRAMES = 60

PROMPT = {
    "name": "Prompt",
    "description": 'What the person does, in English, such as "a person waves with the right hand"',
}
FRAMES = {
    "name": "Length",
    "description": "Length of the motion in frames of the scene; at 30 frames per second, 60 last 2 seconds",
    "default": DEFAULT_FRAMES,
}
START = {
    "name": "Start frame",
    "description": "Frame of the timeline at which the motion begins",
    "default": 1,
}


class MOTIONCLIP_PG_settings(bpy.types.PropertyGroup):
    """`scene.motionclip`.

    Has no methods: Blender 4.2 never lets go of such a class, its methods would hold the bpy module, and bpy
    as a Python package then ends in a segmentation fault.
    """

    prompt: StringProperty(**PROMPT)
    frames: IntProperty(**FRAMES, min=MIN_FRAMES, max=MAX_FRAMES)
    start_frame: IntProperty(**START)
    start_at_current: BoolProperty(
        name="Start at current frame",
        description="Begin the motion at the timeline's current frame",
    )


def start_frame(scene: bpy.types.Scene) -> int:
    """The frame at which the panel asks the motion to begin."""
    settings = scene.motionclip
    return scene.frame_current if settings.start_at_current else settings.start_frame


def attach() -> None:
    """Adds `scene.motionclip`."""
    bpy.types.Scene.motionclip = PointerProperty(type=MOTIONCLIP_PG_settings)


def detach() -> None:
    """Takes it away; values stay in the file for the next time."""
    del bpy.types.Scene.motionclip


CLASSES = (MOTIONCLIP_PG_settings,)
