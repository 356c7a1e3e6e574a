"""How much memory this process holds."""

from __future__ import annotations

import os
import sys


def resident_bytes() -> int:
    """Resident memory in bytes; 0 where the system does not say without further packages (Windows)."""
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the most so far; in bytes on macOS
