"""What the panels ask for, kept in the scene and saved with it.

These classes have no methods: Blender 4.2 never lets go of such a class, its methods would hold the bpy module, and
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
from .fields import (
    ACTION,
    AS_SHOWN,
    COMPOSED_BY,
    EXAMPLE,
    FACTOR,
    FRAMES,
    IMAGE,
    KIND,
    KINDS,
    LATENT,
    PROMPT,
    READINGS,
    SPHERICAL,
    START,
    STOPS,
    WEIGHT,
)

_STYLE = ("STYLE", "Style", "A way to move", "COLOR", 4)


# The scene is the one that the property belongs to, which need not be the context's: a script may set any.


def _terms_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .arithmetic.operators import terms_changed

    terms_changed(self.id_data)


def _expression_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .arithmetic.operators import expression_changed

    expression_changed(self.id_data)


def _blend_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .generate.live import follow

    follow(self.id_data, "blend")


def _composition_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .generate.live import follow

    follow(self.id_data, "composition")


def _latent_renamed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .latents.saved import renamed

    renamed(self)


class MOTIONCLIP_PG_source(bpy.types.PropertyGroup):
    """Where a latent comes from. Of its texts the one that `kind` names counts."""

    kind: EnumProperty(**KIND, items=KINDS)
    prompt: StringProperty(**PROMPT)
    action: StringProperty(**ACTION)
    image: StringProperty(**IMAGE)
    latent: StringProperty(**LATENT)


class MOTIONCLIP_PG_term(bpy.types.PropertyGroup):
    """One of the terms of an expression: a source, or a style, and its weight."""

    kind: EnumProperty(**KIND, items=(*KINDS, _STYLE), update=_terms_changed)
    prompt: StringProperty(**PROMPT, update=_terms_changed)
    action: StringProperty(**ACTION, update=_terms_changed)
    image: StringProperty(**IMAGE, update=_terms_changed)
    latent: StringProperty(**LATENT, update=_terms_changed)
    style: StringProperty(name="Style", description="The name of a style", update=_terms_changed)
    weight: FloatProperty(**WEIGHT, update=_terms_changed)


class MOTIONCLIP_PG_latent(bpy.types.PropertyGroup):
    """A saved latent. values: float32, base64. pack: name and version of the pack that it belongs to."""

    name: StringProperty(
        name="Name", description="What the latent is called in lists and expressions", update=_latent_renamed
    )
    values: StringProperty()
    pack: StringProperty()


class MOTIONCLIP_PG_blend(bpy.types.PropertyGroup):
    """`scene.motionclip.blend`."""

    start: PointerProperty(type=MOTIONCLIP_PG_source)
    end: PointerProperty(type=MOTIONCLIP_PG_source)
    factor: FloatProperty(**FACTOR, update=_blend_changed)
    spherical: BoolProperty(**SPHERICAL, update=_blend_changed)
    stops: IntProperty(**STOPS, min=2, max=64, soft_max=16)
    as_strips: BoolProperty(
        name="As strips",
        description="Put the stops into the NLA editor, one after the other, and not only among the Actions",
    )


class MOTIONCLIP_PG_arithmetic(bpy.types.PropertyGroup):
    """`scene.motionclip.arithmetic`: an expression, and the same as a list of terms."""

    expression: StringProperty(
        name="Expression",
        description='A sum of latents, such as "jump" + 0.7 * ("old man walking" - "walking"): prompts in quotes, '
        'Actions in [brackets], styles in {braces}, image("file"), latent("name")',
        update=_expression_changed,
    )
    terms: CollectionProperty(type=MOTIONCLIP_PG_term)
    active: IntProperty(name="Active term")


class MOTIONCLIP_PG_composition(bpy.types.PropertyGroup):
    """`scene.motionclip.composition`."""

    upper: PointerProperty(type=MOTIONCLIP_PG_source)
    lower: PointerProperty(type=MOTIONCLIP_PG_source)
    by: EnumProperty(**COMPOSED_BY)
    weight: FloatProperty(**WEIGHT, update=_composition_changed)


class MOTIONCLIP_PG_settings(bpy.types.PropertyGroup):
    """`scene.motionclip`. behind: the part of the panel whose slider the motion has yet to catch up with.

    previewing: whether the preview range was set by Play. preview_before: what it was until then: in use, first, last.
    """

    prompt: StringProperty(**PROMPT, default=EXAMPLE)
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
    blend: PointerProperty(type=MOTIONCLIP_PG_blend)
    arithmetic: PointerProperty(type=MOTIONCLIP_PG_arithmetic)
    composition: PointerProperty(type=MOTIONCLIP_PG_composition)
    latents: CollectionProperty(type=MOTIONCLIP_PG_latent)
    active_latent: IntProperty(name="Active latent")
    behind: StringProperty(options={"HIDDEN"})
    previewing: BoolProperty(options={"HIDDEN"})
    preview_before: IntVectorProperty(size=3, options={"HIDDEN"})


def attach() -> None:
    """Adds `scene.motionclip`."""
    bpy.types.Scene.motionclip = PointerProperty(type=MOTIONCLIP_PG_settings)


def detach() -> None:
    """Takes it away; values stay in the file for the next time."""
    del bpy.types.Scene.motionclip


CLASSES = (
    MOTIONCLIP_PG_source,
    MOTIONCLIP_PG_term,
    MOTIONCLIP_PG_latent,
    MOTIONCLIP_PG_blend,
    MOTIONCLIP_PG_arithmetic,
    MOTIONCLIP_PG_composition,
    MOTIONCLIP_PG_settings,
)
