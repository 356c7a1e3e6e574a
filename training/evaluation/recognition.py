"""Action recognition: which class's name is nearest to the latent of a motion (MotionCLIP, section 4.4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np

from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.latents.window_pooling import WINDOW

from ..data.captions import FOLDER, class_text
from .items import Item, Items
from .model import Model

TEMPLATES = ("{}", "a person doing {}", "a motion of {}", "someone performs {}", "the action {}")
_TOP = (1, 5)
_CONFUSIONS = 12


def class_names() -> list[str]:
    """The classes of the captions, in order of the alphabet."""
    return json.loads((FOLDER / "classes.json").read_text(encoding="utf-8"))


def class_vectors(model: Model, classes: Sequence[str], templates: Sequence[str] = TEMPLATES[:1]) -> np.ndarray:
    """(C, latent) unit vectors: the mean of the embeddings of a class's name in each of the templates."""
    vectors = [normalised(model.texts([template.format(class_text(c)) for c in classes])) for template in templates]
    return normalised(np.mean(vectors, axis=0))


def span_latents(model: Model, items: Sequence[Item], most: int | None = None) -> np.ndarray:
    """(n, latent) the latent of each span: the mean over its windows of 60 frames, half overlapping.

    most: windows of a span at most.
    """
    shortest, longest = model.window
    frames = min(WINDOW, longest)
    windows = [item.windows(frames, frames // 2, shortest, most) for item in items]
    latents = model.encode([window for of_item in windows for window in of_item])
    ends = np.cumsum([len(of_item) for of_item in windows])
    return np.stack([part.mean(axis=0) for part in np.split(latents, ends[:-1])])


def ranks(latents: np.ndarray, vectors: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(n,) place of the true one among `vectors` (C, D) by cosine to each of `latents` (n, D); 0 is the nearest."""
    cosines = normalised(latents) @ normalised(vectors).T
    return (cosines > cosines[np.arange(len(truth)), truth][:, None]).sum(axis=1)


def scores(latents: np.ndarray, actions: Sequence[str], vectors: np.ndarray, classes: Sequence[str]) -> dict:
    """Top-1 and Top-5 in percent; "balanced": the mean over classes, whatever their number of spans."""
    place = {action: i for i, action in enumerate(classes)}
    truth = np.array([place[action] for action in actions])
    at = ranks(latents, vectors, truth)
    found = {}
    for top in _TOP:
        hits = at < top
        found[f"top{top}"] = 100 * float(hits.mean())
        found[f"balanced_top{top}"] = 100 * float(np.mean([hits[truth == t].mean() for t in np.unique(truth)]))
    return found


def baselines(actions: Sequence[str], classes: Sequence[str], common: Sequence[str]) -> dict:
    """Guessing, and always naming the classes that most training spans show. Percent.

    common: the classes by how common they are in training, of which those in `classes` may be named.
    """
    counts = Counter(actions)
    named = [action for action in common if action in set(classes)]
    chance = {f"top{top}": 100 * min(top / len(classes), 1.0) for top in _TOP}
    majority = {f"top{top}": 100 * sum(counts[a] for a in named[:top]) / len(actions) for top in _TOP}
    return {"chance": chance, "majority": majority}


def recognise(model: Model, items: Items, latents: np.ndarray) -> dict:
    """Recognition of the test spans, among the classes that they show and among all.

    latents: (n, latent) of the test spans. The paper's way, the bare class name, is the main figure ("name").
    "caption" is what the text tower alone would reach if it were told each span's first caption.
    """
    actions = [item.action for item in items.test]
    told = model.texts([item.captions[0] for item in items.test])
    found = {"spans": len(items.test)}
    for part, classes in (("held_out_classes", items.tested), ("all_classes", _all_classes(items))):
        plain = class_vectors(model, classes)
        found[part] = {
            "classes": len(classes),
            "name": scores(latents, actions, plain, classes),
            "templates": scores(latents, actions, class_vectors(model, classes, TEMPLATES), classes),
            "caption": scores(told, actions, plain, classes),
            **baselines(actions, classes, items.common),
        }
    found["by_class"], found["confusions"] = _by_class(
        latents, actions, class_vectors(model, items.tested), items.tested
    )
    return found


def _all_classes(items: Items) -> list[str]:
    return sorted({*class_names(), *items.tested})


def _by_class(
    latents: np.ndarray, actions: Sequence[str], vectors: np.ndarray, classes: Sequence[str]
) -> tuple[dict, list]:
    """Of each class its spans and how many are recognised; the commonest confusions (true, taken for, times)."""
    nearest = [classes[i] for i in np.argmax(normalised(latents) @ vectors.T, axis=1)]
    by_class = {
        action: {
            "spans": sum(a == action for a in actions),
            "top1": sum(a == action == n for a, n in zip(actions, nearest, strict=True)),
        }
        for action in classes
    }
    wrong = Counter((a, n) for a, n in zip(actions, nearest, strict=True) if a != n)
    return by_class, [[a, n, times] for (a, n), times in wrong.most_common(_CONFUSIONS)]
