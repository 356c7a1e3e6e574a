"""What tests of written and of read keys share."""

from __future__ import annotations

import bpy
import numpy as np

from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.versions import fcurves_of
from tests.synthetic import angle_between


def curves_of(action, armature) -> dict[tuple[str, int], bpy.types.FCurve]:
    return {(curve.data_path, curve.array_index): curve for curve in fcurves_of(action, armature, "")}


def largest_difference(a: Motion, b: Motion) -> float:
    """Radians and metres alike."""
    return max(angle_between(a.rotations, b.rotations).max(), np.abs(a.translation - b.translation).max())
