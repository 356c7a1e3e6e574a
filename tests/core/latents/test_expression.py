"""What may be written in an expression, what it means, and what is said about all else."""

from __future__ import annotations

import random
import time

import pytest

from motionclip_blender.core.errors import ExpressionError
from motionclip_blender.core.latents.expression import MAX_CHARACTERS, MAX_TERMS, parse
from motionclip_blender.core.latents.terms import (
    ActionName,
    ImageFile,
    Prompt,
    SavedLatent,
    Source,
    StyleName,
    Term,
    to_text,
)
from motionclip_blender.core.prompt import MAX_WEIGHT


def plain(text: str) -> list[tuple[float, Source]]:
    return [(term.weight, term.source) for term in parse(text)]


JUMP, WALK = Prompt("jump"), Prompt("walking")

MEANINGS = {
    '"jump"': [(1, JUMP)],
    '"jump" + 0.7 * ("old man walking" - "walking")': [(1, JUMP), (0.7, Prompt("old man walking")), (-0.7, WALK)],
    '[Walk cycle] + "jump"': [(1, ActionName("Walk cycle")), (1, JUMP)],
    'image("a b/c.png") - latent("mine")': [(1, ImageFile("a b/c.png")), (-1, SavedLatent("mine"))],
    'image ( "c.png" )': [(1, ImageFile("c.png"))],
    '"jump"+1.5*{sad}': [(1, JUMP), (1.5, StyleName("sad"))],
    '"jump" * 2': [(2, JUMP)],
    '2 * "jump" * 3': [(6, JUMP)],
    '-"jump"': [(-1, JUMP)],
    '--"jump" - -"walking"': [(1, JUMP), (1, WALK)],
    '+"jump"': [(1, JUMP)],
    '-(2 * "jump" - "walking") * 0.5': [(-1, JUMP), (0.5, WALK)],
    '(1 - 0.25) * "jump" + .25 * "walking"': [(0.75, JUMP), (0.25, WALK)],
    '1e-1 * "jump"': [(0.1, JUMP)],
    '2. * "jump"': [(2, JUMP)],
    '0 * "jump"': [(0, JUMP)],
    '"jump" + "jump"': [(1, JUMP), (1, JUMP)],
    "'jump' + “walking”": [(1, JUMP), (1, WALK)],
    "„jump“ - «walking»": [(1, JUMP), (-1, WALK)],
    '  "  jump\n "': [(1, JUMP)],  # a prompt is kept as prompts are
    '"say ""hello"" (+ 2 * [x])"': [(1, Prompt('say "hello" (+ 2 * [x])'))],
    "[Walk [2]]]": [(1, ActionName("Walk [2]"))],
    "{sad}": [(1, StyleName("sad"))],
    'image("C:\\new\\table.png")': [(1, ImageFile("C:\\new\\table.png"))],  # a backslash is a backslash
    '"it\'s"': [(1, Prompt("it's"))],
}


@pytest.mark.parametrize(("text", "terms"), MEANINGS.items(), ids=MEANINGS.keys())
def test_what_expressions_mean(text: str, terms: list[tuple[float, Source]]):
    assert [(pytest.approx(weight), source) for weight, source in plain(text)] == terms


def test_terms_know_where_they_begin():
    assert [term.at for term in parse('"jump" + 0.5 * ([a] - image("b"))')] == [1, 17, 23]


