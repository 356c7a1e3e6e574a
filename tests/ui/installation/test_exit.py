"""A process that imports bpy ends with status 0 while the extension is still on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.ui.separate_blender import said_by

pytest.importorskip("bpy")

USED = """
bpy.ops.motionclip.add_body()
bpy.ops.motionclip.generate(prompt="a person kicks", frames=40)
bpy.ops.wm.save_as_mainfile(filepath=bpy.app.tempdir + "kick.blend")
bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
print('SAID{}')
"""
REGISTERED = f"import bpy, motionclip_blender\nmotionclip_blender.register(){USED}"
ENABLED = f"""
import sys, bpy
bpy.ops.extensions.package_install_files(repo="user_default", filepath=sys.argv[1], enable_on_install=False)
bpy.ops.preferences.addon_enable(module="bl_ext.user_default.motionclip"){USED}"""


def test_after_register(tmp_path: Path) -> None:
    assert "Traceback" not in said_by(REGISTERED, tmp_path, folder=ROOT)["printed"]


@pytest.mark.slow
def test_after_it_is_enabled_in_the_preferences(zip_file: Path, tmp_path: Path) -> None:
    assert "Traceback" not in said_by(ENABLED, tmp_path, zip_file)["printed"]
