"""The steps of a prompt in the sidebar: one click takes a step for another wording, one undo takes that back."""

from __future__ import annotations

import pytest

from tests.gui.action_panel import idle
from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import RIGHT

pytestmark = pytest.mark.gui

PROMPT = "walks, then waves"
STEPS = "[(s['wording'], s['taken']) for s in json.loads(bpy.context.object.animation_data.action['steps'])]"


def test_one_click_takes_a_step_for_another_wording(blender: Blender) -> None:
    blender.run(f"""
        import json
        settings = bpy.context.scene.motionclip
        settings.prompt, settings.steps, settings.frames = "{PROMPT}", True, 100
        bpy.app.timers.register(lambda: bpy.ops.motionclip.generate("INVOKE_DEFAULT") and None)
    """)
    blender.until("len(bpy.data.actions) == 1", 120)
    idle(blender)
    blender.settle()
    before = blender.run(STEPS)
    other = blender.run("json.loads(bpy.context.object.animation_data.action['steps'])[0]['others'][1]")
    blender.sidebar.click("motionclip.take", RIGHT)
    blender.until("len(bpy.data.actions) == 2", 60)
    idle(blender)
    blender.settle()
    assert blender.run(STEPS) == [[other, True], before[1]]
    assert blender.run("bpy.context.object.animation_data.action.frame_range[:]") == [1, 100]
    blender.move(*VIEW)
    blender.key("ctrl+z")
    blender.until("len(bpy.data.actions) == 1", 20)
    assert blender.run(STEPS) == before
