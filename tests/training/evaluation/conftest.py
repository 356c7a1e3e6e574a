"""A small pack with random weights, without its text tower, and a folder of prepared motions."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import Weights, save_weights
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from tests.synthetic import random_motion
from training.data.captions import CaptionedSpan
from training.evaluation import items as items_module
from training.text_tower import minilm

SPANS = [
    CaptionedSpan("a/walk1", "walk", ("walks", "a person walks", "strolls"), exemplar=True, after="repeat"),
    CaptionedSpan("a/walk2", "walk", ("walks", "goes along"), exemplar=False, after="repeat"),
    CaptionedSpan("a/walk3", "walk", ("walks on", "ambles"), exemplar=False, after="repeat", start=0.5, end=2.5),
    CaptionedSpan("a/wave1", "wave", ("waves", "hello"), exemplar=True, after="hold"),
    CaptionedSpan("a/wave2", "wave", ("waves twice", "hi"), exemplar=False, after="hold"),
    CaptionedSpan("a/both", "wave", ("walks and waves",), exemplar=True, after="hold", limbs={"left_arm": "a/wave1"}),
]
HELD_OUT = ("a/walk2", "a/wave2")
FRAMES = {"a/walk1": 130, "a/walk2": 100, "a/walk3": 90, "a/wave1": 70, "a/wave2": 12, "a/both": 70}


def fake_text(text: str) -> np.ndarray:
    """Returns an embedding (512,) that differs for every text."""
    return np.random.default_rng(zlib.crc32(text.encode())).normal(size=512).astype(np.float32)


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack folder: one layer of width 32 with random weights."""
    folder = tmp_path_factory.mktemp("packs") / "tiny"
    folder.mkdir()
    told = json.loads((DEFAULT_FOLDER / "pack.json").read_text())
    told["network"] |= {"width": 32, "layers": 1, "heads": 2, "feed_forward": 32}
    told["clip"].pop("adapter", None)
    (folder / "pack.json").write_text(json.dumps(told | {"name": "tiny", "info": {}, "image": None, "checksums": {}}))
    (folder / "weights.safetensors").touch()
    torch.manual_seed(0)
    pack = Pack.load(folder)
    save_weights(Weights(MotionCLIP(pack.network_size), minilm.text_projection()), pack.weights_path)
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared folder of the clips of `SPANS`; two of them are held out."""
    for seed, (clip, frames) in enumerate(FRAMES.items()):
        amass.save(random_motion(frames, seed=seed, size=0.2), tmp_path / "data" / f"{clip}.npz")
    (tmp_path / "data" / "index.json").write_text(json.dumps({"clips": [{"clip": clip} for clip in FRAMES]}))
    monkeypatch.setattr(items_module, "load_captions", lambda *folder: [] if folder else SPANS)
    monkeypatch.setattr(items_module, "is_test", lambda clip, split, *_: clip in HELD_OUT)
    return tmp_path / "data"


@pytest.fixture
def no_text_tower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts get made-up embeddings."""
    monkeypatch.setattr(Engine, "encode_texts", lambda self, prompts: np.stack([fake_text(text) for text in prompts]))
