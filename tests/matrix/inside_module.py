"""Runs in the Python of a bpy module: installs the zip, makes a motion from a prompt, says what came of it as JSON.

python -I inside_module.py ZIP PROMPT
"""

import importlib.util
import json
import platform
import sys
import time
from pathlib import Path

import bpy

NAME = "bl_ext.user_default.motionclip"


def made(action):
    """The largest change of any F-curve over the motion: a motion moves."""
    if hasattr(action, "layers") and len(action.layers):
        curves = [curve for bag in action.layers[0].strips[0].channelbags for curve in bag.fcurves]
    else:
        curves = action.fcurves
    values = [[point.co[1] for point in curve.keyframe_points] for curve in curves]
    return max(max(column) - min(column) for column in values)


def main(zip_path, prompt):
    """Returns what is to be said."""
    for absent in ("torch", "open_clip", "transformers", "motionclip_blender", "render_pipeline"):
        assert importlib.util.find_spec(absent) is None, f"{absent} can be imported, so this is not isolated"
    path = list(sys.path)
    bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=zip_path, enable_on_install=True, overwrite=True
    )
    assert NAME in bpy.context.preferences.addons, "it is not enabled"
    folder = Path(sys.modules[NAME].__file__).parent
    assert folder.is_relative_to(bpy.utils.resource_path("USER")), folder
    before = files(folder)

    start, cpu = time.perf_counter(), time.process_time()
    bpy.ops.motionclip.add_body()
    bpy.ops.motionclip.generate(prompt=prompt)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu

    action = bpy.context.object.animation_data.action
    assert action.name == prompt, action.name
    assert made(action) > 0.3, "the motion does not move"
    assert files(folder) == before, "something was written into the extension's folder"
    assert sys.path == path, "Python's path was changed"
    assert "torch" not in sys.modules
    bpy.ops.preferences.addon_disable(module=NAME)  # some versions hang at their end with classes registered

    import numpy

    return {
        "blender": bpy.app.version_string,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "seconds": seconds,
        "cpu": cpu,
    }


def files(folder):
    """Files and sizes, less the byte code that Python itself writes."""
    return sorted((str(path), path.stat().st_size) for path in folder.rglob("*.*") if path.suffix != ".pyc")


print("SAID" + json.dumps(main(*sys.argv[1:])))
