"""The seed alone decides what is rendered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body, floor_under
from motionclip_blender.core.errors import UserError
from render_pipeline.looks import Looks
from render_pipeline.motions import Captions, Motions
from render_pipeline.plan import Plan


def plan(folder: Path, body: Body, **changes) -> Plan:
    options = {"seed": 0, "per_motion": 8, "limit": None, "shard": 5, **changes}
    motions = Motions(folder, body)
    return Plan(motions, Captions(folder, motions.names), Looks.load("varied"), **options)


def frames(made: Plan) -> list[dict]:
    return [frame for number in range(made.units) for frame in made.unit(number).frames]


def test_every_motion_gives_its_number_of_frames(motions: Path, open_body: Body):
    made = plan(motions, open_body)
    drawn = frames(made)
    assert len(drawn) == len(made) == 24
    assert [frame["key"] for frame in drawn] == [f"{i:08d}" for i in range(24)]
    assert {name: sum(frame["motion"] == name for frame in drawn) for name in made.motions.names} == {
        "a/fall": 8, "a/wave.slowly": 8, "b/walk": 8,
    }  # fmt: skip
    # a motion comes again only after all others came
    assert sorted(frame["motion"] for frame in drawn[:3]) == made.motions.names


def test_units_do_not_change_what_is_drawn(motions: Path, open_body: Body):
    assert frames(plan(motions, open_body)) == frames(plan(motions, open_body, shard=100))
    assert frames(plan(motions, open_body, limit=7)) == frames(plan(motions, open_body))[:7]
    assert frames(plan(motions, open_body, seed=1)) != frames(plan(motions, open_body))


def test_a_frame_does_not_depend_on_which_other_motions_there_are(motions: Path, open_body: Body, tmp_path: Path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "walk.npz").write_bytes((motions / "b" / "walk.npz").read_bytes())

    def of_walk(made: Plan) -> list[tuple]:
        return [(frame["seed"], frame["frame"], frame["look"]) for frame in frames(made) if frame["motion"] == "b/walk"]

    assert of_walk(plan(tmp_path, open_body)) == of_walk(plan(motions, open_body))


def test_captions_are_those_of_the_moment(motions: Path, open_body: Body):
    told = frames(plan(motions, open_body, per_motion=40))
    assert {frame["caption"] for frame in told if frame["motion"] != "b/walk"} == {None}
    walks = [frame for frame in told if frame["motion"] == "b/walk"]
    for frame in walks:
        stumbles = 0.2 <= frame["seconds"] <= 0.3
        assert frame["caption"] == ("a person stumbles" if stumbles else "a person walks")
    assert len({frame["caption"] for frame in walks}) == 2


def test_a_unit_holds_the_poses_of_its_frames(motions: Path, open_body: Body):
    made = plan(motions, open_body)
    unit = made.unit(1)
    for frame, rotations, translation in zip(unit.frames, unit.rotations, unit.translation, strict=True):
        motion = made.motions.load(frame["motion"]).motion
        assert np.array_equal(rotations, motion.rotations[frame["frame"]])
        assert np.array_equal(translation, motion.translation[frame["frame"]])


def test_bad_folders_are_refused_with_a_sentence(tmp_path: Path, open_body: Body):
    with pytest.raises(UserError, match="no folder"):
        Motions(tmp_path / "nowhere", open_body)
    with pytest.raises(UserError, match="no motions"):
        Motions(tmp_path, open_body)
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(UserError, match=r"index\.json"):
        Captions(tmp_path, [])


def test_frames_are_named_before_they_are_drawn(motions: Path, open_body: Body):
    made = plan(motions, open_body)
    for number in range(made.units):
        assert made.named(number) == [(frame["key"], frame["motion"]) for frame in made.unit(number).frames]


def test_the_floor_does_not_depend_on_the_order_in_which_a_machine_sums_up(motions: Path, open_body: Body):
    """Another number of BLAS threads, or another processor, adds the same numbers in another order."""
    order = np.random.default_rng(0).permutation(len(open_body.template))
    shuffled = replace(
        open_body,
        template=open_body.template[order],
        weights=open_body.weights[order],
        regressor=open_body.regressor[:, order],
        shape_dirs=open_body.shape_dirs[order],
    )
    here, there = Motions(motions, open_body), Motions(motions, shuffled)
    floors = [here.load(name).floor for name in here.names]
    assert floors == [there.load(name).floor for name in there.names]
    assert floors == [round(floor, 4) for floor in floors]
    near = [floor_under(open_body.lowest(here.load(name).motion)) for name in here.names]
    assert np.allclose(floors, near, atol=1e-3)
