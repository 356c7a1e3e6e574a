"""Other copies of this extension, under its former id or from another repository: they go, their preferences stay.

All copies register the same classes, so only one of them can be enabled. The one enabled last wins, says so in the
panel, and leaves it to the user to remove the other one.
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
"""Until version 0.3.0."""

_timer: Callable[[], None] | None = None


def switch_off() -> dict[str, object]:
    """Disables them where they are enabled. Returns what the user had set in their preferences.

    To be called before anything is registered. Blender's list of enabled add-ons stays as it is, for Blender may be
    going through it at this moment; `drop_from_list` follows.
    """
    found: dict[str, object] = {}
    for name in _enabled():
        chosen = bpy.context.preferences.addons[name].preferences
        if chosen is not None:  # this one is loaded
            keys = set(chosen.bl_rna.properties.keys()) - {"rna_type", "bl_idname"}
            found |= {key: getattr(chosen, key) for key in keys if chosen.is_property_set(key)}
        if addon_utils.check(name)[1]:
            addon_utils.disable(name, refresh_handled=True)
    return found


def take_over(chosen: dict[str, object], register_classes: Callable[[], None]) -> None:
    """Puts what `switch_off` found into our preferences, where the user has set nothing yet.

    To be called when everything is registered. register_classes: registers those that are not.
    """
    names = _enabled()
    if not names:
        return
    _say(names)
    own = bpy.context.preferences.addons.get(ADDON)
    if own is not None and own.preferences is not None:
        for key, value in chosen.items():
            if key in own.preferences.bl_rna.properties and not own.preferences.is_property_set(key):
                with suppress(TypeError):  # of another version, which knows other choices
                    setattr(own.preferences, key, value)
    global _timer
    _timer = partial(drop_from_list, register_classes)
    bpy.app.timers.register(_timer)


def drop_from_list(register_classes: Callable[[], None]) -> None:
    """Takes them off the list of enabled add-ons, so that Blender's next start leaves them alone.

    One that is listed after ours has been enabled after it, too, with its classes in the place of ours.
    """
    names = _enabled()
    over_ours = any(addon_utils.check(name)[1] for name in names)
    for name in names:
        addon_utils.disable(name, default_set=True)
    if over_ours:
        register_classes()
        _say(names)


def pending() -> bool:
    """Whether `drop_from_list` is still to come."""
    return _timer is not None and bpy.app.timers.is_registered(_timer)


def stop() -> None:
    """Called when this extension is disabled."""
    if pending():
        bpy.app.timers.unregister(_timer)


def _say(names: list[str]) -> None:
    where = ", ".join(name.removeprefix("bl_ext.") for name in names)
    SESSION.error = f"Another copy of this extension ({where}) was switched off; remove it in Preferences, Add-ons."
    print(f"MotionCLIP: {SESSION.error}")


def _enabled() -> list[str]:
    """Modules of other copies that are listed as enabled, from whichever repository."""
    ids = (FORMER_ID, ADDON.rpartition(".")[2])
    names = bpy.context.preferences.addons.keys()
    return [name for name in names if name != ADDON and name.startswith("bl_ext.") and name.rpartition(".")[2] in ids]
