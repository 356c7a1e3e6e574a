"""Makes docs/images/prompt.webp: a prompt typed, its motion, and a blend's slider dragged, in the real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.moving_picture [--out docs/images/prompt.webp]

DIR is set up by setup_gui.sh. Every picture is a screenshot; the film plays them at an even pace.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from tests.gui.blender import Blender
from tests.gui.photographed import photographed
from tests.gui.screenshot_latents import made, stage
from tests.gui.test_latents import FACTOR, A, B

PROMPT = "a warrior kicks his opponent"
ENDS = "a person walks", "a zombie walks"
WINDOW = (60, 78, 1050, 716)  # left, top, right, bottom, in pixels
SLIDER = range(842, 976, 10)  # pixels from the factor 0 to 1
_WIDTH = 760  # of the film, in pixels
_MOST_BYTES = 4_000_000


class Film:
    """Screenshots in a row, each shown for some milliseconds."""

    def __init__(self, blender: Blender) -> None:
        self._blender, self._pictures, self._times = blender, [], []

    def take(self, milliseconds: int) -> None:
        """The window as it is now."""
        part = self._blender.shot(WINDOW)
        height = round(part.height * _WIDTH / part.width)
        self._pictures.append(part.resize((_WIDTH, height), Image.Resampling.LANCZOS))
        self._times.append(milliseconds)

    def frames(self, *numbers: int) -> None:
        """The scene at these frames, a fifteenth of a second each."""
        for number in numbers:
            self._blender.run(f"at({number})\nfor area in bpy.context.screen.areas:\n    area.tag_redraw()")
            self._blender.settle()
            self.take(67)

    def save(self, path: Path) -> None:
        """Raises `SystemExit` when it has become too large."""
        first, *others = self._pictures
        first.save(path, save_all=True, append_images=others, duration=self._times, loop=0, quality=45, method=6)
        if path.stat().st_size > _MOST_BYTES:
            sys.exit(f"{path} has {path.stat().st_size / 1e6:.1f} MB; take fewer frames.")


def prompt(blender: Blender, film: Film) -> None:
    """A prompt is typed, Generate clicked, and the motion played."""
    blender.run("bpy.context.scene.motionclip.prompt = ''\nbpy.context.area.tag_redraw()")
    blender.move(*blender.sidebar.place("motionclip.prompt"))
    film.take(500)
    blender.call("xdotool", "click", "--repeat", "2", "--delay", "60", "1")
    blender.settle()
    for word in PROMPT.split():
        blender.call("xdotool", "type", "--delay", "20", "--", f"{word} ")
        blender.settle()
        film.take(250)
    blender.call("xdotool", "key", "Return")
    blender.settle()
    made(blender, "motionclip.generate")
    film.take(300)
    film.frames(*range(1, 61, 2))


def slider(blender: Blender, film: Film) -> None:
    """Two prompts, and the slider between them dragged while the person walks."""
    blender.sidebar.open("blend")
    blender.sidebar.type(A, ENDS[0])
    blender.sidebar.type(B, ENDS[1])
    made(blender, "motionclip.blend")
    blender.run("at(1)\npanel().blend.factor = 0.0")
    x, y = blender.sidebar.place(FACTOR, SLIDER[0])
    blender.press((x, y))
    for number, x in enumerate(SLIDER):
        blender.call("xdotool", "mousemove", str(x), str(y))
        blender.settle()
        blender.until("not panel().behind", 20)
        film.frames(*range(1 + 4 * number, 5 + 4 * number, 2))
    blender.call("xdotool", "mouseup", "1")
    blender.settle()
    film.take(1500)


def main() -> int:
    """The film."""
    with photographed(__doc__, Path("docs/images/prompt.webp")) as (blender, options):
        stage(blender)
        film = Film(blender)
        prompt(blender, film)
        slider(blender, film)
        film.save(options.out)
    print(f"{options.out} ({options.out.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
