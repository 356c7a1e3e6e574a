"""What everything round the networks costs: prompt to keyed rig, against the bare text tower and decoder.

    python -m benchmarks.prompt_to_keys [--frames 60] [--rounds 60] [--limit 1.3] [--json FILE]

Warm, on this machine, with torch's own number of threads. In every round each of the parts is timed once, on a
prompt that no round had before; the figures are medians over the rounds, in milliseconds.

- full: `recipe.make.generate` and `key_motion` onto an armature with its skinned body.
- tower: the text tower in torch on the tokenised prompt, padded to the full context as CLIP's tokenizers pad it. It
  shares nothing with the engine's, which is numpy's.
- short tower: the same, fed with the prompt's tokens and no padding.
- decoder: the forward pass of the network in torch for the frames.

Ratio is full / (tower + decoder). Exits with 1 when it is above the limit.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import bpy
import torch
from torch.nn import functional as F

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference.networks import pack_arrays
from motionclip_blender.core.model.weights import load_network, text_tower
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.write_keys import key_motion

from .prompts import PROMPTS, WARM_UP


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@torch.inference_mode()
def bare(network: Callable, *arguments: object) -> None:
    network(*arguments)


def measure(frames: int, rounds: int) -> dict[str, float]:
    """Medians in milliseconds, and the two ratios."""
    engine = Engine()
    engine.load()
    network = load_network(engine.pack)
    tower = text_tower(engine.pack, pack_arrays(engine.pack))

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)

    times: dict[str, list[float]] = {"full": [], "tower": [], "short tower": [], "decoder": []}
    for i, prompt in enumerate(PROMPTS[: rounds + WARM_UP]):
        short = tower.tokens([prompt])
        tokens = F.pad(short, (0, tower.longest - short.shape[1]), value=tower.tokenizer.pad)
        with torch.inference_mode():
            latents = tower(tokens)
        parts = {
            "full": lambda prompt=prompt: key_motion(armature, generate(engine, prompt, frames), prompt),
            "tower": lambda tokens=tokens: bare(tower, tokens),
            "short tower": lambda short=short: bare(tower, short),
            "decoder": lambda latents=latents: bare(network.decoder, latents, frames),
        }
        # each round starts with another part, so that none always finds the caches as the same one left them
        for name in (*list(parts)[i % 4 :], *list(parts)[: i % 4]):
            taken = seconds(parts[name])
            if i >= WARM_UP:
                times[name].append(taken)
        bpy.data.actions.remove(armature.animation_data.action)

    figures = {f"{name} ms": 1000 * median(values) for name, values in times.items()}
    figures["ratio"] = figures["full ms"] / (figures["tower ms"] + figures["decoder ms"])
    figures["ratio, short tower"] = figures["full ms"] / (figures["short tower ms"] + figures["decoder ms"])
    return figures


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=60, help=f"30 to {len(PROMPTS) - WARM_UP}")
    parser.add_argument("--limit", type=float, default=1.3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if not 30 <= options.rounds <= len(PROMPTS) - WARM_UP:
        parser.error(f"--rounds takes 30 to {len(PROMPTS) - WARM_UP}")
    figures = measure(options.frames, options.rounds)
    for name, value in figures.items():
        print(f"{name:20} {value:.3g}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    within = figures["ratio"] <= options.limit
    print(f"{'within' if within else 'ABOVE'} the limit of {options.limit}")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
