"""How long a training of the paper's takes here: steps of `python -m training train --preset paper`, timed.

    python -m benchmarks.paper --data SHARDS [--preset paper-legacy] [--body FILE] [--clip FILE] [--seconds 60]

SHARDS are those of `python -m training prepare --amass`. The steps are the run's own, with reading, texts, posed bodies
and the optimizer. Tells windows per second, what a step spends on reading its batch, and the hours of all epochs, of
these shards and of 40 hours of motion. Uses the GPU where there is one; under `torchrun` each process times its share
of the steps, and the first one tells.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from training.autoencoder.config import presets
from training.autoencoder.distributed import joined
from training.autoencoder.run import Run
from training.autoencoder.train import configured, material_of, options_parser

_WARM_UP = 1  # steps before any is timed
_ALL_WINDOWS = 40 * 3600 * 30 // 100  # of 40 hours, of 100 frames each
_EPOCHS = 100
_FEWEST = 10  # steps of an epoch, of which the last has fewer windows


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--preset", choices=presets(), default="paper")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--body", type=Path)
    parser.add_argument("--clip", default="minilm")
    parser.add_argument("--seconds", type=float, default=60.0)
    # what is not given here is as of a training without further options
    options = argparse.Namespace(**vars(options_parser().parse_args([])) | vars(parser.parse_args(arguments)))
    body = Body.load(options.body)
    config = configured(options)
    with tempfile.TemporaryDirectory() as folder, joined() as place:
        run = Run(Path(folder), config, material_of(options, config, body), body, place)
        if (crops := getattr(run.material, "crops", None)) is not None and len(crops) < _FEWEST * config.motions:
            raise UserError(
                f"{options.data} has {len(crops)} windows, so that many steps have fewer than {config.motions}; "
                f"prepare {_FEWEST * config.motions} at least."
            )
        seconds, cpu, reading = timed(run, options.seconds)
        if not place.leads:
            return
        rate = config.motions / seconds
        print(f"{place.processes} x {device_name(place.device)}, {torch.get_num_threads()} threads, preset "
              f"{options.preset}: {seconds:.3f} s a step of {config.motions} windows ({cpu:.3f} s of processors), "
              f"{reading:.3f} s of it reading; {rate:.2f} windows a second")  # fmt: skip
        here = run.steps * config.motions
        for windows, what in (
            (here, "these shards"),
            (_ALL_WINDOWS * _EPOCHS, f"40 hours of motion, {_EPOCHS} epochs"),
        ):
            print(f"{what}: {windows:,} windows, {windows / rate / 3600:,.1f} hours")


def timed(run: Run, seconds: float) -> tuple[float, float, float]:
    """Returns the median seconds of a step by the clock and of processors, and of reading a batch.

    The processors' seconds tell the price of a step on a machine that is busy with other work, too.
    """
    for _ in range(_WARM_UP):
        run.one_step()
    steps, cpu, ends = [], [], time.perf_counter() + seconds
    while not steps or time.perf_counter() < ends:
        begun, used = time.perf_counter(), time.process_time()
        run.one_step()
        if run.place.device.type == "cuda":
            torch.cuda.synchronize()
        steps.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    reads = []
    for step in range(5):
        begun = time.perf_counter()
        run.material.batch(step, run.config.frames[1], np.random.default_rng(step), run.place)
        reads.append(time.perf_counter() - begun)
    return median(steps), median(cpu), median(reads)


def device_name(device: torch.device) -> str:
    """Returns the name of a GPU, or "CPU"."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
