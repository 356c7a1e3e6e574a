"""The upper body of one motion over the lower body of another."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.rig.action_metadata import recipe_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused

LEGS, ARMS = [1, 2, 4, 5, 7, 8], [16, 17, 18, 19, 20, 21]


@pytest.fixture
def panel(bpy, person, default_pack):
    settings = bpy.context.scene.motionclip
    settings.frames = 30
    settings.composition.upper.prompt, settings.composition.lower.prompt = "a person waves", "a person walks"
    return settings


def summed(person) -> str:
    """The expression that the person's motion was made of."""
    content = recipe_of(person.animation_data.action).content
    assert isinstance(content, Sum)
    return str(content.expression)


def rotations(person) -> np.ndarray:
    return read_motion(person, fps=24).rotations


def test_by_a_mask_each_half_is_its_own(bpy, panel, person) -> None:
    assert bpy.ops.motionclip.compose() == {"FINISHED"}
    made = rotations(person)
    assert person.animation_data.action.name == "a person waves / a person walks"
    for prompt, joints in (("a person waves", ARMS), ("a person walks", LEGS)):
        bpy.ops.motionclip.generate(prompt=prompt)
        assert angle_between(made[:, joints], rotations(person)[:, joints]).max() < 1e-3


def test_by_arithmetic_it_is_one_motion(bpy, panel, person) -> None:
    panel.composition.by = "ARITHMETIC"
    bpy.ops.motionclip.compose()
    assert summed(person) == '"a person walks" + "a person waves" - "a person stands"'
    before = rotations(person)
    panel.composition.weight = 0.25
    assert len(bpy.data.actions) == 1 and not np.array_equal(rotations(person), before)
    assert summed(person) == '"a person walks" + 0.25 * "a person waves" - 0.25 * "a person stands"'


def test_an_action_and_a_prompt(bpy, panel, person) -> None:
    key_motion(person, random_motion(60, fps=24, size=0.1), "mine")
    panel.composition.lower.kind, panel.composition.lower.action = "ACTION", "mine"
    bpy.ops.motionclip.compose()
    assert person.animation_data.action.name == "a person waves / mine"


def test_a_script_gives_expressions(bpy, panel, person) -> None:
    bpy.ops.motionclip.compose(upper='"wave" + {sad}', lower='2 * "run"', by="ARITHMETIC", weight=0.5)
    assert summed(person) == '2 * "run" + 0.5 * "wave" + 0.5 * {sad} - 0.5 * "a person stands"'


def test_what_is_not_said_or_not_there(bpy, panel) -> None:
    panel.composition.lower.prompt = ""
    assert refused(bpy, bpy.ops.motionclip.compose).startswith("Lower is empty")
    panel.composition.upper.kind, panel.composition.upper.action = "ACTION", "gone"
    assert refused(bpy, bpy.ops.motionclip.compose).startswith('Upper: there is no Action "gone"')


def test_weights_too_large(bpy, panel) -> None:
    sentence = refused(bpy, bpy.ops.motionclip.compose, upper='5 * "wave"', by="ARITHMETIC", weight=9.0)
    assert "weights go from -10 to 10" in sentence
