"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from motionclip_blender.rig.armature import add_body


@pytest.fixture
def armature(scene, small_body):
    """An SMPL-X armature in a scene of 24 frames per second."""
    return add_body(small_body)
