"""Tells on stderr which stage a long step is at."""

from __future__ import annotations

import sys
import time

from motionclip_blender.core.progress import Progress


def told_on_stderr() -> Progress:
    """Returns a progress that writes a line for each new stage: seconds since the start, roughly how much is done, what
    is being done."""
    started, last = time.monotonic(), ""

    def tell(stage: str, fraction: float) -> None:
        nonlocal last
        if stage != last:
            last = stage
            print(f"{time.monotonic() - started:6.1f} s  {100 * fraction:3.0f} %  {stage}", file=sys.stderr, flush=True)

    return tell
