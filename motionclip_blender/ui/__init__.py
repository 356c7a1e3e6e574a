"""What the user sees: the panel, operators, properties, preferences, and the job behind them.

Importing and registering this package costs Blender next to nothing: `rig`, numpy and torch are imported by
the functions that need them, on first use. `benchmarks/enable.py` measures it.
"""

from __future__ import annotations

import bpy

from . import (
    action_panel,
    again,
    arithmetic,
    arithmetic_panel,
    asking,
    blend,
    blend_panel,
    command,
    composition,
    composition_panel,
    drop,
    frames_panel,
    frames_settings,
    handlers,
    idle,
    labels,
    latents,
    latents_panel,
    library,
    live,
    menu,
    operators,
    other_copies,
    panel,
    playing,
    preferences,
    presets,
    properties,
    recognise,
    recognise_panel,
    recognition,
    render_frames,
    search,
    self_check,
    session,
    source_row,
    translations,
    working,
)

_CLASSES = (
    *preferences.CLASSES,
    *properties.CLASSES,
    *frames_settings.CLASSES,
    *labels.CLASSES,
    *self_check.CLASSES,
    *operators.CLASSES,
    *asking.CLASSES,
    *playing.CLASSES,
    *again.CLASSES,
    *drop.CLASSES,
    *recognise.CLASSES,
    *search.CLASSES,
    *blend.CLASSES,
    *arithmetic.CLASSES,
    *composition.CLASSES,
    *latents.CLASSES,
    *source_row.CLASSES,
    *render_frames.CLASSES,
    *presets.CLASSES,
    *panel.CLASSES,
    *action_panel.CLASSES,
    *recognise_panel.CLASSES,
    *blend_panel.CLASSES,
    *arithmetic_panel.CLASSES,
    *composition_panel.CLASSES,
    *latents_panel.CLASSES,
    *frames_panel.CLASSES,
    *menu.CLASSES,
)


def register() -> None:
    """Called by Blender when the extension is enabled."""
    chosen = other_copies.switch_off()
    translations.attach()
    _register_classes()
    presets.attach()
    menu.attach()
    handlers.attach()
    idle.attach()
    command.attach()
    other_copies.take_over(chosen, _register_classes)


def _register_classes() -> None:
    """Registers what is not: all classes, or those whose places another copy has taken."""
    for cls in _CLASSES:
        if "bl_rna" not in cls.__dict__:
            bpy.utils.register_class(cls)
    properties.attach()
    frames_settings.attach()
    labels.attach()
    search.attach()


def unregister() -> None:
    """Called by Blender when the extension is disabled, and when Blender quits."""
    other_copies.stop()
    render_frames.stop()
    live.LIVE.close()
    session.SESSION.close()
    recognition.RECOGNITION.forget()
    library.LIBRARIES.forget()
    search.SEARCH.results = None
    self_check.forget()
    working.stop_timer()
    command.detach()
    idle.detach()
    handlers.detach()
    menu.detach()
    presets.detach()
    search.detach()
    labels.detach()
    frames_settings.detach()
    properties.detach()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
    translations.detach()
