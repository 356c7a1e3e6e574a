"""Measures the memory of this process."""

from __future__ import annotations

import os
import sys


def resident_bytes() -> int:
    """Returns the resident memory in bytes; 0 on systems that need further packages to tell it (Windows).

    On macOS it is the highest value so far.
    """
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts in bytes
