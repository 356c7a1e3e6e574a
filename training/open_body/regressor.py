# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits the joint regressor: each joint as a weighted mean of vertices, for the template and every shape direction."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from .joints import JOINT_NAMES, MIRROR

NEAREST = 1000  # candidate vertices for each joint
# MakeHuman's bones do not exactly follow its skin when the shape changes, so the template has priority.
TEMPLATE_WEIGHT = 8.0
STEP_WEIGHT = 2.0  # betas reach about two units, so an error in a direction counts double
SUM_WEIGHT = 10.0  # metres; keeps the weights' sum at one before they are normalised


def fit_regressor(
    vertices: np.ndarray,
    vertex_steps: np.ndarray,
    joints: np.ndarray,
    joint_steps: np.ndarray,
    weights: np.ndarray,
    mirror: np.ndarray,
) -> np.ndarray:
    """Fits rows (55, V): non-negative, summing to one, mirror-symmetric; lengths in metres."""
    regressor = np.zeros((len(JOINT_NAMES), len(vertices)))
    for index, name in enumerate(JOINT_NAMES):
        if name.startswith("right"):
            continue  # mirrored from the left below
        distance = np.linalg.norm(vertices - joints[index], axis=1)
        # Vertices that move with the joint come first, so that a finger is not measured on its neighbour.
        distance = np.where(weights[:, index] > 0.2, 0.5 * distance, distance)
        near = np.argsort(distance)[:NEAREST]
        rows = [TEMPLATE_WEIGHT * (vertices[near].T - joints[index][:, None])]
        rows += [
            STEP_WEIGHT * (step[near].T - moved[index][:, None])
            for step, moved in zip(vertex_steps, joint_steps, strict=True)
        ]
        rows.append(np.full((1, len(near)), SUM_WEIGHT))
        target = np.zeros(sum(len(row) for row in rows))
        target[-1] = SUM_WEIGHT
        solution, _ = nnls(np.concatenate(rows), target, maxiter=50 * NEAREST)
        regressor[index, near] = solution / solution.sum()
    for index, other in enumerate(MIRROR):
        if JOINT_NAMES[index].startswith("right"):
            regressor[index] = regressor[other][mirror]
        elif index == other:
            regressor[index] = 0.5 * (regressor[index] + regressor[index][mirror])
    return regressor


def regressor_errors(
    regressor: np.ndarray,
    vertices: np.ndarray,
    vertex_steps: np.ndarray,
    joints: np.ndarray,
    joint_steps: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the error in millimetres of every regressed joint: template (55,) and directions at one unit (S, 55)."""
    template = np.linalg.norm(regressor @ vertices - joints, axis=1)
    steps = np.linalg.norm(np.einsum("jv,svk->sjk", regressor, vertex_steps) - joint_steps, axis=2)
    return 1000.0 * template, 1000.0 * steps
