"""The image tower's training: frames with their captions, resumed runs, embeddings for equation 3."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.lock import only_one
from motionclip_blender.core.model.image_tower import save_image_tower
from motionclip_blender.core.pack import ImageSpec, Pack
from tests.training.autoencoder.small_run import an_adapter
from training.autoencoder.dataset import Sample
from training.autoencoder.images_of_spans import Frames
from training.image_tower import samples as image_samples
from training.image_tower import train as image_training
from training.image_tower.samples import Captioned, read_frames
from training.image_tower.start import start
from training.image_tower.train import Run, Settings, embed, retrieval

COLOURS = {"own/red": (200, 20, 20), "own/blue": (20, 20, 200), "own/green": (20, 200, 20)}


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(
        image_training, "SPEC", ImageSpec(image_size=32, layers=1, width=64, head_width=64, patch_size=16)
    )
    for module in (image_training, image_samples):
        monkeypatch.setattr(module, "MARGIN", 4)


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    """Writes a shard of frames whose colour identifies their clip."""
    folder = tmp_path / "frames"
    folder.mkdir()
    random = np.random.default_rng(0)
    with tarfile.open(folder / "frames-00000.tar", "w") as tar:
        for i in range(24):
            clip = list(COLOURS)[i % 3]
            pixels = np.clip(np.array(COLOURS[clip]) + random.integers(-20, 20, (40, 40, 3)), 0, 255).astype(np.uint8)
            picture = io.BytesIO()
            Image.fromarray(pixels).save(picture, "PNG")
            joints = [[0.0, 0.0, 1.0]] * 10 + [[0.2 * (i % 3), 0.0, 1.5]] * 45
            seen = [[20.0, 8.0]] * 55
            camera = {"extrinsics": [[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 3]]}
            told = {"motion": clip, "frame": i, "seconds": i / 30, "fps": 30.0, "camera": camera}
            told |= {"joints_3d": joints, "joints_2d": seen, "size": 40}
            for ending, content in (("png", picture.getvalue()), ("json", json.dumps(told).encode())):
                entry = tarfile.TarInfo(f"{i:08d}.{ending}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An index in which a clip's caption is its colour."""
    spans = [
        {"clip": clip, "spans": [{"start": 0, "end": 1, "label": clip, "style": [], "captions": [f"{clip[4:]} jumps"]}]}
        for clip in COLOURS
    ]
    (tmp_path / "index.json").write_text(json.dumps({"clips": spans}))
    return tmp_path


