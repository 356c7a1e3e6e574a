"""Draws the figures as pictures (PNG) with matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path

from .paper import BABEL_60, FULL
from .style import MEASURES
from .styled import MEASURES as STYLED

_OURS, _OTHER, _PALE = "#2a6f97", "#e07a3f", "#b8c4cc"


def draw(found: dict, out: Path) -> dict[str, str]:
    """Writes a picture for every section of `found` (the evaluation's JSON); returns name -> file name.

    Raises `UserError` when matplotlib is missing or the folder cannot be written.
    """
    pictures = {}
    for name, draw_one in _PLOTS.items():
        if name in found:
            save_figure(partial(draw_one, found=found[name]), out / f"{name}.png")
            pictures[name] = f"{name}.png"
    return pictures


def save_figure(plot: Callable[[Any], None], path: Path) -> None:
    """Writes the figure that `plot` draws as a PNG, whole or not at all.

    Raises `UserError` when matplotlib is missing or the folder cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("The plots need the Python package matplotlib; install the extra `training`.") from error
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    plot(figure)
    with whole_path(path) as temporary:
        # without date and version in the file, the same figures give the same bytes
        FigureCanvasAgg(figure).print_png(temporary, metadata={"Software": None})


def _recognition(figure, found: dict) -> None:
    axes, classes = figure.subplots(1, 2, width_ratios=(2, 3))
    main = found["held_out_classes"]
    rows = {"this pack": main["name"], "templates": main["templates"], "the paper": BABEL_60[FULL],
            "majority": main["majority"], "chance": main["chance"]}  # fmt: skip
    _bars(axes, list(rows), {f"Top-{k}": [row[f"top{k}"] for row in rows.values()] for k in (1, 5)})
    axes.set_ylabel("%")
    axes.set_title(f"among {main['classes']} classes", fontsize=9)
    order = sorted(found["by_class"].items(), key=lambda c: -c[1]["top1"] / c[1]["spans"])
    classes.bar(range(len(order)), [100 * c["top1"] / c["spans"] for _, c in order], color=_OURS)
    classes.set_xticks(range(len(order)), [name for name, _ in order], rotation=90, fontsize=5)
    classes.set_title("recognised of each class, %", fontsize=9)


def _retrieval(figure, found: dict) -> None:
    axes = figure.subplots()
    ks = ("r1", "r5", "r10")
    values = {"R@" + k[1:]: [way[k] for way in found.values() if isinstance(way, dict)] for k in ks}
    names = [name.replace("_", " ") for name, way in found.items() if isinstance(way, dict)]
    _bars(axes, names, values)
    for i, way in enumerate(way for way in found.values() if isinstance(way, dict)):
        for j, k in enumerate(ks):
            x = i + (j - 1) * 0.8 / len(ks)
            axes.plot([x - 0.13, x + 0.13], [way["chance"][k]] * 2, color="black", linewidth=1.2)
    axes.set_ylabel("%")
    axes.set_title("line: chance", fontsize=9)


def _generation(figure, found: dict) -> None:
    plots = figure.subplots(1, 4)
    again, slide = found["recognised"], found["sliding_cm_s"]
    nearest, jerk = found["nearest_real"], found["jerk_m_s3"]
    rows = (
        (
            "recognised, %",
            {"made": again["top1"], "prompt": again["prompts"]["top1"], "chance": again["chance"]["top1"]},
        ),
        ("sliding of walks, cm/s", {"made": slide["generated_walking"], "real": slide["real_walking"]}),
        ("jerk, m/s³", {"made": jerk["generated"], "real": jerk["real"]}),
        ("to the nearest clip, mm", {"made": nearest["mm"], "held out": nearest["of_held_out"]["mm"]}),
    )
    for axes, (title, values) in zip(plots, rows, strict=True):
        axes.bar(
            list(values),
            [np.nan if v is None else v for v in values.values()],
            color=(_OURS, _OTHER, _PALE)[: len(values)],
        )
        axes.set_title(title, fontsize=9)
        axes.tick_params(labelsize=8)


def _reconstruction(figure, found: dict) -> None:
    axes, degrees = figure.subplots(1, 2)
    lengths = [int(length) for length in found["by_length"]]
    of = {
        name: [row[name] for row in found["by_length"].values()] for name in ("mm", "world_mm", "still_mm", "degrees")
    }
    axes.plot(lengths, of["mm"], "o-", color=_OURS, label="joints, from the pelvis")
    axes.plot(lengths, of["world_mm"], "o-", color=_OTHER, label="joints, in the world")
    axes.plot(lengths, of["still_mm"], "--", color=_PALE, label="a still mean pose")
    axes.set(xlabel="frames", ylabel="mm")
    axes.legend(fontsize=8)
    axes.set_ylim(0, 1.08 * axes.get_ylim()[1])
    degrees.plot(lengths, of["degrees"], "o-", color=_OURS)
    degrees.set(xlabel="frames", ylabel="degrees, joint rotations")
    degrees.set_ylim(0, 1.08 * max(of["degrees"]))


def _interpolation(figure, found: dict) -> None:
    jerk, steps = figure.subplots(1, 2)
    for (name, way), colour in zip(found.items(), (_OURS, _OTHER, _PALE), strict=False):
        stops = np.linspace(0, 1, way["stops"])
        jerk.plot(stops, way["jerk"], "o-", color=colour, label=name)
        steps.plot((stops[1:] + stops[:-1]) / 2, way["steps_mm"], "o-", color=colour, label=name)
    jerk.set(xlabel="from one latent to the other", ylabel="jerk, m/s³")
    steps.set(xlabel="from one latent to the other", ylabel="mm from stop to stop")
    jerk.legend(fontsize=8)
    for axes in (jerk, steps):
        axes.set_ylim(0, 1.08 * axes.get_ylim()[1])


def _style(figure, found: dict) -> None:
    axes = figure.subplots()
    changes = found["word"]["changes"]
    words, names = list(found["word"]["by_word"]), list(MEASURES)
    share = np.full((len(names), len(words)), np.nan)
    for i, name in enumerate(names):
        for j, word in enumerate(words):
            right = [(after - before) * sign > 0 for _, w, n, sign, before, after in changes if (w, n) == (word, name)]
            if right:
                share[i, j] = 100 * np.mean(right)
                axes.text(j, i, f"{share[i, j]:.0f}", ha="center", va="center", fontsize=8)
    axes.imshow(share, vmin=0, vmax=100, cmap="RdYlGn", aspect="auto")
    axes.set_xticks(range(len(words)), words)
    axes.set_yticks(range(len(names)), names)
    axes.set_title("changes in the expected direction, % of the classes", fontsize=9)


def _styled(figure, found: dict) -> None:
    ways = {"real": "real clips", "prompt": "prompt", "sum": "sum"}
    every = figure.subplots(2, 2)
    for axes, (name, unit) in zip(every.flat, STYLED.items(), strict=True):
        changes = {way: [np.nan if s[key][name] is None else s[key][name] for s in found["styles"].values()]
                   for key, way in ways.items()}  # fmt: skip
        _bars(axes, list(found["styles"]), changes)
        axes.get_legend().set_visible(axes is every[0, 0])
        axes.axhline(0, color="black", linewidth=0.5)
        axes.tick_params("x", labelsize=6)
        axes.set_title(f"change of {name}, {unit}", fontsize=8)


def _compare(figure, found: dict) -> None:
    axes = figure.subplots()
    groups = found["groups"]
    spread = {f"Top-{k}": [g["spread"][f"top{k}"] or 0 for g in groups.values()] for k in (1, 5)}
    _bars(axes, list(groups), {f"Top-{k}": [g["mean"][f"top{k}"] for g in groups.values()] for k in (1, 5)}, spread)
    axes.set_ylabel("%")
    axes.set_title(f"mean and standard deviation, among {found['classes']} classes", fontsize=9)


def _bars(axes, names: list[str], values: dict[str, list[float]], spread: dict[str, list[float]] | None = None) -> None:
    """Draws groups of bars, with one colour for each value."""
    width = 0.8 / len(values)
    for i, (label, heights) in enumerate(values.items()):
        at = np.arange(len(names)) + (i - (len(values) - 1) / 2) * width
        axes.bar(
            at, heights, width, color=(_OURS, _OTHER, _PALE)[i], label=label, yerr=spread[label] if spread else None
        )
    axes.set_xticks(range(len(names)), names, fontsize=8, rotation=20 if len(names) > 3 else 0)
    axes.legend(fontsize=8)


_PLOTS = {
    "recognition": _recognition,
    "retrieval": _retrieval,
    "generation": _generation,
    "reconstruction": _reconstruction,
    "interpolation": _interpolation,
    "style": _style,
    "styled": _styled,
    "compare": _compare,
}
