"""`python -m training prepare`, end to end: from small files of every format to motions, index, report and pictures."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import heading
from motionclip_blender.core.motion_files import amass
from tests.paths import ROOT, SHARED
from tests.training.data import tiny
from training.data import prepare as module
from training.data.clip_files.catalogue import SourceFile, source_files
from training.data.index import read_index
from training.data.prepare import main, prepare
from training.data.report import summary

MOTIONS = SHARED / "motions"


def write_sources(folder: Path) -> Path:
    """Five clips in four formats."""
    tiny.write(folder / "mine" / "bend.bvh", tiny.bvh(tiny.moves(40, "left_knee", axis=0)))
    tiny.write(folder / "mine" / "reach.amc", tiny.amc(tiny.moves(80, "lhumerus", axis=2)))
    tiny.write(folder / "mine" / "reach.asf", tiny.asf())
    crouch = {f"{side}_knee": -np.linspace(0, 1, 30) for side in ("left", "right")}
    tiny.write(folder / "crouch.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(30, crouch)))
    animations = {"Swing": tiny.moves(31), "Nod": tiny.moves(21, "head", axis=0), "T-Pose": tiny.moves(2)}
    tiny.write(folder / "cc0" / "kaykit" / "all.gltf", tiny.gltf(animations))
    shutil.move(folder / "cc0" / "kaykit" / "all.gltf", folder / "cc0" / "kaykit" / "all.glb")  # Blender reads either
    return folder


def files_in(out: Path) -> dict[str, int]:
    """Every file below a folder with its time."""
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def contents(out: Path) -> dict[str, object]:
    """Returns everything that a run wrote, without its records."""
    motions = {}
    for path in sorted(out.rglob("*.npz")):
        if not path.name.startswith("."):
            with np.load(path) as data:
                motions[str(path.relative_to(out))] = {key: data[key].tolist() for key in data.files}
    return motions | {name: (out / name).read_text() for name in ("index.json", "report.json", "report.html")}


# --- one run, looked at from all sides


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> tuple[Path, Path]:
    """(sources, out) of a run of two processes, with pictures."""
    folder = tmp_path_factory.mktemp("prepare")
    sources, out = write_sources(folder / "sources"), folder / "out"
    assert main(["--source", str(sources), "--out", str(out), "--workers", "2"]) == 0
    return sources, out


CLIPS = {"own/crouch": 30, "kaykit/Swing": 31, "kaykit/Nod": 21, "mine/bend": 40, "mine/reach": 20}


def test_every_clip_becomes_a_motion(prepared):
    _, out = prepared
    for clip, frames in CLIPS.items():
        motion = amass.load(out / f"{clip}.npz")
        assert motion.fps == 30 and len(motion) == frames, clip
        assert abs(heading(motion.rotations[0, 0])) < 1e-3
    assert {str(path.relative_to(out)) for path in out.rglob("*.npz")} == {f"{clip}.npz" for clip in CLIPS}


def test_the_index_names_every_clip(prepared):
    _, out = prepared
    clips = {clip["clip"]: clip for clip in read_index(out)}
    assert set(clips) == set(CLIPS)
    swing, reach = clips["kaykit/Swing"], clips["mine/reach"]
    assert swing["source"] == "kaykit" and swing["licence"] == "CC0-1.0" and "Kay Lousberg" in swing["credit"]
    assert reach["source"] == "mine" and reach["licence"] == "unknown" and reach["format"] == "amc"
    assert reach["frames"] == 20 and reach["seconds"] == pytest.approx(19 / 30, abs=1e-3) and reach["fps"] == 30
    for clip in clips.values():
        assert (out / clip["file"]).is_file() and clip["split"] in ("train", "test")
        assert max(clip["errors"]["degrees"].values()) < 3, clip["clip"]
        assert clip["errors"]["penetration"] < 0.01


def test_the_report_shows_every_clip(prepared):
    _, out = prepared
    page, figures = (out / "report.html").read_text(), json.loads((out / "report.json").read_text())
    assert "Every clip could be read." in page and figures["problems"] == []
    assert set(figures["sources"]) == {"kaykit (glb)", "mine (amc)", "mine (bvh)", "own (json)"}
    for clip in CLIPS:
        picture = out / "sheets" / f"{clip}.png"
        assert picture.stat().st_size > 2000 and f'src="sheets/{clip}.png"' in page


def test_a_second_run_does_nothing(prepared):
    sources, out = prepared
    before = files_in(out)
    assert prepare(sources, out, workers=2) == []
    after = files_in(out)
    assert set(before) == set(after)
    written_anew = {name for name in before if before[name] != after[name]}
    assert written_anew <= {"index.json", "report.json", "report.html"}


def test_only_what_is_asked_for(prepared, tmp_path: Path):
    sources, _ = prepared
    assert prepare(sources, tmp_path / "out", only="mine", workers=1, pictures=False) == []
    assert {clip["clip"] for clip in read_index(tmp_path / "out")} == {"mine/bend", "mine/reach"}
    assert not (tmp_path / "out" / "sheets").exists()
    assert "<img" not in (tmp_path / "out" / "report.html").read_text()
    with pytest.raises(UserError, match=r"^No clip under .* has 'dances' in its path"):
        prepare(sources, tmp_path / "out", only="dances")


def test_a_file_that_changed_is_made_anew_and_no_other(prepared, tmp_path: Path):
    sources, out = (shutil.copytree(folder, tmp_path / folder.name) for folder in prepared)
    # times say when a file was changed; the copies have those of the originals
    assert prepare(sources, out, workers=1, pictures=False) == []
    before = files_in(out)
    tiny.write(sources / "mine" / "bend.bvh", tiny.bvh(tiny.moves(25, "left_knee", axis=0)))
    (out / "own" / "crouch.npz").unlink()
    assert prepare(sources, out, workers=1, pictures=False) == []
    after = files_in(out)
    changed = {name for name in after if before.get(name) != after[name] and name.endswith(".npz")}
    assert changed == {"mine/bend.npz", "own/crouch.npz"}
    assert len(amass.load(out / "mine" / "bend.npz")) == 25


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


@pytest.mark.parametrize("text", [None, "{", json.dumps({"mine": {"sides": ["L", "R"], "tail": "Tail"}})])
def test_rig_maps_that_are_broken_are_said_at_once(tmp_path: Path, text: str | None):
    tiny.write(tmp_path / "sources" / "a.bvh", "")
    own = tmp_path / "own.json" if text is None else tiny.write(tmp_path / "own.json", text)
    with pytest.raises(UserError, match=r"own\.json"):
        prepare(tmp_path / "sources", tmp_path / "out", own_maps=own)
    assert not (tmp_path / "out").exists()


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


# --- what the terminal shows


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


# --- one file does not end a run


def run(sources: Path, out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "training", "prepare", "--no-pictures", "--workers", "1"]
    return subprocess.run(
        [*command, "--source", sources, "--out", out, *options], cwd=ROOT, capture_output=True, timeout=180,
        env=os.environ | environment,
    )  # fmt: skip


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
            patched.setattr(module, place, fail)
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


def test_a_rate_that_is_taken_for_want_of_a_better_one_is_said(tmp_path: Path):
    sources, out = tmp_path / "sources", tmp_path / "out"
    tiny.write(sources / "07.asf", tiny.asf())
    for number in range(5):
        tiny.write(sources / f"07_{number}.amc", tiny.amc(tiny.moves(60)))
    said = run(sources, out).stderr.decode()
    assert "own/07_0, own/07_1, own/07_2 and 2 more: no rate is given; 120 frames a second are taken" in said
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


# --- real motions


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> list[dict]:
    """Prepares the captioned collections, without the folder `more`, which holds rigs without a map."""
    chosen, out = tmp_path_factory.mktemp("chosen"), tmp_path_factory.mktemp("real")
    for path in MOTIONS.iterdir():
        if path.name != "more":
            (chosen / path.name).symlink_to(path)
    assert prepare(chosen, out, pictures=False) == []
    return read_index(out)


needs_motions = pytest.mark.skipif(not MOTIONS.is_dir(), reason="the motion clips are not beside the repository")


@pytest.mark.slow
@needs_motions
def test_every_real_clip_is_prepared_and_keeps_within_the_limits(real: list[dict]):
    assert len(real) >= 440
    for group, figures in summary(real).items():
        assert figures["degrees"] < (3 if group.startswith("cmu") else 6), group
        assert figures["penetration_cm"] < 1, group
        assert figures["sliding_cm_s"] <= 1.3 * figures["source_sliding_cm_s"] + 0.1, group  # some sources stand still
    floating = {c["clip"]: c["errors"]["float"] for c in real if (c["errors"]["float"] or 0) > 0.03}
    assert floating == {}
    for clip in real:
        assert clip["frames"] >= 2 and all(math.isfinite(angle) for angle in clip["errors"]["degrees"].values())


@pytest.mark.slow
@needs_motions
def test_real_rates_are_those_of_the_table_and_added_rest_frames_are_dropped(real: list[dict]):
    clips = {clip["clip"]: clip for clip in real}
    assert clips["cmu/60_10"]["frames"] == pytest.approx(19.97 * 30, abs=3)  # at 60 fps; its header says 120
    assert {clip["format"] for clip in real if clip["source"] == "cmu"} == {"amc", "bvh", "json"}


def test_one_limb_that_is_wrong_is_enough_to_refuse(tmp_path: Path):
    limbs = dict.fromkeys(("upper_arm", "forearm", "thigh", "shin", "hips", "shoulders", "spine", "head"), 2.0)
    module._check(module.Errors(limbs | {"hips": 25.0}, 0.0, 0.0, 0.0, 0.0))
    with pytest.raises(UserError, match="most of all the forearm, by 60"):
        module._check(module.Errors(limbs | {"forearm": 60.0}, 0.0, 0.0, 0.0, 0.0))


@pytest.mark.skipif(sys.platform != "linux", reason="capitals tell files apart")
def test_of_two_clips_of_one_name_in_other_capitals_one_file_is_left(tmp_path: Path):
    for number, name in enumerate(("Walk", "walk")):
        tiny.write(tmp_path / "in" / f"{name}.bvh", tiny.bvh(tiny.moves(20 + number, "left_knee", axis=0)))
    problems = prepare(tmp_path / "in", tmp_path / "out", workers=1, pictures=False)
    assert len(problems) == 1
    (entry,) = read_index(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "own").glob("*.npz")] == [Path(entry["file"]).name]
