"""Renders frames of a scene as arrays of pixels, using all cores.

Without a graphics card Blender's own anti-aliasing takes longer than the rest of a picture, and half of the rest runs
on one core. So edges are smoothed here, and a second Blender renders some frames of longer films.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ..core.errors import UserError
from .antialias import smooth_edges
from .pictures import read_bitmap
from .process import start_blender
from .renderer import choose_renderer, render_bitmap, set_bitmap_output, workbench_works

if TYPE_CHECKING:
    import subprocess

_SCRIPT = Path(__file__).with_name("second_blender.py")
_WORTH_FRAMES = 24
"""With fewer frames the second Blender would hardly have started before the first one is done."""


def get_ready(scene: bpy.types.Scene) -> None:
    """Sets up `scene` for `draw` and `draw_all`."""
    choose_renderer(scene)
    scene.display.render_aa = "OFF"
    set_bitmap_output(scene)


def draw(scene: bpy.types.Scene, frame: int, folder: Path, smooth: bool = True) -> np.ndarray:
    """Renders one frame of a scene that is ready as (H, W, 3) uint8 sRGB, rows from the top.

    Leaves no file in `folder`. smooth: whether Workbench's edges are smoothed, where the scene does not do it itself.
    """
    scene.frame_set(frame)
    path = folder / "shot.bmp"
    render_bitmap(scene, path)
    return _developed(scene, path, smooth)


def _developed(scene: bpy.types.Scene, path: Path, smooth: bool) -> np.ndarray:
    """Reads and deletes a rendered bitmap, and smooths its edges if needed. Raises `UserError` if it is cut off."""
    try:
        pixels = read_bitmap(path)
    except ValueError as error:
        raise UserError(f"A picture was cut off as it was rendered into {path.parent}; free some space.") from error
    path.unlink()
    # Cycles has smoothed the edges already
    return smooth_edges(pixels) if smooth and scene.render.engine == "BLENDER_WORKBENCH" else pixels


class SecondBlender:
    """A process that renders a scene's frames from the last one backwards, during a `with` block.

    It starts at once, so that it is ready when the scene is. The caller renders the frames that it has not rendered,
    because it was slow, failed or did not start; nothing ever waits for it.
    """

    def __init__(self, folder: Path, frames: int) -> None:
        self._folder = folder
        self._process: subprocess.Popen | None = None
        if frames < _WORTH_FRAMES or not _useful():
            return
        # Blender's own temporary files are removed with our folder
        with contextlib.suppress(OSError):
            self._process = start_blender(_SCRIPT, [str(folder), str(os.getpid()), "1", str(frames)], folder)

    def __enter__(self) -> SecondBlender:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()  # it has nothing to save
            self._process.wait()

    def show(self, scene: bpy.types.Scene) -> None:
        """Gives the process the scene to render: `scene` as it is now."""
        if self._process is not None:
            half = self._folder / "half.blend"
            bpy.data.libraries.write(str(half), {scene})
            os.replace(half, self._folder / "scene.blend")

    def drawn(self, frame: int) -> Path | None:
        """Returns the bitmap of `frame` if it exists."""
        path = self._folder / f"{frame:05}.bmp"
        return path if self._process is not None and path.exists() else None


def _useful() -> bool:
    """Checks whether a second process would have a free core. With a window, a graphics card renders."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1 and bpy.app.background and workbench_works()


def draw_all(
    scene: bpy.types.Scene, frames: Sequence[int], folder: Path, second: SecondBlender, smooth: bool = True
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields every one of `frames` with its picture, as `draw` renders it, in the order in which they are finished."""
    second.show(scene)
    first, last = 0, len(frames) - 1
    while first <= last:
        path = second.drawn(frames[last])
        if path is not None:
            yield frames[last], _developed(scene, path, smooth)
            last -= 1
        else:
            yield frames[first], draw(scene, frames[first], folder, smooth)
            first += 1
