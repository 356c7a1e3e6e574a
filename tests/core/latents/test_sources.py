"""Terms to latents: prompts, motions, images, saved latents and styles in one sum."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import ExpressionError, UserError
from motionclip_blender.core.latents import file as latent_file
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import Inputs, latent_of, names, of_other_packs, source_latents
from motionclip_blender.core.latents.styles import direction, presets
from motionclip_blender.core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent, StyleName
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import random_motion

TEXT = '"walk" + 0.5 * ([Mine] - "walk") + 0.1 * latent("kept") + 0.2 * {sad} + 0 * [Mine]'


def test_names_are_what_must_be_collected():
    terms = parse('[b] + image("p.png") - [a] + latent("l") + [b] + {sad}')
    assert names(terms, ActionName) == ("b", "a")
    assert names(terms, ImageFile) == ("p.png",)
    assert names(terms, SavedLatent) == ("l",)


def test_the_sum_of_every_kind_of_source(engine: Engine):
    motion, kept = random_motion(80, 24.0, size=0.1), engine.prompt_latents(["run"])[0]
    inputs = Inputs(motions={"Mine": motion}, latents={"kept": kept})
    terms = parse(TEXT)
    latents = source_latents(engine, terms, inputs)
    assert list(latents) == [Prompt("walk"), ActionName("Mine"), SavedLatent("kept"), StyleName("sad")]
    walk, mine, sad = engine.prompt_latents(["walk"])[0], engine.encode(motion), direction(engine, presets()["sad"])
    for found, expected in zip(latents.values(), (walk, mine, kept, sad), strict=True):
        assert np.allclose(found, expected, atol=1e-4)
    walk, kept = engine.motion_latents([walk, kept])  # of their motions, being several
    total = 0.5 * walk + 0.5 * mine + 0.1 * kept + 0.2 * sad
    longest = max(np.linalg.norm(v) for v in (walk, mine, kept))
    expected = total * min(1, longest / np.linalg.norm(total))
    assert np.allclose(latent_of(engine, terms, inputs), expected, atol=1e-3)


def test_latents_of_other_packs_are_told_of(engine: Engine, tmp_path: Path):
    ours, kept = engine.pack.title, engine.prompt_latents(["run"])[0]
    makers = {"kept": "default 0.1", "mine": ours, "unknown": "", "unused": "default 0.1"}
    terms = parse('latent("kept") + latent("mine") + latent("unknown") + latent("file") + 0.5 * latent("kept")')
    assert of_other_packs(engine, terms, makers) == (
        f'The latent "kept" is of the model default 0.1, and means something else to {ours}; save it anew.',
    )
    latent_file.save(kept, tmp_path / "kept.npz", "default 0.1")
    np.savez(tmp_path / "bare.npz", latent=kept)
    assert [latent_file.maker(tmp_path / f"{name}.npz") for name in ("kept", "bare", "none")] == ["default 0.1", "", ""]


def test_the_reading_is_the_users(engine: Engine):
    motion = random_motion(300)
    inputs = Inputs(motions={"Mine": motion})
    first = source_latents(engine, parse("[Mine]"), inputs, WindowPooling("first"))[ActionName("Mine")]
    assert np.allclose(first, engine.encode(motion.crop(0, 60)), atol=1e-4)


MISSING = {
    '"walk" + [Mine]': 'At character 10: there is no Action "Mine"',
    '"walk" + 2 * image("a.png")': 'At character 14: there is no image "a.png"',
    'latent("kept")': 'At character 1: there is no saved latent "kept"',
    '"walk" + {sat}': 'At character 10: there is no style "sat"; choose one of happy, sad',
}


@pytest.mark.parametrize(("text", "sentence"), MISSING.items())
def test_what_is_not_there_is_pointed_at(engine: Engine, text: str, sentence: str):
    with pytest.raises(ExpressionError) as raised:
        latent_of(engine, parse(text))
    assert sentence in str(raised.value)


def test_prompts_of_an_expression_are_english(engine: Engine):
    with pytest.raises(UserError, match="seems to be in German; write it in English"):
        latent_of(engine, parse('"walk" + "ein Mann geht und winkt"'))
    latent_of(engine, parse('text("ein Mann geht und winkt")'))
    latent_of(engine, parse('"die slowly" - "walk"'))


def test_saved_latents_of_another_pack_or_not_finite(engine: Engine):
    for bad in (np.zeros(256), np.full(512, np.nan), np.zeros((2, 512))):
        with pytest.raises(ExpressionError, match="At character 8: (A latent of this pack|The latent holds)"):
            latent_of(engine, parse('"walk"+latent("x")'), Inputs(latents={"x": bad}))


def test_a_pack_without_an_image_tower_says_so_at_the_image(pack_without_images: Path, small_body: Body):
    engine = Engine(pack_without_images, small_body)
    inputs = Inputs(images={"a.png": np.zeros((8, 8, 3), np.uint8)})
    with pytest.raises(ExpressionError, match="At character 1: .*cannot read images"):
        latent_of(engine, parse('image("a.png")'), inputs)


def test_progress_rises_and_can_stop(engine: Engine):
    inputs = Inputs(motions={"Mine": random_motion(2_000)})
    told = []
    latent_of(
        engine,
        parse(TEXT.replace("latent", "-[Mine] + latent").split(" + 0.1")[0]),
        inputs,
        progress=lambda stage, fraction: told.append(fraction),
    )
    assert told == sorted(told) and told[-1] == 1.0

    def stop(stage: str, fraction: float) -> None:
        if stage == "Reading the motion" and fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        latent_of(engine, parse("[Mine]"), inputs, progress=stop)


def test_inputs_is_not_needed_for_prompts(engine: Engine):
    assert np.allclose(latent_of(engine, parse('"walk"')), engine.prompt_latents(["walk"])[0], atol=1e-5)
    with pytest.raises(UserError, match="alone is no motion"):
        latent_of(engine, parse("{sad}"))


def test_one_prompt_alone_is_taken_as_it_is_styled_or_not(engine: Engine):
    walk, sad = engine.prompt_latents(["walk"])[0], direction(engine, presets()["sad"])
    for text, expected in (('0.5 * "walk"', 0.5 * walk), ('"walk" + 0 * "run"', walk)):
        assert np.allclose(latent_of(engine, parse(text)), expected, atol=1e-5)
    found, total = latent_of(engine, parse('"walk" + 0.2 * {sad}')), walk + 0.2 * sad
    assert np.allclose(found, total * min(1, np.linalg.norm(walk) / np.linalg.norm(total)), atol=1e-4)


@pytest.mark.parametrize(("base", "below"), [("sit on a chair", 0.12), ("a person walks", 0.12)])
def test_an_edit_adds_what_one_motion_does_more_than_another(engine: Engine, base: str, below: float):
    """The paper's figure 10: legs go on as they did, and the hand comes up to the mouth."""
    texts = (f'"{base}"', '"drink from a mug"', f'"{base}" - "a person stands" + "drink from a mug"')
    motions = [motions_of(engine, [latent_of(engine, parse(text))], 60)[0] for text in texts]
    alone, drink, both = (engine.body.posed_joints(motion) for motion in motions)
    pelvis = [joints[:, 0, 1].mean() for joints in (alone, both)]
    assert pelvis[1] == pytest.approx(pelvis[0], abs=below)
    way = [np.linalg.norm(motion.translation[-1, [0, 2]] - motion.translation[0, [0, 2]]) for motion in motions]
    assert way[2] > 0.5 * way[0]
    wrists = [INDEX["left_wrist"], INDEX["right_wrist"]]
    hand = [(joints[:, wrists, 1] - joints[:, [INDEX["neck"]], 1]).max() for joints in (alone, drink, both)]
    assert hand[2] > (hand[0] + hand[1]) / 2
