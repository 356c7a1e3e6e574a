"""What is known of people before a photo is seen: how they stand, and where on the body landmarks lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ..core.skeleton import BODY_JOINTS, INDEX
from .see import LANDMARKS

ASSET = Path(__file__).parent.parent / "assets" / "photo" / "prior.npz"

POSED = len(BODY_JOINTS) - 1
"""Number of joints whose rotations the fit finds, besides the root's: 21."""

_HEAD = ("nose", "eye", "ear", "mouth")
_ANCHORS = {
    "shoulder": ("shoulder", "collar"), "elbow": ("elbow", "shoulder"), "wrist": ("wrist", "elbow"),
    "pinky": ("wrist", "wrist"), "index": ("wrist", "wrist"), "thumb": ("wrist", "wrist"),
    "hip": ("hip", "pelvis"), "knee": ("knee", "hip"), "ankle": ("ankle", "knee"), "heel": ("ankle", "ankle"),
    "foot_index": ("foot", "ankle"),
}  # fmt: skip


def _anchor(landmark: str) -> tuple[int, int]:
    """Returns the joint that a landmark lies near, and the joint that it turns with."""
    if any(part in landmark for part in _HEAD):
        return INDEX["head"], INDEX["head"]
    side, name = landmark.split("_", 1)
    return tuple(INDEX[joint if joint == "pelvis" else f"{side}_{joint}"] for joint in _ANCHORS[name])  # type: ignore[return-value]


NEAR, TURNING = (np.array(joints) for joints in zip(*map(_anchor, LANDMARKS), strict=True))
"""(33,) of each landmark the joint that it lies near, and the joint that it turns with."""


@dataclass(frozen=True, eq=False)
class Prior:
    """mean: (63,) axis-angle of the body's joints. whitening: (63, 63): `whitening @ (pose - mean)` has unit variance.
    low, high: (63,) between which nearly all poses lie. offsets: (33, 3) metres from `NEAR` to each landmark at rest.
    spread: (33,) standard deviation of landmarks in the picture, as a part of the person's height. deep: (33,) metres,
    standard deviation of the network's guess of depth."""

    mean: np.ndarray
    whitening: np.ndarray
    low: np.ndarray
    high: np.ndarray
    offsets: np.ndarray
    spread: np.ndarray
    deep: np.ndarray


@cache
def load_prior() -> Prior:
    """Reads the prior that ships; `training.photo_prior` makes it."""
    with np.load(ASSET, allow_pickle=False) as data:
        arrays = {key: data[key].astype(np.float64) for key in Prior.__dataclass_fields__}
    return Prior(**arrays)
