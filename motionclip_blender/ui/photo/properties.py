"""Defines the properties of the panel "Animate a photo", which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import CollectionProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

_MOTIONS = (
    ("PROMPT", "Prompt", "The prompt above, with its length"),
    ("TIMELINE", "Timeline", "The segments of the timeline"),
    ("BLEND", "Blend", "What the panel Blend says"),
    ("ARITHMETIC", "Arithmetic", "What the panel Arithmetic says"),
    ("COMPOSITION", "Composition", "What the panel Composition says"),
    ("ACTION", "Action", "An Action of this file"),
)
_FOLLOWS = (
    ("AUTO", "Follows if needed", "The camera follows a person who would leave the picture"),
    ("ALWAYS", "Follows", "The camera keeps the person where they are in the picture"),
    ("NEVER", "Stays", "The camera stays; the person may leave the picture"),
)


class MOTIONCLIP_PG_photo_file(bpy.types.PropertyGroup):
    """A photo of the person."""

    path: StringProperty(name="Photo", subtype="FILE_PATH")


class MOTIONCLIP_PG_photo(bpy.types.PropertyGroup):
    """What is asked of a photo."""

    photos: CollectionProperty(type=MOTIONCLIP_PG_photo_file)
    person: IntProperty(
        name="Person",
        description="Which person of the first photo, counted by size; 1 is the largest",
        default=1,
        min=1,
        max=8,
    )
    motion: EnumProperty(name="Motion", description="What the person does", items=_MOTIONS)
    action: PointerProperty(
        type=bpy.types.Action,
        name="Action",
        description="An Action of this file, as it moves the active armature",
    )
    follow: EnumProperty(name="Camera", description="Whether the camera moves", items=_FOLLOWS)


CLASSES = (MOTIONCLIP_PG_photo_file, MOTIONCLIP_PG_photo)
