"""Renders frames of a scene in a separate process, beside the process that makes the film (see `shots`).

python -P second_blender.py FOLDER PARENT FIRST LAST
blender --background --factory-startup --python second_blender.py -- FOLDER PARENT FIRST LAST

Waits for FOLDER/scene.blend, renders its scene from the last frame to the first, and writes each frame as
FOLDER/00012.bmp, whole or not at all. Ends when the process PARENT has ended. Imports nothing of this package, so that
it runs wherever the extension is installed.
"""

import os
import sys
import time
from pathlib import Path

import bpy

_WAIT_SECONDS = 60
_LOOK_SECONDS = 0.02


def main(folder: Path, parent: int, first: int, last: int) -> None:
    """Renders until all frames are done, or until the parent process has ended."""
    # On Windows the parent's id stays the same after it has ended; there all frames are rendered.
    alone = lambda: os.getppid() != parent  # noqa: E731
    blend = folder / "scene.blend"
    bpy.ops.wm.read_factory_settings(use_empty=True)
    until = time.monotonic() + _WAIT_SECONDS
    while not blend.exists():
        if alone() or time.monotonic() > until:
            return
        time.sleep(_LOOK_SECONDS)
    with bpy.data.libraries.load(str(blend)) as (held, wanted):
        wanted.scenes = held.scenes
    (scene,) = wanted.scenes
    for frame in range(last, first - 1, -1):
        if alone() or not folder.is_dir():
            return
        scene.frame_set(frame)
        half = folder / f"half{frame:05}.bmp"
        scene.render.filepath = str(half)
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
            bpy.ops.render.render(scene=scene.name, write_still=True)
        os.replace(half, folder / f"{frame:05}.bmp")


if __name__ == "__main__":
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    try:
        main(Path(arguments[0]), *map(int, arguments[1:]))
    finally:
        # nothing is left to save, and Blender can hang while it ends
        os._exit(0)
