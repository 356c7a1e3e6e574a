"""What a film costs: as it is made, against Blender's own anti-aliasing in one process.

    python -m benchmarks.film [--frames 60] [--rounds 3] [--json FILE]

Needs the bpy module. In every round each of the ways makes the same film of the same person once, the title and the
encoding with it; figures are medians over the rounds. Seconds of the clock count idle cores only: where others work on
the machine too, take the processor's, and the ratio of these.

- plain: Workbench with its anti-aliasing (FXAA, as it calls it), one PNG after the other, and encoded.
- one process: `render_film` without its second Blender.
- film: `render_film`.

Likeness is that of pictures to what 32 samples a pixel give, in decibels (PSNR), the mean over a few frames: of
Blender's filter, of this project's, and of none.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

import bpy
import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig import film, shots
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.caption import render_caption
from motionclip_blender.rig.pictures import read_bitmap
from motionclip_blender.rig.renderer import choose_renderer, render_bitmap, render_png
from motionclip_blender.rig.stage import furnish

from .figures import tell

TITLE = "a person walks and waves"
_WAYS = ("plain", "one process", "film")
_LOOKED_AT = 3  # frames; 32 samples take a while
_FPS = 30.0


def walk(frames: int) -> Motion:
    """Somebody walks, swings the legs and waves both arms."""
    t = np.arange(frames) / _FPS
    vectors = np.zeros((frames, len(JOINTS), 3))
    for side, sign in (("left", 1), ("right", -1)):
        vectors[:, INDEX[f"{side}_hip"], 0] = sign * 0.5 * np.sin(6 * t)
        vectors[:, INDEX[f"{side}_knee"], 0] = 0.5 - 0.5 * np.cos(6 * t)
        vectors[:, INDEX[f"{side}_shoulder"], 2] = sign * (-0.9 + 0.6 * np.sin(4 * t))
    return Motion.from_axis_angle(vectors.reshape(frames, -1), t[:, None] * (0.0, 0.0, 0.9), _FPS)


def plain(armature: bpy.types.Object, motion: Motion, path: Path) -> None:
    """The film by Blender's means alone."""
    width, height = film._FILM_SIZE
    with film._nothing_left_behind(), tempfile.TemporaryDirectory() as folder:
        title = Path(folder) / "title.png"
        title_height = render_caption(TITLE, title, width, film._TITLE_SIZES, height // 3)
        scene, sight = film._film_set(armature, motion, film._FILM_SIZE, title_height / height)
        furnish(scene, sight, film.FOLLOWING_SECONDS * motion.fps, scene.name)
        choose_renderer(scene)
        scene.display.render_aa = "FXAA"
        pictures = []
        for frame in sight.frames:
            scene.frame_set(frame)
            pictures.append(Path(folder) / f"{frame:05}.png")
            render_png(scene, pictures[-1])
        film._encode(pictures, motion.fps, path)


def likeness(armature: bpy.types.Object, motion: Motion) -> dict[str, float]:
    """Decibels; the more, the closer to 32 samples."""
    found: dict[str, list[float]] = {"none": [], "Blender's": [], "ours": []}
    with film._nothing_left_behind(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene, sight = film._film_set(armature, motion, film._FILM_SIZE, 0.1)
        furnish(scene, sight, film.FOLLOWING_SECONDS * motion.fps, scene.name)

        def blender(samples: str, frame: int) -> np.ndarray:
            scene.frame_set(frame)
            scene.display.render_aa = samples
            render_bitmap(scene, folder / "picture.bmp")
            return read_bitmap(folder / "picture.bmp").astype(float)

        for frame in np.linspace(1, len(motion), _LOOKED_AT).astype(int).tolist():
            shots.get_ready(scene)
            pictures = {"ours": shots.draw(scene, frame, folder).astype(float)}
            pictures |= {"none": blender("OFF", frame), "Blender's": blender("FXAA", frame)}
            truth = blender("32", frame)
            for who, picture in pictures.items():
                found[who].append(float(10 * np.log10(255**2 / np.mean((picture - truth) ** 2))))
    return {f"likeness, {who}, dB": mean(values) for who, values in found.items()}


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Of the clock, and of the processor, ended child processes included."""

    def spent() -> float:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))

    clock, processor = time.perf_counter(), spent()
    work()
    return time.perf_counter() - clock, spent() - processor


def measure(frames: int, rounds: int) -> dict[str, float]:
    """Medians in seconds, ratios, and likeness."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature, motion = add_body(Body.load()), walk(frames)
    worth = shots._WORTH_FRAMES
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in _WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        plain(armature, motion.crop(0, 2), path)  # the first picture compiles shaders
        for i in range(rounds):
            for way in (*_WAYS[i % 3 :], *_WAYS[: i % 3]):
                shots._WORTH_FRAMES = frames + 1 if way == "one process" else worth
                made = plain if way == "plain" else lambda *where: film.render_film(*where, TITLE)
                taken[way].append(seconds(lambda made=made: made(armature, motion, path)))
    shots._WORTH_FRAMES = worth
    figures = {}
    for way, values in taken.items():
        figures[f"{way}, clock s"], figures[f"{way}, processor s"] = map(median, zip(*values, strict=True))
    for kind in ("clock", "processor"):
        for way in _WAYS[1:]:
            ratios = [a[kind == "processor"] / b[kind == "processor"] for a, b in
                      zip(taken["plain"], taken[way], strict=True)]  # fmt: skip
            figures[f"plain / {way}, {kind}"] = median(ratios)
    return figures | likeness(armature, motion)


def main() -> None:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    tell(measure(options.frames, options.rounds), options.json, 32)


if __name__ == "__main__":
    main()
