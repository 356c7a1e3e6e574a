"""What a prompt says that shows no movement: what is not done, distances, amounts beyond what can be made."""

from __future__ import annotations

from math import pi

import pytest

from motionclip_blender.core.prompt_plan.amounts import MOST_METRES, MOST_SECONDS, distance, duration, plain_amounts
from motionclip_blender.core.prompt_plan.grammar import number_of
from motionclip_blender.core.prompt_plan.language import other_language
from motionclip_blender.core.prompt_plan.negation import without_negated
from motionclip_blender.core.prompt_plan.paths import written_out


@pytest.mark.parametrize(
    "clause",
    ["don't wave", "a person never runs", "he does not jump", "but does not run", "no jumping", "she isn't walking",
     "cannot walk", "avoids running", "dont wave"],
)  # fmt: skip
def test_who_does_not_do_it(clause: str):
    rest, remarks = without_negated(clause)
    assert rest == "" and "is left out" in remarks[0]


@pytest.mark.parametrize(
    ("clause", "rest"),
    [
        ("walks without stopping", "walks"),
        ("jumps without turning around", "jumps"),
        ("walks not too slowly", "walks"),
        ("crawls instead of walking", "crawls"),
        ("stop waving", "stands still"),
    ],
)
def test_what_is_done_without_it(clause: str, rest: str):
    assert without_negated(clause)[0] == rest


@pytest.mark.parametrize("clause", ["walks without a hat", "stands with no shoes on", "knocks on the door", "notices"])
def test_what_denies_no_action_is_kept(clause: str):
    assert without_negated(clause) == (clause, [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("walks for 3 seconds", 3), ("walks for five seconds", 5), ("walks for 2 minutes", 120),
        ("walks .5 seconds", 0.5),
        ("walks for 90 frames", 3), ("walks for 500 ms", 0.5), ("walks for half a second", 0.5), ("walks 2.5s", 2.5),
        ("walks for a minute", 60), ("waits two seconds", 2), ("takes a second step", None), ("walks", None),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float | None):
    assert duration(text)[1] == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("text", ["walks for -5 seconds", "walks for 0 seconds"])
def test_durations_that_are_none(text: str):
    rest, seconds, remarks = duration(text)
    assert rest.strip() == "walks" and seconds is None and remarks


def test_the_longest_duration_is_told():
    _, seconds, remarks = duration("walks for 1000 seconds")
    assert seconds == MOST_SECONDS and "1000 seconds" in remarks[0]


def test_decimal_commas_are_no_commas():
    assert plain_amounts("walks 1,5 seconds, then runs") == "walks 1.5 seconds, then runs"
    assert plain_amounts("jumps 1,000 times") == "jumps 1000 times"


@pytest.mark.parametrize(
    ("text", "rest", "metres"),
    [
        ("walks 3 meters ahead", "walks ahead", 3.0),
        ("walks for about 10 feet", "walks", 3.048),
        ("runs a few metres", "runs", 3.0),
        ("crawls 50 cm", "crawls", 0.5),
        ("walks in a circle 3 m in diameter", "walks in a circle", 3 * pi),
        ("walks in a circle with a radius of 2 m", "walks in a circle", 4 * pi),
        ("walks half a mile", "walks", MOST_METRES),
        ("lands on two feet", "lands on two feet", None),
        ("jumps 50 cm high", "jumps high", None),
        ("stands with the feet two feet apart", "stands with the feet two feet apart", None),
        ("walks 0 m", "walks", None),
    ],
)
def test_distances_are_read(text: str, rest: str, metres: float | None):
    read, found, remarks = distance(text)
    assert read == rest
    assert found == (metres if metres is None else pytest.approx(metres))
    assert bool(remarks) == (metres == MOST_METRES or "high" in text or text[-3:] == "0 m")


@pytest.mark.parametrize(("word", "number"), [("twenty-one", 21), ("dozen", 12), ("²", None), ("21", 21), ("x", None)])
def test_numbers(word: str, number: int | None):
    assert number_of(word) == number


@pytest.mark.parametrize("prompt", ["die", "die slowly", "I walk", "van driver", "son waves"])
def test_english_words_that_other_languages_have_too(prompt: str):
    assert other_language(prompt, {"die", "walk", "waves", "driver", "slowly"}.__contains__) is None


@pytest.mark.parametrize(
    ("prompt", "language"), [("die hand winkt", "German"), ("un homme marche", "French"), ("idzie", "Polish")]
)
def test_other_languages(prompt: str, language: str):
    assert other_language(prompt, {"die", "hand"}.__contains__) == language


def test_paths_are_written_out():
    assert written_out("he walks in a figure eight") == (
        "he walks in a circle to the left, then walks in a circle to the right"
    )
    assert written_out("runs in a zigzag line") == "runs in a zigzag"
    assert written_out("walks up and down the stairs") == "walks up and down the stairs"
