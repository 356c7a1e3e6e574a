"""Other copies of the extension: they go, their preferences stay, in whichever order they come."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import build
from tests.ui.separate_blender import said_by

pytest.importorskip("bpy")
pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
import bpy

FORMER, OURS = "bl_ext.user_default.motionclip_blender", "bl_ext.user_default.motionclip"
said = {}

def install(path):
    bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=path, enable_on_install=True, overwrite=True
    )

def state():
    listed = [name for name in bpy.context.preferences.addons.keys() if "motionclip" in name]
    return {
        "listed": sorted(listed),
        "panel of": bpy.types.MOTIONCLIP_PT_panel.__module__.rpartition(".ui")[0],
        "panel says": other_copies.SESSION.error,
        "prompt": hasattr(bpy.context.scene, "motionclip"),
    }

install(sys.argv[1])
preferences = bpy.context.preferences.addons[FORMER].preferences
preferences.pack_folder, preferences.body_file = "/a/pack", "/a/body.npz"
install(sys.argv[2])
from bl_ext.user_default.motionclip import ui
from bl_ext.user_default.motionclip.ui.installation import other_copies

said["installed"] = state()
preferences = bpy.context.preferences.addons[OURS].preferences
said["preferences"] = [preferences.pack_folder, preferences.body_file]
said["timer"] = other_copies.pending()
other_copies.drop_from_list(ui._register_classes)  # what the timer calls, which never fires in this module
said["later"] = state()

bpy.ops.preferences.addon_enable(module=FORMER)
preferences.pack_folder = "/a/newer/pack"
other_copies.drop_from_list(ui._register_classes)
said["enabled again"] = state()
said["kept"] = preferences.pack_folder

# the same extension from a repository of its own
bpy.context.preferences.system.use_online_access = True  # Blender asks for it, for a folder as well
bpy.ops.preferences.extension_repo_add(name="Studio", remote_url=sys.argv[3], type="REMOTE")
repository = [repo.name for repo in bpy.context.preferences.extensions.repos].index("Studio")
bpy.ops.extensions.repo_sync(repo_index=repository)
bpy.ops.extensions.package_install(repo_index=repository, pkg_id="motionclip", enable_on_install=True)
from bl_ext.Studio.motionclip import ui
from bl_ext.Studio.motionclip.ui.installation import other_copies
other_copies.drop_from_list(ui._register_classes)
said["from a repository"] = state()
said["its preferences"] = bpy.context.preferences.addons["bl_ext.Studio.motionclip"].preferences.pack_folder
OURS = "bl_ext.Studio.motionclip"

bpy.ops.preferences.addon_disable(module=OURS)
said["left"] = [found for found in dir(bpy.types) if found.startswith("MOTIONCLIP")]
said["left timer"] = other_copies.pending()
print("SAID" + json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(zip_file: Path) -> dict:
    """What the script above saw."""
    index = build.write_index(zip_file)
    said = said_by(SCRIPT, zip_file.parent / "user", under_the_former_id(zip_file), zip_file, index.as_uri())
    assert "Traceback" not in said["printed"]
    return said


def under_the_former_id(extension: Path) -> Path:
    """A copy of the extension with the former id and an older version, less what looks for the former one."""
    target = extension.with_name("former.zip")
    with zipfile.ZipFile(extension) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            contents = source.read(name)
            if name == "blender_manifest.toml":
                contents = contents.replace(b'id = "motionclip"', b'id = "motionclip_blender"')
            if name == "ui/installation/other_copies.py":
                contents = contents.replace(
                    b"    return [name for name in names", b"    return [] and [name for name in names"
                )
            archive.writestr(name, contents)
    return target


OURS, FORMER = "bl_ext.user_default.motionclip", "bl_ext.user_default.motionclip_blender"
SENTENCE = (
    "Another copy of this extension (user_default.motionclip_blender) was switched off; "
    "remove it in Preferences, Add-ons."
)


def test_the_newer_one_works_and_says_what_to_do(said: dict) -> None:
    assert said["installed"] == {
        "listed": [OURS, FORMER], "panel of": OURS, "panel says": SENTENCE, "prompt": True
    }  # fmt: skip


def test_the_preferences_are_taken_over(said: dict) -> None:
    assert said["preferences"] == ["/a/pack", "/a/body.npz"]


def test_the_former_one_is_not_enabled_at_the_next_start(said: dict) -> None:
    assert said["timer"]
    assert said["later"] == {"listed": [OURS], "panel of": OURS, "panel says": SENTENCE, "prompt": True}


def test_the_former_one_enabled_over_ours_goes_again(said: dict) -> None:
    assert said["enabled again"] == said["later"]


def test_preferences_that_were_set_are_kept(said: dict) -> None:
    assert said["kept"] == "/a/newer/pack"


def test_a_studios_repository_installs_it_and_the_other_copy_goes(said: dict) -> None:
    theirs = "bl_ext.Studio.motionclip"
    says = SENTENCE.replace("motionclip_blender", "motionclip")
    assert said["from a repository"] == {
        "listed": [theirs], "panel of": theirs, "panel says": says, "prompt": True
    }  # fmt: skip
    assert said["its preferences"] == "/a/newer/pack"


def test_nothing_is_left_of_either(said: dict) -> None:
    assert said["left"] == [] and not said["left timer"]
