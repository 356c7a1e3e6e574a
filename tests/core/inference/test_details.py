"""Details of known motions: what is kept of a difference, where it is added, and what files of them are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.details import (
    JOINTS,
    NUMBERS,
    Details,
    coded,
    difference,
    with_difference,
)
from motionclip_blender.core.inference.tensors import TensorError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.pack import DEFAULT_FOLDER

FRAMES = 120


def shaken(motion: Motion, hertz: float, degrees: float) -> Motion:
    """Returns the motion with every joint swung about its X axis."""
    swing = np.radians(degrees) * np.sin(2 * np.pi * hertz * np.arange(len(motion)) / motion.fps)
    turns = rot.axis_angle_to_quat(swing[:, None, None] * np.array([1.0, 0.0, 0.0]))
    rotations = motion.rotations.astype(np.float64)
    rotations[:, :JOINTS] = rot.quat_multiply(rotations[:, :JOINTS], turns)
    return Motion(rotations, motion.translation, motion.fps)


@pytest.fixture(scope="module")
def known(engine: Engine) -> tuple[np.ndarray, Motion]:
    """The latent of a wording, and what the decoder makes of it."""
    latents = engine.prompt_latents(["walks"])
    return latents, engine.decode_plainly(latents, FRAMES)[0]


def details(engine: Engine, latents: np.ndarray, change: np.ndarray) -> Details:
    code, steps = coded(change, 30.0)
    alike = engine.retrieval.direction(latents) @ engine.retrieval.directions().T
    motion = engine.retrieval.motions[alike.argmax()]
    return Details(code[None], steps[None], np.array([motion], np.int16), FRAMES, engine.retrieval)


def test_a_difference_is_what_is_added(known):
    _, made = known
    real = shaken(made, 11.0, 3.0).moved(np.array([0.1, 0.0, 0.2]))
    back = with_difference(made, difference(real, made))
    assert np.abs(np.abs(np.sum(back.rotations * real.rotations, axis=-1)) - 1).max() < 1e-5
    np.testing.assert_allclose(back.translation, real.translation, atol=1e-5)


@pytest.mark.parametrize(("hertz", "kept"), [(12.0, True), (6.0, True), (0.5, False)])
def test_only_what_is_fast_is_kept(known, engine: Engine, hertz: float, kept: bool):
    latents, made = known
    change = difference(shaken(made, hertz, 3.0), made)
    (found,) = details(engine, latents, change).added(latents, [made])
    added = difference(found, made)[:, 0]
    share = added @ change[:, 0] / (change[:, 0] @ change[:, 0])
    assert 0.8 < share < 1.0 if kept else abs(share) < 0.1


@pytest.mark.parametrize("frames", [1, 20, 60, 119])
def test_shorter_motions_get_the_beginning(known, engine: Engine, frames: int):
    latents, made = known
    whole = details(engine, latents, difference(shaken(made, 12.0, 3.0), made))
    (long,), (short,) = whole.added(latents, [made]), whole.added(latents, [made.crop(0, frames)])
    np.testing.assert_allclose(short.rotations, long.rotations[:frames], atol=1e-5)


def test_they_fade_with_the_distance_from_the_wordings(known, engine: Engine):
    latents, made = known
    other = engine.prompt_latents(["cartwheel"])
    whole = details(engine, latents, difference(shaken(made, 12.0, 3.0), made))
    sizes = [
        np.abs(difference(whole.added((1 - t) * latents + t * other, [made])[0], made)).max()
        for t in np.linspace(0, 1, 21)
    ]
    assert sizes[0] > np.radians(2) and sizes[-1] < 1e-6
    assert np.diff(sizes).max() <= 1e-6  # never more again
    assert np.abs(np.diff(sizes)).max() < np.radians(1.6)  # no jump


def described(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Returns a copy of the default pack with these details."""
    shutil.copytree(DEFAULT_FOLDER, folder)
    save_file(arrays, folder / "details.safetensors")
    told = json.loads((folder / "pack.json").read_text())
    digest = hashlib.sha256((folder / "details.safetensors").read_bytes()).hexdigest()
    told["checksums"]["details.safetensors"] = digest
    (folder / "pack.json").write_text(json.dumps(told))
    return folder


def arrays(motions: int = 2) -> dict[str, np.ndarray]:
    return {
        "codes": np.ones((motions, 90, NUMBERS), np.int8),
        "steps": np.full((motions, NUMBERS), 0.001, np.float16),
        "motions": np.arange(motions, dtype=np.int16),
    }


def test_a_pack_with_details_is_read_by_both_engines(tmp_path: Path):
    pytest.importorskip("torch")
    folder = described(tmp_path / "pack", arrays())
    latent = Engine().retrieval.latent(0)[None]
    made = [Engine(folder, compute=compute).decode(latent, 30)[0] for compute in ("numpy", "cpu")]
    plain = Engine().decode_plainly(latent, 30)[0]
    np.testing.assert_allclose(made[0].rotations, made[1].rotations, atol=1e-4)
    assert np.abs(made[0].rotations - plain.rotations).max() > 1e-3


@pytest.mark.parametrize(
    "change",
    [
        {"codes": np.ones((2, 121, NUMBERS), np.int8)},
        {"codes": np.ones((2, 90, NUMBERS + 1), np.int8)},
        {"codes": np.ones((2, 90, NUMBERS), np.uint8)},
        {"codes": np.ones(5, np.int8)},
        {"steps": np.full((2, NUMBERS), np.nan, np.float16)},
        {"motions": np.array([0, 30000], np.int16)},
        {"motions": np.array([0], np.int16)},
        {"more": np.zeros(3, np.float32)},
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, change: dict[str, np.ndarray]):
    with pytest.raises((TensorError, UserError), match="details.safetensors"):
        Engine(described(tmp_path / "pack", arrays() | change)).load()


def test_a_file_that_is_missing_or_altered_is_refused(tmp_path: Path):
    folder = described(tmp_path / "pack", arrays())
    path = folder / "details.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(UserError, match="details.safetensors"):
        Engine(folder).load()
    path.unlink()
    with pytest.raises(UserError, match="details.safetensors"):
        Engine(folder).load()
