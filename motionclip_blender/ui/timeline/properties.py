"""Defines the properties of timelines, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.prompt import MAX_FRAMES, MIN_FRAMES
from ..fields import ACTION, AS_STRIPS, FACTOR, PROMPT, SPHERICAL, WHOLE
from ..sources.properties import MOTIONCLIP_PG_source
from .filling import FILLING

_KINDS = (
    ("PROMPT", "Prompt", "A text that says what the person does, read in steps", "TEXT", 0),
    ("EXPRESSION", "Expression", "A sum of latents, as in the panel Arithmetic", "CON_TRANSFORM", 1),
    ("ACTION", "Action", "A motion of this file, as it moves the active armature", "ACTION", 2),
    ("BLEND", "Blend", "A motion between two", "IPO_LINEAR", 3),
)
_UNITS = (
    ("FRAMES", "Frames", "Show lengths in frames of the scene"),
    ("SECONDS", "Seconds", "Show lengths in seconds"),
)
_LONGEST = 120.0  # seconds, as of a whole timeline
_SHORTEST = 0.1
_LONGEST_TRANSITION = 3.0

# `id_data` is the scene that the property belongs to. A script may set it in a scene other than the context's.


def _changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from ..generate.live import follow

    if not FILLING.active:
        follow(self.id_data, "timeline")


def _prompt_told(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    if not FILLING.active and self.takes:
        self.takes = ""  # they are of the steps of another prompt
    _changed(self, context)


def _whole_told(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .lengths import take_whole

    take_whole(self)
    _changed(self, context)


def _segment_told(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .lengths import take_segment

    take_segment(self)
    _changed(self, context)


def _rate(self: bpy.types.PropertyGroup) -> float:
    render = self.id_data.render
    return render.fps / render.fps_base


def _frames(self: bpy.types.PropertyGroup) -> int:
    return round(self.seconds * _rate(self))


def _set_frames(self: bpy.types.PropertyGroup, frames: int) -> None:
    self.seconds = frames / _rate(self)


class MOTIONCLIP_PG_segment(bpy.types.PropertyGroup):
    """A segment of a timeline. Of what it may be made of, that is used which `kind` names."""

    kind: EnumProperty(name="Kind", description="What the segment is made of", items=_KINDS, update=_changed)
    prompt: StringProperty(**PROMPT, update=_prompt_told)
    takes: StringProperty(
        name="Taken For",
        description="Known wordings that the steps of the prompt are taken for, in order, with semicolons between "
        "them; nothing where the nearest is right",
        update=_changed,
    )
    seed: IntProperty(
        name="Variation",
        description="Which motion with the meaning of the prompt is made; 0 is the answer itself",
        min=0,
        soft_max=8,
        update=_changed,
    )
    expression: StringProperty(
        name="Expression",
        description='A sum of latents, such as "jump" + 0.7 * {sad}',
        update=_changed,
    )
    action: StringProperty(**ACTION, update=_changed)
    start: PointerProperty(type=MOTIONCLIP_PG_source)
    end: PointerProperty(type=MOTIONCLIP_PG_source)
    factor: FloatProperty(**FACTOR, update=_changed)
    spherical: BoolProperty(**SPHERICAL, update=_changed)
    natural: BoolProperty(
        name="As long as it takes",
        description="Let the segment take the time that it needs by itself",
        default=True,
        update=_segment_told,
    )
    seconds: FloatProperty(
        name="Seconds",
        description="Length of the segment in seconds",
        default=2.0,
        min=_SHORTEST,
        max=_LONGEST,
        soft_max=10.0,
        update=_changed,
    )
    frames: IntProperty(
        name="Frames",
        description="Length of the segment in frames of the scene",
        min=MIN_FRAMES,
        max=MAX_FRAMES,
        soft_max=300,
        get=_frames,
        set=_set_frames,
    )
    smooth: BoolProperty(
        name="As long as the poses need",
        description="Fade into the segment for as long as the poses before and after need",
        default=True,
        update=_changed,
    )
    transition: FloatProperty(
        name="Transition",
        description="Seconds of the cross-fade from the segment before",
        default=0.5,
        min=0.0,
        max=_LONGEST_TRANSITION,
        update=_changed,
    )


class MOTIONCLIP_PG_timeline(bpy.types.PropertyGroup):
    """The property `scene.motionclip.timeline`: segments one after the other, and the length of all."""

    segments: CollectionProperty(type=MOTIONCLIP_PG_segment)
    active: IntProperty(name="Active segment")
    unit: EnumProperty(name="Unit", description="How lengths of segments are shown", items=_UNITS)
    natural: BoolProperty(
        name="As long as they take",
        description="Let the whole take the time that its segments need together",
        default=True,
        update=_whole_told,
    )
    whole: IntProperty(**WHOLE, min=MIN_FRAMES, max=MAX_FRAMES, soft_max=900, update=_changed)
    as_strips: BoolProperty(**AS_STRIPS)


CLASSES = (MOTIONCLIP_PG_segment, MOTIONCLIP_PG_timeline)
