"""Measures the styles of the paper's table 2 in generated motions beside real clips of the same styles and classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.network_size import WINDOW

from ..data.captions import class_text
from ..shipped import shipped
from . import measures
from .items import Item, Items
from .model import Model, body_joints

REAL_STYLES = Path(__file__).with_name("real_styles.json")

MEASURES = {"speed": "m/s", "stride": "m", "bend": "degrees", "sway": "degrees"}
"""What is measured, and its unit."""


@cache
def _data() -> dict:
    return shipped(REAL_STYLES)


def style_names() -> list[str]:
    """Returns the styles that are measured."""
    return list(_data()["styles"])


def shows(item: Item, style: str) -> bool:
    """Returns whether a span shows a style: by its tags, or by a large enough part of its captions."""
    told = _data()["styles"][style]
    if set(told["tags"]) & set(item.style):
        return True
    word = re.compile(rf"\b({'|'.join(told['words'])})\b", re.IGNORECASE)
    return sum(bool(word.search(caption)) for caption in item.captions) >= _data()["least"] * max(len(item.captions), 1)


def style_changes(model: Model, items: Items) -> dict:
    """Returns, for every style, how it changes real motions and generated ones: a mean over its real spans.

    Each real span is compared with the median of the plain spans of its class, or of the class that `bases` names.
    "prompt" compares the motions of "walk old" and "walk", "sum" those of latent(walk) + latent(old) - latent(neutral)
    and latent(walk), each as often as its class has real spans. A style without real spans is generated with walking.
    """
    every = [*items.test, *items.train]
    plain = [item for item in every if not item.style and not any(shows(item, style) for style in style_names())]
    of_plain = {action: _of_spans(model, [i for i in plain if i.action == action]) for action in _classes(plain)}
    found = {}
    for style in style_names():
        spans = [i for i in every if shows(i, style) and _base(i.action) in of_plain]
        bases = [_base(item.action) for item in spans]
        values = _of_spans(model, spans)
        real = [value - np.median(of_plain[base], axis=0) for value, base in zip(values, bases, strict=True)]
        made = {base: _made(model, base, style) for base in set(bases) or {"walk"}}
        found[style] = {
            "spans": len(spans),
            "plain_spans": sum(len(of_plain[base]) for base in set(bases)),
            "classes": sorted(set(bases)),
            "real": _named(real),
            **{way: _named([made[base][way] for base in bases or made]) for way in ("prompt", "sum")},
        }
    return {"styles": found, "agree": {way: _agreement(found, way) for way in ("prompt", "sum")}}


def _base(action: str) -> str:
    return _data()["bases"].get(action, action)


def _classes(items: Sequence[Item]) -> list[str]:
    return sorted({item.action for item in items})


def _measured(positions: np.ndarray, fps: float) -> np.ndarray:
    """Returns the measures (n, 4) of motions (n, T, 22, 3), in the order of `MEASURES`."""
    return np.stack(
        (
            measures.speed(positions, fps),
            measures.stride(positions),
            measures.bend(positions),
            measures.sway(positions),
        ),
        axis=-1,
    )


def _of_spans(model: Model, items: Sequence[Item]) -> np.ndarray:
    """Returns the measures (n, 4) of real spans, each a mean over its windows."""
    shortest, longest = model.window
    frames = min(WINDOW, longest)
    means = [
        np.mean(
            [
                _measured(body_joints(model.body, window)[None], window.fps)[0]
                for window in item.windows(frames, frames, shortest)
            ],
            axis=0,
        )
        for item in items
    ]
    return np.reshape(means, (-1, len(MEASURES)))


def _made(model: Model, base: str, style: str) -> dict[str, np.ndarray]:
    """Returns the changes (4,) by each way of generating a style."""
    name = class_text(base)
    plain, prompt = model.prompts([name, f"{name} {style}"])
    word, neutral = model.texts([style, "neutral"])
    latents = np.stack((plain, prompt, plain + word - neutral))
    poses = model.generate(latents, min(WINDOW, model.window[1]))
    before, of_prompt, of_sum = _measured(model.positions(poses), model.pack.fps)
    return {"prompt": of_prompt - before, "sum": of_sum - before}


def _named(changes: Sequence[np.ndarray]) -> dict[str, float | None]:
    mean = np.mean(changes, axis=0) if len(changes) else [None] * len(MEASURES)
    return {name: None if value is None else float(value) for name, value in zip(MEASURES, mean, strict=True)}


def _agreement(found: dict, way: str) -> float | None:
    """Returns in how many percent of styles and measures a generated change has the sign of the real one."""
    pairs = [(of_style["real"][m], of_style[way][m]) for of_style in found.values() for m in MEASURES]
    agrees = [real * made > 0 for real, made in pairs if real is not None]
    return 100 * float(np.mean(agrees)) if agrees else None
