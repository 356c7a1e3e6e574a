"""Class means: what encoded motions of a class look like, beside its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.class_means import ClassMeans, fitted
from motionclip_blender.core.inference.tensors import TensorError
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from motionclip_blender.core.recognition import SHARPNESS, Recogniser

NAMES = ["walk", "run", "jump"]
WIDTH = 512


@pytest.fixture
def texts() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, WIDTH)).astype(np.float32)


def motions(texts: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns latents of motions, and their classes: all are pulled towards "run", and differ along one direction."""
    fixed, random = np.random.default_rng(7), np.random.default_rng(seed)
    offset, along = fixed.normal(size=(3, WIDTH)), fixed.normal(size=WIDTH)
    classes = np.arange(90) % 3
    pulled = 0.2 * texts[classes] + 0.5 * texts[1] + 0.5 * offset[classes]
    return pulled + random.normal(size=(90, 1)) * along + 0.3 * random.normal(size=(90, WIDTH)), classes


def test_motions_are_told_apart_that_names_alone_do_not_tell_apart(texts: np.ndarray):
    means = fitted(NAMES, texts, *motions(texts, 1))
    latents, classes = motions(texts, 2)
    found = means.similarity(latents, means.of_labels(NAMES, texts), texts)
    by_names = latents / np.linalg.norm(latents, axis=1)[:, None] @ (texts / np.linalg.norm(texts, axis=1)[:, None]).T
    assert (by_names.argmax(axis=1) == classes).mean() < 0.6
    assert (found.argmax(axis=1) == classes).mean() > 0.95
    assert np.abs(found).max() <= 1


def test_a_label_in_other_words_is_like_the_nearest_class(texts: np.ndarray):
    means = fitted(NAMES, texts, *motions(texts, 1))
    own = means.of_labels(NAMES, texts)
    other = means.of_labels(["sprinting"], 0.9 * texts[1:2] + 0.1 * texts[:1])
    assert (own @ other.T)[:, 0].argmax() == 1 and (own @ other.T)[1, 0] > 0.9


def test_a_class_without_motions_is_found_by_its_text_only(texts: np.ndarray):
    latents, classes = motions(texts, 1)
    means = fitted(NAMES, texts, latents[classes < 2], classes[classes < 2])
    found = means.similarity(latents, means.of_labels(NAMES, texts), texts)
    assert np.isfinite(found).all() and not means.of_labels(NAMES, texts)[2].any()


def test_a_file_gives_the_same_and_another_form_is_refused(texts: np.ndarray):
    latents, classes = motions(texts, 1)
    means = fitted(NAMES, texts, latents, classes)
    means.sharpness = 7.5
    again = ClassMeans.of(means.arrays(), WIDTH)
    assert again.names == NAMES and again.sharpness == 7.5
    found, kept = (m.similarity(latents, m.of_labels(NAMES, texts), texts) for m in (means, again))
    assert np.allclose(found, kept, atol=5e-3)
    with pytest.raises(TensorError):
        ClassMeans.of(means.arrays(), WIDTH - 1)
    with pytest.raises(TensorError, match="does not hold class means"):
        ClassMeans.of({"means": texts}, WIDTH)


def test_recognition_uses_the_means_of_the_pack(tmp_path: Path):
    save_file = pytest.importorskip("safetensors.numpy").save_file
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack")
    (tmp_path / "pack" / "class_means.safetensors").unlink(missing_ok=True)
    told = json.loads((tmp_path / "pack" / "pack.json").read_text())
    told["checksums"].pop("class_means.safetensors", None)
    (tmp_path / "pack" / "pack.json").write_text(json.dumps(told))
    engine = Engine(tmp_path / "pack", compute="numpy")
    assert engine.class_means is None and Recogniser(engine, NAMES).sharpness == SHARPNESS
    texts = engine.encode_texts(NAMES)
    latents, classes = motions(texts, 1)
    means = fitted(NAMES, texts, latents, classes)
    means.sharpness = 9.0
    save_file(means.arrays(), Pack.load(tmp_path / "pack").class_means_path)
    recogniser = Recogniser(Engine(tmp_path / "pack", compute="numpy"), NAMES)
    assert recogniser.sharpness == 9.0
    assert (recogniser.cosines(latents).argmax(axis=1) == classes).mean() > 0.95
    scores = recogniser.scores(latents[2])
    assert scores[0].name == "jump" and sum(score.share for score in scores) == pytest.approx(1)


def test_a_damaged_file_of_means_is_told(tmp_path: Path):
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack")
    (tmp_path / "pack" / "class_means.safetensors").write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"class_means.safetensors is damaged or cut off"):
        Recogniser(Engine(tmp_path / "pack", compute="numpy"), NAMES)
