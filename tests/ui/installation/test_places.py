"""The zip where homes are odd: a long path, a foreign name, a full disk, one that cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import build
from motionclip_blender.core.errors import UserError

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


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip."""
    try:
        return build.build(tmp_path_factory.mktemp("dist"))
    except UserError as error:
        pytest.skip(str(error))


def blender(home: Path, script: str, *arguments: str, mount: str = "") -> dict:
    """What a script says in a Blender whose extensions live in `home`.

    mount: options of a file system of its own, which is mounted there for the time of this call
    """
    program = [sys.executable, "-c", script, *arguments]
    if mount:
        program = ["unshare", "--mount", "sh", "-c", f'mount {mount} "$0" && exec "$@"', str(home), *program]
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(home)}
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, cwd=home.parent, env=environment)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.partition("SAID")[2].splitlines()[0])
    return {**said, "printed": done.stdout + done.stderr}


def test_a_home_with_spaces_and_letters_from_elsewhere(extension: Path, tmp_path: Path) -> None:
    home = tmp_path / "Zoë Müller ホーム"
    home.mkdir()
    assert blender(home, INSTALL, str(extension))["enabled"]
    assert blender(home, USE)["action"] == "a person kicks"


def test_a_path_of_600_characters(extension: Path, tmp_path: Path) -> None:
    home = tmp_path
    while len(str(home)) < 600:
        home = home / ("x" * min(80, max(600 - len(str(home)), 2)))
    home.mkdir(parents=True)
    assert blender(home, INSTALL, str(extension))["enabled"]
    assert blender(home, USE)["action"] == "a person kicks"


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

    def test_a_full_disk_gets_nothing_and_it_is_said(self, extension: Path, tmp_path: Path) -> None:
        said = blender(tmp_path, INSTALL, str(extension), mount="-t tmpfs -o size=8m tmpfs")
        assert not said["enabled"] and "No space left on device" in said["printed"]

    def test_a_disk_that_cannot_be_written(self, extension: Path, tmp_path: Path) -> None:
        said = blender(tmp_path, INSTALL, str(extension), mount="-t tmpfs -o ro tmpfs")
        assert not said["enabled"] and "Read-only file system" in said["error"]

    def test_installed_it_works_where_nothing_can_be_written(self, extension: Path, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        assert blender(home, INSTALL, str(extension))["enabled"]
        read_only = f'--bind "{home}" "{home}" && mount -o remount,ro,bind'
        assert blender(home, USE, mount=read_only)["action"] == "a person kicks"
