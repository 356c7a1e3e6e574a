"""How benchmarks tell what they measured."""

from __future__ import annotations

import json
from pathlib import Path


def tell(figures: dict, path: Path | None, width: int) -> None:
    """Prints the figures, their names `width` characters wide; writes them to the JSON file `path` if there is one."""
    for name, value in figures.items():
        print(f"{name:{width}} {value:.4g}" if isinstance(value, float) else f"{name:{width}} {value}")
    if path:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
