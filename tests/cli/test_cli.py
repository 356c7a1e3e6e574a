"""The command line, run as its users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.motion_files import amass
from tests.cli.command import command, names, needs_blender, needs_model, run
from tests.paths import ROOT

# --- what is refused, before anything heavy is loaded

WRONG = {
    "nothing": ([], "Say what to make"),
    "empty": (["", "--npz", "x.npz"], "empty"),
    "no words": (["?!", "--npz", "x.npz"], "no words"),
    "too long": (["walk " * 500, "--npz", "x.npz"], "shorten"),
    "frames below": (["walk", "--frames", "1"], "2 to 3,600 frames"),
    "frames above": (["walk", "--frames", "3601"], "2 to 3,600 frames"),
    "frames no number": (["walk", "--frames", "many"], "no whole number"),
    "unknown option": (["walk", "--fast"], "--fast"),
    "an unknown option's hint": (["--fast", "walk"], "Unrecognized arguments: --fast; --help says"),
    "two prompts": (["walk", "run"], "needs quotes"),
    "a minus first": (["--expression", '-"walk"'], """joined to its option: --expression='-"walk"'."""),
    "a minus before a word": (["--image", "-x.png"], "joined to its option: --image='-x.png'."),
    "a minus first in a blend": (
        ["--blend", "walk", '-"run"'],
        """put a space before a minus that a text begins with: ' -"run"'.""",
    ),
    "a minus first in a prompt": (['-"walk"'], """is an expression: --expression='-"walk"'."""),
    "no argument at all": (["--expression", "--json"], "expected one argument; --help says"),
    "wrong suffix": (["walk", "--video", "x.blend"], "end its name in .mp4"),
    "no suffix": (["walk", "--out", "x"], "end its name in .blend"),
    "a folder": (["walk", "--npz", "folder.npz"], "choose another place"),
    "below a file": (["walk", "--npz", "file/x.npz"], "choose another place"),
    "no such body": (["walk", "--npz", "x.npz", "--body", "none.npz"], "no body file none.npz"),
    "no body": (["walk", "--npz", "x.npz", "--body", "file"], "not an SMPL-X .npz file"),
    "the root as a motion file": (["walk", "--npz", "/"], "end its name in .npz"),
    "the root as a latent": (["--blend", "walk", "run", "--latent", "/"], "end its name in .npz"),
    "nothing as a file": (["walk", "--npz", ""], "end its name in .npz"),
    "a name too long": (["walk", "--npz", "x" * 300 + ".npz"], "File name too long"),
    "a numbered name too long": (["--blend", "walk", "run", "--npz", "x" * 251 + ".npz"], "File name too long"),
    "a folder's name too long": (["walk", "--npz", "x" * 300 + "/x.npz"], "File name too long"),
    "a body's name too long": (["walk", "--npz", "x.npz", "--body", "x" * 300], "no body file"),
    "a pack's name too long": (["walk", "--npz", "x.npz", "--pack", "x" * 300], "not a model pack"),
    "two outputs in one file": (
        ["walk", "--npz", "x.npz", "--latent", "new/../x.npz"],
        "--npz and --latent would both",
    ),
    "an output in a body's place": (
        ["walk", "--npz", "body.npz", "--body", "./body.npz"],
        "replace body.npz, which is",
    ),
    "no such CLIP": (["walk", "--npz", "x.npz", "--clip", "none.pt"], "no file none.pt"),
    "an output in CLIP's place": (["walk", "--npz", "file.npz", "--clip", "./file.npz"], "replace file.npz, which"),
    "a CLIP that the pack has no use for": (["walk", "--npz", "x.npz", "--clip", "file"], "leave out --clip"),
    "no such timeline": (["--timeline", "none.txt", "--npz", "x.npz"], "none.txt cannot be read"),
    "a timeline of nothing": (["--timeline", "body.npz/none", "--npz", "x.npz"], "cannot be read"),
    "a timeline and a prompt": (["walk", "--timeline", "file"], "Of a prompt and --timeline one"),
    "a timeline to be read": (["--timeline", "file", "--plan"], "--plan goes with a prompt only"),
    "a timeline's latent": (["--timeline", "timeline.txt", "--latent", "x.npz"], "made with --timeline has no latent"),
    "an output in a timeline's place": (
        ["--timeline", "timeline.npz", "--npz", "./timeline.npz"],
        "replace timeline.npz, which",
    ),
    "a timeline of what is unknown": (
        ["--timeline", "timeline.txt", "--npz", "x.npz"],
        "Segment 2: Nothing known is like",
    ),
    "a timeline of a missing file": (
        ["--timeline", "actions.json", "--npz", "x.npz"],
        "Segment 1: There is no file none.npz",
    ),
    "a guess without a plan": (["walk", "--guess", "--no-plan", "--npz", "x.npz"], "leave out --no-plan"),
    "a guess of a latent": (["walk", "--guess", "--latent", "x.npz"], "leave out --latent"),
    "a plan taken straight": (["walk", "--plan", "--straight", "--npz", "x.npz"], "not both"),
    "a plan of no prompt": (["--blend", "walk", "run", "--plan"], "--plan goes with a prompt only"),
    "a guess to recognise": (["--recognise", "x.npz", "--guess"], "--guess goes with a prompt only"),
    "a wording without a plan": (["walk", "--take", "1=run", "--straight", "--npz", "x.npz"], "leave out --straight"),
    "a wording of no step": (["walk", "--plan", "--take", "run", "--npz", "x.npz"], "such as 2=walks backward"),
    "a step 0": (["walk", "--plan", "--take", "0=run", "--npz", "x.npz"], "there is no step 0"),
    "a step too many": (["walk", "--plan", "--take", "2=walks", "--npz", "x.npz"], "the last step of this prompt is 1"),
    "a wording that the pack has not": (
        ["walk", "--plan", "--take", "1=polka", "--npz", "x.npz"],
        '"polka", which is no wording of this pack; nearest: ',
    ),
    "a plan's latent": (["walk", "--plan", "--latent", "x.npz"], "made with --plan has no latent"),
    "a plan without words": (["?!", "--plan", "--npz", "x.npz"], "no words"),
    "a plan in another language": (["er geht und dann winkt er mit der Hand", "--plan", "--npz", "x.npz"], "English"),
    "a plan of what is unknown": (["plays the cello", "--plan", "--npz", "x.npz"], "Nothing known is like"),
    "a shape that is none": (["walk", "--npz", "x.npz", "--betas", "tall"], "A beta is a number"),
    "a shape that the body has not": (
        ["walk", "--npz", "x.npz", "--betas", "girth=1"],
        "no beta 'girth'; it has height",
    ),
    "a shape to recognise": (["--recognise", "x.npz", "--betas", "1"], "--betas has no meaning with --recognise"),
    "no pack": (["walk", "--npz", "x.npz", "--pack", "folder.npz"], "not a model pack"),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_no_file(tmp_path: Path, arguments, sentence):
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "body.npz").write_text("")
    for name in ("timeline.txt", "timeline.npz"):
        (tmp_path / name).write_text("walks\nplays the cello\n")
    (tmp_path / "actions.json").write_text('[{"action": "none.npz"}]')
    before = names(tmp_path)
    done = run(tmp_path, *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert sentence in done.stderr and done.stderr.count("\n") == 1 and done.stderr.endswith(".\n")
    assert names(tmp_path) == before


def test_help_is_there_at_once(tmp_path: Path):
    start = time.perf_counter()
    done = run(tmp_path, "--help")
    assert done.returncode == 0 and "--video" in done.stdout
    assert time.perf_counter() - start < 1.5  # torch alone takes longer


# --- what is made


@needs_model
@needs_blender
def test_a_prompt_becomes_a_motion_file_and_a_blend_file(tmp_path: Path):
    prompt = 'a person\'s "walk" costs $5; naïve & 100 %'
    asked = (prompt, "--no-plan", "--frames", 24)
    done = run(tmp_path, *asked, "--npz", "new/m.npz", "--out", "new/m.blend", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)  # nothing else on it
    assert done.stderr == ""
    assert report["prompt"] == prompt and report["frames"] == 24 and report["fps"] == 30
    assert report["wrote"] == {"out": "new/m.blend", "npz": "new/m.npz"}
    stages = ["load", "text", "decode", "npz", "blender", "body", "keys", "save"]
    assert list(report["seconds"]) == [*stages, "total"]
    assert sum(report["seconds"][stage] for stage in stages) == pytest.approx(report["seconds"]["total"], abs=1e-3)
    assert names(tmp_path) == {"new", "new/m.npz", "new/m.blend"}

    motion = amass.load(tmp_path / "new/m.npz")
    assert len(motion) == 24 and motion.fps == 30
    check_blend_file(tmp_path / "new/m.blend", prompt, motion)


@needs_model
def test_a_prompt_that_is_cut_is_told(tmp_path: Path):
    done = run(tmp_path, "walk " * 80, "--no-plan", "--frames", 20, "--npz", "m.npz", "--json", "--download")
    assert done.returncode == 0, done.stderr
    (note,) = json.loads(done.stdout)["notes"]
    assert "its last 5 tokens are not read" in note and done.stderr == note + "\n"
    found = run(tmp_path, "--search", "walk " * 80, "m.npz")
    assert found.returncode == 0 and found.stderr == note + "\n"


@needs_model
def test_a_prompt_whose_steps_are_read(tmp_path: Path):
    asked = ("walks, then turns rihgt 90 degrees and waves", "--plan", "--frames", 150)
    done = run(tmp_path, *asked, "--npz", "m.npz", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["notes"] == ['Read "rihgt" as "right".'] and "turns right by 90 degrees" in report["understood"]
    assert report["understood"][0].startswith('1. "walks" → ')
    told = [line.strip() for line in done.stderr.splitlines()]
    spans = [line for line in told if line.startswith("frames ")]  # and what else each step may be
    assert [line for line in told if line not in spans] == [*report["understood"], *report["notes"]]
    assert len(spans) == len(report["steps"]) == 3 and spans[0].startswith("frames 1 to ")
    assert report["steps"][-1]["last"] == 149
    other = report["steps"][2]["others"][1]
    assert f'"{other}"' in spans[2]
    assert run(tmp_path, *asked, "--npz", "n.npz").returncode == 0
    assert np.array_equal(amass.load(tmp_path / "m.npz").rotations, amass.load(tmp_path / "n.npz").rotations)
    done = run(tmp_path, "walks, then sits down, then stands up", "--plan", "--npz", "long.npz", "--json")
    assert len(amass.load(tmp_path / "long.npz")) == json.loads(done.stdout)["frames"] > 100  # as long as it takes
    assert "notes" not in json.loads(done.stdout)
    done = run(tmp_path, "plays the cello", "--plan", "--guess", "--npz", "g.npz")
    assert done.returncode == 0 and "is a guess." in done.stderr and (tmp_path / "g.npz").is_file()


@needs_model
def test_a_step_is_taken_for_what_is_said(tmp_path: Path):
    asked = ("walks, then waves", "--plan", "--frames", 90, "--json", "--npz")
    plain = json.loads(run(tmp_path, *asked, "m.npz").stdout)
    other = plain["steps"][1]["others"][0]
    done = run(tmp_path, *asked, "n.npz", "--take", f"2={other}")
    assert done.returncode == 0, done.stderr
    step = json.loads(done.stdout)["steps"][1]
    assert step["wording"] == other and step["taken"] and plain["steps"][1]["wording"] in step["others"]
    first, second = (amass.load(tmp_path / name).rotations for name in ("m.npz", "n.npz"))
    assert not np.allclose(first, second, atol=0.1)


@needs_model
@needs_blender
def test_a_timeline(tmp_path: Path):
    assert run(tmp_path, "a person walks", "--frames", 60, "--npz", "walk.npz").returncode == 0
    segments = [{"prompt": "sits", "seconds": 2}, {"action": "walk.npz", "frames": 60}, {"prompt": "waves"}]
    (tmp_path / "day").mkdir()
    (tmp_path / "walk.npz").rename(tmp_path / "day" / "walk.npz")  # beside the timeline, not in the current folder
    (tmp_path / "day" / "t.json").write_text(json.dumps({"segments": segments}))
    done = run(tmp_path, "--timeline", "day/t.json", "--npz", "m.npz", "--out", "m.blend", "--sheet", "m.png", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert any(note.startswith("Between the segments 1 and 2 ") for note in report["notes"])
    assert len(amass.load(tmp_path / "m.npz")) == report["frames"] > 180  # as long as all of it takes
    assert (tmp_path / "m.png").is_file()
    import bpy

    from motionclip_blender.rig.action_metadata import recipe_of

    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "m.blend"))
    actions = [action for action in bpy.data.actions if recipe_of(action) is not None]
    (recipe,) = map(recipe_of, actions)
    assert recipe.content.kind == "timeline" and recipe.frames == report["frames"]
    assert recipe.terms[0].source.name in bpy.data.actions  # the motion file, as an Action of the .blend file
    done = run(tmp_path, "--timeline", "day/t.json", "--frames", 150, "--npz", "n.npz")
    assert done.returncode == 0 and len(amass.load(tmp_path / "n.npz")) == 150


def check_blend_file(path: Path, prompt: str, motion) -> None:
    """Opened, it plays the motion: range, rate, camera, action."""
    import bpy

    from motionclip_blender.rig.read_action import read_motion

    bpy.ops.wm.open_mainfile(filepath=str(path))
    scene = bpy.context.scene
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (1, 24, 1)
    assert scene.render.fps / scene.render.fps_base == 30
    assert {obj.type for obj in scene.objects} == {"ARMATURE", "MESH", "CAMERA", "LIGHT"}
    armature = bpy.context.view_layer.objects.active
    assert armature.animation_data.action["prompt"] == prompt
    assert np.allclose(read_motion(armature).translation, motion.translation, atol=1e-4)
    views = [area.spaces.active for screen in bpy.data.screens for area in screen.areas if area.type == "VIEW_3D"]
    assert views and all(view.region_3d.view_perspective == "CAMERA" for view in views)


@needs_model
@needs_blender
def test_without_an_output_a_blend_file_named_after_the_prompt(tmp_path: Path):
    (tmp_path / "someone-jumps.blend").write_text("mine")
    done = run(tmp_path, " Someone\njumps! ", "--frames", 2)
    assert done.returncode == 0, done.stderr
    assert "wrote someone-jumps-2.blend" in done.stdout
    assert done.stderr.startswith('1. "Someone jumps" → "someone jumps" (100 %)')
    assert names(tmp_path) == {"someone-jumps.blend", "someone-jumps-2.blend"}
    assert (tmp_path / "someone-jumps.blend").read_text() == "mine"


@needs_model
@needs_blender
@pytest.mark.slow
def test_film_and_sheet(tmp_path: Path):
    done = run(
        tmp_path, "a person waves", "--no-plan", "--frames", 10, "--video", "m.mp4", "--sheet", "m.png", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert {"video", "sheet"} <= json.loads(done.stdout)["seconds"].keys() and done.stderr == ""
    assert names(tmp_path) == {"m.mp4", "m.png"}
    assert (tmp_path / "m.mp4").read_bytes()[4:8] == b"ftyp" and (tmp_path / "m.png").read_bytes()[1:4] == b"PNG"


@needs_model
@needs_blender
@pytest.mark.slow
def test_ctrl_c_while_filming_leaves_no_part_of_a_file(tmp_path: Path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = command("a person waves", "--no-plan", "--frames", 1200, "--video", tmp_path / "m.mp4")
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 120
        while not names(tmp_path) and time.monotonic() < deadline:  # the film's file in the making
            time.sleep(0.1)
        assert names(tmp_path), process.communicate(timeout=1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, stdout, stderr) == (130, "", "Stopped.\n")
    assert names(tmp_path) == set()
