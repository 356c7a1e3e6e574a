"""Packs of official checkpoints: what is in them, and every file that is refused. Nothing is half written."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

# not importorskip: torchvision cannot always be imported by itself beside a CPU torch
if not (find_spec("open_clip") and find_spec("torch")):
    pytest.skip("needs open_clip_torch", allow_module_level=True)

import torch

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.clip_kinds import ClipFile, OpenClip
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference import clip_towers
from motionclip_blender.core.inference.tensors import read_tensors
from motionclip_blender.core.motion import heading
from motionclip_blender.core.network_size import OfficialNetwork
from motionclip_blender.core.official_checkpoint import free_folder, import_checkpoint
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_format import NO_ROW, OFFICIAL
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.self_check import Installation, self_check
from motionclip_blender.core.skeleton import INDEX
from tests import clip_files
from tests.official import Official
from tests.synthetic import angle_between, random_motion

SMALL = {"layers": 2, "feed_forward": 64}


@pytest.fixture(scope="module")
def official() -> Official:
    return Official(seed=7, **SMALL)


@pytest.fixture(scope="module")
def checkpoint(official: Official, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return official.save(tmp_path_factory.mktemp("run") / "checkpoint_0100.pth.tar")


@pytest.fixture(scope="module")
def pack(checkpoint: Path) -> Pack:
    return import_checkpoint(checkpoint, checkpoint.with_name("pack")).pack


def damaged(official: Official, path: Path, **changes: torch.Tensor | None) -> Path:
    """A checkpoint with other tensors; None takes one out."""
    state = official.state_dict() | {name.replace("__", "."): tensor for name, tensor in changes.items()}
    torch.save({name: tensor for name, tensor in state.items() if tensor is not None}, path)
    return path


def refused(checkpoint: Path, clip: Path | None = None) -> str:
    """The sentence with which a checkpoint is refused. Nothing is left of the attempt."""
    out = checkpoint.parent / "refused" / "pack"
    with pytest.raises(UserError) as error:
        import_checkpoint(checkpoint, out, clip)
    assert not out.exists() and not any(out.parent.glob("*"))
    return str(error.value)


def test_the_pack_says_what_it_is_and_holds_the_checkpoint_s_tensors(official: Official, pack: Pack):
    assert Pack.load(pack.folder) == pack
    assert pack.network == OfficialNetwork(rows=25, **SMALL) and pack.pose_format == OFFICIAL
    assert pack.frames == (60, 60) and pack.fps == 30 and pack.clip == OpenClip() and not pack.normalised
    found = read_tensors(pack.weights_path)
    assert found.keys() == official.state_dict().keys()
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in official.state_dict().items())
    assert (pack.folder.stat().st_mode & 0o777) == 0o755


@pytest.mark.parametrize("compute", ["numpy", "cpu"])
def test_the_engine_computes_what_the_independent_implementation_does(
    official: Official, pack: Pack, small_body: Body, compute: str
):
    engine = Engine(pack.folder, small_body, compute)
    motion = random_motion(60, seed=4)
    poses = torch.from_numpy(to_pose_tensor(motion, OFFICIAL))[None]
    every = torch.ones(1, 60, dtype=torch.bool)
    latent = official.encoder(poses, every)
    assert np.abs(engine.encode(motion) - latent[0].numpy()).max() < 1e-5
    expected = official.decoder(latent, every)[0].numpy()
    assert np.abs(engine._networks.decode(latent.numpy(), 60)[0] - expected).max() < 1e-5
    decoded = motions_of(engine, [latent[0].numpy()], 60)[0]
    assert np.abs(engine.body.lowest(decoded)).max() < 0.05  # on the floor, all the time
    assert engine.motion_latents(latent.numpy()).shape == (1, 512)


def test_motions_of_all_lengths_are_made_and_read(pack: Pack, small_body: Body):
    """Beyond its 60 frames the network's motion would freeze; windows are joined instead."""
    engine = Engine(pack.folder, small_body)
    latent = np.random.default_rng(0).normal(size=512).astype(np.float32)
    whole = motions_of(engine, [latent], 60)[0]
    for frames in (2, 20, 61, 200):
        motion = motions_of(engine, [latent], frames)[0]
        assert len(motion) == frames and engine.encode(motion).shape == (512,)
    turns = np.abs(np.diff(motions_of(engine, [latent], 200)[0].rotations[:, 1:], axis=0)).max(axis=(1, 2))
    still = np.abs(np.diff(whole.rotations[:, 1:], axis=0)).max(axis=(1, 2))
    assert turns[110:].max() >= 0.5 * still.max()
    assert len(motions_of(engine, [latent], 60, loop=True)[0]) == 60
    assert engine.encode_windows(motions_of(engine, [latent], 150)[0]).latents.shape == (4, 512)


