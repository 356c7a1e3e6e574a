"""Which files a prompt passes on its way from the click to the keys.

    python -m benchmarks.chain [--prompt TEXT] [--frames 60]

Runs Generate twice, as a script does, and traces the second, warm run: every call of a function of the extension from
`MOTIONCLIP_OT_generate.execute` on. Prints

- the path: the files on the call stacks that lead from the operator to the functions which do the work. These are
  `PATH_ENDS`: the text read, the motion made and cleaned up, the keys. Who follows a prompt reads these files;
- all files of which any function ran, helpers included.

Exits with 1 when the path has more files than `--limit`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import CodeType, FrameType

import bpy

import motionclip_blender
from motionclip_blender.core.body import Body
from motionclip_blender.rig.armature import add_body

_PACKAGE = Path(motionclip_blender.__file__).parent
PATH_ENDS = {
    ("core/inference/networks.py", "texts"), ("core/engine.py", "decode"),
    ("core/cleanup/pipeline.py", "__call__"), ("rig/write_keys.py", "key_motion"),
}  # fmt: skip
"""File and function: where text becomes a latent, the latent a motion, the motion one to be keyed, the keys."""


class Trace:
    """Files that run, in the order in which they are entered first."""

    def __init__(self) -> None:
        self.path: dict[str, None] = {}
        self.all: dict[str, None] = {}
        self.reached: set[tuple[str, str]] = set()
        self._names: dict[CodeType, str] = {}

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """For `sys.setprofile`."""
        if event != "call" or not (name := self._file(frame.f_code)):
            return
        self.all[name] = None
        if (end := (name, frame.f_code.co_name)) in PATH_ENDS:
            self.reached.add(end)
            stack, above = [], frame
            while above is not None:
                stack.append(self._file(above.f_code))
                above = above.f_back
            self.path |= dict.fromkeys(file for file in reversed(stack) if file)

    def _file(self, code: CodeType) -> str:
        """The file of a function within the extension; empty for all others."""
        if code not in self._names:
            path = Path(code.co_filename)
            inside = path.is_relative_to(_PACKAGE) and code.co_name != "<module>"
            self._names[code] = path.relative_to(_PACKAGE).as_posix() if inside else ""
        return self._names[code]


def traced(prompt: str, frames: int) -> Trace:
    """The trace of one warm call of Generate."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_body(Body.load())
    bpy.ops.motionclip.generate(prompt="a person stands", frames=frames)
    trace = Trace()
    sys.setprofile(trace)
    try:
        bpy.ops.motionclip.generate(prompt=prompt, frames=frames)
    finally:
        sys.setprofile(None)
    return trace


def main() -> int:
    """Prints both lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompt", default="a person walks forward")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--limit", type=int, default=14)
    options = parser.parse_args()
    motionclip_blender.register()
    try:
        trace = traced(options.prompt, options.frames)
    finally:
        motionclip_blender.unregister()
    if trace.reached != PATH_ENDS:
        print(f"never reached: {sorted(PATH_ENDS - trace.reached)}")
        return 1
    for title, files in (("path", trace.path), ("all", trace.all)):
        print(f"{title}: {len(files)} files")
        print(*(f"  {file}" for file in files), sep="\n")
    return 0 if len(trace.path) <= options.limit else 1


if __name__ == "__main__":
    sys.exit(main())
