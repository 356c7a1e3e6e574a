"""Latents of the Actions in asset libraries: another Blender reads the files, and each is read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy as blender

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import ActionReader, read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.search import library
from motionclip_blender.ui.search.library import Libraries, Shelves
from tests.synthetic import random_motion

# Reads as the real one does, but a file called deadly.blend ends it, as a damaged file may end Blender
DEADLY = """
import json, os, runpy, sys
paths = json.load(open(sys.argv[1]))
if any(path.endswith("deadly.blend") for path in paths):
    here = [path.endswith("deadly.blend") for path in paths].index(True)
    json.dump(paths[:here], open(sys.argv[1], "w"))
    leave, os._exit = os._exit, lambda status: None
    runpy.run_path(SCRIPT, run_name="__main__")
    print(json.dumps({"done": here, "total": len(paths), "message": paths[here]}), flush=True)
    leave(-11)
runpy.run_path(SCRIPT, run_name="__main__")
"""


@pytest.fixture(scope="module")
def engine(default_pack) -> Engine:
    """The engine of the pack that ships."""
    return Engine()


@pytest.fixture
def shelves(bpy, open_body, tmp_path: Path) -> Iterator[Shelves]:
    """A library of two files with an asset each; the file in use is another one, with a person."""
    for name in ("walk", "kick"):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        armature = add_body(open_body)
        key_motion(armature, random_motion(40, seed=len(name), size=0.3), name).asset_mark()
        (tmp_path / "library" / "more").mkdir(parents=True, exist_ok=True)
        place = "library/more" if name == "kick" else "library"
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / place / f"{name}.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_body(open_body)
    command = (sys.executable, str(library.SCRIPT))
    yield Shelves((("mine", str(tmp_path / "library")),), "", tmp_path / "cache", command)


def names(found) -> list[str]:
    return sorted(name for _, name in found.latents)


class Steps(list):
    """A progress that notes its stages; `stop_at` cancels there."""

    stop_at = "never"

    def __call__(self, stage: str, fraction: float) -> None:
        assert 0 <= fraction <= 1
        self.append(stage)
        if self.stop_at in stage:
            raise Cancelled

    @property
    def started(self) -> bool:
        """Whether another Blender was started."""
        return any(stage.startswith(("Starting Blender", "Reading")) for stage in self)


def test_the_preferences_name_the_libraries(bpy, tmp_path) -> None:
    before = Shelves.of(blender.context)
    bpy.ops.preferences.asset_library_add(directory=str(tmp_path))
    added = Shelves.of(blender.context).libraries
    bpy.ops.preferences.asset_library_remove(index=len(added) - 1)
    assert added[-1][1].rstrip("/") == str(tmp_path) and added[:-1] == before.libraries
    assert before.command == (sys.executable, "-P", str(library.SCRIPT)) and library.SCRIPT.is_file()
    assert before.cache is None, "this is a checkout, no extension"


def test_every_asset_has_its_motions_latent(bpy, shelves, engine, tmp_path) -> None:
    steps = Steps()
    found = Libraries().latents(engine, ActionReader.of(bpy.context.object), shelves, steps)
    assert names(found) == ["kick", "walk"] and found.said == [] and steps.started
    path = str(tmp_path / "library" / "walk.blend")
    with bpy.data.libraries.load(path) as (_, loaded):
        loaded.actions = ["walk"]
    scene_rate = bpy.context.scene.render.fps
    motion = read_motion(bpy.context.object, loaded.actions[0], fps=scene_rate)
    assert found.latents[path, "walk"] == pytest.approx(engine.encode(motion), abs=1e-5)


def test_a_file_is_read_once_and_again_when_it_changes(bpy, shelves, engine, tmp_path) -> None:
    reader, known = ActionReader.of(bpy.context.object), Libraries()
    first = known.latents(engine, reader, shelves, Steps())
    for libraries in (known, Libraries()):  # in this session, and in the next one, by the disk
        steps = Steps()
        again = libraries.latents(engine, reader, shelves, steps)
        assert not steps.started and names(again) == ["kick", "walk"]
        assert all(np.array_equal(first.latents[key], again.latents[key]) for key in first.latents)
    os.utime(tmp_path / "library" / "walk.blend", (1, 1))
    steps = Steps()
    assert names(known.latents(engine, reader, shelves, steps)) == ["kick", "walk"]
    assert steps.started and "Reading kick.blend" not in steps


def test_a_damaged_cache_is_made_anew(bpy, shelves, engine, tmp_path) -> None:
    reader = ActionReader.of(bpy.context.object)
    Libraries().latents(engine, reader, shelves, Steps())
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(b"junk")
    assert names(Libraries().latents(engine, reader, shelves, Steps())) == ["kick", "walk"]


def test_the_file_that_is_open_is_left_out(bpy, shelves, engine, tmp_path) -> None:
    current = str(tmp_path / "library" / "walk.blend")
    found = Libraries().latents(engine, ActionReader.of(bpy.context.object), shelves._replace(current=current), Steps())
    assert names(found) == ["kick"]


def test_what_cannot_be_read_is_left_out_and_said(bpy, shelves, engine, tmp_path) -> None:
    damaged = tmp_path / "library" / "damaged.blend"
    damaged.write_bytes(b"BLENDER-v405RENDHjunk" * 100)
    both = (("gone", str(tmp_path / "nowhere")), *shelves.libraries)
    found = Libraries().latents(engine, ActionReader.of(bpy.context.object), shelves._replace(libraries=both), Steps())
    assert names(found) == ["kick", "walk"]
    assert found.said == [
        f'The asset library "gone" is not there ({tmp_path / "nowhere"}); see Preferences, File Paths.',
        f"{damaged} cannot be read and was left out.",
    ]


def test_a_file_that_ends_the_reading_blender_costs_that_file_only(bpy, shelves, engine, tmp_path) -> None:
    (tmp_path / "library" / "deadly.blend").write_bytes(b"BLENDER")
    script = tmp_path / "deadly.py"
    script.write_text(f"SCRIPT = {str(library.SCRIPT)!r}\n{DEADLY}")
    deadly = shelves._replace(command=(sys.executable, str(script)))
    found = Libraries().latents(engine, ActionReader.of(bpy.context.object), deadly, Steps())
    assert names(found) == ["kick", "walk"]
    assert found.said == [f"{tmp_path / 'library' / 'deadly.blend'} cannot be read and was left out."]


def test_a_blender_that_does_not_start_is_said(bpy, shelves, engine) -> None:
    broken = shelves._replace(command=(sys.executable, "-c", "import sys; sys.exit('no such module')"))
    with pytest.raises(UserError, match="did not start .no such module.; search without them"):
        Libraries().latents(engine, ActionReader.of(bpy.context.object), broken, Steps())


def test_cancelling_ends_the_other_blender(bpy, shelves, engine) -> None:
    steps = Steps()
    steps.stop_at = "Starting Blender"
    with pytest.raises(Cancelled):
        Libraries().latents(engine, ActionReader.of(bpy.context.object), shelves, steps)


def test_no_libraries_at_all(bpy, shelves, engine) -> None:
    steps = Steps()
    found = Libraries().latents(engine, ActionReader.of(bpy.context.object), shelves._replace(libraries=()), steps)
    assert found.latents == {} and not steps.started
