"""Texts and frames as CLIP's own towers embed them for a training, beside open_clip itself."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference import clip_towers
from motionclip_blender.core.inference.image_tower import squared
from motionclip_blender.core.model.image_tower import normalised
from tests import clip_files
from training.autoencoder.text_embedder import text_embedder
from training.image_tower import train
from training.image_tower.clip_frames import embed_by_clip

NAME = "small-512"


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> torch.nn.Module:
    """A small CLIP whose embeddings are as long as those of ViT-B/32."""
    monkeypatch.setitem(clip_towers.SIZES, NAME, replace(clip_files.SMALL, width=512))
    return clip_files.small_clip(NAME, width=512)


@pytest.fixture
def weights(clip: torch.nn.Module, tmp_path: Path) -> Path:
    return clip_files.save_archive(clip.state_dict(), tmp_path / "mine.pt")


def shard(path: Path, pictures: list[tuple[str, int, np.ndarray]]) -> None:
    """Frames as `render_pipeline` writes them."""
    with tarfile.open(path, "w") as tar:
        for i, (motion, frame, picture) in enumerate(pictures):
            image = io.BytesIO()
            Image.fromarray(picture).save(image, "PNG")
            for ending, content in (
                ("png", image.getvalue()),
                ("json", json.dumps({"motion": motion, "frame": frame}).encode()),
            ):
                entry = tarfile.TarInfo(f"{i:06d}.{ending}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))


def test_texts_of_a_training_are_open_clip_s(clip, weights, capsys):
    from open_clip.tokenizer import SimpleTokenizer

    texts = ["walk and jump", "a person sits down", "walk " * 90]
    found = text_embedder(NAME, weights)(texts)
    with torch.inference_mode():
        expected = clip.encode_text(SimpleTokenizer()(texts)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert capsys.readouterr().err.count("are left out") == 1


def test_frames_are_open_clip_s_and_so_are_their_mirror_images(clip, weights, tmp_path):
    pictures = [
        ("KIT/1/a_poses", 7, clip_files.picture(64, 64, 1)),
        ("KIT/1/b_poses", 3, clip_files.picture(90, 70, 2)),
    ]
    shard(tmp_path / "frames-000000.tar", pictures)
    assert embed_by_clip(tmp_path, tmp_path / "out.npz", weights, NAME) == 2
    with np.load(tmp_path / "out.npz") as data:
        assert data["clips"].tolist() == ["KIT/1/a_poses", "KIT/1/b_poses"] and data["frames"].tolist() == [7, 3]
        for key, turn in (("embeddings", 1), ("mirrored", -1)):
            squares = np.stack([squared(p[:, ::turn], 64) for _, _, p in pictures]).transpose(0, 3, 1, 2)
            with torch.inference_mode():
                expected = clip.encode_image(normalised(torch.from_numpy(squares))).numpy()
            np.testing.assert_allclose(data[key].astype(np.float32), expected, atol=2e-2 * np.abs(expected).max())


def test_what_is_missing_is_said(clip, weights, tmp_path):
    with pytest.raises(UserError, match="holds no shards"):
        embed_by_clip(tmp_path, tmp_path / "out.npz", weights, NAME)
    with pytest.raises(UserError, match=r"nothing\.pt"):
        text_embedder(NAME, tmp_path / "nothing.pt")
    with pytest.raises(SystemExit):
        train.main(["train", "--frames", str(tmp_path), "--run", str(tmp_path / "r"), "--clip", str(weights)])