# text -> the character that is pointed at, and a part of what is said
WRONG = {
    "": (1, "the expression is empty"),
    " \n ": (1, "the expression is empty"),
    "walk": (1, 'words stand in quotes: "walk"'),
    '"jump" + walk': (10, "words stand in quotes"),
    '"jump" / 2': (8, "not divided; multiply instead"),
    '"jump" ÷ 2': (8, "not divided"),
    '"jump" * "walk"': (8, "two latents cannot be multiplied"),
    '("jump" + [a]) * -"walk"': (16, "two latents cannot be multiplied"),
    '"jump" ** 2': (8, "no powers"),
    '"jump" ^ 2': (8, "'^' has no meaning here"),
    '"jump" + 1': (8, "cannot be added; a number weighs"),
    '1 - "jump"': (3, "cannot be added"),
    "2 * 3": (1, "a number only"),
    '2 "jump"': (3, "put a * before this"),
    '"jump" 2': (8, "put a * before this"),
    '"jump" "walk"': (8, "put +, - or * before this"),
    '"jump" [a]': (8, "put +, - or * before this"),
    '"jump" ("walk")': (8, "put +, - or * before this"),
    '0,7 * "jump"': (2, "decimals are written with a point"),
    '"jump" +': (9, "ends where something should follow"),
    "-": (2, "ends where something should follow"),
    '* "jump"': (1, "nothing before this *"),
    '"jump" + * 2': (10, "nothing before this *"),
    "()": (2, "something is missing before this bracket"),
    '("jump" + )': (11, "something is missing before this bracket"),
    '("jump"': (1, "opened and never closed"),
    '"walk" + (("jump")': (10, "opened and never closed"),
    "(((": (3, "opened and never closed"),
    '"jump")': (7, "closes none"),
    '"jump': (1, "these quotes are opened and never closed"),
    '2 * "jump""': (5, "these quotes are opened and never closed"),
    '"a" + [Walk': (7, "these brackets are opened and never closed"),
    "{sad": (1, "these braces are opened and never closed"),
    '""': (1, "these quotes are empty"),
    '"a" + " "': (7, "these quotes are empty"),
    "[]": (1, "these brackets are empty"),
    "{}": (1, "these braces are empty"),
    '"?!"': (1, "has no words"),
    '"a" + "' + "x" * 600 + '"': (7, "shorten it to 500"),
    'image("")': (7, "these quotes are empty"),
    "image(x.png)": (1, 'after image comes a name in brackets and quotes: image("...")'),
    'image "x.png"': (1, "after image comes"),
    'latent("x" + 1)': (11, "latent( is not closed"),
    'blend("a")': (1, 'blend is unknown; there are image("..."), latent("..."), style("...") and text("...")'),
    'nan * "jump"': (1, "nan is no weight"),
    '"jump" * -inf': (11, "inf is no weight"),
    '1e999 * "jump"': (1, "too large a number"),
    '2 * 1e300 * ("walk" - 1e300 * "jump")': (14, "this weighs 2e+300"),
    '1e308 * 1e308 * 0 * "jump"': (21, "this weighs nan"),
    '11 * "jump"': (6, "weights go from -10 to 10"),
    '-("walk" - 11 * "jump")': (17, "weights go from -10 to 10"),
    '"jump" @ 2': (8, "'@' has no meaning here"),
    '__import__("os")': (1, "__import__ is unknown"),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items(), ids=[text[:40] or "empty" for text in WRONG])
def test_what_cannot_be_read_is_pointed_at(text: str, expected: tuple[int, str]):
    at, sentence = expected
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    message = str(raised.value)
    assert sentence in message and message.startswith(f"At character {at}: ") and raised.value.at == at
    assert "\n" not in message


