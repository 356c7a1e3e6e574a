"""Manners are measured beside the plain action, on lists whose halves share no action."""

from __future__ import annotations

import pytest

from training.evaluation import manners
from training.evaluation.model import Model
from training.shipped import shipped


def test_the_two_sets_of_actions_share_none() -> None:
    lists = shipped(manners.LISTS)
    assert len(set(lists["choose"]) | set(lists["report"])) == len(lists["choose"]) + len(lists["report"]) == 40
    assert set(lists["wordings"]) == set(lists["expected"])


@pytest.mark.slow
def test_manners_change_motions_as_expected() -> None:
    found = manners.manners(Model(None), "choose")
    assert set(found) == {"sad", "old", "tired", "happy", "proud", "drunk"}
    for figures in found.values():
        assert figures["as_expected"] >= 80 and figures["prompts"] + len(figures["refused"]) == 40
