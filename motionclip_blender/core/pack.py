"""A pack: one folder that holds a model. `pack.json` says what it is, `weights.safetensors` holds the numbers, and
`image.safetensors` those of the image tower where it has one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import UserError
from .network_size import NetworkSize
from .pack_rules import check_description
from .skeleton import INDEX

FORMAT_VERSION = 1
DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "packs" / "default"

TRANSLATION_MEANINGS = ("pelvis relative to the first frame",)

_MOST_BYTES = 10_000_000  # of a pack.json; the default's has three thousand


@dataclass(frozen=True)
class ClipSpec:
    """The CLIP a pack was trained with.

    model: its name in open_clip. package: the Python package that carries the text tower's weights, of this
    sha256. width: of the latent space. context_length: tokens read of a prompt.
    """

    model: str
    package: str
    sha256: str
    width: int
    context_length: int


@dataclass(frozen=True)
class ImageSpec:
    """The image tower of a pack, in the words of open_clip's `vision_cfg`: a vision transformer on square images of
    `image_size` pixels, in patches of `patch_size`."""

    image_size: int
    layers: int
    width: int
    head_width: int
    patch_size: int


@dataclass(frozen=True)
class Pack:
    """`pack.json`, checked. The weights stay on disk until the engine loads them.

    network: keyword arguments of `NetworkSize`, except `rows`, `latent`.
    joints: names of the pose tensor's rotation rows; one translation row of the meaning `translation` follows.
    frames: shortest and longest length the network was trained on.
    image: the image tower; None for a pack that reads no images.
    checksums: SHA-256 in hexadecimal by name of file, of those of its files that have one.
    """

    folder: Path
    name: str
    version: str
    licence: str
    network: dict[str, Any]
    joints: tuple[str, ...]
    translation: str
    fps: float
    frames: tuple[int, int]
    clip: ClipSpec
    info: dict[str, Any]
    image: ImageSpec | None = None
    checksums: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.joints) + 1

    @property
    def network_size(self) -> NetworkSize:
        """The network that the pack describes."""
        return NetworkSize(rows=self.rows, latent=self.clip.width, **self.network)

    @property
    def weights_path(self) -> Path:
        return self.folder / "weights.safetensors"

    @property
    def image_path(self) -> Path:
        return self.folder / "image.safetensors"

    def checksum(self, path: Path) -> str | None:
        """The SHA-256 that one of the pack's files must have; None where the pack does not say."""
        return self.checksums.get(path.name)

    @classmethod
    def load(cls, folder: Path | None = None) -> Pack:
        """Reads `folder` (None: the default pack). Raises `UserError` with what is wrong with it."""
        folder = Path(folder) if folder else DEFAULT_FOLDER
        path = folder / "pack.json"
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
            data = json.loads(text) if len(text) <= _MOST_BYTES else None
        except OSError as error:
            raise UserError(f"{folder} is not a model pack: it has no readable pack.json.") from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path} is damaged; install the pack again.") from error
        if not isinstance(data, dict) or data.get("format") != "motionclip-pack":
            raise UserError(f"{path} does not describe a MotionCLIP pack; choose another folder.")
        if data.get("format_version") != FORMAT_VERSION:
            raise UserError(
                f"The pack {folder} has format version {data.get('format_version')}, this release reads "
                f"{FORMAT_VERSION}; update the add-on or choose another pack."
            )
        try:
            check_description(data)
            pack = cls(
                folder=folder,
                name=data["name"],
                version=data["version"],
                licence=data["licence"],
                network=dict(data["network"]),
                joints=tuple(data["joints"]),
                translation=data["translation"],
                fps=float(data["fps"]),
                frames=tuple(data["frames"]),
                clip=ClipSpec(**data["clip"]),
                info=dict(data.get("info", {})),
                image=ImageSpec(**data["image"]) if data.get("image") else None,
                checksums=_checksums(data),
            )
            _ = pack.network_size
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path} is incomplete or wrong ({error}); install the pack again.") from error
        unknown = [name for name in pack.joints if not isinstance(name, str) or name not in INDEX]
        if unknown or pack.translation not in TRANSLATION_MEANINGS:
            what = f"joint {unknown[0]}" if unknown else f"translation {pack.translation!r}"
            raise UserError(f"The pack {folder} uses the unknown {what}; update the add-on.")
        if not pack.weights_path.is_file():
            raise UserError(f"The pack {folder} has no weights.safetensors; install the pack again.")
        if pack.image is not None and not pack.image_path.is_file():
            raise UserError(f"The pack {folder} has no image.safetensors; install the pack again.")
        return pack

    def as_json(self) -> dict[str, Any]:
        """The contents of `pack.json`."""
        return {
            "format": "motionclip-pack",
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "version": self.version,
            "licence": self.licence,
            "network": self.network,
            "joints": list(self.joints),
            "translation": self.translation,
            "fps": self.fps,
            "frames": list(self.frames),
            "clip": vars(self.clip),
            **({"image": vars(self.image)} if self.image else {}),
            **({"checksums": self.checksums} if self.checksums else {}),
            "info": self.info,
        }


def _checksums(data: dict[str, Any]) -> dict[str, str]:
    """The checksums that a `pack.json` gives; the packs of 0.3.0 kept that of the weights among their information."""
    found = dict(data.get("checksums", {}))
    if not found and "weights_sha256" in data.get("info", {}):
        found = {"weights.safetensors": data["info"]["weights_sha256"]}
    if not all(isinstance(digest, str) for digest in found.values()):
        raise ValueError("a checksum is no text")
    return found
