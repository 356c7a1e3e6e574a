"""Loads torch's library without blocking Blender's window."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def torch_library() -> None:
    """Loads torch's large library without Python's lock, in a worker thread, before torch is imported.

    `import torch` loads it too, but holds the lock meanwhile and so blocks Blender's window: for half a second, or for
    many from a slow disk. A call through ctypes releases the lock. On Windows torch itself loads its libraries by such
    calls.
    """
    if sys.platform == "win32" or "torch" in sys.modules:
        return
    import ctypes  # not before it is needed: it takes some milliseconds

    found = importlib.util.find_spec("torch")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for library in Path(folder, "lib").glob("libtorch_cpu.*"):
            load = ctypes.CDLL(None).dlopen
            load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
            load(os.fsencode(library), os.RTLD_LAZY)  # if this fails, the import says why
