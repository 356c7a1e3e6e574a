"""Renders films and contact sheets of a motion, in a temporary scene."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np

from ..core.files import whole_path
from ..core.motion import Motion
from ..core.progress import Progress, no_progress
from .caption import render_caption
from .double import double_of
from .pictures import lay_over, read_picture, write_bitmap, write_picture
from .renderer import render_animation
from .shots import SecondBlender, draw, draw_all, get_ready
from .stage import Sight, furnish, look, meshes_of
from .target import follows_controls
from .versions import set_video_output, strips_of
from .write_keys import key_motion

FOLLOWING_SECONDS = 0.4
"""The standard deviation of the Gaussian that smooths the camera's path, in seconds."""

_FILM_SIZE = (640, 480)
TITLE_SIZES = (24, 20, 17, 14, 12)
_CELL_SIZE = (256, 288)
COLUMNS = 4
_NUMBER_SIZE = 14
_ROW_POSES = 8
_ROW_CELL = (104, 112)
_LABEL_WIDTH = 150
_LABEL_SIZES = (16, 14, 12, 10)
LINE = 2  # pixels between the pictures of a sheet
_PAPER = 0.93


def render_film(
    armature: bpy.types.Object, motion: Motion, path: Path, title: str, progress: Progress | None = None
) -> None:
    """Writes `motion`, performed by the person of `armature`, as an H.264 film with `title` over it.

    The camera stands to the front and to one side and follows the person, who is wholly in the picture in every frame.
    The file is written whole or not at all. Scenes, objects and the armature's own Action do not change: a copy of the
    person performs the motion in a scene that is removed afterwards.

    Raises `UserError` if the armature is not of SMPL-X or deforms no mesh, or if the file cannot be written, and
    whatever `progress` raises.
    """
    step = progress or no_progress
    width, height = _FILM_SIZE
    with (
        whole_path(path) as target,
        nothing_left_behind(),
        tempfile.TemporaryDirectory() as name,
        SecondBlender(Path(name), len(motion)) as second,
    ):
        folder = Path(name)
        caption = folder / "title.png"
        caption_height = render_caption(title, caption, width, TITLE_SIZES, height // 3)
        over = read_picture(caption)
        scene, sight = _film_set(armature, motion, _FILM_SIZE, caption_height / height)
        furnish(scene, sight, FOLLOWING_SECONDS * motion.fps, scene.name)
        get_ready(scene)
        pictures = [folder / f"title-{frame:05}.bmp" for frame in sight.frames]
        for done, (frame, pixels) in enumerate(draw_all(scene, sight.frames, folder, second), start=1):
            write_bitmap(_titled(pixels, over), pictures[frame - 1])
            step("Filming", done / len(motion))
        encode(pictures, _FILM_SIZE, motion.fps, target)


def render_sheet(
    armature: bpy.types.Object,
    motion: Motion,
    path: Path,
    title: str,
    poses: int = 8,
    cell: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes one PNG with `poses` pictures of `cell` pixels, evenly spread over `motion`, each with its frame number.

    The rest is as for `render_film`; the camera follows the person from picture to picture.
    """
    step = progress or no_progress
    cell = cell or _CELL_SIZE
    with whole_path(path) as target, nothing_left_behind(), tempfile.TemporaryDirectory() as folder:
        cells = []
        for frame, pixels in _shots(armature, motion, poses, cell, Path(folder)):
            number = Path(folder) / f"number{frame}.png"
            render_caption(str(frame), number, 4 * _NUMBER_SIZE, (_NUMBER_SIZE,), 2 * _NUMBER_SIZE)
            lay_over(pixels, read_picture(number), 0, 0)
            cells.append(pixels)
            step("Making the contact sheet", len(cells) / min(poses, len(motion)))
        columns = min(COLUMNS, len(cells))
        width = columns * (cell[0] + LINE) - LINE
        caption = Path(folder) / "title.png"
        caption_height = render_caption(title, caption, width, TITLE_SIZES, cell[1])
        write_picture(sheet_of(cells, columns, read_picture(caption), caption_height), target)


def render_rows(
    armature: bpy.types.Object,
    rows: Sequence[tuple[str, Motion]],
    path: Path,
    poses: int = _ROW_POSES,
    cell: tuple[int, int] = _ROW_CELL,
    progress: Progress | None = None,
) -> None:
    """Writes one PNG with a row for each text and motion: the text, then `poses` pictures of `cell` pixels.

    The rest is as for `render_sheet`.
    """
    step = progress or no_progress
    width, height = cell
    sheet = _paper(len(rows) * (height + LINE) - LINE, _LABEL_WIDTH + poses * (width + LINE))
    with whole_path(path) as target, tempfile.TemporaryDirectory() as folder:
        for i, (text, motion) in enumerate(rows):
            top = i * (height + LINE)
            with nothing_left_behind():
                label = Path(folder) / "label.png"
                label_height = render_caption(text, label, _LABEL_WIDTH, _LABEL_SIZES, height - 2)
                lay_over(sheet, read_picture(label), top + (height - label_height) // 2, 0)
                for k, (_, pixels) in enumerate(_shots(armature, motion, poses, cell, Path(folder))):
                    left = _LABEL_WIDTH + LINE + k * (width + LINE)
                    sheet[top : top + height, left : left + width] = pixels
            step("Making the contact sheet", (i + 1) / len(rows))
        write_picture(sheet, target)


def render_pose(armature: bpy.types.Object, motion: Motion, size: tuple[int, int]) -> np.ndarray:
    """Renders the first frame of a motion as one picture of `size` pixels, (height, width, 4), as in a sheet.

    Rows from the top, sRGB values 0 to 1. Raises `UserError` as `render_film` does.
    """
    with nothing_left_behind(), tempfile.TemporaryDirectory() as folder:
        ((_, pixels),) = _shots(armature, motion.crop(0, 1), 1, size, Path(folder))
    return pixels


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Removes every data-block that was made inside the block, however the block ends."""
    before = set(bpy.data.user_map())
    try:
        yield
    finally:
        for scene in [scene for scene in bpy.data.scenes if scene not in before]:
            bpy.data.scenes.remove(scene)
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block not in before])


