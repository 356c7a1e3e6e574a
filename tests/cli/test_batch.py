"""Files of many motions on the command line, run as its users run it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.cli.batch_lines import DATA, TEXT, read_lines
from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.sources import latent_of
from motionclip_blender.core.latents.terms import Prompt, Term
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.prompt_plan.plain_prompt import plain_prompt
from motionclip_blender.core.prompt_plan.told import Step
from motionclip_blender.core.prompt_plan.told import lines as lines_of
from motionclip_blender.core.recipe.make import Made, as_long_as_it_takes, decoded, generate
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from tests.cli.command import command, names, needs_blender, needs_model, run
from tests.paths import ROOT
from training.data.captions import CaptionedSpan
from training.data.index import write_index

# --- lines


def lines(tmp_path: Path, content: bytes | str, kind: str = "edits", source: str = TEXT):
    path = tmp_path / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_lines(path, kind, source)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_prompts_of_every_editor(tmp_path: Path, encoding, end):
    text = end.join(["a person  waves", "", '"Spiderman in action!"', "  ", 'he says "hi"', "geht rückwärts", ""])
    found, empty = lines(tmp_path, text.encode(encoding), "prompts")
    assert empty == 2
    assert [(line.number, *line.texts) for line in found] == [
        (1, "a person waves"), (3, "Spiderman in action!"), (5, 'he says "hi"'), (6, "geht rückwärts")
    ]  # fmt: skip


def test_a_prompt_that_cannot_be_is_kept_with_its_line(tmp_path: Path):
    found, _ = lines(tmp_path, b"walk\n?!\n" + b"jump " * 200 + b"\ngeht r\xfcckw\xe4rts\nrun\x0bfast\n", "prompts")
    assert [bool(line.problem) for line in found] == [False, True, True, True, False]
    assert [line.line for line in found] == [1, 2, 3, 4, 5]
    assert "no words" in found[1].problem and "shorten" in found[2].problem and "UTF-8" in found[3].problem


def test_a_prompt_in_steps_may_be_longer(tmp_path: Path):
    (tmp_path / "file").write_text("walks, then " * 60 + "jumps\n" + "walks, then " * 200)
    found, _ = read_lines(tmp_path / "file", "prompts", check=plain_prompt)
    assert [bool(line.problem) for line in found] == [False, True]


def test_edits_by_column_and_not_by_place(tmp_path: Path):
    content = (
        '\ufeffV_end, base ,note,motion_source,v_start\r\n"a, b",walk,x, Data ,"say ""hi"""\r\n\r\nc,d,,text,e,,\r\n'
    )
    found, empty = lines(tmp_path, content)
    assert [(line.line, line.number, line.texts, line.source) for line in found] == [
        (2, 1, ("walk", 'say "hi"', "a, b"), DATA), (4, 3, ("d", "e", "c"), TEXT)
    ]  # fmt: skip
    assert empty == 1 and not any(line.problem for line in found)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_of_other_spreadsheets(tmp_path: Path, delimiter):
    content = delimiter.join(("start", "end")) + "\n" + delimiter.join(("walk, slowly", "run")) + "\n"
    ((line,), _) = lines(tmp_path, content, "interpolations", DATA)
    assert line.texts == ("walk, slowly", "run") and line.source == DATA


def test_a_bad_row_spoils_no_other(tmp_path: Path):
    rows = {
        "text,a,b,c": "", "text,a,b": "v_end", "text,a,b,c,d": "quotes", "film,a,b,c": '"film"', "text,,b,c": "base",
        'text,a,"b,c': "not closed", 'text,"a"x,b,c': "text follows", "text,a,?,c": "no words", "data,a,b,c": "",
    }  # fmt: skip
    found, _ = lines(tmp_path, "motion_source,base,v_start,v_end\n" + "\n".join(rows))
    assert [line.number for line in found] == list(range(1, len(rows) + 1))
    for line, said in zip(found, rows.values(), strict=True):
        assert said in line.problem and bool(line.problem) == bool(said), line


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (b"", "prompts", "is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "prompts", "is empty"),
        (b"", "edits", "motion_source,base,v_start,v_end"),
        (b"start,end\n", "interpolations", "no line below"),
        (b"base,v_start\na,b\n", "edits", "no column motion_source and no column v_end"),
        (b"walk,run\n", "interpolations", "no column start"),
        (b"start,end,end\na,b,c\n", "interpolations", "two columns end"),
        (b"start,\xff\xfe\na,b\n", "interpolations", "no column end"),
        (b'start,"end\na,b\n', "interpolations", "no column end"),
    ],
)
def test_a_file_of_which_nothing_can_be_made(tmp_path: Path, content, kind, sentence):
    with pytest.raises(UserError, match=sentence):
        lines(tmp_path, content, kind)


