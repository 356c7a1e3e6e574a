# SPDX-License-Identifier: GPL-3.0-or-later
"""Defines where the garments are: a field per garment, placed by the body's joints.

A field is a number per vertex, in metres: positive inside a garment, negative outside, zero on its border.
"""

from __future__ import annotations

import numpy as np

from .joints import JOINT_INDEX

NECK_SLOPE = 0.5  # the neckline is lower in front
SLEEVE_END = 0.55  # share of the upper arm that the sleeve covers


class Wardrobe:
    """The garments' fields for one T-posed body, placed by its joints (55, 3)."""

    def __init__(self, joints: np.ndarray) -> None:
        self.at = {name: joints[index] for name, index in JOINT_INDEX.items()}
        self.hem = self.at["left_hip"][1] + 0.015
        self.ankle_line = self.at["left_ankle"][1] + 0.022

    def shirt(self, v: np.ndarray) -> np.ndarray:
        """Returns the field of a T-shirt: short sleeves, round neck, worn over the trousers."""
        at = self.at
        sleeve_end = (1.0 - SLEEVE_END) * at["left_shoulder"][0] + SLEEVE_END * at["left_elbow"][0]
        sleeve = sleeve_end - np.abs(v[:, 0])
        slope = NECK_SLOPE
        neck = (0.012 - (v[:, 1] - at["neck"][1]) - slope * (v[:, 2] - at["neck"][2])) / np.hypot(1.0, slope)
        return np.minimum(np.minimum(sleeve, neck), v[:, 1] - self.hem)

    def trousers(self, v: np.ndarray) -> np.ndarray:
        """Returns the field of long trousers: from under the shirt down to the shoes."""
        return np.minimum(v[:, 1] - self.ankle_line, self.hem + 0.1 - v[:, 1])

    def brow_edges(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the fields of the eyebrows' ends, lower edges and upper edges; NaN away from the brows."""
        eye = self.at["left_eye_smplhf"]
        x, y = np.abs(v[:, 0]) - eye[0], v[:, 1] - eye[1]
        near = (np.abs(x) < 0.036) & (y > 0.004) & (y < 0.045) & (v[:, 2] > eye[2] - 0.03)
        ends = np.minimum(x + 0.019, 0.024 - x)
        middle = np.interp(x, [-0.019, -0.005, 0.012, 0.024], [0.0185, 0.0215, 0.0225, 0.0165])
        half = np.interp(x, [-0.019, -0.008, 0.024], [0.0020, 0.0034, 0.0010])
        fields = (ends, y - (middle - half), (middle + half) - y)
        return tuple(np.where(near, field, np.nan) for field in fields)  # type: ignore[return-value]

    def hair(self, v: np.ndarray, ears: np.ndarray) -> np.ndarray:
        """Returns the field of short hair, which leaves the vertices in ``ears`` (V,) free.

        The hairline is given as elevation over the azimuth, seen from the middle of the skull.
        """
        eye = self.at["left_eye_smplhf"]
        centre = np.array([0.0, eye[1] + 0.025, eye[2] - 0.095])
        offset = v - centre
        azimuth = np.degrees(np.arctan2(np.abs(offset[:, 0]), offset[:, 2]))  # 0 front, 180 back
        level = np.hypot(offset[:, 0], offset[:, 2])
        elevation = np.arctan2(offset[:, 1], level)
        line = np.interp(
            azimuth,
            [0.0, 20.0, 34.0, 44.0, 52.0, 58.0, 66.0, 72.0, 90.0, 105.0, 125.0, 150.0, 180.0],
            [24.0, 23.5, 20.0, 12.0, 0.0, -17.0, -20.0, -12.0, -14.0, -30.0, -38.0, -42.0, -43.0],
        )
        field = 0.1 * (elevation - np.radians(line))
        field = np.minimum(field, v[:, 1] - self.at["neck"][1])
        return np.where(ears, np.minimum(field, -0.004), field)


def smoothstep(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Returns 0 below ``low``, 1 above ``high``, and a smooth transition in between."""
    share = np.clip((value - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
