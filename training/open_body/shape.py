# SPDX-License-Identifier: GPL-3.0-or-later
"""The neutral adult, ten body shape directions and ten face expressions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .joints import MIRROR
from .mesh import mirror_map
from .source import Source
from .tpose import Posed, to_tpose

# An average adult between the sexes; MakeHuman's own "0.5" for age would be a teenager.
NEUTRAL: dict[str, float] = {
    "age": 0.7,
    "gender": 0.5,
    "muscle": 0.55,
    "weight": 0.5,
    "height": 0.35,
    "proportions": 0.6,
    "cupsize": 0.25,
    "firmness": 0.6,
    "african": 0.33,
    "asian": 0.33,
    "caucasian": 0.33,
}


@dataclass(frozen=True)
class Direction:
    """One shape direction: the change of macro values or local changes that one unit of the beta stands for."""

    name: str
    macro: dict[str, float]
    local: dict[str, float]


def _both(name: str, amount: float) -> dict[str, float]:
    return {f"l-{name}": amount, f"r-{name}": amount}


# One unit is about one standard deviation among adults; plus means more of what the name says.
DIRECTIONS: tuple[Direction, ...] = (
    Direction("height", {"height": 0.12}, {}),
    Direction("weight", {"weight": 0.16}, {}),
    Direction("masculine", {"gender": 0.22}, {}),
    Direction("muscle", {"muscle": 0.2}, {}),
    Direction("age", {"age": 0.12}, {}),
    Direction(
        "leg_length",
        {},
        {"upperlegs-height-incr": 0.3, "lowerlegs-height-incr": 0.3, "torso-scale-vert-incr": -0.2},
    ),
    Direction("shoulder_width", {}, {"measure-shoulder-dist-incr": 0.3, "torso-vshape-incr": 0.2}),
    Direction("hip_width", {}, {"hip-scale-horiz-incr": 0.35, "measure-hips-circ-incr": 0.15}),
    Direction("arm_length", {}, {"measure-upperarm-length-incr": 0.3, "measure-lowerarm-length-incr": 0.3}),
    Direction(
        "head_size",
        {},
        {"head-scale-vert-incr": 0.35, "head-scale-horiz-incr": 0.35, "head-scale-depth-incr": 0.35},
    ),
)

EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "jaw_open": ("jawOpen",),
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "frown": ("mouthFrownLeft", "mouthFrownRight"),
    "brows_up": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "brows_down": ("browDownLeft", "browDownRight"),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "pucker": ("mouthPucker",),
    "funnel": ("mouthFunnel",),
    "cheek_puff": ("cheekPuff",),
    "sneer": ("noseSneerLeft", "noseSneerRight"),
}


EAR_TARGETS = ("l-ear-scale-incr", "r-ear-scale-incr")
EAR_MOVE = 0.0015  # metres; what these targets move by more than this is the ear itself


def ear_vertices(source: Source) -> np.ndarray:
    """Mask (V,) of the ears: the vertices that MakeHuman's ear targets move."""
    plain = source.shape(NEUTRAL).vertices
    scaled = source.shape(NEUTRAL, dict.fromkeys(EAR_TARGETS, 1.0)).vertices
    return np.linalg.norm(scaled - plain, axis=1) > EAR_MOVE


@dataclass(frozen=True)
class ShapeSpace:
    """Template and directions: vertices (V, 3), joints (55, 3), their changes per unit (S, V, 3) and (S, 55, 3)."""

    vertices: np.ndarray
    joints: np.ndarray
    vertex_steps: np.ndarray
    joint_steps: np.ndarray
    shape_names: list[str]
    expression_names: list[str]


def _stepped(source: Source, direction: Direction, sign: float) -> Posed:
    macro = {name: value + sign * direction.macro.get(name, 0.0) for name, value in NEUTRAL.items()}
    local = {name: sign * value for name, value in direction.local.items()}
    return to_tpose(source, source.shape(macro, local))


def _symmetric(points: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Points (N, 3) averaged with their mirror images, whose numbers are ``image`` (N,)."""
    return 0.5 * (points + points[image] * [-1.0, 1.0, 1.0])


def build_shape_space(source: Source) -> ShapeSpace:
    """T-pose the neutral body and every changed body; the differences are the directions, in metres per unit."""
    neutral = to_tpose(source, source.shape(NEUTRAL))
    vertex_steps, joint_steps = [], []
    for direction in DIRECTIONS:
        # MakeHuman's shapes are bent about the neutral body, so the step is the mean of both sides.
        more, less = _stepped(source, direction, 1.0), _stepped(source, direction, -1.0)
        vertex_steps.append(0.5 * (more.vertices - less.vertices))
        joint_steps.append(0.5 * (more.joints - less.joints))
    for actions in EXPRESSIONS.values():
        posed = to_tpose(source, source.shape(NEUTRAL, face=dict.fromkeys(actions, 1.0)))
        vertex_steps.append(posed.vertices - neutral.vertices)
        joint_steps.append(np.zeros_like(neutral.joints))  # a face moves no joint
    image = mirror_map(neutral.vertices)
    return ShapeSpace(
        vertices=_symmetric(neutral.vertices, image),
        joints=_symmetric(neutral.joints, np.array(MIRROR)),
        vertex_steps=np.stack([_symmetric(step, image) for step in vertex_steps]),
        joint_steps=np.stack([_symmetric(step, np.array(MIRROR)) for step in joint_steps]),
        shape_names=[direction.name for direction in DIRECTIONS],
        expression_names=list(EXPRESSIONS),
    )
