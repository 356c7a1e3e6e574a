"""The curve of a run, from its log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")

from motionclip_blender.core.errors import UserError
from training.evaluation.curve import main, read_log, series


def a_run(folder: Path, lines: list[dict]) -> Path:
    folder.mkdir()
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def lines(still: float) -> list[dict]:
    return [
        {"step": 20, "reconstruction": 0.2, "movement": 0.1, "kept/training": still, "kept/held-out": still},
        {"step": 10, "reconstruction": 0.5},
        {"step": 40, "reconstruction": 0.1, "movement": 0.2, "kept/training": 2 * still},
    ]


def test_series_have_the_steps_that_logged_them(tmp_path):
    log = read_log(a_run(tmp_path / "run", lines(0.01)))
    assert series(log, "reconstruction") == ([10, 20, 40], [0.5, 0.2, 0.1])
    assert series(log, "kept/training") == ([20, 40], [0.01, 0.02])
    assert series(log, "kept/held-out") == ([20], [0.01])
    assert series(log, "image") == ([], [])


def test_another_log_is_another_picture(tmp_path, capsys):
    one, other = a_run(tmp_path / "one", lines(0.01)), a_run(tmp_path / "other", lines(0.5))
    pictures = []
    for run in (one, one, other):
        assert main([f"run={run}", "--out", str(tmp_path / "curve.png")]) == 0
        pictures.append((tmp_path / "curve.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]
    assert main([f"a={one}", f"b={other}", "--out", str(tmp_path / "both.png")]) == 0
    assert Image.open(tmp_path / "both.png").size[0] > 500 and capsys.readouterr().out.endswith("both.png\n")


def test_what_is_no_run_is_said_and_nothing_is_written(tmp_path):
    out = str(tmp_path / "curve.png")
    with pytest.raises(UserError, match="write NAME=RUN"):
        main([str(tmp_path), "--out", out])
    with pytest.raises(UserError, match=r"give --out a name that ends in \.png, not c\.pdf"):
        main([f"a={tmp_path}", "--out", str(tmp_path / "c.pdf")])
    with pytest.raises(UserError, match="is no log of a training"):
        main([f"a={tmp_path}", "--out", out])
    empty = a_run(tmp_path / "empty", [])
    with pytest.raises(UserError, match="has no lines yet"):
        main([f"a={empty}", "--out", out])
    broken = a_run(tmp_path / "broken", [])
    (broken / "log.jsonl").write_text("[1]\n")
    with pytest.raises(UserError, match="is no log"):
        main([f"a={broken}", "--out", out])
    assert not (tmp_path / "curve.png").exists()
