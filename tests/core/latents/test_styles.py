"""Style presets: what is in the list, and what their directions do."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import latent_of
from motionclip_blender.core.latents.styles import direction, presets
from motionclip_blender.core.latents.terms import StyleName, Term, to_text
from motionclip_blender.core.prompt import MAX_WEIGHT


def test_the_list_is_whole():
    assert {"happy", "sad", "angry", "old", "drunk", "proud", "childlike", "heavy", "sneaky", "tired"} <= set(presets())
    for name, style in presets().items():
        assert style.name == name and style.label and 0 < style.weight <= MAX_WEIGHT
        assert len(style.wordings) > 1 and all(wording.count("{does}") == 1 for wording in style.wordings)
        assert style.plain.count("{does}") == 1 and len(style.carriers) >= 5
        assert parse(to_text([Term(style.weight, StyleName(name))]))[0].source == StyleName(name)


def test_a_direction_points_to_its_own_style(engine: Engine):
    """Added to verbs that made no direction, it brings them nearest to being said in that style."""
    names = ["happy", "sad", "angry", "old", "sneaky", "zombie", "drunk"]
    said = ["happily", "sadly", "angrily", "like an old man", "sneakily", "like a zombie", "drunkenly"]
    directions = [direction(engine, presets()[name]) for name in names]
    for verb in ("sits down", "climbs"):
        plain = engine.encode_text(f"someone {verb}")
        styled = engine.encode_texts([f"someone {verb} {how}" for how in said]) - plain
        unit = [v / np.linalg.norm(v) for v in (*directions, *styled)]
        nearest = np.argmax(np.array(unit[: len(names)]) @ np.array(unit[len(names) :]).T, axis=0)
        assert (nearest == np.arange(len(names))).sum() >= len(names) - 1, (verb, nearest)


@pytest.mark.slow
def test_picked_styles_are_about_equally_strong(engine: Engine):
    """As long as what they are added to, or a little shorter: enough to show, too little to drown it."""
    base = np.linalg.norm(engine.encode_text("a person walks"))
    strengths = {
        name: style.weight * np.linalg.norm(direction(engine, style)) / base for name, style in presets().items()
    }
    assert all(0.5 < strength < 1.1 for strength in strengths.values()), strengths


@pytest.mark.parametrize("name", ["sad", "tired", "happy"])
def test_a_style_changes_the_motion_and_leaves_it_a_motion(engine: Engine, name: str):
    """Not how: which changes a style must bring is measured by `python -m training evaluate`."""
    plain = motions_of(engine, engine.prompt_latents(["a person walks"]), 60)[0]
    weight = presets()[name].weight
    styled = motions_of(engine, [latent_of(engine, parse(f'"a person walks" + {weight} * {{{name}}}'))], 60)[0]
    places = [engine.body.posed_joints(motion)[:, :22] for motion in (plain, styled)]
    apart = np.linalg.norm(places[0] - places[1], axis=-1)
    assert apart.mean() > 0.01
    assert np.linalg.norm(np.diff(places[1], axis=0), axis=-1).max() < 0.5  # metres from frame to frame
