"""Draws the curves of training runs from their logs: `python -m training curve NAME=RUN ... --out PICTURE.png`.

The left half shows the loss of reconstruction, the right half the share of the movement that the decoder makes: of
windows that are encoded and decoded again, trained and held out, and of texts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json

from .plots import save_figure

_SHARES = {"kept/training": ("-", "trained windows"), "kept/held-out": (":", "held-out windows"),
           "movement": ("--", "texts")}  # fmt: skip


def read_log(run: Path) -> list[dict]:
    """Returns the lines of a run's log by step. Raises `UserError` when there is none, or it is damaged."""
    path = run / "log.jsonl"
    try:
        lines = [parsed_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        steps = [line["step"] for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no log of a training; name the folder of a run, as NAME=RUN.") from error
    if not lines:
        raise UserError(f"{path} has no lines yet; let the run go on.")
    return [lines[i] for i in np.argsort(steps, kind="stable")]


def series(log: list[dict], key: str) -> tuple[list[int], list[float]]:
    """Returns the steps that logged `key`, and its values."""
    told = [(line["step"], line[key]) for line in log if key in line]
    return [step for step, _ in told], [value for _, value in told]


def draw(runs: dict[str, Path], out: Path) -> None:
    """Writes the picture, whole or not at all. Raises `UserError` for a run without a log."""
    logs = {name: read_log(folder) for name, folder in runs.items()}

    def plot(figure) -> None:
        losses, shares = figure.subplots(1, 2)
        for i, (name, log) in enumerate(logs.items()):
            losses.plot(*series(log, "reconstruction"), color=f"C{i}", linewidth=1, label=name)
            for key, (line, _) in _SHARES.items():
                steps, values = series(log, key)
                percent = [100 * value for value in values]
                shares.plot(steps, percent, line, marker=".", markersize=4, color=f"C{i}", linewidth=1)
        for line, what in _SHARES.values():
            shares.plot([], [], line, color="grey", label=what)
        losses.set(xlabel="step", ylabel="loss of reconstruction", yscale="log")
        shares.set(xlabel="step", ylabel="movement made, % of the real", yscale="log")
        shares.axhline(100, color="black", linewidth=0.5)
        losses.legend(fontsize=7)
        shares.legend(fontsize=7, loc="center")

    save_figure(plot, out)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training curve", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", metavar="NAME=RUN", help="a name for the legend, and the folder of a run")
    parser.add_argument("--out", type=Path, required=True, help="the picture, .png")
    options = parser.parse_args(arguments)
    runs: dict[str, Path] = {}
    for run in options.runs:
        name, equals, folder = run.partition("=")
        if not (name and equals and folder) or name in runs:
            raise UserError(f"{run!r} is no run; write NAME=RUN, each name once.")
        runs[name] = Path(folder)
    if options.out.suffix.lower() != ".png":
        raise UserError(f"The picture is a PNG; give --out a name that ends in .png, not {options.out.name}.")
    draw(runs, options.out)
    print(options.out)
    return 0
