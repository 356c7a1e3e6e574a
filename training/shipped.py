"""Reads the JSON files that ship beside the code: lists of prompts, classes, splits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def shipped(path: Path) -> Any:
    """Returns what a file holds."""
    return json.loads(path.read_text(encoding="utf-8"))
