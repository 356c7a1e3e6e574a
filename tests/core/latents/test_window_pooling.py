"""Motions of any length and rate to one latent."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.window_pooling import WindowPooling, window, window_starts
from motionclip_blender.core.motion import MOST_FRAMES, frames_at, heading
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.core.recipe.make import generate
from tests.synthetic import random_motion


@pytest.mark.parametrize(
    ("length", "starts"),
    [(1, [0]), (59, [0]), (60, [0]), (61, [0, 1]), (90, [0, 30]), (100, [0, 30, 40]), (150, [0, 30, 60, 90])],
)
def test_windows_half_overlap_and_the_last_one_ends_with_the_motion(length: int, starts: list[int]):
    assert window_starts(length, 60, 30) == starts


def test_a_window_is_the_cut_facing_forward():
    motion = random_motion(200)
    cut = window(motion, 70, 60, 20, 30.0)
    assert len(cut) == 60 and heading(cut.rotations[0, 0]) == pytest.approx(0, abs=1e-5)
    assert np.allclose(cut.rotations[:, 1:], motion.rotations[70:130, 1:])
    steps = [np.linalg.norm(np.diff(m.translation, axis=0), axis=1) for m in (cut, motion.crop(70, 130))]
    assert np.allclose(*steps, atol=1e-5)


@pytest.mark.parametrize("fps", [24.0, 25.0, 29.97, 59.94, 60.0, 120.0, 7.5])
def test_every_window_of_every_rate_is_whole(fps: float):
    for length in (2, 31, 60, 121, 500):
        motion = random_motion(length, fps)
        total = frames_at(motion, 30.0)
        assert total == len(motion.resample(30.0))
        frames = min(60, total)
        for start in window_starts(total, frames, max(frames // 2, 1)):
            assert len(window(motion, start, frames, 1, 30.0)) == frames, (fps, length, start)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 19])
def test_a_short_motion_is_made_long_enough(engine: Engine, length: int):
    assert len(window(random_motion(length), 0, length, 20, 30.0)) == 20
    latent = engine.encode(random_motion(length))
    assert latent.shape == (512,) and np.isfinite(latent).all()


def test_one_window_is_what_the_network_says(engine: Engine):
    motion = generate(engine, "a person walks", 60)
    poses = to_pose_tensor(motion.turned(-float(heading(motion.rotations[0, 0]))), engine.pack.pose_format)
    assert np.allclose(engine.encode(motion), engine._networks.encode(poses[None])[0], atol=1e-4)


def test_readings_choose_windows(engine: Engine):
    """A motion that jumps, then sits: its ends read differently, and each as what it shows."""
    motion = generate(engine, "jumping jacks", 120).concatenate(generate(engine, "sit on a chair", 120))
    whole = engine.encode_windows(motion)
    assert len(whole.starts) == len(whole.latents) == 7 and whole.frames == 60
    assert np.allclose(engine.encode(motion), whole.latents.mean(axis=0), atol=1e-4)
    assert np.allclose(engine.encode(motion, WindowPooling("first")), whole.latents[0], atol=1e-4)
    assert np.allclose(engine.encode(motion, WindowPooling("frame", 210)), whole.latents[-1], atol=1e-4)
    assert np.allclose(engine.encode(motion, WindowPooling("frame", 10_000)), whole.latents[-1], atol=1e-4)
    assert np.allclose(engine.encode(motion, WindowPooling("frame", -5)), whole.latents[0], atol=1e-4)
    typical = engine.encode(motion, WindowPooling("typical"))
    assert any(np.allclose(typical, latent, atol=1e-4) for latent in whole.latents)
    texts = engine.encode_texts(["jumping jacks", "sit on a chair"])
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    nearness = whole.latents[[0, -1]] @ texts.T
    assert nearness[0, 0] > nearness[0, 1] and nearness[1, 1] > nearness[1, 0]


def test_the_frame_is_counted_at_the_motions_own_rate(engine: Engine):
    slow = random_motion(200)
    fast = replace(slow.resample(60.0))
    one, other = engine.encode(slow, WindowPooling("frame", 100)), engine.encode(fast, WindowPooling("frame", 200))
    assert np.allclose(one, other, atol=1e-2 * np.linalg.norm(one))


def test_the_rate_does_not_matter(engine: Engine):
    motion = generate(engine, "a person walks", 100)
    one, other = engine.encode(motion), engine.encode(motion.resample(120.0))
    assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 0.999


def test_where_it_stands_and_faces_does_not_matter(engine: Engine):
    motion = generate(engine, "a person walks", 60)
    assert np.allclose(engine.encode(motion.turned(2.0).moved([5, 0, -3])), engine.encode(motion), atol=1e-3)


@pytest.mark.slow
def test_ten_thousand_frames_with_progress_and_little_memory(engine: Engine):
    motion = random_motion(10_000, 60.0)
    engine.load()
    told = []
    tracemalloc.start()
    latent = engine.encode(motion, progress=lambda stage, fraction: told.append(fraction))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(latent).all()
    assert len(told) > 5 and told == sorted(told) and told[0] == 0.0 and told[-1] == 1.0
    assert most < 40e6  # bytes; the motion alone has 9 million

    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.encode(motion, progress=stop)


def test_what_cannot_be_read():
    with pytest.raises(UserError, match="average, first, frame or typical, not 'mean'"):
        WindowPooling("mean")
    with pytest.raises(UserError, match="528 hours; check its rate, 1e-05 per second"):
        frames_at(replace(random_motion(20), fps=1e-5), 30.0)
    assert frames_at(replace(random_motion(20), fps=19 * 30 / MOST_FRAMES + 1e-4), 30.0) <= MOST_FRAMES
    with pytest.raises(UserError, match="must be 200,000 at most"):
        WindowPooling("frame", 10**400)
