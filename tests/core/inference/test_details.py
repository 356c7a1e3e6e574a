"""Known motions come back whole, fade with the distance from their wordings; files of another form are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.cleanup.windows import joined
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.details import Details
from motionclip_blender.core.inference.motion_code import JOINTS, NUMBERS, MotionCode
from motionclip_blender.core.inference.tensors import TensorError
from motionclip_blender.core.motion import Motion, facing_forward, heading
from motionclip_blender.core.pack import DEFAULT_FOLDER
from tests.core.inference.test_motion_code import apart

FRAMES = 120
PROMPTS = ["walks", "cartwheel", "waves the left hand", "jumps"]


def livelier(motion: Motion) -> Motion:
    """Returns what a decoder that damps would have made `motion` of: larger movements, and a farther way."""
    rotations = rot.continuous(motion.rotations.astype(np.float64))
    rotations += 0.3 * (rotations - rotations.mean(axis=0))
    path = motion.translation * 1.4
    return facing_forward(Motion(rotations, path - path[0], motion.fps))


@pytest.fixture(scope="module")
def known(engine: Engine) -> dict[int, Motion]:
    """The motions that the prompts ask for, by their numbers: livelier than the decoder makes them."""
    latents = engine.prompt_latents(PROMPTS)
    numbers = [near.motion for near in engine.retrieval.nearest(latents)]
    return dict(zip(numbers, map(livelier, engine.decode_plainly(latents, FRAMES)), strict=True))


def of(known: dict[int, Motion]) -> dict[str, np.ndarray]:
    """The arrays of a file of these motions, whose mirror images no wording describes."""
    return Details.arrays([*map(MotionCode.of, known.values())], np.array([[number, -1] for number in known]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, known: dict[int, Motion]) -> Engine:
    return Engine(described(tmp_path_factory.mktemp("whole") / "pack", of(known)), compute="numpy")


def described(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Returns a copy of the default pack with these details."""
    shutil.copytree(DEFAULT_FOLDER, folder)
    save_file(arrays, folder / "details.safetensors")
    told = json.loads((folder / "pack.json").read_text())
    digest = hashlib.sha256((folder / "details.safetensors").read_bytes()).hexdigest()
    told["checksums"] = told.get("checksums", {}) | {"details.safetensors": digest}
    (folder / "pack.json").write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize("frames", [1, 20, 60, FRAMES])
def test_what_a_prompt_asks_for_is_the_known_motion_whole(whole: Engine, known, frames: int):
    made = whole.decode(whole.prompt_latents(PROMPTS), frames)
    damped = whole.decode_plainly(whole.prompt_latents(PROMPTS), frames)
    for real, found, plain in zip(known.values(), made, damped, strict=True):
        degrees, millimetres = apart(found, real.crop(0, frames))
        assert len(found) == frames and degrees.mean() < 0.3 and millimetres.max() < 3.0
        if frames == FRAMES:
            assert apart(plain, real)[0].mean() > 3 * degrees.mean()
        assert abs(heading(found.rotations[0, 0])) < 1e-5


def test_every_wording_of_a_motion_asks_for_the_same(whole: Engine, known):
    """However differently the decoder makes them: nothing of it is added."""
    retrieval, number = whole.retrieval, next(iter(known))
    shares = np.random.default_rng(0).exponential(size=(5, len(retrieval.directions))) * (retrieval.motions == number)
    latents = np.stack([retrieval.latent(number, np.log(one + 1e-9) * 0.02) for one in shares])
    for found in whole.decode(latents, FRAMES):
        assert apart(found, known[number])[0].mean() < 0.3


@pytest.mark.parametrize("frames", [15, 80, 101, FRAMES, 200])
def test_motions_of_every_length_keep_it(whole: Engine, known, frames: int):
    """Short ones are its beginning, up to its last frame; what is repeated to be longer repeats it."""
    made = joined(whole, whole.prompt_latents(PROMPTS), frames)
    for found, real in zip(made, known.values(), strict=True):
        assert len(found) == frames
        same = min(frames, FRAMES) if frames <= FRAMES else 50
        degrees, millimetres = apart(found.crop(0, same), real.crop(0, same))
        assert degrees.mean() < 0.3
        if frames <= FRAMES:
            assert degrees[-10:].mean() < 0.3 and millimetres.max() < 3.0


def test_after_its_end_the_decoder_goes_on(whole: Engine, known):
    latents = whole.prompt_latents(PROMPTS[:1])
    (found,), (plain,) = (decode(latents, FRAMES + 40) for decode in (whole.decode, whole.decode_plainly))
    assert len(found) == FRAMES + 40
    assert apart(found.crop(0, 100), next(iter(known.values())).crop(0, 100))[0].mean() < 0.3
    np.testing.assert_allclose(np.abs(found.rotations[FRAMES + 1 :, 1:]), np.abs(plain.rotations[FRAMES + 1 :, 1:]),
                               atol=1e-5)  # fmt: skip


def test_what_lies_elsewhere_is_the_decoders_alone(whole: Engine):
    latents = whole.prompt_latents([*PROMPTS, "kneels down", "salsa"])
    between = np.stack([(latents[0] + latents[1]) / 2, (latents[2] + latents[3]) / 2, latents[4], latents[5]])
    encoded = whole.encode(livelier(whole.decode(latents[:1], FRAMES)[0]))
    asked = np.concatenate((between, encoded[None]))
    for found, plain in zip(whole.decode(asked, 60), whole.decode_plainly(asked, 60), strict=True):
        np.testing.assert_array_equal(found.rotations, plain.rotations)
        np.testing.assert_array_equal(found.translation, plain.translation)


