"""What is told of prompts in expressions that are like nothing known."""

from __future__ import annotations

import pytest

from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment


def summed(text: str) -> Sum:
    return Sum(Expression.typed(text))


@pytest.mark.parametrize(
    "content",
    [
        summed('"a person walks" + "plays the cello"'),
        summed('"plays the cello"'),
        Blend(Expression.typed('"a person walks"'), Expression.typed('"plays the cello"')),
        Timeline((TimelineSegment(summed('"plays the cello"')), TimelineSegment(PromptPlan("waves")))),
    ],
    ids=lambda content: content.kind,
)
def test_a_prompt_of_an_expression_that_means_nothing_known_is_made_and_told(engine, content) -> None:
    found = make(engine, Recipe(content, 48), 24.0)
    assert found.notes[0] == 'Nothing known is like "plays the cello"; what is made of it is a guess.'


@pytest.mark.parametrize(
    "content",
    [
        summed('"jump" + "old" - 0.5 * "standing" + text("violin") + style("cello")'),
        Sum.of_prompt("plays the cello"),
    ],
    ids=["expression", "prompt alone"],
)
def test_nothing_is_told_of_what_is_known_and_of_a_prompt_alone_that_is_not_read(engine, content) -> None:
    assert make(engine, Recipe(content, 48), 24.0).notes == ()
