"""Defines the properties of arithmetic, which are saved in the scene: the expression and its terms."""

from __future__ import annotations

import bpy
from bpy.props import (
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from ..fields import ACTION, IMAGE, KIND, KINDS, LATENT, PROMPT, TEXT, WEIGHT, WORD

_STYLES = (
    ("STYLE", "Style", "A way to move", "COLOR", 4),
    ("WORD", "Style word", "A way to move, by any word", "BRUSH_DATA", 6),
)

# `id_data` is the scene that the property belongs to. A script may set it in a scene other than the context's.


def _terms_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .expression_list import terms_changed

    terms_changed(self.id_data)


def _expression_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    from .expression_list import expression_changed

    expression_changed(self.id_data)


class MOTIONCLIP_PG_term(bpy.types.PropertyGroup):
    """A term of an expression: a source or a style, and its weight."""

    kind: EnumProperty(**KIND, items=(*KINDS, *_STYLES), update=_terms_changed)
    prompt: StringProperty(**PROMPT, update=_terms_changed)
    action: StringProperty(**ACTION, update=_terms_changed)
    image: StringProperty(**IMAGE, update=_terms_changed)
    latent: StringProperty(**LATENT, update=_terms_changed)
    style: StringProperty(name="Style", description="The name of a style", update=_terms_changed)
    text: StringProperty(**TEXT, update=_terms_changed)
    word: StringProperty(**WORD, update=_terms_changed)
    weight: FloatProperty(**WEIGHT, update=_terms_changed)


class MOTIONCLIP_PG_arithmetic(bpy.types.PropertyGroup):
    """The property `scene.motionclip.arithmetic`: an expression, and its terms as a list."""

    expression: StringProperty(
        name="Expression",
        description='A sum of latents, such as "jump" + 0.7 * ("old man walking" - "walking"): prompts in quotes, '
        'Actions in [brackets], styles in {braces}, image("file"), latent("name"), style("any word"), '
        'text("straight from the text")',
        update=_expression_changed,
    )
    terms: CollectionProperty(type=MOTIONCLIP_PG_term)
    active: IntProperty(name="Active term")
    word: StringProperty(**WORD)


CLASSES = (MOTIONCLIP_PG_term, MOTIONCLIP_PG_arithmetic)
