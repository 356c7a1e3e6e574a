"""How fast frames are rendered: the pipeline against a bare loop, a process for each image, and one worker against two.

    python -m benchmarks.rendering --motions DATA [--images 128] [--repeats 6] [--memory 5000] [--json FILE]

Needs the bpy module. Everything renders the same frames of the same motions at 224 pixels in Workbench, in one run.
- bare loop: `bpy.ops.render.render(write_still=True)` over an armature, a camera and nothing else to do, the poses
  and the camera keyed beforehand.
- process for each image: Python starts, imports bpy, makes armature and body, poses its bones, renders and ends.
- pipeline: from the poses to the bytes of a whole shard, starting left out as in the bare loop.
Memory is that of the worker process; the coordinator's is told beside it. `--memory 0` leaves that part out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

from motionclip_blender.core.body import OPEN_BODY, Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.timeline import scene_fps
from motionclip_blender.rig.write_keys import key_motion
from render_pipeline import shards
from render_pipeline.looks import Looks
from render_pipeline.motions import Captions, Motions
from render_pipeline.plan import Plan, Unit
from render_pipeline.pool import Pool
from render_pipeline.process import Blender, Worker
from render_pipeline.resident import resident_bytes
from render_pipeline.settings import Settings
from render_pipeline.studio import Studio

from .figures import tell

_SINGLE = 4  # processes for one image each that are timed
_FOREVER = 10**9


def plan(motions: Path, images: int, shard: int) -> Plan:
    """`images` frames of the paper's look."""
    found = Motions(motions, Body.load())
    per_motion = -(-images // len(found.names))
    return Plan(found, Captions(motions, found.names), Looks.load("paper"), 0, per_motion, images, shard)


# --- what others do


class BareLoop:
    """The studio's scene with an armature that has the unit's poses as keys, and the camera keyed too."""

    def __init__(self, unit: Unit, settings: Settings, folder: Path) -> None:
        self.frames, self.path = len(unit.frames), folder / "bare.png"
        body = Body.load()
        studio = Studio(body, settings)
        scene = bpy.context.scene
        camera = scene.camera
        translation = np.empty_like(unit.translation)
        for i, frame in enumerate(unit.frames):
            pictures: list[dict] = []
            shot = studio.prepare(frame, unit.rotations[i], unit.translation[i])
            studio.render([shot], 1, folder, lambda told, _: pictures.append(told))  # noqa: B023
            told = pictures[0]
            x, y, z = np.array(told["joints_3d"][0]) - (body.joints()[0] * (1, 1, -1))[[0, 2, 1]]
            translation[i] = (x, z, -y)
            camera.keyframe_insert("location", frame=i + 1)
            camera.rotation_mode = "QUATERNION"
            camera.rotation_quaternion = camera.matrix_world.to_quaternion()
            camera.keyframe_insert("rotation_quaternion", frame=i + 1)
        bpy.data.objects.remove(next(each for each in scene.objects if each.name.startswith("SMPL-X")))
        armature = add_body(body)
        key_motion(armature, Motion(unit.rotations, translation, scene_fps()), "poses")

    def run(self) -> float:
        """Images per second."""
        scene = bpy.context.scene
        scene.render.filepath = str(self.path)
        start = time.perf_counter()
        for frame in range(1, self.frames + 1):
            scene.frame_set(frame)
            bpy.ops.render.render(write_still=True)
        return self.frames / (time.perf_counter() - start)


def engine_alone(motions: Path, images: int, processes: int) -> float:
    """Images per second of bare loops in several processes at once, which do not hear of each other."""
    options = ["--motions", str(motions), "--images", str(images), "--bare"]
    command = [sys.executable, "-m", "benchmarks.rendering", *options]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(processes)
    ]
    return sum(float(process.communicate()[0].split()[-1]) for process in running)


_ONE_IMAGE = """
import sys, json
import bpy, numpy as np
from motionclip_blender.core.body import Body
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.renderer import use_workbench
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
armature = add_body(Body.load())
bones = Bones.of(armature)
rotations, translation = (np.array(each, np.float32)[None] for each in json.loads(sys.argv[1]))
for name, rotation in zip(bones.names, bones.to_bones(rotations)[0]):
    armature.pose.bones[name].rotation_quaternion = rotation
armature.pose.bones[bones.names[0]].location = bones.to_location(translation)[0]
scene = bpy.context.scene
scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
scene.collection.objects.link(scene.camera)
scene.camera.location, scene.camera.rotation_euler = (0, -4, 1), (1.57, 0, 0)
scene.render.resolution_x = scene.render.resolution_y = 224
use_workbench(scene, 1)
scene.render.filepath = sys.argv[2]
bpy.ops.render.render(write_still=True)
"""


