"""Puts hands to places of the own body, or beside it: the chest, the hips, the forehead, a rail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ..body import Body
from ..measure import root_space_joints
from ..motion import Motion
from ..skeleton import INDEX
from .arm_reach import AHEAD, EASE, HANGS, Held, axes_of, eased, joints_and_chest, with_hand_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_MOVES = {  # along which directions a hand moves, how far in metres, and how often a second
    "rubs": (("aside", "fingers"), 0.035, 1.8),
    "stirs": (("aside", "fingers"), 0.1, 1.0),
    "taps": (("palm",), 0.06, 2.5),
    "brushes": (("down",), 0.22, 1.4),
    "knocks": (("back",), 0.1, 2.5),
    "waves": (("aside",), 0.26, 1.3),
    "bows": (("out",), 0.26, 0.7),
    "wipes": (("aside",), 0.3, 0.8),
    "strokes": (("down",), 0.3, 0.6),
    "blows": (("ahead",), 0.3, 0.5),
    "presses": (("down",), 0.42, 0.5),
    "pumps": (("down",), 0.28, 1.5),
    "beats": (("up",), 0.16, 2.0),
    "chops": (("up",), 0.14, 2.2),
    "kneads": (("ahead",), 0.14, 1.0),
}
_AXES = {
    "down": (0.0, -1.0, 0.0),
    "up": (0.0, 1.0, 0.0),
    "back": (0.0, 0.0, -1.0),
    "ahead": (0.0, 0.1, 1.0),
    "out": (0.9, -0.3, 0.1),
}
_STRIDES = "strides"
"""How a hand moves that goes with the leg of the other side, as one does on a cane."""

_BY_TURNS = ("beats",)  # moves of which one hand is up while the other one is down
_FAST = 2.0  # metres a second at which a hand gets to a place that is far
_STRIDE = 0.5  # share of the way of that leg
_OTHER = {"left": "right", "right": "left"}
_AROUND = 0.45  # seconds before the first movement that is counted, and after the last


def length_of_moves(moves: str, count: int, fps: float) -> int:
    """Returns the frames that so many movements take."""
    return round(fps * (2 * _AROUND + count / _MOVES[moves][2]))


@dataclass(frozen=True)
class Place:
    """Where a hand is put; the fields are told in `touches.json`."""

    joint: str
    offset: tuple[float, float, float]
    fingers: tuple[float, float, float]
    palm: tuple[float, float, float]
    across: bool = False
    forearm: tuple[float, float, float] = AHEAD
    upper_arm: tuple[float, float, float] = HANGS


@cache
def places() -> Mapping[str, Place]:
    """Returns all places by name."""
    data = json.loads(Path(__file__).with_name("touches.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: Place(**told) for name, told in data.items() if not name.startswith("_")})


def touching(
    motion: Motion,
    body: Body,
    sides: Sequence[str],
    name: str,
    *,
    stays: bool = True,
    moves: str = "",
    there: bool = False,
    count: int | None = None,
    at: str = "",
) -> Motion:
    """Returns the motion with the hands of `sides` put to a place.

    name: of `places`. at: the side of the body on which that is, by default the hand's own or, of what is reached
    across, the other one. stays: whether they are still there at the end. moves: how they move there, one of
    `_MOVES`, or "strides"; empty if they are still. there: whether they are there from the first frame on.
    count: how often they move; as often as there is time for if it is None.
    """
    joints, chest = joints_and_chest(motion, body)
    for side in sides:
        place = _place(name, side, at)
        fingers, palm = (np.array(each) / np.linalg.norm(each) for each in (place.fingers, place.palm))
        ahead = np.pi if moves in _BY_TURNS and side == "right" else 0.0
        moved = _moved(moves, len(motion) / motion.fps, len(motion), fingers, palm, count, ahead)
        named = f"{_OTHER[side] if place.across else side}_{place.joint}"
        joint = INDEX[named] if named in INDEX else INDEX[place.joint]
        offsets = (np.array(place.offset) + moved) * axes_of(side)
        if moves == _STRIDES:
            offsets[:, 2] += _STRIDE * _ahead(motion, body, _OTHER[side])
        wrist = joints[:, joint] + np.einsum("tab,tb->ta", chest, offsets)
        far = float(np.linalg.norm(wrist[0] - joints[0, INDEX[f"{side}_wrist"]]))
        way = np.ones(len(motion)) if there else eased(len(motion), motion.fps, not stays, max(EASE, far / _FAST))
        held = Held(wrist, tuple(fingers), tuple(palm), place.forearm, place.upper_arm)
        motion = with_hand_at(motion, body, side, held, way)
    return motion


def _place(name: str, side: str, at: str) -> Place:
    """Returns the place for a hand, where the body has it on both sides, and one is said: "far ear", "own shoulder"."""
    place = places()[name]
    if not at or place.across == (at != side):
        return place
    return places().get(f"{'far' if at != side else 'own'} {name}", place)


def _ahead(motion: Motion, body: Body, side: str) -> np.ndarray:
    """Returns how far the ankle of a side is ahead of its mean, (T,) metres, as the pelvis sees it."""
    ankle = root_space_joints(motion, body)[:, INDEX[f"{side}_ankle"], 2]
    return ankle - ankle.mean()


def _moved(
    moves: str, seconds: float, frames: int, fingers: np.ndarray, palm: np.ndarray, count: int | None, ahead: float
) -> np.ndarray:
    """Returns how far a hand is from its place, (frames, 3) metres, in the chest's axes: of the left hand.

    ahead: radians by which its movement is ahead.
    """
    if moves not in _MOVES:
        return np.zeros((frames, 3))
    along, metres, rate = _MOVES[moves]
    axes = {"fingers": fingers, "palm": -palm, "aside": np.cross(palm, fingers)}
    axes |= {name: np.array(axis) for name, axis in _AXES.items()}
    times = np.linspace(0, seconds, frames)
    if count is not None:  # after the hands are there
        times = np.clip((times - _AROUND) / max(seconds - 2 * _AROUND, 1e-6), 0.0, 1.0) * count / rate
    turn = 2 * np.pi * rate * times + ahead
    # in a circle, or there and back
    waves = (np.sin(turn), 1 - np.cos(turn)) if len(along) > 1 else ((1 - np.cos(turn)) / 2,)
    return metres * sum(wave[:, None] * axes[name] for wave, name in zip(waves, along, strict=True))
