"""Embeddings of captions and frames: kept beside the data, and frames that belong to the windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from tests.training.autoencoder.small_run import TINY, a_run, frames_file
from training.autoencoder.distributed import Place
from training.autoencoder.embeddings import Captions, Frames
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


def test_embeddings_are_kept_for_the_next_run(tmp_path, samples):
    first = Captions(samples, tmp_path)
    kept = tmp_path / "text_embeddings.npz"
    stamp = kept.stat().st_mtime_ns
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(b"rubbish")
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)
