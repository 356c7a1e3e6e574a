"""A Python script that poses as a Blender program, and fails at one motion.

    blender_double.py --version
    blender_double.py ACCIDENT MOTION FOLDER [options of Blender's]

ACCIDENT: `always`, `once` (a file in FOLDER marks that it has happened) or `raises`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# a script is started by its path, so that it cannot import `tests.paths`
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    if "--version" in sys.argv:
        print("Blender 4.5.0")
        return 0
    accident, motion, folder = sys.argv[1:4]
    sys.path.insert(0, str(ROOT))
    from render_pipeline import studio, worker

    prepare = studio.Studio.prepare
    happened = Path(folder) / "happened"

    def prepare_or_not(self, frame: dict, *rest):
        if frame["motion"] == motion:
            if accident == "raises":
                raise RuntimeError("the lamp fell over")
            if accident == "always" or not happened.exists():
                happened.touch()
                os.abort()
        return prepare(self, frame, *rest)

    studio.Studio.prepare = prepare_or_not
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
