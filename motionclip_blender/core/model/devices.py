"""What PyTorch can compute on here."""

from __future__ import annotations

import torch


def version_with(device: str) -> tuple[str, bool]:
    """PyTorch's version, and whether it finds a device: "cpu", "cuda" or "mps"."""
    found = {"cpu": lambda: True, "cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    return torch.__version__, found[device]()