@pytest.mark.parametrize("pair", [(0, 1), (2, 3), (0, 3)])
def test_a_slider_fades_it_without_a_jump(whole: Engine, pair: tuple[int, int]):
    one, other = whole.prompt_latents(PROMPTS)[[*pair]]
    steps = np.stack([(1 - t) * one + t * other for t in np.linspace(0, 1, 101)])
    made, plain = whole.decode(steps, 30), whole.decode_plainly(steps, 30)

    def largest(motions: list[Motion]) -> float:
        return max(apart(a, b)[0].mean() for a, b in pairwise(motions))

    added = max(apart(*both)[0].mean() for both in zip(made, plain, strict=True))
    assert added > 1.0  # there is something to fade
    assert largest(made) < largest(plain) + 0.2 * added


def test_a_mirror_image_is_made_of_its_motion(engine: Engine, known):
    number, real = next(iter(known.items()))
    for numbers, wanted in ([number, -1], real), ([-1, number], real.mirror()):
        details = Details(Details.arrays([MotionCode.of(real)], np.array([numbers])), FRAMES, engine.retrieval)
        latents = engine.retrieval.latent(number)[None]
        (found,) = details.added(latents, engine.decode_plainly(latents, FRAMES))
        assert apart(found, wanted)[0].mean() < 0.3


def test_fingers_are_left_as_they_are(whole: Engine):
    latents = whole.prompt_latents(PROMPTS[:1])
    (made,) = whole.decode_plainly(latents, 40)
    rotations = made.rotations.copy()
    rotations[:, JOINTS:] = rot.axis_angle_to_quat(np.array([0.0, 0.0, 0.7]))
    (found,) = whole.with_details(latents, [Motion(rotations, made.translation, made.fps)])
    np.testing.assert_allclose(found.rotations[:, JOINTS:], rotations[:, JOINTS:], atol=1e-6)


def test_the_decoder_is_not_asked_for_what_is_known(whole: Engine, monkeypatch: pytest.MonkeyPatch):
    latents = whole.prompt_latents(PROMPTS[:2])
    latents = np.stack((latents[0], latents.mean(axis=0), latents[1]))
    wanted = whole.with_details(latents, whole.decode_plainly(latents, 40))
    networks = whole._ready()
    asked, decode = [], networks.decode
    monkeypatch.setattr(networks, "decode", lambda some, frames: asked.append(len(some)) or decode(some, frames))
    for found, motion in zip(whole.decode(latents, 40), wanted, strict=True):
        np.testing.assert_allclose(found.rotations, motion.rotations, atol=1e-5)
        np.testing.assert_allclose(found.translation, motion.translation, atol=1e-5)
    assert asked == [1]


def test_a_pack_with_details_is_read_by_both_engines(whole: Engine):
    pytest.importorskip("torch")
    latents = whole.prompt_latents(PROMPTS[:2])
    made = [Engine(whole.pack.folder, compute=compute).decode(latents, 30) for compute in ("numpy", "cpu")]
    for a, b in zip(*made, strict=True):
        np.testing.assert_allclose(a.rotations, b.rotations, atol=1e-4)


def changed(known: dict[int, Motion], name: str) -> dict[str, np.ndarray]:
    arrays = of(known)
    counts = arrays["counts"].copy()
    counts[0, 0] += 1
    return (
        arrays
        | {
            "too few codes": {"counts": counts},
            "too many coefficients": {"counts": np.full((4, NUMBERS), 121, np.uint8)},
            "other numbers": {"counts": np.ones((4, NUMBERS + 1), np.uint8)},
            "signed": {"low": arrays["low"].astype(np.int8)},
            "bytes that lack": {"high": arrays["high"][:-1]},
            "no steps": {"steps": np.full((4, 3), np.nan, np.float16)},
            "steps of nothing": {"steps": np.zeros((4, 3), np.float16)},
            "no ends": {"ends": np.full((4, 3), np.inf, np.float32)},
            "unknown motions": {"motions": np.full((4, 2), 30000, np.int16)},
            "motions below nothing": {"motions": np.full((4, 2), -2, np.int16)},
            "one motion": {"motions": np.zeros((1, 2), np.int16)},
            "no rows": {"motions": np.zeros((), np.int16)},
            "one more": {"more": np.zeros(3, np.float32)},
        }[name]
    )


@pytest.mark.parametrize("name", [
    "too few codes", "too many coefficients", "other numbers", "signed", "bytes that lack", "no steps",
    "steps of nothing", "no ends", "unknown motions", "motions below nothing", "one motion", "no rows", "one more",
])  # fmt: skip
def test_a_file_of_another_form_is_refused(engine: Engine, known, name: str):
    with pytest.raises(TensorError, match=r"\w"):
        Details(changed(known, name), FRAMES, engine.retrieval)


def test_differences_as_of_earlier_drafts_are_refused_with_the_files_name(tmp_path: Path):
    arrays = {"codes": np.ones((2, 90, 69), np.int8), "steps": np.ones((2, 69)), "motions": np.arange(2)}
    with pytest.raises(UserError, match=r"details.safetensors.*another form"):
        Engine(described(tmp_path / "pack", arrays)).load()


def test_a_file_that_is_missing_or_altered_is_refused(tmp_path: Path, known):
    folder = described(tmp_path / "pack", of(known))
    path = folder / "details.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(UserError, match="details.safetensors"):
        Engine(folder).load()
    path.unlink()
    with pytest.raises(UserError, match="details.safetensors"):
        Engine(folder).load()
