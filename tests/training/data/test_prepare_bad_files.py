"""`python -m training prepare` on files that are damaged or odd: they are named and the rest goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from tests.paths import ROOT
from tests.training.data import tiny
from tests.training.data.preparing import files_in, run
from training.data import prepare as module
from training.data import prepare_file
from training.data.clip_files.catalogue import SourceFile, source_files
from training.data.index import read_index
from training.data.prepare import main, prepare

# --- what cannot be prepared


def test_bad_files_are_named_and_the_rest_goes_on(tmp_path: Path, capfd):
    sources = tmp_path / "sources"
    good = tiny.bvh(tiny.moves(10))
    tiny.write(sources / "good.bvh", good)
    tiny.write(sources / "cut.bvh", good[:-300])
    tiny.write(sources / "lonely.amc", tiny.amc(tiny.moves(5, "lradius")))
    tiny.write(sources / "broken.gltf", "{")
    tiny.write(sources / "empty.humanoid3d.json", "")
    names = {joint: f"Bone{i}" for i, joint in enumerate(tiny.KAYKIT)}
    tiny.write(sources / "stranger.gltf", tiny.gltf({"Swing": tiny.moves(5)}, names))
    status = main(["--source", str(sources), "--out", str(tmp_path / "out"), "--workers", "1", "--no-pictures"])
    assert status == 1
    problems = json.loads((tmp_path / "out" / "report.json").read_text())["problems"]
    bad = ["broken.gltf", "cut.bvh", "empty.humanoid3d.json", "lonely.amc", "stranger.gltf"]
    assert [problem.split()[0].strip(":,") for problem in problems] == bad
    said = capfd.readouterr().err
    page = (tmp_path / "out" / "report.html").read_text()
    for name, problem in zip(bad, problems, strict=True):
        assert problem.endswith(".") and "\n" not in problem and problem in said and name in page
    assert "5 of the files or clips could not be prepared" in said and "Traceback" not in said
    assert [clip["clip"] for clip in read_index(tmp_path / "out")] == ["own/good"]
    # once it is put right only that is left to be done
    tiny.write(sources / "cut.bvh", good)
    for name in bad:
        if name != "cut.bvh":
            (sources / name).unlink()
    before = files_in(tmp_path / "out")["own/good.npz"]
    assert prepare(sources, tmp_path / "out", workers=1, pictures=False) == []
    assert files_in(tmp_path / "out")["own/good.npz"] == before
    assert len(read_index(tmp_path / "out")) == 2


def prepare_file_or_crash(file: SourceFile, job: module.Job) -> module.Record:
    """Kills the worker at one file, as Blender crashes at some files."""
    if "deadly" in file.stem:
        os.kill(os.getpid(), signal.SIGKILL)
    return module.prepare_file(file, job)


def test_files_at_which_blender_crashes_are_named_and_the_rest_goes_on(tmp_path: Path, monkeypatch):
    sources = tmp_path / "sources"
    text = tiny.humanoid3d(tiny.humanoid3d_frames(5))
    names = ("a", "b deadly", "c", "d deadly")
    for name in names:
        tiny.write(sources / f"{name}.humanoid3d.json", text)
    job = module.Job(tmp_path / "out", "recipe", None, False)
    monkeypatch.setattr(module, "prepare_file", prepare_file_or_crash)  # the workers import it from here
    done = {file.stem: record for file, record in module._run(job, source_files(sources), workers=2)}
    assert sorted(done) == sorted(names)
    for name, record in done.items():
        if "deadly" in name:
            (problem,) = record.problems
            assert problem == f"{name}.humanoid3d.json: Blender crashed while reading it; export it again."
        else:
            assert record.problems == [] and len(record.clips) == 1


def test_an_out_folder_that_cannot_be_written(tmp_path: Path):
    sources = tmp_path / "sources"
    tiny.write(sources / "a.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(5)))
    out = tiny.write(tmp_path / "file", "in the way")
    command = [sys.executable, "-m", "training", "prepare", "--no-pictures", "--workers", "1"]
    run = subprocess.run(
        [*command, "--source", sources, "--out", out], cwd=ROOT, capture_output=True, text=True, timeout=180
    )
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert run.stderr.strip().splitlines()[-1].startswith(f"Cannot write {out}")
    assert out.read_text() == "in the way"


def test_a_rig_of_ones_own(tmp_path: Path):
    names = {joint: f"my {bone}" for joint, bone in tiny.KAYKIT.items()}
    tiny.write(tmp_path / "sources" / "a.gltf", tiny.gltf({"Swing": tiny.moves(8)}, names))
    own = tiny.write(
        tmp_path / "own.json",
        json.dumps({"mine": {"sides": ["left", "right"]} | names}),
    )
    assert prepare(tmp_path / "sources", tmp_path / "out", workers=1, own_maps=own, pictures=False) == []
    (clip,) = read_index(tmp_path / "out")
    assert clip["errors"]["degrees"]["forearm"] < 1


# --- what the terminal shows


@pytest.mark.slow
def test_the_terminal_shows_our_own_lines_alone(tmp_path: Path) -> None:
    """With pictures, of which each makes Blender and the graphics driver print."""
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(sources / "a.bvh", tiny.bvh(tiny.moves(6)))
    tiny.write(sources / "b.gltf", tiny.gltf({"Swing": tiny.moves(5)}))
    command = [sys.executable, "-m", "training", "prepare", "--workers", "1", "--source", sources, "--out", out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=180, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr == f"{out / 'index.json'} and {out / 'report.html'} are written.\n"
    assert len(list((out / "sheets").rglob("*.png"))) == 2


GOOD_GLTF = tiny.gltf({"Swing": tiny.moves(5)})


def _with_nodes_in_a_circle() -> bytes:
    made = json.loads(GOOD_GLTF)
    made["nodes"][1]["children"] = [0]
    return json.dumps(made).encode()


BAD = {
    "nodes_in_a_circle.gltf": _with_nodes_in_a_circle(),
    "no_such_node.gltf": GOOD_GLTF.replace('"node": 1', '"node": 99').replace('"joints": [0', '"joints": [99').encode(),
    "nested.gltf": b'{"nodes":' + b"[" * 100_000,
    "numbers.humanoid3d.json": b'{"Frames": [[1e999, 2], {"a": 1}]}',
    "nested.humanoid3d.json": b"[" * 100_000,
    "empty.bvh": b"",
    "zeros.bvh": bytes(1000),
    "hierarchy.bvh": tiny.bvh(tiny.moves(5)).replace("CHANNELS 3", "CHANNELS 99999999999999999999").encode(),
    "cut.glb": b"glTF\x02\x00\x00\x00",
    "skeleton.amc": b"1\nroot 0 0 0 0 0 0\n",
    "skeleton.asf": b":units\n:root\n:bonedata\n:hierarchy\n",
}


def test_no_file_ends_a_run(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(sources / "a.bvh", tiny.bvh(tiny.moves(12)))
    tiny.write(sources / "zz.gltf", GOOD_GLTF)
    for name, data in BAD.items():
        (sources / name).write_bytes(data)
    done = run(sources, out)
    said = done.stderr.decode()
    assert done.returncode == 1 and "Traceback" not in said, said
    assert {clip["clip"] for clip in read_index(out)} == {"own/a", "own/Swing"}
    problems = json.loads((out / "report.json").read_text())["problems"]
    for name in set(BAD) - {"skeleton.asf"}:
        (problem,) = [each for each in problems if each.startswith(name)]
        assert problem.endswith(".") and "\n" not in problem and problem in said and str(tmp_path) not in problem


def _with_a_jaw(*animations: str) -> str:
    """Returns a person with an additional bone under the head; animations called Jaw move it, others an arm."""
    made = json.loads(tiny.gltf(dict.fromkeys(animations, tiny.moves(30))))
    head = next(node for node in made["nodes"] if node["name"] == "head")
    made["nodes"].append({"name": "jaw", "translation": [0, 0.05, 0.1]})
    head["children"] = [len(made["nodes"]) - 1]
    made["skins"][0]["joints"].append(len(made["nodes"]) - 1)
    del made["skins"][0]["inverseBindMatrices"]
    for animation in made["animations"]:
        if animation["name"].startswith("Jaw"):
            for channel in animation["channels"]:
                channel["target"]["node"] = len(made["nodes"]) - 1
    return json.dumps(made)


def test_an_animation_of_the_face_by_bones_is_left_out_and_said(tmp_path: Path):
    tiny.write(tmp_path / "sources" / "a.gltf", _with_a_jaw("Swing", "Jaw", "Jaw 2"))
    notes: list[str] = []
    assert prepare(tmp_path / "sources", tmp_path / "out", workers=1, pictures=False, notes=notes) == []
    assert [clip["clip"] for clip in read_index(tmp_path / "out")] == ["own/Swing"]
    assert notes == ["own/Jaw, own/Jaw 2: no joint of the person is animated in it, so it is left out."]
    assert not (tmp_path / "out" / "own" / "Jaw.npz").exists()


def test_a_pose_that_is_held_is_a_clip(tmp_path: Path):
    held = {"left_elbow": np.tile((0.0, 45.0, 0.0), (30, 1))}
    tiny.write(tmp_path / "sources" / "a.gltf", tiny.gltf({"Aim": held, "Swing": tiny.moves(5)}))
    assert prepare(tmp_path / "sources", tmp_path / "out", workers=1, pictures=False) == []
    assert [clip["clip"] for clip in read_index(tmp_path / "out")] == ["own/Aim", "own/Swing"]


def test_a_file_in_which_only_a_face_moves_is_named(tmp_path: Path):
    tiny.write(tmp_path / "sources" / "a.gltf", _with_a_jaw("Jaw"))
    tiny.write(tmp_path / "sources" / "b.bvh", tiny.bvh(tiny.moves(5)))
    (problem,) = prepare(tmp_path / "sources", tmp_path / "out", workers=1, pictures=False)
    assert problem == "a.gltf: no joint of a person is animated in it; export it with its animations."


@pytest.mark.parametrize(
    "error",
    [ValueError("wrong\nin two lines"), KeyError("bone"), MemoryError(), RecursionError("too deep"), OSError(5, "I/O"),
     UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), AssertionError()],
)  # fmt: skip
def test_whatever_goes_wrong_with_a_file_is_named(tmp_path: Path, error: Exception, monkeypatch):
    file = SourceFile(tiny.write(tmp_path / "a.bvh", tiny.bvh(tiny.moves(5))))
    job = module.Job(tmp_path / "out", "", None, False)

    def fail(*_):
        raise error

    for place in ("read_clips", "retarget", "measure", "matching_rig"):
        with monkeypatch.context() as patched:
            patched.setattr(prepare_file, place, fail)
            record = module.prepare_file(file, job)
        assert record.clips == [] and len(record.problems) == 1, place
        assert record.problems[0].startswith("a.bvh") and type(error).__name__ in record.problems[0]
        assert "\n" not in record.problems[0] and not list((tmp_path / "out").rglob("*.json"))
    assert module.prepare_file(file, job).problems == []


def test_animations_that_can_be_read_are_kept_beside_one_that_cannot(tmp_path: Path):
    bad = {"left_elbow": np.full((5, 3), np.nan)}
    tiny.write(tmp_path / "sources" / "a.gltf", tiny.gltf({"A": tiny.moves(5), "B": bad, "C": tiny.moves(8)}))
    (problem,) = prepare(tmp_path / "sources", tmp_path / "out", workers=1, pictures=False)
    assert problem.startswith("a.gltf holds numbers that are not finite in B")
    assert {clip["clip"] for clip in read_index(tmp_path / "out")} == {"own/A", "own/C"}
