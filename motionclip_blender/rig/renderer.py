"""Chooses and sets up Blender's renderers, and renders pictures and animations."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

import bpy

from ..core.errors import UserError
from .reports import reason_of
from .versions import EEVEE

_CYCLES_SAMPLES = 4


@cache
def workbench_works() -> bool:
    """Checks whether Workbench can be used.

    On Linux Blender without a window renders through EGL. Where that library is missing, Workbench ends the whole
    process instead of raising an error.
    """
    if sys.platform != "linux" or not bpy.app.background:
        return True
    try:
        ctypes.CDLL("libEGL.so.1")
    except OSError:
        return False
    return True


def choose_renderer(scene: bpy.types.Scene) -> None:
    """Selects Workbench, or where it cannot be used Cycles with few samples: grainier and several times slower."""
    if workbench_works():
        scene.render.engine = "BLENDER_WORKBENCH"
        return
    use_cycles(scene, _CYCLES_SAMPLES)
    scene.cycles.max_bounces = 1


def use_workbench(scene: bpy.types.Scene, samples: int) -> None:
    """Selects Workbench with the anti-aliasing closest to `samples`; 1 is a filter on the finished picture (FXAA)."""
    scene.render.engine = "BLENDER_WORKBENCH"
    known = {0: "OFF", 1: "FXAA", 5: "5", 8: "8", 11: "11", 16: "16", 32: "32"}
    scene.display.render_aa = known[min(known, key=lambda count: abs(count - samples))]


def use_eevee(scene: bpy.types.Scene, samples: int) -> None:
    """Selects EEVEE with `samples` per pixel."""
    scene.render.engine = EEVEE
    scene.eevee.taa_render_samples = samples


def use_cycles(scene: bpy.types.Scene, samples: int) -> None:
    """Selects Cycles on the CPU with `samples` per pixel, with a constant noise pattern and without denoising."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.render.use_persistent_data = True


def render_png(scene: bpy.types.Scene, path: Path) -> None:
    """Renders the present frame of `scene` to the PNG file `path`. Raises `UserError` if it cannot be written."""
    settings = scene.render.image_settings
    settings.file_format = "PNG"
    settings.color_mode = "RGBA" if scene.render.film_transparent else "RGB"
    settings.compression = 10
    scene.render.filepath = str(path)
    _render(scene, write_still=True)


def set_bitmap_output(scene: bpy.types.Scene) -> None:
    """Sets the render output of `scene` to an uncompressed BMP file, which `pictures.read_bitmap` reads."""
    scene.render.image_settings.file_format = "BMP"
    scene.render.image_settings.color_mode = "RGB"


def render_bitmap(scene: bpy.types.Scene, path: Path) -> None:
    """Renders the present frame of `scene` to the BMP file `path`. Raises `UserError` if it cannot be written."""
    set_bitmap_output(scene)
    scene.render.filepath = str(path)
    _render(scene, write_still=True)


def render_animation(scene: bpy.types.Scene) -> None:
    """Renders the frames of `scene` to the scene's own output path, in its own format. Raises `UserError` if they
    cannot be written."""
    _render(scene, animation=True)


def _render(scene: bpy.types.Scene, **options: bool) -> None:
    # with the scene as an argument alone, the operator would take the frame of the context's scene
    with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        try:
            bpy.ops.render.render(scene=scene.name, **options)
        except RuntimeError as error:
            raise UserError(f"Blender cannot render a picture ({reason_of(error)}); free some space.") from error
