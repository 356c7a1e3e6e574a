"""Converts between SMPL-X's origin and that of `core`.

SMPL-X's origin lies at the chest of the resting body: the pelvis rests 0.351 m below it, the soles 1.29 m. `core` puts
the origin on the floor instead, as people, stages and armatures in Blender have it. Both are upright and differ by one
constant, so the same shift serves every body and every shape.
"""

from __future__ import annotations

import numpy as np

RISE = 168513 / 2**17
"""Metres (1.2857) from the floor to SMPL-X's origin. A multiple of the step that the open body's vertices are rounded
to, so that lifting is exact."""

PELVIS_AT_REST: dict[str, tuple[float, float, float]] = {
    "smplx": (0.0031, -0.3514, 0.0120),
    "smplh": (-0.0018, -0.2233, 0.0282),
    "smpl": (-0.0018, -0.2233, 0.0282),
}
"""Resting place of the pelvis of the mean shape in the published body models, in metres, Y up. The shape moves it by a
few centimetres at most."""

_RISE = np.array([0.0, RISE, 0.0])
_BETWEEN = 0.3  # metres; bodies that stand on the floor rest their pelvis near 0.93, SMPL-X's near -0.35


def rise_of(pelvis_height: float) -> float:
    """Returns the metres by which a rest pose must be lifted to stand on the floor: `RISE`, or 0 if it stands there
    already.

    pelvis_height: of the resting pelvis above the rest pose's own origin, in metres.
    """
    return RISE if pelvis_height < _BETWEEN else 0.0


def to_trans(translation: np.ndarray) -> np.ndarray:
    """Converts a `Motion.translation` to SMPL-X's `trans`, (T, 3) float64."""
    return np.asarray(translation, np.float64) + _RISE


def to_translation(trans: np.ndarray) -> np.ndarray:
    """Converts SMPL-X's `trans` to a `Motion.translation`, (T, 3) float64."""
    return np.asarray(trans, np.float64) - _RISE
