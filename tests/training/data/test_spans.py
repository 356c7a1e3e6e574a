"""Spans that are proposed for captions, and their measures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import JOINTS
from tests.training.data.test_t_poses import arms, way
from training.data import spans
from training.data.span_measures import direction_of, measures, posture, turns
from training.data.spans import proposals


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


def walking(direction: tuple[float, float], frames: int = 60) -> Motion:
    rotations = np.tile((1.0, 0, 0, 0), (frames, len(JOINTS), 1))
    path = np.zeros((frames, 3))
    path[:, 0], path[:, 2] = (np.arange(frames) * step / 30 for step in direction)
    return Motion(rotations, path, 30.0)


@pytest.mark.parametrize(
    ("way_of", "direction"), [((0, 1), "forward"), ((0, -1), "backward"), ((1, 0), "left"), ((-1, 0), "right")]
)
def test_directions_are_those_of_the_chest(body: Body, way_of: tuple[float, float], direction: str):
    found = measures(walking(way_of), body)
    assert found.direction == direction
    assert found.metres == pytest.approx(59 / 30, rel=1e-3)
    assert found.speed == pytest.approx(1.0, rel=0.05)


def test_words_for_angles():
    assert [direction_of(degrees) for degrees in (None, 10, 100, -80, 175, -190)] == [
        "", "forward", "left", "right", "backward", "backward",
    ]  # fmt: skip
    assert [turns(degrees) for degrees in (10, 90, -200)] == ["", "left", "right"]


def test_postures(body: Body):
    rest = body.joints()[:22].astype(float)
    standing = float(rest[0, 1] - rest[:, 1].min())
    assert posture(rest, standing) == "upright"
    assert posture(rest[:, [0, 2, 1]], standing) == "lying"
    assert posture(rest * (1, -1, 1), standing) == "head down"


def test_labels_that_follow_each_other_are_one_span(body: Body):
    entry = {
        "clip": "a/b", "seconds": 20.0,
        "labels": [{"start": 1.0, "end": 2.0, "label": "run"}, {"start": 2.1, "end": 3.0, "label": "run"},
                   {"start": 5.0, "end": 6.0, "label": "run"}, {"start": 7.0, "end": 7.2, "label": "stop"}],
    }  # fmt: skip
    found = proposals(entry, walking((0, 1)), body)
    assert [(one.start, one.end, one.label) for one in found] == [(1.0, 3.0, "run"), (5.0, 6.0, "run")]


def test_long_takes_are_cut_and_t_poses_between_repetitions_left_out(body: Body):
    part = (10, 20, 90)
    motion = arms(way(part, (20, 90, 15), (90, 90, 30), (90, 10, 15), part))
    first, second = proposals({"clip": "a/b", "seconds": motion.seconds}, motion, body)
    assert first.start == 0
    assert first.end == pytest.approx(3.2, abs=0.3)
    assert second.start == pytest.approx(4.9, abs=0.3)
    assert all(
        one.end - one.start <= 8.1 for one in proposals({"clip": "a", "seconds": 30.0}, walking((0, 1), 900), body)
    )


def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path: Path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match="Cannot write .*choose another place"):
        spans.main(["--data", str(tmp_path / "none"), "--out", str(tmp_path / "taken")])


def test_the_command_writes_a_table_and_names_a_motion_that_is_missing(tmp_path: Path, capsys):
    entries = [{"clip": f"a/{name}", "file": f"a/{name}.npz", "seconds": 2.0} for name in ("one", "two")]
    (tmp_path / "a").mkdir()
    (tmp_path / "index.json").write_text(json.dumps({"clips": entries}))
    amass.save(walking((0, 1)), tmp_path / "a" / "one.npz", np.zeros(10))
    assert spans.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "two.npz" in capsys.readouterr().err
    (line,) = json.loads((tmp_path / "out" / "spans.json").read_text())
    assert (line["clip"], line["direction"], line["first"]) == ("a/one", "forward", "upright")
    assert (tmp_path / "out" / "spans.csv").read_text().startswith("number,clip,start,end,label,person,take,side,")
