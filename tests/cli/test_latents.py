"""The command line with expressions, blends, images and motion files, run as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.latents import file as latent_file
from motionclip_blender.core.latents.styles import direction, style_of
from motionclip_blender.core.motion_files import amass
from tests.cli.command import names, needs_blender, needs_model, run
from tests.foreign import file_arrays, walk, write
from tests.synthetic import angle_between, random_motion

# --- what is refused, before anything heavy is loaded

WRONG = {
    "two at once": (["walk", "--expression", '"run"'], "Of a prompt and --expression one can be done at a time"),
    "division": (["--expression", '"walk" / 2'], "At character 8: latents are not divided"),
    "no quotes": (["--expression", "walk"], 'At character 1: words stand in quotes: "walk"'),
    "huge weight": (["--expression", '1e9 * "walk"'], "weights go from -10 to 10"),
    "no such motion": (["--expression", '"walk" + [none.npz]'], "At character 10: There is no file none.npz"),
    "no motion file": (["--expression", "[file]"], "At character 1: file is no motion file"),
    "no motion in it": (["--expression", "[bad.npz]"], "At character 1: bad.npz is not a motion"),
    "no such latent": (["--expression", 'latent("none.npz")'], "At character 1: none.npz is no saved latent"),
    "no such image": (["--image", "none.png"], "There is no file none.png"),
    "no such image in a sum": (["--expression", '"walk" + image("none.png")'], "There is no file none.png"),
    "one of a blend": (["--blend", "walk"], "expected 2 arguments"),
    "a bad one of a blend": (["--blend", "walk", '"run'], "At character 1: these quotes are opened and never closed"),
    "an empty one of a blend": (["--blend", "walk", " "], "The prompt is empty"),
    "stops without a blend": (["walk", "--stops", "3"], "--stops goes with --blend only"),
    "one stop": (["--blend", "walk", "run", "--stops", "1"], "A blend has 2 to 64 stops, not 1"),
    "no number of stops": (["--blend", "walk", "run", "--stops", "few"], "'few' is no whole number"),
    "stops and a factor": (["--blend", "walk", "run", "--stops", "3", "--factor", "0.5"], "a blend takes one"),
    "a factor outside": (["--blend", "walk", "run", "--factor", "1.5"], "must lie between 0 and 1, not 1.5"),
    "not a factor": (["--blend", "walk", "run", "--factor", "nan"], "must lie between 0 and 1, not nan"),
    "a latent of a mask": (["--mask", "wave", "walk", "--latent", "l.npz"], "no latent of its own"),
    "reading": (["--expression", '"walk"', "--reading", "best"], "takes average, first, typical or the number"),
    "recognise nothing": (["--recognise", "none.npz"], "There is no file none.npz"),
    "recognise what is none": (["--recognise", "file"], "file is no motion file"),
    "recognise a bad file": (["--recognise", "bad.npz"], "bad.npz is not a motion"),
    "recognise into a film": (["--recognise", "bad.npz", "--video", "x.mp4"], "--video has no meaning with"),
    "recognise upside what": (["--recognise", "bad.npz", "--up", "W"], "'W' is no axis: Y, Z, -Y, -Z, X or -X"),
    "no such labels": (["--recognise", "bad.npz", "--labels", "none.txt"], "There is no file none.txt"),
    "empty labels": (["--recognise", "bad.npz", "--labels", "file"], "list of labels is empty"),
    "no labels asked for": (["walk", "--top", "3"], "--top goes with --recognise or --search only"),
    "top of none": (["--recognise", "bad.npz", "--top", "0"], "--top must be 1 or more, not 0"),
    "a motion of its own": (["--expression", "[bad.npz]", "--npz", "./bad.npz"], "replace bad.npz, which is read"),
    "a latent of its own": (["--expression", '"walk" + latent("bad.npz")', "--latent", "bad.npz"], "replace bad.npz"),
    "an image of its own": (["--image", "photo.png", "--sheet", "folder/../photo.png"], "which is read"),
    "a link to its own": (["--expression", "[link.npz]", "--npz", "bad.npz"], "replace bad.npz, which is read"),
    "a stop of its own": (["--blend", "[bad-2.npz]", "walk", "--npz", "bad.npz"], "replace bad-2.npz, which is read"),
    "stops in one file": (["--blend", "walk", "run", "--npz", "x.npz", "--latent", "x.npz"], "both write x-1.npz"),
    "an image's name too long": (["--image", "x" * 300 + ".png"], "There is no file"),
    "a motion's name too long": (["--expression", f"[{'x' * 300}.npz]"], "There is no file"),
    "a latent's name too long": (["--expression", f'latent("{"x" * 300}.npz")'], "is no saved latent"),
    "recognise a name too long": (["--recognise", "x" * 300 + ".npz"], "There is no file"),
    "labels' name too long": (["--recognise", "bad.npz", "--labels", "x" * 300], "There is no file"),
    "a frame of 5,000 digits": (["--expression", "[bad.npz]", "--reading", "9" * 5000], "the number of a frame"),
    "recognise beyond the world": (["--recognise", "far.npz"], "metres from the origin"),
    "add what is beyond the world": (["--expression", '"walk" + [far.npz]'], "metres from the origin"),
    "recognise numbers beyond all": (["--recognise", "farther.npz"], "not finite"),
    "search nowhere": (["--search", "walk"], "--search needs the motion files"),
    "search for nothing": (["--search", "?!", "bad.npz"], "has no words"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_no_file(tmp_path: Path, arguments, sentence):
    (tmp_path / "file").write_text("")
    np.savez(tmp_path / "bad.npz", something=np.zeros(3))
    (tmp_path / "link.npz").symlink_to("bad.npz")
    (tmp_path / "photo.png").write_bytes(b"")
    for name, place in (("far", 1e28), ("farther", 1e300)):
        trans = np.linspace(0, place, 120).reshape(40, 3)
        np.savez(tmp_path / f"{name}.npz", poses=np.zeros((40, 165)), trans=trans, mocap_frame_rate=30.0)
    before = names(tmp_path)
    makes = not {"--recognise", "--search", "--top", "--npz", "--latent", "--sheet"} & set(arguments)
    done = run(tmp_path, *arguments, *(["--npz", "x.npz"] if makes else []))
    assert done.returncode == 2 and done.stdout == ""
    assert sentence in done.stderr and done.stderr.count("\n") == 1 and done.stderr.endswith(".\n")
    assert names(tmp_path) == before


@needs_model
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--expression", '"walk" + {sat}'], 'At character 10: there is no style "sat"; choose one of happy'),
        (["--expression", "{sad}"], "{sad} alone is no motion"),
        (["--expression", '"walk" - "walk"'], "cancel each other out"),
        (["--expression", 'latent("small.npz")'], "At character 1: A latent of this pack is 512 numbers"),
    ],
)
def test_what_only_the_model_can_tell(tmp_path: Path, arguments, sentence):
    latent_file.save(np.zeros(256), tmp_path / "small.npz", "another 1.0")
    done = run(tmp_path, *arguments, "--npz", "x.npz")
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1
    assert names(tmp_path) == {"small.npz"}


# --- files from elsewhere


@pytest.mark.slow
@needs_model
def test_how_a_file_from_elsewhere_was_read_is_told(tmp_path: Path):
    write(tmp_path / "walk.npz", file_arrays(walk(), "Z"))
    found = run(tmp_path, "--recognise", "walk.npz", "--json")
    assert found.returncode == 0 and found.stderr == "walk.npz: Z points up in the file, by most frames' spine.\n"
    chosen = run(tmp_path, "--recognise", "walk.npz", "--json", "--up", "Z")
    assert chosen.returncode == 0 and chosen.stderr == ""
    write(tmp_path / "same.npz", file_arrays(walk(), "-Y", "SMPL of 24 joints"))
    same = run(tmp_path, "--recognise", "same.npz", "--json", "--up=-Y")
    scores = [json.loads(done.stdout)["scores"] for done in (found, chosen, same)]
    assert scores[0] == scores[1] and [one["name"] for one in scores[0]] == [one["name"] for one in scores[2]]
    amass.save(amass.load(tmp_path / "walk.npz"), tmp_path / "ours.npz")
    ours = run(tmp_path, "--recognise", "ours.npz", "--json")
    assert ours.stderr == "" and [one["name"] for one in json.loads(ours.stdout)["scores"]] == [
        one["name"] for one in scores[0]
    ]


@needs_model
def test_what_is_made_stands_on_the_floor_in_the_tools_of_smplx(tmp_path: Path):
    assert run(tmp_path, "a person walks", "--npz", "walk.npz").returncode == 0
    with np.load(tmp_path / "walk.npz", allow_pickle=False) as data:
        pelvis = -0.3514 + data["trans"][:, 1]
    assert 0.8 < pelvis.min() < pelvis.max() < 1.0


# --- what is made


@needs_model
def test_a_sum_of_a_prompt_a_motion_file_a_latent_and_a_style(tmp_path: Path):
    amass.save(random_motion(150, 24.0, size=0.1), tmp_path / "mine.npz")
    done = run(tmp_path, "--expression", '"a person walks" + 0.1 * [mine.npz]', "--npz", "a.npz", "--latent", "l.npz")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout.startswith("wrote a.npz\nwrote l.npz\n60 frames at 30 per second; files")
    text = 'latent("l.npz") + 1.5 * {sad}'
    done = run(tmp_path, "--expression", text, "--npz", "b.npz", "--frames", 40, "--json", "--reading", "typical")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["prompt"] == text and report["frames"] == 40 and report["wrote"] == {"npz": "b.npz"}
    assert list(report["seconds"]) == ["files", "load", "text", "decode", "npz", "total"]
    one, other = amass.load(tmp_path / "a.npz"), amass.load(tmp_path / "b.npz")
    assert (len(one), len(other)) == (60, 40)
    assert angle_between(one.rotations[:40], other.rotations).max() > np.radians(5)


@needs_model
def test_the_stops_of_a_blend_are_numbered_and_its_ends_are_its_prompts(tmp_path: Path):
    done = run(tmp_path, "--blend", "a person walks", '"run" + 0 * "x"', "--stops", 3, "--npz", "m.npz", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["wrote"] == {"npz": ["m-1.npz", "m-2.npz", "m-3.npz"]}
    assert names(tmp_path) == {"m-1.npz", "m-2.npz", "m-3.npz"}
    assert run(tmp_path, "a person walks", "--npz", "walk.npz").returncode == 0
    first, walk, last = (amass.load(tmp_path / f"{name}.npz") for name in ("m-1", "walk", "m-3"))
    assert angle_between(first.rotations, walk.rotations).max() < 0.02
    assert angle_between(last.rotations, walk.rotations).max() > 0.3
    done = run(tmp_path, "--blend", "a person walks", "run", "--factor", 0, "--npz", "only.npz", "--spherical")
    assert done.returncode == 0, done.stderr
    assert angle_between(amass.load(tmp_path / "only.npz").rotations, walk.rotations).max() < 0.02


@needs_model
def test_travelling_masks_loops_and_in_place(tmp_path: Path):
    done = run(tmp_path, "--blend", "walk", "jumping jacks", "--travel", "--npz", "t.npz", "--frames", 90)
    assert done.returncode == 0 and len(amass.load(tmp_path / "t.npz")) == 90, done.stderr
    done = run(tmp_path, "--mask", "wave", "walk", "--npz", "m.npz", "--in-place")
    assert done.returncode == 0, done.stderr
    assert np.ptp(amass.load(tmp_path / "m.npz").translation[:, 2]) < 0.3
    done = run(tmp_path, "a person walks", "--loop", "--npz", "l.npz")
    assert done.returncode == 0, done.stderr
    loop = amass.load(tmp_path / "l.npz")
    steps = angle_between(loop.rotations[1:, :22], loop.rotations[:-1, :22])
    assert angle_between(loop.rotations[0, 1:22], loop.rotations[-1, 1:22]).max() < 1.2 * steps.max()


@needs_model
@needs_blender
def test_stops_in_a_blend_file_lie_behind_each_other(tmp_path: Path):
    import bpy

    from motionclip_blender.core.latents.expression import Expression
    from motionclip_blender.core.latents.terms import Prompt
    from motionclip_blender.core.recipe.blend import Blend
    from motionclip_blender.core.recipe.make import stop_recipes
    from motionclip_blender.core.recipe.recipe import Recipe
    from motionclip_blender.rig.action_metadata import recipe_of
    from motionclip_blender.rig.blendfile import read_blend

    done = run(tmp_path, "--blend", "walk", "run", "--stops", 3, "--frames", 20, "--out", "m.blend")
    assert done.returncode == 0 and done.stdout.startswith("wrote m.blend\n3 motions of 20 frames"), done.stderr
    found = read_blend(tmp_path / "m.blend")
    assert len(found.motion) == 60 and "lies in NLA strips, and is read as shown" in found.said[0]
    assert bpy.context.scene.frame_end == 60
    (armature,) = (obj for obj in bpy.data.objects if obj.type == "ARMATURE")
    strips = [strip for track in armature.animation_data.nla_tracks for strip in track.strips]
    assert [strip.frame_start for strip in strips] == [1, 21, 41]
    assert [strip.action.name for strip in strips] == [f"walk → run {f}" for f in ("0.00", "0.50", "1.00")]
    asked = Recipe(Blend(Expression.of(Prompt("walk")), Expression.of(Prompt("run"))), 20)
    assert [recipe_of(strip.action) for strip in strips] == stop_recipes(asked, 3)


@needs_model
@needs_blender
def test_stops_that_are_loops_lie_behind_each_other_too(tmp_path: Path):
    import bpy

    done = run(tmp_path, "--blend", "walk", "run", "--stops", 2, "--frames", 24, "--loop", "--out", "m.blend")
    assert done.returncode == 0, done.stderr
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "m.blend"))
    (armature,) = (obj for obj in bpy.data.objects if obj.type == "ARMATURE")
    (track,) = armature.animation_data.nla_tracks
    assert [(strip.frame_start, strip.frame_end) for strip in track.strips] == [(1, 25), (25, 49)]
    assert all(strip.action.use_cyclic for strip in track.strips)


@needs_model
@needs_blender
def test_a_blend_file_is_read_back(tmp_path: Path):
    done = run(tmp_path, "a person walks", "--frames", 60, "--out", "m.blend", "--npz", "m.npz")
    assert done.returncode == 0, done.stderr
    tables = [run(tmp_path, "--recognise", f"m.{kind}", "--json") for kind in ("npz", "blend")]
    assert [table.returncode for table in tables] == [0, 0], tables
    one, other = (json.loads(table.stdout) for table in tables)
    assert [s["name"] for s in one["scores"]] == [s["name"] for s in other["scores"]]
    assert one["frames"] == other["frames"] == 60 and one["fps"] == other["fps"] == 30
    (tmp_path / "no.blend").write_text("no")
    done = run(tmp_path, "--recognise", "no.blend")
    assert done.returncode == 2 and "no.blend cannot be opened" in done.stderr and done.stderr.count("\n") == 1


@needs_model
@needs_blender
def test_an_image_becomes_a_motion_or_the_pack_says_it_cannot(tmp_path: Path, pack_without_images: Path):
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (64, 64), (120, 90, 60)).save(tmp_path / "photo.png")
    done = run(tmp_path, "--image", "photo.png", "--npz", "m.npz")
    assert done.returncode == 0 and len(amass.load(tmp_path / "m.npz")) == 60, done.stderr
    done = run(tmp_path, "--image", "photo.png", "--npz", "n.npz", "--pack", pack_without_images)
    assert done.returncode == 2 and "cannot read images" in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "n.npz").exists()


@needs_blender
def test_what_a_blend_file_says_about_the_files_it_was_made_from(scene, small_body, tmp_path: Path, monkeypatch):
    from motionclip_blender.cli.files import in_blend
    from motionclip_blender.core.latents.expression import Expression
    from motionclip_blender.core.latents.sources import Inputs
    from motionclip_blender.core.recipe.blend import Blend
    from motionclip_blender.core.recipe.recipe import Recipe
    from motionclip_blender.rig.armature import add_body

    monkeypatch.chdir(tmp_path)
    armature, motion = add_body(small_body), random_motion(20)
    found = Inputs({"a/walk.npz": motion, "b/walk.npz": motion}, {"my photo.png": None}, {"l.npz": None})
    start = Expression.typed("[a/walk.npz] - 0.5 * [b/walk.npz]")
    recipe = Recipe(Blend(start, Expression.typed('image("my photo.png") + latent("l.npz")'), 0.3), 40)
    (told,) = in_blend([recipe], found, armature)
    assert str(told.content.start) == "[walk] - 0.5 * [walk.001]"
    assert str(told.content.end) == f'image("{tmp_path / "my photo.png"}") + latent("{tmp_path / "l.npz"}")'
    assert (told.frames, told.content.kind, told.content.factor) == (
        40,
        "blend",
        0.3,
    ) and armature.animation_data is None
    assert in_blend([recipe], None, armature) == [recipe]


# --- what is said


@needs_model
def test_motion_files_are_recognised_and_found(tmp_path: Path):
    for name, prompt in (("a", "jumping jacks"), ("b", "a person walks")):
        assert run(tmp_path, prompt, "--npz", f"{name}.npz").returncode == 0
    done = run(tmp_path, "--recognise", "a.npz", "--top", 3)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == "" and len(lines) == 4
    assert any(line.startswith("jumping jacks ") for line in lines[:3])
    assert lines[0].endswith(" %  " + "#" * 24) and lines[-1].startswith("files ")

    (tmp_path / "labels.txt").write_text("walking\n\nstar jumps\n swimming \n")
    done = run(tmp_path, "--recognise", "a.npz", "--labels", "labels.txt", "--json")
    report = json.loads(done.stdout)
    assert report["scores"][0]["name"] == "star jumps" and len(report["scores"]) == 3
    assert sum(score["share"] for score in report["scores"]) == pytest.approx(1)
    assert report["file"] == "a.npz" and report["pack"].startswith("default ")

    done = run(tmp_path, "--search", "somebody walks", "a.npz", "b.npz", "--json")
    assert [score["name"] for score in json.loads(done.stdout)["scores"]] == ["b.npz", "a.npz"]
    assert names(tmp_path) == {"a.npz", "b.npz", "labels.txt"}


@pytest.mark.slow
@needs_model
@needs_blender
def test_people_and_strips_in_blend_files_are_said(tmp_path: Path):
    done = run(tmp_path, "--blend", "walk", "run", "--stops", 2, "--frames", 30, "--out", "m.blend")
    assert done.returncode == 0, done.stderr
    by_keys, shown = (run(tmp_path, "--recognise", "m.blend", "--json", *more) for more in ((), ("--as-shown",)))
    assert by_keys.stderr == 'm.blend: The motion of "SMPL-X" lies in NLA strips, and is read as shown.\n'
    assert shown.stderr == "" and json.loads(shown.stdout)["scores"] == json.loads(by_keys.stdout)["scores"]
    assert json.loads(shown.stdout)["frames"] == 60
    done = run(tmp_path, "--expression", "[m.blend]", "--npz", "x.npz", "--armature", "Nobody")
    assert done.returncode == 2 and 'no armature "Nobody" in a scene' in done.stderr and names(tmp_path) == {"m.blend"}
    done = run(tmp_path, "--expression", "[m.blend]", "--npz", "x.npz", "--armature", "SMPL-X", "--as-shown")
    assert done.returncode == 0 and "NLA" not in done.stderr, done.stderr


def test_options_for_blend_files_need_one(tmp_path: Path):
    (tmp_path / "m.npz").write_bytes(b"")
    for more in (("--as-shown",), ("--armature", "Hero")):
        for what in (("walk",), ("--recognise", "m.npz")):
            done = run(tmp_path, *what, *more)
            assert done.returncode == 2 and f"{more[0]} is for reading .blend files, and there is none" in done.stderr


@needs_model
def test_straight_from_the_text_and_a_style_of_any_word(tmp_path: Path):
    engine = Engine(body=Body.load())
    done = run(tmp_path, "somebody hops about", "--straight", "--npz", "a.npz", "--latent", "l.npz")
    assert done.returncode == 0, done.stderr
    assert np.allclose(latent_file.load(tmp_path / "l.npz"), engine.encode_text("somebody hops about"), atol=1e-4)
    done = run(tmp_path, "--expression", '"walk" + 1.5 * style("like a cat")', "--straight", "--latent", "s.npz")
    assert done.returncode == 0, done.stderr
    walk, cat = engine.encode_text("walk"), direction(engine, style_of("like a cat"))
    total = walk + 1.5 * cat
    total *= min(1, np.linalg.norm(walk) / np.linalg.norm(total))
    assert np.allclose(latent_file.load(tmp_path / "s.npz"), total, atol=1e-4)
    done = run(tmp_path, "--expression", "[a.npz]", "--straight", "--npz", "b.npz")
    assert done.returncode == 2 and "no prompt that could be taken straight" in done.stderr
    (tmp_path / "i.csv").write_text("start,end\nwalk,jump\n")
    done = run(tmp_path, "--interpolations", "i.csv", "--straight", "--out", "o")
    assert done.returncode == 0, done.stderr
    half = (walk + engine.encode_text("jump")) / 2
    expected = motions_of(engine, half[None], 60)[0]
    assert np.allclose(amass.load(tmp_path / "o/0001_walk_jump-3.npz").translation, expected.translation, atol=1e-3)
