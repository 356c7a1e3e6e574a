"""Defines what a motion keys: properties and their values, in every frame or once."""

from __future__ import annotations

import re
from typing import NamedTuple

import bpy
import numpy as np

_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]')


def bone_of(path: str) -> str:
    """Returns the name of the bone whose property a data path names; empty if it is no bone's."""
    found = _BONE.match(path)
    return str(bpy.utils.unescape_identifier(found[1])) if found else ""


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
