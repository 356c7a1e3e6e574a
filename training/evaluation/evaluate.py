"""Measures a pack on clips that it was not trained on, as JSON and as a page: `python -m training evaluate`."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json, write_whole
from motionclip_blender.core.pack import Pack

from ..autoencoder.export import record
from ..data.own_captions import add_option
from . import images, retrieval
from .babel import PROTOCOL, evaluate_babel, summary
from .by_source import by_source
from .compare import compare, parse
from .generation import generate, unseen_prompts
from .interpolation import interpolate
from .items import learned_for, load_items, own_split
from .left_out import left_out, lines_of
from .model import Model
from .page import fill, page
from .plots import draw
from .recognition import recognise, span_latents
from .reconstruction import LENGTHS, reconstruct
from .style import arithmetic
from .styled import style_changes

_PAIRS, _QUICK_PAIRS = 50, 10
_QUICK_WINDOWS, _QUICK_CAPTIONS, _QUICK_LENGTHS = 3, 2, (20, 60, 120)
_FRAMES, _QUICK_FRAMES = 4, 1  # of a span


def evaluate(
    pack: Path | None,
    data: Path,
    frames: Path | None = None,
    split: str = "",
    seed: int = 0,
    quick: bool = False,
    captions: Sequence[Path] = (),
) -> dict:
    """Returns all figures of a pack, as they are written to evaluation.json.

    split: empty for the pack's own. frames: a folder of shards by `render_pipeline`; without it, or for a pack without
    an image tower, images are left out. captions: folders of captions in place of the repository's.
    "trained_without": the split in the pack's own info; None without one.
    Raises `UserError` for bad input, before the long computations begin.
    """
    if frames is not None and not os.path.isdir(frames):
        raise UserError(f"There is no folder {frames}; choose one that `python -m render_pipeline` made.")
    model = Model(pack)
    split = split or own_split(model.pack.info)
    learned = learned_for(model.pack.info, split, captions)
    items = load_items(data, model.body, split, model.pack.fps, learned, captions)
    if not items.train:
        raise UserError(
            f"{data} holds no captioned clip that the pack was trained on, beside which its motions are measured; "
            "prepare some into it."
        )
    random = np.random.default_rng(seed)
    most = _QUICK_WINDOWS if quick else None
    started = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - started:6.1f} s  {what}", file=sys.stderr)

    say("recognition")
    latents = span_latents(model, items.test, most)
    found = {
        "pack": {"name": model.pack.name, "version": model.pack.version, "info": model.pack.info},
        "split": split,
        "trained_without": model.pack.info.get("split"),
        "seed": seed,
        "quick": quick,
        "items": {
            "test_spans": len(items.test),
            "test_clips": len({item.clip for item in items.test}),
            "test_classes": len(items.tested),
            "train_spans": len(items.train),
            "missing": list(items.missing),
            "unknown_classes": list(items.unknown),
        },
        "recognition": recognise(model, items, latents, learned.classes if learned else ()),
    }
    say("retrieval")
    found["retrieval"] = retrieval.of_texts(model, items, latents, _QUICK_CAPTIONS if quick else None)
    if frames is None or not model.reads_images:
        why = "the pack has no image tower" if not model.reads_images else "no folder of frames was named"
        found["retrieval"]["images"] = f"Images are left out: {why}."
    else:
        shown = images.of_spans(model, frames, items.test, _QUICK_FRAMES if quick else _FRAMES)
        found["retrieval"] |= retrieval.of_images(*shown, latents)
    say("generated motion")
    found["generation"] = generate(model, items, quick)
    say("reconstruction")
    found["reconstruction"] = reconstruct(model, items.test, most, _QUICK_LENGTHS if quick else LENGTHS)
    if learned:
        known = sorted(learned.classes | set(items.tested))
        found["by_source"] = by_source(model, items, latents, found["reconstruction"]["span_mm"], known)
    say("interpolation")
    pairs = _QUICK_PAIRS if quick else _PAIRS
    texts = model.prompts([wordings[0] for wordings in unseen_prompts()["classes"].values()])
    found["interpolation"] = {"texts": interpolate(model, texts, pairs, random)}
    if len(latents) > 1:
        found["interpolation"]["motions"] = interpolate(model, latents, pairs, random, of_motions=True)
    found["interpolation"]["texts, straight latents"] = interpolate(model, texts, pairs, random, straight=True)
    say("style")
    found["style"] = arithmetic(model)
    found["styled"] = style_changes(model, items)
    say("done")
    return _plain(found)


def write(found: dict, out: Path, name: str = "evaluation") -> None:
    """Writes NAME.json, NAME.html and its pictures into `out`, each atomically. Raises `UserError` if it cannot."""
    pictures = draw(found, out)
    write_json(out / f"{name}.json", found)
    with write_whole(out / f"{name}.html") as file:
        file.write(page(found, pictures).encode())


def _plain(value: Any) -> Any:
    """Converts figures to plain JSON values, and numbers that are not finite to null."""
    if isinstance(value, dict):
        return {key: _plain(of_key) for key, of_key in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def main(arguments: list[str]) -> int:
    options, mode = _read(arguments)
    if options.fill and not os.path.isfile(options.fill):
        raise UserError(f"There is no file {options.fill} to fill; name a Markdown file with marks.")
    _MODES[mode].run(options)
    return 0


def _read(arguments: list[str]) -> tuple[argparse.Namespace, str]:
    """Returns the options, and which of `_MODES` they ask for.

    Raises `UserError` for an option that this one does not use.
    """
    parser = argparse.ArgumentParser(prog="python -m training evaluate", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--data", type=Path, required=True, help="folder that `python -m training prepare` made")
    parser.add_argument("--frames", type=Path, help="folder that `python -m render_pipeline` made of DATA")
    parser.add_argument(
        "--split",
        default="",
        help="held-out, people, unseen: and a collection, or unseen: all collections of which the pack learned "
        "nothing; by default what the pack was trained without",
    )
    parser.add_argument("--out", type=Path, default=Path("out/evaluation"))
    parser.add_argument(
        "--fill", type=Path, metavar="FILE.md", help="also put the tables into this Markdown file's marks"
    )
    parser.add_argument("--record", action="store_true", help="also write the main figures into the pack's pack.json")
    add_option(parser, "what DATA shows, and what the pack was trained on if it has its own")
    parser.add_argument("--seed", type=int, default=0, help="of the random pairs")
    parser.add_argument("--quick", action="store_true", help="fewer windows, prompts and pairs; under a minute")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--compare",
        nargs="+",
        metavar="NAME=PACK,PACK,PACK",
        help="instead, compare trainings: mean and spread of each name",
    )
    instead.add_argument(
        "--left-out",
        nargs="+",
        type=Path,
        metavar="PACK",
        help="instead, measure packs that were each trained without a collection on what they were trained without",
    )
    instead.add_argument(
        "--protocol", choices=(PROTOCOL,), help="instead, table 3 of the paper, on shards that `prepare --amass` made"
    )
    parser.add_argument("--legacy", action="store_true", help=f"with {PROTOCOL}: as the released code measures it")
    options = parser.parse_args(arguments)
    mode = next((name for name in _MODES if name != "pack" and getattr(options, name)), "pack")
    for name, value in vars(options).items():
        if value != parser.get_default(name) and name not in (mode, "data", "out", *_MODES[mode].options):
            why = "goes with --protocol only" if mode == "pack" else f"has no meaning with {_written(mode)}"
            raise UserError(f"{_written(name)} {why}; leave it out.")
    return options, mode


def _written(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _run_pack(options: argparse.Namespace) -> None:
    found = evaluate(
        options.pack, options.data, options.frames, options.split, options.seed, options.quick, options.captions
    )
    write(found, options.out)
    if options.fill:
        fill(found, options.fill)
    if options.record:
        record(Pack.load(options.pack), _headline(found))
    print(_summary(found))
    print(options.out / "evaluation.html")


def _run_compare(options: argparse.Namespace) -> None:
    groups = parse(options.compare)
    split = options.split or _split_of_all(groups)
    found = _plain({"compare": compare(groups, options.data, split, _most(options), _say, options.captions)})
    write(found, options.out, "comparison")
    if options.fill:
        fill(found, options.fill)
    print(options.out / "comparison.html")


def _run_left_out(options: argparse.Namespace) -> None:
    rows = _plain(left_out(options.left_out, options.data, _most(options), _say, options.captions))
    write_json(options.out / "left_out.json", rows)
    print("\n".join(lines_of(rows)))


def _run_protocol(options: argparse.Namespace) -> None:
    found = _plain(evaluate_babel(options.pack, options.data, options.legacy, seed=options.seed))
    path = options.out / f"{PROTOCOL}.json"
    write_json(path, found)
    print(summary(found))
    print(path)


class _Mode(NamedTuple):
    """What is measured, and the options that say how, beside --data and --out."""

    run: Callable[[argparse.Namespace], None]
    options: tuple[str, ...]


_MODES = {
    "pack": _Mode(_run_pack, ("pack", "frames", "split", "fill", "record", "seed", "quick", "captions")),
    "compare": _Mode(_run_compare, ("split", "fill", "quick", "captions")),
    "left_out": _Mode(_run_left_out, ("quick", "captions")),
    "protocol": _Mode(_run_protocol, ("pack", "seed", "legacy")),
}


def _most(options: argparse.Namespace) -> int | None:
    """Returns the most windows of a span."""
    return _QUICK_WINDOWS if options.quick else None


def _say(what: str) -> None:
    print(what, file=sys.stderr)


def _split_of_all(groups: dict[str, list[Path]]) -> str:
    """Returns the split that all packs were trained without. Raises `UserError` if they differ."""
    splits = {own_split(Pack.load(pack).info) for packs in groups.values() for pack in packs}
    if len(splits) > 1:
        raise UserError(f"The packs were trained without different clips: {', '.join(sorted(splits))}; give --split.")
    return splits.pop()


def _headline(found: dict) -> dict[str, Any]:
    """Returns the figures that are recorded in a pack."""
    main, generation = found["recognition"]["held_out_classes"], found["generation"]
    return {
        "split": found["split"],
        "classes": main["classes"],
        "recognition_top1_percent": round(main["name"]["top1"], 1),
        "recognition_top5_percent": round(main["name"]["top5"], 1),
        "reconstruction_mm": round(found["reconstruction"]["mm"], 1),
        "reconstruction_degrees": round(found["reconstruction"]["degrees"], 1),
        "walking_slide_cm_s": _rounded(generation["sliding_cm_s"]["generated_walking"]),
        "real_walking_slide_cm_s": _rounded(generation["sliding_cm_s"]["real_walking"]),
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 1)


def _summary(found: dict) -> str:
    told = _headline(found)
    walk = [told[name] for name in ("walking_slide_cm_s", "real_walking_slide_cm_s")]
    return (
        f"Top-1 {told['recognition_top1_percent']} %, Top-5 {told['recognition_top5_percent']} % over "
        f"{told['classes']} classes; reconstruction {told['reconstruction_mm']} mm; "
        f"sliding of walks {walk[0]} cm/s, real {walk[1]} cm/s"
    )
