"""Hands an armature of the user's scene to a second Blender, which writes it as a file (`second`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy

from ...core.errors import UserError
from ...core.files import check_writable, whole_path
from ...core.motion import MOST_FRAMES
from ...core.progress import Progress
from ..stage import meshes_of
from .export import Wish, check_exporter, export
from .second import in_second_blender


def work(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: range, path: Path, wish: Wish, name: str
) -> Callable[[Progress], None]:
    """Checks what is asked for, and returns the work, which may run in any thread.

    The armature is written as it is now, with its meshes and all that moves it; the scene does not change. The file
    appears whole or not at all. Raises `UserError`, as the work does; see `export`.
    """
    check_exporter(wish.kind)
    if not len(frames):
        raise UserError(f"The last frame, {frames.stop - 1}, lies before the first, {frames.start}; choose others.")
    if len(frames) > MOST_FRAMES:
        raise UserError(f"{len(frames):,} frames cannot be exported, and {MOST_FRAMES:,} can; choose a shorter range.")
    path = path.absolute()
    check_writable(path)
    folder = TemporaryDirectory()
    scratch = Path(folder.name)
    objects = [armature, *(meshes_of(armature) if wish.body and wish.kind != "bvh" else ())]
    if armature.mode != "OBJECT":
        armature.update_from_editmode()
    bpy.data.libraries.write(str(scratch / "scene.blend"), set(objects), path_remap="ABSOLUTE")
    render = scene.render
    job = {
        "blend": str(scratch / "scene.blend"), "objects": [one.name for one in objects], "name": name,
        "frames": [frames[0], frames[-1]], "path": str(scratch / f"made{path.suffix}"), "wish": asdict(wish),
        "rate": [render.fps, render.fps_base, render.frame_map_old, render.frame_map_new],
    }  # fmt: skip

    def done(progress: Progress) -> None:
        with folder:
            in_second_blender("export_task", job, scratch, "Writing the file", progress)
            with whole_path(path) as target:
                target.write_bytes(Path(str(job["path"])).read_bytes())

    return done


def run(job: dict) -> None:
    """Writes the file, in the second Blender. Raises what `export` raises."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(job["blend"]) as (_, wanted):
        wanted.objects = list(job["objects"])
    for one in wanted.objects:
        scene.collection.objects.link(one)
    render = scene.render
    render.fps, render.fps_base, render.frame_map_old, render.frame_map_new = job["rate"]
    first, last = job["frames"]
    export(scene, wanted.objects[0], range(first, last + 1), Path(job["path"]), Wish(**job["wish"]), job["name"])
