"""What PyTorch can compute on here."""

from __future__ import annotations

import torch


def version() -> str:
    """PyTorch's."""
    return str(torch.__version__)


def has_device(name: str) -> bool:
    """Whether there is a "cpu", "cuda" or "mps"."""
    backends = {"cpu": lambda: True, "cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    return backends[name]()
