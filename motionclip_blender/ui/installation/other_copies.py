"""Disables other copies of this extension, under its former id or from another repository, and keeps their preferences.

All copies register the same classes, so only one of them can be enabled. The one that was enabled last disables the
others, says so in the panel, and leaves it to the user to remove them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import addon_utils
import bpy

from ..addon import ADDON
from ..session import SESSION

FORMER_ID = "motionclip_blender"
"""The id before version 0.3.0."""

_timer: Callable[[], None] | None = None


def switch_off() -> dict[str, object]:
    """Disables other copies that are enabled. Returns the values that the user has set in their preferences.

    Call it before anything is registered. It does not change Blender's list of enabled add-ons, because Blender may be
    iterating over it at this moment; `drop_from_list` does so later.
    """
    found: dict[str, object] = {}
    for name in _enabled():
        chosen = bpy.context.preferences.addons[name].preferences
        if chosen is not None:  # None if the copy is not loaded
            keys = set(chosen.bl_rna.properties.keys()) - {"rna_type", "bl_idname"}
            found |= {key: getattr(chosen, key) for key in keys if chosen.is_property_set(key)}
        if addon_utils.check(name)[1]:
            addon_utils.disable(name, refresh_handled=True)
    return found


def take_over(chosen: dict[str, object], register_classes: Callable[[], None]) -> None:
    """Copies the values that `switch_off` found into our preferences, if the user has not set them there.

    Call it when everything is registered. register_classes: registers the classes that are not registered.
    """
    names = _enabled()
    if not names:
        return
    _say(names)
    own = bpy.context.preferences.addons.get(ADDON)
    if own is not None and own.preferences is not None:
        for key, value in chosen.items():
            if key in own.preferences.bl_rna.properties and not own.preferences.is_property_set(key):
                with suppress(TypeError):  # another version may have other choices
                    setattr(own.preferences, key, value)
    global _timer
    _timer = partial(drop_from_list, register_classes)
    bpy.app.timers.register(_timer)


def drop_from_list(register_classes: Callable[[], None]) -> None:
    """Removes the other copies from the list of enabled add-ons, so that Blender does not start them next time.

    A copy that is listed after ours was enabled after it, too, and its classes have replaced ours.
    """
    names = _enabled()
    over_ours = any(addon_utils.check(name)[1] for name in names)
    for name in names:
        addon_utils.disable(name, default_set=True)
    if over_ours:
        register_classes()
        _say(names)


def pending() -> bool:
    """Checks whether `drop_from_list` has yet to run."""
    return _timer is not None and bpy.app.timers.is_registered(_timer)


def stop() -> None:
    """Stops the timer when this extension is disabled."""
    if pending():
        bpy.app.timers.unregister(_timer)


def _say(names: list[str]) -> None:
    """Tells the user, in the panel and on the console, that other copies were disabled."""
    where = ", ".join(name.removeprefix("bl_ext.") for name in names)
    SESSION.error = f"Another copy of this extension ({where}) was switched off; remove it in Preferences, Add-ons."
    print(f"MotionCLIP: {SESSION.error}")


def _enabled() -> list[str]:
    """Returns the modules of other copies that are listed as enabled, from any repository."""
    ids = (FORMER_ID, ADDON.rpartition(".")[2])
    names = bpy.context.preferences.addons.keys()
    return [name for name in names if name != ADDON and name.startswith("bl_ext.") and name.rpartition(".")[2] in ids]
