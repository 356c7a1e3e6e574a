"""Starts this package inside a Blender: a worker, or the whole command line.

    blender --background --factory-startup --disable-autoexec --python inside_blender.py -- ARGUMENTS
    python inside_blender.py ARGUMENTS        (where the bpy module is installed)

ARGUMENTS are those of `python -m render_pipeline`, or `worker` alone, which this package starts itself. Works from a
checkout and from an installed extension, whatever the extension's folder and its parents are called.
"""

import contextlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _make_importable() -> None:
    """Makes `render_pipeline` and `motionclip_blender` importable, from these sources and no others."""
    checkout = HERE.parent / "motionclip_blender"
    # installed, this folder lies in the extension's own
    roots = {"render_pipeline": HERE, "motionclip_blender": checkout if checkout.is_dir() else HERE.parent}
    for name, folder in roots.items():
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


def main(arguments: Sequence[str], called: str | None = None) -> int:
    """Runs the command line with `arguments`, or a worker. Returns the exit status.

    called: what the user typed to get here, for --help.
    """
    _make_importable()
    if list(arguments) == ["worker"]:
        from render_pipeline import worker

        return worker.main()
    from render_pipeline import cli

    return cli.main(arguments, called)


if __name__ == "__main__":
    # a script's folder comes first in Python's path, where `looks` or `plan` could shadow other people's modules
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != HERE]
    try:
        status = main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
    except Exception:  # Blender would print it and end well
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if "bpy" in sys.modules:
        with contextlib.suppress(OSError):
            os.rmdir(sys.modules["bpy"].app.tempdir)  # which Blender takes away itself when it ends properly only
    # Blender has nothing to save here, and its way out can hang or crash and would turn the status into another
    os._exit(status)
