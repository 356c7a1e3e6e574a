"""Gives the add-on's name in Blender, and its preferences as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import bpy

if TYPE_CHECKING:
    from ..core.body import Body
    from ..core.clip_weights import ClipSource

ADDON = __package__.rpartition(".")[0]


class ModelChoice(NamedTuple):
    """The model and body that the user has chosen, as plain values.

    pack_folder, body_file: paths; empty for those that ship with the extension.
    compute: one of `core.networks.COMPUTE`.
    clip_file: path of CLIP's weights; empty for those that were downloaded before.
    clip_folder: where downloaded weights are kept; empty for the user's cache.
    online: whether Blender may use the network.
    """

    pack_folder: str = ""
    body_file: str = ""
    compute: str = "automatic"
    clip_file: str = ""
    clip_folder: str = ""
    online: bool = False

    def body(self) -> Body:
        """Reads the body from its file."""
        from ..core.body import Body

        return Body.load(self.body_file or None)

    def clip(self) -> ClipSource:
        """Returns where CLIP's weights may come from."""
        from ..core.clip_weights import ClipSource

        file, folder = (Path(name) if name else None for name in (self.clip_file, self.clip_folder))
        return ClipSource(file, folder, self.online)


def model_choice(context: bpy.types.Context) -> ModelChoice:
    """Returns the preferences as plain values, for the worker thread."""
    chosen = _chosen(context)
    if chosen is None:
        return ModelChoice()
    pack, body, clip = (bpy.path.abspath(path) for path in (chosen.pack_folder, chosen.body_file, chosen.clip_file))
    return ModelChoice(pack, body, chosen.compute, clip, user_folder("clip"), bpy.app.online_access)


def user_folder(name: str) -> str:
    """Returns a folder of this extension among the user's files, which need not exist yet; empty in a script."""
    try:
        return bpy.utils.extension_path_user(ADDON, path=name)
    except ValueError:
        return ""


def idle_seconds(context: bpy.types.Context) -> float:
    """Returns the number of idle seconds after which the engine is released; 0 for never."""
    chosen = _chosen(context)
    return 60.0 * chosen.idle_minutes if chosen is not None else 0.0


def _chosen(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """Returns the preferences; None if the add-on was registered by a script and not enabled as an extension."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None
