"""What carries the person of a mapped rig must be free to move; and names and scales that are odd."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.rig_maps import entry_of
from motionclip_blender.rig.mapped import MappedRig
from motionclip_blender.rig.rig_note import keep_rig
from motionclip_blender.rig.root_motion import OBJECT, ROOT, ROOT_NOTE
from motionclip_blender.rig.shown import motion_of, shown
from motionclip_blender.rig.write_keys import key_motion
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import dance


def rig_of(choice: str = "") -> bpy.types.Object:
    bpy.context.scene.render.fps = 30
    rig = armature_of(built(CONVENTIONS["Unreal 5"], "A"))
    if choice:
        rig.data[ROOT_NOTE] = choice
    return rig


def swapped(rig: bpy.types.Object, *parts: str) -> None:
    entry = entry_of(MappedRig.of(rig).rig)
    for part in parts:
        left, right = f"left_{part}", f"right_{part}"
        entry[left], entry[right] = entry[right], entry[left]
    keep_rig(rig.data, entry)


CASES: dict[str, tuple[str, Callable[[bpy.types.Object], object], str]] = {
    "root locked": (
        ROOT,
        lambda rig: setattr(rig.pose.bones["root"], "lock_location", (True,) * 3),
        r"locked \(root\)",
    ),
    "root driven": (ROOT, lambda rig: rig.pose.bones["root"].driver_add("location", 0), r"Drivers move .* \(root\)"),
    "object locked": (OBJECT, lambda rig: setattr(rig, "lock_rotation", (True,) * 3), "are locked"),
    "object driven": (OBJECT, lambda rig: rig.driver_add("location", 0), "Drivers move"),
    "uneven": ("", lambda rig: setattr(rig, "scale", (1, 1, 2)), "scaled unevenly"),
    "flat": ("", lambda rig: setattr(rig, "scale", (1, 1, 0)), "mirrored or flattened"),
    "legs swapped": ("", lambda rig: swapped(rig, "hip", "knee", "ankle", "foot"), "the other way round than its legs"),
    "arms swapped": ("", lambda rig: swapped(rig, "collar", "shoulder", "elbow", "wrist"), "the other way round"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_could_not_move_is_refused_and_nothing_changes(scene, case: str) -> None:
    choice, change, sentence = CASES[case]
    rig = rig_of(choice)
    change(rig)
    bpy.context.view_layer.update()
    before = len(bpy.data.actions)
    with pytest.raises(UserError, match=sentence):
        key_motion(rig, dance(), "dance")
    assert len(bpy.data.actions) == before


@pytest.mark.parametrize("choice", ["", ROOT])
def test_an_object_that_carries_nothing_may_be_locked(scene, choice: str) -> None:
    rig = rig_of(choice)
    rig.lock_location = (True,) * 3
    rig.driver_add("scale", 0).driver.expression = "1"
    key_motion(rig, dance(), "dance")
    assert np.abs(motion_of(rig, fps=30).translation - dance().translation).max() < 1e-3


def test_an_object_in_axis_angle_mode_turns(scene) -> None:
    rig = rig_of(OBJECT)
    rig.rotation_mode = "AXIS_ANGLE"
    key_motion(rig, dance(), "dance")
    turned = motion_of(rig, fps=30).rotations[:, 0] * dance().rotations[:, 0]
    assert np.abs(np.abs(turned.sum(axis=1)) - 1).max() < 1e-3


def test_quotes_and_backslashes_in_names(scene) -> None:
    rig = rig_of()
    for bone in list(rig.data.bones):
        bone.name = 'a"b\\c:' + bone.name
    action = key_motion(rig, dance(), "dance")
    assert shown(rig, action).last == 30
    assert np.abs(motion_of(rig, fps=30).translation - dance().translation).max() < 1e-3
    rig.pose.bones['a"b\\c:calf_l'].driver_add("rotation_quaternion", 0)
    with pytest.raises(UserError, match="Drivers move bones"):
        key_motion(rig, dance(), "again")
