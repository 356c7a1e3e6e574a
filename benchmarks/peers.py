"""Prompt to motion, beside networks of other sizes on the same cores.

    python -m benchmarks.peers [--frames 60] [--rounds 9] [--json FILE]

Needs torch and open_clip, for the peers. Warm; in every round each is timed once, on a prompt that no round had before,
and each round begins with another one. Of every round the ratios to ours are taken; the figures are medians.

- ours: `recipe.make.generate`: prompt to `Motion`, with the feet on the floor.
- paper's sizes: CLIP's text tower of ViT-B/32 and a transformer decoder of 8 layers, 512 wide, that reads a memory of
  one latent (MotionCLIP; Tevet et al., ECCV 2022).
- diffusion: the same text tower, and a transformer encoder of 8 layers, 512 wide, that takes the noise off a sequence
  of 263 features a frame in 50 steps, each of two evaluations, with the text and without it (the size of MDM; Tevet
  et al., ICLR 2023).

The peers have random weights, which changes nothing about their time, and what they put out is not made into rotations.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.model.clip import create_model
from motionclip_blender.core.recipe.make import generate

from .figures import tell
from .prompts import PROMPTS

WIDTH, LAYERS, HEADS, FEED_FORWARD = 512, 8, 4, 1024
CONTEXT = 77
POSE = 25 * 6  # numbers of a frame of MotionCLIP's: 24 joints and the way
FEATURES = 263  # of HumanML3D's
STEPS = 50
GUIDANCE = 2.5
WARM_UP = 2
_TEXT = {"context_length": CONTEXT, "vocab_size": 49408, "width": WIDTH, "heads": 8, "layers": 12}
_UNUSED = {"image_size": 32, "layers": 1, "width": 64, "head_width": 64, "patch_size": 32}


class TextTower:
    """CLIP's of ViT-B/32: prompts to (n, 512), padded to the whole context, as CLIP's own code does it."""

    def __init__(self) -> None:
        config = {"embed_dim": WIDTH, "quick_gelu": True, "vision_cfg": _UNUSED, "text_cfg": _TEXT}
        self._model = create_model("peer-ViT-B-32", config).eval()
        import open_clip  # beside a CPU torch it can be imported only once the model's maker has made its way free

        self._tokens = open_clip.SimpleTokenizer(context_length=CONTEXT)

    def __call__(self, prompt: str) -> Tensor:
        return self._model.encode_text(self._tokens([prompt]))


def positions(count: int) -> Tensor:
    """(count, WIDTH) sinusoidal positions."""
    rates = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(10_000.0) / WIDTH))
    at = torch.arange(count)[:, None] * rates
    return torch.stack((at.sin(), at.cos()), dim=2).flatten(1)


class PaperSize(nn.Module):
    """Text tower and decoder."""

    def __init__(self, tower: TextTower) -> None:
        super().__init__()
        self._tower = tower
        layer = nn.TransformerDecoderLayer(WIDTH, HEADS, FEED_FORWARD, activation="gelu", batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, LAYERS)
        self.to_pose = nn.Linear(WIDTH, POSE)

    @torch.inference_mode()
    def forward(self, prompt: str, frames: int) -> np.ndarray:
        """(frames, POSE)."""
        latent = self._tower(prompt)
        return self.to_pose(self.decoder(positions(frames)[None], latent[:, None]))[0].numpy()


class Diffusion(nn.Module):
    """Text tower and denoiser."""

    def __init__(self, tower: TextTower) -> None:
        super().__init__()
        self._tower = tower
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, FEED_FORWARD, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, LAYERS)
        self.embed, self.to_features = nn.Linear(FEATURES, WIDTH), nn.Linear(WIDTH, FEATURES)
        self.embed_text = nn.Linear(WIDTH, WIDTH)
        self.embed_time = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        at = torch.arange(STEPS + 1) / STEPS  # the cosine schedule
        kept = torch.cos((at + 0.008) / 1.008 * math.pi / 2) ** 2
        self.kept = kept / kept[0]

    def _clean(self, noisy: Tensor, step: int, text: Tensor) -> Tensor:
        """(1, T, FEATURES): the motion behind `noisy`, as the network guesses it."""
        token = self.embed_time(positions(STEPS)[step]) + self.embed_text(text)
        x = torch.cat((token[:, None], self.embed(noisy)), dim=1)
        return self.to_features(self.encoder(x + positions(x.shape[1]))[:, 1:])

    @torch.inference_mode()
    def forward(self, prompt: str, frames: int) -> np.ndarray:
        """(frames, FEATURES)."""
        text = self._tower(prompt)
        x = torch.randn(1, frames, FEATURES)
        for step in reversed(range(STEPS)):
            free = self._clean(x, step, torch.zeros_like(text))
            clean = free + GUIDANCE * (self._clean(x, step, text) - free)
            before, now = self.kept[step], self.kept[step + 1]
            noise = 1 - now / before  # what this step had added
            x = (before.sqrt() * noise * clean + (now / before).sqrt() * (1 - before) * x) / (1 - now)
            if step:
                x = x + (noise * (1 - before) / (1 - now)).sqrt() * torch.randn_like(x)
        return x[0].numpy()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(frames: int, rounds: int) -> dict[str, float | int]:
    """Medians: milliseconds of each, and how many times ours each of the others is."""
    engine = Engine()
    engine.load()
    tower = TextTower()
    makers: dict[str, Callable[[str, int], object]] = {
        "ours": partial(generate, engine),
        "paper's sizes": PaperSize(tower).eval(),
        "diffusion": Diffusion(tower).eval(),
    }
    names = list(makers)
    times: dict[str, list[float]] = {name: [] for name in names}
    for i, prompt in enumerate(PROMPTS[: rounds + WARM_UP]):
        for name in (*names[i % 3 :], *names[: i % 3]):
            taken = seconds(lambda name=name, prompt=prompt: makers[name](prompt, frames))
            if i >= WARM_UP:
                times[name].append(taken)
    figures: dict[str, float | int] = {"cores": os.cpu_count() or 1, "torch threads": torch.get_num_threads()}
    figures |= {f"{name}, ms": 1000 * median(values) for name, values in times.items()}
    for name in names[1:]:
        ratios = [other / ours for other, ours in zip(times[name], times["ours"], strict=True)]
        figures[f"{name} / ours"] = median(ratios)
    return figures


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=9, help=f"1 to {len(PROMPTS) - WARM_UP}")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if not 1 <= options.rounds <= len(PROMPTS) - WARM_UP:
        parser.error(f"--rounds takes 1 to {len(PROMPTS) - WARM_UP}")
    tell(measure(options.frames, options.rounds), options.json, 24)
    return 0


if __name__ == "__main__":
    sys.exit(main())
