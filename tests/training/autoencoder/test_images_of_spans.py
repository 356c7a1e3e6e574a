"""Rendered frames that belong to the windows of captioned spans, and which of them a window is aligned to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from tests.training.autoencoder.small_run import TINY, a_run, frames_file
from training.autoencoder.distributed import Place
from training.autoencoder.images_of_spans import Frames, away_from_rest
from training.autoencoder.material import SpanMaterial

WHOLE = np.array([[0.0, 30.0]])
"""Windows as long as their samples."""


def test_frames_inside_a_span_take_part_in_equation_3(tmp_path, samples, captions, open_body):
    frames, everyone = Frames(frames_file(tmp_path / "frames.npz"), samples), np.arange(len(samples))
    embeddings, known = frames.of(everyone, WHOLE.repeat(4, axis=0), np.random.default_rng(0))
    assert embeddings.shape == (4, 512)
    assert known.tolist() == [True, False, False, False]  # the frame of "jump" lies behind its end
    mirrored = [replace(s, is_mirrored=True) for s in samples]
    again, _ = Frames(tmp_path / "frames.npz", mirrored).of(everyone, WHOLE.repeat(4, axis=0), np.random.default_rng(0))
    np.testing.assert_allclose(again[0], -embeddings[0])
    (tmp_path / "run").mkdir()
    run = a_run(tmp_path / "run", TINY, samples, open_body, captions, frames)
    with_frames, without = run, a_run(tmp_path, TINY, samples, open_body, captions)
    assert "image" in with_frames.one_step() and "image" not in without.one_step()


@pytest.mark.parametrize("rate", [1, 2])
def test_a_frame_is_one_of_the_window_itself(tmp_path, samples, rate):
    """rate: the sample plays its part of the clip, frames 100 on, so many times as fast."""
    sample = replace(samples[0], cut=(100, 100 + 30 * rate))
    numbers = np.arange(90, 170, 3)[::-1]  # in no order, and some before and behind
    embeddings = np.eye(512, dtype=np.float32)[numbers]
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * len(numbers), frames=numbers, embeddings=embeddings, mirrored=embeddings)
    frames, random = Frames(path, [sample]), np.random.default_rng(0)
    for start, stop in ((0, 10), (7, 20), (21.5, 29), (25, 45)):  # the last goes on in the sample's repetition
        shown = np.array([[start, stop]] * 50)
        found, known = frames.of(np.zeros(50, int), shown, random)
        inside = {n for n in numbers.tolist() if 100 + start * rate <= n < 100 + min(stop, 30) * rate}
        assert known.all() and set(found.argmax(axis=1).tolist()) == inside
    _, known = frames.of(np.zeros(1, int), np.array([[9.2, 9.4]]), random)
    assert not known.any()


def test_the_frame_may_be_that_which_is_most_like_the_caption(tmp_path, samples, captions):
    random = np.random.default_rng(0)
    lengths = np.array([1, 1, 9, 1, 1])[:, None]  # the cosine decides, not the length
    embeddings = (random.normal(size=(5, 512)) * lengths).astype(np.float32)
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * 5, frames=[1, 2, 3, 4, 5], embeddings=embeddings, mirrored=embeddings)
    frames = Frames(path, samples)
    chosen = np.array([0, 0, 1, 0])
    texts = embeddings[[3, 1, 0, 2]] + random.normal(size=(4, 512)).astype(np.float32)
    found, known = frames.of(chosen, WHOLE.repeat(4, axis=0), random, texts)
    assert known.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(found[known], embeddings[[3, 1, 2]])
    drawn = {frames.of(chosen[:1], WHOLE, random)[0].tobytes() for _ in range(60)}
    assert len(drawn) == 5  # without texts any of them

    # windows of 20 frames begin at 0 to 9, and show some or all of the five
    config = replace(TINY, image="caption", class_names=0.0)
    material = SpanMaterial(samples, captions, config, frames)
    batch = material.batch(0, 20, np.random.default_rng(0), Place())
    drawn = material.windows.draw(len(batch.seen), 20, np.random.default_rng(0))
    seen = batch.seen.bool().numpy()
    assert seen.any() and (seen == ((drawn.chosen == 0) & (drawn.shown[:, 0] <= 5))).all()
    for told, image, (start, _) in zip(batch.captions.numpy(), batch.images.numpy(), drawn.shown, strict=True):
        inside = embeddings[max(int(np.ceil(start)) - 1, 0) :]
        if len(inside) and (image != 1).any():
            cosines = inside @ told / np.linalg.norm(inside, axis=1)
            np.testing.assert_array_equal(image, inside[cosines.argmax()])


def test_a_file_that_holds_no_frames(tmp_path, samples):
    (tmp_path / "frames.npz").write_bytes(b"rubbish")
    with pytest.raises(UserError, match="holds no embeddings"):
        Frames(tmp_path / "frames.npz", samples)


# --- other choices than a random frame


def test_the_frame_may_be_that_whose_pose_is_farthest_from_rest(tmp_path, samples, open_body):
    sample = replace(samples[0], recorded=_arm_raised_at(20))
    everyone = [sample, replace(sample, is_mirrored=True)]
    away, in_the_mirror = away_from_rest(everyone, [np.array([3.0, 12.0, 19.6])] * 2, open_body)
    assert away.argmax() == 2
    np.testing.assert_allclose(away, in_the_mirror, atol=1e-3)

    embeddings = np.eye(512, dtype=np.float32)[:30]
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * 30, frames=np.arange(30), embeddings=embeddings, mirrored=embeddings)
    frames, random = Frames(path, [sample], body=open_body), np.random.default_rng(0)
    shown = np.array([[0, 30], [0, 18], [21, 26]])
    found, known = frames.of(np.zeros(3, int), shown, random)
    assert known.all() and found.argmax(axis=1).tolist() == [20, 17, 21]
    found, _ = frames.of(np.zeros(1, int), shown[:1], random, count=3)
    assert np.flatnonzero(found[0]).tolist() == [19, 20, 21]
    # a text decides, where there is one
    found, _ = frames.of(np.zeros(1, int), shown[:1], random, texts=embeddings[[5]])
    assert found[0].argmax() == 5


def _arm_raised_at(frame: int) -> Motion:
    """A body that turns and walks, and raises its left arm up to a frame and lowers it again."""
    raised = np.maximum(1 - np.abs(np.arange(30) - frame) / 10, 0)
    poses = np.zeros((30, len(JOINTS), 3))
    poses[:, INDEX["pelvis"], 1] = np.linspace(0, 2, 30)
    poses[:, INDEX["left_shoulder"], 2] = 1.5 * raised
    return Motion.from_axis_angle(poses, np.outer(np.arange(30), (0.0, 0.0, 0.1)))


@pytest.mark.parametrize("count", [2, 4])
def test_an_image_may_be_the_mean_of_several_frames(tmp_path, samples, count):
    embeddings = np.eye(512, dtype=np.float32)[:4]
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * 4, frames=[1, 2, 3, 20], embeddings=embeddings, mirrored=embeddings)
    frames, random = Frames(path, samples), np.random.default_rng(0)
    shown = np.array([[0, 10]] * 40)
    found, known = frames.of(np.zeros(40, int), shown, random, count=count)
    of_each = min(count, 3)  # the window shows three of the frames
    assert known.all() and ((found > 0).sum(axis=1) == of_each).all()
    np.testing.assert_allclose(found[found > 0], 1 / of_each)
    assert (found[:, :3] > 0).any(axis=0).all() and not found[:, 3].any()
    likest, _ = frames.of(np.zeros(1, int), shown[:1], random, texts=embeddings[[2]] + 0.5 * embeddings[[0]], count=2)
    np.testing.assert_allclose(likest[0, :3], [0.5, 0, 0.5])


def test_views_from_several_sides_are_frames_of_their_own_or_one_together(tmp_path, samples):
    paths = [tmp_path / "front.npz", tmp_path / "side.npz"]
    for at, path in enumerate(paths):
        seen = np.eye(512, dtype=np.float16)[[4 * at, 4 * at + 1, 4 * at + 2]]
        np.savez(path, clips=["walk", "walk", "jump"], frames=[9, 3, 3], embeddings=seen, mirrored=-seen)
    everyone, shown = np.array([0, 1]), WHOLE.repeat(2, axis=0)
    together = Frames(paths, samples[:2], views_as_one=True)
    drawn = [together.of(everyone, shown, np.random.default_rng(seed))[0] for seed in range(20)]
    assert {tuple(np.flatnonzero(of_walk)) for of_walk, _ in drawn} == {(0, 4), (1, 5)}
    assert all(of_jump[[2, 6]].tolist() == [0.5, 0.5] for _, of_jump in drawn)
    mirrored = [replace(samples[0], is_mirrored=True)]
    turned, _ = Frames(paths, mirrored, views_as_one=True).of(everyone[:1], shown[:1], np.random.default_rng(0))
    assert turned.min() == -0.5 and turned.max() == 0
    apart = Frames(paths, samples[:2])
    drawn = [apart.of(everyone, shown, np.random.default_rng(seed))[0] for seed in range(40)]
    assert {of_walk.argmax() for of_walk, _ in drawn} == {0, 1, 4, 5}


def test_files_of_several_text_adapters_do_not_go_together(tmp_path, samples):
    paths = [tmp_path / "plain.npz", tmp_path / "adapted.npz"]
    place = np.ones((1, 512), np.float32)
    for path, adapter in zip(paths, ("", "ab" * 32), strict=True):
        np.savez(path, clips=["walk"], frames=[3], embeddings=place, mirrored=place, text_adapter=np.array(adapter))
    with pytest.raises(UserError, match="adapted.npz was made with the text adapter abababab"):
        Frames(paths, samples)


def test_the_settings_choose_the_frames(tmp_path, samples, captions):
    """A run with `images` aligns its windows to means of so many of the frames that they show."""
    embeddings = np.eye(512, dtype=np.float32)[:30]
    path = tmp_path / "frames.npz"
    np.savez(path, clips=["walk"] * 30, frames=np.arange(30), embeddings=embeddings, mirrored=embeddings)
    material = SpanMaterial(samples, captions, replace(TINY, images=4), Frames(path, samples))
    batch = material.batch(0, 20, np.random.default_rng(0), Place())
    images = batch.images.numpy()[batch.seen.bool().numpy()]
    assert len(images) and ((images > 0).sum(axis=1) == 4).all()
