"""The list of prompts is apart from the captions, and what is judged is measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from training.autoencoder.wording_index import NOT_UNDERSTOOD, check_rows, not_understood
from training.data.captions import FOLDER, MORE, load_captions, mirrored
from training.data.class_phrases import PHRASES
from training.data.wordings import table as table_of
from training.data.wordings import wordings
from training.evaluation import prompt_measures
from training.evaluation.prompt_judge import Judge
from training.evaluation.same_actions import FILE as SAME_ACTIONS
from training.evaluation.same_actions import accepted, expected
from training.evaluation.understanding import LISTS, held_out_wordings, kept_wordings, listed, table
from training.evaluation.unseen_wordings import unseen_wordings

CHECKS = {"class", "steps", "side", "limb", "travel", "turn", "count", "slower_than", "faster_than", "refused"}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Engine())


def test_the_lists_are_long_and_say_what_must_hold():
    entries = [entry for name in LISTS for kind in listed(name).values() for entry in kind]
    assert sum(len(kind) for name in ("report", "tuning") for kind in listed(name).values()) >= 300
    assert len({prompt for prompt, _ in entries}) == len(entries)
    assert all(hold and set(hold) <= CHECKS for _, hold in entries)


def test_no_prompt_of_the_list_is_a_caption_or_was_chosen_on():
    known = {text.lower() for span in load_captions() for text in span.captions} | {w.lower() for w in wordings()}
    known |= {mirrored(text) for text in known} | set(NOT_UNDERSTOOD.read_text(encoding="utf-8").split('"'))
    known |= {
        text.lower() for said in json.loads(PHRASES.read_text(encoding="utf-8"))["phrases"].values() for text in said
    }
    prompts = {prompt for name in LISTS for kind in listed(name).values() for prompt, _ in kind}
    # a caption of a later collection, written without the lists in view
    assert {prompt for prompt in prompts if prompt.lower() in known} <= {"runs sideways to the left"}


def test_what_holds_is_measured(judge: Judge):
    right = judge.judged("waves with the left hand", {"class": ["wave"], "side": "left"})
    assert right.verdict == "right" and right.checks == {"class": True, "side": True}
    wrong = judge.judged("waves with the left hand", {"class": ["jump"], "side": "right"})
    assert wrong.verdict == "wrong" and not any(wrong.checks.values()) and wrong.measured["side"] == "left"
    assert judge.judged("walks backwards", {"class": ["walk_backward"], "travel": 180}).verdict == "right"
    assert judge.judged("walks backwards", {"class": ["walk_backward"], "travel": 0}).verdict == "partly"
    assert judge.judged("das ist kein Wort und nicht hier", {"refused": True}).verdict == "right"
    assert judge.judged("das ist kein Wort und nicht hier", {"class": ["walk"]}).verdict == "refused"
    assert judge.judged("walks to the kitchen sink", {"refused": True}).verdict == "wrong"


def test_steps_are_recognised_in_their_parts_of_the_motion_and_in_order(judge: Judge):
    prompt = "jogs, then does jumping jacks, then waves"
    assert judge.judged(prompt, {"steps": [["jog"], ["jumping_jacks"], ["wave"]]}).verdict == "right"
    assert judge.judged(prompt, {"steps": [["wave"], ["jumping_jacks"], ["jog"]]}).verdict == "partly"
    assert judge.judged(prompt, {"steps": [["golf"], ["swim"], ["crawl"]]}).verdict == "wrong"


def test_a_straight_prompt_is_one_motion(judge: Judge):
    straight = Judge(judge.engine, straight=True)
    assert straight.judged("walks backwards", {"class": ["walk_backward"]}).verdict == "right"
    assert straight.judged("walks, then does push-ups", {"steps": [["walk"], ["push_ups"]]}).verdict != "right"


def test_counts_are_peaks_of_what_is_done():
    time = np.linspace(0, 4, 120)
    joints = np.zeros((120, 22, 3))
    joints[:, 0, 1] = 1 + 0.2 * (1 - np.cos(2 * np.pi * time))  # the pelvis goes up and down four times
    assert prompt_measures.count(joints, 30.0, "jump") == 4
    assert prompt_measures.count(np.zeros((120, 22, 3)), 30.0, "jump") == 0


def test_the_table_is_in_percent():
    found = {"kinds": {"names": {"right": 3, "partly": 1, "wrong": 0, "refused": 0}}}
    assert "| names | 4 | 75 | 25 | 0 | 0 |" in table(found)


def test_finer_classes_count_as_those_of_the_lists():
    assert accepted(["walk"]) > {"walk", "walk_circle"} and accepted(["bow"]) == {"bow"}
    classes = {span.action for folder in (FOLDER, MORE) for span in load_captions(folder)}
    told = json.loads(SAME_ACTIONS.read_text(encoding="utf-8"))
    assert set(told["finer"]) | {each for finer in told["finer"].values() for each in finer} <= classes
    refused = {p for name in LISTS for kind in listed(name).values() for p, hold in kind if hold.get("refused")}
    assert set(told["known"]) <= refused


def test_what_a_pack_knows_is_not_to_be_refused(judge: Judge):
    refused = {"refused": True}
    assert expected(judge.index, "knits a jumper", refused) == refused  # the default pack has no such wording
    assert "walk" in expected(judge.index, "Walks", refused)["class"]
    assert expected(judge.index, "walks", {"class": ["run"]}) == {"class": ["run"]}


def test_lines_that_a_wording_says_are_no_examples_of_what_is_not_understood():
    lines = not_understood(["a woman skips rope", "sits at a table"])
    assert "skips rope" not in lines and {"table", "plays the piano"} <= set(lines)


@pytest.mark.slow
def test_rows_are_proven_before_texts_are_given(judge: Judge):
    engine = judge.engine
    texts, motions, classes, _ = table_of(engine.pack.info["split"], more=bool(engine.pack.info.get("more")))
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


@pytest.mark.slow
def test_kept_wordings_are_asked_of_the_classes_that_the_pack_has(judge: Judge):
    found = kept_wordings(judge.engine, judge.index)
    assert found["wordings"] == 4 * len(set(judge.index.actions) & set(unseen_wordings()))
    assert found["class_percent"] > 80 and found["before_percent"] > 80
