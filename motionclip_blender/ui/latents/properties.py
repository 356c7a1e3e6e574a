"""Defines the properties of saved latents, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    StringProperty,
)


def _latent_renamed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .saved import renamed

    renamed(self)


class MOTIONCLIP_PG_latent(bpy.types.PropertyGroup):
    """A saved latent.

    values: float32, as base64.
    pack: name and version of the pack that it belongs to.
    """

    name: StringProperty(
        name="Name", description="What the latent is called in lists and expressions", update=_latent_renamed
    )
    values: StringProperty()
    pack: StringProperty()


CLASSES = (MOTIONCLIP_PG_latent,)