def one_process_per_image(unit: Unit, folder: Path) -> float:
    """Images per second."""
    start = time.perf_counter()
    for i in range(_SINGLE):
        pose = json.dumps([unit.rotations[i].tolist(), unit.translation[i].tolist()])
        command = [sys.executable, "-c", _ONE_IMAGE, pose, str(folder / "one.png")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _SINGLE / (time.perf_counter() - start)


# --- the pipeline


def pipeline(made: Plan, team: list[Worker], folder: Path) -> float:
    """Images per second of warm workers, shards written."""
    start = time.perf_counter()
    images = 0
    for unit, rendered in Pool(team, made.unit, lambda _: None).render(range(made.units)):
        assert not isinstance(rendered, str), rendered
        frames = [({**told, **found}, image) for told, (found, image) in zip(unit.frames, rendered, strict=True)]
        shards.save(folder, unit.number, frames, "png", unit.skipped)
        images += len(frames)
    return images / (time.perf_counter() - start)


def team_of(count: int, settings: Settings, warm: Unit) -> list[Worker]:
    """Started workers that have rendered something."""
    team = [Worker(Blender(), settings, OPEN_BODY, recycle=_FOREVER) for _ in range(count)]
    for worker in team:
        worker.render(warm)
    return team


def memory(motions: Path, images: int, recycles: bool) -> dict[str, float]:
    """Megabytes after 200 images and after `images`."""
    made = plan(motions, images, 200)
    options = {} if recycles else {"recycle": _FOREVER, "growth": _FOREVER}
    worker = Worker(Blender(), Settings(), OPEN_BODY, **options)
    held, own = [], []
    for number in range(made.units):
        worker.render(made.unit(number))
        held.append(worker.resident / 2**20)
        own.append(resident_bytes() / 2**20)
    worker.close()
    return {"after_200": held[0], f"after_{images}": held[-1], "ratio": held[-1] / held[0], "most": max(held),
            "coordinator_after_200": own[0], f"coordinator_after_{images}": own[-1]}  # fmt: skip


def measure(motions: Path, images: int, repeats: int, memory_images: int, folder: Path) -> dict[str, object]:
    """All figures; rates in images per second, the best of the repeats, which take turns."""
    settings = Settings()
    whole = plan(motions, images, images)
    unit = whole.unit(0)
    halves = plan(motions, images, max(1, images // 4))
    warm = plan(motions, 8, 8).unit(0)
    one, two = team_of(1, settings, warm), team_of(2, settings, warm)
    bare = BareLoop(unit, settings, folder)
    bare.run()
    rates: dict[str, list[float]] = {"bare_loop": [], "pipeline": [], "two_workers": []}
    for _ in range(repeats):
        rates["bare_loop"].append(bare.run())
        rates["pipeline"].append(pipeline(halves, one, folder))
        rates["two_workers"].append(pipeline(halves, two, folder))
    for worker in one + two:
        worker.close()
    best = {name: max(values) for name, values in rates.items()}
    single = one_process_per_image(unit, folder)
    cycles = {}
    for count in (1, 2):
        team = team_of(count, Settings(engine="cycles", samples=4, threads=2 // count), warm)
        cycles[count] = max(pipeline(plan(motions, 64, 16), team, folder) for _ in range(2))
        for worker in team:
            worker.close()
    alone = [engine_alone(motions, images, count) for count in (1, 2)]
    figures: dict[str, object] = {
        "blender": bpy.app.version_string,
        "images": images,
        **{f"{name}_per_second": rate for name, rate in best.items()},
        "process_per_image_per_second": single,
        "pipeline_to_bare_loop": best["pipeline"] / best["bare_loop"],
        "pipeline_to_process_per_image": best["pipeline"] / single,
        "two_workers_to_one": best["two_workers"] / best["pipeline"],
        "two_bare_loops_to_one": alone[1] / alone[0],
        "cycles_4_samples_per_second": cycles[1],
        "cycles_two_workers_to_one": cycles[2] / cycles[1],
    }
    if memory_images:
        figures["memory_megabytes"] = memory(motions, memory_images, True)
        figures["memory_without_recycling"] = memory(motions, memory_images, False)
    return figures


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--motions", type=Path, required=True, metavar="DATA")
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--memory", type=int, default=5000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--bare", action="store_true", help="print the bare loop's rate alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.bare:
            loop = BareLoop(plan(options.motions, options.images, options.images).unit(0), Settings(), Path(folder))
            loop.run()
            print(f"\n{loop.run()}")
            return
        figures = measure(options.motions, options.images, options.repeats, options.memory, Path(folder))
    tell(figures, options.json, 32)


if __name__ == "__main__":
    main()
