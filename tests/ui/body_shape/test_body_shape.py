"""The shape of a body in the window: "Add body" with sliders, and the joints that follow."""

from __future__ import annotations

import pytest

from motionclip_blender.rig.body_shape import shape_keys

BETAS = (2.0, -1.0, 0, 0, 0.5, 0, 0, 0, 0, 0)


def test_add_body_takes_a_shape(bpy, open_body) -> None:
    bpy.ops.motionclip.add_body(betas=BETAS)
    armature = bpy.context.object
    assert [key.value for key in shape_keys(armature)] == pytest.approx(BETAS)
    head = armature.data.bones["head"].head_local
    assert head.z == pytest.approx(open_body.joints(BETAS)[15, 1], abs=1e-5)
    bpy.ops.motionclip.add_body()
    assert not any(key.value for key in shape_keys(bpy.context.object)), "the last shape must not stick"


def test_joints_follow_the_sliders(bpy, person, open_body) -> None:
    from motionclip_blender.ui.session import SESSION

    shape_keys(person)[0].value = 2.0
    assert bpy.ops.motionclip.move_joints() == {"FINISHED"} and not SESSION.error
    assert person.data.bones["head"].head_local.z == pytest.approx(open_body.joints([2.0])[15, 1], abs=1e-5)


def test_another_armature_is_refused(bpy) -> None:
    from motionclip_blender.ui.session import SESSION

    bpy.ops.object.armature_add()
    with pytest.raises(RuntimeError):
        bpy.ops.motionclip.move_joints()
    assert SESSION.error


def test_the_panel_is_there_for_a_body_with_sliders(bpy, person) -> None:
    panel = bpy.types.MOTIONCLIP_PT_body_shape
    assert panel.poll(bpy.context)
    person.children[0].shape_key_clear()
    assert not panel.poll(bpy.context)


def test_sliders_go_as_far_as_betas() -> None:
    from motionclip_blender.core import body_shape
    from motionclip_blender.ui.body_shape.operators import LARGEST

    assert LARGEST == body_shape.LARGEST
