"""The means of a pack's classes, computed of its prepared motions."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.recognition import Recogniser
from training.evaluation import class_means
from training.evaluation.class_means import sharpest, write_class_means
from training.evaluation.items import load_items
from training.evaluation.model import Model
from training.evaluation.recognition import recognise, span_latents


def test_the_means_of_the_trained_spans_are_written_and_used(tmp_path, data, tiny_pack, no_text_tower):
    shutil.copytree(tiny_pack, tmp_path / "pack")
    model = Model(tmp_path / "pack")
    items = load_items(data, model.body, "held-out", 30.0)
    before = recognise(model, items, span_latents(model, items.test))["held_out_classes"]
    assert before["in_use"] == before["name"]
    means = write_class_means(model, items)
    assert means.names == ["walk", "wave"]
    assert Pack.load(tmp_path / "pack").checksums.keys() == {"class_means.safetensors"}
    again = Model(tmp_path / "pack")
    latents = span_latents(again, items.train, 4)
    found = Recogniser(again.engine, means.names).cosines(latents).argmax(axis=1)
    assert [means.names[i] for i in found] == [item.action for item in items.train]
    assert recognise(again, items, span_latents(again, items.test))["held_out_classes"]["name"] == before["name"]


def test_the_likeliest_sharpness_grows_with_how_often_the_first_is_right():
    random = np.random.default_rng(0)
    truth = random.integers(5, size=400)
    similarities = random.normal(scale=0.1, size=(400, 5))
    similarities[np.arange(400), truth] += 0.1
    clearer = similarities.copy()
    clearer[np.arange(400), truth] += 0.2
    assert 5 < sharpest(similarities, truth) < sharpest(clearer, truth)


def test_a_pack_that_does_not_name_its_split_is_refused(data, tiny_pack):
    with pytest.raises(UserError, match="does not name its split"):
        class_means.main(["--pack", str(tiny_pack), "--data", str(data)])
