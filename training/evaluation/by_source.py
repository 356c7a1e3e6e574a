"""Measures recognition and reconstruction of each collection by itself, and their mean over those that are unseen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data.splits import source_of
from .items import Items
from .model import Model
from .recognition import scores_among, similarities_in_use

_FIGURES = ("top1", "top5", "all_top1", "all_top5", "mm")


def by_source(model: Model, items: Items, latents: np.ndarray, mm: Sequence[float], classes: Sequence[str]) -> dict:
    """Returns the figures of each tested collection, and the "mean" over those without any span that is trained on.

    latents: (n, latent) of the test spans. mm: (n,) their errors of reconstruction. classes: all that the pack knows.
    A span is recognised as in use, among the classes that its collection shows ("top1"), and among `classes`
    ("all_top1").
    "mean" is None where no collection is unseen.
    """
    sources = np.array([source_of(item.clip) for item in items.test])
    trained = {source_of(item.clip) for item in items.train}
    in_use, table = similarities_in_use(model, latents, items.test, classes), {}
    for source in dict.fromkeys(sources.tolist()):
        own = np.flatnonzero(sources == source)
        actions = [items.test[i].action for i in own]
        shown = sorted(set(actions))
        few = scores_among(in_use[own], classes, actions, shown)
        every = scores_among(in_use[own], classes, actions, classes)
        table[source] = {
            "unseen": source not in trained,
            "spans": len(own),
            "classes": len(shown),
            **{name: few[name] for name in ("top1", "top5")},
            **{f"all_{name}": every[name] for name in ("top1", "top5")},
            "mm": float(np.mean(np.asarray(mm)[own])),
        }
    unseen = [row for row in table.values() if row["unseen"]]
    mean = {name: float(np.mean([row[name] for row in unseen])) for name in _FIGURES} if unseen else None
    return {"sources": table, "mean": mean, "classes": len(classes)}
