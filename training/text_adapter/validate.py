"""Measures how often wordings find their class, with the takes left out that they tell of."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import torch

from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.model.text_adapter import TextAdapter

from .states import States
from .texts import NONE, Texts

_PARTS = 5
_BATCH = 256


def adapted(states: States, adapter: TextAdapter | None) -> np.ndarray:
    """Returns the embeddings of texts, (n, W) float32, before the projection; without an adapter the tower's own."""
    means = states.means
    if adapter is None:
        return means
    out = np.empty_like(means)
    lengths = np.diff(np.concatenate(([0], states.ends)))
    order = np.argsort(lengths, kind="stable")
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            tokens, there = states.of(rows)
            found = torch.from_numpy(means[rows])
            out[rows] = (found + adapter(tokens, there, found)).numpy()
    return out


def found(embeddings: np.ndarray, texts: Texts, known: np.ndarray, asked: np.ndarray) -> dict[str, float]:
    """Returns the percentages of texts whose class is found among `known` rows: that of the nearest class name, and
    that of the nearest text."""
    if not len(asked):
        return {}
    directions = normalised(embeddings - embeddings[known].mean(axis=0))
    queries, truth = directions[asked], texts.actions[asked]
    name = (queries @ directions[texts.named].T).argmax(axis=1)
    nearest = texts.actions[known[(queries @ directions[known].T).argmax(axis=1)]]
    return {
        "name": round(100 * float((name == truth).mean()), 1),
        "nearest": round(100 * float((nearest == truth).mean()), 1),
    }


def parted(texts: Texts, part: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rows that are trained on, and the captions of a fifth of the takes, whose classes others show too."""
    left = np.array([zlib.crc32(take.encode()) % _PARTS == part for take in texts.takes])
    captioned = {take for take, heard in zip(texts.takes, texts.heard, strict=True) if heard}
    left &= np.array([take in captioned for take in texts.takes])
    shown = set(texts.actions[texts.heard & ~left].tolist())
    asked = texts.heard & left & np.array([action in shown for action in texts.actions.tolist()])
    return np.flatnonzero(~left), np.flatnonzero(asked)


def validated(
    texts: Texts, states: States, part: int, train: Callable[[np.ndarray], TextAdapter]
) -> dict[str, dict[str, float]]:
    """Returns the figures of captions whose takes no training saw, by the tower alone and with an adapter."""
    rows, asked = parted(texts, part)
    known = rows[texts.origin[rows] == NONE]
    return {
        "wordings": {"n": float(len(asked))},
        "before": found(adapted(states, None), texts, known, asked),
        "after": found(adapted(states, train(rows)), texts, known, asked),
    }
