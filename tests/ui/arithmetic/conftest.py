"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

pytest.importorskip("bpy")

from tests.ui.arithmetic.listing import JUMP


@pytest.fixture
def panel(bpy, person, default_pack):
    """The panel's settings, for motions of 30 frames."""
    bpy.context.scene.motionclip.frames = 30
    return bpy.context.scene.motionclip


@pytest.fixture
def made(bpy, panel):
    """The panel's settings, after a motion was made of an expression."""
    panel.arithmetic.expression = JUMP
    assert bpy.ops.motionclip.make() == {"FINISHED"}
    return panel
