"""Prompts read by the wordings that a decoder was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import Networks
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.model.weights import Weights, save_weights
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.progress import no_progress

WIDTH, CLASSES, EACH = 64, 5, 8  # wordings of a motion, one motion a class
MOTIONS = np.repeat(np.arange(CLASSES), EACH)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def names(random) -> np.ndarray:
    """(5, D) names of classes."""
    return random.normal(size=(CLASSES, WIDTH)).astype(np.float32)


@pytest.fixture
def told(names, random) -> np.ndarray:
    """(40, D) wordings around them."""
    return names[MOTIONS] + random.normal(size=(len(MOTIONS), WIDTH)).astype(np.float32)


@pytest.fixture
def retrieval(told, names) -> PromptRetrieval:
    return PromptRetrieval.of(told, MOTIONS, range(CLASSES), names)


def test_a_known_wording_stays_where_it_is(retrieval, told):
    away = np.linalg.norm(retrieval.recall(told) - told, axis=1) / np.linalg.norm(told - told.mean(axis=0), axis=1)
    assert away.max() < 0.25 and away.mean() < 0.15  # what four bits of a number lose


def test_an_unknown_wording_is_answered_from_the_most_like_one(retrieval, told, random):
    asked = told + 0.4 * random.normal(size=told.shape).astype(np.float32)
    before = np.linalg.norm(asked - told, axis=1)
    assert (np.linalg.norm(retrieval.recall(asked) - told, axis=1) < 0.6 * before).all()


def test_what_its_class_says_speaks_for_a_wording(told, names):
    told[EACH] = told[0] + 0.1 * (told[EACH] - told[0])  # nearly the same words, but of the next class
    asked = (told[:1] + told[EACH : EACH + 1]) / 2
    retrieval = PromptRetrieval.of(told, MOTIONS, range(CLASSES), names)
    for lean, nearer, other in ((names[0] - names[1], 0, EACH), (names[1] - names[0], EACH, 0)):
        (found,) = retrieval.recall(asked + 0.5 * lean)
        assert np.linalg.norm(found - told[nearer]) < np.linalg.norm(found - told[other])


def test_motions_are_not_mixed(told, names):
    told[1], told[EACH] = told[0] + 0.01 * told[1], told[0] + 0.01 * told[EACH]
    retrieval = PromptRetrieval.of(told, MOTIONS, np.zeros(CLASSES, int), names)
    # as much like a wording of another motion as like two of one: their mean, without the other
    (found,) = retrieval.recall(told[0][None])
    between = told[:2].mean(axis=0)
    assert np.linalg.norm(found - between) < 0.25 * np.linalg.norm(between)
    away = PromptRetrieval.of(np.delete(told, EACH, axis=0), np.delete(MOTIONS, EACH), np.zeros(CLASSES, int), names)
    assert np.linalg.norm(found - away.recall(told[0][None])[0]) < 0.1 * np.linalg.norm(found)


def test_prompts_together_are_read_as_each_alone(retrieval, random):
    asked = random.normal(size=(6, WIDTH)).astype(np.float32)
    alone = np.concatenate([retrieval.recall(row[None]) for row in asked])
    np.testing.assert_allclose(retrieval.recall(asked), alone, atol=1e-3)


def test_it_is_kept_in_half_a_byte_a_number(retrieval, told, names, random):
    arrays = retrieval.arrays()
    assert sum(array.nbytes for array in arrays.values()) == told.size // 2 + 2 * (
        names.size + 2 * WIDTH + len(told) + CLASSES
    )
    asked = random.normal(size=(3, WIDTH)).astype(np.float32)
    assert (PromptRetrieval.from_arrays(arrays).recall(asked) == retrieval.recall(asked)).all()


@pytest.mark.parametrize(
    "changed",
    [
        {"codes": None},
        {"more": np.zeros(3)},
        {"codes": np.zeros((3, 2), np.uint8)},
        {"codes": np.zeros((0, WIDTH // 2), np.uint8)},
        {"codes": np.zeros((CLASSES * EACH, WIDTH // 2), np.float32)},
        {"steps": np.zeros(3, np.float16)},
        {"names": np.zeros((CLASSES, 3), np.float16)},
        {"motions": np.zeros(3, np.int16)},
        {"motions": np.full(CLASSES * EACH, CLASSES, np.int16)},
        {"classes": np.full(CLASSES, CLASSES, np.int16)},
        {"classes": np.full(CLASSES, -1, np.int16)},
        {"classes": np.zeros(0, np.int16)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_arrays_that_do_not_fit_together(retrieval, changed):
    arrays = retrieval.arrays() | {PromptRetrieval.PREFIX + name: array for name, array in changed.items()}
    with pytest.raises(ValueError, match="known wording"):
        PromptRetrieval.from_arrays({name: array for name, array in arrays.items() if array is not None})


@pytest.fixture
def small(tmp_path, monkeypatch) -> Pack:
    """A pack with one narrow layer and known wordings as wide as the default pack's."""
    from motionclip_blender.core.model.network import MotionCLIP

    network = {"width": 32, "layers": 1, "heads": 2, "feed_forward": 32}
    default = Pack.load()
    described = {"network": replace(default.network, **network), "clip": replace(default.clip, adapter=None)}
    pack = replace(default, folder=tmp_path, image=None, checksums={}, **described)
    told = np.random.default_rng(0).normal(size=(12, pack.clip.width)).astype(np.float32)
    retrieval = PromptRetrieval.of(told, np.arange(12), np.arange(12) % 3, told[:3])
    projection = np.zeros((pack.clip.width, 384), np.float32)
    save_weights(Weights(MotionCLIP(pack.network_size), projection, retrieval), pack.weights_path)
    return pack


def test_a_pack_brings_its_wordings(small):
    retrieval = Networks(small, no_progress).retrieval
    told = np.random.default_rng(0).normal(size=(12, small.clip.width)).astype(np.float32)
    assert np.linalg.norm(retrieval.recall(told) - told, axis=1).max() < 0.2 * np.linalg.norm(told, axis=1).min()


def test_broken_wordings_are_told_of(small):
    arrays = load_file(small.weights_path)
    del arrays[PromptRetrieval.PREFIX + "names"]
    save_file(arrays, small.weights_path)
    with pytest.raises(UserError, match="install the pack again"):
        Networks(small, no_progress)


def test_a_pack_without_wordings(small):
    arrays = {k: v for k, v in load_file(small.weights_path).items() if not k.startswith(PromptRetrieval.PREFIX)}
    save_file(arrays, small.weights_path)
    assert Networks(small, no_progress).retrieval is None
