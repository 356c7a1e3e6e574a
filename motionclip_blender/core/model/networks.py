"""Loads and runs the networks of a pack in torch, where that is chosen, on a CPU or a GPU."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch

from ..clip_weights import ClipSource
from ..errors import UserError
from ..inference.networks import Networks, TextReader
from ..pack import Pack
from ..progress import Progress
from .devices import has_device
from .threads import alone
from .weights import network_of, text_tower

if TYPE_CHECKING:
    from .clip_towers import ClipTextTower
    from .text_tower import TextTower

_BATCH = 32  # bounds memory
_PART = 8  # inputs that a core computes at a time
_WIDE = (
    512  # numbers of a token from which on layers take so long that cores share one well, as in the released network
)

T = TypeVar("T", np.ndarray, Sequence[str])


class TorchNetworks(Networks):
    """Runs a pack's encoder, decoder and text tower in torch on a device; all else runs in numpy, as in `Networks`."""

    def __init__(self, pack: Pack, device: str, progress: Progress, clip: ClipSource) -> None:
        """Loads the networks. device: "cpu", "cuda" or "mps".

        Raises `UserError` for a device that does not exist, otherwise as `Networks`.
        """
        self.name = f"PyTorch ({device})"
        self._device = _checked_device(device)
        super().__init__(pack, progress, clip)

    def _load(self, arrays: dict[str, np.ndarray]) -> None:
        self._network = network_of(self.pack, arrays).to(self._device)

    def _embedded_tower(self, arrays: dict[str, np.ndarray]) -> TextReader:
        return _Reader(text_tower(self.pack, arrays).to(self._device), self)

    def _clip_tower(self, path: Path, model: str) -> TextReader:
        if importlib.util.find_spec("open_clip") is None:
            return super()._clip_tower(path, model)
        from .clip_towers import ClipTextTower

        return _Reader(ClipTextTower(path, model).to(self._device), self)

    def decode(self, latents: np.ndarray, frames: int) -> np.ndarray:
        return self.in_parts(lambda part: self._network.decode_batch(part, frames), latents, self.pack.network.width)

    def encode(self, poses: np.ndarray) -> np.ndarray:
        return self.in_parts(self._network.encode_batch, poses, self.pack.network.width)

    def in_parts(self, work: Callable[[T], np.ndarray], given: T, width: int) -> np.ndarray:
        """Applies `work` to parts of `given` and joins the results.

        On a CPU each core computes whole parts by itself, because cores that share every layer wait for each other. A
        single part of a wide network is shared all the same. Raises `UserError` for an error of the device.
        width: numbers of a token.
        """
        on_cpu = self._device.type == "cpu"
        size = _PART if on_cpu else _BATCH
        parts: list[T] = [given[start : start + size] for start in range(0, len(given), size)]
        try:
            if not on_cpu or (len(parts) == 1 and width >= _WIDE):
                return np.concatenate([work(part) for part in parts])
            return np.concatenate(_on_all_cores(work, parts))
        except RuntimeError as error:  # out of memory, or a driver's
            raise UserError(
                f"PyTorch failed on {self._device.type} ({error}); set Compute to automatic in the preferences."
            ) from error


def _on_all_cores(work: Callable[[T], np.ndarray], parts: list[T]) -> list[np.ndarray]:
    """Returns the result of `work` for each part; each is computed by one thread."""
    if len(parts) == 1:
        return [alone(work, parts[0])]
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        return list(threads.map(partial(alone, work), parts))


class _Reader:
    """A text tower in torch that reads many prompts part by part."""

    def __init__(self, tower: TextTower | ClipTextTower, networks: TorchNetworks) -> None:
        self._tower, self._in_parts, self.left_out = tower, networks.in_parts, tower.left_out
        self._width = tower.width

    def __call__(self, prompts: Sequence[str]) -> np.ndarray:
        return self._in_parts(self._tower.embed, prompts, self._width)


def _checked_device(name: str) -> torch.device:
    if not has_device(name):
        raise UserError(f"This PyTorch has no {name} device; set Compute to automatic in the preferences.")
    return torch.device(name)
