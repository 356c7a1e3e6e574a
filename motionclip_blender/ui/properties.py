"""Defines the panels' settings, which are saved in the scene.

These classes have no methods. Blender 4.2 never frees such a class, and its methods would keep the bpy module alive;
bpy as a Python package then ends in a segmentation fault.
"""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    IntVectorProperty,
    PointerProperty,
    StringProperty,
)

from ..core.prompt import MAX_FRAMES, MIN_FRAMES
from .arithmetic.properties import MOTIONCLIP_PG_arithmetic
from .blend.properties import MOTIONCLIP_PG_blend
from .composition.properties import MOTIONCLIP_PG_composition
from .fields import (
    AS_SHOWN,
    EXAMPLE,
    FRAMES,
    GUESS,
    HANDS_TOUCH,
    KEYED_BONES,
    PROMPT,
    READINGS,
    REDUCE,
    REDUCE_DEGREES,
    REDUCE_MILLIMETRES,
    START,
    STEPS,
    STRAIGHT,
)  # fmt: skip
from .latents.properties import MOTIONCLIP_PG_latent
from .photo.properties import MOTIONCLIP_PG_photo
from .timeline.properties import MOTIONCLIP_PG_timeline


class MOTIONCLIP_PG_settings(bpy.types.PropertyGroup):
    """The property `scene.motionclip`.

    behind: the part of the panel whose slider was changed after the motion was last updated.
    previewing: whether Play has set the preview range.
    preview_before: the preview range before that: in use, first, last.
    """

    prompt: StringProperty(**PROMPT, default=EXAMPLE)
    steps: BoolProperty(**STEPS)
    guess: BoolProperty(**GUESS)
    frames: IntProperty(**FRAMES, min=MIN_FRAMES, max=MAX_FRAMES)
    start_frame: IntProperty(**START)
    start_at_current: BoolProperty(
        name="Start at current frame",
        description="Begin the motion at the timeline's current frame",
    )
    reading: EnumProperty(
        name="Read Actions by", description="How an Action of more than two seconds becomes one latent", items=READINGS
    )
    reading_frame: IntProperty(
        name="Frame", description="The frame around which Actions are read, 0 for an Action's first one", min=0
    )
    as_shown: BoolProperty(**AS_SHOWN)
    loop: BoolProperty(
        name="Loop",
        description="Make the last frame flow into the first, and let the Action repeat for ever; the person goes on "
        "from where each round ends",
    )
    in_place: BoolProperty(name="In place", description="Leave out the way over the ground: walk or run on the spot")
    hands_touch: BoolProperty(**HANDS_TOUCH)
    keyed_bones: EnumProperty(**KEYED_BONES)
    straight: BoolProperty(**STRAIGHT)
    reduce_keys: BoolProperty(**REDUCE)
    reduce_degrees: FloatProperty(**REDUCE_DEGREES)
    reduce_millimetres: FloatProperty(**REDUCE_MILLIMETRES)
    blend: PointerProperty(type=MOTIONCLIP_PG_blend)
    arithmetic: PointerProperty(type=MOTIONCLIP_PG_arithmetic)
    composition: PointerProperty(type=MOTIONCLIP_PG_composition)
    timeline: PointerProperty(type=MOTIONCLIP_PG_timeline)
    photo: PointerProperty(type=MOTIONCLIP_PG_photo)
    latents: CollectionProperty(type=MOTIONCLIP_PG_latent)
    active_latent: IntProperty(name="Active latent")
    behind: StringProperty(options={"HIDDEN"})
    previewing: BoolProperty(options={"HIDDEN"})
    preview_before: IntVectorProperty(size=3, options={"HIDDEN"})


def attach() -> None:
    """Adds `scene.motionclip`."""
    bpy.types.Scene.motionclip = PointerProperty(type=MOTIONCLIP_PG_settings)


def detach() -> None:
    """Removes `scene.motionclip`; its values stay in the file."""
    del bpy.types.Scene.motionclip


CLASSES = (MOTIONCLIP_PG_settings,)
