"""The texts that the adapter learns from: wordings, mirror images, opposites, names and phrases."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.captions import CaptionedSpan
from training.text_adapter.texts import NONE, collected, noisy, opposite_of

SPANS = [
    CaptionedSpan("a/walk", "walk", ("trots forward", "strolls"), True, "repeat"),
    CaptionedSpan("a/wave", "wave", ("waves the left hand", "hello"), True, "hold"),
    CaptionedSpan("b/walk", "walk", ("trots forward",), True, "repeat"),
]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("walks forward", "walks backward"),
        ("sits down on a chair", "stands up on a chair"),
        ("picks up a box", "puts down a box"),
        ("runs quickly", "runs slowly"),
        ("claps", "does a handstand"),
        ("walks inside", None),
        ("waves", None),
    ],
)
def test_opposites(text, other):
    assert opposite_of(text) == other


def test_what_is_collected():
    texts = collected(SPANS)
    assert texts.names == ["walk", "wave"] and [texts.texts[i] for i in texts.named] == ["walk", "wave"]
    rows = {text: [i for i, each in enumerate(texts.texts) if each == text] for text in texts.texts}
    first, second = rows["trots forward"]
    assert texts.spans[first] != texts.spans[second] and texts.takes[first] == "a/walk"
    (mirrored,), (left,) = rows["waves the right hand"], rows["waves the left hand"]
    assert texts.spans[mirrored] != texts.spans[left] and texts.heard[left] and not texts.heard[mirrored]
    backward = rows["trots backward"]
    assert [texts.origin[i] for i in backward] == [first, second]
    assert all(texts.actions[i] == 0 and not texts.heard[i] for i in backward)
    assert (np.delete(texts.origin, backward) == NONE).all()
    own = texts.spans[backward]
    assert not np.isin(own, np.delete(texts.spans, backward)).any(), "an opposite is of no motion"
    assert len(rows) > 6, "with the phrases for the classes"
    assert not texts.heard[[rows[text][0] for text in ("walk", "wave")]].any()


def test_others_type_otherwise():
    random = np.random.default_rng(0)
    made = {noisy("walks slowly to the door", random) for _ in range(60)}
    assert len(made) > 15
    assert {"a person walks slowly to the door", "walks slowly to door"} <= made
    texts = collected(SPANS, noise=1.0)
    assert len(texts.texts) > len(collected(SPANS).texts)
    assert all(noisy("a b", random) for _ in range(20))
