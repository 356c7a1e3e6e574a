"""Gives the add-on's name in Blender, and its preferences as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import bpy

if TYPE_CHECKING:
    from ..core.body import Body

ADDON = __package__.rpartition(".")[0]


class ModelChoice(NamedTuple):
    """The model and body that the user has chosen, as plain values.

    pack_folder, body_file: paths; empty for those that ship with the extension.
    compute: one of `core.networks.COMPUTE`.
    """

    pack_folder: str = ""
    body_file: str = ""
    compute: str = "automatic"

    def body(self) -> Body:
        """Reads the body from its file."""
        from ..core.body import Body

        return Body.load(self.body_file or None)


def model_choice(context: bpy.types.Context) -> ModelChoice:
    """Returns the preferences as plain values, for the worker thread."""
    chosen = _chosen(context)
    if chosen is None:
        return ModelChoice()
    return ModelChoice(bpy.path.abspath(chosen.pack_folder), bpy.path.abspath(chosen.body_file), chosen.compute)


def idle_seconds(context: bpy.types.Context) -> float:
    """Returns the number of idle seconds after which the engine is released; 0 for never."""
    chosen = _chosen(context)
    return 60.0 * chosen.idle_minutes if chosen is not None else 0.0


def _chosen(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """Returns the preferences; None if the add-on was registered by a script and not enabled as an extension."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None
