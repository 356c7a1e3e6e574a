"""The zip, installed into a Blender of its own: enabled, used, disabled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.ui.separate_blender import said_by

pytest.importorskip("bpy")
pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
from pathlib import Path
import bpy

name = "bl_ext.user_default.motionclip"
said = {}
path = list(sys.path)
heavy = ("torch", "open_clip", "transformers", "smplx")
bpy.ops.extensions.package_install_files(
    repo="user_default", filepath=sys.argv[1], enable_on_install=True, overwrite=True
)
said["enabled"] = name in bpy.context.preferences.addons
said["registered"] = [found for found in dir(bpy.types) if found.startswith("MOTIONCLIP")]
said["heavy when enabled"] = [found for found in heavy if found in sys.modules]
said["rig when enabled"] = [found for found in sys.modules if found.startswith(name + ".rig")]
core = name + ".core."
said["core when enabled"] = [found.removeprefix(core) for found in sys.modules if found.startswith(core)]

folder = Path(sys.modules[name].__file__).parent
def files():
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.*") if path.suffix != ".pyc")
before = files()
preferences = bpy.context.preferences.addons[name].preferences
preferences.pack_folder = "/nowhere"
bpy.ops.motionclip.add_body()
try:
    bpy.ops.motionclip.generate(prompt="a person kicks")
except RuntimeError as error:
    said["wrong pack"] = str(error)
preferences.pack_folder = ""
bpy.ops.motionclip.generate("INVOKE_DEFAULT", prompt="a person kicks", frames=40)
action = bpy.context.object.animation_data.action
said["action"] = [action.name, *action.frame_range]
said["written into its folder"] = [file for file in files() if file not in before]
said["path changed"] = sys.path != path

bpy.ops.preferences.addon_disable(module=name)
said["left when disabled"] = [found for found in dir(bpy.types) if found.startswith("MOTIONCLIP")]
menus = ("VIEW3D_MT_object", "VIEW3D_MT_pose", "VIEW3D_MT_armature_add", "TOPBAR_MT_file_import")
drawn = [draw for menu in menus for draw in getattr(bpy.types, menu)._dyn_ui_initialize()]
said["left in menus"] = [str(draw) for draw in drawn if name in draw.__module__]
said["left in the scene"] = [found for found in dir(bpy.types.Scene) if found.startswith("motionclip")]
said["left handlers"] = [str(found) for found in bpy.app.handlers.load_pre if name in found.__module__]
bpy.ops.preferences.addon_enable(module=name)
said["enabled again"] = hasattr(bpy.types, "MOTIONCLIP_PT_panel")
bpy.ops.preferences.addon_disable(module=name)
print("SAID" + json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(zip_file: Path) -> dict:
    """What the script above saw."""
    return said_by(SCRIPT, zip_file.parent / "user", zip_file)


def test_it_enables_with_panel_and_operators(said: dict) -> None:
    assert said["enabled"]
    assert {"MOTIONCLIP_PT_panel", "MOTIONCLIP_OT_generate", "MOTIONCLIP_OT_add_body"} <= set(said["registered"])


def test_enabling_loads_neither_torch_nor_the_rig(said: dict) -> None:
    assert said["heavy when enabled"] == [] and said["rig when enabled"] == []


def test_enabling_loads_of_core_only_what_is_asked_at_once(said: dict) -> None:
    asked = {"engines", "errors", "files", "json_text", "latents", "latents.cache", "libraries", "progress", "prompt"}
    asked |= {"skeleton"}
    assert set(said["core when enabled"]) <= asked


def test_it_generates(said: dict) -> None:
    assert said["action"] == ["a person kicks", 1, 40]


def test_it_writes_nothing_into_its_own_folder_and_leaves_pythons_path_alone(said: dict) -> None:
    assert said["written into its folder"] == [] and said["path changed"] is False


def test_the_preferences_choose_the_pack(said: dict) -> None:
    assert "/nowhere is not a model pack" in said["wrong pack"]


def test_it_disables_without_a_trace_and_enables_again(said: dict) -> None:
    left = ("left when disabled", "left handlers", "left in the scene", "left in menus")
    assert [said[what] for what in left] == [[]] * len(left)
    assert said["enabled again"]


def test_core_needs_no_blender() -> None:
    code = "import sys; sys.modules['bpy'] = None; import motionclip_blender.core.prompt"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
