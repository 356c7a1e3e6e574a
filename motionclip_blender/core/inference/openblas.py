"""Gives an OpenBLAS that does not know the processor the kernels that fit it.

numpy's wheels bring an OpenBLAS, which chooses its kernels by the model of the processor. One that is older than the
processor falls back to kernels of 2004, without AVX: products then take three to six times as long. OpenBLAS can be
told the kernels by OPENBLAS_CORETYPE, which it reads as it is loaded, and once more when it is initialised again.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from functools import cache
from pathlib import Path

import numpy as np

_TOLD = "OPENBLAS_CORETYPE"
_FALLBACK = "Prescott"
_KERNELS = {
    "SkylakeX": {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"},
    "Haswell": {"avx2", "fma"},
}
"""The kernels to take, best first, and what the processor must have."""


@cache
def fit_kernels() -> str:
    """Replaces kernels of 2004, once for the process; returns the name of the new ones, or nothing where they stay.

    They stay where the user has said which to take, in a process with other threads, which may be computing, and where
    OpenBLAS is not that of a wheel for Linux.
    """
    if _TOLD in os.environ or threading.active_count() > 1 or sys.platform != "linux":
        return ""
    flags = processor_flags()
    kernels = next((name for name, needed in _KERNELS.items() if needed <= flags), "")
    return next((kernels for path in _libraries() if kernels and _replaced(path, kernels)), "")


def _libraries() -> list[Path]:
    return sorted(Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*"))


def processor_flags() -> set[str]:
    """Returns what Linux says that the processor has."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    return set(next((line for line in lines if line.startswith("flags")), "").partition(":")[2].split())


def kernels_of(library: ctypes.CDLL) -> str:
    """Returns the name of the kernels that an OpenBLAS uses; empty where it does not tell."""
    for name in ("openblas_get_corename64_", "openblas_get_corename", "scipy_openblas_get_corename64_"):
        if (told := getattr(library, name, None)) is not None:
            told.restype = ctypes.c_char_p
            return str(told().decode("ascii", "replace"))
    return ""


def _replaced(path: Path, kernels: str) -> bool:
    """Has a library that uses kernels of 2004 choose again; returns whether it has taken those of this name."""
    library = ctypes.PyDLL(str(path))  # numpy has loaded it; its functions keep Python's lock
    if kernels_of(library) != _FALLBACK or not hasattr(library, "gotoblas_dynamic_init"):
        return False
    os.environ[_TOLD] = kernels
    try:
        for function in (library.gotoblas_dynamic_quit, library.gotoblas_dynamic_init):
            function.restype = None
            function()
    finally:
        del os.environ[_TOLD]
    return kernels_of(library) == kernels
