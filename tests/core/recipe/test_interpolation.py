"""Blends that travel over time."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.cleanup.mixing import mixed
from motionclip_blender.core.cleanup.pipeline import CleanUp, motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.arithmetic import blend, even_factors
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.interpolation import interpolate, latents_between
from motionclip_blender.core.skeleton import INDEX
from tests.core.cleanup.test_root_trajectory import circle
from tests.synthetic import angle_between, random_motion


def straight(frames: int, speed: float) -> Motion:
    """A stiff body that moves ahead."""
    path = np.zeros((frames, 3))
    path[:, 2] = np.arange(frames) / 30 * speed
    return Motion(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), path)


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_at_a_stop_the_mix_is_that_motion(stop: int):
    motions = [random_motion(50, seed=seed, size=0.3) for seed in range(3)]
    found = mixed(motions, np.full(50, float(stop)))
    assert angle_between(found.rotations, motions[stop].rotations).max() < 2e-3
    assert np.allclose(found.translation, motions[stop].translation, atol=1e-3 + (stop == 2))  # may start elsewhere
    assert np.allclose(np.diff(found.translation, axis=0), np.diff(motions[stop].translation, axis=0), atol=1e-4)


def test_speeds_are_mixed_not_places():
    slow, fast = straight(91, 1.0), straight(91, 5.0)
    found = mixed([slow, fast], np.linspace(0, 1, 91))
    speed = np.diff(found.translation[:, 2]) * 30
    assert (speed > 0.99).all() and (speed < 5.01).all()
    assert np.all(np.diff(speed) > 0)
    # places mixed frame by frame would rush: the two are 12 metres apart in the end
    t = np.linspace(0, 1, 91)[:, None]
    places = (1 - t) * slow.translation + t * fast.translation
    assert (np.diff(places[:, 2]) * 30).max() > 8


def test_whole_turns_are_mixed_too():
    """Half-way between straight on and two rounds to the left is one round to the left, of the same speed."""
    round_twice = circle(241, 2)
    ahead = straight(241, 2 * 2 * np.pi * 2 / 8)
    found = mixed([ahead, round_twice], np.full(241, 0.5))
    assert np.linalg.norm(found.translation[-1] - found.translation[0]) < 0.1
    assert np.ptp(found.translation[:, 0]) == pytest.approx(2 * 4.0, rel=0.05)  # twice the radius


def test_poses_go_over_along_the_shorter_arc():
    elbow = INDEX["left_elbow"]
    bent = straight(11, 0.0).rotations.copy()
    bent[:, elbow] = -rot.axis_angle_to_quat(np.array([0, 0, 1.0]))  # the same rotation with the other sign
    found = mixed([straight(11, 0.0), Motion(bent, np.zeros((11, 3)))], np.linspace(0, 1, 11))
    angles = np.linalg.norm(rot.quat_to_axis_angle(found.rotations[:, elbow].astype(float)), axis=1)
    assert np.allclose(angles, np.linspace(0, 1, 11), atol=1e-3)


# --- with the model


def cleaned(engine: Engine, motion: Motion) -> Motion:
    return CleanUp(engine.pack, engine.body, len(motion), motion.fps)(motion)


def test_a_morph_begins_and_ends_as_its_latents_do(engine: Engine):
    walk, jacks = engine.prompt_latents(["a person walks", "jumping jacks"])
    factors = np.clip((np.arange(90) - 30) / 30, 0, 1)
    found = cleaned(engine, interpolate(engine, walk, jacks, 90, factors))
    ends = motions_of(engine, np.stack((walk, jacks)), 90)
    upper = [INDEX[name] for name in ("spine1", "left_shoulder", "right_shoulder", "left_elbow")]
    assert angle_between(found.rotations[:30][:, upper], ends[0].rotations[:30][:, upper]).max() < 1e-3
    assert angle_between(found.rotations[60:][:, upper], ends[1].rotations[60:][:, upper]).max() < 1e-3


def test_a_morph_does_not_jump_or_slide_more_than_its_ends(engine: Engine):
    walk, run = engine.prompt_latents(["a person walks", "a person runs"])
    found = cleaned(engine, interpolate(engine, walk, run, 120))
    ends = motions_of(engine, np.stack((walk, run)), 120)
    steps = [
        np.linalg.norm(np.diff(engine.body.posed_joints(m)[:, :22], axis=0), axis=-1).max() for m in (found, *ends)
    ]
    assert steps[0] < 1.2 * max(steps[1:])
    ways = [np.linalg.norm(np.diff(m.translation[:, [0, 2]], axis=0), axis=1).sum() for m in (found, *ends)]
    assert ways[1] < ways[0] < ways[2]
    lowest = engine.body.posed_vertices(found, ids=engine.body.contacts)[:, :, 1].min(axis=1)
    assert np.percentile(lowest, 5) == pytest.approx(0, abs=1e-3)


def test_what_lies_between_two_latents_begins_and_ends_with_them(engine: Engine):
    ends = engine.prompt_latents(["dance ballet", "jogging"])
    found = latents_between(engine, *ends, even_factors(5))
    assert (found[[0, -1]] == ends).all() and found.dtype == np.float32
    assert (latents_between(engine, *ends, 0.25) == found[1]).all()
    motions = engine.motion_latents(ends, played=True)
    np.testing.assert_allclose(found[1:-1], blend(*motions, even_factors(5)[1:-1]), atol=1e-6)


@pytest.mark.parametrize("factor", [0, 0.03, np.float32(0.5), 1.0])
def test_a_latent_between_two_is_float32(engine: Engine, factor: float):
    start, end = engine.prompt_latents(["a person walks", "a person waves"])
    assert latents_between(engine, start, end, factor).dtype == np.float32


def test_the_way_between_two_prompts_is_evener_than_the_straight_one(engine: Engine):
    """Of latents of motions, not of wordings, between which the decoder goes over all at once."""
    factors = even_factors(11)[1:-1]
    uneven = []
    for pair in (("dance ballet", "jogging"), ("a person walks", "a person waves"), ("jumping jacks", "sit down")):
        ends = engine.prompt_latents(pair)
        for way in (latents_between(engine, *ends, factors), blend(*ends, factors)):
            places = np.stack([engine.body.posed_joints(m)[:, :22] for m in motions_of(engine, way, 60)])
            steps = np.linalg.norm(np.diff(places - places[:, :, :1], axis=0), axis=-1).mean(axis=(1, 2))
            uneven.append(steps.std() / steps.mean())
    assert np.mean(uneven[::2]) < 0.75 * np.mean(uneven[1::2])


def test_latents_of_motions_are_worked_out_once(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    latents = engine.prompt_latents(["skip rope", "a person claps"])
    found = engine.motion_latents(latents)
    monkeypatch.setattr(type(engine._networks), "decode", lambda *_: pytest.fail("worked out again"))
    assert (engine.motion_latents(latents[::-1]) == found[::-1]).all()
    for row in range(100):  # only so many are kept
        engine._of_motions[bytes([row])] = latents[0]
    monkeypatch.undo()
    engine.motion_latents(latents + 1)
    assert len(engine._of_motions) == 64


def test_latents_of_known_motions_are_of_what_is_played(engine: Engine):
    latents = engine.prompt_latents(["skip rope", "a person claps"])
    assert engine.plays_whole(latents) == [True, True]
    between = latents.mean(axis=0)
    assert engine.plays_whole(between[None]) == [False]
    found = engine.motion_latents(np.stack((latents[0], between, latents[1])), played=True)
    for latent, motion in zip(found[[0, 2]], engine.decode(latents, 60), strict=True):
        np.testing.assert_allclose(latent, engine.encode(motion), atol=1e-4)
    engine._of_motions.clear()
    np.testing.assert_allclose(found[1:2], engine.motion_latents(between[None]), atol=1e-4)


def test_a_blend_that_is_nearly_a_prompt_is_nearer_to_what_it_plays(engine: Engine):
    """Than one between the decoder's own motions."""
    ends = engine.prompt_latents(["a person walks", "jumping jacks", "sit down", "a person claps"])
    pairs = [*zip(ends, np.roll(ends, 1, axis=0), strict=True)]
    near = [latents_between(engine, *pair, 0.125) for pair in pairs]
    plain = [blend(*engine.motion_latents(np.stack(pair)), np.float32(0.125)) for pair in pairs]
    alone, *others = (
        np.stack([engine.body.posed_joints(m)[:, :22] for m in motions_of(engine, np.stack(latents), 60)])
        for latents in (ends, near, plain)
    )
    away = [np.linalg.norm((one - one[:, :, :1]) - (alone - alone[:, :, :1]), axis=-1).mean() for one in others]
    assert away[0] < 0.85 * away[1]


@pytest.mark.parametrize("frames", [2, 20, 200])
def test_any_length(engine: Engine, frames: int):
    walk, run = engine.prompt_latents(["a person walks", "a person runs"])
    assert len(interpolate(engine, walk, run, frames, spherical=True, stops=3)) == frames


def test_many_stops_are_decoded_as_one_by_one(engine: Engine):
    latents = engine.prompt_latents(["walk", "run", "sit"])
    for one, latent in zip(motions_of(engine, latents, 60), latents, strict=True):
        alone = motions_of(engine, [latent], 60)[0]
        assert angle_between(one.rotations, alone.rotations).max() < 1e-2
        assert np.allclose(one.translation, alone.translation, atol=1e-3)


def test_factors_that_cannot_be(engine: Engine):
    latent = np.zeros(512, np.float32)
    with pytest.raises(UserError, match="needs as many factors"):
        interpolate(engine, latent, latent, 60, np.zeros(59))
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(UserError, match="between 0 and 1"):
            interpolate(engine, latent, latent, 60, np.full(60, bad))
