"""What enabling the extension costs Blender: its time over that of an empty extension, in the same run.

    python benchmarks/enable.py [--repeats 9] [--assert-ms 50]

Each repeat is a Blender of its own that enables one installed extension. Its modules are new to Python and
have their byte code written, as in any start of Blender but the first. Where the shell keeps Python from writing
it, that is overruled: without byte code every module is compiled anew, which takes most of the time. Another
empty extension is enabled before it, so that what Blender needs for the first one (some 40 ms) is left out. The
two extensions take turns, so that a busy machine slows both; where the medians are far from the fastest runs, it
was busy. Ends with status 1 when there is no byte code, torch was imported, or the extra median time is over
`--assert-ms`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import build  # noqa: E402

MANIFEST = """schema_version = "1.0.0"
id = "{name}"
version = "1.0.0"
name = "{name}"
tagline = "Does nothing"
maintainer = "Nobody"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""

INSTALL = """
import sys, bpy
bpy.ops.extensions.package_install_files(
    repo="user_default", filepath=sys.argv[1], enable_on_install=False, overwrite=True
)
"""

ENABLE = """
import json, sys, time
from pathlib import Path
import bpy, addon_utils

name = "bl_ext.user_default." + sys.argv[1]
addon_utils.extensions_refresh()
addon_utils.enable("bl_ext.user_default.first")
known = set(sys.modules)
start = time.perf_counter()
module = addon_utils.enable(name)
seconds = time.perf_counter() - start
new = sorted({found.split(".")[0] for found in set(sys.modules) - known})
assert module is not None, name
written = Path(module.__cached__).is_file()
addon_utils.disable(name)
addon_utils.disable("bl_ext.user_default.first")
print("SAID" + json.dumps({"ms": seconds * 1000, "new": new, "byte code": written, "torch": "torch" in sys.modules}))
"""


def blender(script: str, argument: str, folder: Path) -> str:
    """Runs a script in a new Blender whose extensions live in `folder`."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", script, argument], cwd=folder, capture_output=True, text=True, env=environment
    )
    if done.returncode != 0:
        sys.exit(f"Blender failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def empty_extension(name: str, folder: Path) -> Path:
    """The zip of an extension that does nothing."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("blender_manifest.toml", MANIFEST.format(name=name))
        archive.writestr("__init__.py", "def register(): pass\n\n\ndef unregister(): pass\n")
    return path


def main() -> int:
    """Measures, prints, judges."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--assert-ms", type=float, help="the most that the extension may add, in milliseconds")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zips = {"empty": empty_extension("empty", folder), "motionclip": build.build(folder)}
        runs: dict[str, list[dict]] = {extension: [] for extension in zips}
        for extension, path in zips.items():
            blender(INSTALL, str(empty_extension("first", folder)), folder / extension)
            blender(INSTALL, str(path), folder / extension)
            blender(ENABLE, extension, folder / extension)  # writes the byte code
        for _ in range(options.repeats):
            for extension in zips:
                said = blender(ENABLE, extension, folder / extension).partition("SAID")[2]
                runs[extension].append(json.loads(said.splitlines()[0]))

    times = {extension: [run["ms"] for run in runs[extension]] for extension in zips}
    for extension, found in times.items():
        print(f"{extension:20} median {statistics.median(found):6.1f} ms   ({min(found):.1f} to {max(found):.1f})")
    empty, ours = times["empty"], times["motionclip"]
    extra = statistics.median(ours) - statistics.median(empty)
    print(f"{'extra':20} median {extra:6.1f} ms   (fastest {min(ours) - min(empty):.1f})")
    last = runs["motionclip"][-1]
    print(f"new top-level modules: {', '.join(last['new'])}")
    if not all(run["byte code"] for extension in zips for run in runs[extension]):
        print("Python wrote no byte code, so these are not the times of Blender's starts", file=sys.stderr)
        return 1
    if any(run["torch"] for run in runs["motionclip"]):
        print("torch was imported", file=sys.stderr)
        return 1
    if options.assert_ms is not None and extra > options.assert_ms:
        print(
            f"enabling costs {extra:.1f} ms more than an empty extension, over {options.assert_ms}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
