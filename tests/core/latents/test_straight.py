"""Texts by their own embedding, and styles of any word."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import ExpressionError, UserError
from motionclip_blender.core.latents.arithmetic import blend, even_factors
from motionclip_blender.core.latents.expression import Expression, parse
from motionclip_blender.core.latents.sources import latent_of, source_latents
from motionclip_blender.core.latents.styles import direction, presets, style_of
from motionclip_blender.core.latents.terms import Prompt, StyleWord, Term, TextEmbedding, to_text
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.codec import from_json, to_json
from motionclip_blender.core.recipe.composition import STANDING, composed_sum
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum

SOURCES = [TextEmbedding('a "quoted" person'), StyleWord("proud"), StyleWord('like a "cat" {does}')]


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_what_is_written_is_read_back(source):
    terms = (Term(1.0, Prompt("walk")), Term(-0.5, source))
    assert [(term.weight, term.source) for term in parse(to_text(terms))] == [(t.weight, t.source) for t in terms]
    recipe = Recipe(Sum(Expression(terms)), 60)
    assert from_json(to_json(recipe)) == recipe
    typed = Recipe(Sum(Expression.typed(to_text(terms))), 60)
    assert from_json(to_json(typed)) == typed


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ('text("")', 6, "are empty"),
        ('"walk" + style("?!")', 16, "no words"),
        ('text("' + "x" * 600 + '")', 6, "shorten"),
        ("style(proud)", 1, "in brackets and quotes"),
        ('style("proud"', 14, "not closed"),
    ],
)
def test_what_cannot_be_read(text, at, sentence):
    with pytest.raises(ExpressionError, match=sentence) as raised:
        parse(text)
    assert raised.value.at == at


def test_a_text_straight_is_its_own_embedding(engine: Engine):
    own, recalled = engine.encode_text("somebody hops about"), engine.prompt_latents(["somebody hops about"])[0]
    assert np.allclose(latent_of(engine, parse('text("somebody hops about")')), own, atol=1e-5)
    assert np.linalg.norm(own - recalled) > 0.1 * np.linalg.norm(own), "the default pack has no retrieval"
    recipe = Recipe.of_prompt("somebody hops about", 40).straight()
    assert recipe.prompt == "" and recipe.title == "somebody hops about"
    assert str(recipe.content.expression) == 'text("somebody hops about")'
    made = make(engine, recipe, 30)
    assert np.allclose(made.latent, own, atol=1e-5)
    assert np.allclose(made.motion.rotations, motions_of(engine, own[None], 40)[0].rotations, atol=1e-4)


def test_sums_and_blends_of_texts_straight_are_on_the_raw_latents(engine: Engine):
    """As the released code: base - start + end, and five even stops, without a look at the motions."""
    texts = ["walk", "Standing", "drink from mug"]
    walk, standing, drink = engine.encode_texts(texts)
    terms = Recipe(Sum(Expression.typed('"walk" - "Standing" + "drink from mug"')), 60).straight().terms
    total = walk - standing + drink
    total *= min(1, max(np.linalg.norm((walk, standing, drink), axis=1)) / np.linalg.norm(total))
    assert np.allclose(latent_of(engine, terms), total, atol=1e-4)
    recipe = Recipe(Blend(*(Expression.of(Prompt(text)) for text in ("walk", "drink from mug"))), 60).straight()
    found = recipe.content.latents_at(engine, source_latents(engine, recipe.terms), even_factors(5))
    assert np.allclose(found, blend(walk, drink, even_factors(5)), atol=1e-4)
    composed = composed_sum(*(Expression.of(TextEmbedding(text)) for text in ("wave", "walk")))
    assert composed.terms[-1].source == TextEmbedding(STANDING.text)


def test_a_prompt_that_is_cut_is_told_straight_too(engine: Engine):
    made = make(engine, Recipe.of_prompt("walk " * 80, 20).straight(), 30)
    assert "tokens are not read" in made.notes[0]


def test_nothing_to_take_straight():
    with pytest.raises(UserError, match="no prompt"):
        Recipe(Sum(Expression.typed("[Walk]")), 60).straight()


# --- styles of words


@pytest.mark.parametrize("name", ["sad", "angry", "old", "sneaky", "drunk", "proud"])
def test_the_style_of_a_word_points_where_its_preset_does(engine: Engine, name: str):
    found = direction(engine, style_of(name))
    unit = found / np.linalg.norm(found)
    cosines = {}
    for other in ("sad", "angry", "old", "sneaky", "drunk", "proud"):
        preset = direction(engine, presets()[other])
        cosines[other] = float(unit @ preset / np.linalg.norm(preset))
    assert max(cosines, key=cosines.get) == name, cosines


@pytest.mark.parametrize("word", ["furious", "proudly", "like a cat", "{does}", "Löwe"])
def test_any_word_is_a_style(engine: Engine, word: str):
    """Said after what is done, as in the paper's "walk proud", less the same without it, over all carriers."""
    style = presets()["sad"]
    plain = [style.plain.format(does=does) for does in style.carriers]
    expected = engine.encode_texts([f"{text} {word}" for text in plain]).mean(0) - engine.encode_texts(plain).mean(0)
    terms = parse(to_text([Term(1.0, Prompt("walk")), Term(0.5, StyleWord(word))]))
    assert np.allclose(source_latents(engine, terms)[StyleWord(word)], expected, atol=1e-4)
    walk = engine.prompt_latents(["walk"])[0]
    total = walk + 0.5 * expected
    assert np.allclose(
        latent_of(engine, terms), total * min(1, np.linalg.norm(walk) / np.linalg.norm(total)), atol=1e-4
    )


def test_a_style_of_a_word_alone_is_no_motion(engine: Engine):
    with pytest.raises(UserError, match=r'style\("proud"\) alone is no motion'):
        latent_of(engine, parse('style("proud")'))
    with pytest.raises(UserError, match=r'or write style\("furious"\)'):
        latent_of(engine, parse('"walk" + {furious}'))
