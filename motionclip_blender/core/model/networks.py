"""The networks of a pack in torch, for who has it and chooses it: on a CPU, or on a GPU."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..clip_weights import ClipSource
from ..errors import UserError
from ..inference.networks import Networks, TextReader
from ..pack import Pack
from ..progress import Progress
from .devices import has_device
from .text_tower import TextTower
from .threads import one_thread
from .weights import network_of

if TYPE_CHECKING:
    from .clip_towers import ClipTextTower

_BATCH = 32  # bounds memory


class TorchNetworks(Networks):
    """As `Networks`; encoder, decoder and text tower are torch's, on `device`."""

    def __init__(self, pack: Pack, device: str, progress: Progress, clip: ClipSource) -> None:
        """device: "cpu", "cuda" or "mps". Raises `UserError` for one that is not there, else as `Networks`."""
        self.name = f"PyTorch ({device})"
        self._device = _checked_device(device)
        super().__init__(pack, progress, clip)

    def _load(self, arrays: dict[str, np.ndarray]) -> None:
        self._network = network_of(self.pack, arrays).to(self._device)

    def _embedded_tower(self, projection: np.ndarray) -> TextReader:
        return _Reader(TextTower(self.pack.clip, projection).to(self._device), self)

    def _clip_tower(self, path: Path, model: str) -> TextReader:
        if importlib.util.find_spec("open_clip") is None:
            return super()._clip_tower(path, model)
        from .clip_towers import ClipTextTower

        return _Reader(ClipTextTower(path, model).to(self._device), self)

    def decode(self, latents: np.ndarray, frames: int) -> np.ndarray:
        parts = (latents[start : start + _BATCH] for start in range(0, len(latents), _BATCH))
        with self.threads():
            return np.concatenate([self._network.decode_batch(part, frames) for part in parts])

    def encode(self, poses: np.ndarray) -> np.ndarray:
        parts = (poses[start : start + _BATCH] for start in range(0, len(poses), _BATCH))
        with self.threads():
            return np.concatenate([self._network.encode_batch(part) for part in parts])

    @contextmanager
    def threads(self) -> Iterator[None]:
        """One thread on a CPU; a GPU's driver does as it likes. What the device refuses becomes a sentence."""
        try:
            if self._device.type == "cpu":
                with one_thread():
                    yield
            else:
                yield
        except RuntimeError as error:  # out of memory, or a driver's
            raise UserError(
                f"PyTorch failed on {self._device.type} ({error}); set Compute to automatic in the preferences."
            ) from error


class _Reader:
    """A text tower of torch's that reads many prompts a part at a time."""

    def __init__(self, tower: TextTower | ClipTextTower, networks: TorchNetworks) -> None:
        self._tower, self._threads, self.left_out = tower, networks.threads, tower.left_out

    def __call__(self, prompts: Sequence[str]) -> np.ndarray:
        parts = (prompts[start : start + _BATCH] for start in range(0, len(prompts), _BATCH))
        with self._threads():
            return np.concatenate([self._tower.embed(part) for part in parts])


def _checked_device(name: str) -> torch.device:
    if not has_device(name):
        raise UserError(f"This PyTorch has no {name} device; set Compute to automatic in the preferences.")
    return torch.device(name)
