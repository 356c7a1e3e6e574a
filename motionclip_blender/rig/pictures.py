"""Reads and writes pictures as arrays: (height, width, 4), rows from the top, sRGB values 0 to 1."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import bpy
import numpy as np

from ..core.colour import linear_to_srgb
from ..core.errors import UserError
from .reports import reason_of

_MOST_PIXELS = 100_000_000  # 16 bytes each in memory


def read_picture(path: Path) -> np.ndarray:
    """Reads an image file."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    flat = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(flat)
    bpy.data.images.remove(image)
    return flat.reshape(height, width, 4)[::-1].copy()


def read_pixels(path: Path) -> np.ndarray:
    """Reads an image file as (H, W, 3) uint8, the input of `Engine.encode_image`; transparent parts become white.

    Raises `UserError` for a file that is missing, too large, or not an image that Blender reads.
    """
    path = Path(path).absolute()
    if not os.path.isfile(path):
        raise UserError(f"There is no image file {path}; choose one that is there.")
    try:
        image = bpy.data.images.load(str(path))
    except RuntimeError as error:
        raise UserError(f"{path} cannot be read; choose another image.") from error
    try:
        return image_pixels(image)
    finally:
        bpy.data.images.remove(image)


def image_pixels(image: bpy.types.Image) -> np.ndarray:
    """Returns an image of the open file as `read_pixels` does, (H, W, 3) uint8.

    Raises `UserError` if it has no pixels or too many.
    """
    width, height = image.size
    name = image.filepath or image.name
    if not (width and height and image.channels in (1, 3, 4)):
        raise UserError(f"{name} is no image that Blender can read; choose a .png or .jpg file.")
    if width * height > _MOST_PIXELS:
        raise UserError(f"{name} has {width:,} x {height:,} pixels; scale it down first.")
    flat = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(flat)
    pixels = np.clip(flat.reshape(height, width, -1)[::-1], 0.0, 1.0)
    if image.is_float:  # images of more than 8 bits
        pixels[..., :3] = linear_to_srgb(pixels[..., :3])
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    elif pixels.shape[2] == 4:
        pixels = pixels[..., :3] * pixels[..., 3:] + (1.0 - pixels[..., 3:])
    return np.round(255 * pixels).astype(np.uint8)


def read_bitmap(path: Path) -> np.ndarray:
    """Reads a BMP file of 24 bits per pixel, as Blender writes them, as (H, W, 3) uint8.

    Raises `ValueError` for any other file.
    """
    data = path.read_bytes()
    head = struct.unpack_from("<IIiiHHI", data.ljust(34, b"\0"), 10)
    start, _, width, height, _, bits, packed = head
    row = -(-3 * width // 4) * 4
    if data[:2] != b"BM" or bits != 24 or packed or min(width, height) < 1 or len(data) < start + row * height:
        raise ValueError(f"{path} is no uncompressed bitmap of 24 bits a pixel")
    rows = np.frombuffer(data, np.uint8, row * height, start).reshape(height, row)
    return rows[::-1, : 3 * width].reshape(height, width, 3)[..., ::-1].copy()


def write_bitmap(pixels: np.ndarray, path: Path) -> None:
    """Writes (H, W, 3) uint8 as a BMP file of 24 bits per pixel, uncompressed because it is read only once."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, -(-3 * width // 4) * 4), np.uint8)  # the length of a row is a multiple of four bytes
    rows[:, : 3 * width] = pixels[::-1, :, ::-1].reshape(height, -1)
    head = struct.pack(
        "<2sIIIIiiHHIIiiII", b"BM", 54 + rows.size, 0, 54, 40, width, height, 1, 24, 0, rows.size, 0, 0, 0, 0
    )
    with open(path, "wb") as handle:
        handle.write(head)
        handle.write(rows.data)


def write_picture(pixels: np.ndarray, path: Path) -> None:
    """Writes a PNG file without transparency. Raises `OSError` if it cannot be written."""
    height, width, _ = pixels.shape
    image = bpy.data.images.new("Sheet", width, height, alpha=False)
    image.pixels.foreach_set(np.ascontiguousarray(pixels[::-1], np.float32).ravel())
    image.filepath_raw = str(path)
    image.file_format = "PNG"
    try:
        image.save()
    except RuntimeError as error:
        raise OSError(reason_of(error)) from error
    finally:
        bpy.data.images.remove(image)


def lay_over(below: np.ndarray, above: np.ndarray, top: int, left: int) -> None:
    """Blends `above` over a part of `below` by its alpha, in place."""
    part = below[top : top + above.shape[0], left : left + above.shape[1], :3]
    cover = above[..., 3:]
    part += cover * (above[..., :3] - part)
