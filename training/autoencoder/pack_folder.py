"""Writes the folder of a pack whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pack_rules import check_description
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS

DESCRIPTION = "pack.json"
_OF_PACKS = (
    "details.safetensors", "class_means.safetensors", "image.safetensors", "weights.safetensors", TEXTS, NUMBERS,
)  # fmt: skip


@contextmanager
def whole_pack(folder: Path) -> Iterator[Path]:
    """Yields a new folder beside `folder`; its files come into `folder` when the block ends without an error.

    A pack that is there stays as it is till then, and loses the files that the new one lacks; files that are no pack's
    stay. `pack.json`, by which a pack is known, comes last. Raises `UserError` when the folder cannot be written.
    """
    place = Path(os.path.realpath(folder))
    beside = place.with_name(f".{place.name}-{os.urandom(4).hex()}")
    try:
        beside.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"Cannot write {folder} ({error.strerror}); choose another place.") from error
    try:
        yield beside
        _move(beside, place)
    except OSError as error:
        raise UserError(f"Cannot write {folder} ({error.strerror or error}); choose another place.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move(beside: Path, place: Path) -> None:
    place.mkdir(exist_ok=True)
    made = {path.name for path in beside.iterdir()}
    for name in sorted(made, key=lambda name: name == DESCRIPTION):
        os.replace(beside / name, place / name)
    for name in set(_OF_PACKS) - made:
        (place / name).unlink(missing_ok=True)


def check_described(pack: Pack) -> None:
    """Raises `UserError` for what no pack may say, such as an empty version, before it is computed."""
    try:
        check_description(pack.as_json())
    except (KeyError, ValueError) as error:
        raise UserError(f"No pack can be written so: {error}; give another one.") from error
