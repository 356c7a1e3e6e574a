"""Measures reconstruction: encoding a motion and decoding its latent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.network_size import WINDOW

from . import measures
from .items import Item
from .model import Model

LENGTHS = (20, 40, 60, 80, 100, 120)


def errors(model: Model, real: np.ndarray) -> dict[str, np.ndarray]:
    """Returns the errors (n,) of windows `real` (n, T, rows, 6) after encoding and decoding.

    mm: joints relative to the pelvis. world_mm: joints in the world, including the movement over the ground. degrees:
    of all joints' rotations. still_mm: the error of a body that keeps the window's mean pose, for comparison.
    movement: variance over time of the decoded joints, as a share of that of the real ones.
    """
    made = model.decode(model.encode_poses(real), real.shape[1])
    truth, result = model.positions(real), model.positions(made)
    local_truth, local = (p - p[..., :1, :] for p in (truth, result))
    between = np.swapaxes(rot.sixd_to_matrix(real[:, :, :-1]), -1, -2) @ rot.sixd_to_matrix(made[:, :, :-1])
    cosine = (np.trace(between, axis1=-2, axis2=-1) - 1) / 2
    return {
        "mm": 1000 * measures.apart(local, local_truth),
        "world_mm": 1000 * measures.apart(result, truth),
        "degrees": np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean(axis=(-1, -2)),
        "still_mm": 1000 * measures.apart(local_truth.mean(axis=1, keepdims=True), local_truth),
        "movement": local.var(axis=1).sum(axis=(-1, -2)) / np.maximum(local_truth.var(axis=1).sum(axis=(-1, -2)), 1e-9),
    }


def span_errors(model: Model, items: Sequence[Item], most: int | None = None) -> tuple[dict[str, np.ndarray], int]:
    """Returns the mean errors of each span (n,) over its windows of 60 frames, and the number of all windows.

    most: largest number of windows of a span.
    """
    shortest, longest = model.window
    frames = min(WINDOW, longest)
    windows = [(i, w) for i, item in enumerate(items) for w in item.windows(frames, frames, shortest, most)]
    owner = np.array([i for i, _ in windows])
    of_window: dict[str, np.ndarray] = {}
    by_length: dict[int, list[int]] = {}
    for at, (_, window) in enumerate(windows):
        by_length.setdefault(len(window), []).append(at)
    for alike in by_length.values():
        found = errors(model, np.stack([model.poses(windows[at][1]) for at in alike]))
        for name, values in found.items():
            of_window.setdefault(name, np.empty(len(windows)))[alike] = values
    spans = {name: np.array([v[owner == i].mean() for i in range(len(items))]) for name, v in of_window.items()}
    return spans, len(windows)


def reconstruct(model: Model, items: Sequence[Item], most: int | None = None, lengths: Sequence[int] = LENGTHS) -> dict:
    """Returns the errors over windows of 60 frames (every span has the same weight), and by length.

    At each length all spans are tested from their first frame; "extended" counts those that had to be extended as in
    training. movement: the median, because the share is arbitrary for clips that hardly move. span_mm: of each span.
    most: largest number of windows of a span.
    """
    shortest, longest = model.window
    spans, windows = span_errors(model, items, most)
    return {
        **_means(spans),
        "spans": len(items),
        "windows": windows,
        "span_mm": spans["mm"].tolist(),
        "median_mm": float(np.median(spans["mm"])),
        "worst": [
            {"clip": items[i].clip, "start": items[i].start, "action": items[i].action, "mm": float(spans["mm"][i])}
            for i in np.argsort(-spans["mm"])[:5]
        ],
        "by_length": {
            str(length): {
                **_means(errors(model, np.stack([model.poses(item.first(length)) for item in items]))),
                "extended": sum(len(item.motion) < length for item in items),
            }
            for length in lengths
            if shortest <= length <= longest
        },
    }


def _means(found: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: float(np.median(v) if name == "movement" else v.mean()) for name, v in found.items()}
