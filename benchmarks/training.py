"""How fast the network learns: `training.autoencoder.run.Run` against a plain loop over the same network.

    python -m benchmarks.training [--data data] [--rounds 8] [--seconds 6] [--limit 3] [--json FILE]

The plain loop is written as MotionCLIP's released code is: float32, batches of 20 windows, captions read by the text
tower in every step (padded to its full context, as CLIP's tokenizer pads), every vertex of a mesh of SMPL's size in
the loss, both bodies posed in every step, AdamW as torch has it. It does less than the released one: no image tower to
ask, poses that are 6D already, a body without pose correctives. Ours has the settings of `TrainConfig()`, every loss
but that of images, and is where encoder and decoder learn together. Both draw windows of 60 frames from the same
motions by the same code, with as many threads, on a GPU where there is one.

The loops take turns, `seconds` each in every round, so that a busy machine slows both; figures are medians over the
rounds, a ratio is that of two neighbours. A window counts as learned from when it is encoded and decoded; those that
ours decodes from a caption alone are counted apart. The share of the matrix peak is the multiplications of a step over
what the device does of them in one large bfloat16 product. Exits with 1 when the ratio is below the limit.

The motions are those of the prepared folder `data`; where there is none, swinging joints with our captions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from motionclip_blender.core.body import Body
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.text_tower import TextTower
from training.autoencoder.body_loss import SparseBody
from training.autoencoder.config import TrainConfig
from training.autoencoder.dataset import Sample, load_samples
from training.autoencoder.distributed import Place
from training.autoencoder.embeddings import Captions
from training.autoencoder.material import SpanMaterial
from training.autoencoder.run import Run
from training.autoencoder.windows import Windows
from training.data.captions import load_captions
from training.text_tower import minilm

from .figures import tell
from .motions import sample_motion

FRAMES = 60
_BATCH = 20
_LEARNING_RATE = 1e-4
_SMPL_VERTICES = 6890
_WARM_UP = 2  # steps of each loop before any is timed


class PlainLoop:
    """MotionCLIP's training loop as its released code writes it: equations 1, 2 and 4 with the paper's weights.

    network: the one to train, in float32. vertices: of the body, in the loss; 0 takes all.
    """

    def __init__(
        self, network: MotionCLIP, samples: list[Sample], body: Body, joints: tuple[str, ...], vertices: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        self.network, self.device = network.float().to(device).train(), device
        self.windows = Windows(samples, joints)
        self.captions = [sample.captions for sample in samples]
        self.tower = TextTower(minilm.SPEC, minilm.text_projection()).to(device)
        self.body = SparseBody(body, joints, vertices).to(device)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=_LEARNING_RATE)
        self.random = np.random.default_rng(0)

    def one_step(self) -> float:
        """Learns from one batch; returns the loss."""
        chosen, poses, _ = self.windows.draw(_BATCH, FRAMES, self.random)
        captions = [str(self.random.choice(self.captions[i])) for i in chosen]
        real = torch.from_numpy(poses).float().to(self.device)
        with torch.no_grad():
            texts = self.tower(F.pad(self.tower.tokens(captions), (0, self.tower.longest))[:, : self.tower.longest])
        latents = self.network.encoder(real)
        made = self.network.decoder(latents, FRAMES)
        loss = (
            100 * F.mse_loss(made, real)
            + 100 * F.mse_loss(self.body(made), self.body(real))
            + 100 * F.mse_loss(made.diff(dim=1), real.diff(dim=1))
            + (1 - F.cosine_similarity(latents, texts, dim=-1)).mean()
        )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def our_run(folder: Path, config: TrainConfig, samples: list[Sample], captions: Captions, body: Body) -> Run:
    """A run that has come to the step from which on encoder and decoder learn together."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(folder, config, SpanMaterial(samples, captions, config), body, Place(device=device))
    run.step = config.refine_from
    return run


def made_up_samples(frames: int) -> list[Sample]:
    """Our captioned spans, all of them with one motion."""
    motion = sample_motion(frames, 30.0)
    return [
        Sample(s.clip, s.action, motion, s.captions, s.captions if s.exemplar else (), frames) for s in load_captions()
    ]


