"""Reads photo files: upright, eight bits, sRGB, of a bounded size."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import UserError
from .packages import needed

LONGEST = 2048
"""The longer side, in pixels, that larger photos are scaled to."""
SMALLEST = 64
"""The shorter side, in pixels, that a photo has at least."""

_MOST_PIXELS = 250_000_000  # what 750 MB hold while the photo is scaled
_MOST_BYTES = 1_000_000_000
_EXIF, _FOCAL_35MM = 0x8769, 0xA405  # where cameras write the focal length that a film of 36 x 24 mm would need
_DIAGONAL_35MM = 43.27  # millimetres
_WHITE = (255, 255, 255)
_FORMATS_OF_PHONES = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def read_photo(path: str | Path) -> np.ndarray:
    """Reads a photo as (H, W, 3) uint8 sRGB, turned upright, with its longer side at most `LONGEST`.

    What is transparent becomes white; of several pictures in a file the first is taken. Raises `UserError` for a file
    that is missing, no picture, damaged, too small or too large.
    """
    path = Path(path)
    library = needed("PIL.Image")
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder; choose a photo in it.")
        if os.path.getsize(path) > _MOST_BYTES:
            raise UserError(f"{path} is larger than {_MOST_BYTES / 1e9:.0f} GB; save the photo in a smaller size.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no photo {path}; check its name.") from error
    except OSError as error:
        raise UserError(f"Cannot read the photo {path} ({error.strerror}); choose another.") from error
    if not data:
        raise UserError(f"The photo {path} is empty; copy it again.")
    _register_heif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a large picture is no bomb; its size is checked here
        pixels = _decoded(library, data, path)
    height, width = pixels.shape[:2]
    if min(height, width) < SMALLEST:
        raise UserError(
            f"The photo {path} has {width} x {height} pixels, too few to see a person in; {SMALLEST} a side are needed."
        )
    return pixels


def focal_of(path: str | Path, picture: np.ndarray) -> float | None:
    """Returns the focal length in pixels of a photo that `read_photo` read, where the camera wrote it into the file."""
    library = needed("PIL.Image")
    try:
        with library.open(path) as image:
            told = image.getexif().get_ifd(_EXIF)
            length = float(told.get(_FOCAL_35MM) or 0)
    except Exception:  # a file without readable notes; `read_photo` has told what is wrong with it
        return None
    if not 8 <= length <= 2000:
        return None
    return length / _DIAGONAL_35MM * float(np.hypot(picture.shape[0], picture.shape[1]))


def _decoded(library: Any, data: bytes, path: Path) -> np.ndarray:
    largest = library.MAX_IMAGE_PIXELS
    library.MAX_IMAGE_PIXELS = None
    try:
        with library.open(io.BytesIO(data)) as image:
            _check_size(image.size[0], image.size[1], path)
            image.draft("RGB", (LONGEST, LONGEST))  # JPEG is decoded at a fraction of its size; others ignore this
            return _pixels(image)
    except UserError:
        raise
    except library.UnidentifiedImageError as error:
        return _by_opencv(data, path, error)
    except MemoryError as error:
        raise UserError(f"There is too little memory for the photo {path}; save it in a smaller size.") from error
    except Exception as error:  # each of the formats' readers has its own errors for a damaged file
        raise UserError(f"The photo {path} is damaged ({_said(error)}); save or copy it again.") from error
    finally:
        library.MAX_IMAGE_PIXELS = largest


def _pixels(image) -> np.ndarray:
    """Returns an opened picture's pixels. The picture is scaled before it is converted, to keep memory small."""
    image.load()
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _upright(image, _from_deep(np.asarray(image)))
    if image.mode == "1" or image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    profile = image.info.get("icc_profile")
    exif = image.getexif()
    image = _scaled_down(image)
    image = _to_srgb(image, profile)
    if "A" in image.mode or image.mode == "RGBa" or "transparency" in image.info:
        image = image.convert("RGBA")
        below = needed("PIL.Image").new("RGBA", image.size, (*_WHITE, 255))
        image = needed("PIL.Image").alpha_composite(below, image)
    return _turned(np.asarray(image.convert("RGB")), exif.get(0x0112, 1))


