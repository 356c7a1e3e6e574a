"""Puts hands to places of the own body: the chest, the hips, the forehead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .arm_reach import Held, axes_of, eased, joints_and_chest, with_hand_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Place:
    """Where a hand is put; the fields are told in `touches.json`."""

    joint: str
    offset: tuple[float, float, float]
    fingers: tuple[float, float, float]
    palm: tuple[float, float, float]
    across: bool = False


@cache
def places() -> Mapping[str, Place]:
    """Returns all places by name."""
    data = json.loads(Path(__file__).with_name("touches.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: Place(**told) for name, told in data.items() if not name.startswith("_")})


def touching(motion: Motion, body: Body, sides: Sequence[str], name: str, stays: bool = True) -> Motion:
    """Returns the motion with the hands of `sides` put to a place.

    name: of `places`. stays: whether they are still there at the end.
    """
    place = places()[name]
    joints, chest = joints_and_chest(motion, body)
    way = eased(len(motion), motion.fps, returns=not stays)
    for side in sides:
        other = "right" if side == "left" else "left"
        named = f"{other if place.across else side}_{place.joint}"
        at = INDEX[named] if named in INDEX else INDEX[place.joint]
        wrist = joints[:, at] + chest @ (np.array(place.offset) * axes_of(side))
        fingers, palm = (tuple(np.array(way_of) / np.linalg.norm(way_of)) for way_of in (place.fingers, place.palm))
        motion = with_hand_at(motion, body, side, Held(wrist, fingers, palm), way)
    return motion
