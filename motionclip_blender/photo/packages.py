"""Imports the packages of the extra `photo`, when they are first needed."""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType

from ..core.errors import UserError
from ..core.libraries import failed_import

_PIP = {"cv2": "opencv-contrib-python==4.11.0.86", "PIL": "pillow", "scipy": "scipy", "mediapipe": "mediapipe==0.10.21"}
_NEWEST = {"mediapipe": (3, 12)}  # the newest Python that there is such a package for


def needed(name: str) -> ModuleType:
    """Imports the module `name`, such as "cv2" or "scipy.sparse".

    Raises `UserError` that names the package and how to install it, where it is missing or cannot be loaded, or says
    that it cannot be had for the Python that runs.
    """
    root = name.partition(".")[0]
    if root == "mediapipe":
        os.environ.setdefault("GLOG_minloglevel", "2")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        lacking = (error.name or root).partition(".")[0]
        if sys.version_info[:2] > (newest := _NEWEST.get(lacking, sys.version_info[:2])):
            raise UserError(
                f"A photo needs the Python package {lacking}, which there is for Python {_said(newest)} at most; "
                f"this is Python {_said(sys.version_info[:2])}. Use a Blender from 4.2 to 5.0, which has Python 3.11, "
                "or the command line."
            ) from error
        wanted = _PIP.get(lacking) or (_PIP[root] if lacking == root else lacking)
        raise UserError(
            f"A photo needs the Python package {lacking}, which is missing; install it by: pip install {wanted}"
        ) from error
    except Exception as error:
        raise failed_import(error) or UserError(
            f"The Python package {root} cannot be loaded ({error}); install it anew by: pip install {_PIP[root]}"
        ) from error


def _said(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
