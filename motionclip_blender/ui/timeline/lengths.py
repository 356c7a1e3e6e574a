"""Takes lengths of the motion that was made into the list, where the user begins to tell them."""

from __future__ import annotations

import bpy

from ...rig.timeline import scene_fps
from ..generate import live
from .filling import FILLING


def take_whole(asked: bpy.types.PropertyGroup) -> None:
    """Sets the length of the whole to that of the motion, when it no longer is as long as the segments take."""
    from ...rig.action_metadata import recipe_of

    if FILLING.active or asked.natural:
        return
    action = live.made_of(asked.id_data, "timeline")
    if action is not None and (made := recipe_of(action)) is not None:
        with FILLING:
            asked.whole = made.frames


def take_segment(item: bpy.types.PropertyGroup) -> None:
    """Sets the length of a segment to what it takes in the motion, when it no longer is as long as it takes."""
    from ...rig.action_metadata import recipe_of, starts_of

    if FILLING.active or item.natural:
        return
    scene = item.id_data
    action = live.made_of(scene, "timeline")
    if action is None or (made := recipe_of(action)) is None:
        return
    edges = [*starts_of(action), made.frames]
    index = list(scene.motionclip.timeline.segments).index(item)
    if index + 1 < len(edges):
        with FILLING:
            item.seconds = (edges[index + 1] - edges[index]) / scene_fps(scene)
