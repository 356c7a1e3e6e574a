"""Which of Blender's renderers draws the films, and one picture by it."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

import bpy

_CYCLES_SAMPLES = 4


@cache
def workbench_works() -> bool:
    """Whether Workbench can be used here.

    Without a window Blender draws through EGL on Linux, and where that library is missing Workbench ends the
    whole process instead of raising an error.
    """
    if sys.platform != "linux" or not bpy.app.background:
        return True
    try:
        ctypes.CDLL("libEGL.so.1")
    except OSError:
        return False
    return True


def choose_renderer(scene: bpy.types.Scene) -> None:
    """Workbench, or where it cannot be used Cycles with few samples: grainier and several times slower."""
    if workbench_works():
        scene.render.engine = "BLENDER_WORKBENCH"
        return
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = _CYCLES_SAMPLES
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = 1
    scene.render.use_persistent_data = True


def render_png(scene: bpy.types.Scene, path: Path) -> None:
    """Renders the present frame of `scene` to the PNG file `path`."""
    settings = scene.render.image_settings
    settings.file_format = "PNG"
    settings.color_mode = "RGBA" if scene.render.film_transparent else "RGB"
    settings.compression = 10
    scene.render.filepath = str(path)
    _render(scene, write_still=True)


def render_animation(scene: bpy.types.Scene) -> None:
    """Renders the frames of `scene` to its own output path, in its own format."""
    _render(scene, animation=True)


def _render(scene: bpy.types.Scene, **options: bool) -> None:
    # told by its argument alone which scene to render, the operator takes the frame of the context's
    with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        bpy.ops.render.render(scene=scene.name, **options)
