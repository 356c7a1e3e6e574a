"""The study from its films to its page: pairs, sides, what the page tells, and runs that go on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from training.study import films as films_module
from training.study.command import chosen_questions, main
from training.study.lists import LISTS, questions
from training.study.page import page
from training.study.pairs import read_key, study_of
from training.study.score import read_answers
from training.study.sources import source_of

from .conftest import PROMPTS


def study(film_folders, seed: int = 0, names: tuple[str, str] = ("ours", "theirs")):
    asked = [question for name in LISTS for question in questions(name)]
    sources = [source_of(film_folders(name), PROMPTS[:1]) for name in names]
    pole_vaults = [question for question in asked if question.prompt == "pole vault"] * 40
    return study_of(pole_vaults, *sources, frames=60, seed=seed)


def test_order_and_sides_are_of_the_seed(film_folders):
    assert study(film_folders, 1) == study(film_folders, 1)
    lefts = {tuple(pair.left for pair in study(film_folders, seed).pairs) for seed in range(4)}
    assert len(lefts) == 4


def test_each_source_is_on_the_left_in_half_of_the_pairs(film_folders):
    for seed in range(5):
        assert sum(pair.left == "a" for pair in study(film_folders, seed).pairs) == 20


def test_equal_sources_are_refused(film_folders):
    with pytest.raises(UserError, match="same films"):
        study(film_folders, names=("ours", "ours"))


def test_a_limit_takes_prompts_of_every_list_evenly():
    chosen = chosen_questions(list(LISTS), None, 4)
    assert [question.list for question in chosen] == [name for name in LISTS for _ in range(4)]
    assert {question.label for question in chosen_questions(["out-of-domain"], None, 4)} == {"summer", "winter"}
    assert chosen_questions(["styles", "styles"], None, 1000) == questions("styles")


def told(html: str) -> dict:
    """Returns what the page's script knows."""
    return json.loads(re.search(r"const STUDY = (.*);\n", html)[1])


def test_the_study_of_two_folders(film_folders, prompts_file: Path, tmp_path: Path):
    out = tmp_path / "out"
    arguments = [film_folders("ours"), film_folders("theirs"), "--prompts", str(prompts_file), "--out", str(out)]
    assert main(arguments) == 0
    key = read_key(out)
    assert sorted(pair.prompt for pair in key.pairs) == sorted(PROMPTS)
    for pair in key.pairs:
        assert (out / "page" / pair.films["a"]).read_bytes().endswith(f"ours {pair.prompt}".encode())
        assert (out / "page" / pair.films["b"]).read_bytes().endswith(f"theirs {pair.prompt}".encode())
    html = (out / "page" / "index.html").read_text()
    shown = told(html)
    assert [pair["prompt"] for pair in shown["pairs"]] == [pair.prompt for pair in key.pairs]
    assert [pair["left"] for pair in shown["pairs"]] == [pair.films[pair.left] for pair in key.pairs]
    assert [pair["right"] for pair in shown["pairs"]] == [pair.films[pair.right] for pair in key.pairs]


def test_the_page_is_blind_and_needs_no_network(film_folders, prompts_file: Path, tmp_path: Path):
    out = tmp_path / "out"
    main([film_folders("ours"), film_folders("theirs"), "--prompts", str(prompts_file), "--out", str(out)])
    html = (out / "page" / "index.html").read_text()
    assert "ours" not in html.replace("yours", "") and "theirs" not in html
    assert not re.search(r"https?:|//[a-z]+\.|<link|src=", html)
    assert html.count("</script>") == 1  # a prompt that says it does not end the script
    names = sorted(path.name for path in (out / "page" / "films").iterdir())
    assert len(names) == 2 * len(PROMPTS) and all(re.fullmatch(r"[0-9a-f]{12}\.mp4", name) for name in names)
    assert sorted(path.name for path in (out / "page").iterdir()) == ["films", "index.html"]


