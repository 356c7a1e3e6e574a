"""What a clause leaves to others, verbs that the wordings lack, and forms of verbs. No pack is needed."""

from __future__ import annotations

import pytest

from motionclip_blender.core.prompt_plan.grammar import grammar, inflected, is_action, verb_of
from motionclip_blender.core.prompt_plan.read import read_plan
from motionclip_blender.core.prompt_plan.references import References, likened
from motionclip_blender.core.prompt_plan.spelling import Spelling

WORDINGS = ("punches", "walks", "runs", "picks up a stone", "throws a ball", "draws a bow", "shoots", "bows", "drinks")


def texts(prompt: str) -> list[str]:
    spelling = Spelling(
        WORDINGS, also=("pistol", "slaps", "flees", "trudges", "opens", "door", "closes", "fires", "aims")
    )
    return [segment.text for segment in read_plan(prompt, spelling, lambda text: text in WORDINGS).segments]


@pytest.mark.parametrize(
    ("verb", "ending", "form"),
    [
        ("rise", "ing", "rising"), ("cry", "s", "cries"), ("cry", "ed", "cried"), ("flee", "ing", "fleeing"),
        ("tap", "ing", "tapping"), ("push", "s", "pushes"), ("topple", "ed", "toppled"), ("sneeze", "s", "sneezes"),
    ],
)  # fmt: skip
def test_forms_of_verbs(verb: str, ending: str, form: str):
    assert inflected(verb, ending) == form
    assert verb_of(form, [verb]) == (verb, ending)


def test_only_forms_of_verbs_are_actions():
    assert is_action("rises") and is_action("tapping") and is_action("flees")
    assert not is_action("risk") and not is_action("tapestry") and not is_action("rubber")


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("picks up a stone, throws it", ["picks up a stone", "throws the stone"]),
        ("opens the chest and closes it", ["opens the chest", "closes the chest"]),
        ("draws the bow, shoots", ["draws the bow", "shoots with the bow"]),
        ("aims the pistol and fires it", ["aims the pistol", "fires the pistol"]),
        ("shoots", ["shoots"]),
        ("it walks", ["it walks"]),
        ("a hammer and a saw", ["a hammer and a saw"]),
        ("slaps, then flees", ["punches", "runs"]),
        ("after the bow he drinks", ["bows", "he drinks"]),
        ("walks and than bows", ["walks", "bows"]),
        ("stand_to_sit", ["sits down"]),
    ],
)
def test_clauses_refer_to_those_before(prompt: str, steps: list[str]):
    assert texts(prompt) == steps


def test_what_is_named_last_is_meant():
    references = References()
    references.put_in("grabs a stone")
    references.put_in("grabs the ball")
    assert references.put_in("throws it") == "throws the ball"


def test_verbs_of_the_wordings_are_kept():
    assert likened("slaps and trudges", lambda word: word == "slaps") == ("slaps and walks", (("trudges", "walks"),))


def test_what_verbs_are_likened_to_is_an_action():
    assert all(is_action(verb.split()[0]) for verb in grammar()["likened"].values())
