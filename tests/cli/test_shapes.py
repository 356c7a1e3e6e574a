"""Bodies in other shapes on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.motion_files import amass
from tests.cli.command import needs_blender, needs_model, run


@needs_model
@needs_blender
def test_the_body_has_the_shape_and_feet_stand_with_its_legs(tmp_path: Path, open_body):
    import bpy

    from motionclip_blender.rig.body_shape import betas_of

    shape = ("--betas", "height=3,leg_length=2,age=-1")
    done = run(tmp_path, "walks", "--no-plan", "--frames", 24, *shape, "--out", "m.blend", "--npz", "m.npz")
    assert done.returncode == 0, done.stderr
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "m.blend"))
    armature = next(one for one in bpy.data.objects if one.type == "ARMATURE")
    betas = betas_of(armature, open_body)
    assert betas == pytest.approx([3, 0, 0, 0, -1, 2, 0, 0, 0, 0])
    motion = amass.load(tmp_path / "m.npz")
    assert np.abs(open_body.shaped(betas).lowest(motion)).max() < 0.02
    with np.load(tmp_path / "m.npz") as data:
        assert not data["betas"].any(), "SMPL-X's betas are other shapes than the open body's"
