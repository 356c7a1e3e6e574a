"""Users' image files as the image tower reads them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.rig.pictures import read_pixels, write_picture
from tests.full_disk import full_disk

Image = pytest.importorskip("PIL.Image")

NOISE = np.random.default_rng(0).integers(0, 256, (7, 11, 4), dtype=np.uint8)


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_a_picture_is_its_pixels(tmp_path: Path, mode: str):
    picture = Image.fromarray(NOISE[..., :3]).convert(mode)
    picture.save(tmp_path / "a b.png")
    before = len(bpy.data.images)
    pixels = read_pixels(tmp_path / "a b.png")
    assert pixels.dtype == np.uint8 and np.array_equal(pixels, np.array(picture.convert("RGB")))
    assert len(bpy.data.images) == before


def test_what_is_transparent_is_white(tmp_path: Path):
    picture = NOISE.copy()
    picture[:3, :, 3], picture[3:, :, 3] = 0, 255
    Image.fromarray(picture).save(tmp_path / "a.png")
    pixels = read_pixels(tmp_path / "a.png")
    assert (pixels[:3] == 255).all() and np.array_equal(pixels[3:], NOISE[3:, :, :3])


def test_sixteen_bits_look_like_eight(tmp_path: Path):
    Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257).save(tmp_path / "a.png")
    apart = read_pixels(tmp_path / "a.png").astype(int) - NOISE[..., :1]
    assert np.abs(apart).max() <= 1


def test_jpeg(tmp_path: Path):
    Image.new("RGB", (64, 48), (200, 100, 50)).save(tmp_path / "a.jpg", quality=95)
    pixels = read_pixels(tmp_path / "a.jpg")
    assert pixels.shape == (48, 64, 3) and np.abs(pixels.astype(int) - (200, 100, 50)).max() < 4


def test_what_is_no_picture(tmp_path: Path):
    (tmp_path / "text.png").write_text("no")
    (tmp_path / "empty.png").write_bytes(b"")
    for name, sentence in (
        ("text", "no image"),
        ("empty", "no image|cannot be read"),
        ("none", "There is no image file"),
    ):
        before = len(bpy.data.images)
        with pytest.raises(UserError, match=sentence):
            read_pixels(tmp_path / f"{name}.png")
        assert len(bpy.data.images) == before
    with pytest.raises(UserError, match="There is no image file"):
        read_pixels(tmp_path)


def test_a_picture_that_a_full_disk_cuts_off_is_not_left(tmp_path: Path):
    noise = np.random.default_rng(0).random((64, 64, 4))
    before = len(bpy.data.images)
    wanted = r"Cannot write .*sheet.png \(.+\); free some space"
    with full_disk(5000), pytest.raises(UserError, match=wanted), whole_path(tmp_path / "sheet.png") as target:
        write_picture(noise, target)
    assert not list(tmp_path.iterdir()) and len(bpy.data.images) == before


def test_a_picture_that_cannot_be_saved(tmp_path: Path):
    (tmp_path / "folder.png").mkdir()
    before = len(bpy.data.images)
    with pytest.raises(OSError):
        write_picture(np.zeros((4, 4, 4)), tmp_path / "folder.png")
    assert len(bpy.data.images) == before
