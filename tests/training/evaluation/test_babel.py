"""`evaluate --protocol babel-60`: the rule of table 3, on numbers by hand and on a pack that was trained."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from tests.training.data.amass import made
from training.autoencoder import train
from training.autoencoder.export import export
from training.data.amass.prepare import Settings, prepare
from training.data.amass.shards import Shards
from training.evaluation import babel, evaluate


def test_a_hit_is_any_true_class_among_the_first():
    classes = [f"c{i}" for i in range(7)]
    nearest_first = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]] * 4)
    truth = [{0}, {4, 6}, {5, 6}, {3, 0}]
    found = babel.figures(nearest_first, truth, classes)
    assert found["windows"] == 4 and found["classes"] == 7
    assert found["top1"] == 50 and found["top5"] == 75
    assert found["by_class"]["c0"] == {"windows": 2, "top1": 100, "top5": 100}
    assert found["by_class"]["c6"] == {"windows": 2, "top1": 0, "top5": 0}
    assert found["chance"]["top1"] == pytest.approx(100 * (1 / 7 + 3 * 2 / 7) / 4)
    shares = [exp(100 * (0.1 * -k)) for k in range(7)]
    assert found["share_of_the_first"] == pytest.approx(1 / sum(shares))
    with pytest.raises(UserError, match="not finite"):
        babel.figures(np.full((1, 7), np.nan), [{0}], classes)


def test_few_classes_are_all_among_the_first_five():
    found = babel.figures(np.array([[0.1, 0.2]]), [{0}], ["a", "b"])
    assert (found["top1"], found["top5"], found["chance"]["top5"]) == (0, 100, 100)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> dict[bool, tuple[Path, Path]]:
    """By whether they are legacy: shards, and a pack of a network that was trained on them for a moment."""
    folder = tmp_path_factory.mktemp("babel")
    source = made.write_amass(folder / "amass", folder / "babel", 18)
    tiny = {"layers": 1, "feed_forward": 32, "motions": 3, "frames": [60, 60], "split": "babel", "vertices": 10,
            "smplx": False}  # fmt: skip
    (folder / "tiny.json").write_text(json.dumps(tiny))
    made_of = {}
    for legacy, preset in ((False, "paper"), (True, "paper-legacy")):
        shards, run, pack = (folder / f"{preset}-{what}" for what in ("shards", "run", "pack"))
        prepare(Settings(*source, legacy), shards, 1)
        train.main([
            "--data", str(shards), "--run", str(run), "--preset", preset, "--config", str(folder / "tiny.json"),
            "--clip", "minilm", "--steps", "2",
        ])  # fmt: skip
        export(run, pack, "1")
        made_of[legacy] = shards, pack
    return made_of


@pytest.mark.parametrize("legacy", [False, True])
def test_the_protocol_by_the_command_line(tmp_path, trained, legacy, capsys):
    shards, pack = trained[legacy]
    options = ["--protocol", "babel-60", "--pack", str(pack), "--data", str(shards), "--out", str(tmp_path)]
    assert evaluate.main([*options, *(["--legacy"] if legacy else [])]) == 0
    found = json.loads((tmp_path / "babel-60.json").read_bytes())
    assert 0 < found["windows"] <= len(Shards(shards).chosen("babel", "val"))
    assert 0 <= found["top1"] <= found["top5"] <= 100 and found["legacy"] == legacy
    told = capsys.readouterr().out
    assert "40.90%" in told and "73.18%" in told and "guessing" in told
    with pytest.raises(UserError, match="evaluate in the same way"):
        evaluate.main([*options, *([] if legacy else ["--legacy"])])


def test_a_network_that_knows_the_answer_gets_all_right(trained, monkeypatch):
    """The windows, their crops and their classes belong together: latents are put where the true names are."""
    shards_folder, pack = trained[False]
    shards = Shards(shards_folder)
    names = babel.Model(pack).texts(shards.classes)

    def latents(model, opened, windows, starts, frames):
        shown = [babel._classes(opened, i, start, start + frames) for i, start in zip(windows, starts, strict=True)]
        return np.stack([names[min(true)] for true in shown])

    monkeypatch.setattr(babel, "_latents", latents)
    found = babel.evaluate_babel(pack, shards_folder)
    assert found["top1"] == found["top5"] == 100


def test_parts_without_windows(trained):
    shards, pack = trained[False]
    with pytest.raises(UserError, match="no window in the part test"):
        babel.evaluate_babel(pack, shards, part="test")
