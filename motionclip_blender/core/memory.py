"""Measures how much memory this process uses, and how much the system still has."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

_MEGABYTE = 1 << 20


class Memory(NamedTuple):
    """Memory in megabytes; None for what this system does not report."""

    used: int | None
    available: int | None


def memory() -> Memory:
    """Returns the current memory. Asks the system only, and imports only modules of Python's own."""
    try:
        if sys.platform == "linux":
            return _linux()
        elif sys.platform == "win32":
            return _windows()
        else:
            return _unix()
    except (OSError, ValueError, ImportError, AttributeError):
        return Memory(None, None)


def _linux() -> Memory:
    return Memory(_kilobytes("/proc/self/status", "VmRSS:"), _kilobytes("/proc/meminfo", "MemAvailable:"))


def _kilobytes(path: str, field: str) -> int | None:
    with open(path, encoding="ascii", errors="replace") as lines:
        return next((int(line.split()[1]) >> 10 for line in lines if line.startswith(field)), None)


def _unix() -> Memory:
    """Returns the peak memory on macOS and others, which is all that they report without a library."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Memory(peak // (_MEGABYTE if sys.platform == "darwin" else 1 << 10), _free_pages())


def _free_pages() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    except (ValueError, OSError):  # macOS does not report it
        return None


def _windows() -> Memory:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS."""

        _fields_ = [("cb", wintypes.DWORD), ("PageFaultCount", wintypes.DWORD)] + [
            (name, ctypes.c_size_t)
            for name in (
                "PeakWorkingSetSize", "WorkingSetSize", "QuotaPeakPagedPoolUsage", "QuotaPagedPoolUsage",
                "QuotaPeakNonPagedPoolUsage", "QuotaNonPagedPoolUsage", "PagefileUsage", "PeakPagefileUsage",
            )
        ]  # fmt: skip

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX."""

        _fields_ = [("length", wintypes.DWORD), ("load", wintypes.DWORD)] + [
            (name, ctypes.c_uint64)
            for name in (
                "total", "available", "total_page_file", "available_page_file", "total_virtual", "available_virtual",
                "available_extended",
            )
        ]  # fmt: skip

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]  # only Windows' Python has it
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
    counters, status = Counters(cb=ctypes.sizeof(Counters)), Status(length=ctypes.sizeof(Status))
    told = kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
    used = counters.WorkingSetSize // _MEGABYTE if told else None
    available = status.available // _MEGABYTE if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
    return Memory(used, available)
