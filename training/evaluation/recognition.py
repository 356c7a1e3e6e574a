"""Measures action recognition: whether a motion's latent is nearest to its class's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.network_size import WINDOW
from motionclip_blender.core.recognition import Recogniser

from ..data.captions import FOLDER, class_text
from ..shipped import shipped
from .items import Item, Items
from .model import Model

TEMPLATES = ("{}", "a person doing {}", "a motion of {}", "someone performs {}", "the action {}")
_TOP = (1, 5)
_CONFUSIONS = 12


def class_names() -> list[str]:
    """Returns the classes of the captions, in alphabetical order."""
    return shipped(FOLDER / "classes.json")


def class_vectors(model: Model, classes: Sequence[str], templates: Sequence[str] = TEMPLATES[:1]) -> np.ndarray:
    """Returns unit vectors (C, latent): the mean embedding of a class's name over the templates."""
    vectors = [normalised(model.texts([template.format(class_text(c)) for c in classes])) for template in templates]
    return normalised(np.mean(vectors, axis=0))


def span_latents(model: Model, items: Sequence[Item], most: int | None = None, window: int = WINDOW) -> np.ndarray:
    """Returns the latent of each span (n, latent): the mean over its windows of `window` frames, which overlap by
    half.

    most: largest number of windows of a span.
    """
    shortest, longest = model.window
    frames = min(window, longest)
    windows = [item.windows(frames, frames // 2, shortest, most) for item in items]
    latents = model.encode([window for of_item in windows for window in of_item])
    ends = np.cumsum([len(of_item) for of_item in windows])
    return np.stack([part.mean(axis=0) for part in np.split(latents, ends[:-1])])


def ranks(latents: np.ndarray, vectors: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns the ranks (n,) of the true ones among `vectors` (C, D), by cosine to `latents` (n, D); 0 is the nearest.

    truth: (n,) the index of each true one.
    """
    return _ranks(normalised(latents) @ normalised(vectors).T, truth)


def _ranks(similarities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return (similarities > similarities[np.arange(len(truth)), truth][:, None]).sum(axis=1)


def scores(latents: np.ndarray, actions: Sequence[str], vectors: np.ndarray, classes: Sequence[str]) -> dict:
    """Returns Top-1 and Top-5 in percent; "balanced": the mean over classes, whatever their number of spans."""
    return _scores(normalised(latents) @ normalised(vectors).T, actions, classes)


def similarities_in_use(model: Model, latents: np.ndarray, items: Sequence[Item], classes: Sequence[str]) -> np.ndarray:
    """Returns the similarities (n, C) of items, with their latents (n, latent), to classes, as users get them: with the
    pack's class means, if it has them."""
    recogniser = Recogniser(model.engine, [class_text(action) for action in classes])
    return recogniser.cosines(latents, [item.motion for item in items])


def scores_among(
    similarities: np.ndarray, known: Sequence[str], actions: Sequence[str], classes: Sequence[str]
) -> dict:
    """Returns the scores of similarities (n, K) to the classes `known`, among some of them."""
    return _scores(similarities[:, [known.index(name) for name in classes]], actions, classes)


def _scores(similarities: np.ndarray, actions: Sequence[str], classes: Sequence[str]) -> dict:
    place = {action: i for i, action in enumerate(classes)}
    truth = np.array([place[action] for action in actions])
    at = _ranks(similarities, truth)
    found = {}
    for top in _TOP:
        hits = at < top
        found[f"top{top}"] = 100 * float(hits.mean())
        found[f"balanced_top{top}"] = 100 * float(np.mean([hits[truth == t].mean() for t in np.unique(truth)]))
    return found


def baselines(actions: Sequence[str], classes: Sequence[str], common: Sequence[str]) -> dict:
    """Returns the scores of guessing, and of always naming the classes with most training spans. Percent.

    common: the classes of the training spans, most frequent first; only those in `classes` are named.
    """
    counts = Counter(actions)
    named = [action for action in common if action in set(classes)]
    chance = {f"top{top}": 100 * min(top / len(classes), 1.0) for top in _TOP}
    majority = {f"top{top}": 100 * sum(counts[a] for a in named[:top]) / len(actions) for top in _TOP}
    return {"chance": chance, "majority": majority}


def recognise(model: Model, items: Items, latents: np.ndarray, known: Iterable[str] = ()) -> dict:
    """Returns the recognition of the test spans, among their own classes and among all.

    known: all classes; those of the default pack's captions if left out.
    latents: (n, latent) of the test spans. The main figure, "name", is the paper's: by the bare class name. "in_use" is
    that of `core.recognition`, which also compares with the pack's class means. "caption" is the score of the text
    tower alone, given each span's first caption.
    """
    actions = [item.action for item in items.test]
    told = model.texts([item.captions[0] for item in items.test])
    found = {"spans": len(items.test)}
    every = _all_classes(items, known)
    in_use = similarities_in_use(model, latents, items.test, every)
    for part, classes in (("held_out_classes", items.tested), ("all_classes", every)):
        plain = class_vectors(model, classes)
        found[part] = {
            "classes": len(classes),
            "name": scores(latents, actions, plain, classes),
            "in_use": scores_among(in_use, every, actions, classes),
            "templates": scores(latents, actions, class_vectors(model, classes, TEMPLATES), classes),
            "caption": scores(told, actions, plain, classes),
            **baselines(actions, classes, items.common),
        }
    nearest = in_use[:, [every.index(action) for action in items.tested]].argmax(axis=1)
    found["by_class"], found["confusions"] = _by_class(nearest, actions, items.tested)
    return found


def _all_classes(items: Items, known: Iterable[str]) -> list[str]:
    return sorted({*(known or class_names()), *items.tested})


def _by_class(found: np.ndarray, actions: Sequence[str], classes: Sequence[str]) -> tuple[dict, list]:
    """Returns for each class its spans and how many are recognised, and the most frequent confusions.

    found: (n,) the recognised ones among `classes`. A confusion is (true class, recognised class, count).
    """
    nearest = [classes[i] for i in found]
    by_class = {
        action: {
            "spans": sum(a == action for a in actions),
            "top1": sum(a == action == n for a, n in zip(actions, nearest, strict=True)),
        }
        for action in classes
    }
    wrong = Counter((a, n) for a, n in zip(actions, nearest, strict=True) if a != n)
    return by_class, [[a, n, times] for (a, n), times in wrong.most_common(_CONFUSIONS)]