def learned_from(run: Run) -> tuple[int, int, int]:
    """Of one step: windows encoded, windows decoded, and multiplications and additions in matrix products."""
    counts: dict[nn.Module, int] = {}

    def count(module: nn.Module, arguments: tuple) -> None:
        counts[module] = counts.get(module, 0) + len(arguments[0])

    parts = run.network.encoder, run.network.decoder
    hooks = [part.register_forward_pre_hook(count) for part in parts]
    with FlopCounterMode(display=False) as flops:
        run.one_step()
    for hook in hooks:
        hook.remove()
    return *(counts[part] for part in parts), flops.get_total_flops()


def matrix_peak(device: torch.device) -> float:
    """Multiplications and additions per second of large bfloat16 matrix products, the best of all."""
    best = 0.0
    for side in (4096, 8192, 16384) if device.type == "cuda" else (1024, 2048):
        a, b = (torch.randn(side, side, dtype=torch.bfloat16, device=device) for _ in range(2))
        for _ in range(10):
            best = max(best, 2 * side**3 * rate(lambda a=a, b=b: a @ b, 0.0, device))
    return best


def rate(step: Callable[[], object], seconds: float, device: torch.device) -> float:
    """Steps per second: as many as begin within `seconds`, at least one."""
    _wait(device)
    start, steps = time.perf_counter(), 0
    while not steps or time.perf_counter() - start < seconds:
        step()
        steps += 1
    _wait(device)
    return steps / (time.perf_counter() - start)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure(
    config: TrainConfig, samples: list[Sample], captions: Captions, vertices: int, rounds: int, seconds: float
) -> dict[str, object]:
    """All figures as one dictionary."""
    body = Body.load()
    with tempfile.TemporaryDirectory() as name:
        # hooks and counters see nothing of compiled code
        encoded, decoded, operations = learned_from(
            our_run(Path(name), replace(config, compile=False), samples, captions, body)
        )
        ours = our_run(Path(name), config, samples, captions, body)
        device = ours.place.device
        plain = PlainLoop(deepcopy(ours.network), samples, body, config.joints, vertices, device)
        loops = {"ours": ours.one_step, "plain": plain.one_step}
        for step in loops.values():
            for _ in range(_WARM_UP):
                step()
        rates: dict[str, list[float]] = {name: [] for name in loops}
        for i in range(rounds):
            for loop in sorted(loops, reverse=bool(i % 2)):
                rates[loop].append(rate(loops[loop], seconds, device))
    faster = [a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)]
    each = min(encoded, decoded)
    ratios = [each * ratio / _BATCH for ratio in faster]
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "spans": len(samples),
        "plain: vertices": len(plain.body.points),
        "plain: windows a step": _BATCH,
        "plain: windows per second": _BATCH * median(rates["plain"]),
        "ours: vertices": config.vertices,
        "ours: windows a step": each,
        "ours: windows per second": each * median(rates["ours"]),
        "ours: decoded only, a step": decoded - each,
        "ours: decoded only, per second": (decoded - each) * median(rates["ours"]),
        "ratio": median(ratios),
        "ratio, lowest": min(ratios),
        "ratio, highest": max(ratios),
        "ratio of windows decoded": decoded / _BATCH * median(faster),
        "share of the bf16 matrix peak": operations * median(rates["ours"]) / matrix_peak(device),
    }


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of prepared motions")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each loop, in a round")
    parser.add_argument("--vertices", type=int, default=_SMPL_VERTICES, help="of the plain loop; 0 takes all")
    parser.add_argument("--limit", type=float, default=3.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    config = replace(TrainConfig(), frames=(FRAMES, FRAMES))
    prepared = (options.data / "index.json").is_file()
    if prepared:
        samples = load_samples(options.data, Body.load(), 2 * FRAMES, config.split, config.augment)
    else:
        samples = made_up_samples(2 * FRAMES)
    captions = Captions(samples, options.data if prepared else None)
    figures = measure(config, samples, captions, options.vertices, options.rounds, options.seconds)
    figures = {"data": str(options.data) if prepared else "made up"} | figures
    tell(figures, options.json, 32)
    within = figures["ratio"] >= options.limit
    print(f"{'reaches' if within else 'BELOW'} the limit of {options.limit:g}")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
