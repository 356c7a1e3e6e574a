"""The wordings that are kept for reports are of every class and were never trained on."""

from __future__ import annotations

import json

from training.data.captions import FOLDER, MORE, class_text, load_captions, mirrored
from training.data.class_phrases import PHRASES
from training.evaluation.generation import unseen_prompts
from training.evaluation.unseen_wordings import unseen_wordings


def test_every_class_has_four_of_its_own():
    lists = unseen_wordings()
    named = {name for folder in (FOLDER, MORE) for name in json.loads((folder / "classes.json").read_text("utf-8"))}
    assert set(lists) <= named
    assert len(lists) >= 128
    assert all(len(said) == 4 for said in lists.values())
    every = [text.lower() for said in lists.values() for text in said]
    assert len(set(every)) == len(every) >= 500


def test_none_is_a_caption_a_phrase_or_in_another_list():
    captions = {c for folder in (FOLDER, MORE) for span in load_captions(folder) for c in span.captions}
    phrases = {text for said in json.loads(PHRASES.read_text("utf-8"))["phrases"].values() for text in said}
    others = {text for said in unseen_prompts()["classes"].values() for text in said}
    names = {class_text(name) for name in unseen_wordings()}
    known = {text.lower() for text in captions | {mirrored(c) for c in captions} | phrases | others | names}
    assert not [text for said in unseen_wordings().values() for text in said if text.lower() in known]
