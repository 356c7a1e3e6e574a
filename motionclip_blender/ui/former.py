"""The extension under its former id, `motionclip_blender`: switched off, and its preferences taken over.

Both ids register the same classes, so only one of them can be enabled. The newer one wins, says so in the panel, and
leaves it to the user to remove the other one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import addon_utils
import bpy

from .preferences import ADDON
from .session import SESSION

FORMER_ID = "motionclip_blender"
SAID = "The older version of this extension, motionclip_blender, was switched off; remove it in Preferences, Add-ons."

_timer: Callable[[], None] | None = None


def switch_off() -> dict[str, object]:
    """Disables the former extension where it is enabled. Returns what the user had set in its preferences.

    To be called before anything is registered. Blender's list of enabled add-ons stays as it is, for Blender may be
    going through it at this moment; `drop_from_list` follows.
    """
    found: dict[str, object] = {}
    for name in _enabled():
        chosen = bpy.context.preferences.addons[name].preferences
        if chosen is not None:  # it is loaded
            keys = set(chosen.bl_rna.properties.keys()) - {"rna_type", "bl_idname"}
            found |= {key: getattr(chosen, key) for key in keys if chosen.is_property_set(key)}
        if addon_utils.check(name)[1]:
            addon_utils.disable(name, refresh_handled=True)
    return found


def take_over(chosen: dict[str, object], register_classes: Callable[[], None]) -> None:
    """Puts what `switch_off` found into our preferences, where the user has set nothing yet.

    To be called when everything is registered. register_classes: registers those that are not.
    """
    if not _enabled():
        return
    _say()
    own = bpy.context.preferences.addons.get(ADDON)
    if own is not None and own.preferences is not None:
        for key, value in chosen.items():
            if key in own.preferences.bl_rna.properties and not own.preferences.is_property_set(key):
                setattr(own.preferences, key, value)
    global _timer
    _timer = partial(drop_from_list, register_classes)
    bpy.app.timers.register(_timer)


def drop_from_list(register_classes: Callable[[], None]) -> None:
    """Takes the former extension off the list of enabled add-ons, so that Blender's next start leaves it alone.

    Where it was listed after this one it has been enabled after it, too, with its classes in the place of ours.
    """
    names = _enabled()
    over_ours = any(addon_utils.check(name)[1] for name in names)
    for name in names:
        addon_utils.disable(name, default_set=True)
    if over_ours:
        register_classes()
        _say()


def pending() -> bool:
    """Whether `drop_from_list` is still to come."""
    return _timer is not None and bpy.app.timers.is_registered(_timer)


def stop() -> None:
    """Called when this extension is disabled."""
    if pending():
        bpy.app.timers.unregister(_timer)


def _say() -> None:
    SESSION.error = SAID
    print(f"MotionCLIP: {SAID}")


def _enabled() -> list[str]:
    """Modules of the former extension that are listed as enabled, from whichever repository."""
    names = bpy.context.preferences.addons.keys()
    return [name for name in names if name != ADDON and name.rpartition(".")[2] == FORMER_ID]
