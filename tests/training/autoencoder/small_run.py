"""What tests of runs share: the smallest settings, four samples, frames of two of them, and a text adapter."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motionclip_blender.core.clip_kinds import AdapterSize
from motionclip_blender.core.model.text_adapter import TextAdapter
from tests.synthetic import random_motion
from training.autoencoder.config import TrainConfig
from training.autoencoder.dataset import Sample
from training.autoencoder.material import SpanMaterial
from training.autoencoder.run import Run
from training.data.captions import CaptionedSpan
from training.text_adapter.file import AdapterFile

TINY = TrainConfig(
    steps=8,
    motions=2,
    prompts=3,
    refine_from=4,
    cosines=4,
    reader_width=16,
    width=32,
    layers=1,
    feed_forward=32,
    warmup=2,
    save_every=3,
    frames=(20, 24),
)


ADAPTER_SIZE = AdapterSize(heads=2, head_width=16, hidden=16)


def an_adapter(seed: int = 0) -> AdapterFile:
    """One with random numbers."""
    torch.manual_seed(seed)
    adapter = TextAdapter(ADAPTER_SIZE)
    with torch.no_grad():
        adapter.down.weight.mul_(4)
    return AdapterFile(adapter.arrays())


def made_samples() -> list[Sample]:
    words = ["walk", "jump", "wave", "sit"]
    return [
        Sample(w, w, random_motion(30, seed=i), (w, f"a person {w}s"), (w, f"{w} now"), 30, False, (0, 30))
        for i, w in enumerate(words)
    ]


def a_run(folder, config, samples, body, captions, frames=None, place=None) -> Run:
    return Run(folder, config, SpanMaterial(samples, captions, config, frames), body, place)


def captioned(monkeypatch: pytest.MonkeyPatch, spans: list[CaptionedSpan]) -> None:
    """Lets packs be written as of trainings on these spans, and not on thousands, which takes long to embed."""
    for module in ("data.wordings", "autoencoder.write_pack"):
        monkeypatch.setattr(f"training.{module}.trained_spans", lambda *_: spans)


def frames_file(path):
    """One frame of each of two clips."""
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(2, 512)).astype(np.float32)
    clips, numbers = np.array(["walk", "jump"]), np.array([3, 40])
    np.savez(path, clips=clips, frames=numbers, embeddings=embeddings, mirrored=-embeddings)
    return path
