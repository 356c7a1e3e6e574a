"""Trains the auto-encoder, with latents aligned to CLIP's texts and images: `python -m training train`.

Under `torchrun --nproc-per-node N -m training train ...` several processes share a run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError

from .config import TrainConfig
from .dataset import load_samples
from .distributed import joined
from .embeddings import Captions, Frames
from .run import Run


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the prepared motions")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="folder; resumed if it exists")
    parser.add_argument("--config", type=Path, help="JSON file; what it leaves out keeps its default")
    parser.add_argument("--images", type=Path, help="embeddings of frames (`python -m training images`), equation 3")
    options = parser.parse_args(arguments)
    config = TrainConfig.load(options.config) if options.config else TrainConfig()
    body = Body.load()
    samples = load_samples(options.data, body, config.frames[1], config.split, config.augment)
    if not samples:
        raise UserError(f"No clip of {options.data} has captions; write some and prepare it again (docs/data.md).")
    captions = Captions(samples, options.data)
    frames = Frames(options.images, samples) if options.images else None
    try:
        options.run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"Cannot write {options.run} ({error.strerror}); choose another folder.") from error
    with joined() as place:
        run = Run(options.run, config, samples, body, captions, frames, place)
        run.resume()
        if place.leads:
            config.save(options.run / "config.json")
        run.train()
    return 0
