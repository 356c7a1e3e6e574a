"""docs/architecture.md: its map shows every folder, and its way of a prompt the files that there are."""

from __future__ import annotations

import re

from tests.paths import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_map_shows_every_folder():
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("motionclip_blender/*/**/__init__.py")}
    packages |= {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("training/*/**/__init__.py")}
    folders = {name.removeprefix("motionclip_blender/") + "/" for name in packages if "/assets" not in name}
    shown = set(re.findall(r"`([a-z_/]+/)`", TEXT))
    assert not folders - shown
    assert not {name for name in shown if not ((ROOT / name).is_dir() or (ROOT / "motionclip_blender" / name).is_dir())}


def test_the_files_on_a_prompts_way_are_there():
    steps = re.findall(r"^\d+\. `([a-z_/]+\.py)`", TEXT, re.MULTILINE)
    assert len(steps) == 14
    assert not [step for step in steps if not (ROOT / "motionclip_blender" / step).is_file()]
