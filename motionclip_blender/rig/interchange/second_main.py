"""Runs one task of this folder in a process of its own (see `second`).

python -P second_main.py TASK JOB DONE
blender --background --factory-startup --python second_main.py -- TASK JOB DONE

Imports this package by its place, whatever the extension is called, and calls `TASK.run` with the values of the JSON
file JOB. Writes {"error": ""} to DONE, or the sentence of a `UserError`.
"""

import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path

import bpy  # noqa: F401, before any other module, as its module wants it

_NAME = "motionclip_second"


def main(task: str, job: Path, done: Path) -> None:
    """Runs the task. Any error that has no sentence for users is printed, and DONE is not written."""
    folder = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    errors = importlib.import_module(f"{_NAME}.core.errors")
    error = ""
    try:
        importlib.import_module(f"{_NAME}.rig.interchange.{task}").run(json.loads(job.read_text(encoding="utf-8")))
    except errors.UserError as refused:
        error = str(refused)
    half = done.with_suffix(".half")
    half.write_text(json.dumps({"error": error}), encoding="utf-8")
    os.replace(half, done)


if __name__ == "__main__":
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    try:
        main(given[0], Path(given[1]), Path(given[2]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        # nothing is left to save, and Blender can hang while it ends
        os._exit(0)
