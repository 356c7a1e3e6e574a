"""Compares ways to train, as the paper's ablation does: recognition of several trainings of each, mean and spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError

from . import retrieval
from .items import Items, Learned, learned_for, load_items
from .model import Model
from .recognition import recognise, span_latents
from .reconstruction import reconstruct

_FIGURES = ("top1", "top5", "all_top1", "all_top5", "templates_top1", "text_r1", "text_r10", "reconstruction_mm")


def parse(groups: Sequence[str]) -> dict[str, list[Path]]:
    """Parses ["full=P1,P2", ...] to name -> pack folders. Raises `UserError` for other forms."""
    found: dict[str, list[Path]] = {}
    for group in groups:
        name, equals, packs = group.partition("=")
        folders = [Path(pack) for pack in packs.split(",") if pack]
        if not equals or not name or not folders or name in found:
            raise UserError(f"{group!r} is no group of packs; write NAME=PACK1,PACK2,PACK3, each name once.")
        found[name] = folders
    return found


def compare(
    groups: dict[str, list[Path]],
    data: Path,
    split: str,
    most: int | None,
    say: Callable[[str], None],
    captions: Sequence[Path] = (),
) -> dict:
    """Returns the figures of every group: of each pack, their mean and sample standard deviation (None for one pack).

    captions: folders of captions in place of the repository's. The main figures, top1 and top5, are those of
    `recognition`: percent among the held-out classes by their bare names.
    """
    body = Body.load()
    items: dict[tuple[float, Learned | None], Items] = {}
    table = {}
    for name, packs in groups.items():
        runs = []
        for pack in packs:
            say(f"{name}: {pack.name}")
            model = Model(pack, body)
            learned = learned_for(model.pack.info, split, captions)
            tested = model.pack.fps, learned
            if tested not in items:
                items[tested] = load_items(data, body, split, model.pack.fps, learned, captions)
            runs.append(_figures(model, items[tested], learned.classes if learned else (), most))
        table[name] = {
            "packs": ["/".join(pack.parts[-2:]) for pack in packs],
            "runs": runs,
            "mean": {figure: mean(run[figure] for run in runs) for figure in _FIGURES},
            "spread": {figure: stdev(run[figure] for run in runs) if len(runs) > 1 else None for figure in _FIGURES},
        }
    one = next(iter(items.values()))
    return {"split": split, "classes": len(one.tested), "spans": len(one.test), "groups": table}


def _figures(model: Model, items: Items, known: Iterable[str], most: int | None) -> dict[str, float]:
    latents = span_latents(model, items.test, most)
    found = recognise(model, items, latents, known)
    texts = retrieval.of_texts(model, items, latents)["text_to_motion"]
    return {
        "top1": found["held_out_classes"]["name"]["top1"],
        "top5": found["held_out_classes"]["name"]["top5"],
        "all_top1": found["all_classes"]["name"]["top1"],
        "all_top5": found["all_classes"]["name"]["top5"],
        "templates_top1": found["held_out_classes"]["templates"]["top1"],
        "text_r1": texts["r1"],
        "text_r10": texts["r10"],
        "reconstruction_mm": reconstruct(model, items.test, most, lengths=())["mm"],
    }
