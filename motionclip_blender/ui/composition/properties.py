"""Defines the properties of compositions, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    EnumProperty,
    FloatProperty,
    PointerProperty,
)

from ..fields import COMPOSED_BY, WEIGHT
from ..sources.properties import MOTIONCLIP_PG_source

# `id_data` is the scene that the property belongs to. A script may set it in a scene other than the context's.


def _composition_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from ..generate.live import follow

    follow(self.id_data, "composition")


class MOTIONCLIP_PG_composition(bpy.types.PropertyGroup):
    """The property `scene.motionclip.composition`."""

    upper: PointerProperty(type=MOTIONCLIP_PG_source)
    lower: PointerProperty(type=MOTIONCLIP_PG_source)
    by: EnumProperty(**COMPOSED_BY)
    weight: FloatProperty(**WEIGHT, update=_composition_changed)


CLASSES = (MOTIONCLIP_PG_composition,)
