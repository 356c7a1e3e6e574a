"""Retrieval: finding the motion of a text or an image among all test spans, and back."""

from __future__ import annotations

from math import comb

import numpy as np

from motionclip_blender.core.latents.arithmetic import normalised

from .items import Items
from .model import Model

AT = (1, 5, 10)


def figures(queries: np.ndarray, gallery: np.ndarray, right: np.ndarray) -> dict:
    """R@k in percent and median rank (1 is best) by cosine.

    queries (Q, D), gallery (G, D), right (Q, G): which of the gallery answer a query; each is answered by one at
    least. The rank is that of the first right answer. "chance": the same of a gallery in random order, R@k exactly.
    """
    cosines = normalised(queries) @ normalised(gallery).T
    best = np.where(right, cosines, -np.inf).max(axis=1)
    rank = 1 + (cosines > best[:, None]).sum(axis=1)
    many = right.sum(axis=1)
    chance = {f"r{k}": 100 * float(np.mean([_chance(len(gallery), int(m), k) for m in many])) for k in AT}
    # the first of m right answers in a random order of G stands at (G + 1) / (m + 1) on average
    chance["mean_rank"] = float(np.mean((len(gallery) + 1) / (many + 1)))
    return {
        "queries": len(queries),
        "gallery": len(gallery),
        **{f"r{k}": 100 * float((rank <= k).mean()) for k in AT},
        "median_rank": float(np.median(rank)),
        "chance": chance,
    }


def _chance(total: int, right: int, k: int) -> float:
    """How probably one of `right` is among the first k of `total` in random order."""
    k = min(k, total)
    return 1 - comb(total - right, k) / comb(total, k)


def of_texts(model: Model, items: Items, latents: np.ndarray, captions: int | None = None) -> dict:
    """Text to motion and back. latents (n, D): of the test spans. captions: read so many of a span's at most.

    A wording that several spans bear is answered by any of them, a span by any of its wordings.
    """
    of_span = [item.captions[:captions] for item in items.test]
    texts = sorted({caption for some in of_span for caption in some})
    place = {text: i for i, text in enumerate(texts)}
    bears = np.zeros((len(texts), len(of_span)), bool)
    for i, some in enumerate(of_span):
        bears[[place[caption] for caption in some], i] = True
    embeddings = model.texts(texts)
    return {
        "text_to_motion": figures(embeddings, latents, bears),
        "motion_to_text": figures(latents, embeddings, bears.T),
    }


def of_images(embeddings: np.ndarray, shows: np.ndarray, latents: np.ndarray) -> dict:
    """Image to motion and back. embeddings (m, D) of frames, latents (n, D) of spans, shows (m, n): of which spans."""
    seen = shows.any(axis=0)
    return {
        "image_to_motion": figures(embeddings, latents, shows),
        "motion_to_image": figures(latents[seen], embeddings, shows.T[seen]),
    }
