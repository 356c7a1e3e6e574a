"""Reads and describes packs: folders that hold a model.

`pack.json` is the description, `weights.safetensors` holds the numbers, `image.safetensors` those of the image tower if
the pack has one, and `details.safetensors` the details of known motions, and `class_means.safetensors` the
means of its classes, if it has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .clip_kinds import KINDS as CLIPS
from .clip_kinds import AdapterSize, Clip, ClipFile, ClipSpec
from .errors import UserError
from .json_text import parsed_json
from .network_size import NetworkSize, OfficialNetwork
from .pack_rules import check_description, in_format_2
from .pose_format import HEADINGS, LAST_ROWS, ROTATIONS, UPS, PoseFormat
from .skeleton import INDEX

FORMAT_VERSION = 2
"""The version that is written. Version 1, of release 0.3.0 and earlier, is read as well."""

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "packs" / "default"

_MOST_BYTES = 10_000_000  # of a pack.json; the default's has three thousand


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
    """The checked contents of a `pack.json`. The weights stay on disk until the engine loads them.

    network: the auto-encoder, this project's or that of MotionCLIP's released checkpoints.
    pose_format: format of the pose tensor that the network reads and writes.
    frames: shortest and longest length the network was trained on.
    normalised: whether the decoder takes latents of length one; otherwise as CLIP gives them.
    image: the pack's own image tower; None for a pack without one.
    checksums: SHA-256 in hexadecimal by file name, for those of its files that have one.
    """

    folder: Path
    name: str
    version: str
    licence: str
    network: NetworkSize | OfficialNetwork
    pose_format: PoseFormat
    fps: float
    frames: tuple[int, int]
    clip: Clip
    info: dict[str, Any]
    normalised: bool = False
    image: ImageSpec | None = None
    checksums: dict[str, str] = field(default_factory=dict)

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the pose tensor's rotation rows."""
        return self.pose_format.joints

    @property
    def title(self) -> str:
        """Name and version, as they are stored with what the pack makes."""
        return f"{self.name} {self.version}"

    @property
    def rows(self) -> int:
        return self.pose_format.rows

    @property
    def reads_images(self) -> bool:
        """Whether it has an image tower: of its own, or that of its CLIP."""
        return self.image is not None or not isinstance(self.clip, ClipSpec)

    @property
    def network_size(self) -> NetworkSize:
        """The sizes that the networks are built from, for both kinds."""
        return self.network.size if isinstance(self.network, OfficialNetwork) else self.network

    @property
    def latent(self) -> int:
        """Width of the latents."""
        return self.network_size.latent

    @property
    def projects(self) -> bool:
        """Whether its latents have another width than its CLIP's space, so that a projection leads to them."""
        return self.latent != self.clip.width

    @property
    def weights_path(self) -> Path:
        return self.folder / "weights.safetensors"

    @property
    def image_path(self) -> Path:
        return self.folder / "image.safetensors"

    @property
    def details_path(self) -> Path:
        """Where the details of known motions are, in a pack that has some; see `inference.details`."""
        return self.folder / "details.safetensors"

    @property
    def class_means_path(self) -> Path:
        """Where the mean latents of the classes are, in a pack that has them; see `inference.class_means`."""
        return self.folder / "class_means.safetensors"

    def checksum(self, path: Path) -> str | None:
        """Returns the SHA-256 that one of the pack's files must have; None if the pack does not give one."""
        return self.checksums.get(path.name)

    @classmethod
    def load(cls, folder: Path | None = None) -> Pack:
        """Reads `folder` (None: the default pack). Raises `UserError` with what is wrong with it."""
        folder = Path(folder) if folder else DEFAULT_FOLDER
        path = folder / "pack.json"
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
            data = parsed_json(text) if len(text) <= _MOST_BYTES else None
        except OSError as error:
            raise UserError(f"{folder} is not a model pack: it has no readable pack.json.") from error
        except ValueError as error:
            raise UserError(f"{path} is damaged; install the pack again.") from error
        if not isinstance(data, dict) or data.get("format") != "motionclip-pack":
            raise UserError(f"{path} does not describe a MotionCLIP pack; choose another folder.")
        if data.get("format_version") not in (1, FORMAT_VERSION):
            raise UserError(
                f"The pack {folder} has format version {data.get('format_version')}, this release reads 1 to "
                f"{FORMAT_VERSION}; update the add-on or choose another pack."
            )
        try:
            pack = cls._of(folder, data)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path} is incomplete or wrong ({error}); install the pack again.") from error
        if not pack.weights_path.is_file():
            raise UserError(f"The pack {folder} has no weights.safetensors; install the pack again.")
        if pack.image is not None and not pack.image_path.is_file():
            raise UserError(f"The pack {folder} has no image.safetensors; install the pack again.")
        if isinstance(pack.clip, ClipFile) and not (folder / pack.clip.file).is_file():
            raise UserError(f"The pack {folder} has no {pack.clip.file}; install the pack again.")
        return pack

    @classmethod
    def _of(cls, folder: Path, data: dict[str, Any]) -> Pack:
        """Makes a pack of a description. Raises what `check_description` raises, and `UserError` for unknown words."""
        older = data["format_version"] == 1
        data = in_format_2(data) if older else data
        check_description(data)
        _check_words(folder, data["pose_format"], older)
        pose_format = PoseFormat(**data["pose_format"] | {"joints": tuple(data["pose_format"]["joints"])})
        clip = _clip(data["clip"])
        network = _without_kind(data["network"]) | {"rows": pose_format.rows}
        if data["network"]["kind"] == "official":
            made: NetworkSize | OfficialNetwork = OfficialNetwork(**network)
            if made.width != clip.width:
                raise ValueError(f"network: width {made.width} is not the width {clip.width} of its clip")
        else:
            made = NetworkSize(**{"latent": clip.width} | network)
        return cls(
            folder=folder,
            name=data["name"],
            version=data["version"],
            licence=data["licence"],
            network=made,
            pose_format=pose_format,
            fps=float(data["fps"]),
            frames=tuple(data["frames"]),
            clip=clip,
            info=dict(data.get("info", {})),
            normalised=data["latents"] == "normalised",
            image=ImageSpec(**data["image"]) if data.get("image") else None,
            checksums=_checksums(data),
        )

    def as_json(self) -> dict[str, Any]:
        """Returns the contents of `pack.json`."""
        official = isinstance(self.network, OfficialNetwork)
        kind = next(name for name, clip in CLIPS.items() if isinstance(self.clip, clip))
        implied = ("rows",) if self.projects else ("rows", "latent")
        sizes = {name: size for name, size in vars(self.network).items() if name not in implied}
        return {
            "format": "motionclip-pack",
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "version": self.version,
            "licence": self.licence,
            "network": {"kind": "official" if official else "ours"} | sizes,
            "pose_format": vars(self.pose_format) | {"joints": list(self.joints)},
            "fps": self.fps,
            "frames": list(self.frames),
            "latents": "normalised" if self.normalised else "unnormalised",
            "clip": {"kind": kind} | _without_nothing(vars(self.clip)),
            **({"image": vars(self.image)} if self.image else {}),
            **({"checksums": self.checksums} if self.checksums else {}),
            "info": self.info,
        }


