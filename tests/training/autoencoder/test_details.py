"""A pack is given the motions that its wordings describe, and plays them whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import DEFAULT_FOLDER
from tests.core.inference.test_motion_code import apart, spinning
from training.autoencoder.dataset import samples_of_span
from training.autoencoder.details import write_details, write_motions
from training.autoencoder.wording_index import note_checksums
from training.data.captions import CaptionedSpan

SPANS = [
    CaptionedSpan("made/spin", "spin", ("whirls around", "a dancer turns and turns"), True, "hold"),
    CaptionedSpan("made/left", "wave", ("greets with the left hand",), True, "loop", end=2.0),
    CaptionedSpan("made/none", "none", ("nothing",), False, "hold"),
]
WORDINGS = {"whirls around": 0, "a dancer turns and turns": 0, "greets with the left hand": 2,
            "greets with the right hand": 3}  # fmt: skip
CLIPS = {"made/spin": spinning(2.0, 2.0, 60), "made/left": spinning(0.3, 0.5, 90)}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The default pack, whose decoder has never seen the clips, with other wordings."""
    folder = tmp_path / "pack"
    shutil.copytree(DEFAULT_FOLDER, folder)
    of_others = ("wordings.json", "wordings.safetensors", "details.safetensors", "class_means.safetensors")
    for name in of_others:
        (folder / name).unlink(missing_ok=True)
    embeddings = Engine(compute="numpy").encode_texts([*WORDINGS])
    retrieval = PromptRetrieval.of(embeddings, [*WORDINGS.values()], [0, 0, 1, 1, 2, 2], np.eye(3, 512))
    arrays = {n: a for n, a in load_file(folder / "weights.safetensors").items() if not n.startswith("prompts.")}
    save_file(arrays | retrieval.arrays(), folder / "weights.safetensors")
    told = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    for name in of_others:
        told.get("checksums", {}).pop(name, None)
    (folder / "pack.json").write_text(json.dumps(told), encoding="utf-8")
    note_checksums(Engine(folder).pack, "weights.safetensors")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for clip, motion in CLIPS.items():
        path = tmp_path / "data" / f"{clip}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        amass.save(motion, path)
    return tmp_path / "data"


def write(pack: Path, data: Path) -> int:
    spans = [span for span in SPANS for _ in range(2)]
    return write_motions(Engine(pack, compute="numpy"), data, [*WORDINGS.values()], spans)


def test_the_motions_that_wordings_describe_come_back_whole(pack: Path, data: Path):
    assert write(pack, data) == 2  # the mirror image is not written again, nor what no wording describes
    engine = Engine(pack, compute="numpy")
    made = engine.decode(engine.prompt_latents([*WORDINGS]), 120)

    def trained(i: int) -> list[Motion]:
        load = CLIPS.__getitem__
        return [sample.motion.crop(0, 120) for sample in samples_of_span(SPANS[i], load, engine.body, 120)]

    wanted = [trained(0)[0], trained(0)[0], *trained(1)]
    for found, real in zip(made, wanted, strict=True):
        degrees, millimetres = apart(found, real)
        assert degrees.mean() < 0.3 and degrees.max() < 2.5 and millimetres.max() < 3.0
    between = engine.prompt_latents([*WORDINGS])[[0, 2]].mean(axis=0)[None]
    np.testing.assert_array_equal(engine.decode(between, 60)[0].rotations,
                                  engine.decode_plainly(between, 60)[0].rotations)  # fmt: skip


def test_a_clip_that_is_not_prepared_is_named_and_left_out(pack: Path, data: Path, capsys):
    (data / "made/spin.npz").unlink()
    assert write(pack, data) == 1
    assert capsys.readouterr().err == "Captioned, but not prepared, so left out: made/spin.\n"
    engine = Engine(pack, compute="numpy")
    latents = engine.prompt_latents(["whirls around", "greets with the right hand"])
    whole, plain = engine.decode(latents, 60), engine.decode_plainly(latents, 60)
    np.testing.assert_allclose(whole[0].rotations, plain[0].rotations, atol=1e-4)
    assert np.abs(whole[1].rotations - plain[1].rotations).max() > 0.01


def test_without_any_of_its_clips_nothing_is_written(pack: Path, data: Path):
    before = (pack / "pack.json").read_bytes()
    for path in data.rglob("*.npz"):
        path.unlink()
    with pytest.raises(UserError, match="holds none of the pack's clips"):
        write(pack, data)
    assert (pack / "pack.json").read_bytes() == before and not (pack / "details.safetensors").exists()


def test_other_captions_are_refused(pack: Path, data: Path):
    with pytest.raises(UserError, match="captions"):
        write_details(Engine(pack, compute="numpy"), data)
