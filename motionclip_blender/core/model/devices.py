"""What PyTorch can compute on here."""

from __future__ import annotations

from collections.abc import Callable

import torch


def version() -> str:
    """PyTorch's."""
    return str(torch.__version__)


def has_device(name: str) -> bool:
    """Whether there is a "cpu", "cuda" or "mps"."""
    backends: dict[str, Callable[[], bool]] = {
        "cpu": lambda: True,
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
    }
    return backends[name]()