def _without_kind(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "kind"}


def _clip(part: dict[str, Any]) -> Clip:
    entries = _without_kind(part)
    if "adapter" in entries:
        entries["adapter"] = AdapterSize(**entries["adapter"])
    return CLIPS[part["kind"]](**entries)


def _without_nothing(entries: dict[str, Any]) -> dict[str, Any]:
    """Returns the entries of a CLIP as `pack.json` has them: without those that it lacks."""
    kept = {name: value for name, value in entries.items() if value is not None}
    return {name: vars(value) if isinstance(value, AdapterSize) else value for name, value in kept.items()}


def _check_words(folder: Path, pose_format: dict[str, Any], older: bool) -> None:
    """Raises `UserError` for joints and meanings that this release does not know; a later one may."""
    strange = [f"joint {name}" for name in pose_format["joints"] if not isinstance(name, str) or name not in INDEX]
    known = {"rotation": ROTATIONS, "up": UPS, "last_row": LAST_ROWS, "heading": HEADINGS}
    for name, words in known.items():
        if name in pose_format and pose_format[name] not in words:
            told = "translation" if older and name == "last_row" else name
            strange.append(f"{told} {pose_format[name]!r}")
    if strange:
        raise UserError(f"The pack {folder} uses the unknown {strange[0]}; update the add-on.")


def _checksums(data: dict[str, Any]) -> dict[str, str]:
    """Returns the checksums of a `pack.json`. Packs of 0.3.0 kept that of the weights in `info`."""
    found = dict(data.get("checksums", {}))
    if not found and "weights_sha256" in data.get("info", {}):
        found = {"weights.safetensors": data["info"]["weights_sha256"]}
    if not all(isinstance(digest, str) for digest in found.values()):
        raise ValueError("a checksum is no text")
    return found