# --- requests

WRONG = {
    "no folder to write to": (["--prompts", "p"], "--out"),
    "a file for the folder": (["--prompts", "p", "--out", "p"], "is no folder"),
    "below a file": (["--prompts", "p", "--out", "p/x"], "choose another place"),
    "no such file": (["--prompts", "none", "--out", "o"], "no file none"),
    "two kinds": (["--prompts", "p", "--edits", "e", "--out", "o"], "one can be done at a time"),
    "data for prompts": (["--prompts", "p", "--out", "o", "--data", "."], "leave it out"),
    "steps of edits": (["--edits", "e", "--out", "o", "--no-plan"], "--no-plan goes with --prompts only"),
    "a guess of edits": (["--edits", "e", "--out", "o", "--guess"], "--guess goes with --prompts only"),
    "a guess without steps": (["--prompts", "p", "--out", "o", "--guess", "--no-plan"], "leave out --no-plan"),
    "steps of straight texts": (["--prompts", "p", "--out", "o", "--plan", "--straight"], "leave out --plan"),
    "data is not there": (["--edits", "e", "--out", "o", "--data", "."], "holds no prepared motions"),
    "data is not named": (["--edits", "e", "--out", "o"], "--data"),
    "frames": (["--prompts=p", "--out", "o", "--frames", "1"], "2 to 3,600 frames"),
    "an option of one motion": (["--prompts", "p", "--out", "o", "--video", "x.mp4"], "--video"),
    "no pack": (["--prompts", "p", "--out", "o", "--pack", "."], "not a model pack"),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_no_file(tmp_path: Path, arguments, sentence):
    (tmp_path / "p").write_text("walk\n")
    (tmp_path / "e").write_text("motion_source,base,v_start,v_end\ndata,walk,stand,run\n")
    before = names(tmp_path)
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert sentence in done.stderr and done.stderr.count("\n") == 1 and done.stderr.endswith(".\n")
    assert names(tmp_path) == before


def test_help_says_what_the_files_hold(tmp_path: Path):
    done = run(tmp_path, "--edits", "--help")
    assert done.returncode == 0 and "motion_source,base,v_start,v_end" in done.stdout
    assert "--prompts FILE" in run(tmp_path, "--help").stdout


# --- what is made


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(body=Body.load())


def same(path: Path, motion) -> bool:
    found = amass.load(path)
    return len(found) == len(motion) and bool(
        np.allclose(found.matrices, motion.matrices, atol=1e-3)
        and np.allclose(found.translation, motion.translation, atol=1e-3)
    )


PROMPTS = ("a person waves", "walks forward, then turns left and waves twice", "kicks with the left leg")


def alone(engine: Engine, prompt: str, frames: int | None, seed: int = 0, guess: bool = False) -> Made:
    """Makes a prompt as the panel and the command line do, of one prompt."""
    recipe = Recipe(PromptPlan(prompt, guess), frames or 60).varied(seed)
    return decoded(engine, recipe if frames else as_long_as_it_takes(engine, recipe, {}), {}, engine.pack.fps)


@needs_model
@pytest.mark.parametrize("frames", [None, 80])
def test_every_prompt_is_read_as_it_is_alone(tmp_path: Path, engine: Engine, frames):
    (tmp_path / "p.txt").write_text("\n".join(PROMPTS))
    asked = () if frames is None else ("--frames", frames)
    done = run(tmp_path, "--prompts", "p.txt", "--out", "o", "--json", *asked)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["frames"] == frames
    for prompt, line in zip(PROMPTS, told["lines"], strict=True):
        made = alone(engine, prompt, frames)
        assert line["frames"] == len(made.motion) and line["understood"] == list(lines_of(made.steps))
        assert [Step.of_values(step) for step in line["steps"]] == list(made.steps)
        assert same(tmp_path / line["wrote"]["npz"], made.motion), prompt
    assert told["lines"][1]["frames"] == frames or told["lines"][1]["frames"] > 120


@needs_model
def test_variations_of_every_prompt_are_those_that_it_has_alone(tmp_path: Path, engine: Engine):
    (tmp_path / "p.txt").write_text("\n".join(PROMPTS))
    done = run(tmp_path, "--prompts", "p.txt", "--out", "o", "--json", "--frames", 50, "--variations", 2, "--seed", 3)
    assert done.returncode == 0, done.stderr
    for prompt, line in zip(PROMPTS, json.loads(done.stdout)["lines"], strict=True):
        for seed, path in zip((3, 4), line["wrote"]["npz"], strict=True):
            assert same(tmp_path / path, alone(engine, prompt, 50, seed).motion), (prompt, seed)


@needs_model
def test_a_line_that_means_nothing_known_is_named_and_the_rest_goes_on(tmp_path: Path, engine: Engine):
    (tmp_path / "p.txt").write_text("a person waves\nzxcv qwer\njump, then plays the cello\nwalk\n")
    done = run(tmp_path, "--prompts", "p.txt", "--out", "o")
    assert done.returncode == 1
    second, third = done.stderr.splitlines()
    assert second.startswith('p.txt, line 2: Nothing known is like "zxcv qwer"; nearest: "') and "--guess" in second
    assert third.startswith('p.txt, line 3: Nothing known is like "plays the cello"; nearest: "')
    assert done.stdout.startswith("2 of 4 lines made, into o; 2 could not be made: 2, 3; as many frames as their steps")
    assert names(tmp_path / "o") == {"0001_a_person_waves.npz", "0004_walk.npz"}
    done = run(tmp_path, "--prompts", "p.txt", "--out", "g", "--guess")
    assert done.returncode == 0 and done.stderr.count("is a guess") == 2 and len(names(tmp_path / "g")) == 4
    guessed = alone(engine, "zxcv qwer", None, guess=True).motion
    assert same(tmp_path / "g/0002_zxcv_qwer.npz", guessed)


@needs_model
def test_a_pack_that_reads_no_steps_makes_one_motion_of_each_line(tmp_path: Path):
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack", ignore=shutil.ignore_patterns("wordings.*"))
    (tmp_path / "p.txt").write_text("walks, then waves\n" + "walks, then " * 60 + "jumps\nzxcv qwer\n")
    done = run(tmp_path, "--prompts", "p.txt", "--out", "o", "--pack", "pack")
    assert done.returncode == 1, done.stderr
    said, second = done.stderr.splitlines()
    assert said.startswith("The pack default does not carry its wordings") and "line 2: The prompt has 725" in second
    assert names(tmp_path / "o") == {"0001_walks_then_waves.npz", "0003_zxcv_qwer.npz"}
    assert len(amass.load(tmp_path / "o/0001_walks_then_waves.npz")) == 60


@needs_model
def test_without_steps_every_text_becomes_a_motion(tmp_path: Path, engine: Engine):
    (tmp_path / "p.txt").write_bytes("\ufeffa person waves\r\n\r\n?!\r\nä/..\\é jump\r\na person waves".encode())
    done = run(tmp_path, "--prompts", "p.txt", "--out", "new/out", "--frames", 40, "--no-plan")
    assert done.returncode == 1
    assert done.stderr == "p.txt, line 3: The prompt has no words; describe the movement in words.\n"
    assert done.stdout.startswith("3 of 4 lines made, into new/out; 1 could not be made: 3; 1 empty; 40 frames at 30")
    made = {"0001_a_person_waves.npz", "0004_ä_é_jump.npz", "0005_a_person_waves.npz"}
    assert {path.name for path in (tmp_path / "new/out").iterdir()} == made
    for name in ("0001", "0005"):
        assert same(tmp_path / f"new/out/{name}_a_person_waves.npz", generate(engine, "a person waves", 40))
    assert same(tmp_path / "new/out/0004_ä_é_jump.npz", generate(engine, "ä/..\\é jump", 40))


@needs_model
@pytest.mark.parametrize(
    ("kind", "content", "bad"),
    [
        ("prompts", "a person walks\nein Mann geht und winkt\n人が歩く\njump\n",
         {2: "in German", 3: "in another language"}),
        ("edits", "motion_source,base,v_start,v_end\ntext,walk,stand,jump\ntext,walk,stand,une femme danse\n",
         {3: "in French"}),
        ("interpolations", "start,end\nel hombre corre muy rápido,walk\nrun,walk\n", {2: "in Spanish"}),
    ],
)  # fmt: skip
def test_a_line_in_another_language_is_named_and_the_rest_goes_on(tmp_path: Path, kind, content, bad):
    (tmp_path / "file").write_text(content, encoding="utf-8")
    done = run(tmp_path, f"--{kind}", "file", "--out", "o", "--frames", 10, "--json")
    told = {line["line"]: line for line in json.loads(done.stdout)["lines"]}
    assert done.returncode == 1 and {number for number, line in told.items() if "error" in line} == set(bad)
    for number, language in bad.items():
        assert f"seems to be {language}; write it in English." in told[number]["error"]
    straight = run(tmp_path, f"--{kind}", "file", "--out", "s", "--frames", 10, "--straight")
    assert straight.returncode == 0, straight.stderr


@needs_model
def test_what_is_there_already_is_kept(tmp_path: Path):
    (tmp_path / "p.txt").write_text("walk\njump\n")
    (tmp_path / "0002_jump.npz").write_text("mine")
    for more in ((), ("--json",)):
        done = run(tmp_path, "--prompts", "p.txt", "--out", ".", "--frames", 10, *more)
        assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert [line["wrote"]["npz"] for line in told["lines"]] == ["0001_walk-2.npz", "0002_jump-3.npz"]
    assert (told["made"], told["failed"], told["empty"], told["frames"]) == (2, 0, 0, 10)
    assert names(tmp_path) == {
        "p.txt", "0001_walk.npz", "0001_walk-2.npz", "0002_jump.npz", "0002_jump-2.npz", "0002_jump-3.npz"
    }  # fmt: skip
    assert (tmp_path / "0002_jump.npz").read_text() == "mine"


@needs_model
def test_lines_that_fail_to_the_last_are_no_success(tmp_path: Path):
    (tmp_path / "e.csv").write_text("motion_source,base,v_start,v_end\ntext,walk,walk,walk\nno,a,b,c\n")
    done = run(tmp_path, "--edits", "e.csv", "--out", "o", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["failed"] == 1 and told["made"] == 1


@needs_model
def test_more_lines_than_go_together(tmp_path: Path, engine: Engine):
    prompts = [f"a person jumps {i} times" if i % 3 else "?" for i in range(70)]
    (tmp_path / "p.txt").write_text("\n".join(prompts))
    done = run(tmp_path, "--prompts", "p.txt", "--out", "o", "--frames", 10, "--loop", "--in-place", "--no-plan")
    assert done.returncode == 1 and "46 of 70 lines made" in done.stdout and done.stderr.count("\n") == 24
    assert "could not be made: 1, 4, 7, 10, 13, 16, 19, 22, 25, 28 ...;" in done.stdout
    assert len(names(tmp_path / "o")) == 46
    (last,) = motions_of(engine, engine.prompt_latents([prompts[68]]), 10, loop=True)
    found = amass.load(tmp_path / "o/0069_a_person_jumps_68_times.npz")
    assert np.allclose(found.rotations, last.rotations, atol=1e-3)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    """Three recordings with labels, prepared."""
    folder = tmp_path_factory.mktemp("data")
    clips, spans = [], []
    for label, prompt in (("walk", "a person walks forward"), ("stand", "a person stands"), ("jump", "a person jumps")):
        motion = generate(engine, prompt, 90)
        amass.save(motion, folder / f"own/{label}.npz")
        clips.append({"clip": f"own/{label}", "file": f"own/{label}.npz", "seconds": motion.seconds})
        spans.append(CaptionedSpan(f"own/{label}", label, (f"somebody does: {label}",), True, "repeat"))
    write_index(folder, clips, spans)
    return folder


@needs_model
def test_edits_of_texts_and_of_prepared_motions(tmp_path: Path, engine: Engine, data: Path):
    (tmp_path / "e.csv").write_text(
        "motion_source,base,v_start,v_end\r\ntext,walk,Standing,drink from mug\r\ndata,WALK,stand,jump\r\n"
        "data,walk,stand,juggle\r\ndata,somebody does:  walk,stand,walkk\r\n"
    )
    done = run(tmp_path, "--edits", "e.csv", "--data", data, "--out", "o", "--json")
    assert done.returncode == 1, done.stderr
    first, second, third, fourth = json.loads(done.stdout)["lines"]
    assert second["data"]["WALK"].startswith("own/walk, 0.0 to ")
    assert '"juggle"' in third["error"] and '"jump"' in third["error"] and done.stderr.startswith("e.csv, line 4: ")
    assert 'nearest labels are "walk"' in fourth["error"]
    walk, standing, drink = map(Prompt, ("walk", "Standing", "drink from mug"))
    latent = latent_of(engine, [Term(1.0, walk), Term(-1.0, standing), Term(1.0, drink)])
    assert same(tmp_path / first["wrote"]["npz"], motions_of(engine, latent[None], 60)[0])
    walked, stood, jumped = (engine.encode(amass.load(data / f"own/{name}.npz")) for name in ("walk", "stand", "jump"))
    edited = walked - stood + jumped
    edited *= min(1.0, max(map(np.linalg.norm, (walked, stood, jumped))) / np.linalg.norm(edited))
    assert Path(second["wrote"]["npz"]).name == "0002_walk_stand_jump.npz"
    assert same(tmp_path / second["wrote"]["npz"], motions_of(engine, edited[None], 60)[0])


@needs_model
def test_interpolations_are_five_even_stops(tmp_path: Path, engine: Engine, data: Path):
    (tmp_path / "i.csv").write_text("start,end\nwalk,jump\n")
    done = run(tmp_path, "--interpolations", "i.csv", "--out", "text")
    assert done.returncode == 0, done.stderr
    for end, prompt in ((1, "walk"), (5, "jump")):
        assert same(tmp_path / f"text/0001_walk_jump-{end}.npz", generate(engine, prompt, 60))
    done = run(tmp_path, "--interpolations", "i.csv", "--data", data, "--out", "data")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "data") == {f"0001_walk_jump-{i}.npz" for i in range(1, 6)}
    walked, jumped = (engine.encode(amass.load(data / f"own/{name}.npz")) for name in ("walk", "jump"))
    for i in range(5):
        (motion,) = motions_of(engine, ((1 - i / 4) * walked + i / 4 * jumped)[None], 60)
        assert same(tmp_path / f"data/0001_walk_jump-{i + 1}.npz", motion), i


@needs_model
@needs_blender
@pytest.mark.slow
def test_sheets_and_blend_files(tmp_path: Path, data: Path):
    (tmp_path / "i.csv").write_text("start,end,motion_source\nwalk,jump,data\n")
    done = run(
        tmp_path, "--interpolations", "i.csv", "--data", data, "--out", "o", "--sheet", "--blend", "--frames", 12
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert names(tmp_path / "o") == {"0001_walk_jump.png", "0001_walk_jump.blend"}
    (tmp_path / "p.txt").write_text("walk\njump\n")
    done = run(tmp_path, "--prompts", "p.txt", "--out", "p", "--blend", "--npz", "--frames", 12)
    assert (done.returncode, done.stderr) == (0, "")
    import bpy

    from motionclip_blender.rig.read_action import read_motion

    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "p/0002_jump.blend"))
    armature = bpy.context.view_layer.objects.active
    assert armature.animation_data.action["prompt"] == "jump" and "walk" not in bpy.data.actions
    motion = amass.load(tmp_path / "p/0002_jump.npz")
    assert np.allclose(read_motion(armature).translation, motion.translation, atol=1e-4)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "o/0001_walk_jump.blend"))
    assert {"walk", "jump"} <= set(bpy.data.actions.keys())
    assert bpy.context.scene.frame_end == 60


@needs_model
def test_ctrl_c_leaves_whole_files(tmp_path: Path):
    (tmp_path / "p.txt").write_text("a person walks\n" * 2000)
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    arguments = command("--prompts", "p.txt", "--out", "o")
    process = subprocess.Popen(
        arguments, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 120
        while len(names(tmp_path)) < 40 and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, stdout, stderr) == (130, "", "Stopped.\n")
    made = names(tmp_path / "o")
    assert made and all(len(amass.load(tmp_path / "o" / name)) == 60 for name in made)  # walks have no end
