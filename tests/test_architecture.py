"""Who may import whom, as docs/architecture.md has it. Reads every import in the sources; runs none but core's."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGE = "motionclip_blender"

# A room may import itself and the rooms named here
MAY_IMPORT = {
    "motionclip_blender.core": set(),
    "motionclip_blender.photo": {"motionclip_blender.core"},
    "motionclip_blender.rig": {"motionclip_blender.core", "motionclip_blender.photo"},
    "motionclip_blender.ui": {"motionclip_blender.core", "motionclip_blender.photo", "motionclip_blender.rig"},
    "motionclip_blender.cli": {"motionclip_blender.core", "motionclip_blender.photo", "motionclip_blender.rig"},
    "motionclip_blender.__main__": {"motionclip_blender.cli"},
    "motionclip_blender": {"motionclip_blender.ui"},  # the extension's register
    "training": {"motionclip_blender.core", "motionclip_blender.photo", "motionclip_blender.rig", "render_pipeline"},
    "render_pipeline": {"motionclip_blender.core", "motionclip_blender.rig"},
}
BLENDER = {"bpy", "mathutils", "bmesh", "gpu", "blf", "bpy_extras"}
MODELS = {"torch", "torchvision", "open_clip", "transformers", "safetensors"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Full names of all that a file imports, inside functions too, and whether relatively (level > 0)."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import ui` names a module, `from .ui import register` does not; either way the room is right
            yield from ((f"{base}.{alias.name}", node.level) for alias in node.names)


def room_of(name: str) -> str | None:
    """The room that a module or a name in it belongs to; None for what is not the project's."""
    for room in sorted(MAY_IMPORT, key=len, reverse=True):
        if name == room or name.startswith(room + "."):
            return room
    return None


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


ALL = sources("motionclip_blender", "training", "render_pipeline")


def test_the_rooms_are_where_this_test_looks():
    rooms = {room_of(module_of(path)) for path in ALL}
    assert {"motionclip_blender.core", "motionclip_blender.rig", "motionclip_blender.cli", "training"} <= rooms


@pytest.mark.parametrize("path", ALL, ids=relative)
def test_arrows_point_down(path: Path):
    room = room_of(module_of(path))
    imported = {room_of(name) for name, _ in imports(path)} - {None, room}
    assert imported <= MAY_IMPORT[room], f"{relative(path)} imports from {imported - MAY_IMPORT[room]}"


@pytest.mark.parametrize("path", sources("motionclip_blender/core", "motionclip_blender/photo"), ids=relative)
def test_core_and_photo_know_no_blender(path: Path):
    assert not {name.split(".")[0] for name, _ in imports(path)} & BLENDER


@pytest.mark.parametrize("path", sources("motionclip_blender"), ids=relative)
def test_models_are_imported_inside_core_model_only(path: Path):
    if "motionclip_blender/core/model/" not in path.as_posix():
        assert not {name.split(".")[0] for name, _ in imports(path)} & MODELS


@pytest.mark.parametrize("path", sources("motionclip_blender"), ids=relative)
def test_the_extension_imports_itself_relatively(path: Path):
    absolute = [name for name, level in imports(path) if not level and name.split(".")[0] == PACKAGE]
    assert not absolute, "an extension is installed under another name"


def test_importing_core_and_the_command_line_loads_nothing_heavy():
    core = [module_of(path) for path in sources("motionclip_blender/core") if "model" not in path.parts]
    heavy = sorted(BLENDER | MODELS)
    program = (
        f"import importlib, sys\nfor name in {['motionclip_blender', 'motionclip_blender.cli', *core]}:\n"
        f"    importlib.import_module(name)\nprint(*({set(heavy)} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_importing_the_command_line_does_not_load_numpy_either():
    program = "import sys, motionclip_blender.cli; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False", "--help is to be there at once"


def test_no_files_import_each_other_in_a_circle():
    """Neither at once nor inside functions, and not even for type checkers."""
    paths = {module_of(path): path for path in ALL}
    imported = {}
    for name, path in paths.items():
        found = {known for full, _ in imports(path) for known in (full, full.rpartition(".")[0]) if known in paths}
        # a name of a package's own file, or a module in the package: the module is meant where there is one
        imported[name] = {known for known in found if not any(other.startswith(known + ".") for other in found)} - {
            name
        }
    left = dict(imported)
    while ends := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ends:
            del left[name]
    assert not left, f"in or before a circle: {', '.join(sorted(left))}"


def test_no_folders_of_core_import_each_other_in_a_circle():
    core = f"{PACKAGE}.core."
    left: dict[str, set[str]] = {}
    for path in sources("motionclip_blender/core"):
        folder, *below = module_of(path).removeprefix(core).split(".")
        if not below and path.name != "__init__.py":
            continue  # a file of core itself, which folders may import, and which may import folders
        names = {name.removeprefix(core).split(".")[0] for name, _ in imports(path) if name.startswith(core)}
        left.setdefault(folder, set()).update(n for n in names - {folder} if (ROOT / PACKAGE / "core" / n).is_dir())
    while ends := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ends:
            del left[name]
    assert not left, f"in or before a circle: {', '.join(sorted(left))}"