@pytest.mark.parametrize("depth", [1_000, 4_900])
@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("-(", ")"), ("-", "")])
def test_deep_nesting_is_read_fast(depth: int, opening: str, closing: str):
    depth = min(depth, (MAX_CHARACTERS - 6) // len(opening + closing))
    start = time.perf_counter()
    (term,) = parse(opening * depth + '"jump"' + closing * depth)
    assert time.perf_counter() - start < 1.0
    assert term == Term(-1.0 if "-" in opening and depth % 2 else 1.0, JUMP, term.at)


def test_a_thousand_brackets_that_weigh_and_add():
    depth = 1_000
    text = '0.999 * ("b" + ' * (MAX_TERMS - 1) + "(" * depth + '"a"' + ")" * (depth + MAX_TERMS - 1)
    terms = parse(text)
    assert len(terms) == MAX_TERMS
    assert terms[-1].weight == pytest.approx(0.999 ** (MAX_TERMS - 1))
    assert [term.weight for term in terms] == pytest.approx(
        [0.999 ** min(i + 1, MAX_TERMS - 1) for i in range(MAX_TERMS)]
    )


def test_too_long_and_too_many():
    with pytest.raises(ExpressionError, match="10,000 characters at most, this one 10,002"):
        parse("(" * (MAX_CHARACTERS + 2))
    with pytest.raises(ExpressionError, match=f"At character {4 * MAX_TERMS + 1}: .* {MAX_TERMS} are the most"):
        parse("+".join(["[a]"] * (MAX_TERMS + 1)))


# --- there and back


def random_terms(rng: random.Random) -> tuple[Term, ...]:
    letters = "ab 0[](){}\"'*+-.\\“é漢"

    def name() -> str:
        return "x" + "".join(rng.choices(letters, k=rng.randint(0, 12)))

    def source() -> Source:
        kind = rng.choice((Prompt, ActionName, ImageFile, SavedLatent, StyleName))
        return kind(" ".join(name().split())) if kind is Prompt else kind(name())

    def weight() -> float:
        return rng.choice((1.0, -1.0, 0.0, -0.0, 0.7, 10.0, -10.0, 1e-7, rng.uniform(-MAX_WEIGHT, MAX_WEIGHT)))

    return tuple(Term(weight(), source()) for _ in range(rng.randint(1, 8)))


def test_terms_written_and_read_again_are_the_same():
    rng = random.Random(0)
    for _ in range(2_000):
        terms = random_terms(rng)
        assert plain(to_text(terms)) == [(term.weight, term.source) for term in terms], to_text(terms)


def random_expression(rng: random.Random, depth: int) -> tuple[str, dict[str, float]]:
    """A text, and how much each prompt weighs in all, reckoned on the way."""
    kind = rng.choice(("leaf", "sum", "scaled", "scaled", "bracket")) if depth else "leaf"
    if kind == "leaf":
        name = rng.choice("abcd")
        return f'"{name}"', {name: 1.0}
    if kind == "bracket":
        text, weights = random_expression(rng, depth - 1)
        return f"( {text})", weights
    if kind == "scaled":
        factor = rng.choice((0.5, 2.0, -1.0, 0.25))
        text, weights = random_expression(rng, depth - 1)
        written = rng.choice((f"{factor} * ({text})", f"({text})*{factor}", f"-{-factor}*({text})"))
        return written.replace("--", "- -"), {name: factor * weight for name, weight in weights.items()}
    (left, weights), (right, others) = (random_expression(rng, depth - 1) for _ in range(2))
    sign = rng.choice((1, -1))
    total = dict(weights)
    for name, weight in others.items():
        total[name] = total.get(name, 0.0) + sign * weight
    return f"({left}) {'+' if sign > 0 else '-'} ({right})", total


def test_random_expressions_weigh_what_arithmetic_says():
    rng = random.Random(1)
    read = 0
    for _ in range(1_000):
        text, expected = random_expression(rng, rng.randint(0, 6))
        try:
            terms = parse(text)
        except ExpressionError as error:
            assert "weights go from" in str(error)
            continue
        read += 1
        found: dict[str, float] = {}
        for term in terms:
            found[term.source.text] = found.get(term.source.text, 0.0) + term.weight
        assert found == pytest.approx(expected), text
    assert read > 900


def test_random_rubbish_is_refused_or_read_but_never_crashes():
    rng = random.Random(2)
    pieces = [
        '"a"',
        "[b]",
        "{c}",
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "1",
        "2.5",
        ",",
        '"',
        "[",
        "nan",
        "image(",
        'latent("x")',
        " ",
        "\0",
    ]
    for _ in range(5_000):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 12)))
        try:
            assert parse(text)
        except ExpressionError as error:
            assert 1 <= error.at <= len(text) + 1, text


def test_a_number_of_thousands_of_digits_does_not_fill_the_panel() -> None:
    with pytest.raises(ExpressionError, match="too large a number") as caught:
        parse("9" * 5000 + ' * "jump"')
    assert len(str(caught.value)) < 100
