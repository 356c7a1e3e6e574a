"""The list of prompts that the data has and has not is nobody's but the report's."""

from __future__ import annotations

import json

import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from training.autoencoder.wording_index import NOT_UNDERSTOOD
from training.data.captions import FOLDER, MORE, load_captions, mirrored
from training.data.class_phrases import PHRASES
from training.evaluation import refusals as of
from training.evaluation.refusals import LIST, refusals
from training.shipped import shipped


def test_nothing_was_learned_from_it():
    listed = shipped(LIST)
    prompts = [*(prompt for said in listed["known"].values() for prompt in said), *listed["unknown"]]
    captions = {c for folder in (FOLDER, MORE) for span in load_captions(folder) for c in span.captions}
    phrases = {text for said in json.loads(PHRASES.read_text("utf-8"))["phrases"].values() for text in said}
    lines = set(json.loads(NOT_UNDERSTOOD.read_text("utf-8"))["lines"])
    learned = {text.lower() for text in captions | {mirrored(c) for c in captions} | phrases | lines}
    assert len(set(prompts)) == len(prompts) >= 330
    assert not [prompt for prompt in prompts if prompt.lower() in learned]


def test_every_prompt_is_counted_once(open_body: Body, monkeypatch: pytest.MonkeyPatch):
    few = {
        "known": {"walk": ["a person walks", "qwertz uiop"], "jump": ["somebody sits down"]},
        "unknown": ["klaatu barada nikto", "a person jumps", "shrugs"],
    }
    monkeypatch.setattr(of, "shipped", lambda path: few if path == LIST else shipped(path))
    found = refusals(Engine(body=open_body))
    assert found["known"] == {"right": pytest.approx(100 / 3), "refused": pytest.approx(100 / 3),
                              "made": pytest.approx(100 / 3), "of": 3}  # fmt: skip
    assert found["unknown"]["refused"] == found["unknown"]["by_rule"] == found["unknown"]["made"]
    assert found["prompts"]["a person jumps"] == ["jump"]
