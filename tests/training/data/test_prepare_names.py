"""`python -m training prepare`: names, links, rates of files, and a run that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.motion_files import amass
from tests.paths import ROOT
from tests.training.data import tiny
from tests.training.data.preparing import files_in, run
from training.data.index import read_index
from training.data.prepare import main, prepare


def contents(out: Path) -> dict[str, object]:
    """Returns everything that a run wrote, without its records."""
    motions = {}
    for path in sorted(out.rglob("*.npz")):
        if not path.name.startswith("."):
            with np.load(path) as data:
                motions[str(path.relative_to(out))] = {key: data[key].tolist() for key in data.files}
    return motions | {name: (out / name).read_text() for name in ("index.json", "report.json", "report.html")}


def test_of_two_clips_of_one_name_the_first_is_kept_and_the_other_named(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(sources / "walk.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(5)))
    tiny.write(sources / "walk.asf", tiny.asf())
    tiny.write(sources / "walk.amc", tiny.amc(tiny.moves(33, "lradius")))
    tiny.write(sources / "run.bvh", tiny.bvh(tiny.moves(12)))
    for workers in (1, 2, 1):
        (problem,) = prepare(sources, out, workers=workers, pictures=False)
        said = "another clip is called own/walk (walk.amc); rename one of them."
        assert problem == f"walk.humanoid3d.json, own/walk: {said}"
        assert {clip["clip"]: clip["format"] for clip in read_index(out)} == {"own/walk": "amc", "own/run": "bvh"}
        assert len(amass.load(out / "own" / "walk.npz")) == 9
    (sources / "walk.amc").rename(sources / "walk_2.amc")
    assert prepare(sources, out, workers=1, pictures=False) == []
    assert len(amass.load(out / "own" / "walk.npz")) == 5
    assert len(amass.load(out / "own" / "walk_2.npz")) == 9


def test_names_that_differ_in_capitals_only_are_one_name(tmp_path: Path):
    """Some file systems ignore case."""
    sources, out = tmp_path / "sources", tmp_path / "out"
    for name, frames in (("Walk.bvh", 20), ("walk.BVH", 10)):
        tiny.write(sources / name, tiny.bvh(tiny.moves(frames)))
    tiny.write(sources / "a.gltf", tiny.gltf({"Swing": tiny.moves(5), "swing": tiny.moves(8)}))
    problems = prepare(sources, out, workers=1, pictures=False)
    assert len(problems) == 2 and all("rename one" in problem for problem in problems)
    assert {clip["clip"]: clip["frames"] for clip in read_index(out)} == {"own/Walk": 20, "own/Swing": 5}
    for clip in read_index(out):
        assert len(amass.load(out / clip["file"])) == clip["frames"]


NAMES = {
    b"L\xe4ufer": "L%E4ufer",
    "歩く".encode("cp932"): "%95%E0%82%AD",
    "歩く".encode(): "歩く",
    "Läuft".encode(): "Läuft",
    "La\u0308chelt".encode(): "L\u00e4chelt",
    b"what? a*b:c|<d>": "what- a-b-c--d-",
    b"a" * 251: "a" * 191 + "-",
    b"\xe4" * 100: "%E4" * 63 + "%E-",
}


@pytest.mark.parametrize("ascii_only", [False, True])
def test_file_names_of_any_bytes(tmp_path: Path, ascii_only: bool):
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    for number, name in enumerate(NAMES):
        with open(os.fsencode(sources) + b"/" + name + b".humanoid3d.json"[: 255 - len(name)], "w") as handle:
            handle.write(tiny.humanoid3d(tiny.humanoid3d_frames(5 + number)))
    with open(os.fsencode(sources) + b"/" + b"a" * 251 + b".bvh", "w") as handle:
        handle.write(tiny.bvh(tiny.moves(5 + list(NAMES).index(b"a" * 251))))
    done = run(sources, out, **({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} if ascii_only else {}))
    assert done.returncode == 0, done.stderr
    made = {len(amass.load(out / entry["file"])): entry["clip"] for entry in read_index(out)}
    assert len(made) == len(NAMES)
    for number, name in enumerate(NAMES.values()):
        clip = made[5 + number].removeprefix("own/")
        if not ascii_only or name.isascii():
            assert clip.startswith(name) and len(clip.encode()) <= 200
        else:
            assert clip.isascii() and "%" in clip


def test_folders_whose_names_are_no_utf_8(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    folder = Path(os.fsdecode(os.fsencode(sources) + b"/T\xe4nze"))
    tiny.write(folder / "a.bvh", tiny.bvh(tiny.moves(5)))
    tiny.write(folder / "bad.bvh", "")
    done = run(sources, out)
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert [clip["clip"] for clip in read_index(out)] == ["T%E4nze/a"]


def test_a_link_to_a_clip_is_a_clip(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(tmp_path / "disk" / "a.bvh", tiny.bvh(tiny.moves(5)))
    sources.mkdir()
    (sources / "mine").symlink_to(tmp_path / "disk")
    for name in ("b.bvh", "c.BVH"):
        (sources / name).symlink_to(tmp_path / "disk" / "a.bvh")
    for _ in range(2):
        assert prepare(sources, out, workers=1, pictures=False) == []
        assert {clip["clip"] for clip in read_index(out)} == {"mine/a", "own/b", "own/c"}


# --- rates of AMC files


@pytest.mark.slow
def test_a_rate_that_is_taken_for_want_of_a_better_one_is_said(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(sources / "07.asf", tiny.asf())
    for number in range(5):
        tiny.write(sources / f"07_{number}.amc", tiny.amc(tiny.moves(60)))
    said = run(sources, out).stderr.decode()
    assert "own/07_0, own/07_1, own/07_2 and 2 more: no rate is given, so 120 frames a second are taken" in said
    assert "own/07_4: no rate is given" in (out / "report.html").read_text()
    assert {clip["frames"] for clip in read_index(out)} == {15}
    assert "no rate" in run(sources, out).stderr.decode(), "a run that has nothing left to do says it, too"
    done = run(sources, out, "--fps", "60")
    assert done.returncode == 0 and b"no rate" not in done.stderr
    assert {clip["frames"] for clip in read_index(out)} == {30}
    tiny.write(sources / "clips.csv", "file,fps\n07_1.amc,30\n")
    assert run(sources, out, "--fps", "60").returncode == 0
    assert [clip["frames"] for clip in read_index(out)] == [30, 60, 30, 30, 30]


@pytest.mark.parametrize("fps", ["0", "-30", "nan", "fast"])
def test_a_rate_that_is_none(tmp_path: Path, fps: str, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--source", str(tmp_path), f"--fps={fps}"])
    assert stopped.value.code == 2 and "--fps" in capsys.readouterr().err


# --- a run that is killed


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    for i in range(6):
        angles = {"left_elbow": np.linspace(0, 1 + i / 10, 700)}
        tiny.write(sources / f"{i}.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(700, angles)))
    command = [sys.executable, "-m", "training", "prepare", "--no-pictures", "--workers", "1"]
    run = subprocess.Popen(
        [*command, "--source", sources, "--out", out], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 180
    while not list(out.glob(".prepared/[!.]*.json")) and time.monotonic() < deadline:
        time.sleep(0.005)
    run.kill()
    run.wait()
    gone = time.monotonic() + 30
    while _members(run.pid) and time.monotonic() < gone:
        time.sleep(0.05)
    left = _members(run.pid)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left, "the worker ends with the run"
    assert not (out / "index.json").exists()
    done = {name: when for name, when in files_in(out).items() if name.startswith(".prepared/") and "/." not in name}
    assert 1 <= len(done) < 6
    assert prepare(sources, out, workers=1, pictures=False) == []
    after = files_in(out)
    assert all(after[name] == when for name, when in done.items())
    assert prepare(sources, tmp_path / "at once", workers=2, pictures=False) == []
    assert contents(out) == contents(tmp_path / "at once")


def _members(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(of) == session and state not in "ZX":
            found.append(int(stat.parent.name))
    return found
