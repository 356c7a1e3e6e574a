"""Reads and writes a text adapter as a file of its own, for the trainings that read texts through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionclip_blender.core.clip_kinds import AdapterSize, ClipSpec
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.networks import pack_arrays
from motionclip_blender.core.inference.tensors import TensorError, read_tensors
from motionclip_blender.core.inference.text_adapter import adapter_arrays, adapter_digest, adapter_size
from motionclip_blender.core.model.text_adapter import TextAdapter
from motionclip_blender.core.pack import Pack

NAME = "text_adapter.safetensors"
"""Name of the copy in the folder of a run, by which it is exported."""


@dataclass(frozen=True)
class AdapterFile:
    """The arrays of an adapter, in half precision, and the digest by which trainings tell it from another."""

    arrays: Mapping[str, np.ndarray]

    @property
    def digest(self) -> str:
        return adapter_digest(self.arrays)

    @property
    def size(self) -> AdapterSize:
        return adapter_size(self.arrays)

    def adapter(self) -> TextAdapter:
        return TextAdapter.of(self.arrays)

    @classmethod
    def load(cls, path: Path) -> AdapterFile:
        """Reads a file. Raises `UserError` when it is missing, damaged, or holds something else."""
        try:
            found = cls(dict(read_tensors(path)))
            found.adapter()
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}); make one with `text-adapter`.") from error
        except TensorError as error:
            raise UserError(f"{path} is no text adapter ({error}); make one with `text-adapter`.") from error
        return found

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        from safetensors.numpy import save_file

        with whole_path(path) as temporary:
            save_file({name: np.ascontiguousarray(array) for name, array in self.arrays.items()}, temporary)


def adapter_of_run(run: Path, digest: str) -> AdapterFile | None:
    """Returns the adapter that a run keeps beside its checkpoint; None for a run without one.

    digest: as the run's configuration has it. Raises `UserError` where the file is missing or of another adapter.
    """
    if not digest:
        return None
    found = AdapterFile.load(run / NAME)
    check_same(found.digest, digest, f"{run / NAME} comes", "put the run's own adapter there")
    return found


def digest_of_pack(pack: Pack) -> str:
    """Returns the digest of a pack's adapter, "" if it has none."""
    has_one = isinstance(pack.clip, ClipSpec) and pack.clip.adapter is not None
    return adapter_digest(adapter_arrays(pack_arrays(pack))) if has_one else ""


def check_same(found: str, wanted: str, what: str, how: str) -> None:
    """Raises `UserError` unless `what` was made with the adapter `wanted`, both as digests ("" for none)."""
    if found != wanted:
        made = f"the text adapter {found[:8]}" if found else "no text adapter"
        asked = f"{wanted[:8]}" if wanted else "none"
        raise UserError(f"{what} with {made}, and this run has {asked}; {how}.")
