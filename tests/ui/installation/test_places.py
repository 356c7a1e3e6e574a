"""The zip where homes are odd: a long path, a foreign name, a full disk, one that cannot be written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.ui.separate_blender import said_by

pytest.importorskip("bpy")
pytestmark = pytest.mark.slow

INSTALL = """
import json, sys
import bpy
name, said = "bl_ext.user_default.motionclip", {}
try:
    bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=sys.argv[1], enable_on_install=True, overwrite=True
    )
except RuntimeError as error:
    said["error"] = str(error)
said["enabled"] = name in bpy.context.preferences.addons
if said["enabled"]:
    bpy.ops.preferences.addon_disable(module=name)
print("SAID" + json.dumps(said))
"""
USE = """
import json, sys
import bpy, addon_utils
name = "bl_ext.user_default.motionclip"
addon_utils.enable(name, default_set=True)
bpy.ops.motionclip.add_body()
bpy.ops.motionclip.generate(prompt="a person kicks")
said = {"action": bpy.context.object.animation_data.action.name}
bpy.ops.preferences.addon_disable(module=name)
print("SAID" + json.dumps(said))
"""


def test_a_home_with_spaces_and_letters_from_elsewhere(zip_file: Path, tmp_path: Path) -> None:
    home = tmp_path / "Zoë Müller ホーム"
    home.mkdir()
    assert said_by(INSTALL, home, zip_file)["enabled"]
    assert said_by(USE, home)["action"] == "a person kicks"


def test_a_path_of_600_characters(zip_file: Path, tmp_path: Path) -> None:
    home = tmp_path
    while len(str(home)) < 600:
        home = home / ("x" * min(80, max(600 - len(str(home)), 2)))
    home.mkdir(parents=True)
    assert said_by(INSTALL, home, zip_file)["enabled"]
    assert said_by(USE, home)["action"] == "a person kicks"


def mounting() -> bool:
    """Whether file systems can be mounted here."""
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not mounting(), reason="mounting a file system takes root on Linux")
class TestDisks:
    """Disks that have no room, or cannot be written."""

    def test_a_full_disk_gets_nothing_and_it_is_said(self, zip_file: Path, tmp_path: Path) -> None:
        said = said_by(INSTALL, tmp_path, zip_file, mount="-t tmpfs -o size=8m tmpfs")
        assert not said["enabled"] and "No space left on device" in said["printed"]

    def test_a_disk_that_cannot_be_written(self, zip_file: Path, tmp_path: Path) -> None:
        said = said_by(INSTALL, tmp_path, zip_file, mount="-t tmpfs -o ro tmpfs")
        assert not said["enabled"] and "Read-only file system" in said["error"]

    def test_installed_it_works_where_nothing_can_be_written(self, zip_file: Path, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        assert said_by(INSTALL, home, zip_file)["enabled"]
        read_only = f'--bind "{home}" "{home}" && mount -o remount,ro,bind'
        assert said_by(USE, home, mount=read_only)["action"] == "a person kicks"
