"""Defines the properties of a source of latents, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    EnumProperty,
    StringProperty,
)

from ..fields import ACTION, IMAGE, KIND, KINDS, LATENT, PROMPT, TEXT


class MOTIONCLIP_PG_source(bpy.types.PropertyGroup):
    """The source of a latent. Of its texts, the one that `kind` names is used."""

    kind: EnumProperty(**KIND, items=KINDS)
    prompt: StringProperty(**PROMPT)
    action: StringProperty(**ACTION)
    image: StringProperty(**IMAGE)
    latent: StringProperty(**LATENT)
    text: StringProperty(**TEXT)


CLASSES = (MOTIONCLIP_PG_source,)
