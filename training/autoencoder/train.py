"""Trains the auto-encoder, with latents aligned to CLIP's texts and images: `python -m training train`.

It learns from clips that `prepare` retargeted, or from the shards that `prepare --amass` made. Under `torchrun
--nproc-per-node N -m -- training train ...` several processes share a run.
"""

from __future__ import annotations

import argparse
import hashlib
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.lock import only_one
from motionclip_blender.core.pack import Pack

from ..data.amass.shards import Shards, is_shards
from ..data.own_captions import add_option, digest_of, keep_copy
from ..text_adapter.file import NAME as ADAPTER
from ..text_adapter.file import AdapterFile
from .config import ALL, MINILM, POSE, TrainConfig, presets
from .crop_material import CropMaterial
from .crops import Crops
from .dataset import Sample, load_held_out, load_samples
from .distributed import joined
from .embeddings import Captions
from .images_of_crops import CropImages
from .images_of_spans import Frames
from .material import Material, SpanMaterial
from .projection import clip_width
from .run import Run
from .start_from_pack import adapter_of_pack, configured_for
from .text_embedder import text_embedder


def options_parser() -> argparse.ArgumentParser:
    """Returns the parser of the options, which `configured` and `material_of` read."""
    parser = argparse.ArgumentParser(
        prog="python -m training train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder that `prepare` made")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="folder; resumed if it exists")
    parser.add_argument("--preset", choices=presets(), default="default", help="a configuration that ships")
    parser.add_argument("--config", type=Path, help="JSON file; what it leaves out is as in the preset")
    parser.add_argument("--steps", type=int, help="so many steps, whatever the configuration says")
    parser.add_argument(
        "--images",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="embeddings of frames (`python -m training images`), equation 3; several files count as one",
    )
    add_option(parser, "what is learned")
    parser.add_argument("--body", type=Path, help="SMPL-X .npz file of the body whose vertices the loss compares")
    parser.add_argument(
        "--text-adapter",
        type=Path,
        metavar="FILE",
        help="what all texts are read through (`python -m training text-adapter`)",
    )
    parser.add_argument("--clip", help="minilm, or the file of the CLIP that the configuration names")
    parser.add_argument(
        "--from",
        type=Path,
        dest="first",
        metavar="PACK",
        help="train on from the network of this pack, with its text adapter; `--preset further` is meant for it",
    )
    return parser


def main(arguments: list[str]) -> int:
    options = options_parser().parse_args(arguments)
    body = Body.load(options.body)
    config = configured(options)
    first, adapter = _first(options), _adapter(options)
    with joined() as place:  # first, because it chooses the GPU of this process
        material = material_of(options, config, body, adapter)
        with only_one(options.run) if place.leads else nullcontext():
            run = Run(options.run, config, material, body, place, first)
            run.resume()
            if place.leads:
                if adapter:
                    adapter.save(options.run / ADAPTER)
                if options.captions:
                    keep_copy(options.run, options.captions)
                config.save(options.run / "config.json")
            run.train()
    return 0


def _first(options: argparse.Namespace) -> Pack | None:
    """Returns the pack that the run starts from."""
    return Pack.load(options.first) if options.first else None


def _adapter(options: argparse.Namespace) -> AdapterFile | None:
    """Returns the text adapter: that of the file, or of the pack that the run starts from."""
    if options.text_adapter:
        return AdapterFile.load(options.text_adapter)
    first = _first(options)
    return adapter_of_pack(first) if first else None


def configured(options: argparse.Namespace) -> TrainConfig:
    """Returns the preset with the fields of the file, then those of the options."""
    config = TrainConfig.load(options.config, options.preset)
    if options.steps is not None:
        if options.steps < 1:
            raise UserError("A run has one step at least; give --steps 1 or more.")
        config = replace(config, steps=options.steps, epochs=0)
    if options.clip == MINILM:
        config = replace(config, clip=MINILM)
    if config.kind == "official" and config.width != clip_width(config):
        raise UserError(
            f"The released code's latents are as wide as its layers, {config.width}, and must be as wide as the space "
            f'of {config.clip}, {clip_width(config)}; set width to that, or choose "kind": "ours" and a latent.'
        )
    if first := _first(options):
        if options.text_adapter:
            raise UserError("The pack that --from names has its own text adapter; leave out --text-adapter.")
        config = configured_for(config, first)
    elif config.start:
        raise UserError("The configuration is of a run that starts from a pack; give the pack with --from.")
    elif options.text_adapter:
        config = replace(config, text_adapter=AdapterFile.load(options.text_adapter).digest)
        try:
            config.check()
        except ValueError as error:
            raise UserError(f"The settings do not go with --text-adapter: {error}.") from error
    elif config.text_adapter:
        raise UserError("The configuration is of a run with a text adapter; give its file with --text-adapter.")
    if options.captions:
        config = replace(config, own_captions=digest_of(options.captions))
    elif config.own_captions:
        raise UserError("The configuration is of a run with captions of its own; give their folder with --captions.")
    if options.body:
        config = replace(config, body=hashlib.sha256(options.body.read_bytes()).hexdigest())
    return config


def material_of(
    options: argparse.Namespace, config: TrainConfig, body: Body, adapter: AdapterFile | None = None
) -> Material:
    """Returns the batches of what `--data` holds, with texts read through the adapter."""
    if is_shards(options.data):
        if options.captions:
            raise UserError(f"{options.data} holds shards, whose texts are BABEL's; leave out --captions.")
        shards = Shards(options.data)
        weights = Path(options.clip) if options.clip and options.clip != MINILM else None
        images = CropImages(options.images, shards, config.views == ALL) if options.images else None
        return CropMaterial(Crops(shards, config), text_embedder(config.clip, weights, adapter), images)
    if config.of_shards or config.order == "epochs" or config.clip != MINILM:
        raise UserError(
            f"{options.data} holds no finished shards of AMASS, which this configuration learns from; run "
            "`python -m training prepare --amass` to its end, or choose --preset default."
        )
    across = config.across > 0
    longest, own = config.frames[1], options.captions
    samples = load_samples(options.data, body, longest, config.split, config.augment, across, config.more, own)
    if not samples:
        raise UserError(
            f"No clip of {options.data} has captions; write some (docs/data.md) and name their folder with --captions."
        )
    if len({sample.action for sample in samples}) < 2:
        raise UserError(f"All captioned clips of {options.data} are of one class; give two classes or more.")
    captions = Captions(samples, options.data, adapter)
    held_out = load_held_out(options.data, body, longest, config.split, config.more, own)
    return SpanMaterial(samples, captions, config, _frames(options, config, samples, body), held_out)


def _frames(options: argparse.Namespace, config: TrainConfig, samples: list[Sample], body: Body) -> Frames | None:
    if not options.images:
        return None
    compared = body if config.image == POSE else None
    return Frames(options.images, samples, config.text_adapter, compared, config.views == ALL)
