"""Measures packs that were each trained without one collection on that collection, and makes a table of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError

from ..data.splits import UNSEEN
from .by_source import by_source
from .items import Learned, load_items, own_split
from .model import Model
from .recognition import span_latents
from .reconstruction import span_errors

AIMS = {"top1": 40.0, "top5": 70.0, "mm": 45.0}
"""What the means should reach; "mm" is the most."""

_FIGURES = ("top1", "top5", "all_top1", "all_top5", "mm")
_FEWEST = 2  # classes of a collection whose recognition says something


def left_out(
    packs: Sequence[Path], data: Path, most: int | None, say: Callable[[str], None], captions: Sequence[Path] = ()
) -> dict:
    """Returns the figures of each pack on the collection that it was trained without, as of `by_source`, and their mean
    over the collections of two classes or more; None where there are none.

    Spans of classes that a pack has not learned are left out. most: largest number of windows of a span. captions:
    folders of captions in place of the repository's. Raises `UserError` for a pack that was trained without something
    else.
    """
    body, rows = Body.load(), {}
    for folder in packs:
        model = Model(folder, body)
        split = own_split(model.pack.info)
        if not split.startswith(UNSEEN):
            raise UserError(f'{folder} was not trained without a collection; train one with "split": "{UNSEEN}SOURCE".')
        source = split.removeprefix(UNSEEN)
        say(f"{source}: {folder.name}")
        rows[source] = _of_pack(model, data, split, most, captions)[source]
    counted = [row for row in rows.values() if row["classes"] >= _FEWEST]
    mean = {name: float(np.mean([row[name] for row in counted])) for name in _FIGURES} if counted else None
    return {"sources": rows, "mean": mean}


def _of_pack(model: Model, data: Path, split: str, most: int | None, captions: Sequence[Path]) -> dict:
    learned = Learned.of(model.pack.info, captions)
    items = load_items(data, model.body, split, model.pack.fps, learned, captions)
    errors, _ = span_errors(model, items.test, most)
    latents = span_latents(model, items.test, most)
    return by_source(model, items, latents, errors["mm"].tolist(), sorted(learned.classes))["sources"]


def lines_of(found: dict) -> list[str]:
    """Returns the lines of a Markdown table of what `left_out` found, with the aims below the mean."""
    lines = [
        "| collection left out | spans | classes | Top-1, of its classes | Top-5 | Top-1, of all | Top-5 | mm |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for source, row in found["sources"].items():
        lines.append(_line(source, row["spans"], row["classes"], *(f"{row[name]:.1f}" for name in _FIGURES)))
    if mean := found["mean"]:
        lines.append(_line("mean", "", "", *(f"{mean[name]:.1f}" for name in _FIGURES)))
        lines.append(_line("aim", "", "", *(f"{AIMS[name]:g}" if name in AIMS else "" for name in _FIGURES)))
    return lines


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
