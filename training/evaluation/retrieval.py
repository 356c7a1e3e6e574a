"""Measures retrieval: finding the motion of a text or an image among all test spans, and the reverse."""

from __future__ import annotations

from math import comb

import numpy as np

from motionclip_blender.core.latents.arithmetic import normalised

from .items import Items
from .model import Model

AT = (1, 5, 10)


def figures(queries: np.ndarray, gallery: np.ndarray, right: np.ndarray) -> dict:
    """Returns R@k in percent and the median rank (1 is best) by cosine.

    queries (Q, D), gallery (G, D), right (Q, G): the right answers of each query, at least one. The rank is that of the
    first right answer. "chance": the exact R@k and mean rank for a gallery in random order.
    """
    cosines = normalised(queries) @ normalised(gallery).T
    best = np.where(right, cosines, -np.inf).max(axis=1)
    rank = 1 + (cosines > best[:, None]).sum(axis=1)
    many = right.sum(axis=1)
    chance = {f"r{k}": 100 * float(np.mean([_chance(len(gallery), int(m), k) for m in many])) for k in AT}
    # in a random order of G, the mean rank of the first of m right answers is (G + 1) / (m + 1)
    chance["mean_rank"] = float(np.mean((len(gallery) + 1) / (many + 1)))
    return {
        "queries": len(queries),
        "gallery": len(gallery),
        **{f"r{k}": 100 * float((rank <= k).mean()) for k in AT},
        "median_rank": float(np.median(rank)),
        "chance": chance,
    }


def _chance(total: int, right: int, k: int) -> float:
    """Returns the probability that one of `right` is among the first k of `total` in random order."""
    k = min(k, total)
    return 1 - comb(total - right, k) / comb(total, k)


def of_texts(model: Model, items: Items, latents: np.ndarray, captions: int | None = None) -> dict:
    """Returns the figures of text to motion and of motion to text.

    latents (n, D): of the test spans. captions: largest number of a span's captions that are used. For a wording of
    several spans all of them are right answers, and for a span all of its wordings.
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
    """Returns the figures of image to motion and of motion to image.

    embeddings (m, D): of frames. latents (n, D): of spans. shows (m, n): the spans that each frame shows.
    """
    seen = shows.any(axis=0)
    return {
        "image_to_motion": figures(embeddings, latents, shows),
        "motion_to_image": figures(latents[seen], embeddings, shows.T[seen]),
    }
