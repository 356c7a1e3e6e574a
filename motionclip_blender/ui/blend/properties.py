"""Defines the properties of blends, which are saved in the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
)

from ..fields import FACTOR, SPHERICAL, STOPS
from ..sources.properties import MOTIONCLIP_PG_source

# `id_data` is the scene that the property belongs to. A script may set it in a scene other than the context's.


def _blend_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from ..generate.live import follow

    follow(self.id_data, "blend")


class MOTIONCLIP_PG_blend(bpy.types.PropertyGroup):
    """The property `scene.motionclip.blend`."""

    start: PointerProperty(type=MOTIONCLIP_PG_source)
    end: PointerProperty(type=MOTIONCLIP_PG_source)
    factor: FloatProperty(**FACTOR, update=_blend_changed)
    spherical: BoolProperty(**SPHERICAL, update=_blend_changed)
    stops: IntProperty(**STOPS, min=2, max=64, soft_max=16)
    as_strips: BoolProperty(
        name="As strips",
        description="Put the stops into the NLA editor, one after the other, and not only among the Actions",
    )


CLASSES = (MOTIONCLIP_PG_blend,)
