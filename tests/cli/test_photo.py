"""The film of a photo on the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2")
pytest.importorskip("mediapipe")

from motionclip_blender.cli.photo_request import parse_photo
from motionclip_blender.core.errors import UserError
from tests.cli.command import command, names, needs_blender, needs_model, run
from tests.paths import ROOT

WRONG = {
    "no photo": (["--photo", "none.jpg", "waves"], "There is no file none.jpg"),
    "nothing to do": (["--photo", "a.png"], "Say what the person does"),
    "two things to do": (["--photo", "a.png", "waves", "--timeline", "t.txt"], "one can be done at a time"),
    "person 0": (["--photo", "a.png", "waves", "--person", "0"], "no person 0"),
    "not a film": (["--photo", "a.png", "waves", "--video", "x.avi"], "end its name in .mp4"),
    "not a scene": (["--photo", "a.png", "waves", "--blend", "x.png"], "end its name in .blend"),
    "three of a blend": (["--photo", "a.png", "--blend", "a", "b", "c"], "--blend names one .blend file"),
    "in place of the photo": (["--photo", "a.png", "waves", "--sheet", "./a.png"], "replace a.png, which is read"),
    "a place that is none": (["--photo", "a.png", "waves", "--video", "a.png/x.mp4"], "choose another place"),
    "no motion file": (["--photo", "a.png", "--motion", "none.npz"], "There is no file none.npz"),
    "a motion of another kind": (["--photo", "a.png", "--motion", "a.png"], "neither .npz nor .blend"),
    "a factor of no blend": (["--photo", "a.png", "waves", "--factor", "0.3"], "--factor goes with --blend A B only"),
    "a guess of an expression": (["--photo", "a.png", "--expression", '"a"', "--guess"], "--guess goes with a prompt"),
    "a factor of a travel": (
        ["--photo", "a.png", "--blend", "a", "b", "--travel", "--factor", "1"],
        "a blend takes one",
    ),
    "a blend that is none": (["--photo", "a.png", "waves", "--factor", "0"], "--factor goes with --blend A B only"),
    "steps of no prompt": (["--photo", "a.png", "--mask", "a", "b", "--no-plan"], "--no-plan goes with a prompt only"),
    "steps of a straight prompt": (["--photo", "a.png", "waves", "--plan", "--straight"], "leave out --plan"),
    "a guess without steps": (["--photo", "a.png", "waves", "--no-plan", "--guess"], "leave out --no-plan"),
    "too long": (["--photo", "a.png", "waves", "--frames", "99999"], "2 to 3,600 frames"),
    "an unknown option": (["--photo", "a.png", "waves", "--fast"], "--fast"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder with a picture of nobody."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((120, 160, 3), 170, np.uint8))
    (tmp_path / "t.txt").write_text("walks\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_done_is_refused_first(folder: Path, arguments, sentence):
    before = names(folder)
    with pytest.raises(UserError) as caught:
        parse_photo(arguments)
    assert sentence in str(caught.value) and names(folder) == before


@pytest.mark.parametrize(
    "option",
    ["--plan", "--no-plan", "--guess", "--take=1=runs", "--factor=7", "--factor=0", "--travel", "--spherical",
     "--loop", "--in-place", "--straight", "--reading=first", "--reading=nonsense"],
)  # fmt: skip
def test_a_motion_that_is_there_is_made_no_otherwise(folder: Path, option):
    (folder / "walk.npz").write_bytes(b"")
    with pytest.raises(UserError) as caught:
        parse_photo(["--photo", "a.png", "--motion", "walk.npz", option])
    assert str(caught.value) == f"{option.split('=')[0]} has no meaning with --motion; leave it out."


@pytest.mark.parametrize("frames", [-5, 0, 1, 3601])
def test_the_length_of_a_motion_that_is_there_is_checked(folder: Path, frames):
    (folder / "walk.npz").write_bytes(b"")
    with pytest.raises(UserError, match="2 to 3,600 frames"):
        parse_photo(["--photo", "a.png", "--motion", "walk.npz", "--frames", str(frames)])
    assert parse_photo(["--photo", "a.png", "--motion", "walk.npz", "--frames", "2"]).frames == 2


def test_photos_and_the_prompt_behind_them(folder: Path):
    (folder / "b.JPG").write_bytes(b"")
    asked = parse_photo(["--photo", "a.png", "b.JPG", "a person waves", "--video", "x.mp4", "--blend", "x.blend"])
    assert asked.photos == (Path("a.png"), Path("b.JPG")) and asked.recipe.title == "a person waves"
    assert asked.outputs == {"video": Path("x.mp4"), "out": Path("x.blend")} and asked.natural
    assert parse_photo(["waves", "--photo", "a.png"]).outputs == {"video": Path("waves.mp4")}
    assert parse_photo(["--photo", "a.png", "waves", "--no-follow"]).follow is False


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["--expression", '"walk" + 0.5 * {sad}'], "sum"), (["--blend", "walk", "run"], "blend"),
        (["--blend", "walk", "run", "--travel"], "travel"), (["--mask", "wave", "walk"], "mask"),
        (["--timeline", "t.txt"], "timeline"), (["waves", "--no-plan"], "sum"),
    ],
)  # fmt: skip
def test_whatever_makes_motions_serves(folder: Path, arguments, kind):
    asked = parse_photo(["--photo", "a.png", *arguments, "--frames", "40"])
    assert asked.recipe.content.kind == kind and asked.frames == 40 and not asked.natural


@needs_model
@needs_blender
def test_a_photo_of_nobody_is_one_sentence_and_no_file(folder: Path):
    before = names(folder)
    done = run(folder, "--photo", "a.png", "waves", "--video", "x.mp4")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("No person is seen in the photo;") and done.stderr.count("\n") == 1
    assert names(folder) == before


def test_help_is_there_at_once(tmp_path: Path):
    done = run(tmp_path, "--photo", "--help")
    assert done.returncode == 0 and "--follow" in done.stdout


# --- whole films


@pytest.fixture(scope="module")
def photo(tmp_path_factory, open_body) -> Path:
    """A photo of a person, drawn with an anti-aliased edge."""
    from tests.photo.staged import staged

    path = tmp_path_factory.mktemp("photo") / "ann.png"
    large = staged(open_body, 960, 720, seed=3, distance=4.5).picture
    cv2.imwrite(str(path), cv2.resize(large, (480, 360), interpolation=cv2.INTER_AREA)[..., ::-1])
    return path


@pytest.mark.slow
@needs_model
@needs_blender
def test_a_photo_and_a_prompt_become_a_film(tmp_path: Path, photo: Path):
    outputs = ("--video", "new/x.mp4", "--blend", "new/x.blend", "--sheet", "new/x.png", "--npz", "new/x.npz")
    done = run(tmp_path, "--photo", photo, "waving", "--frames", 24, *outputs, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["frames"] == 24 and report["fit"] > 0.85
    assert set(report["wrote"]) == {"video", "out", "sheet", "npz"}
    assert {"read", "see", "fit", "dress", "background", "act", "scene", "video", "total"} <= report["seconds"].keys()
    assert names(tmp_path) == {"new", "new/x.mp4", "new/x.blend", "new/x.png", "new/x.npz"}
    film, frames = cv2.VideoCapture(str(tmp_path / "new" / "x.mp4")), []
    while (got := film.read())[0]:
        frames.append(got[1].astype(int))
    picture = cv2.imread(str(photo)).astype(int)
    assert len(frames) == 24 and frames[0].shape == picture.shape
    corner = np.array(frames)[:, :60, :60]
    changed = np.abs(np.diff(corner, axis=0))  # the codec may improve a block once; the rendered frames are the same
    assert changed.mean() < 0.005 and changed.max() <= 3 and np.abs(corner[0] - picture[:60, :60]).mean() < 3
    assert np.abs(frames[0] - picture).mean() < 6
    # the scene that stays can be animated again
    import bpy

    from motionclip_blender.rig.photo.note import photo_scene

    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new" / "x.blend"))
    there = photo_scene(bpy.context.scene)
    assert there.photos == (str(photo),) and there.armature.animation_data.action.name == "waving"


@pytest.mark.slow
@needs_model
@needs_blender
def test_a_motion_of_a_file_and_a_camera_that_stays(tmp_path: Path, photo: Path, open_body):
    from motionclip_blender.core.motion_files import amass
    from tests.photo.test_acting import walking

    amass.save(walking(open_body, 0.5, 24), tmp_path / "walk.npz")
    done = run(tmp_path, "--photo", photo, "--motion", "walk.npz", "--no-follow", "--npz", "out.npz", "--json")
    assert done.returncode == 0, done.stderr
    assert len(amass.load(tmp_path / "out.npz")) == json.loads(done.stdout)["frames"] == 30


@pytest.mark.slow
@needs_model
@needs_blender
def test_ctrl_c_leaves_no_part_of_a_file(tmp_path: Path, photo: Path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    asked = command("--photo", photo, "waving", "--frames", 200, "--video", "x.mp4")
    process = subprocess.Popen(asked, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 280
    while not any(path.suffix == ".mp4" for path in tmp_path.iterdir()):  # hidden, while it is filmed
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and said.endswith("Stopped.\n") and names(tmp_path) == set()
