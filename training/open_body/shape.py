# SPDX-License-Identifier: GPL-3.0-or-later
"""Defines the neutral adult, ten directions of body shape and ten facial expressions."""

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
    """One shape direction: the changes of macro values and local changes for one unit of the beta."""

    name: str
    macro: dict[str, float]
    local: dict[str, float]
    one_sided: bool = False


def _both(name: str, amount: float) -> dict[str, float]:
    return {f"l-{name}": amount, f"r-{name}": amount}


# One unit is about one standard deviation among adults; plus means more of what the name says. MakeHuman's gender
# runs from 0 (male) to 1 (female).
DIRECTIONS: tuple[Direction, ...] = (
    Direction("height", {"height": 0.06}, {}),
    Direction(
        "weight",
        {"weight": 0.5},
        {
            "measure-waist-circ-incr": 0.45,
            "measure-hips-circ-incr": 0.25,
            "stomach-tone-incr": -0.35,
            "buttocks-volume-incr": 0.15,
            "head-fat-incr": 0.2,
            **_both("upperarm-fat-incr", 0.3),
            **_both("lowerarm-fat-incr", 0.2),
            **_both("upperleg-fat-incr", 0.3),
            **_both("lowerleg-fat-incr", 0.2),
        },
    ),
    Direction("masculine", {"gender": -0.22, "cupsize": -0.08}, {}),
    Direction(
        "muscle",
        {"muscle": 0.3},
        {
            "torso-muscle-pectoral-incr": 0.3,
            "torso-muscle-dorsi-incr": 0.3,
            "measure-neck-circ-incr": 0.15,
            **_both("upperarm-muscle-incr", 0.4),
            **_both("upperarm-shoulder-muscle-incr", 0.4),
            **_both("lowerarm-muscle-incr", 0.3),
            **_both("upperleg-muscle-incr", 0.3),
            **_both("lowerleg-muscle-incr", 0.3),
        },
    ),
    # The opposite direction leads to childhood, so only the step towards old age is used.
    Direction("age", {"age": 0.12}, {"head-age-incr": 0.3, "stomach-tone-incr": -0.2}, one_sided=True),
    Direction(
        "leg_length",
        {},
        {
            "upperlegs-height-incr": 0.22,
            "lowerlegs-height-incr": 0.22,
            "measure-napetowaist-dist-incr": -0.27,
            "measure-waisttohip-dist-incr": -0.25,
        },
    ),
    Direction("shoulder_width", {}, {"measure-shoulder-dist-incr": 0.35, "torso-vshape-incr": 0.25}),
    Direction("hip_width", {}, {"hip-scale-horiz-incr": 0.4, "measure-hips-circ-incr": 0.25}),
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


def _moved_by(source: Source, targets: tuple[str, ...]) -> np.ndarray:
    """Returns how far (V,) in metres the named local targets move each vertex."""
    plain = source.shape(NEUTRAL).vertices
    changed = source.shape(NEUTRAL, dict.fromkeys(targets, 1.0)).vertices
    return np.linalg.norm(changed - plain, axis=1)


def face_features(source: Source) -> dict[str, np.ndarray]:
    """Returns shares (V,) from 0 to 1 of belonging to the ears, the lips, and small body details that cloth hides.

    They are found by what MakeHuman's own targets for them move.
    """
    lower, upper = (_moved_by(source, (f"mouth-{lip}lip-volume-incr",)) for lip in ("lower", "upper"))
    ears = _moved_by(source, ("l-ear-wing-incr", "r-ear-wing-incr"))
    details = _moved_by(source, ("nipple-size-incr", "nipple-point-incr", "stomach-navel-out"))
    return {
        "ears": (ears > 0.001).astype(float),
        "lips": np.maximum(lower / lower.max(), upper / upper.max()),
        "details": (details > 0.0005).astype(float),
    }


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
    """Returns points (N, 3) averaged with their mirror images, whose numbers are ``image`` (N,)."""
    return 0.5 * (points + points[image] * [-1.0, 1.0, 1.0])


def build_shape_space(source: Source) -> ShapeSpace:
    """T-poses the neutral body and every changed body; their differences are the directions, in metres per unit."""
    neutral = to_tpose(source, source.shape(NEUTRAL))
    vertex_steps, joint_steps = [], []
    for direction in DIRECTIONS:
        # MakeHuman's shapes are not linear at the neutral body, so the mean of both sides is used if both are adult.
        more = _stepped(source, direction, 1.0)
        less = neutral if direction.one_sided else _stepped(source, direction, -1.0)
        span = 1.0 if direction.one_sided else 2.0
        vertex_steps.append((more.vertices - less.vertices) / span)
        joint_steps.append((more.joints - less.joints) / span)
    for actions in EXPRESSIONS.values():
        posed = to_tpose(source, source.shape(NEUTRAL, face=dict.fromkeys(actions, 1.0)))
        vertex_steps.append(posed.vertices - neutral.vertices)
        joint_steps.append(np.zeros_like(neutral.joints))  # expressions move no joint
    image = mirror_map(neutral.vertices)
    return ShapeSpace(
        vertices=_symmetric(neutral.vertices, image),
        joints=_symmetric(neutral.joints, np.array(MIRROR)),
        vertex_steps=np.stack([_symmetric(step, image) for step in vertex_steps]),
        joint_steps=np.stack([_symmetric(step, np.array(MIRROR)) for step in joint_steps]),
        shape_names=[direction.name for direction in DIRECTIONS],
        expression_names=list(EXPRESSIONS),
    )
