"""Variations on the command line: `--variations N --seed S`, of one prompt and of a file of prompts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.motion_files import amass
from tests.cli.command import names, needs_blender, needs_model, run

pytestmark = needs_model


def rotations(path: Path) -> np.ndarray:
    return amass.load(path).rotations


def test_variations_are_numbered_files_the_first_of_which_is_the_prompts_own(tmp_path: Path) -> None:
    done = run(tmp_path, "jumps", "--variations", 3, "--npz", "x.npz", "--frames", 40, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["seeds"] == [0, 1, 2] and told["wrote"]["npz"] == ["x-1.npz", "x-2.npz", "x-3.npz"]
    assert run(tmp_path, "jumps", "--npz", "own.npz", "--frames", 40).returncode == 0
    assert run(tmp_path, "jumps", "--npz", "third.npz", "--frames", 40, "--seed", 2).returncode == 0
    own, third = rotations(tmp_path / "own.npz"), rotations(tmp_path / "third.npz")
    assert np.array_equal(own, rotations(tmp_path / "x-1.npz"))
    assert np.array_equal(third, rotations(tmp_path / "x-3.npz")) and not np.array_equal(own, third)
    # in steps, and from another number on
    plan = run(tmp_path, "walks, then jumps twice", "--plan", "--variations", 2, "--seed", 4, "--npz", "p.npz")
    assert plan.returncode == 0 and len(rotations(tmp_path / "p-1.npz")) == len(rotations(tmp_path / "p-2.npz"))
    assert not np.array_equal(rotations(tmp_path / "p-1.npz"), rotations(tmp_path / "p-2.npz"))


def test_every_line_of_a_file_has_its_variations(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("jumps\n\na person walks\n")
    done = run(tmp_path, "--prompts", "p.txt", "--variations", 2, "--seed", 1, "--npz", "--out", "d", "--frames", 30)
    assert done.returncode == 0, done.stderr
    found = {f"000{number}_{name}-{i}.npz" for number, name in ((1, "jumps"), (3, "a_person_walks")) for i in (1, 2)}
    assert names(tmp_path / "d") == found
    assert run(tmp_path, "jumps", "--no-plan", "--seed", 2, "--npz", "second.npz", "--frames", 30).returncode == 0
    same = rotations(tmp_path / "second.npz"), rotations(tmp_path / "d" / "0001_jumps-2.npz")
    assert np.allclose(*same, atol=1e-5)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--variations", 1], "2 to 8"),
        (["--variations", 0], "2 to 8"),
        (["--variations", 1000], "2 to 8"),
        (["--seed", -1], "0 to 4,294,967,295"),
        (["--seed", 10**30], "0 to 4,294,967,295"),
        (["--seed", 1.5], "no whole number"),
        (["--straight", "--seed", 1], "prompt alone"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, asked: list, sentence: str) -> None:
    done = run(tmp_path, "jumps", *asked, "--npz", "x.npz")
    assert done.returncode == 2 and sentence in done.stderr and names(tmp_path) == set()
    (tmp_path / "p.txt").write_text("jumps\n")
    done = run(tmp_path, "--prompts", "p.txt", *asked, "--out", "d")
    assert done.returncode == 2 and sentence in done.stderr and names(tmp_path) == {"p.txt"}


def test_only_prompts_have_variations(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("start,end\nwalk,run\n")
    for asked in (["--expression", '"walk" + "run"'], ["--blend", "walk", "run"]):
        done = run(tmp_path, *asked, "--seed", 1, "--npz", "x.npz")
        assert done.returncode == 2 and "prompt only" in done.stderr
    done = run(tmp_path, "--interpolations", "e.csv", "--variations", 2, "--out", "d")
    assert done.returncode == 2 and "--prompts only" in done.stderr


@needs_blender
def test_a_blend_file_holds_all_variations(tmp_path: Path) -> None:
    import bpy

    from motionclip_blender.rig.action_metadata import recipe_of

    done = run(tmp_path, "jumps", "--variations", 2, "--out", "x.blend", "--frames", 20)
    assert done.returncode == 0, done.stderr
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "x.blend"))
    found = {action.name: recipe_of(action) for action in bpy.data.actions}
    made = {name: recipe.content.seed for name, recipe in found.items() if recipe is not None}
    assert made == {"jumps 0": 0, "jumps 1": 1}
