"""Where the repository is, and what may lie beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"  # motions and cases that are too large for the repository; it may be absent