def _shots(
    armature: bpy.types.Object, motion: Motion, poses: int, cell: tuple[int, int], folder: Path
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields evenly spread frames of `motion`, from 1 on, and their pictures. The caller removes new data-blocks."""
    scene, sight = _film_set(armature, motion, cell, 0.0, poses)
    furnish(scene, sight, 0.0, scene.name)
    get_ready(scene)
    for frame in sight.frames:
        picture = np.ones((*cell[::-1], 4), np.float32)
        picture[..., :3] = draw(scene, frame, folder) / np.float32(255)
        yield frame, picture


def _film_set(
    armature: bpy.types.Object, motion: Motion, size: tuple[int, int], free: float, poses: int | None = None
) -> tuple[bpy.types.Scene, Sight]:
    """Makes a scene in which a copy of the person performs the motion from frame 1 on.

    Returns the scene and a view of the person in it.

    free: the part of the picture's height to keep free at the top.
    poses: the number of frames to look at, by default all.
    """
    scene = bpy.data.scenes.new("MotionCLIP film")
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.fps = max(1, round(motion.fps))
    scene.render.fps_base = scene.render.fps / motion.fps
    double = _double(scene, armature)
    with bpy.context.temp_override(scene=scene):
        key_motion(double, motion, scene.name, fps=motion.fps)
    spread = np.linspace(1, len(motion), poses or len(motion))
    frames = sorted({round(frame) for frame in spread})
    return scene, look(scene, double, frames, size[0] / size[1], free)


def _double(scene: bpy.types.Scene, armature: bpy.types.Object) -> bpy.types.Object:
    """Copies the armature and the meshes it deforms into `scene`, so that nothing but keys moves the copy; of a control
    rig its own constraints and drivers, too."""
    if follows_controls(armature):
        double = double_of(armature)
        if double.animation_data is not None:
            double.animation_data.action = None
            double.animation_data.use_nla = False
    else:
        double = armature.copy()
        double.animation_data_clear()
        for bone in double.pose.bones:
            for constraint in bone.constraints:
                constraint.mute = True
    double.hide_viewport = False
    scene.collection.objects.link(double)
    for bone in double.pose.bones:
        bone.lock_location = bone.lock_rotation = (False, False, False)
    for mesh in meshes_of(armature):
        skin = mesh.copy()
        skin.hide_viewport = False
        if skin.parent == armature:
            skin.parent = double
            skin.matrix_parent_inverse = mesh.matrix_parent_inverse
        for modifier in skin.modifiers:
            if modifier.type == "ARMATURE" and modifier.object == armature:
                modifier.object = double
        scene.collection.objects.link(skin)
    return double


def _titled(pixels: np.ndarray, title: np.ndarray) -> np.ndarray:
    """Returns the picture `pixels` (H, W, 3) uint8 with `title` (h, W, 4), as `read_picture` returns it, at the top."""
    top = pixels[: len(title)] / np.float32(255)
    lay_over(top, title, 0, 0)
    return np.concatenate((np.round(255 * top).astype(np.uint8), pixels[len(title) :]))


def encode(
    pictures: Sequence[Path], size: tuple[int, int], fps: float, path: Path, quality: str = "HIGH", apart: int = 18
) -> None:
    """Joins pictures of `size` pixels into a film with Blender's sequencer. quality: one of FFmpeg's in Blender.
    apart: frames between pictures that are encoded anew.

    Leaves a scene behind, which the caller removes.
    """
    scene = bpy.data.scenes.new("MotionCLIP cut")
    width, height = size
    strips = strips_of(scene.sequence_editor_create())
    film = strips.new_image("film", str(pictures[0]), channel=1, frame_start=1, fit_method="ORIGINAL")
    for picture in pictures[1:]:
        film.elements.append(picture.name)
    scene.frame_start, scene.frame_end = 1, len(pictures)
    scene.view_settings.view_transform = "Standard"
    render = scene.render
    render.resolution_x, render.resolution_y = width, height
    render.fps = max(1, round(fps))
    render.fps_base = render.fps / fps
    render.filepath = str(path)
    set_video_output(render.image_settings)
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = quality
    render.ffmpeg.gopsize = apart
    render.ffmpeg.ffmpeg_preset = "GOOD"
    render.ffmpeg.audio_codec = "NONE"
    render_animation(scene)


def sheet_of(cells: list[np.ndarray], columns: int, caption: np.ndarray, caption_height: int) -> np.ndarray:
    """Lays pictures (h, w, 4) out in columns, below a caption."""
    height, width, _ = cells[0].shape
    rows = -(-len(cells) // columns)
    sheet = _paper(caption_height + rows * (height + LINE), columns * (width + LINE) - LINE)
    lay_over(sheet, caption, 0, 0)
    for i, cell in enumerate(cells):
        top = caption_height + LINE + (i // columns) * (height + LINE)
        left = (i % columns) * (width + LINE)
        sheet[top : top + height, left : left + width] = cell
    return sheet


def _paper(height: int, width: int) -> np.ndarray:
    """Returns an empty sheet, (height, width, 4)."""
    sheet = np.full((height, width, 4), _PAPER, np.float32)
    sheet[..., 3] = 1.0
    return sheet
