"""Motions on an armature of other proportions than the preferences' body: its own legs and soles count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.body import Body
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.ui.generate import generation
from tests.core.cleanup.test_pipeline import slide


@pytest.fixture(scope="module")
def small(open_body: Body) -> Body:
    return replace(open_body, template=open_body.template * np.float32(0.75))


@pytest.fixture
def child(bpy, default_pack, small: Body):
    """An armature with that body's joints, without a mesh."""
    armature = add_body(small)
    for mesh in list(armature.children):
        bpy.data.objects.remove(mesh)
    bpy.context.view_layer.objects.active = armature
    bpy.context.scene.render.fps = 30
    return armature


def test_where_the_joints_rest_is_read_off_the_bones(child, small: Body, open_body: Body) -> None:
    np.testing.assert_allclose(Bones.of(child).rest_joints, small.joints(), atol=1e-4)
    child.data.transform(child.matrix_world * 100)  # in centimetres, as many rigs are
    joints = Bones.of(child).rest_joints
    shape = joints / joints[15, 1] * small.joints()[15, 1]
    np.testing.assert_allclose(shape, small.joints(), atol=1e-3)


def test_an_armature_of_the_preferences_body_needs_no_other(bpy, default_pack, open_body: Body) -> None:
    assert open_body.fitted_to(Bones.of(add_body(open_body)).rest_joints) is open_body


@pytest.mark.parametrize("prompt", ["a person walks forward", "a person walks backwards"])
def test_its_feet_stand_and_its_soles_are_on_the_floor(bpy, child, small, prompt) -> None:
    assert bpy.ops.motionclip.generate(prompt=prompt, frames=90) == {"FINISHED"}
    motion = read_motion(child, fps=30)
    assert slide(motion, small) < 0.2
    assert abs(np.percentile(small.lowest(motion), 5)) < 0.02


def test_a_slider_and_the_stops_of_a_blend_do_the_same(bpy, child, small) -> None:
    settings = bpy.context.scene.motionclip
    settings.frames = 60
    settings.blend.start.prompt, settings.blend.end.prompt = "a person walks forward", "a person runs"
    assert bpy.ops.motionclip.blend() == {"FINISHED"}
    settings.blend.factor = 0.75
    followed = read_motion(child, fps=30)
    assert bpy.ops.motionclip.blend_stops(stops=5) == {"FINISHED"}
    stop = next(action for action in bpy.data.actions if action.name.startswith("0.75"))
    np.testing.assert_allclose(read_motion(child, stop, fps=30).translation, followed.translation, atol=1e-4)
    assert abs(np.percentile(small.lowest(followed), 5)) < 0.02


def test_the_request_holds_plain_values(bpy, child) -> None:
    from motionclip_blender.core.recipe.recipe import Recipe

    wanted = generation.request(bpy.context.scene, child, Recipe.of_prompt("walk", 30))
    assert isinstance(wanted.joints, np.ndarray) and wanted.joints.shape == (55, 3)
    assert generation.request(bpy.context.scene, None, wanted.recipe).joints is None
