"""Defines the settings of a run that its pictures depend on."""

from __future__ import annotations

from dataclasses import dataclass

ENGINES = ("workbench", "cycles", "eevee")
DEFAULT_SAMPLES = {"workbench": 1, "cycles": 16, "eevee": 8}
"""Samples per pixel. In Workbench, 1 is a filter over the finished picture; 5, 8, 11, 16 and 32 are true samples."""


@dataclass(frozen=True)
class Format:
    """An image format: Blender's name for it, and the suffix in the shards."""

    blender: str
    suffix: str


FORMATS = {"png": Format("PNG", "png"), "jpeg": Format("JPEG", "jpg"), "webp": Format("WEBP", "webp")}


@dataclass(frozen=True)
class Settings:
    """How a worker renders. threads: of Cycles, 0 for all; they don't change the pixels."""

    size: int = 224
    engine: str = "workbench"
    samples: int = 1
    image_format: str = "png"
    threads: int = 0
