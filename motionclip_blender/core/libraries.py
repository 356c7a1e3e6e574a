"""Checks the Python packages that the add-on uses, and words the errors when one cannot be imported.

A package can be missing, or be there and fail to import: its libraries do not fit the system, or some of its files
belong to another release. Python then raises an ImportError, an OSError, a RuntimeError or an exception of the
package's own.
"""

from __future__ import annotations

import sys
from types import TracebackType

from .errors import UserError

MIN_NUMPY = (1, 24)
"""The oldest version that the tests passed with."""

_OWN = __name__.rpartition(".core.")[0]
_HOW = {"numpy": "on Debian and Ubuntu by: sudo apt install python3-numpy"}
_LONGEST = 160  # characters kept of a package's own message: numpy's fills a page


def check_numpy() -> None:
    """Raises `UserError` when numpy is missing, cannot be imported, or is too old."""
    try:
        import numpy

        version = tuple(int(part) for part in numpy.__version__.split(".")[:2])
    except Exception as error:
        raise _failed("numpy", error) from error
    if version < MIN_NUMPY:
        oldest = ".".join(map(str, MIN_NUMPY))
        raise UserError(
            f"numpy {numpy.__version__} is too old, {oldest} is the oldest that does; update it for the Python that "
            "Blender runs, or take away the one that hides Blender's own, and start Blender again."
        )


def failed_import(error: BaseException) -> UserError | None:
    """Returns the message for an error that a failing import raised; None for any other error."""
    name = _imported(error.__traceback__)
    if name or not isinstance(error, ImportError):
        return _failed(name, error) if name else None
    if error.name and f"{error.name}.".startswith(f"{_OWN}."):
        return UserError(
            "The add-on's files are not all of one version; remove the add-on in the Preferences, start Blender again, "
            "and install it anew."
        )
    if not error.name:
        try:
            check_numpy()
        except UserError as likely:
            return likely
    return _failed((error.name or "").partition(".")[0], error)


def _failed(name: str, error: BaseException) -> UserError:
    if isinstance(error, ModuleNotFoundError) and (error.name or name).partition(".")[0] == name:
        if name in _HOW:
            return UserError(f"The Python that Blender runs has no {name}; install it ({_HOW[name]}) and try again.")
        return UserError(f"The Python that Blender runs has no {name}; install it there and try again.")
    said = " ".join(str(error).split()) or type(error).__name__
    said = said if len(said) <= _LONGEST else said[:_LONGEST] + "..."
    if not name:
        return UserError(f"A Python package cannot be loaded ({said}); install it anew and start Blender again.")
    return UserError(
        f"The Python package {name} is there but cannot be loaded ({said}); install it anew for the Python that "
        "Blender runs, and start Blender again."
    )


def _imported(trace: TracebackType | None) -> str:
    """Returns the package, other than the add-on, in whose import an error was raised; empty if it was raised in no
    import."""
    while trace is not None:
        frame = trace.tb_frame
        place = frame.f_code.co_name
        name = ""
        if place == "<module>":
            name = str(frame.f_globals.get("__name__", ""))
        elif place == "_find_and_load" and frame.f_code.co_filename.startswith("<frozen importlib"):
            name = str(frame.f_locals.get("name", ""))
        root = name.partition(".")[0]
        # a missing module of Python's own is named by the error itself
        if root and not f"{name}.".startswith(f"{_OWN}.") and root not in sys.stdlib_module_names | {"__main__"}:
            return root
        trace = trace.tb_next
    return ""
