"""From clips and captions of one's own to a pack that answers prompts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.lock import only_one
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.prompt_plan.understand import understand
from tests.synthetic import arm_swing, random_motion
from tests.training.autoencoder.small_run import TINY
from training.autoencoder import details, export, train, wording_index
from training.data.own_captions import digest_of
from training.evaluation import class_means

WORDS = {
    "wave": ("waves", "greets somebody", "says hello", "a person waves", "hello"),
    "kick": ("kicks", "shoots at the goal", "boots a ball", "a person kicks", "a footballer"),
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Prepared clips, and their captions; those of the folder `tested` are to be held out."""
    data, captions, lines = tmp_path / "data", tmp_path / "captions", []
    for number, (action, words) in enumerate(WORDS.items()):
        for source in ("mine", "more-of-mine", "tested"):
            clip = f"{source}/{action}"
            amass.save(arm_swing(40) if number else random_motion(40, seed=1, size=0.2), data / f"{clip}.npz")
            lines.append({"clip": clip, "action": action, "captions": words, "exemplar": source == "mine",
                          "after": "repeat"})  # fmt: skip
    lines.append(lines[0] | {"clip": "mine/gone"})
    (data / "index.json").write_text(json.dumps({"clips": [{"clip": line["clip"]} for line in lines[:-1]]}))
    captions.mkdir()
    (captions / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return data, captions


def arguments(tmp_path: Path, data: Path, *more: str, **settings) -> list[str]:
    told = {"steps": 2, "split": "unseen:tested", "augment": False} | settings
    config = tmp_path / "settings.json"
    config.write_text(json.dumps(json.loads(json.dumps(asdict(TINY))) | told))
    return ["--data", str(data), "--run", str(tmp_path / "run"), "--config", str(config), *more]


def test_a_run_learns_them_and_remembers_them(tmp_path: Path, folders: tuple[Path, Path], capsys):
    data, captions = folders
    assert train.main(arguments(tmp_path, data, "--captions", str(captions))) == 0
    assert "left out: mine/gone." in capsys.readouterr().err
    run = tmp_path / "run"
    assert json.loads((run / "config.json").read_text())["own_captions"] == digest_of((captions,))
    pack = export.export(run, tmp_path / "pack", "1.0.0", texts=False)
    assert pack.info["own_captions"] == digest_of((captions,)) and pack.info["captions"] == 10
    assert [source["source"] for source in pack.info["sources"]] == ["mine", "more-of-mine"]
    assert len(Engine(pack.folder, compute="numpy").retrieval) == 10
    for command in (details, class_means):
        with pytest.raises(UserError, match="give their folder with --captions"):
            command.main(["--pack", str(pack.folder), "--data", str(data)])
    given = ["--pack", str(pack.folder), "--data", str(data), "--captions", str(captions)]
    assert class_means.main(given) == 0 and Pack.load(pack.folder).class_means_path.is_file()


@pytest.mark.slow
def test_such_a_pack_answers_prompts_in_other_words(tmp_path: Path, folders: tuple[Path, Path]):
    data, captions = folders
    given = ["--captions", str(captions)]
    assert train.main(arguments(tmp_path, data, *given)) == 0
    assert export.main(["--run", str(tmp_path / "run"), "--out", str(tmp_path / "pack")]) == 0
    pack = ["--pack", str(tmp_path / "pack")]
    assert details.main([*pack, "--data", str(data), *given]) == 0
    assert wording_index.main([*pack, *given]) == 0
    engine = Engine(tmp_path / "pack", compute="numpy")
    assert len(engine.wordings.texts) == 10
    _, (choice,) = understand(engine, engine.wordings, "the player kicks a ball")
    assert choice.action == "kick" and choice.sure


def test_two_trainings_in_one_folder_are_refused(tmp_path: Path, folders: tuple[Path, Path]):
    data, captions = folders
    given = arguments(tmp_path, data, "--captions", str(captions))
    with only_one(tmp_path / "run"), pytest.raises(UserError, match="Another run is writing .*run; wait for it"):
        train.main(given)
    assert train.main(given) == 0


def test_a_run_that_is_resumed_with_other_motions_is_refused(tmp_path: Path, folders: tuple[Path, Path]):
    data, captions = folders
    given = ["--captions", str(captions)]
    assert train.main(arguments(tmp_path, data, *given)) == 0
    assert train.main(arguments(tmp_path, data, *given, steps=3)) == 0
    saved = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    amass.save(arm_swing(41), data / "mine" / "kick.npz")
    with pytest.raises(UserError, match="was trained on other motions or captions than --data holds now; give it its"):
        train.main(arguments(tmp_path, data, *given, steps=4))
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == saved


def test_captions_of_one_class_and_none_are_refused(tmp_path: Path, folders: tuple[Path, Path]):
    data, captions = folders
    lines = (captions / "mine.jsonl").read_text().splitlines()
    (captions / "mine.jsonl").write_text("\n".join(line for line in lines if '"wave"' in line))
    with pytest.raises(UserError, match="are of one class; give two"):
        train.main(arguments(tmp_path, data, "--captions", str(captions)))
    with pytest.raises(UserError, match="with captions of its own; give their folder with --captions"):
        train.main(arguments(tmp_path, data, own_captions="1234"))
