"""Renders text as a picture, in Blender's own font."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import bpy
import numpy as np

from .materials import plain_material
from .renderer import choose_renderer, render_png

_INK = (0.012, 0.014, 0.018)
_PADDING = 0.6  # around the text, in font sizes


def render_caption(text: str, path: Path, width: int, sizes: tuple[int, ...], tallest: int) -> int:
    """Writes `text`, wrapped and centred, as a transparent PNG `width` pixels wide. Returns its height, an even number.

    sizes: font sizes in pixels, the largest first. Uses the first with which the picture is at most `tallest` high. If
        none is, uses the last and shrinks the text until it fits.
    """
    scene = bpy.data.scenes.new("Caption")
    curve = bpy.data.curves.new("Caption", "FONT")
    curve.align_x, curve.align_y = "CENTER", "TOP"
    label = bpy.data.objects.new("Caption", curve)
    scene.collection.objects.link(label)
    for size in sizes:
        padding = round(_PADDING * size)
        curve.size = size
        curve.text_boxes[0].width = width - 2 * padding
        curve.body = _breakable(text, (width - 2 * padding) / size)
        scene.view_layers[0].update()
        height = label.evaluated_get(scene.view_layers[0].depsgraph).dimensions.y + 2 * padding
        if height <= tallest:
            break
    else:
        curve.overflow = "SCALE"
        curve.text_boxes[0].height = tallest - 2 * padding
        height = tallest
    height = 2 * int(np.ceil(height / 2))
    # one unit is one pixel; the origin is the middle of the picture
    label.location = (padding - width / 2, height / 2 - padding, 0)
    curve.materials.append(plain_material("Ink", _INK))
    camera = bpy.data.cameras.new("Caption")
    camera.type, camera.sensor_fit, camera.ortho_scale = "ORTHO", "HORIZONTAL", width
    scene.camera = bpy.data.objects.new("Caption", camera)
    scene.camera.location.z = 10
    scene.collection.objects.link(scene.camera)
    scene.view_settings.view_transform = "Standard"
    scene.display.render_aa = "16"
    scene.display.shading.light = "FLAT"
    scene.display.shading.color_type = "MATERIAL"
    scene.render.film_transparent = True
    scene.render.resolution_x, scene.render.resolution_y = width, height
    choose_renderer(scene)
    render_png(scene, path)
    return height


def _breakable(text: str, line: float) -> str:
    """Returns `text` with spaces inserted into words that are longer than a line.

    Blender breaks lines only at spaces, and Chinese and Japanese text has none. line: the width of a line, in widths of
    an M.
    """
    words = []
    for word in text.split():
        words.append("")
        width = 0.0
        for character in word:
            wide = unicodedata.east_asian_width(character) in "WF" or character.isupper() or character in "mw@%"
            width += 1.0 if wide else 0.62
            if width > line:
                words.append("")
                width = 1.0
            words[-1] += character
    return " ".join(words)
