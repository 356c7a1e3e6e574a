"""Photos of all kinds, and what is none."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.photo.read import LONGEST, focal_of, read_photo
from tests.paths import ROOT

Image = pytest.importorskip("PIL.Image")
cv2 = pytest.importorskip("cv2")


def colours(height: int = 90, width: int = 120) -> np.ndarray:
    """Red grows to the right, green downwards; the corner on the upper left is blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 250, width)
    picture[..., 1] = np.linspace(0, 250, height)[:, None]
    picture[: height // 3, : width // 3] = (0, 0, 255)
    return picture


def test_a_plain_photo_is_read_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(colours()).save(tmp_path / "a.png")
    assert np.array_equal(read_photo(tmp_path / "a.png"), colours())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_upright(tmp_path: Path, orientation: int) -> None:
    from PIL import ImageOps

    upright = Image.fromarray(colours())
    turns = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # how the camera's sensor saw it
    stored = upright if turns[orientation] is None else upright.transpose(Image.Transpose(turns[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as again:
        expected = np.asarray(ImageOps.exif_transpose(again).convert("RGB"))
    assert np.array_equal(read_photo(tmp_path / "a.png"), expected)
    assert np.array_equal(expected, colours())


def test_a_jpeg_in_cmyk_has_the_same_colours(tmp_path: Path) -> None:
    Image.fromarray(colours()).convert("CMYK").save(tmp_path / "a.jpg", quality=95, subsampling=0)
    assert np.abs(read_photo(tmp_path / "a.jpg").astype(int) - colours()).mean() < 6


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_become_eight(tmp_path: Path, suffix: str, channels: int) -> None:
    deep = colours().astype(np.uint16) * 257
    stored = {1: deep[..., 0], 3: deep[..., ::-1], 4: np.dstack((deep[..., ::-1], np.full(deep.shape[:2], 65535)))}
    assert cv2.imwrite(str(tmp_path / f"a.{suffix}"), stored[channels].astype(np.uint16))
    wanted = np.repeat(colours()[..., :1], 3, axis=2) if channels == 1 else colours()
    assert np.abs(read_photo(tmp_path / f"a.{suffix}").astype(int) - wanted).max() <= 1


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    clear = np.dstack((colours(), np.full((90, 120), 255, np.uint8)))
    clear[:, 60:, 3] = 0
    Image.fromarray(clear).save(tmp_path / "a.png")
    found = read_photo(tmp_path / "a.png")
    assert (found[:, 60:] == 255).all()
    assert np.array_equal(found[:, :60], colours()[:, :60])


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "YCbCr", "LAB", "F", "I"])
def test_every_kind_of_pixels_is_read(tmp_path: Path, mode: str) -> None:
    if mode == "LAB":
        from PIL import ImageCms

        lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        made = ImageCms.applyTransform(Image.fromarray(colours()), lab)
    else:
        made = Image.fromarray(colours()).convert("L" if mode in ("F", "I") else mode).convert(mode)
    made.save(tmp_path / "a.tif")
    found = read_photo(tmp_path / "a.tif")
    assert found.shape == (90, 120, 3)
    assert found.dtype == np.uint8
    assert found.std() > 20


def test_another_profile_is_converted(tmp_path: Path) -> None:
    from PIL import ImageCms

    inverse = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    Image.fromarray(colours()).save(tmp_path / "odd.png", icc_profile=inverse)
    assert read_photo(tmp_path / "odd.png").shape == (90, 120, 3)
    Image.fromarray(colours()).save(tmp_path / "broken.png", icc_profile=b"no profile")
    assert np.array_equal(read_photo(tmp_path / "broken.png"), colours())


def test_a_large_photo_is_scaled(tmp_path: Path) -> None:
    Image.fromarray(colours(300, 3000)).save(tmp_path / "a.png")
    assert read_photo(tmp_path / "a.png").shape == (round(300 * LONGEST / 3000), LONGEST, 3)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_hundred_megapixels_take_a_bounded_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (12000, 8500), (10, 200, 30)).save(path)
    program = (
        "import resource, sys\nfrom motionclip_blender.photo.read import read_photo\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"print(*read_photo({str(path)!r}).shape, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    height, width, _, kilobytes = map(int, done.stdout.split())
    assert (height, width) == (round(8500 * LONGEST / 12000), LONGEST)
    assert kilobytes < 900_000


def test_a_lens_that_the_photo_tells_is_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 52
    Image.fromarray(colours(600, 800)).save(tmp_path / "a.jpg", exif=exif)
    Image.fromarray(colours(600, 800)).save(tmp_path / "b.jpg")
    picture = read_photo(tmp_path / "a.jpg")
    assert focal_of(tmp_path / "a.jpg", picture) == pytest.approx(1000 * 52 / 43.27, rel=0.01)
    assert focal_of(tmp_path / "b.jpg", picture) is None
    assert focal_of(tmp_path / "none.jpg", picture) is None


def heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(200)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"this is no picture at all, but a text" * 9, "no picture"),
        ("phone.heic", heic(), "heic picture.*JPEG"),
        ("motion.npz", b"PK\x03\x04" + bytes(99), "no picture"),
    ],
)
def test_what_is_no_photo_is_said(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=said):
        read_photo(tmp_path / name)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "bmp"])
def test_a_photo_cut_short_is_said(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / f"a.{suffix}")
    whole = (tmp_path / f"a.{suffix}").read_bytes()
    (tmp_path / f"a.{suffix}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"damaged|no picture"):
        read_photo(tmp_path / f"a.{suffix}")


def test_too_small_and_too_large_missing_and_folder_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(colours(10, 10)).save(tmp_path / "small.png")
    with pytest.raises(UserError, match="10 x 10 pixels, too few"):
        read_photo(tmp_path / "small.png")
    with pytest.raises(UserError, match="There is no photo"):
        read_photo(tmp_path / "none.png")
    with pytest.raises(UserError, match="is a folder"):
        read_photo(tmp_path)
    Image.fromarray(colours()).save(tmp_path / "a.png")
    monkeypatch.setattr("motionclip_blender.photo.read._MOST_PIXELS", 9000)
    with pytest.raises(UserError, match="120 x 90 pixels"):
        read_photo(tmp_path / "a.png")
