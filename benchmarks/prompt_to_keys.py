"""What everything round the networks costs: prompt to keyed rig, against the bare text tower and decoder.

    python -m benchmarks.prompt_to_keys [--frames 60] [--rounds 60] [--limit 1.3] [--json FILE]

Warm, on this machine, with torch's own number of threads. In every round each of the parts is timed once, on a
prompt that no round had before; the figures are medians over the rounds, in milliseconds.

- full: `Engine.generate` and `key_motion` onto an armature with its skinned body.
- tower: open_clip's own `encode_text` of the tokenised prompt, padded as open_clip's tokenizer pads it, to the full
  context. The model is made by open_clip anew and shares nothing with the engine's.
- short tower: the same, fed with the prompt's tokens and no padding.
- decoder: the network's forward pass for the frames, of weights loaded anew.

Ratio is full / (tower + decoder). Exits with 1 when it is above the limit.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median

import bpy
import torch

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.keys import key_motion

WHO = ("a person", "someone", "a man", "a woman", "the dancer", "an old man", "a child", "a boxer")
WHAT = (
    "does jumping jacks", "walks forward slowly", "waves with the right hand", "runs and then jumps over a box",
    "sits down", "kicks with the left leg", "throws a ball", "crawls on hands and knees", "dances salsa",
    "picks something up from the floor and puts it on a high shelf",
)  # fmt: skip
PROMPTS = [f"{who} {what}" for what, who in product(WHAT, WHO)]
WARM_UP = 5


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
    import open_clip  # beside a CPU torch it can be imported only once the engine has made torchvision's way free

    network = load_network(engine.pack)
    clip = open_clip.create_model(engine.pack.clip.model).eval()
    tokenizer = open_clip.get_tokenizer(engine.pack.clip.model)
    padding = clip.text.config.pad_token_id

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)

    times: dict[str, list[float]] = {"full": [], "tower": [], "short tower": [], "decoder": []}
    for i, prompt in enumerate(PROMPTS[: rounds + WARM_UP]):
        tokens = tokenizer([prompt])
        short = tokens[:, : int((tokens != padding).sum())]
        with torch.inference_mode():
            latents = clip.encode_text(tokens)
        parts = {
            "full": lambda prompt=prompt: key_motion(armature, engine.generate(prompt, frames), prompt),
            "tower": lambda tokens=tokens: bare(clip.encode_text, tokens),
            "short tower": lambda short=short: bare(clip.encode_text, short),
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
