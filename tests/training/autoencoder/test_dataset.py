"""Captioned spans as samples: repetition, held ends, mirrored captions, windows."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import angle_between, arm_swing, random_motion
from training.autoencoder.dataset import Sample, load_samples, samples_of_span, with_limb
from training.autoencoder.windows import Windows
from training.data import wordings
from training.data.captions import CaptionedSpan, mirrored, names_a_side


def test_sides_are_swapped_in_words():
    assert mirrored("Left jab, then the right-handed hook") == "Right jab, then the left-handed hook"
    assert mirrored("shoots upright lefty") == "shoots upright lefty"
    assert names_a_side("raises the right arm") and not names_a_side("stands upright")


def test_an_arm_of_another_clip():
    walk, wave = arm_swing(21), random_motion(40)
    both = with_limb(walk, wave, "right_arm")
    assert len(both) == 40
    assert angle_between(both.rotations[:, INDEX["right_elbow"]], wave.rotations[:, INDEX["right_elbow"]]).max() < 1e-3
    left = INDEX["left_elbow"]
    assert angle_between(both.rotations[:21, left], walk.rotations[:, left]).max() < 1e-3


@pytest.fixture
def samples(tmp_path, monkeypatch, small_body):
    spans = [
        CaptionedSpan("a/one", "wave", ("waves the left hand", "hello"), exemplar=True, after="repeat"),
        CaptionedSpan("a/two", "fall", ("falls",), exemplar=False, after="hold", start=0.5, end=1.5),
    ]
    monkeypatch.setattr(wordings, "load_captions", lambda: spans)
    amass.save(arm_swing(), tmp_path / "a" / "one.npz")
    amass.save(arm_swing(61).turned(1.0), tmp_path / "a" / "two.npz")
    return load_samples(tmp_path, small_body, longest=60, augment=False)


def test_captioned_clips_that_are_not_prepared_are_named_by_source(tmp_path, monkeypatch, small_body, capsys):
    spans = [CaptionedSpan(f"b/{name}", "wave", ("waves",), False, "hold") for name in ("there", "gone")]
    spans += [CaptionedSpan(f"c/{i}", "wave", ("waves",), False, "hold") for i in range(8)]
    spans.append(CaptionedSpan("b/there", "wave", ("waves",), False, "hold", start=70.0))
    spans.append(CaptionedSpan("b/there", "wave", ("waves",), False, "hold", limbs={"right_arm": "d/lender"}))
    monkeypatch.setattr(wordings, "load_captions", lambda *folder: [] if folder else spans)
    amass.save(arm_swing(), tmp_path / "b" / "there.npz")
    samples = load_samples(tmp_path, small_body, longest=60, augment=False, more=True)
    assert [sample.clip for sample in samples] == ["b/there", "b/there"]
    assert capsys.readouterr().err == (
        "Captioned, but not prepared, so left out: b/gone, b/there at 70 s; c/0, c/1, c/2, c/3, c/4 and 3 more of c; "
        "d/lender.\n"
    )
    with pytest.raises(UserError, match=r"gone.npz is missing; run `python -m training prepare` on .* --captions"):
        load_samples(tmp_path, small_body, longest=60, augment=False)


def test_every_span_comes_with_its_mirror_image(samples):
    assert [s.clip for s in samples] == ["a/one", "a/one", "a/two", "a/two"]
    assert samples[1].captions == ("waves the right hand", "hello")
    assert samples[2].length == 30
    right = INDEX["right_elbow"]
    assert angle_between(samples[1].motion.rotations[:, right], np.array([1.0, 0, 0, 0])).max() > 0.5


def test_a_prompt_has_one_motion_only(samples):
    """The mirror image answers only to wordings that name a side, or one prompt would have two motions."""
    assert samples[0].prompts == ("waves the left hand", "hello")
    assert samples[1].prompts == ("waves the right hand",)
    assert samples[2].prompts == samples[3].prompts == ()


def test_windows_face_forward_and_start_at_the_origin(samples):
    windows = Windows(samples, ("pelvis", "left_elbow"))
    chosen, poses, _ = windows.draw(16, 24, np.random.default_rng(0))
    assert poses.shape == (16, 24, 3, 6) and set(chosen) <= set(range(4))
    root = rot.matrix_to_quat(rot.sixd_to_matrix(poses[:, 0, 0]))
    np.testing.assert_allclose(root[:, 2], 0, atol=1e-5)
    np.testing.assert_allclose(poses[:, 0, -1], 0, atol=1e-6)
    assert (poses[:, -1, -1, 2] > -1e-5).all()  # forward is forward, whatever way the clip faced


def test_exemplars_are_drawn_from_their_first_frame(samples):
    windows = Windows(samples, ("pelvis", "left_elbow"))
    chosen, poses = windows.draw_exemplars(8, 20, np.random.default_rng(0))
    assert set(chosen) == {0, 1}
    one = poses[list(chosen).index(0)]
    expected = rot.quat_to_sixd(samples[0].motion.rotations[:20, INDEX["left_elbow"]])
    np.testing.assert_allclose(one[:, 1], expected, atol=1e-5)


@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_exemplars_may_be_drawn_from_a_later_frame(small_body, rate):
    clip = random_motion(120, seed=3)
    span = CaptionedSpan("a/spin", "spin", ("spins",), True, "hold", start=1.0, shown=2.0, rate=rate)
    samples = samples_of_span(span, {"a/spin": clip}.__getitem__, small_body, 60)
    assert all(sample.shown == 30 / rate and len(sample.recorded) >= sample.shown + 60 for sample in samples)
    windows = Windows(samples, ("pelvis", "left_elbow"))
    _, poses = windows.draw_exemplars(4, 20, np.random.default_rng(0))
    expected = rot.quat_to_sixd(clip.rotations[[60, 65], INDEX["left_elbow"]])
    np.testing.assert_allclose(poses[0][[0, round(5 / rate)], 1], expected, atol=1e-4)


@pytest.mark.parametrize("rates", [1.0, 1.25])
def test_windows_say_which_frames_they_show(samples, rates):
    windows = Windows(samples, ("pelvis", "left_elbow"), rates)
    elbows = [rot.quat_to_sixd(s.motion.rotations[:, INDEX["left_elbow"]]) for s in samples]
    for i, window, (start, stop) in zip(*windows.draw(40, 24, np.random.default_rng(0)), strict=True):
        assert start == int(start) and (stop - start == 24 if rates == 1 else 19 < stop - start < 30)
        at = np.linspace(start, stop - 1, 24)
        expected = [np.interp(at, np.arange(len(elbows[i])), column) for column in elbows[i].T]
        np.testing.assert_allclose(window[:, 1], np.transpose(expected), atol=1e-5)


def test_frames_of_the_clip_have_their_place_in_the_sample(samples):
    assert [samples[2].place(frame) for frame in (14, 15, 30, 44, 45)] == [None, 0, 15, 29, None]
    made_of_two = Sample("a", "a", samples[0].motion, (), (), 30)
    assert made_of_two.place(0) is None


@pytest.mark.parametrize("frames", [20, 60])
def test_windows_of_a_sequence_show_both_actions(tmp_path, monkeypatch, small_body, frames):
    spans = [
        CaptionedSpan("a/one", "sit", ("sits down",), exemplar=True, after="hold", end=2.0),
        CaptionedSpan("a/one", "wave", ("waves the left hand", "hello"), exemplar=True, after="repeat", start=2.2),
    ]
    monkeypatch.setattr(wordings, "load_captions", lambda: spans)
    amass.save(random_motion(150), tmp_path / "a" / "one.npz")
    assert all(not s.seam for s in load_samples(tmp_path, small_body, longest=60, augment=False))
    samples = load_samples(tmp_path, small_body, longest=60, augment=False, across=True)
    assert [(s.action, s.seam, s.length, s.prompts) for s in samples[4:]] == [("sit_and_wave", 63, 150, ())] * 2
    assert samples[4].captions == ("sits down and waves the left hand", "sits down and hello")
    assert (
        samples[5].captions == ("sits down and waves the right hand", "sits down and hello") and samples[5].is_mirrored
    )
    chosen, _, shown = Windows(samples, ("pelvis",), 1.25, 0.3).draw(400, frames, np.random.default_rng(0))
    across = chosen >= 4
    assert 0.2 < across.mean() < 0.4
    told = np.minimum(63 - shown[across, 0], shown[across, 1] - 63)
    assert told.min() >= min(15, frames // 3) * 0.75 and np.ptp(shown[across, 0]) > 3
    assert not (Windows(samples, ("pelvis",)).draw(400, frames, np.random.default_rng(0)).chosen >= 4).any()
