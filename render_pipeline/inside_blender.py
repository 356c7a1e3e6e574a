"""Starts this package inside a Blender, as a worker or as the whole command line.

    blender --background --factory-startup --disable-autoexec --python inside_blender.py -- ARGUMENTS
    python inside_blender.py ARGUMENTS        (where the bpy module is installed)

ARGUMENTS are those of `python -m render_pipeline`, or only `worker`, with which `process.Worker` starts a worker. Works
from a checkout and from an installed extension, whatever the names of the folders above it.
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
    """Makes `render_pipeline` and `motionclip_blender` importable, from the sources beside this file and no others."""
    checkout = HERE.parent / "motionclip_blender"
    # in an installed extension, this folder is a subfolder of it
    roots = {"render_pipeline": HERE, "motionclip_blender": checkout if checkout.is_dir() else HERE.parent}
    for name, folder in roots.items():
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


def main(arguments: Sequence[str], called: str | None = None) -> int:
    """Runs the command line with `arguments`, or a worker, and returns the exit status.

    called: the command as the user typed it, for --help.
    """
    _make_importable()
    if list(arguments) == ["worker"]:
        from render_pipeline import worker

        return worker.main()
    from render_pipeline import cli

    return cli.main(arguments, called)


if __name__ == "__main__":
    # Python puts a script's folder first in its path, where our `looks` or `plan` would shadow modules of those names
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != HERE]
    try:
        status = main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
    except Exception:  # Blender would print it and exit with status 0
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if "bpy" in sys.modules:
        with contextlib.suppress(OSError):
            os.rmdir(sys.modules["bpy"].app.tempdir)  # Blender removes it only on a regular exit
    # nothing is left to save, and Blender's regular exit can hang or crash, which would change the status
    os._exit(status)
