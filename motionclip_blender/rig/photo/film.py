"""Renders the film and the contact sheet of a photo's scene."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import bpy
import numpy as np

from ...core.errors import UserError
from ...core.files import whole_path
from ...core.progress import Progress, no_progress
from ..caption import render_caption
from ..film import COLUMNS, LINE, TITLE_SIZES, encode, nothing_left_behind, sheet_of
from ..pictures import read_picture, write_bitmap, write_picture
from ..renderer import set_bitmap_output
from ..shots import SecondBlender, draw, draw_all
from ..timeline import scene_fps

QUALITY = "PERC_LOSSLESS"
"""Of the film: what does not move must not flicker."""

_KEY_FRAMES = 600  # at most between two pictures that are encoded anew; each would show as a flicker
_CELL = 320  # pixels of the longer side of a contact sheet's pictures


def render_photo_film(scene: bpy.types.Scene, path: Path, progress: Progress | None = None) -> None:
    """Renders all frames of a photo's scene as an H.264 film. The file is written whole or not at all.

    The scene does not change, but for its present frame. Raises `UserError` if the file cannot be written, and whatever
    `progress` raises.
    """
    step = progress or no_progress
    for fraction in film_steps(lambda: scene, path):
        step("Filming", fraction)


def film_steps(found: Callable[[], bpy.types.Scene], path: Path) -> Iterator[float]:
    """Does what `render_photo_film` does, a frame between two yields; yields the progress, 0 to 1.

    found: returns the scene, or raises: between two yields it may be deleted.
    """
    scene = found()
    frames, fps = range(scene.frame_start, scene.frame_end + 1), scene_fps(scene)
    size = scene.render.resolution_x, scene.render.resolution_y
    with (
        whole_path(path) as target,
        tempfile.TemporaryDirectory() as name,
        SecondBlender(Path(name), len(frames)) as second,
        _enough_space(path),
    ):
        folder = Path(name)
        pictures = {frame: folder / f"film-{frame:06}.bmp" for frame in frames}
        with _as_it_was(found):
            set_bitmap_output(scene)
            for done, (frame, pixels) in enumerate(draw_all(scene, frames, folder, second, smooth=False), start=1):
                write_bitmap(pixels, pictures[frame])
                yield 0.95 * done / len(frames)
                if found() != scene:
                    raise UserError("The scene was deleted while it was filmed; nothing is written.")
        with nothing_left_behind():
            encode(list(pictures.values()), size, fps, target, QUALITY, _KEY_FRAMES)
        yield 1.0


def render_photo_sheet(
    scene: bpy.types.Scene, path: Path, title: str, poses: int = 8, progress: Progress | None = None
) -> None:
    """Writes one PNG with evenly spread frames of a photo's scene. The rest is as for `render_photo_film`."""
    step = progress or no_progress
    frames = sorted({round(frame) for frame in np.linspace(scene.frame_start, scene.frame_end, poses)})
    with (
        _as_it_was(lambda: scene),
        whole_path(path) as target,
        nothing_left_behind(),
        tempfile.TemporaryDirectory() as name,
    ):
        set_bitmap_output(scene)
        cells = []
        for done, pixels in enumerate(shots(scene, frames, Path(name)), start=1):
            cells.append(_shrunk(pixels))
            step("Making the contact sheet", done / len(frames))
        columns = min(COLUMNS, len(cells))
        caption = Path(name) / "title.png"
        width = columns * (cells[0].shape[1] + LINE) - LINE
        height = render_caption(title, caption, width, TITLE_SIZES, cells[0].shape[0])
        write_picture(sheet_of(cells, columns, read_picture(caption), height), target)


def shots(scene: bpy.types.Scene, frames: Sequence[int], folder: Path) -> Iterator[np.ndarray]:
    """Yields frames of a photo's scene, (H, W, 3) uint8 each. Sets the scene's output and present frame."""
    set_bitmap_output(scene)
    for frame in frames:
        yield draw(scene, frame, folder, smooth=False)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """Returns a picture's pixels averaged down to a contact sheet's size, (h, w, 4) from 0 to 1."""
    height, width, _ = pixels.shape
    scale = min(1.0, _CELL / max(height, width))
    h, w = max(round(height * scale), 1), max(round(width * scale), 1)
    out = np.ones((h, w, 4), np.float32)
    rows, columns = np.arange(h) * height // h, np.arange(w) * width // w
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(np.float32), rows, axis=0), columns, axis=1)
    counts = np.diff([*rows, height])[:, None] * np.diff([*columns, width])
    out[..., :3] = sums / counts[..., None] / np.float32(255)
    return out


@contextmanager
def _enough_space(path: Path) -> Iterator[None]:
    """Says what to do where Blender, or we, cannot write frames or film: on a full disk Blender's own words say
    nothing."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise UserError(
            f"The film {path} cannot be written; free some space there, and where temporary files lie "
            f"({tempfile.gettempdir()})."
        ) from error


@contextmanager
def _as_it_was(found: Callable[[], bpy.types.Scene]) -> Iterator[None]:
    """Puts back a scene's present frame and output settings."""
    render = found().render
    before = found().frame_current, render.filepath, render.image_settings.file_format, render.image_settings.color_mode
    try:
        yield
    finally:
        with suppress(UserError):  # a scene that is gone
            scene = found()
            settings = scene.render.image_settings
            frame, scene.render.filepath, settings.file_format, settings.color_mode = before
            scene.frame_set(frame)
