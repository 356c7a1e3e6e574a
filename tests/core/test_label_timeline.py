"""Several actions in one motion: labels with their times."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionclip_blender.core import label_timeline
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.label_timeline import labelled_parts, smoothed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.make import as_long_as_it_takes, generate, make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.core.recognition import Recogniser

LABELS = ("walk", "run", "wave", "jump", "jumping jacks", "sit down", "swim", "kick", "punch", "dance", "crawl")


@pytest.fixture(scope="module")
def recogniser(engine: Engine) -> Recogniser:
    """Of actions that are told apart at a glance: what is tested is where labels begin and end."""
    return Recogniser(engine, LABELS)


def test_a_short_change_does_not_pay_for_two_switches():
    scores = np.array([[3, 0], [3, 0], [0, 2], [3, 0], [3, 0]], float)
    assert smoothed(scores, 2.0).tolist() == [0] * 5
    assert smoothed(scores, 0.5).tolist() == [0, 0, 1, 0, 0]
    assert smoothed(scores[:1], 2.0).tolist() == [0]


def test_the_way_is_the_best_of_all_ways():
    rng = np.random.default_rng(3)
    for switch in (0.0, 0.7, 2.0):
        scores = rng.normal(size=(6, 3))
        ways = np.indices((3,) * 6).reshape(6, -1).T
        sums = scores[np.arange(6), ways].sum(axis=1) - switch * (np.diff(ways, axis=1) != 0).sum(axis=1)
        assert smoothed(scores, switch).tolist() == ways[sums.argmax()].tolist()


def test_the_segments_of_a_timeline_are_found_again(engine: Engine, recogniser: Recogniser):
    segments = tuple(TimelineSegment(PromptPlan(text), 3.0, 1 / 3) for text in ("walks", "waves", "does jumping jacks"))
    recipe = as_long_as_it_takes(engine, Recipe(Timeline(segments), 60), {}, 24)
    made = make(engine, recipe, 24)
    parts = labelled_parts(engine, recogniser, made.motion)
    assert [part.name for part in parts] == ["walk", "wave", "jumping jacks"]
    assert parts[0].start == 0 and parts[-1].end == pytest.approx(len(made.motion) / 24)
    assert all(a.end == b.start for a, b in pairwise(parts))
    wanted = [start / 24 + 1 / 6 for start in made.starts[1:]]
    assert [part.start for part in parts[1:]] == pytest.approx(wanted, abs=0.5)
    assert all(0.3 < part.share <= 1 and -1 <= part.cosine <= 1 for part in parts)


def test_a_long_motion_has_fewer_windows(engine: Engine, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch):
    segments = tuple(TimelineSegment(PromptPlan(text), 4.0, 1 / 3) for text in ("walks", "waves", "does jumping jacks"))
    motion = make(engine, Recipe(Timeline(segments), 360), 30).motion
    monkeypatch.setattr(label_timeline, "_MOST", 30)  # a window every 12 frames
    parts = labelled_parts(engine, recogniser, motion)
    assert [part.name for part in parts] == ["walk", "wave", "jumping jacks"]
    assert [part.start for part in parts] == pytest.approx([0, 4, 8], abs=0.6)


def test_one_action_is_one_part(engine: Engine, recogniser: Recogniser):
    motion = generate(engine, "a person walks", 150)
    (part,) = labelled_parts(engine, recogniser, motion)
    assert (part.name, part.start, part.end) == ("walk", 0.0, 5.0)


@pytest.mark.parametrize("frames", [1, 2, 19])
def test_a_motion_shorter_than_a_window_has_one_part(engine: Engine, recogniser: Recogniser, frames: int):
    motion: Motion = generate(engine, "a person walks", 60).crop(0, frames)
    (part,) = labelled_parts(engine, recogniser, motion)
    assert part.start == 0 and part.end == pytest.approx(frames / 30)


def test_it_can_be_cancelled_between_windows(engine: Engine, recogniser: Recogniser):
    class Stop(Exception): ...

    def stop(stage: str, fraction: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        labelled_parts(engine, recogniser, generate(engine, "a person walks", 60), stop)
