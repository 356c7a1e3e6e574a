"""`Motion`: a value that cannot change, and what can be made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.kinematics import posed, positions
from motionclip_blender.core.motion import MOST_FRAMES, Motion, frames_at, heading
from motionclip_blender.core.skeleton import INDEX, JOINTS, MIRROR, PARENTS
from tests.synthetic import angle_between, random_motion

REST = np.tile(np.array([1.0, 0, 0, 0]), (2, 55, 1))


def walk(frames: int = 31, fps: float = 30.0, facing: float = 0.0) -> Motion:
    """One metre a second straight ahead; the limbs swing."""
    motion = random_motion(frames, fps, size=0.2)
    rotations = motion.rotations.copy()
    rotations[:, 0] = (1, 0, 0, 0)
    ahead = np.arange(frames)[:, None] / fps * np.array([0, 0, 1])
    return Motion(rotations, ahead, fps).turned(facing)


# --- the skeleton


def test_the_skeleton_is_smplx():
    assert len(JOINTS) == len(set(JOINTS)) == len(PARENTS) == 55
    assert JOINTS[0] == "pelvis" and PARENTS[0] == -1
    assert all(parent < joint for joint, parent in enumerate(PARENTS))
    assert JOINTS[PARENTS[INDEX["left_index1"]]] == "left_wrist"
    assert JOINTS[PARENTS[INDEX["right_thumb3"]]] == "right_thumb2"
    assert JOINTS[PARENTS[INDEX["jaw"]]] == "head"


def test_joint_order_is_that_of_the_smplx_package():
    names = pytest.importorskip("smplx.joint_names").JOINT_NAMES
    assert tuple(names[:55]) == JOINTS


def test_left_and_right_are_each_others_partners():
    assert [MIRROR[MIRROR[joint]] for joint in range(55)] == list(range(55))
    assert JOINTS[MIRROR[INDEX["left_eye_smplhf"]]] == "right_eye_smplhf"
    assert MIRROR[INDEX["spine2"]] == INDEX["spine2"]


# --- the value


def test_a_motion_cannot_be_changed():
    motion = random_motion(5)
    with pytest.raises(ValueError, match="read-only"):
        motion.rotations[0, 0] = 0
    with pytest.raises(ValueError, match="read-only"):
        motion.translation[0] = 0
    with pytest.raises(AttributeError):
        motion.fps = 5


def test_a_motion_keeps_its_own_copy():
    rotations, translation = REST.copy(), np.zeros((2, 3), np.float32)
    motion = Motion(rotations, translation)
    rotations[:], translation[:] = 7, 7
    assert (motion.rotations == REST).all() and not motion.translation.any()


def test_rotations_are_normalised():
    assert Motion(REST * 3, np.zeros((2, 3))).rotations == pytest.approx(REST)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(bad):
    with pytest.raises(UserError, match="not finite in its translation"):
        Motion(REST, np.full((2, 3), bad))
    with pytest.raises(UserError, match="not finite in its rotations"):
        Motion(np.full((2, 55, 4), bad), np.zeros((2, 3)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("huge", [1e39, 1e160, 1e300])
def test_numbers_that_are_too_large_are_refused_without_warnings(huge):
    with pytest.raises(UserError, match="not finite in its translation"):
        Motion(REST, np.full((2, 3), huge))
    with pytest.raises(UserError, match="not finite"):
        Motion.from_axis_angle(np.zeros((2, 165)), np.full((2, 3), huge))
    for poses in (np.full((2, 165), huge), np.full((2, 165), -huge)):
        try:
            motion = Motion.from_axis_angle(poses, np.zeros((2, 3)))
        except UserError as error:
            assert "not finite in its rotations" in str(error)
        else:
            assert np.isfinite(motion.rotations).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("place", [1e28, -3e38, 1.1e6])
def test_a_person_cannot_be_a_thousand_kilometres_away(place):
    with pytest.raises(UserError, match="metres from the origin, and 1,000,000 can be worked with"):
        Motion(REST, np.full((2, 3), place))
    assert Motion(REST, np.full((2, 3), 9.9e5)).translation[0, 0] == np.float32(9.9e5)


@pytest.mark.parametrize("fps", [0, -30, np.nan, np.inf])
def test_a_rate_is_a_positive_number(fps):
    with pytest.raises(UserError, match="positive number"):
        Motion(REST, np.zeros((2, 3)), fps)


def test_wrong_shapes_are_bugs_not_user_errors():
    with pytest.raises(ValueError, match="shape"):
        Motion(REST[:, :22], np.zeros((2, 3)))
    with pytest.raises(ValueError, match="shape"):
        Motion(REST, np.zeros((3, 3)))
    with pytest.raises(ValueError, match="at least one frame"):
        Motion(REST[:0], np.zeros((0, 3)))


def test_axis_angle_comes_back():
    motion = random_motion(20)
    again = Motion.from_axis_angle(motion.axis_angle(), motion.translation, motion.fps)
    assert motion.axis_angle().shape == (20, 165)
    assert angle_between(again.rotations, motion.rotations).max() < 1e-6


# --- time


@pytest.mark.parametrize(("fps", "frames"), [(30, 61), (24, 49), (60, 121), (25, 51), (29.97, 60), (1, 3)])
def test_resampling_keeps_the_seconds(fps, frames):
    motion = random_motion(101, fps=50.0)
    other = motion.resample(fps)
    assert len(other) == frames and other.fps == fps
    assert motion.seconds - 1 / fps < other.seconds <= motion.seconds + 1e-6
    assert angle_between(other.rotations[0], motion.rotations[0]).max() < 1e-6


def test_a_finer_rate_passes_through_the_same_frames():
    motion = random_motion(30)
    assert angle_between(motion.resample(90).rotations[::3], motion.rotations).max() < 1e-5
    assert motion.resample(90).translation[::3] == pytest.approx(motion.translation, abs=1e-6)


def test_resampling_50_to_30_follows_the_movement():
    exact, coarse = random_motion(61, fps=30.0), random_motion(101, fps=50.0)
    assert angle_between(coarse.resample(30).rotations, exact.rotations).max() < 0.003


def test_rounding_never_costs_the_last_frame():
    for fps, finer in ((25, 50), (24, 120), (24, 30)):  # 29 / 25 * 50 is 57.99999999999999
        for frames in range(2, 200):
            if (frames - 1) * finer % fps == 0:
                whole = (frames - 1) * finer // fps + 1
                motion = Motion(np.tile(REST[:1], (frames, 1, 1)), np.zeros((frames, 3)), fps)
                assert len(motion.resample(finer)) == whole


@pytest.mark.parametrize("own", [1e-3, 1e-12, 1e-300, 5e-324])
def test_a_rate_that_makes_a_motion_of_days_is_refused_at_once(own):
    with pytest.raises(UserError, match=r"lasts .* hours; check its rate, .* per second, or cut it"):
        replace(random_motion(40), fps=own).resample(24)


@pytest.mark.parametrize("fps", [1e7, 3.2e9, 1e300])
def test_a_rate_that_makes_too_many_frames_is_refused_at_once(fps):
    with pytest.raises(UserError, match="frames, and 200,000 are the most; choose a lower rate"):
        random_motion(40, 30.0).resample(fps)


def test_the_longest_motion_can_be_resampled():
    motion = random_motion(2, 24 / (MOST_FRAMES - 1))
    assert len(motion.resample(24)) == frames_at(motion, 24) == MOST_FRAMES
    with pytest.raises(UserError):
        motion.resample(25)


def test_the_same_rate_is_the_same_motion():
    motion = random_motion(9)
    assert motion.resample(30) is motion


def test_a_single_frame_can_be_resampled():
    assert len(random_motion(1).resample(24)) == 1


def test_crop_takes_frames_up_to_stop():
    motion = random_motion(9)
    assert (motion.crop(2, 5).translation == motion.translation[2:5]).all()
    with pytest.raises(ValueError, match="at least one frame"):
        motion.crop(5, 5)


# --- space


def test_mirroring_twice_gives_the_motion_back():
    motion = random_motion(9)
    assert motion.mirror().mirror().rotations == pytest.approx(motion.rotations, abs=1e-6)
    assert (motion.mirror().mirror().translation == motion.translation).all()


def test_a_mirrored_body_is_the_mirror_image(open_body):
    motion = random_motion(9)
    # as exact as the body is symmetric
    joints, mirrored = open_body.posed_joints(motion), open_body.posed_joints(motion.mirror())
    assert mirrored[:, MIRROR] * (-1, 1, 1) == pytest.approx(joints, abs=2e-3)


def test_heading_is_zero_facing_z_and_grows_to_the_left():
    for angle in (-3, -1, 0, 0.5, 3):
        assert heading(rot.axis_angle_to_quat(np.array([0.0, angle, 0]))) == pytest.approx(angle)


def test_turning_left_walks_to_the_left():
    motion = walk().turned(np.pi / 2)
    assert motion.translation[-1] == pytest.approx([1, 0, 0], abs=1e-6)
    assert heading(motion.rotations[:, 0]) == pytest.approx(np.full(31, np.pi / 2), abs=1e-6)


def test_moving_shifts_the_translation_alone():
    motion = walk()
    assert motion.moved([1, 2, 3]).translation == pytest.approx(motion.translation + np.array([1, 2, 3]))
    assert (motion.moved([1, 2, 3]).rotations == motion.rotations).all()


def test_concatenated_walks_go_on_in_the_same_direction():
    both = walk(facing=0.7).concatenate(walk(facing=-2.0))
    assert len(both) == 62
    assert both.translation[31] == pytest.approx(both.translation[30], abs=1e-6)
    assert both.translation[-1] == pytest.approx(2 * both.translation[30], abs=1e-5)
    assert heading(both.rotations[:, 0]) == pytest.approx(np.full(62, 0.7), abs=1e-5)


def test_concatenation_keeps_the_second_motions_height():
    both = walk().concatenate(walk().moved([0, 0.5, 0]))
    assert both.translation[31, 1] == pytest.approx(0.5)


def test_concatenation_takes_the_first_motions_rate():
    both = walk(31, 30).concatenate(walk(61, 60))
    assert both.fps == 30 and len(both) == 62


def test_a_fade_goes_over_without_a_jump():
    first, second = walk(), random_motion(31, seed=5, size=0.2)
    faded = first.fade_into(second, seam=10)
    assert len(faded) == 31 + 31 - 10
    steps = angle_between(faded.rotations[1:], faded.rotations[:-1])[:, 1:]
    cut = first.concatenate(second)
    jump = angle_between(cut.rotations[1:], cut.rotations[:-1])[:, 1:]
    assert steps.max() < 0.5 * jump.max()
    assert (faded.rotations[:21] == first.rotations[:21]).all()


def test_what_is_kept_of_a_motion_goes_along_with_its_parts_and_to_other_places():
    motion, owner = random_motion(20, seed=1), object()
    kept = motion.kept("halves", owner, lambda: np.arange(20) / 2)
    part = motion.moved([1, 2, 3]).crop(5, 9)
    assert (part.kept("halves", owner, lambda: pytest.fail("computed again")) == kept[5:9]).all()
    assert part.kept("halves", object(), lambda: np.zeros(4)).max() == 0  # of another owner
    assert not motion.mirror().keeps("halves", owner)


def test_places_of_joints_are_the_same_whether_they_were_known_or_not(open_body: Body):
    motion = random_motion(20, seed=2)
    fresh = posed(random_motion(20, seed=2).moved([1, 0.5, -2]), open_body.joints())[1]
    assert posed(motion, open_body.joints())[1].shape == (20, 55, 3)
    moved = motion.moved([1, 0.5, -2])
    assert positions(moved, open_body.joints()) == pytest.approx(fresh, abs=1e-6)
    assert positions(moved.crop(3, 8), open_body.joints(), 22) == pytest.approx(fresh[3:8, :22], abs=1e-6)
    other = random_motion(20, seed=3)
    assert positions(other, open_body.joints(), 22) == pytest.approx(posed(other, open_body.joints(), 22)[1], abs=1e-6)


def test_a_motion_played_backward_twice_is_the_same():
    motion = walk()
    back = motion.backward()
    assert np.array_equal(back.translation[0], motion.translation[-1]) and np.allclose(
        back.backward().rotations, motion.rotations
    )