def _scaled_down(image):
    longest = max(image.size)
    if longest <= LONGEST:
        return image
    width, height = (max(round(side * LONGEST / longest), 1) for side in image.size)
    return image.resize((width, height), needed("PIL.Image").Resampling.BOX if longest > 4 * LONGEST else
                        needed("PIL.Image").Resampling.LANCZOS, reducing_gap=2.0)  # fmt: skip


def _to_srgb(image, profile: bytes | None):
    """Converts the colours of a picture with an embedded profile; one whose profile is damaged is taken as it is."""
    if not profile:
        return image
    cms = needed("PIL.ImageCms")
    try:
        alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
        plain = image.convert("RGB" if image.mode == "RGBA" else "L") if alpha else image
        own = cms.ImageCmsProfile(io.BytesIO(profile))
        converted = cms.profileToProfile(plain, own, cms.createProfile("sRGB"), outputMode="RGB")
        if alpha is not None:
            converted.putalpha(alpha)
        return converted
    except (cms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _from_deep(values: np.ndarray) -> np.ndarray:
    """Returns pixels of 16 bits, 32 bits or floats, one channel or three, as (H, W, 3) uint8."""
    step = -(-max(values.shape[:2]) // (2 * LONGEST))  # taking every n-th pixel first bounds the memory of the floats
    values = values[::step, ::step].astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    full = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0 if top <= 65535.0 else top
    pixels = (values.clip(0, None) * (255.0 / full)).round().clip(0, 255).astype(np.uint8)
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels[..., :3]


def _upright(image, pixels: np.ndarray) -> np.ndarray:
    scaled = np.asarray(_scaled_down(needed("PIL.Image").fromarray(pixels)))
    return _turned(scaled, image.getexif().get(0x0112, 1))


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turns pixels upright by the number that cameras write (EXIF 2.3, tag 274)."""
    turns = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}
    quarter, mirrored = turns.get(orientation, (0, False))
    pixels = np.rot90(pixels, quarter)
    return np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels)


def _by_opencv(data: bytes, path: Path, error: Exception) -> np.ndarray:
    """Decodes what Pillow knows nothing of, such as TIFF of 16 bits a channel."""
    brand = data[8:12]
    if data[4:8] == b"ftyp" and brand in _FORMATS_OF_PHONES:
        raise UserError(
            f"{path} is a {brand.decode()} picture, which cannot be read here; save it as JPEG, or install its reader "
            "by: pip install pillow-heif"
        ) from error
    no_picture = UserError(f"{path} is no picture that can be read; save the photo as JPEG or PNG.")
    try:
        cv2 = needed("cv2")
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except Exception as failure:
        raise no_picture from failure
    if pixels is None or pixels.size == 0:
        raise no_picture from error
    _check_size(pixels.shape[1], pixels.shape[0], path)
    if pixels.ndim == 3:
        alpha = pixels[..., 3:].astype(np.float32)
        pixels = pixels[..., 2::-1] if pixels.shape[2] >= 3 else np.repeat(pixels[..., :1], 3, axis=2)
        if alpha.size:
            share = alpha / (alpha.max() or 1)
            pixels = pixels * share + (np.iinfo(np.uint16).max if pixels.max() > 255 else 255) * (1 - share)
    deep = _from_deep(pixels)
    return np.ascontiguousarray(np.asarray(_scaled_down(needed("PIL.Image").fromarray(np.ascontiguousarray(deep)))))


def _check_size(width: int, height: int, path: Path) -> None:
    if width * height > _MOST_PIXELS:
        raise UserError(
            f"The photo {path} has {width} x {height} pixels, and {_MOST_PIXELS / 1e6:.0f} million can be worked with; "
            "save it in a smaller size."
        )


def _register_heif() -> None:
    try:
        from pillow_heif import register_heif_opener  # type: ignore[import-not-found]
    except ImportError:
        return
    register_heif_opener()


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
