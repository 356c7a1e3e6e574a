"""Reads the Actions of asset libraries in a separate Blender process.

Reading other people's files can take long, and a damaged file can crash the program that reads it. So the user's
Blender starts another one on this file, without a window:

blender --background --factory-startup --disable-autoexec --python library.py -- LIST FOLDER
python library.py LIST FOLDER [RIG]        (where the bpy module is installed)

LIST is a JSON file with the paths of .blend files; none of their scripts is run. The Actions of file number n, counted
from 0, are written to FOLDER/n.npz; a file that cannot be read has no .npz file. Lines {"done": n, "total": m,
"message": ...} on stdout report the progress. Without RIG the F-curves are written, for SMPL-X armatures. RIG is a JSON
file that names a rig of other bones, which plays the Actions, and the motions are written (`library_rig`).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .read_action import ActionCurves


def assets_of(path: str) -> list[ActionCurves]:
    """Returns the Actions in a .blend file that are assets and move bones. The open file's own data does not change.

    Raises `UserError` if Blender cannot read the file.
    """
    import bpy

    from ..core.errors import UserError
    from .read_action import copied_curves

    with bpy.data.temp_data() as data:
        try:
            with data.libraries.load(path, link=True, assets_only=True) as (found, loaded):
                loaded.actions = found.actions
        except (OSError, ValueError) as error:
            raise UserError(f"{path} cannot be read ({error}); check the asset library.") from error
        assets = []
        for action in loaded.actions:
            try:
                curves = copied_curves(action)
            except UserError:  # an Action that is too long does not exclude the others
                continue
            if curves.curves:
                assets.append(curves)
    return assets


def write_assets(assets: list[ActionCurves], path: Path) -> None:
    """Writes the curves of Actions to an `.npz` file, whole or not at all."""
    import numpy as np

    from ..core.files import write_arrays

    curves = [curve for asset in assets for curve in asset.curves.values()]
    bent = [len(curve.handles) > 0 for curve in curves]
    head = [
        {"name": asset.name, "span": asset.span, "channels": [list(channel) for channel in asset.curves]}
        for asset in assets
    ]
    empty = [np.empty((0, 2), np.float32)], [np.empty(0, np.uint8)], [np.empty((0, 4), np.float32)]
    arrays = {
        "head": np.array(json.dumps(head)),
        "lengths": np.array([len(curve.keys) for curve in curves], np.int64),
        "bent": np.array(bent, bool),
        "keys": np.concatenate([curve.keys for curve in curves] or empty[0]),
        "kinds": np.concatenate([curve.kinds for curve in curves] or empty[1]),
        "handles": np.concatenate([curve.handles for curve in curves] or empty[2]),
    }
    write_arrays(path, arrays)


def read_assets(path: Path) -> list[ActionCurves]:
    """Reads the file that `write_assets` wrote."""
    import numpy as np

    from .curves import Curve
    from .read_action import ActionCurves

    with np.load(path, allow_pickle=False) as data:
        head = json.loads(str(data["head"]))
        lengths, bent, keys, kinds, handles = (data[name] for name in ("lengths", "bent", "keys", "kinds", "handles"))
    ends = np.cumsum(lengths)
    handle_ends = np.cumsum(np.where(bent, lengths, 0))
    curves = iter(
        Curve(keys[end - length : end], kinds[end - length : end], handles[handle_end - length * is_bent : handle_end])
        for end, handle_end, length, is_bent in zip(ends, handle_ends, lengths, bent, strict=True)
    )
    return [
        ActionCurves(
            asset["name"],
            {(channel, index): next(curves) for channel, index in asset["channels"]},
            asset["span"] and tuple(asset["span"]),
        )
        for asset in head
    ]


def main(arguments: list[str]) -> int:
    """Reads the files of LIST one after the other. Returns the exit status."""
    import bpy

    from ..core.errors import UserError

    bpy.context.preferences.filepaths.use_scripts_auto_execute = False  # the bpy module has no option for it
    paths = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder = Path(arguments[1])
    rig = None
    if len(arguments) > 2:
        from .library_rig import motions_of, opened, write_motions

        rig = opened(Path(arguments[2]))
    for i, path in enumerate(paths):
        _tell(i, len(paths), path)
        try:
            if rig is None:
                write_assets(assets_of(path), folder / f"{i}.npz")
            else:
                write_motions(motions_of(path, rig), folder / f"{i}.npz")
        except UserError as error:
            print(error, file=sys.stderr)
    _tell(len(paths), len(paths), "Done")
    return 0


def _tell(done: int, total: int, message: str) -> None:
    """Writes a line of progress to stdout."""
    print(json.dumps({"done": done, "total": total, "message": message}), flush=True)


def _this_module():
    """Imports this file as a part of its package, whatever the extension's folder is called."""
    root = Path(__file__).resolve().parents[1]
    name = "motionclip_library"
    spec = importlib.util.spec_from_file_location(name, root / "__init__.py", submodule_search_locations=[str(root)])
    assert spec is not None and spec.loader is not None  # it is a Python file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return importlib.import_module(f"{name}.rig.library")


if __name__ == "__main__":
    # a script's folder comes first in Python's path, where its files would shadow other modules of the same names
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != Path(__file__).resolve().parent]
    status = _this_module().main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    if "bpy" in sys.modules:
        with contextlib.suppress(OSError):
            os.rmdir(sys.modules["bpy"].app.tempdir)  # Blender removes it only if it ends properly
    # nothing is left to save, and Blender can hang or crash while it ends
    os._exit(status)
