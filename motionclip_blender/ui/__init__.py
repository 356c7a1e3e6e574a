"""Implements the user interface: panels, operators, properties, preferences, and the jobs behind them.

Importing and registering this package takes Blender almost no time: the functions that need `rig`, numpy and torch
import them on first use. `benchmarks/enable.py` measures it.
"""

from __future__ import annotations

import atexit
import sys

import bpy

from . import handlers, idle, menu, properties, session, translations
from .actions import operators as action_operators
from .actions import panel as action_panel
from .actions import reduce_keys
from .addon import ADDON
from .arithmetic import operators as arithmetic_operators
from .arithmetic import panel as arithmetic_panel
from .arithmetic import properties as arithmetic_properties
from .blend import operators as blend_operators
from .blend import panel as blend_panel
from .blend import properties as blend_properties
from .body_shape import operators as body_operators
from .body_shape import panel as body_panel
from .composition import operators as composition_operators
from .composition import panel as composition_panel
from .composition import properties as composition_properties
from .export_motion import operators as export_operators
from .generate import dialog, live, playing, presets, steps, variations
from .generate import operators as generate_operators
from .generate import panel as generate_panel
from .import_motion import clips as import_clips
from .import_motion import copying
from .import_motion import operators as import_operators
from .installation import import_checkpoint, other_copies, preferences, self_check
from .latents import operators as latent_operators
from .latents import panel as latents_panel
from .latents import properties as latent_properties
from .photo import operators as photo_operators
from .photo import panel as photo_panel
from .photo import properties as photo_properties
from .recognise import labels, recognition
from .recognise import operators as recognise_operators
from .recognise import panel as recognise_panel
from .rig_map import operators as rig_operators
from .rig_map import panel as rig_panel
from .rig_map import properties as rig_properties
from .search import library, results
from .search import operators as search_operators
from .search import panel as search_panel
from .search import properties as search_properties
from .sources import properties as source_properties
from .sources import row as source_row
from .tasks import background_operator
from .timeline import making as timeline_making
from .timeline import operators as timeline_operators
from .timeline import panel as timeline_panel
from .timeline import properties as timeline_properties
from .training_frames import command
from .training_frames import operators as frames_operators
from .training_frames import panel as frames_panel
from .training_frames import properties as frames_properties

_CLASSES = (
    *preferences.CLASSES,
    *source_properties.CLASSES,
    *blend_properties.CLASSES,
    *arithmetic_properties.CLASSES,
    *composition_properties.CLASSES,
    *timeline_properties.CLASSES,
    *latent_properties.CLASSES,
    *photo_properties.CLASSES,
    *properties.CLASSES,
    *search_properties.CLASSES,
    *rig_properties.CLASSES,
    *frames_properties.CLASSES,
    *labels.CLASSES,
    *self_check.CLASSES,
    *import_checkpoint.CLASSES,
    *generate_operators.CLASSES,
    *body_operators.CLASSES,
    *steps.CLASSES,
    *variations.CLASSES,
    *dialog.CLASSES,
    *playing.CLASSES,
    *action_operators.CLASSES,
    *reduce_keys.CLASSES,
    *import_operators.CLASSES,
    *import_clips.CLASSES,
    *copying.CLASSES,
    *export_operators.CLASSES,
    *recognise_operators.CLASSES,
    *search_operators.CLASSES,
    *blend_operators.CLASSES,
    *arithmetic_operators.CLASSES,
    *composition_operators.CLASSES,
    *timeline_operators.CLASSES,
    *timeline_making.CLASSES,
    *latent_operators.CLASSES,
    *photo_operators.CLASSES,
    *source_row.CLASSES,
    *rig_operators.CLASSES,
    *frames_operators.CLASSES,
    *presets.CLASSES,
    *generate_panel.CLASSES,
    *action_panel.CLASSES,
    *body_panel.CLASSES,
    *recognise_panel.CLASSES,
    *search_panel.CLASSES,
    *blend_panel.CLASSES,
    *arithmetic_panel.CLASSES,
    *composition_panel.CLASSES,
    *timeline_panel.CLASSES,
    *latents_panel.CLASSES,
    *photo_panel.CLASSES,
    *rig_panel.CLASSES,
    *frames_panel.CLASSES,
    *menu.CLASSES,
)


def register() -> None:
    """Registers the extension. Blender calls it when the extension is enabled."""
    chosen = other_copies.switch_off()
    translations.attach()
    _register_classes()
    presets.attach()
    menu.attach()
    handlers.attach()
    idle.attach()
    command.attach()
    other_copies.take_over(chosen, _register_classes)
    if getattr(bpy.app, "module", not bpy.app.binary_path):  # Blender 4.3 does not say so itself
        atexit.register(_unregister_at_exit)


def _register_classes() -> None:
    """Registers all classes that are not registered, or whose places another copy of the extension has taken."""
    for cls in _CLASSES:
        if "bl_rna" not in cls.__dict__:
            bpy.utils.register_class(cls)
    properties.attach()
    frames_properties.attach()
    labels.attach()
    search_properties.attach()
    rig_properties.attach()


def unregister() -> None:
    """Unregisters the extension. Blender calls it when the extension is disabled, and when Blender quits."""
    atexit.unregister(_unregister_at_exit)
    other_copies.stop()
    frames_operators.stop()
    live.LIVE.close()
    session.SESSION.close()
    recognition.RECOGNITION.forget()
    library.LIBRARIES.forget()
    results.SEARCH.results = None
    import_clips.forget()
    self_check.forget()
    background_operator.stop_timer()
    command.detach()
    idle.detach()
    handlers.detach()
    menu.detach()
    presets.detach()
    rig_properties.detach()
    search_properties.detach()
    labels.detach()
    frames_properties.detach()
    properties.detach()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
    translations.detach()


def _unregister_at_exit() -> None:
    """Unregisters the extension where a script has registered it; Blender does it for those that it has enabled.

    A process that imports `bpy` and ends with classes of an extension crashes in Blender's own clean-up.
    """
    if not getattr(sys.modules[ADDON], "__addon_enabled__", False):
        unregister()
