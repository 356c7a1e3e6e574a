"""Finds PyTorch's version and the devices that it can compute on here."""

from __future__ import annotations

from collections.abc import Callable

import torch


def version() -> str:
    """Returns PyTorch's version."""
    return str(torch.__version__)


def has_device(name: str) -> bool:
    """Checks whether there is a device "cpu", "cuda" or "mps"."""
    backends: dict[str, Callable[[], bool]] = {
        "cpu": lambda: True,
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
    }
    return backends[name]()
