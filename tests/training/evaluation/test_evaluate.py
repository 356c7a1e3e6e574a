"""The whole evaluation on a small pack: its output, its reproducibility, and the input that it refuses."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pose_tensor import from_pose_tensor
from render_pipeline import shards
from tests.training.evaluation.conftest import SPANS, fake_text
from training import __main__ as table
from training.evaluation import evaluate, images
from training.evaluation import items as items_module
from training.evaluation.compare import parse
from training.evaluation.items import load_items
from training.evaluation.model import Model, body_joints
from training.evaluation.page import fill
from training.evaluation.reconstruction import errors

SECTIONS = ("recognition", "retrieval", "generation", "reconstruction", "interpolation", "style", "styled")


@pytest.fixture
def model(tiny_pack, small_body, no_text_tower) -> Model:
    return Model(tiny_pack, small_body)


# --- What is tested on ---------------------------------------------------------------------------------------------


def test_held_out_spans_are_tested_and_composites_are_not(data, small_body):
    items = load_items(data, small_body, "held-out", 30.0)
    assert [item.clip for item in items.test] == ["a/walk2", "a/wave2"]
    assert [item.clip for item in items.train] == ["a/walk1", "a/walk3", "a/wave1"]
    assert items.tested == ["walk", "wave"] and items.common == ["walk", "wave"] and items.missing == ()
    assert len(items.train[1].motion) == 60 and items.train[1].start == 0.5


def test_windows_of_long_and_short_spans(data, small_body):
    walk, wave = load_items(data, small_body, "held-out", 30.0).test
    assert [len(w) for w in walk.windows(60, 30, shortest=20)] == [60, 60, 60]  # at 0, 30 and, to its end, 40
    np.testing.assert_allclose(walk.windows(60, 30, 20)[-1].rotations[-1, 1:], walk.motion.rotations[99, 1:], atol=1e-6)
    assert len(walk.windows(60, 30, 20, most=2)) == 2 and len(walk.windows(60, 30, 20, most=1)) == 1
    assert [len(w) for w in wave.windows(60, 30, shortest=20)] == [20]
    assert len(walk.first(120)) == 120
    for window in walk.windows(60, 30, 20):
        np.testing.assert_allclose(window.translation[0, [0, 2]], 0, atol=1e-6)


def test_a_span_that_begins_after_its_clip_is_named(data, small_body, monkeypatch):
    from dataclasses import replace

    late = replace(SPANS[1], start=50.0)
    monkeypatch.setattr(items_module, "load_captions", lambda: [*SPANS, late])
    assert load_items(data, small_body, "held-out", 30.0).missing == ("a/walk2 at 50 s",)


# --- The pack in batches -------------------------------------------------------------------------------------------


def test_batches_give_what_single_motions_give(model, data):
    items = load_items(data, model.body, "held-out", 30.0)
    motions = [w for item in items.train for length in (30, 60) for w in item.windows(length, 20, 20)]
    latents = model.encode(motions)
    one = model.network.encode(model.poses(motions[5]))
    np.testing.assert_allclose(latents[5], one, atol=1e-4)
    poses = model.decode(latents, 40)
    np.testing.assert_allclose(poses[5], model.network.decode(latents[5], 40), atol=1e-4)
    made = from_pose_tensor(poses[5], model.pack.pose_format, model.pack.fps)
    np.testing.assert_allclose(model.positions(poses)[5], body_joints(model.body, made), atol=1e-5)


def test_a_perfect_auto_encoder_has_no_error(model, data, monkeypatch):
    item = load_items(data, model.body, "held-out", 30.0).test[0]
    real = np.stack([model.poses(w) for w in item.windows(60, 30, 20)])
    monkeypatch.setattr(Model, "decode", lambda self, latents, frames: real)
    found = errors(model, real)
    assert max(found["mm"].max(), found["world_mm"].max(), found["degrees"].max()) < 0.1
    np.testing.assert_allclose(found["movement"], 1, atol=1e-5)
    lifted = real.copy()
    lifted[..., -1, 1] += 0.2  # the whole body; from the pelvis nothing has changed
    monkeypatch.setattr(Model, "decode", lambda self, latents, frames: lifted)
    found = errors(model, real)
    assert found["mm"].max() < 0.1
    np.testing.assert_allclose(found["world_mm"], 200, atol=0.1)


# --- The command ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_writes_json_and_a_page_and_the_same_again(tmp_path, data, tiny_pack, no_text_tower, capsys):
    arguments = ["--pack", str(tiny_pack), "--data", str(data), "--seed", "3"]
    for run in ("one", "two"):
        assert evaluate.main([*arguments, "--quick", "--out", str(tmp_path / run)]) == 0
    assert "over 2 classes" in capsys.readouterr().out
    first, second = ((tmp_path / run / "evaluation.json").read_text() for run in ("one", "two"))
    assert first == second
    found = json.loads(first)
    assert set(SECTIONS) <= set(found) and found["items"]["test_spans"] == 2
    page = (tmp_path / "one" / "evaluation.html").read_text()
    for section in SECTIONS:
        picture = tmp_path / "one" / f"{section}.png"
        assert picture.read_bytes().startswith(b"\x89PNG") and f'src="{picture.name}"' in page
    assert "may know these clips" in page and str(tmp_path) not in first + page


@pytest.mark.slow
def test_the_tables_are_put_into_a_file_of_ones_own(tmp_path, data, tiny_pack, no_text_tower):
    text = tmp_path / "mine.md"
    marks = "<!-- recognition -->\nold\n<!-- /recognition -->\nkept\n<!-- compare -->\n<!-- /compare -->\n"
    text.write_text("# Ours\n" + marks)
    arguments = ["--pack", str(tiny_pack), "--data", str(data), "--quick", "--out", str(tmp_path / "out")]
    evaluate.main([*arguments, "--fill", str(text)])
    once = text.read_text()
    assert "| the held-out 2 classes: bare class name, as in the paper |" in once and "old" not in once
    assert once.startswith("# Ours\n") and once.endswith("kept\n<!-- compare -->\n<!-- /compare -->\n")
    fill(json.loads((tmp_path / "out" / "evaluation.json").read_text()), text)
    assert text.read_text() == once
    text.write_text("# Nothing marked\n")
    with pytest.raises(UserError, match="has no marks"):
        fill({"recognition": json.loads((tmp_path / "out" / "evaluation.json").read_text())["recognition"]}, text)


def test_a_file_to_fill_that_is_none_is_told_at_once(data, tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        evaluate.main(["--data", str(data), "--fill", str(tmp_path / "none.md")])


@pytest.mark.slow
def test_whole_and_quick_differ_in_how_much(data, tiny_pack, no_text_tower):
    found = evaluate.evaluate(tiny_pack, data)
    assert found["generation"]["prompts"] == 180
    assert found["interpolation"]["texts"]["pairs"] == 50 and len(found["interpolation"]["texts"]["jerk"]) == 11
    assert list(found["reconstruction"]["by_length"]) == ["20", "40", "60", "80", "100", "120"]


@pytest.mark.slow
def test_the_seed_draws_the_pairs(data, tiny_pack, no_text_tower):
    steps = [
        evaluate.evaluate(tiny_pack, data, seed=seed, quick=True)["interpolation"]["texts"]["steps_mm"]
        for seed in (0, 1)
    ]
    assert steps[0] != steps[1]


def test_trainings_are_compared_by_mean_and_sample_deviation(tmp_path, data, tiny_pack, no_text_tower):
    other = tmp_path / "other"
    shutil.copytree(tiny_pack, other)
    weights = load_file(other / "weights.safetensors")
    random = np.random.default_rng(1)
    noisy = {name: w + 0.1 * random.normal(size=w.shape).astype(w.dtype) for name, w in weights.items()}
    save_file(noisy, other / "weights.safetensors")
    evaluate.main(["--data", str(data), "--quick", "--out", str(tmp_path / "out"),
                  "--compare", f"full={tiny_pack},{other}", f"no-text={other}"])  # fmt: skip
    groups = json.loads((tmp_path / "out" / "comparison.json").read_text())["compare"]["groups"]
    runs = [run["reconstruction_mm"] for run in groups["full"]["runs"]]
    assert runs[0] != runs[1]
    assert groups["full"]["mean"]["reconstruction_mm"] == pytest.approx(np.mean(runs))
    assert groups["full"]["spread"]["reconstruction_mm"] == pytest.approx(np.std(runs, ddof=1))
    assert groups["no-text"]["spread"]["top1"] is None
    assert (tmp_path / "out" / "compare.png").is_file() and "no-text (1)" in (
        tmp_path / "out" / "comparison.html"
    ).read_text()


@pytest.mark.parametrize("group", ["full", "=a", "full=", "full=,"])
def test_groups_that_are_none(group):
    with pytest.raises(UserError, match="no group of packs"):
        parse([group])


def test_groups_of_packs():
    assert parse(["full=a,b", "none=c"]) == {"full": [Path("a"), Path("b")], "none": [Path("c")]}
    with pytest.raises(UserError, match="each name once"):
        parse(["full=a", "full=b"])


def test_the_table_of_commands_knows_it(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["training", "evaluate", "--data", "nowhere", "--frames", "nowhere"])
    assert table.main() == 2
    said = capsys.readouterr().err
    assert "There is no folder nowhere" in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("mode", "unused"),
    {
        ("--compare", "a=p"): ("--pack=p", "--frames=f", "--record", "--seed=1"),
        ("--left-out", "p"): ("--pack=p", "--frames=f", "--split=people", "--fill=x.md", "--record", "--seed=1"),
        ("--protocol", "babel-60"): ("--frames=f", "--split=people", "--fill=x.md", "--record", "--quick"),
    }.items(),
)
def test_an_option_that_a_measurement_does_not_use_is_refused(tmp_path, mode, unused):
    for option in unused:
        with pytest.raises(UserError) as caught:
            evaluate.main(["--data", str(tmp_path), *mode, option])
        assert str(caught.value) == f"{option.partition('=')[0]} has no meaning with {mode[0]}; leave it out."


def test_one_thing_is_measured_at_a_time(tmp_path, capsys):
    with pytest.raises(SystemExit):
        evaluate.main(["--data", str(tmp_path), "--compare", "a=p", "--protocol", "babel-60"])
    assert "not allowed with" in capsys.readouterr().err
    with pytest.raises(UserError, match="--legacy goes with --protocol only"):
        evaluate.main(["--data", str(tmp_path), "--legacy"])


# --- Bad input -----------------------------------------------------------------------------------------------------


def test_a_folder_without_index_or_captions(tmp_path, data, tiny_pack, no_text_tower):
    with pytest.raises(UserError, match="has no index"):
        evaluate.evaluate(tiny_pack, tmp_path)
    (tmp_path / "index.json").write_text('{"clips": [{"clip": "own/unknown"}]}')
    with pytest.raises(UserError, match="No clip of .* has captions"):
        evaluate.evaluate(tiny_pack, tmp_path)


def test_a_folder_without_clips_that_were_trained_on(data, tiny_pack, no_text_tower, monkeypatch):
    monkeypatch.setattr(items_module, "is_test", lambda clip, split, *_: True)
    with pytest.raises(UserError, match="holds no captioned clip that the pack was trained on"):
        evaluate.evaluate(tiny_pack, data)


def test_a_split_that_holds_nothing_and_one_that_is_none(data, tiny_pack, no_text_tower, monkeypatch):
    monkeypatch.setattr(items_module, "is_test", lambda clip, split, *_: False)
    with pytest.raises(UserError, match="'held-out' holds no clip"):
        evaluate.evaluate(tiny_pack, data)
    monkeypatch.undo()
    from training.data.splits import is_test

    with pytest.raises(UserError, match="There is no split"):
        is_test("a/walk1", "held")


def test_a_pack_without_encoder_and_a_damaged_one(tmp_path, data, tiny_pack, no_text_tower):
    bare = tmp_path / "bare"
    shutil.copytree(tiny_pack, bare)
    weights = load_file(bare / "weights.safetensors")
    save_file({k: w for k, w in weights.items() if not k.startswith("encoder.")}, bare / "weights.safetensors")
    with pytest.raises(UserError, match="has no motion encoder"):
        evaluate.evaluate(bare, data)
    (bare / "weights.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="damaged"):
        evaluate.evaluate(bare, data)


def test_a_missing_folder_of_frames(data, tiny_pack, no_text_tower):
    with pytest.raises(UserError, match="There is no folder"):
        evaluate.evaluate(tiny_pack, data, frames=data / "frames")


# --- Images --------------------------------------------------------------------------------------------------------


def _shard(folder: Path, frames: list[tuple[str, int]]) -> None:
    from PIL import Image

    told = []
    for number, (clip, frame) in enumerate(frames):
        buffer = io.BytesIO()
        Image.new("RGB", (4, 4), (number, 0, 0)).save(buffer, "PNG")
        info = {"key": f"{number:08d}", "motion": clip, "frame": frame, "fps": 30.0, "seed": 0, "caption": None}
        told.append((info, buffer.getvalue()))
    folder.mkdir(exist_ok=True)
    shards.save(folder, 0, told, "png", {})


@pytest.fixture
def seeing(monkeypatch) -> None:
    """Returns a pack with an image tower, whose embeddings are made of the first pixel."""
    monkeypatch.setattr(Model, "reads_images", True)
    monkeypatch.setattr(Model, "image", lambda self, pixels: fake_text(str(pixels[0, 0, 0])))


def test_frames_belong_to_the_spans_that_show_them(tmp_path, model, data, seeing):
    items = load_items(data, model.body, "held-out", 30.0)
    _shard(tmp_path / "frames", [("a/walk2", 3), ("a/walk1", 3), ("a/wave2", 5), ("a/walk2", 9), ("a/wave2", 90)])
    embeddings, shows = images.of_spans(model, tmp_path / "frames", items.test, most=1)
    assert shows.tolist() == [[True, False], [False, True]]
    np.testing.assert_array_equal(embeddings, [fake_text("0"), fake_text("2")])


@pytest.mark.slow
def test_retrieval_by_images_is_part_of_the_evaluation(tmp_path, data, tiny_pack, no_text_tower, seeing):
    _shard(tmp_path / "frames", [("a/walk2", 3), ("a/wave2", 5)])
    found = evaluate.evaluate(tiny_pack, data, tmp_path / "frames", quick=True)["retrieval"]
    assert found["image_to_motion"]["queries"] == found["motion_to_image"]["gallery"] == 2
    assert found["image_to_motion"]["r5"] == 100
    without = evaluate.evaluate(tiny_pack, data, quick=True)["retrieval"]
    assert "no folder of frames" in without["images"]


def test_frames_that_are_none(tmp_path, model, data, seeing):
    items = load_items(data, model.body, "held-out", 30.0)
    frames = tmp_path / "frames"
    frames.mkdir()
    with pytest.raises(UserError, match="holds no shards"):
        images.of_spans(model, frames, items.test, 1)
    _shard(frames, [("a/walk1", 3)])
    with pytest.raises(UserError, match="No frame in"):
        images.of_spans(model, frames, items.test, 1)
    (frames / "frames-00000.tar").write_bytes(b"nothing at all")
    with pytest.raises(UserError, match="no shard of rendered frames"):
        images.of_spans(model, frames, items.test, 1)
