"""A full Blender with a window, driven from outside: mouse, keys, screenshots, Python in its main thread."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import textwrap
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.gui.sidebar import Sidebar

SIZE = (1280, 800)
VIEW = (400, 500)  # pixels; somewhere in the 3D view
PROMPT = "a person waves with the right hand"
# mounts made for a run are gone with its processes
_PROC = 'mount -t proc proc "$0/proc"'
_ENTER = 'exec chroot "$0" "$@"'
# Debian's Python packages, linked one by one, so that some can be left out
_LINKED = """
lib="$0/usr/lib/python3/dist-packages"
mkdir -p "$0/run/packages"
mount --bind "$lib" "$0/run/packages"
mount -t tmpfs tmpfs "$lib"
for path in "$0"/run/packages/*; do ln -s "/run/packages/${path##*/}" "$lib"; done
"""


_SETTLING = 0.3  # seconds that Blender's own animations take, such as that of a panel which opens
_ROUNDS = 10  # of Blender's main loop, which draws at the end of each what has changed
_REDRAW = 0.1
"""Seconds that the whole window takes to be drawn by two idle cores."""


class Blender:
    """Blender of the chroot `root` under a virtual display, with the extension `zip_path` enabled.

    installed: False leaves it to the test to install it, from `extension`
    network: False cuts everything that runs inside off from it
    without: Debian's Python packages that are not there, such as numpy
    """

    def __init__(
        self, root: Path, zip_path: Path, installed: bool = True, network: bool = True, without: tuple[str, ...] = ()
    ) -> None:
        self.root = root
        self._installed, self._network, self._without = installed, network, without
        self.folder = Path(tempfile.mkdtemp(dir=root / "tmp", prefix="motionclip-"))
        self.inside = Path("/tmp") / self.folder.name  # the same folder, as seen in the chroot
        self._display = ""
        self._running: list[subprocess.Popen] = []
        self.extension = self.inside / zip_path.name
        self.home = self.inside / "Zoë ホーム"  # as people's homes may be called
        (self.folder / self.home.name).mkdir()
        shutil.copy(zip_path, self.folder)
        for name in ("inside.py", "drag.py"):
            shutil.copy(Path(__file__).with_name(name), self.folder)

    def __enter__(self) -> Blender:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        quiet = "import bpy; bpy.context.preferences.view.show_splash = False; bpy.ops.wm.save_userpref()"
        self.call("blender", "--background", "--python-expr", quiet)
        if self._installed:
            install = ("--command", "extension", "install-file", "-r", "user_default", "-e", str(self.extension))
            self.call("blender", *install)
        # it takes a display that nobody has, and writes its number, so that several programs may run side by side
        screen = ("-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "+extension", "GLX")
        self._spawn("Xvfb", "-displayfd", "1", *screen)
        self._display = f":{self._number_of_display()}"
        geometry = ("--window-geometry", "0", "0", *map(str, SIZE))
        script = ("--python", str(self.inside / "inside.py"), "--", str(self.inside / "socket"))
        self._spawn("blender", "-noaudio", *geometry, *script)
        self.until("True", 180)  # on a busy machine
        time.sleep(1)  # the first redraws

    def _number_of_display(self) -> int:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.ended is None:
            for line in (self.folder / "Xvfb.log").read_text().splitlines():
                if line.isdigit():
                    return int(line)
            time.sleep(0.1)
        raise AssertionError(f"Xvfb did not start: {(self.folder / 'Xvfb.log').read_text()}")

    def __exit__(self, *_) -> None:
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder)

    @property
    def log(self) -> str:
        """What Blender has printed."""
        return (self.folder / "blender.log").read_text(errors="replace")

    @property
    def faults(self) -> list[str]:
        """The lines of it that tell of what went wrong."""
        return [line for line in self.log.splitlines() if re.search(r"Traceback|\b(Error|ERROR|CRITICAL)\b", line)]

    @property
    def ended(self) -> int | None:
        """Blender's exit status, or None while it runs."""
        return self._running[-1].poll()

    def _command(self, program: tuple[str, ...]) -> list[str]:
        linked = _LINKED if self._without else ""
        left_out = "".join(f'rm -r "$lib"/{name}*\n' for name in self._without)
        cut_off = () if self._network else ("--net",)
        script = f"set -e\n{_PROC}\n{linked}{left_out}{_ENTER}"
        return ["unshare", "--mount", *cut_off, "sh", "-c", script, str(self.root), *program]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.home),
            "BLENDER_USER_RESOURCES": str(self.home / "user"),
            "DISPLAY": self._display,
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }

    def _spawn(self, *program: str) -> None:
        with (self.folder / f"{program[0]}.log").open("w") as log:
            process = subprocess.Popen(
                self._command(program), env=self._environment(), stdout=log, stderr=subprocess.STDOUT
            )
        self._running.append(process)

    def call(self, *program: str) -> str:
        """Runs a program beside Blender to its end; returns what it prints."""
        done = subprocess.run(
            self._command(program), env=self._environment(), capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    # --- as a user

    def click(self, x: int, y: int) -> None:
        """A left click at pixel (x, y) from the top left."""
        self.move(x, y)
        self.call("xdotool", "click", "1")

    def drag(self, start: tuple[int, int], *places: tuple[int, int]) -> None:
        """Presses the left button at `start`, goes to each of `places` with it, and lets go at the last one."""
        self.press(start)
        for x, y in places:
            self.call("xdotool", "mousemove", str(x), str(y))
            self.settle()
        self.call("xdotool", "mouseup", "1")
        self.settle()

    def press(self, start: tuple[int, int]) -> None:
        """Presses the left button and holds it."""
        self.move(*start)
        self.call("xdotool", "mousedown", "1")

    def type(self, x: int, y: int, text: str) -> None:
        """Replaces the text of a field: a double click into it, the text, Enter."""
        self.move(x, y)
        self.call("xdotool", "click", "--repeat", "2", "--delay", "60", "1")
        self.settle()
        self.call("xdotool", "key", "ctrl+a")
        self.call("xdotool", "type", "--delay", "20", "--", text)
        self.call("xdotool", "key", "Return")
        self.settle()

    def drop(self, path: Path, x: int, y: int) -> None:
        """Drops a file, named as it is seen inside, at a pixel, as a file manager does."""
        self.move(x, y)
        self.call("python3", str(self.inside / "drag.py"), str(path))
        self.settle()

    def move(self, x: int, y: int) -> None:
        """Moves the mouse; Blender's keys go to the editor under it."""
        self.call("xdotool", "mousemove", str(x - 2), str(y), "mousemove", str(x), str(y))
        self.settle()

    def key(self, name: str) -> None:
        """A key press, in xdotool's names: Escape, ctrl+z."""
        self.settle()
        self.call("xdotool", "key", name)

    def settle(self) -> None:
        """Waits until Blender has drawn what came before; a click on what is not drawn yet goes nowhere."""
        before = self.run("rounds[0]")
        time.sleep(_SETTLING)
        self.until(f"rounds[0] > {before + _ROUNDS}", 120)  # however long a busy machine takes for them

    def screenshot(self, path: Path) -> None:
        """The whole display as a PNG file."""
        self.call("import", "-window", "root", str(self.inside / "shot.png"))
        shutil.copyfile(self.folder / "shot.png", path)

    def shot(self, box: tuple[int, int, int, int]) -> Image.Image:
        """A part of the display (left, top, right, bottom), the mouse where it is."""
        self.screenshot(self.folder / "part.png")
        with Image.open(self.folder / "part.png") as image:
            return image.convert("RGB").crop(box)

    def picture(self, box: tuple[int, int, int, int]) -> np.ndarray:
        """The brightness of a part of the display, (height, width)."""
        return np.asarray(self.shot(box).convert("L"), np.float32)

    @cached_property
    def sidebar(self) -> Sidebar:
        """The panels, for clicks on what stands in them."""
        return Sidebar(self)

    # --- measured

    def watch(self) -> None:
        """From now on, see how long the window stands still."""
        self.run("gaps.clear()")

    def stood_still(self) -> tuple[float, float]:
        """Returns how long the window stood still at most since `watch`, and the time since then.

        In seconds of an idle machine: where the window takes longer to be drawn, all else does too.
        """
        longest, together = self.run("[max(gaps), sum(gaps)]")
        slower = max(min(self.run("redrawn()") for _ in range(3)) / _REDRAW, 1.0)
        print(f"the window stood still for {longest:.2f} s at most, in {together:.1f} s ({slower:.1f} times slower)")
        return longest / slower, together / slower

    # --- by Python

    def run(self, code: str) -> Any:
        """Runs code in Blender's main thread; returns the value of its last line if that is an expression."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(180)
            connection.connect(str(self.folder / "socket"))
            with connection.makefile("rw") as channel:
                channel.write(json.dumps(textwrap.dedent(code)) + "\n")
                channel.flush()
                answer = json.loads(channel.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def until(self, expression: str, seconds: float) -> Any:
        """Waits for an expression to become true; returns its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(expression)
            except OSError:  # Blender has not opened the socket yet
                value = None
            if value:
                return value
            dead = self._running[-1].poll() is not None
            assert not dead, f"Blender ended with status {self._running[-1].returncode}: {self.log[-2000:]}"
            assert time.monotonic() < end, f"{expression} is not true after {seconds} s; {self.log[-2000:]}"
            time.sleep(0.05)


def root() -> tuple[Path | None, str]:
    """The chroot to use, or None and why there is none."""
    named = os.environ.get("MOTIONCLIP_GUI")
    if not named:
        return None, "MOTIONCLIP_GUI names no full Blender; see tests/gui/setup_gui.sh"
    if os.geteuid() != 0:
        return None, "entering the chroot of the full Blender takes root"
    if not (Path(named) / "usr/bin/blender").exists():
        return None, f"there is no Blender in {named}; see tests/gui/setup_gui.sh"
    return Path(named), ""
