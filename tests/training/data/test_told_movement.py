"""What wordings say of travel, lying, standing up and arms, beside motions that show it and that do not."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from training.data.captions import CaptionedSpan
from training.data.told_movement import fastest, front_height, movement_contradictions

FRAMES, FPS = 45, 30.0
LYING = {"on the back": (-90, 0), "on the belly": (90, 0), "on the side": (90, 90)}  # degrees about X, then about Y


def _motion(speed: float = 0.0, pelvis: tuple[float, float] = (0, 0), lift: float = 0.0, **joints: float) -> Motion:
    """A body in one pose that moves ahead. pelvis: degrees about X, and before that about its own length.

    lift: metres upwards. joints: degrees about Z.
    """
    axes = np.zeros((FRAMES, 55, 3))
    for name, degrees in joints.items():
        axes[:, INDEX[name], 2] = np.radians(degrees)
    motion = Motion.from_axis_angle(axes.reshape(FRAMES, -1), np.zeros((FRAMES, 3)))
    tip, roll = np.radians(pelvis) / 2
    # about X after about Y
    turn = np.array([np.cos(tip) * np.cos(roll), np.sin(tip) * np.cos(roll), np.cos(tip) * np.sin(roll),
                     np.sin(tip) * np.sin(roll)])  # fmt: skip
    rotations = motion.rotations.copy()
    rotations[:, 0] = turn
    way = np.zeros((FRAMES, 3))
    way[:, 1], way[:, 2] = lift, speed * np.arange(FRAMES) / FPS
    return Motion(rotations, way, FPS)


def _on_floor(motion: Motion, over: float = 0.0) -> Motion:
    lowest = Body.load().posed_joints(motion)[:, :22, 1].min()
    return motion.moved(np.tile((0.0, over - lowest, 0.0), (len(motion), 1)))


def _said(caption: str, motion: Motion, action: str = "walk", exemplar: bool = True) -> list[str]:
    span = CaptionedSpan("own/Clip", action, (caption,), exemplar=exemplar, after="hold")
    return list(movement_contradictions(span, motion, Body.load()))


def test_the_fastest_half_second_counts():
    assert fastest(_motion(2.4)) == pytest.approx(2.4, rel=1e-3)
    assert fastest(_motion(2.4).crop(0, 6)) == pytest.approx(2.4, rel=1e-3)
    assert fastest(_motion(2.4).crop(0, 1)) == 0.0


@pytest.mark.parametrize(
    ("caption", "speed", "said"),
    [
        ("a person jogs", 2.4, False), ("jogging in place", 0.0, False), ("jogs in the park", 5.2, True),
        ("speeds up from a jog into a run", 5.2, False),
        ("sprints off", 4.0, False), ("sprinting", 1.5, True), ("poses like a sprinter", 0.0, False),
    ],
)  # fmt: skip
def test_joggers_are_slower_than_sprinters(caption: str, speed: float, said: bool):
    assert bool(_said(caption, _motion(speed))) == said


def test_who_goes_somewhere_does_not_stay():
    assert _said("walks backwards", _motion()) == ['"walks backwards" says backward, and it stays within 0.0 m.']
    assert not _said("walks backwards", _motion(), exemplar=False)
    assert not _said("walks ahead", _motion(1.0)) and not _said("steps to the left on the spot", _motion())


@pytest.mark.parametrize("shown", LYING)
@pytest.mark.parametrize("told", LYING)
def test_the_side_on_which_someone_lies(shown: str, told: str):
    motion = _on_floor(_motion(pelvis=LYING[shown]), 0.1)
    height = front_height(Body.load().posed_joints(motion)[-1])
    assert height == pytest.approx({"on the back": 1, "on the belly": -1, "on the side": 0}[shown], abs=0.1)
    caption = f"falls and stays {told}"
    assert bool(_said(caption, motion, "fall", exemplar=False)) == (shown != told)
    assert not _said(caption, motion, "sit_ups")


def test_who_gets_up_begins_on_the_side_that_is_told():
    lies, stands = _on_floor(_motion(pelvis=(-90, 0)), 0.1), _on_floor(_motion(), 0.03)
    up = Motion(
        np.concatenate((lies.rotations, stands.rotations)), np.concatenate((lies.translation, stands.translation)), FPS
    )
    assert not _said("stands up from lying on the back", up, "get_up")
    (told,) = _said("stands up from lying face down", up, "get_up")
    assert "says on the belly, and it begins with the front of the chest up" in told


def test_who_lies_touches_the_floor():
    (said,) = _said("drops dead", _on_floor(_motion(pelvis=(-90, 0)), 0.3), "die")
    assert said.startswith("it ends lying in the air: the lowest joint at 0.30 m")
    assert not _said("drops dead", _on_floor(_motion(pelvis=(-90, 0)), 0.1), "die")
    assert not _said("falls through the air", _on_floor(_motion(), 0.5), "fall")


def test_who_stands_up_stands_at_the_end():
    low = _motion(lift=-0.2)
    assert _said("stands up", low, "get_up")[0].startswith('"stands up" ends with the pelvis at 0.')
    assert not _said("stands up", low, "get_up", exemplar=False)
    assert not _said("leaps to the feet", low, "get_up") and not _said("stands up", _motion(), "get_up")


@pytest.mark.parametrize(
    ("caption", "one", "alike"),
    [
        ("waves both hands", True, False), ("waves with two arms", True, False), ("waves one hand", False, True),
        ("waves one hand, then the other", False, False), ("waves", False, False),
    ],
)  # fmt: skip
def test_one_arm_or_both(caption: str, one: bool, alike: bool):
    swing = 60 * np.sin(np.arange(FRAMES) / 3)
    axes = np.zeros((FRAMES, 55, 3))
    axes[:, INDEX["left_shoulder"], 2], axes[:, INDEX["right_shoulder"], 2] = np.radians(-80), np.radians(80)
    both = axes.copy()
    both[:, INDEX["left_shoulder"], 2], both[:, INDEX["right_shoulder"], 2] = np.radians(swing), -np.radians(swing)
    axes[:, INDEX["right_shoulder"], 2] = -np.radians(swing)
    still = np.zeros((FRAMES, 3))
    for poses, said in ((axes, one), (both, alike)):
        assert bool(_said(caption, Motion.from_axis_angle(poses.reshape(FRAMES, -1), still))) == said
