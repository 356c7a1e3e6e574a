"""Recognition of people and collections that a pack has not seen."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import Pack
from tests.synthetic import random_motion
from training.data import splits, wordings
from training.data.captions import CaptionedSpan
from training.evaluation import evaluate
from training.evaluation import items as items_module
from training.evaluation.by_source import by_source
from training.evaluation.items import Item, Items, Learned, load_items, own_split, unlearned_items


def told(clip: str, action: str) -> CaptionedSpan:
    return CaptionedSpan(clip, action, (action,), True, "hold")


BASE = [told("cmu/01_01", "walk"), told("cmu/02_01", "walk"), told("kaykit/Sit", "sit")]
MORE = [told("o3de/a", "walk"), told("o3de/b", "spin"), told("sumerian/c", "sit"), told("cmu-extra/x__01_07", "sit")]


@pytest.fixture
def data(tmp_path, monkeypatch):
    def load(folder=None):
        return MORE if folder else BASE

    for module in (items_module, wordings):
        monkeypatch.setattr(module, "load_captions", load)
    for seed, span in enumerate((*BASE, *MORE)):
        amass.save(random_motion(40, seed=seed), tmp_path / f"{span.clip}.npz")
    clips = [{"clip": span.clip} for span in (*BASE, *MORE)]
    (tmp_path / "index.json").write_text(json.dumps({"clips": clips}))
    return tmp_path


def names(items) -> list[str]:
    return [item.clip for item in items]


def test_a_pack_has_learned_from_what_its_info_says(data):
    assert Learned.of({}) == Learned(frozenset({"cmu", "kaykit"}), frozenset({"walk", "sit"}), False)
    assert Learned.of({"split": "unseen:kaykit"}).classes == {"walk"}
    learned = Learned.of({"split": "unseen:o3de", "more": True})
    assert learned.sources == {"cmu", "kaykit", "sumerian", "cmu-extra"} and learned.classes == {"walk", "sit"}


def test_all_collections_that_a_pack_has_not_seen_are_tested_on_the_classes_it_knows(data, small_body):
    items = load_items(data, small_body, "unseen", 30.0, Learned.of({"split": "held-out"}))
    assert names(items.test) == ["o3de/a", "sumerian/c", "cmu-extra/x__01_07"]
    assert names(items.train) == ["cmu/01_01", "cmu/02_01", "kaykit/Sit"]
    assert items.unknown == ("spin",)
    with pytest.raises(UserError, match="The split 'unseen' holds no clip"):
        load_items(data, small_body, "unseen", 30.0, Learned.of({"more": True}))


def test_people_are_tested_in_all_collections(data, small_body, monkeypatch):
    monkeypatch.setattr(items_module, "is_test", lambda clip, split, *_: "01_" in clip and split == "people")
    items = load_items(data, small_body, "people", 30.0, Learned.of({"more": True}))
    assert names(items.test) == ["cmu/01_01", "cmu-extra/x__01_07"]
    assert len(items.train) == 5
    old = load_items(data, small_body, "people", 30.0, Learned.of({}))
    assert names(old.test) == names(items.test) and names(old.train) == ["cmu/02_01", "kaykit/Sit"]


def test_people_of_an_unseen_collection_are_in_neither_part(data, small_body, monkeypatch):
    people = {"cmu/01_01": "cmu-01", "cmu-extra/x__01_07": "cmu-01"}
    for module in (items_module, splits):
        monkeypatch.setattr(module, "person_of", lambda clip: people.get(clip, clip))
    monkeypatch.setattr(splits, "data", lambda: {"sources": ["cmu-extra"]})
    items = load_items(
        data, small_body, "unseen:cmu-extra", 30.0, Learned.of({"split": "unseen:cmu-extra", "more": True})
    )
    assert names(items.test) == ["cmu-extra/x__01_07"]
    assert names(items.train) == ["cmu/02_01", "kaykit/Sit", "o3de/a", "o3de/b", "sumerian/c"]


def test_further_collections_are_loaded_where_a_split_or_a_pack_has_to_do_with_them(monkeypatch):
    monkeypatch.setattr(items_module, "load_captions", lambda folder=None: MORE if folder else BASE)
    for info, split, loads in (
        ({"split": "held-out"}, "held-out", False),
        ({"split": "held-out"}, "unseen:kaykit", False),
        ({"split": "held-out"}, "unseen:o3de", True),
        ({"split": "held-out"}, "people", True),
        ({"split": "held-out"}, "unseen", True),
        ({"split": "people", "more": True}, "held-out", True),
    ):
        assert (evaluate.learned_for(info, split) is not None) == loads, (info, split)


def test_a_pack_is_tested_on_what_it_was_trained_without(data, small_body, monkeypatch):
    for info, split in (({}, "held-out"), ({"split": "people", "more": True}, "people"), ({"split": None}, "held-out"),
                        ({"split": ["x"]}, "held-out"), ({"split": "unseen:o3de", "more": True}, "unseen:o3de"),
                        ({"split": "babel"}, "held-out")):  # fmt: skip
        assert own_split(info) == split, info
    pack = replace(Pack.load(), info={"split": "people", "more": True})
    monkeypatch.setattr(items_module, "is_test", lambda clip, split, *_: "01_" in clip and split == "people")
    assert names(unlearned_items(pack, data, small_body).test) == ["cmu/01_01", "cmu-extra/x__01_07"]


class Names:
    """A model, and its engine, for texts only: each class has its own axis."""

    classes = ("dance", "sit", "walk")
    class_means = body = None

    @property
    def engine(self):
        return self

    def encode_texts(self, texts):
        return np.stack([np.eye(3)[self.classes.index(text)] for text in texts])


def item(clip: str, action: str) -> Item:
    return Item(clip, action, (action,), (), 0.0, 1.0, True, random_motion(30))


def test_each_collection_and_the_mean_of_the_unseen():
    test = (item("o3de/a", "walk"), item("o3de/b", "walk"), item("sumerian/c", "sit"), item("cmu/d", "sit"))
    items = Items(test, (item("cmu/e", "dance"),), ())
    # o3de: one walk is nearest to dance, which it does not show; sumerian: right; cmu is trained on
    latents = np.array([[0, 0, 1], [1, 0, 0.5], [0, 1, 0], [0, 0, 1]], float)
    found = by_source(Names(), items, latents, [10.0, 30.0, 50.0, 99.0], Names.classes)
    assert {name: row["unseen"] for name, row in found["sources"].items()} == {
        "o3de": True, "sumerian": True, "cmu": False,
    }  # fmt: skip
    o3de = found["sources"]["o3de"]
    assert (o3de["spans"], o3de["classes"], o3de["top1"], o3de["all_top1"], o3de["mm"]) == (2, 1, 100, 50, 20)
    assert found["mean"]["all_top1"] == 75 and found["mean"]["mm"] == 35 and found["mean"]["top1"] == 100
    seen = Items(test[3:], items.train, ())
    assert by_source(Names(), seen, latents[3:], [1.0], Names.classes)["mean"] is None
