"""Class means: what encoded motions of a class look like, beside its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.class_means import ClassMeans, Seen, means_of
from motionclip_blender.core.inference.tensors import TensorError
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from motionclip_blender.core.recognition import SHARPNESS, Recogniser

NAMES = ["walk", "run", "jump"]
WIDTH = 512
ONE = np.zeros(90, int)  # all motions are of one source


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
    means = means_of(NAMES, texts, Seen(*motions(texts, 1), ONE))
    latents, classes = motions(texts, 2)
    found = means.similarity(latents, means.of_labels(NAMES, texts))
    by_names = latents / np.linalg.norm(latents, axis=1)[:, None] @ (texts / np.linalg.norm(texts, axis=1)[:, None]).T
    assert (by_names.argmax(axis=1) == classes).mean() < 0.6
    assert (found.argmax(axis=1) == classes).mean() > 0.95
    assert found.max() <= 1


def test_what_a_source_adds_is_no_sign_of_a_class_that_it_alone_shows(texts: np.ndarray):
    """Jumps are shown by the second source alone, which shows a tenth of the runs, too."""
    latents, classes = motions(texts, 1)
    sources = ((classes == 2) | (np.arange(90) % 30 == 1)).astype(int)
    accent = 3 * np.random.default_rng(3).normal(size=WIDTH)
    means = means_of(NAMES, texts, Seen(latents + sources[:, None] * accent, classes, sources))
    blind = means_of(NAMES, texts, Seen(latents + sources[:, None] * accent, classes, ONE))
    others, truth = motions(texts, 2)
    runs = (others + accent)[truth == 1]
    found, without = (
        (m.similarity(runs, m.of_labels(NAMES, texts)).argmax(axis=1) == 1).mean() for m in (means, blind)
    )
    assert found > 0.9 and found > without


def test_a_label_in_other_words_is_like_the_nearest_class(texts: np.ndarray):
    means = means_of(NAMES, texts, Seen(*motions(texts, 1), ONE))
    own = means.of_labels(NAMES, texts).latents
    other = means.of_labels(["sprinting"], 0.9 * texts[1:2] + 0.1 * texts[:1]).latents
    assert (own @ other.T)[:, 0].argmax() == 1 and (own @ other.T)[1, 0] > 0.9


def test_of_two_that_are_as_near_the_commoner_class_is_nearer(texts: np.ndarray):
    latents, classes = motions(texts, 1)
    rare = np.concatenate((np.flatnonzero(classes != 2), np.flatnonzero(classes == 2)[:2]))
    means = means_of(NAMES, texts, Seen(latents[rare], classes[rare], ONE[rare]))
    priors = means.of_labels(NAMES, texts).priors
    assert priors[0] == priors[1] == 0 and -0.1 < priors[2] < -0.02


def test_a_class_without_motions_is_found_by_its_text_only(texts: np.ndarray):
    latents, classes = motions(texts, 1)
    means = means_of(NAMES, texts, Seen(latents[classes < 2], classes[classes < 2], ONE[:60]))
    found = means.similarity(latents, means.of_labels(NAMES, texts))
    assert np.isfinite(found).all() and not means.of_labels(NAMES, texts).latents[2].any()


def test_a_file_gives_the_same_and_another_form_is_refused(texts: np.ndarray):
    latents, classes = motions(texts, 1)
    means = means_of(NAMES, texts, Seen(latents, classes, ONE))
    means.sharpness = 7.5
    again = ClassMeans.of(means.arrays(), WIDTH)
    assert again.names == NAMES and again.sharpness == 7.5
    found, kept = (m.similarity(latents, m.of_labels(NAMES, texts)) for m in (means, again))
    assert np.allclose(found, kept, atol=5e-3)
    with pytest.raises(TensorError):
        ClassMeans.of(means.arrays(), WIDTH - 1)
    with pytest.raises(TensorError, match="does not hold class means"):
        ClassMeans.of({"means": texts}, WIDTH)


def looks(seed: int) -> np.ndarray:
    """Returns looks of the 90 motions, 20 numbers of unlike size; the third tells walks from runs and jumps."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(90, 20))
    numbers[:, 2] += 6 * (np.arange(90) % 3 == 0)
    return numbers * np.geomspace(0.01, 100, 20)


def test_looks_tell_apart_what_latents_do_not(texts: np.ndarray):
    random, classes = np.random.default_rng(5), np.arange(90) % 3
    latents = random.normal(size=(90, WIDTH))  # say nothing
    means = means_of(NAMES, texts, Seen(latents, classes, ONE), Seen(looks(1), classes, ONE))
    labels = means.of_labels(NAMES, texts)
    others = random.normal(size=(90, WIDTH))
    blind, seen = (means.similarity(others, labels, each).argmax(axis=1) == 0 for each in (None, looks(2)))
    walks = classes == 0
    assert seen[walks].mean() > 0.9 and seen[~walks].mean() < 0.1 and blind[walks].mean() < 0.6
    assert means.knows_looks and means.similarity(others, labels, looks(2)).max() <= 1


def test_looks_are_kept_in_the_file_and_those_of_other_numbers_refused(texts: np.ndarray):
    classes = np.arange(90) % 3
    latents = motions(texts, 1)[0]
    means = means_of(NAMES, texts, Seen(latents, classes, ONE), Seen(looks(1), classes, ONE))
    means.looks_sharpness = 11.0
    again = ClassMeans.of(means.arrays(), WIDTH)
    assert again.knows_looks and again.looks_sharpness == 11.0
    found, kept = (m.similarity(latents, m.of_labels(NAMES, texts), looks(2)) for m in (means, again))
    assert np.allclose(found, kept, atol=5e-3)
    with pytest.raises(TensorError):
        ClassMeans.of(means.arrays() | {"looks_spread": np.ones(3, np.float32)}, WIDTH)
    with pytest.raises(TensorError):
        ClassMeans.of(means.arrays() | {"looks_axes": means.arrays()["looks_axes"].ravel()}, WIDTH)


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
    means = means_of(NAMES, texts, Seen(latents, classes, ONE))
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
