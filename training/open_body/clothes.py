# SPDX-License-Identifier: GPL-3.0-or-later
"""Material zones: the body's own faces as shirt, trousers, shoes, hair, skin and eyes."""

from __future__ import annotations

import numpy as np

from .joints import JOINT_INDEX
from .source import Source

ZONES: dict[str, tuple[float, float, float]] = {
    "skin": (0.72, 0.46, 0.34),
    "shirt": (0.16, 0.34, 0.55),
    "trousers": (0.09, 0.10, 0.14),
    "shoes": (0.60, 0.59, 0.57),
    "hair": (0.055, 0.035, 0.025),
    "eye_white": (0.85, 0.85, 0.83),
    "iris": (0.10, 0.06, 0.03),
    "mouth": (0.35, 0.09, 0.08),
}
ZONE_INDEX = {name: index for index, name in enumerate(ZONES)}


def face_zones(source: Source, vertices: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Zone number (F,) of every face of the T-posed body."""
    centre = vertices[source.faces].mean(axis=1)
    at = {name: joints[index] for name, index in JOINT_INDEX.items()}
    zone = np.zeros(len(source.faces), np.int64)
    head = source.face_parts["head"]
    side = np.abs(centre[:, 0])
    sleeve = 0.45 * at["left_shoulder"][0] + 0.55 * at["left_elbow"][0]
    body = ~head & (side < sleeve) & (centre[:, 1] < at["neck"][1] + 0.01 - 0.5 * (centre[:, 2] - at["neck"][2]))
    zone[body] = ZONE_INDEX["shirt"]
    zone[body & (centre[:, 1] < at["left_hip"][1] + 0.03)] = ZONE_INDEX["trousers"]
    zone[body & (centre[:, 1] < at["left_ankle"][1] + 0.01)] = ZONE_INDEX["shoes"]
    eye = at["left_eye_smplhf"]
    scalp = head & (centre[:, 1] > eye[1] + 0.06 - 0.9 * np.clip(eye[2] - 0.045 - centre[:, 2], 0, 0.1))
    zone[scalp] = ZONE_INDEX["hair"]
    for mark in "LR":
        zone[source.face_parts[f"eye_front.{mark}"] | source.face_parts[f"eye_back.{mark}"]] = ZONE_INDEX["eye_white"]
    zone[source.face_parts["mouth_cavity"]] = ZONE_INDEX["mouth"]
    return zone
