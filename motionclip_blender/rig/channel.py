"""Defines what a motion keys: properties and their values, in every frame or once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Channel(NamedTuple):
    """Keyed properties: (data path, array index) pairs, and their values (paths, T). bone: the group's name."""

    bone: str
    paths: list[tuple[str, int]]
    values: np.ndarray


class Leftover(NamedTuple):
    """A bone's properties that get a single key: (data path, array index) pairs, and the values, most at rest."""

    bone: str
    paths: list[tuple[str, int]]
    rest: list[float]
