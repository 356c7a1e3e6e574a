"""The table of a study: whose films were chosen, intervals, and files of answers that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from motionclip_blender.core.errors import UserError
from training.study.command import main
from training.study.pairs import Pair, Study, write_key
from training.study.score import read_answers, score, table


def made(count: int = 20) -> Study:
    """A study with half of its pairs of styles; source "a" is on the left in every third pair."""
    pairs = tuple(
        Pair(f"p{i:03}", "styles" if i % 2 else "in-domain", ("old", "happy")[i // 2 % 2] if i % 2 else f"l{i}",
             f"prompt {i}", "a" if i % 3 == 0 else "b", {"a": f"films/{i}a.mp4", "b": f"films/{i}b.mp4"})
        for i in range(count)
    )  # fmt: skip
    return Study("abc", 0, 60, {"a": "ours", "b": "theirs"}, pairs)


def choice(pair: Pair, side: str) -> str:
    return "left" if pair.left == side else "right"


def save(path: Path, participant: str, choices: dict[str, str], study: str = "abc") -> Path:
    told = {"format": "motionclip-answers", "study": study, "participant": participant, "choices": choices}
    path.write_text(json.dumps(told))
    return path


def test_choices_are_counted_by_whose_film_was_on_that_side():
    study = made()
    rows = score(study, {"x": {pair.pair: choice(pair, "a") for pair in study.pairs}})
    assert [row.name for row in rows] == ["in-domain", "styles", "styles: happy", "styles: old", "all"]
    assert all(row.preferred == 100 and row.second == 0 for row in rows)
    rows = score(study, {"x": {pair.pair: choice(pair, "b") for pair in study.pairs}})
    assert all(row.preferred == 0 for row in rows) and rows[-1].second == 20


def test_no_difference_counts_for_neither():
    study = made(10)
    answers = {
        pair.pair: "same" if i < 4 else choice(pair, "a" if i < 7 else "b") for i, pair in enumerate(study.pairs)
    }
    total = score(study, {"x": answers})[-1]
    assert (total.first, total.second, total.same, total.preferred) == (3, 3, 4, 50)
    nothing = score(study, {"x": {pair.pair: "same" for pair in study.pairs}})[-1]
    assert nothing.preferred is None and nothing.choices is None
    assert "| - | - | - | 100.0 |" in table(study, [nothing])


def test_wilsons_interval_is_the_known_one():
    study = made(20)
    answers = {pair.pair: choice(pair, "a" if i < 15 else "b") for i, pair in enumerate(study.pairs)}
    low, high = score(study, {"x": answers})[-1].choices
    assert (low, high) == (pytest.approx(53.13, abs=0.01), pytest.approx(88.81, abs=0.01))  # 15 of 20


def test_people_who_agree_with_themselves_alone_widen_the_interval_over_people():
    study = made()
    split = {f"x{i}": {p.pair: choice(p, "a" if i < 5 else "b") for p in study.pairs} for i in range(10)}
    random = np.random.default_rng(0)
    mixed = {f"x{i}": {p.pair: choice(p, "ab"[random.integers(2)]) for p in study.pairs} for i in range(10)}
    of_split, of_mixed = score(study, split)[-1], score(study, mixed)[-1]
    width = {name: np.diff(row.over_people)[0] for name, row in (("split", of_split), ("mixed", of_mixed))}
    assert width["split"] > 40 > 25 > width["mixed"] > 5
    assert np.diff(of_split.choices)[0] == pytest.approx(np.diff(of_mixed.choices)[0], abs=1)


def test_few_people_have_no_interval_over_people():
    study = made()
    answers = {f"x{i}": {p.pair: choice(p, "a") for p in study.pairs} for i in range(4)}
    assert score(study, answers)[-1].over_people is None
    answers["x4"] = answers["x0"]
    assert score(study, answers)[-1].over_people == (100, 100)


def test_answers_of_several_files_and_forms(tmp_path: Path):
    one = save(tmp_path / "one.json", "x", {"p000": "left"})
    again = tmp_path / "again.csv"
    again.write_bytes(
        "\ufeffStudy;participant;pair;choice\r\nabc;x;p000;left\r\n\r\nabc;x;p001;same\r\nabc;y;p000;right\r\n".encode()
    )
    assert read_answers([one, again], made()) == {"x": {"p000": "left", "p001": "same"}, "y": {"p000": "right"}}


CSV = "study,participant,pair,choice\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no file of answers"),
        ("pair,choice\np000,left\n", "columns must be"),
        (CSV, "holds no answers"),
        (CSV + "abc,x,p000\n", "row 2: 3 cells"),
        (CSV + 'abc,x,"p000,left\n', "cut off"),
        (CSV + "abc,x,p000,maybe\n", "does not know"),
        (CSV + "abc,x,p999,left\n", "does not know"),
        (CSV + "abc,,p000,left\n", "does not know"),
        (CSV + "other,x,p000,left\n", "another study"),
        (CSV + "abc,x,p000,left\nabc,x,p000,right\n", "contradicts"),
        ('{"format": "motionclip-answers", "stud', "cut off"),
        ("{}", "no file of answers"),
        ('{"format": "motionclip-answers", "study": "abc", "participant": "x", "choices": []}', "no file of answers"),
        ('{"format": "motionclip-answers", "study": "abc", "participant": "x", "choices": {}}', "holds no answers"),
        ('{"format": "motionclip-answers", "study": "abc", "participant": "x", "choices": {"p000": 3}}', "not know"),
    ],
)
def test_wrong_files_of_answers(tmp_path: Path, text: str, said: str):
    path = tmp_path / "answers"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        read_answers([path], made())


def test_files_that_contradict_each_other(tmp_path: Path):
    paths = [save(tmp_path / f"{c}.json", "x", {"p000": c}) for c in ("left", "right")]
    with pytest.raises(UserError, match="contradicts"):
        read_answers(paths, made())


def test_the_command_prints_the_table_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    study = made()
    write_key(study, tmp_path)
    path = save(tmp_path / "x.json", "x", {pair.pair: choice(pair, "a") for pair in study.pairs[:5]})
    assert main(["--score", str(path), "--out", str(tmp_path), "--json", str(tmp_path / "table.json")]) == 0
    assert "| all | 1 | 5 | 5 | 100.0 |" in capsys.readouterr().out
    assert json.loads((tmp_path / "table.json").read_text())["rows"][-1]["first"] == 5
    with pytest.raises(UserError, match=r"no key\.json"):
        main(["--score", str(path), "--out", str(tmp_path / "none")])
