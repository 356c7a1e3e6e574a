"""Builds the Blender extension: `python build.py [--out dist]` leaves dist/motionclip-<version>.zip.

One zip serves every system and every Blender from 4.2 on: it holds Python, numbers and no compiled code. It is
dropped on Blender's window or installed from the Preferences (Install from Disk). Two builds of the same sources are
the same bytes. Before it appears, Blender's own validator has passed it: that of the `bpy` package, or with
`--blender PATH` that of a full Blender.

With `--index`, an index.json appears beside it: the folder is then an extension repository, which Blenders of a studio
take the extension and its updates from (docs/install.md). Zips that are served from elsewhere: `--url BASE`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path, write_whole

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT / "motionclip_blender"
PIPELINE = ROOT / "render_pipeline"
MANIFEST = ROOT / "blender_manifest.toml"
PACK = "assets/packs/default"
ASSETS = (
    f"{PACK}/pack.json",
    f"{PACK}/weights.safetensors",
    *(f"{PACK}/wordings.{suffix}" for suffix in ("json", "safetensors")),
    "assets/body/smplx_open.npz",
    "assets/photo/prior.npz",
    *(f"assets/text_tower/{name}" for name in ("tower.json", "weights.safetensors", "vocab.txt")),
    *(f"assets/text_tower/{name}" for name in ("LICENSE", "NOTICE.txt")),  # Apache-2.0 asks for both
    *(f"assets/english/{name}" for name in ("words.npz", "NOTICE.txt")),
    *(f"assets/clip_tokenizer/{name}" for name in ("merges.npz", "LICENSE", "NOTICE.txt")),
)

LARGEST = 60_000_000
"""Bytes that the zip may have."""

INDEX = "index.json"
"""What Blender asks a repository for."""

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


def _of_pack() -> Iterator[str]:
    """Names of the files that the default pack says it has, the image tower for example."""
    described = PACKAGE / PACK / "pack.json"
    told = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    yield from (f"{PACK}/{name}" for name in told.get("checksums", {}))


def build(out: Path, blender: Path | None = None) -> Path:
    """Writes and validates the zip, whole or not at all. Returns its path.

    Raises `UserError` when an asset is missing, the zip is too large, the validator is missing, or it refuses the zip.
    """
    for asset in (*ASSETS, *_of_pack()):
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
        size = temporary.stat().st_size
        if size > LARGEST:
            raise UserError(f"The zip has {size / 1e6:.1f} MB, over {LARGEST / 1e6:.0f}; store the weights smaller.")
        validate(temporary, blender)
    return target


def write_index(extension: Path, url: str = "", blender: Path | None = None) -> Path:
    """Writes the index of a repository that has `extension` and nothing else beside it. Returns its path.

    url: where the zip is served, without its name; empty: beside the index.
    """
    with tempfile.TemporaryDirectory() as name:
        # in a folder of its own: Blender's generator lists every zip that it finds, older ones as well
        copy = Path(name) / extension.name
        copy.write_bytes(extension.read_bytes())
        _ask_blender("index generator", ["server-generate", f"--repo-dir={name}"], blender)
        index = json.loads((Path(name) / INDEX).read_text(encoding="utf-8"))
    (entry,) = index["data"]
    if url:
        entry["archive_url"] = f"{url.rstrip('/')}/{urllib.parse.quote(extension.name)}"
    target = extension.with_name(INDEX)
    with write_whole(target) as handle:
        handle.write(json.dumps(index, indent=2).encode())
    return target


def validate(path: Path, blender: Path | None = None) -> None:
    """Raises `UserError` with what Blender's validator says against `path`."""
    _ask_blender("validator", ["validate", str(path)], blender)


def _ask_blender(tool: str, arguments: list[str], blender: Path | None) -> None:
    """Runs one of Blender's extension commands. Raises `UserError` when it does not end well."""
    if blender is not None:
        command = [str(blender), "--command", "extension", *arguments]
    else:
        command = [sys.executable, *_script(), *arguments, *_tags(arguments[0])]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise UserError(f"Cannot run {blender} ({error.strerror}); give the path of Blender's program.") from error
    if done.returncode != 0:
        raise UserError(f"Blender's {tool} refuses the extension: {(done.stdout + done.stderr).strip()}")


def _script() -> list[str]:
    """The extension commands of the `bpy` package; they are a script of their own, which spares starting Blender."""
    found = importlib.util.find_spec("bpy")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for script in Path(folder).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
            return [str(script)]
    raise UserError("The bpy package, which has the validator, is not installed; give --blender PATH instead.")


def _tags(command: str) -> list[str]:
    """The option that tells the script which tags Blender knows; a Blender knows them by itself."""
    tags = Path(_script()[0]).parents[3] / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    return ["--valid-tags", str(tags)] if command == "validate" and tags.is_file() else []


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the zip (default: dist)")
    parser.add_argument("--blender", type=Path, help="a Blender program to validate with, instead of bpy's script")
    parser.add_argument("--index", action="store_true", help=f"write {INDEX}, too: the folder becomes a repository")
    parser.add_argument("--url", default="", help="with --index: where the zip is served (default: beside the index)")
    options = parser.parse_args()
    if options.url and not options.index:
        parser.error("--url says where the index finds the zip; add --index")
    try:
        path = build(options.out, options.blender)
        index = write_index(path, options.url, options.blender) if options.index else None
    except UserError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if index is not None:
        print(index)
    return 0


if __name__ == "__main__":
    sys.exit(main())
