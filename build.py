"""Builds the Blender extension: `python build.py [--out dist]` leaves dist/motionclip_blender-<version>.zip.

The zip is installed from Blender's Preferences (Get Extensions, Install from Disk) or dropped on its window.
Two builds of the same sources are the same bytes. Before it appears, Blender's own validator has passed it:
that of the `bpy` package, or with `--blender PATH` that of a full Blender.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT / "motionclip_blender"
PIPELINE = ROOT / "render_pipeline"
MANIFEST = ROOT / "blender_manifest.toml"
ASSETS = (
    "assets/packs/default/pack.json",
    "assets/packs/default/weights.safetensors",
    "assets/body/smplx_open.npz",
)

_DATE = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same sources give the same bytes
_STORED = {".npz", ".safetensors"}  # compressed already, or incompressible


def contents() -> Iterator[tuple[str, Path]]:
    """Names in the zip and the files they come from.

    The package's folder is the extension's root; the render pipeline's lies in it, as its launcher expects.
    """
    yield MANIFEST.name, MANIFEST
    yield "LICENSE", ROOT / "LICENSE"
    for folder, root in ((PACKAGE, PACKAGE), (PIPELINE, ROOT)):
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(root)
            hidden = any(part.startswith((".", "__pycache__")) for part in relative.parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                yield relative.as_posix(), path


def build(out: Path, blender: Path | None = None) -> Path:
    """Writes and validates the zip, whole or not at all. Returns its path.

    Raises `UserError` when an asset is missing, the validator is, or it refuses the zip.
    """
    for asset in ASSETS:
        if not (PACKAGE / asset).is_file():
            raise UserError(f"{PACKAGE / asset} is missing; train or copy it there first.")
    manifest = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
    target = out / f"{manifest['id']}-{manifest['version']}.zip"
    with whole_path(target) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, path in contents():
                entry = zipfile.ZipInfo(name, _DATE)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_STORED if path.suffix in _STORED else zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
        validate(temporary, blender)
    return target


def validate(path: Path, blender: Path | None = None) -> None:
    """Raises `UserError` with what Blender's validator says against `path`."""
    if blender is not None:
        command = [str(blender), "--command", "extension", "validate", str(path)]
    else:
        command = [sys.executable, *_validator(), str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise UserError(f"Cannot run {blender} ({error.strerror}); give the path of Blender's program.") from error
    if done.returncode != 0:
        raise UserError(f"Blender's validator refuses the extension: {(done.stdout + done.stderr).strip()}")


def _validator() -> list[str]:
    """The validator of the `bpy` package; it is a script of its own, which spares starting Blender."""
    found = importlib.util.find_spec("bpy")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for script in Path(folder).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
            tags = script.parents[3] / "modules" / "_bpy_internal" / "extensions" / "tags.py"
            return [str(script), "validate", *(["--valid-tags", str(tags)] if tags.is_file() else [])]
    raise UserError("The bpy package, which has the validator, is not installed; give --blender PATH instead.")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the zip (default: dist)")
    parser.add_argument("--blender", type=Path, help="a Blender program to validate with, instead of bpy's script")
    options = parser.parse_args()
    try:
        path = build(options.out, options.blender)
    except UserError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
