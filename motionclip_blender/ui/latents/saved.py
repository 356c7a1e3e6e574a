"""Reads and writes the latents saved in the scene, `scene.motionclip.latents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    import numpy as np


def saved(scene: bpy.types.Scene) -> dict[str, np.ndarray]:
    """Returns the latents, (D,) float32, by name; of two with the same name, the first."""
    from ...core.latents import file as latent_file

    found: dict[str, np.ndarray] = {}
    for item in scene.motionclip.latents:
        latent = latent_file.from_text(item.values)
        if latent is not None:
            found.setdefault(item.name, latent)
    return found


def makers(scene: bpy.types.Scene) -> dict[str, str]:
    """Returns name and version of the packs that made the latents of `saved`, by name."""
    found: dict[str, str] = {}
    there = saved(scene)
    for item in scene.motionclip.latents:
        if item.name in there:
            found.setdefault(item.name, item.pack)
    return found


def save(scene: bpy.types.Scene, name: str, latent: np.ndarray, pack: str) -> bpy.types.PropertyGroup:
    """Adds a saved latent and makes it the active one. A name that is in use gets a number, as Blender's names do."""
    from ...core.latents import file as latent_file

    latents = scene.motionclip.latents
    name = free_name(name.strip() or "Latent", {item.name for item in latents})
    item = latents.add()
    item.values, item.pack = latent_file.to_text(latent), pack
    item.name = name
    scene.motionclip.active_latent = len(latents) - 1
    return item


def renamed(item: bpy.types.PropertyGroup) -> None:
    """Makes the name of a saved latent unique after the user has changed it."""
    others = {other.name for other in item.id_data.motionclip.latents if other.as_pointer() != item.as_pointer()}
    free = free_name(item.name.strip() or "Latent", others)
    if item.name != free:
        item.name = free


def free_name(name: str, taken: set[str]) -> str:
    """Returns `name`, with a number appended if it is in use."""
    stem, number, free = name, 0, name
    while free in taken:
        number += 1
        free = f"{stem}.{number:03d}"
    return free
