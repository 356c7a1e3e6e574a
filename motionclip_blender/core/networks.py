"""Loads a pack's networks in numpy, or in torch where that is chosen."""

from __future__ import annotations

from .clip_weights import ClipSource
from .errors import UserError
from .inference.networks import Networks
from .pack import Pack
from .preload import torch_library
from .progress import Progress

COMPUTE = ("automatic", "numpy", "cpu", "cuda", "mps")
"""The choices; the last three are PyTorch's devices. Automatic is numpy, which runs all packs."""


def checked_compute(compute: str) -> str:
    """Returns `compute`. Raises `UserError` unless it is one of `COMPUTE`."""
    if compute not in COMPUTE:
        raise UserError(f"There is no way to compute called {compute!r}; choose one of {', '.join(COMPUTE)}.")
    return compute


def load_networks(pack: Pack, compute: str, progress: Progress, clip: ClipSource) -> Networks:
    """Loads the networks of `pack`. clip: where the weights of its CLIP may come from.

    Raises `UserError` when a file or a package is missing or damaged.
    """
    if checked_compute(compute) in ("automatic", "numpy"):
        return Networks(pack, progress, clip)
    progress("Loading PyTorch", 0.0)
    torch_library()
    try:
        from .model.networks import TorchNetworks
    except (ImportError, OSError, RuntimeError) as error:  # a library of torch's that does not load is an OSError
        raise UserError(
            f"PyTorch cannot be used here ({error}); set Compute to automatic in the preferences, or install PyTorch "
            "for the Python that Blender runs."
        ) from error
    return TorchNetworks(pack, compute, progress, clip)