def test_the_tower_learns_which_frame_says_what_and_goes_on_where_it_stopped(rendered, data, tmp_path):
    settings = Settings(steps=40, batch=12, learning_rate=3e-3, warmup=2)
    frames = read_frames(rendered, 36)
    captioned = Captioned(frames, data, train=True)
    whole = Run(tmp_path, settings, captioned)
    whole.train()
    assert retrieval(whole.average, captioned)["top_1"] == 1.0
    first = Run(tmp_path / "parts", settings, captioned)
    (tmp_path / "parts").mkdir()
    for _ in range(3):
        first._one_step()
    first.save()  # and killed
    second = Run(tmp_path / "parts", settings, captioned)
    second.resume()
    second.train()
    for ours, theirs in zip(whole.tower.parameters(), second.tower.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_frames_that_no_caption_tells_about_are_left_out(rendered, data, monkeypatch):
    frames = read_frames(rendered, 36)
    monkeypatch.setattr(image_samples, "is_test", lambda clip, *_: clip == "own/red")
    train, test = (Captioned(frames, data, train=part) for part in (True, False))
    assert {frames.clips[i] for i in train.chosen} == {"own/blue", "own/green"}
    assert {frames.clips[i] for i in test.chosen} == {"own/red"}
    monkeypatch.setattr(image_samples, "is_test", lambda clip, *_: True)
    with pytest.raises(UserError, match="None of the frames"):
        Captioned(frames, data, train=True)


@pytest.mark.slow
def test_embeddings_of_frames_are_those_that_equation_3_reads(rendered, data, tmp_path):
    arguments = ["--frames", str(rendered), "--data", str(data), "--run", str(tmp_path / "run"), "--steps", "2"]
    with pytest.raises(UserError, match="no trained tower"):
        image_training.main(["embed", *arguments])
    assert image_training.main(["train", *arguments]) == 0
    assert image_training.main(["embed", *arguments]) == 0
    sample = Sample("own/red", "red", None, (), (), 30, False, (0, 30))
    frames = Frames(tmp_path / "run" / "embeddings.npz", [sample])
    embeddings, known = frames.of(np.array([0]), np.array([[0, 30]]), np.random.default_rng())
    assert embeddings.shape == (1, 512) and known.tolist() == [True] and np.isfinite(embeddings).all()


def test_a_tower_belongs_to_the_adapter_of_its_captions(rendered, data, tmp_path):
    adapter = an_adapter()
    frames = read_frames(rendered, 36)
    captioned = Captioned(frames, data, True, adapter)
    assert np.abs(captioned.embeddings - Captioned(frames, data, True).embeddings).max() > 0.01
    run = Run(tmp_path, Settings(steps=1, batch=4), captioned)
    run.save()
    Run(tmp_path, Settings(steps=1, batch=4), captioned).resume()
    with pytest.raises(UserError, match="give its own --text-adapter"):
        Run(tmp_path, Settings(steps=1, batch=4), Captioned(frames, data, True)).resume()
    image_training.write_embeddings(tmp_path / "e.npz", frames, partial(embed, run.average), captioned.text_adapter)
    sample = Sample("own/red", "red", None, (), (), 30, False, (0, 30))
    Frames(tmp_path / "e.npz", [sample], adapter.digest)
    with pytest.raises(UserError, match="embed the frames"):
        Frames(tmp_path / "e.npz", [sample])


def a_pack(folder: Path, image: dict | None) -> Pack:
    """A pack without a network and a text adapter, whose image tower is of the sizes `image`."""
    told = Pack.load().as_json() | {"image": image, "checksums": {}}
    told["clip"].pop("adapter", None)
    (folder / "pack.json").write_text(json.dumps({key: value for key, value in told.items() if value is not None}))
    for name in ("weights.safetensors", "image.safetensors"):
        (folder / name).touch()
    return Pack.load(folder)


def test_the_image_tower_of_a_pack_embeds_frames_as_its_run_did(rendered, data, tmp_path):
    run = Run(tmp_path, Settings(steps=2, batch=12), Captioned(read_frames(rendered, 36), data, train=True))
    run.train()
    save_image_tower(run.average, a_pack(tmp_path, vars(image_training.SPEC)).image_path)
    arguments = ["embed", "--frames", str(rendered), "--data", str(data), "--run"]
    assert image_training.main([*arguments, str(tmp_path), "--steps", "2"]) == 0
    assert image_training.main([*arguments, str(tmp_path / "by"), "--pack", str(tmp_path)]) == 0
    with np.load(tmp_path / "embeddings.npz") as own, np.load(tmp_path / "by" / "embeddings.npz") as by:
        assert own["clips"].tolist() == by["clips"].tolist() and own["frames"].tolist() == by["frames"].tolist()
        for key in ("embeddings", "mirrored"):
            apart = np.linalg.norm(own[key].astype(float) - by[key], axis=1) / np.linalg.norm(
                own[key].astype(float), axis=1
            )
            assert apart.max() < 0.01  # packs hold half precision
        assert np.abs(by["embeddings"].astype(float) - by["mirrored"]).max() > 0.05


def test_a_tower_goes_on_from_that_of_a_pack(rendered, data, tmp_path):
    captioned = Captioned(read_frames(rendered, 36), data, train=True)
    first = Run(tmp_path / "first", Settings(steps=2, batch=12), captioned)
    first.train()
    default = Pack.load()
    pack = replace(default, folder=tmp_path, image=image_training.SPEC)
    save_image_tower(first.average, pack.image_path)
    run = Run(tmp_path / "second", Settings(steps=2, batch=12, seed=1), captioned)
    run.start_from(pack)
    images = captioned.frames.images
    assert np.allclose(embed(run.average, images), embed(first.average, images), atol=2e-2)
    with pytest.raises(UserError, match="has no image tower of its own"):
        run.start_from(replace(pack, image=None))
    with pytest.raises(UserError, match="another size"):
        run.start_from(replace(pack, image=replace(pack.image, layers=2)))


def test_a_tower_belongs_to_the_split_that_it_was_trained_with(rendered, data, tmp_path, monkeypatch):
    frames = read_frames(rendered, 36)
    monkeypatch.setattr(image_samples, "is_test", lambda clip, split, *_: (clip == "own/red") == (split == "people"))
    held_out, people = (Captioned(frames, data, True, split=split) for split in ("held-out", "people"))
    assert {frames.clips[i] for i in held_out.chosen} == {"own/red"}
    assert {frames.clips[i] for i in people.chosen} == {"own/blue", "own/green"}
    run = Run(tmp_path, Settings(steps=1, batch=4), people)
    run.train()
    run.resume()
    with pytest.raises(UserError, match='with the split "people", not with "held-out"; choose another folder'):
        Run(tmp_path, Settings(steps=1, batch=4), held_out).resume()


def test_a_pack_without_an_image_tower_cannot_embed(rendered, tmp_path):
    a_pack(tmp_path, None)
    arguments = ["--frames", str(rendered), "--run", str(tmp_path / "run"), "--pack", str(tmp_path)]
    with pytest.raises(UserError, match="has no image tower of its own"):
        image_training.main(["embed", *arguments])
    with pytest.raises(SystemExit):
        image_training.main(["train", *arguments])


def test_a_damaged_shard_and_an_empty_folder(rendered, tmp_path):
    shard = rendered / "frames-00000.tar"
    shard.write_bytes(shard.read_bytes()[:2000])
    with pytest.raises(UserError, match="damaged"):
        read_frames(rendered, 36)
    with pytest.raises(UserError, match="holds no shards"):
        read_frames(tmp_path, 36)


def test_joints_are_told_from_the_pelvis_as_the_camera_sees_them(rendered, data):
    frames = read_frames(rendered, 36)
    np.testing.assert_allclose(frames.joints[1, 10], (0.2, -0.5, 0), atol=1e-6)
    captioned = Captioned(frames, data, train=True)
    drawn = captioned.draw(24, 16, np.random.default_rng(0))
    # a mirrored picture's joints lie on the other side
    assert set(np.rint(10 * drawn.joints[:, 12, 0].numpy()).astype(int).tolist()) == {-4, -2, 0, 2, 4}


def test_patches_are_those_that_joints_are_seen_in(rendered, data, monkeypatch):
    frames = read_frames(rendered, 36)
    frames.seen[:] = (0.9, 0.1)  # top right: its mirror image top left, in a grid of two by two
    captioned = Captioned(frames, data, train=True)
    drawn = captioned.draw(24, 16, np.random.default_rng(0))
    assert set(drawn.patches.flatten().tolist()) == {0, 1}
    assert all(len(set(row.tolist())) == 1 for row in drawn.patches)


def test_a_tower_begins_with_patches_that_differ():
    torch.manual_seed(0)
    spec = ImageSpec(image_size=32, layers=1, width=64, head_width=64, patch_size=16)
    tower = image_training.vision_transformer(spec, 512)
    # pictures that are mostly one colour
    pictures = torch.randn(400, 3, 1, 1) * 3 + torch.nn.functional.interpolate(torch.randn(400, 3, 8, 8), 32) * 0.1
    start(tower, pictures)
    seen = tower.conv1(pictures).flatten(2).transpose(1, 2).flatten(0, 1)
    variances = torch.linalg.eigvalsh(seen.T @ seen / len(seen))
    assert variances[-1] < 1.01 and (variances > 0.1).sum() > 3
    assert torch.pdist(tower.positional_embedding[1:]).min() > 1


def test_embedding_does_not_depend_on_the_batch(rendered):
    frames = read_frames(rendered, 36)
    tower = image_training.vision_transformer(image_training.SPEC, 512)
    np.testing.assert_allclose(embed(tower, frames.images, 5), embed(tower, frames.images, 24), atol=1e-4)


def test_a_training_without_steps_and_two_in_one_folder_are_refused(rendered, data, tmp_path):
    arguments = ["train", "--frames", str(rendered), "--data", str(data), "--run", str(tmp_path / "run")]
    with pytest.raises(UserError, match="has one step at least; give --steps 1"):
        image_training.main([*arguments, "--steps", "0"])
    with only_one(tmp_path / "run"), pytest.raises(UserError, match="Another run is writing"):
        image_training.main([*arguments, "--steps", "1"])