def test_a_recorded_heading_is_encoded_as_it_is_and_made_motions_face_ahead(pack: Pack, small_body: Body):
    engine = Engine(pack.folder, small_body)
    motion = random_motion(60, seed=1)
    assert np.abs(engine.encode(motion) - engine.encode(motion.turned(1.0))).max() > 1e-3
    poses = engine._networks.decode(engine.encode(motion)[None], 60)[0]
    assert abs(heading(engine.motion_of(poses).rotations[0, 0])) < 1e-3


def test_a_checkpoint_without_the_row_of_translation(tmp_path: Path):
    checkpoint = Official(rows=24, **SMALL).save(tmp_path / "checkpoint_0001.pth.tar")
    pack = import_checkpoint(checkpoint, tmp_path / "pack").pack
    assert pack.pose_format.last_row == NO_ROW and pack.rows == 24


def test_the_self_check_says_what_the_pack_is(pack: Pack):
    found = {finding.subject: finding for finding in self_check(Installation(pack_folder=str(pack.folder)))}
    text = found["Model pack"].text
    assert found["Model pack"].state == "good"
    assert "checkpoint_0100" in text and "the paper's released network" in text and "24 joints" in text


def test_two_checkpoints_of_one_name_are_told_apart(pack: Pack, tmp_path: Path):
    other = import_checkpoint(Official(seed=8, **SMALL).save(tmp_path / "checkpoint_0100.pth.tar"), tmp_path / "pack")
    assert other.pack.name == pack.name and other.pack.version != pack.version


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> torch.nn.Module:
    """A CLIP of two layers that counts as ViT-B/32: latents of 512 numbers are all that a pack needs of it."""
    monkeypatch.setitem(clip_towers.SIZES, ClipFile.model, replace(clip_files.SMALL, width=512))
    return clip_files.small_clip("small-512", width=512)


@pytest.mark.parametrize("ending", ["pt", "safetensors"])
def test_a_prompt_is_decoded_from_the_embedding_of_the_pack_s_own_clip(
    official: Official, checkpoint: Path, clip: torch.nn.Module, small_body: Body, tmp_path: Path, ending: str
):
    """As open_clip embeds it, not normalised, and straight: no known wording answers."""
    if ending == "pt":
        clip_files.save_archive(clip_files.halved(clip), tmp_path / "mine.pt")
    else:
        state = {name: tensor.contiguous() for name, tensor in clip.state_dict().items()}
        pytest.importorskip("safetensors.torch").save_file(state, tmp_path / "mine.safetensors")
    pack = import_checkpoint(checkpoint, tmp_path / "pack", tmp_path / f"mine.{ending}").pack
    assert pack.clip == ClipFile(f"ViT-B-32.{ending}") and pack.reads_images
    engine = Engine(pack.folder, small_body)
    from open_clip.tokenizer import SimpleTokenizer  # the fixture has made it importable

    tokens = SimpleTokenizer()(["a person waves"])
    if ending == "pt":
        clip.load_state_dict({name: tensor.float() for name, tensor in clip_files.halved(clip).items()})
    latent = clip.encode_text(tokens)
    found = engine.prompt_latents(["a person waves"])
    assert np.abs(found - latent.numpy()).max() < 1e-5 * float(latent.norm()) and float(latent.norm()) > 2
    poses = official.decoder(latent, torch.ones(1, 60, dtype=torch.bool))[0].numpy()
    made, expected = generate(engine, "a person waves", 60), engine.motion_of(poses)
    kept = [INDEX[name] for name in ("left_elbow", "spine2", "head")]  # no clean-up touches these
    assert angle_between(made.rotations[:, kept], expected.rotations[:, kept]).max() < 1e-3
    picture = clip_files.picture(80, 70)
    assert engine.encode_image(picture).shape == (512,)
    text = {finding.subject: finding for finding in self_check(Installation(pack_folder=str(pack.folder)))}
    assert text["Text encoder"].state == "good"


