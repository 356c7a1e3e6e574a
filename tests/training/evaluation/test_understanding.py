"""The list of prompts is apart from the captions, and what is judged is measured."""

from __future__ import annotations

import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from training.autoencoder.wording_index import NOT_UNDERSTOOD, check_rows, table
from training.data.captions import load_captions, mirrored
from training.data.wordings import wordings
from training.evaluation.understanding import Judge, _in_order, held_out_wordings, listed

CHECKS = {"class", "steps", "side", "travel", "turn", "count", "slower_than", "faster_than", "refused"}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Engine())


def test_the_list_is_long_and_says_what_must_hold():
    entries = [entry for kind in listed().values() for entry in kind]
    assert len(entries) >= 300
    assert len({prompt for prompt, _ in entries}) == len(entries)
    assert all(hold and set(hold) <= CHECKS for _, hold in entries)


def test_no_prompt_of_the_list_is_a_caption_or_was_chosen_on():
    known = {text.lower() for span in load_captions() for text in span.captions} | {w.lower() for w in wordings()}
    known |= {mirrored(text) for text in known} | set(NOT_UNDERSTOOD.read_text(encoding="utf-8").split('"'))
    assert not [prompt for kind in listed().values() for prompt, _ in kind if prompt.lower() in known]


def test_what_holds_is_measured(judge: Judge):
    right = judge.judged("waves with the left hand", {"class": ["wave"], "side": "left"})
    assert right["class"] and right["side"] and not right["wrong side"]
    wrong = judge.judged("waves with the left hand", {"class": ["jump"], "side": "right"})
    assert not wrong["class"] and not wrong["side"] and wrong["wrong side"]
    assert judge.judged("walks backwards", {"travel": 180})["travel"]
    assert not judge.judged("walks backwards", {"travel": 0})["travel"]
    assert judge.judged("das ist kein Wort und nicht hier", {"refused": True})["refused"]
    assert not judge.judged("walks", {"refused": True})["refused"]


def test_steps_are_counted_in_order_only():
    assert _in_order(["walk", "idle", "wave"], [["walk"], ["wave", "bow"]])
    assert not _in_order(["wave", "walk"], [["walk"], ["wave"]])


@pytest.mark.slow
def test_rows_are_proven_before_texts_are_given(judge: Judge):
    engine = judge.engine
    texts, motions, classes, _ = table(engine.pack.info["split"])
    assert tuple(texts) == judge.index.texts
    with pytest.raises(UserError, match="not those that the pack was trained on"):
        check_rows(engine, engine.retrieval, texts[:-1], motions[:-1], classes)
    swapped = [texts[1], texts[0], *texts[2:]]
    with pytest.raises(UserError, match="is not where the pack has it"):
        check_rows(engine, engine.retrieval, swapped, motions, classes)


@pytest.mark.slow
def test_wordings_of_held_out_spans_find_their_class_more_often_than_by_the_table(judge: Judge):
    found = held_out_wordings(judge.engine, judge.index)
    assert found["wordings"] > 1000
    assert found["class_percent"] > found["before_percent"] + 1
