"""The pipeline against BlenderProc: the same body, poses, engine and size, in one run.

    python -m benchmarks.rendering_blenderproc --motions DATA [--images 128] [--repeats 3] [--engine workbench|cycles]

Needs the packages bpy and blenderproc in one environment (`pip install bpy==4.2.23 blenderproc "numpy<2"`), which is
not the project's own. BlenderProc poses an armature by keys, is given a camera pose for each frame, and its `render`
renders them all and loads the images, as its manual has it; what it installs into Blender's Python and starts a
Blender for is done beforehand and not timed. The pipeline's figure is that of one worker, shards written.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import sysconfig
import tempfile
import time
import types
from pathlib import Path

import bpy
import numpy as np

from benchmarks.rendering import BareLoop, pipeline, plan, team_of
from render_pipeline.plan import Unit
from render_pipeline.settings import DEFAULT_SAMPLES, Settings


def blenderproc():
    """BlenderProc inside this Python, though it expects to be started by its own command."""
    os.environ["INSIDE_OF_THE_INTERNAL_BLENDER_PYTHON_ENVIRONMENT"] = "1"
    sys.path.append(sysconfig.get_paths()["purelib"])  # it takes its own folder off the path, once
    setup = types.ModuleType("blenderproc.python.utility.SetupUtility")
    setup.SetupUtility = type("SetupUtility", (), {"setup": staticmethod(lambda *_, **__: None)})
    sys.modules[setup.__name__] = setup
    import blenderproc as bproc

    return bproc


class BlenderProc:
    """The bare loop's scene, rendered by BlenderProc.

    `bproc.init()` is left out: it would set up a Cycles scene of its own, and a language that the bpy module has not.
    """

    def __init__(self, unit: Unit, settings: Settings, folder: Path) -> None:
        self.bproc, self.folder = blenderproc(), folder
        BareLoop(unit, settings, folder)
        scene = bpy.context.scene
        poses = []
        for frame in range(1, len(unit.frames) + 1):
            scene.frame_set(frame)
            poses.append(np.array(scene.camera.matrix_world))
        scene.camera.animation_data_clear()
        scene.frame_start = scene.frame_end = 1
        for frame, pose in enumerate(poses, start=1):
            self.bproc.camera.add_camera_pose(pose, frame)
        self.images = len(unit.frames)

    def run(self) -> float:
        """Images per second."""
        start = time.perf_counter()
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            data = self.bproc.renderer.render(output_dir=str(self.folder))
        assert len(data["colors"]) == self.images
        return self.images / (time.perf_counter() - start)


def main() -> None:
    """Prints the figures: the best of the repeats, which take turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--motions", type=Path, required=True, metavar="DATA")
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--engine", choices=tuple(DEFAULT_SAMPLES), default="workbench")
    options = parser.parse_args()
    settings = Settings(engine=options.engine, samples=1 if options.engine == "workbench" else 4)
    made = plan(options.motions, options.images, options.images)
    whole = plan(options.motions, options.images, options.images).unit(0)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        team = team_of(1, settings, plan(options.motions, 8, 8).unit(0))
        other = BlenderProc(whole, settings, folder)
        other.run()
        for _ in range(options.repeats):
            theirs.append(other.run())
            ours.append(pipeline(made, team, folder))
        for worker in team:
            worker.close()
    print(f"engine                  {options.engine}")
    print(f"blenderproc_per_second  {max(theirs):.4g}")
    print(f"pipeline_per_second     {max(ours):.4g}")
    print(f"ratio                   {max(ours) / max(theirs):.4g}")


if __name__ == "__main__":
    main()