def test_a_file_that_is_no_clip_is_refused_before_anything_is_written(checkpoint: Path, tmp_path: Path):
    (tmp_path / "mine.pt").write_bytes(b"weights")
    assert "mine.pt" in refused(checkpoint, tmp_path / "mine.pt")
    assert "it lacks" in refused(checkpoint, checkpoint)


def test_without_clip_motions_are_read_and_made_and_a_prompt_says_what_is_missing(pack: Pack, small_body: Body):
    for compute in ("numpy", "cpu"):
        engine = Engine(pack.folder, small_body, compute)
        assert engine.encode(motions_of(engine, [np.ones(512, np.float32)], 60)[0]).shape == (512,)
        for ask in (lambda e: generate(e, "a person waves", 60), lambda e: e.encode_image(clip_files.picture(9, 9))):
            with pytest.raises(UserError, match=r"weights of ViT-B-32-quickgelu \(openai\) are not here"):
                ask(engine)
    found = {finding.subject: finding for finding in self_check(Installation(pack_folder=str(pack.folder)))}
    assert found["Text encoder"].state == "bad" and "are not here" in found["Text encoder"].text


def test_clip_and_smpl_tensors_are_left_out_with_a_note(official: Official, tmp_path: Path):
    state = official.state_dict()
    state |= {"clip_model.visual.proj": torch.ones(768, 512), "clip_model.logit_scale": torch.tensor(4.6)}
    state |= {"rotation2xyz.smpl_model.faces_tensor": torch.ones(5, 3, dtype=torch.long)}
    torch.save(state, tmp_path / "checkpoint_0100.pth.tar")
    imported = import_checkpoint(tmp_path / "checkpoint_0100.pth.tar", tmp_path / "pack")
    assert read_tensors(imported.pack.weights_path).keys() == official.state_dict().keys()
    assert len(imported.notes) == 2
    assert "2 tensors of CLIP's" in imported.notes[0] and "1 tensors of SMPL's" in imported.notes[1]