def test_a_run_that_was_stopped_goes_on(film_folders, prompts_file: Path, tmp_path: Path, monkeypatch):
    out = tmp_path / "out"
    arguments = [film_folders("ours"), film_folders("theirs"), "--prompts", str(prompts_file), "--out", str(out)]
    copies: list[Path] = []
    copy = shutil.copyfile

    def stopping(film: Path, target: Path) -> None:
        if len(copies) == 3:
            raise KeyboardInterrupt
        copies.append(film)
        copy(film, target)

    monkeypatch.setattr(films_module.shutil, "copyfile", stopping)
    with pytest.raises(KeyboardInterrupt):
        main(arguments)
    made = {path: path.stat().st_mtime_ns for path in (out / "page" / "films").iterdir()}
    assert len(made) == 3 and not (out / "page" / "index.html").exists()
    monkeypatch.setattr(films_module.shutil, "copyfile", copy)
    assert main(arguments) == 0
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert len(list((out / "page" / "films").iterdir())) == 2 * len(PROMPTS)


def test_another_study_is_not_overwritten(film_folders, prompts_file: Path, tmp_path: Path):
    arguments = [film_folders("ours"), film_folders("theirs"), "--prompts", str(prompts_file), "--out", str(tmp_path)]
    assert main(arguments) == 0
    before = (tmp_path / "key.json").read_bytes()
    with pytest.raises(UserError, match="another study"):
        main([*arguments, "--seed", "1"])
    assert (tmp_path / "key.json").read_bytes() == before


@pytest.mark.parametrize(
    "key", ["", "[" * 100_000, "[]", "{}", '{"format": "motionclip-study", "version": 1, "pairs": [{}]}']
)
def test_a_damaged_key(tmp_path: Path, key: str):
    (tmp_path / "key.json").write_text(key)
    with pytest.raises(UserError, match=r"key\.json is"):
        read_key(tmp_path)


@pytest.mark.parametrize("sources", [[], ["default"], ["default"] * 3])
def test_two_sources_are_needed(sources: list[str]):
    with pytest.raises(UserError, match=f"not {len(sources)}"):
        main(sources)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_files_that_the_page_saves_are_read(film_folders, tmp_path: Path):
    asked = study(film_folders)
    script = Path(films_module.__file__).with_name("page.js")
    pairs = [pair.pair for pair in asked.pairs]
    choices = dict(zip(pairs, ["left", "right", "same"], strict=False))
    kept = json.dumps({"participant": "p1", "choices": choices | {"p999": "left", pairs[5]: "maybe"}})
    run = f"""
        const page = require({json.dumps(str(script))}), fs = require("fs");
        const study = {json.dumps(told(page(asked)))};
        const answers = page.keptAnswers(study, {json.dumps(kept)}, "new");
        fs.writeFileSync("answers.json", page.asJson(study, answers));
        fs.writeFileSync("answers.csv", page.asCsv(study, answers));
        const empty = page.keptAnswers(study, "damaged {{", "new");
        console.log(JSON.stringify([page.firstOpen(study, answers), empty]));
    """
    done = subprocess.run(["node", "-e", run], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [3, {"participant": "new", "choices": {}}]
    for name in ("answers.json", "answers.csv"):
        assert read_answers([tmp_path / name], asked) == {"p1": choices}


@pytest.mark.slow
def test_a_pack_and_a_folder_of_films(film_folders, tmp_path: Path):
    prompts = tmp_path / "one.txt"
    prompts.write_text("pole vault")
    out = tmp_path / "out"
    arguments = ["default", film_folders("theirs"), "--prompts", str(prompts), "--frames", "20", "--out", str(out)]
    assert main(arguments) == 0
    (pair,) = read_key(out).pairs
    film = out / "page" / pair.films["a"]
    assert film.read_bytes()[4:8] == b"ftyp" and film.stat().st_size > 5000
    before = film.stat().st_mtime_ns
    assert main(arguments) == 0 and film.stat().st_mtime_ns == before
