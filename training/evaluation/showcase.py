"""Draws the motions of prompts in other words than the captions', as a page: `python -m training showcase`.

Some prompts get a large sheet each, many others a row of poses in lists: the paper's prompts, sports, professions and
characters. For each prompt of a list, the page names the trained wording that answers it, and how far it is from it in
the text tower's space. Some of the prompts are captions, and marked as such.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.console import quiet
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.latents.arithmetic import even_factors, normalised
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import latent_of
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.prompt_plan.wording_index import WordingIndex
from motionclip_blender.core.recipe.interpolation import latents_between
from motionclip_blender.core.recipe.make import generate

from ..shipped import shipped
from .understanding import table

PROMPTS = Path(__file__).with_name("showcase.json")
PICTURES = Path("images") / "prompts"
_ROWS = 10  # largest number of rows in a picture
_COLOURS = (128, 64, 32, 16)
_BYTES = 250_000  # largest size of a picture


@cache
def _data() -> dict:
    return shipped(PROMPTS)


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
    """Returns those of the lists' prompts that are also captions, of any collection."""
    return _data()["also_captions"]


def parts(name: str, listed: list[str]) -> dict[str, list[str]]:
    """Returns the file name of each picture of the list `name` -> its prompts, about as many on each picture."""
    pictures = np.array_split(listed, -(-len(listed) // _ROWS))
    return {f"{name}_{number}.png": [str(p) for p in part] for number, part in enumerate(pictures, start=1)}


def answers(engine: Engine, prompts: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Returns each prompt -> the trained wording that answers it, and the cosine between the two.

    It is the nearest wording of the motion that is decoded. Another motion may have a nearer one, but fewer that are
    near. Raises `UserError` for a pack that does not carry its wordings.
    """
    if engine.retrieval is None:
        raise UserError(f"The pack {engine.pack.folder} answers prompts by no wordings; choose another pack.")
    retrieval = engine.retrieval
    texts = WordingIndex.load(engine.pack, retrieval).texts
    embeddings = engine.encode_texts(prompts)
    alike = retrieval.direction(embeddings) @ retrieval.directions.T
    rows = []
    for embedding, of_prompt in zip(embeddings, alike, strict=True):
        of_motion = np.flatnonzero(retrieval.motions == retrieval.motion_of(embedding))
        rows.append(int(of_motion[of_prompt[of_motion].argmax()]))
    wordings = normalised(engine.encode_texts([texts[row] for row in rows]))
    cosines = (normalised(embeddings) * wordings).sum(axis=1)
    return {p: (texts[row], float(cosine)) for p, row, cosine in zip(prompts, rows, cosines, strict=True)}


def page(
    pack: Pack, frames: int, known: int, found: dict[str, tuple[str, float]], understood: dict | None = None
) -> str:
    """Returns the Markdown page.

    known: number of wordings that answer prompts. found: `answers` of the lists' prompts. understood: what
    `understanding` found of a list of prompts, read in steps.
    """
    captions = also_captions()
    lines = [
        "# What prompts become",
        "",
        f"What the pack {pack.name} {pack.version} makes of prompts in other words than its captions', {frames} frames",
        f"each; {len(captions)} of the listed prompts are captions, too, and marked.",
        "Made by `python -m training showcase`.",
    ]
    for action, prompt in prompts().items():
        lines += ["", f'## "{prompt}"', "", f"![{action}]({(PICTURES / action).as_posix()}.png)"]
    lines += [
        "",
        "## Lists",
        "",
        "Eight poses of each prompt, from the first frame to the last. A prompt is answered by one of the motions that",
        f"the {known:,} wordings in the pack tell of. *Answered by*: the wording of that motion which the text tower",
        "finds nearest to the prompt, with the cosine of the two. Bold prompts are captions: the training knew them.",
    ]
    for name, listed in lists().items():
        lines += ["", f"### {listed['title']}"]
        for picture, shown in parts(name, listed["prompts"]).items():
            lines += ["", f"![{listed['title']}]({(PICTURES / picture).as_posix()})", ""]
            lines += ["| prompt | answered by | cosine |", "|---|---|---:|"]
            for prompt in shown:
                marked = f"**{prompt}** (a caption)" if prompt in captions else prompt
                lines.append(f"| {marked} | {found[prompt][0]} | {found[prompt][1]:.2f} |")
    lines += [
        "",
        "## Sums and blends",
        "",
        "[latents.md](latents.md) tells how they are written; here is what the paper shows.",
    ]
    for name, shown in (sums() | ways()).items():
        lines += ["", f"### {shown['title']}", "", f"![{shown['title']}]({(PICTURES / name).as_posix()}.png)"]
    if understood is not None:
        lines += _read_in_steps(understood)
    return "\n".join(lines) + "\n"


def _read_in_steps(understood: dict) -> list[str]:
    """Returns the lines about prompts that are read in steps: the table, and every prompt that is not right."""
    lines = [
        "",
        "## Prompts that are read",
        "",
        "Here prompts are read, as they are by default, and judged by what is measured of their motions;",
        "[evaluation.md](evaluation.md#prompts-that-are-understood) says how, what the first run of the list gave, and",
        "what 100 fresh prompts are by eye. Today, percent:",
        "",
        table(understood),
        "",
        "All that are not right:",
        "",
        "| prompt | judged | made of |",
        "|---|---|---|",
    ]
    for prompt, judged in understood["prompts"].items():
        if judged["verdict"] != "right":
            made = judged["said"].replace(" | ", "; ").replace(" -> ", " as ")
            made = made.split("; switch")[0] if judged["verdict"] == "refused" else made
            lines.append(f"| {prompt} | {judged['verdict']} | {made} |")
    return lines


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
    parser.add_argument(
        "--understood", type=Path, metavar="FILE", help="also tell what `python -m training understanding` wrote here"
    )
    parser.add_argument("--text-only", action="store_true", help="write prompts.md alone, and draw no pictures")
    options = parser.parse_args(arguments)
    understood = None
    if options.understood is not None:
        try:
            understood = parsed_json(options.understood.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(
                f"{options.understood} cannot be read ({error}); `python -m training understanding` writes it."
            ) from error
    engine = Engine(options.pack)
    if not options.text_only:
        draw(engine, options.out / PICTURES, options.frames, options.only)
    found = answers(engine, [prompt for listed in lists().values() for prompt in listed["prompts"]])
    known = 0 if engine.retrieval is None else len(engine.retrieval)
    with write_whole(options.out / "prompts.md") as file:
        file.write(page(engine.pack, options.frames, known, found, understood).encode())
    print(f"{options.out / 'prompts.md'} is written.", file=sys.stderr)
    return 0
