"""Measures action recognition on BABEL-60 as in table 3 of the paper: `evaluate --protocol babel-60`.

The latent of every window of BABEL's validation part is compared with the bare names of the classes. A window may show
several of them; it is recognised when any of those is among the k nearest. Windows that show none are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import comb
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.network_size import WINDOW

from ..data.amass.shards import Shards
from ..data.amass.tensors import pose_tensors
from ..data.amass.windows import categories_of, legacy_categories_of
from ..data.captions import class_text
from .model import Model
from .paper import BABEL_60

PROTOCOL = "babel-60"
SHARPNESS = 100.0
"""Of cosines as shares (CLIP's own): the softmax of 100 times the cosine."""

_TOP = (1, 5)
_BATCH = 64  # windows that are read at a time


def evaluate_babel(pack: Path | None, data: Path, legacy: bool = False, part: str = "val", seed: int = 0) -> dict:
    """Returns Top-1 and Top-5 in percent, those of guessing, and those of each class.

    legacy: as the released code, of shards that `prepare --legacy` made: a random crop of each window and the drifting
    categories. Otherwise the middle of each window and the categories that it shows. part: of BABEL's split.
    Raises `UserError` for shards that were prepared in the other way, and when no window shows a class.
    """
    shards = Shards(data)
    if legacy != shards.legacy:
        one, other = ("without", "with") if legacy else ("with", "without")
        raise UserError(f"{data} was prepared {one} --legacy; prepare it {other}, or evaluate in the same way.")
    model = Model(pack)
    frames = min(WINDOW, model.window[1])
    random = np.random.default_rng(seed)
    windows, starts, truth = [], [], []
    for i in shards.chosen("babel", part):
        spare = len(shards.windows[i]) - frames
        if spare < 0:
            continue
        start = int(random.integers(0, max(spare, 1))) if legacy else spare // 2
        if shown := _classes(shards, int(i), start, start + frames):
            windows.append(int(i))
            starts.append(start)
            truth.append(shown)
    if not windows:
        raise UserError(f"No window of the part {part} of {data} shows one of its {len(shards.classes)} classes.")
    latents = _latents(model, shards, windows, starts, frames)
    names = normalised(model.texts([class_text(name) for name in shards.classes]))
    found = figures(normalised(latents) @ names.T, truth, shards.classes)
    return {
        "protocol": PROTOCOL,
        "pack": {"name": model.pack.name, "version": model.pack.version},
        "legacy": legacy,
        "part": part,
        "frames": frames,
        "classes_from": shards.index["classes_from"],
        **found,
        "cited": BABEL_60,
    }


def figures(cosines: np.ndarray, truth: Sequence[set[int]], classes: Sequence[str]) -> dict:
    """Returns the figures of cosines (n, C). truth: the classes that each window shows, at least one."""
    if not np.isfinite(cosines).all():
        raise UserError("The latents of some windows are not finite; check the pack.")
    order = np.argsort(-cosines, axis=1, kind="stable")
    shares = np.exp(SHARPNESS * (cosines - cosines.max(axis=1, keepdims=True)))
    shares /= shares.sum(axis=1, keepdims=True)
    # the place of the first true class of each window
    first = np.array([min(np.flatnonzero(np.isin(row, list(true)))) for row, true in zip(order, truth, strict=True)])
    shown = Counter(k for true in truth for k in true)
    by_class = {}
    for k, times in sorted(shown.items()):
        of_class = np.array([k in true for true in truth])
        at = np.argmax(order[of_class] == k, axis=1)
        by_class[classes[k]] = {"windows": times, **{f"top{top}": 100 * float((at < top).mean()) for top in _TOP}}
    return {
        "windows": len(truth),
        "classes": len(classes),
        **{f"top{top}": 100 * float((first < top).mean()) for top in _TOP},
        "share_of_the_true": float(np.mean([row[list(true)].max() for row, true in zip(shares, truth, strict=True)])),
        "share_of_the_first": float(shares.max(axis=1).mean()),
        "chance": {f"top{top}": 100 * float(np.mean([_chance(len(classes), len(true), top) for true in truth]))
                   for top in _TOP},
        "by_class": by_class,
    }  # fmt: skip


def summary(found: dict) -> str:
    """Returns the figures beside the paper's as lines of text."""
    way = "as the released code" if found["legacy"] else "mended"
    lines = [
        f"{found['pack']['name']} {found['pack']['version']}: {found['windows']:,} windows of {found['part']}, "
        f"{found['classes']} classes ({found['classes_from']}), {way}",
        f"{'':<36}{'Top-1':>8}{'Top-5':>8}",
    ]
    rows = {"this pack": found, "guessing": found["chance"]} | {
        f"{name} (paper)": row for name, row in found["cited"].items()
    }
    return "\n".join([*lines, *(f"{name:<36}{row['top1']:>7.2f}%{row['top5']:>7.2f}%" for name, row in rows.items())])


def _classes(shards: Shards, window: int, start: int, stop: int) -> set[int]:
    found = shards.windows[window]
    if shards.legacy:
        names = legacy_categories_of(found.drifted, start, stop)
    else:
        names = categories_of(found.spans, start, stop)
    return {shards.classes.index(name) for name in names if name in shards.classes}


def _latents(model: Model, shards: Shards, windows: Sequence[int], starts: Sequence[int], frames: int) -> np.ndarray:
    """Returns latents (n, latent), float32."""
    latents = []
    for first in range(0, len(windows), _BATCH):
        chosen = list(zip(windows[first : first + _BATCH], starts[first : first + _BATCH], strict=True))
        read = [shards.read(i, start, start + frames) for i, start in chosen]
        turns, trans = (np.stack(parts) for parts in zip(*read, strict=True))
        ups = [shards.origins[i].up for i, _ in chosen]
        latents.append(model.encode_poses(pose_tensors(turns, trans, ups, model.pack.pose_format)))
    return np.concatenate(latents)


def _chance(classes: int, true: int, top: int) -> float:
    """Returns the probability that one of `true` classes is among the first `top` in random order."""
    top = min(top, classes)
    return 1 - comb(classes - true, top) / comb(classes, top)
