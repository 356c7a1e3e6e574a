"""What the tests of arithmetic look at."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.rig.action_metadata import recipe_of
from motionclip_blender.rig.read_action import read_motion

JUMP = '"jump" + 0.7 * ("old man walking" - "walking")'


def rotations(person) -> np.ndarray:
    return read_motion(person, fps=24).rotations


def expression(person) -> str:
    """The one that the person's motion was made of."""
    return str(recipe_of(person.animation_data.action).content.expression)


def listed(panel) -> list[tuple]:
    return [(item.kind, getattr(item, item.kind.lower()), round(item.weight, 5)) for item in panel.arithmetic.terms]