class _Runs:
    """Unpickled, it writes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return (Path.write_text, (self.mark, "ran"))


def test_a_pickle_that_would_run_code_is_refused_and_nothing_runs(official: Official, tmp_path: Path):
    mark, checkpoint = tmp_path / "mark", tmp_path / "checkpoint_0100.pth.tar"
    torch.save(official.state_dict() | {"encoder.more": _Runs(mark)}, checkpoint)
    told = refused(checkpoint)
    assert "holds more than tensors" in told and not mark.exists()
    with zipfile.ZipFile(checkpoint) as archive:  # the file is one that runs: Python's own reader does it
        described = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        loader = pickle.Unpickler(io.BytesIO(archive.read(described)))
        loader.persistent_load = lambda saved: torch.UntypedStorage(0)
        with pytest.raises(Exception):  # noqa: B017 - its storages are not there
            loader.load()


def test_a_file_that_runs_when_it_is_unpickled(tmp_path: Path):
    """The proof that the pickle above is live."""
    mark = tmp_path / "mark"
    pickle.loads(pickle.dumps(_Runs(mark)))
    assert mark.read_text() == "ran"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off(checkpoint: Path, tmp_path: Path, share: float):
    path = tmp_path / "checkpoint_0100.pth.tar"
    data = checkpoint.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert any(words in refused(path) for words in ("damaged or cut off", "no file of PyTorch's"))


def test_a_file_with_one_bit_changed(checkpoint: Path, tmp_path: Path):
    data = bytearray(checkpoint.read_bytes())
    data[len(data) // 2] ^= 64
    (tmp_path / "checkpoint_0100.pth.tar").write_bytes(data)
    assert "damaged or cut off" in refused(tmp_path / "checkpoint_0100.pth.tar")


def test_missing_unknown_and_wrong_tensors_are_named(official: Official, tmp_path: Path):
    path = tmp_path / "checkpoint_0100.pth.tar"
    name = "decoder.seqTransDecoder.layers.1.norm3.bias"
    assert f"it lacks {name}" in refused(damaged(official, path, **{name: None}))
    assert "unknown tensors: encoder.extra" in refused(damaged(official, path, encoder__extra=torch.ones(2)))
    told = refused(damaged(official, path, **{name: torch.ones(511)}))
    assert f"{name} (511 instead of 512)" in told
    assert "lacks encoder.skelEmbedding.weight" in refused(damaged(official, path, encoder__skelEmbedding__weight=None))
    told = refused(damaged(official, path, encoder__muQuery=torch.full((1, 512), torch.nan)))
    assert "encoder.muQuery holds numbers that are not finite" in told
    told = refused(damaged(official, path, encoder__muQuery=torch.ones(1, 512, dtype=torch.int64)))
    assert "encoder.muQuery holds int64" in told


def test_another_network_is_refused_with_what_is_different(tmp_path: Path):
    path = tmp_path / "checkpoint_0100.pth.tar"
    assert "latents have 256 numbers" in refused(Official(width=256, **SMALL).save(path))
    assert "it is 12 wide" in refused(Official(width=12, **SMALL).save(path))
    assert "poses have 23 rows" in refused(Official(rows=23, **SMALL).save(path))
    network = Official(**SMALL)
    network.encoder.seqTransEncoder.layers.append(network.encoder.seqTransEncoder.layers[0])
    assert "encoder has 3 layers and its decoder 2" in refused(network.save(path))
    torch.save(torch.nn.Linear(3, 3).state_dict(), path)
    assert "its tensors are weight, bias" in refused(path)
    torch.save({"state_dict": Official(**SMALL).state_dict()}, path)
    assert "its tensors are state_dict.encoder" in refused(path)


@pytest.mark.slow
def test_sizes_that_no_pack_may_have(tmp_path: Path):
    told = refused(Official(layers=65, feed_forward=1).save(tmp_path / "checkpoint_0100.pth.tar"))
    assert "layers is 65" in told


def test_places_that_are_taken_or_cannot_be_written(checkpoint: Path, tmp_path: Path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "pack.json").write_text("{}")
    with pytest.raises(UserError, match="something at"):
        import_checkpoint(checkpoint, tmp_path / "taken")
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "pack"):
        with pytest.raises(UserError, match="something at|Cannot write"):
            import_checkpoint(checkpoint, out)
    assert (tmp_path / "taken" / "pack.json").read_text() == "{}"
    (tmp_path / "empty").mkdir()
    assert import_checkpoint(checkpoint, tmp_path / "empty").pack.weights_path.is_file()
    assert "no.pt cannot be read" in refused(checkpoint, tmp_path / "no.pt")


def test_folders_are_named_after_their_checkpoints(tmp_path: Path):
    names = []
    for _ in range(3):
        folder = free_folder(tmp_path, Path("/runs/paper/checkpoint 0100.pth.tar"))
        folder.mkdir()
        names.append(folder.name)
    assert names == ["checkpoint_0100", "checkpoint_0100_2", "checkpoint_0100_3"]
    assert free_folder(tmp_path, Path("änderung.pth.tar")).name == "nderung"
    assert free_folder(tmp_path, Path("日本.pth.tar")).name == "checkpoint"


def test_the_command_imports_and_the_command_line_names_motions_by_the_pack(checkpoint: Path, tmp_path: Path):
    def run(*arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "training", *map(str, arguments)], capture_output=True, text=True)

    done = run("import-checkpoint", checkpoint, "--out", tmp_path / "pack")
    assert done.returncode == 0 and "24 joints" in done.stdout
    assert json.loads((tmp_path / "pack" / "pack.json").read_text())["network"]["kind"] == "official"
    again = run("import-checkpoint", checkpoint, "--out", tmp_path / "pack")
    assert again.returncode == 2 and "something at" in again.stderr and not again.stdout
