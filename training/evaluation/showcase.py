"""Draws the motions of prompts that are in no caption, as a page with pictures: `python -m training showcase`.

Some prompts get a large sheet each, many others a row of poses in lists: the paper's prompts, sports, professions and
characters. For each prompt of a list, the page names the nearest trained wording in the text tower's space, which shows
how far the prompt is from the captions.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.console import quiet
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.latents.arithmetic import even_factors
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import latent_of
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.recipe.interpolation import latents_between
from motionclip_blender.core.recipe.make import generate

from ..autoencoder.embeddings import text_embeddings
from ..data.wordings import wordings

PROMPTS = Path(__file__).with_name("showcase.json")
PICTURES = Path("images") / "prompts"
_ROWS = 10  # largest number of rows in a picture
_COLOURS = (128, 64, 32, 16)
_BYTES = 250_000  # largest size of a picture


@cache
def _data() -> dict:
    return json.loads(PROMPTS.read_text(encoding="utf-8"))


def prompts() -> dict[str, str]:
    """Returns action -> the prompt of its large sheet."""
    return _data()["sheets"]


def lists() -> dict[str, dict]:
    """Returns the name of each list -> its "title" and "prompts"."""
    return _data()["lists"]


def sums() -> dict[str, dict]:
    """Returns the name of each picture of sums -> its "title" and "rows": a label -> an expression of latents."""
    return _data()["sums"]


def ways() -> dict[str, dict]:
    """Returns the name of each interpolation's picture -> its "title" and "ends", two prompts.

    The picture shows three stops between them.
    """
    return _data()["ways"]


def also_captions() -> list[str]:
    """Returns those of the paper's prompts that are also captions."""
    return _data()["also_captions"]


def parts(name: str, listed: list[str]) -> dict[str, list[str]]:
    """Returns the file name of each picture of the list `name` -> its prompts, about as many on each picture."""
    pictures = np.array_split(listed, -(-len(listed) // _ROWS))
    return {f"{name}_{number}.png": [str(p) for p in part] for number, part in enumerate(pictures, start=1)}


def nearest(texts: list[str], known: list[str]) -> dict[str, tuple[str, float]]:
    """Returns each of `texts` -> the nearest of `known` by the cosine of their embeddings, and that cosine."""
    embeddings = text_embeddings([*texts, *known])
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosines = embeddings[: len(texts)] @ embeddings[len(texts) :].T
    best = cosines.argmax(axis=1)
    return {text: (known[i], float(of_text[i])) for text, i, of_text in zip(texts, best, cosines, strict=True)}


def page(pack: Pack, frames: int, known: int, found: dict[str, tuple[str, float]]) -> str:
    """Returns the Markdown page. known: number of trained wordings. found: `nearest` of the lists' prompts."""
    lines = [
        "# Prompts that nobody trained on",
        "",
        f"What the pack {pack.name} {pack.version} makes of wordings that are in no caption, {frames} frames each.",
        "Made by `python -m training showcase`.",
    ]
    for action, prompt in prompts().items():
        lines += ["", f'## "{prompt}"', "", f"![{action}]({(PICTURES / action).as_posix()}.png)"]
    lines += [
        "",
        "## Lists",
        "",
        "Eight poses of each prompt, from the first frame to the last. *Nearest wording*: the one that the text tower",
        f"finds nearest of the {known:,} that were trained on, and the cosine between the two. Of the paper's prompts",
        f"some are captions, too: {', '.join(also_captions())}.",
    ]
    for name, listed in lists().items():
        lines += ["", f"### {listed['title']}"]
        for picture, shown in parts(name, listed["prompts"]).items():
            lines += ["", f"![{listed['title']}]({(PICTURES / picture).as_posix()})", ""]
            lines += ["| prompt | nearest wording | cosine |", "|---|---|---:|"]
            lines += [f"| {prompt} | {found[prompt][0]} | {found[prompt][1]:.2f} |" for prompt in shown]
    lines += [
        "",
        "## Sums and blends",
        "",
        "[latents.md](latents.md) tells how they are written; here is what the paper shows.",
    ]
    for name, shown in (sums() | ways()).items():
        lines += ["", f"### {shown['title']}", "", f"![{shown['title']}]({(PICTURES / name).as_posix()}.png)"]
    return "\n".join(lines) + "\n"


def draw(engine: Engine, out: Path, frames: int, only: str | None = None) -> None:
    """Draws the pictures of all prompts into the folder `out`. only: the name of a single sheet or list."""
    import bpy
    from tqdm import tqdm

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_rows, render_sheet

    sheets = {name: prompt for name, prompt in prompts().items() if only in (None, name)}
    chosen = {name: listed["prompts"] for name, listed in lists().items() if only in (None, name)}
    rows = {picture: shown for name, listed in chosen.items() for picture, shown in parts(name, listed).items()}
    added = {name: shown for name, shown in (sums() | ways()).items() if only in (None, name)}
    total = len(sheets) + len(rows) + len(added)
    with quiet() as (_, stderr), tqdm(total=total, unit="picture", file=stderr, disable=None) as bar:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        person = add_body(engine.body)
        for name, prompt in sheets.items():
            render_sheet(person, generate(engine, prompt, frames), out / f"{name}.png", prompt)
            shrink(out / f"{name}.png")
            bar.update()
        for picture, shown in rows.items():
            render_rows(person, [(prompt, generate(engine, prompt, frames)) for prompt in shown], out / picture)
            shrink(out / picture)
            bar.update()
        for name, shown in added.items():
            path = out / f"{name}.png"
            if "ends" in shown:
                latents = _between(engine, *shown["ends"])
            else:
                latents = {label: latent_of(engine, parse(text)) for label, text in shown["rows"].items()}
            motions = motions_of(engine, list(latents.values()), frames)
            render_rows(person, list(zip(latents, motions, strict=True)), path)
            shrink(path)
            bar.update()


def _between(engine: Engine, start: str, end: str) -> dict[str, np.ndarray]:
    """Returns the latents of two prompts and of three stops between them, by label."""
    factors = even_factors(5)
    labels = (start, *(f"{100 * factor:.0f} % of the way" for factor in factors[1:-1]), end)
    return dict(zip(labels, latents_between(engine, *engine.prompt_latents([start, end]), factors), strict=True))


def shrink(path: Path) -> None:
    """Writes the picture again with as many colours as fit into `_BYTES`."""
    from PIL import Image

    with Image.open(path) as picture:
        full = picture.convert("RGB")
    for colours in _COLOURS:
        with write_whole(path) as file:
            full.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if path.stat().st_size < _BYTES:
            return


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training showcase", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--out", type=Path, default=Path("docs"), help=f"folder for prompts.md and {PICTURES}")
    parser.add_argument("--frames", type=int, default=60)
    names = (*prompts(), *lists(), *sums(), *ways())
    parser.add_argument("--only", choices=names, metavar="NAME", help=f"pictures of one alone: {', '.join(names)}")
    options = parser.parse_args(arguments)
    engine = Engine(options.pack)
    draw(engine, options.out / PICTURES, options.frames, options.only)
    known = sorted(wordings(engine.pack.info.get("split")))
    found = nearest([prompt for listed in lists().values() for prompt in listed["prompts"]], known)
    with write_whole(options.out / "prompts.md") as file:
        file.write(page(engine.pack, options.frames, len(known), found).encode())
    print(f"{options.out / 'prompts.md'} is written.", file=sys.stderr)
    return 0
