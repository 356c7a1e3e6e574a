"""`evaluation.html`: the figures as tables beside the pictures."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from .plots import PAPER

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 1em 0; } img { max-width: 100%; }
th, td { padding: .25em .8em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; } small { color: #666; }
"""
Rows = Iterable[tuple[str, Sequence[object]]]


def number(value: object, digits: int = 1) -> str:
    """As text; a dash for what there is no figure of."""
    if value is None or value != value:
        return "-"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def table(head: Sequence[str], rows: Rows) -> str:
    """HTML. A row: its name and its cells."""
    lines = ["<table><tr>" + "".join(f"<th>{html.escape(cell)}" for cell in head)]
    lines += [
        f"<tr><td>{html.escape(name)}" + "".join(f"<td>{html.escape(number(cell))}" for cell in cells)
        for name, cells in rows
    ]
    return "\n".join([*lines, "</table>"])


def page(found: dict, pictures: dict[str, str]) -> str:
    """The page of the evaluation's JSON `found`; pictures: section -> file name beside the page."""
    parts = ["<!doctype html><meta charset=utf-8><title>Evaluation</title>", f"<style>{_STYLE}</style>"]
    parts.append(_head(found))
    for name, (title, write) in _SECTIONS.items():
        if name in found:
            parts.append(f"<h2>{title}</h2>")
            if name in pictures:
                parts.append(f'<img src="{pictures[name]}" alt="{title}">')
            parts.append(write(found[name]))
    return "\n".join(parts) + "\n"


def _head(found: dict) -> str:
    if "pack" not in found:
        return "<h1>Ways to train, compared</h1>"
    pack, items = found["pack"], found["items"]
    absent = f" {len(items['missing'])} held-out clips or spans are not in the folder." if items["missing"] else ""
    unsaid = (
        " The pack does not say that it was trained without them: it may know these clips."
        if found["trained_without"] != found["split"]
        else ""
    )
    quick = " Quick: fewer windows, prompts and pairs." if found["quick"] else ""
    return (
        f"<h1>{html.escape(pack['name'])} {html.escape(pack['version'])}</h1>"
        f"<p>Split {html.escape(found['split'])}: {items['test_spans']} spans of {items['test_clips']} clips, "
        f"{items['test_classes']} classes. Seed {found['seed']}.{absent}{unsaid}{quick}"
    )


_ROWS = {
    "name": "bare class name",
    "templates": "templates",
    "caption": "text tower alone, of the caption",
    "majority": "majority class",
    "chance": "chance",
}


def _recognition(found: dict) -> str:
    rows = []
    for part, title in (("held_out_classes", "tested"), ("all_classes", "all")):
        main = found[part]
        for key, name in _ROWS.items():
            row = main[key]
            cells = (row["top1"], row["top5"], row.get("balanced_top1"), row.get("balanced_top5"))
            rows.append((f"{title}, {main['classes']} classes: {name}", cells))
    rows.append(("the paper, BABEL-60 (other clips)", (PAPER["top1"], PAPER["top5"], None, None)))
    wrong = "; ".join(f"{html.escape(a)} for {html.escape(b)} ({n})" for a, b, n in found["confusions"])
    return (
        table(("%", "Top-1", "Top-5", "balanced Top-1", "balanced Top-5"), rows)
        + f"<p><small>{found['spans']} spans. Taken for another (true for taken): {wrong}.</small>"
    )


def _retrieval(found: dict) -> str:
    rows: list[tuple[str, tuple]] = []
    for name, way in found.items():
        if isinstance(way, dict):
            rows.append((f"{name.replace('_', ' ')} ({way['queries']} in {way['gallery']})",
                         (way["r1"], way["r5"], way["r10"], way["median_rank"])))  # fmt: skip
            chance = way["chance"]
            rows.append(("chance", (chance["r1"], chance["r5"], chance["r10"], chance["mean_rank"])))
    note = f"<p><small>{html.escape(found['images'])}</small>" if "images" in found else ""
    return table(("%", "R@1", "R@5", "R@10", "median rank"), rows) + note


def _generation(found: dict) -> str:
    again, near, slide = found["recognised"], found["nearest_real"], found["sliding_cm_s"]
    real = near["of_held_out"]
    spread, jerk, pace = found["diversity"], found["jerk_m_s3"], found["speed_m_s"]
    rows = [
        (
            f"nearest to its class, % of {found['prompts']}, among {again['classes']}",
            (again["top1"], again["prompts"]["top1"]),
        ),
        ("among the nearest five, %", (again["top5"], again["prompts"]["top5"])),
    ]
    first = table(("", "of the motion made", "of the prompt's text"), rows)
    rows = [
        ("to the nearest training window, mm", (near["mm"], real["mm"])),
        ("which is of the same class, %", (near["same_class"], real["same_class"])),
        ("between motions of different classes, mm", (spread["generated_mm"], spread["real_mm"])),
        ("between two wordings of a class, mm", (spread["same_class_mm"], None)),
        ("foot sliding, all classes, cm/s", (slide["generated"], slide["real"])),
        ("foot sliding, walking, cm/s", (slide["generated_walking"], slide["real_walking"])),
        ("jerk, m/s³", (jerk["generated"], jerk["real"])),
        ("speed of all joints, m/s", (number(pace["generated"], 2), number(pace["real"], 2))),
    ]
    return first + table(("", "generated", "real"), rows)


def _reconstruction(found: dict) -> str:
    head = (
        "",
        "from the pelvis, mm",
        "in the world, mm",
        "rotations, degrees",
        "still mean pose, mm",
        "movement kept, %",
    )
    rows = [(f"windows of 60 ({found['spans']} spans)", _errors(found))]
    rows += [(f"{length} frames", _errors(row)) for length, row in found["by_length"].items()]
    worst = ", ".join(f"{html.escape(w['clip'])} at {w['start']:.1f} s ({w['mm']:.0f} mm)" for w in found["worst"])
    return table(head, rows) + f"<p><small>Worst: {worst}.</small>"


def _errors(row: dict) -> tuple:
    return row["mm"], row["world_mm"], row["degrees"], row["still_mm"], 100 * row["movement"]


def _interpolation(found: dict) -> str:
    rows = [
        (
            name,
            (
                way["pairs"],
                number(way["jerk_between_over_ends"], 2),
                number(way["unevenness"], 2),
                number(way["directness"], 2),
            ),
        )
        for name, way in found.items()
    ]
    return table(("between", "pairs", "jerk between / at the ends", "unevenness of steps", "directness"), rows)


def _style(found: dict) -> str:
    words = list(found["word"]["by_word"])
    ways = {"word": "word - neutral", "phrase": "style walk - walk (the paper's)"}
    rows = [(ways[name], (way["agree"], *(way["by_word"][word] for word in words))) for name, way in found.items()]
    names = list(found["word"]["by_measure"])
    by_measure = [(ways[name], tuple(way["by_measure"][measure] for measure in names)) for name, way in found.items()]
    return table(("as expected, %", "all", *words), rows) + table(("", *names), by_measure)


def _compare(found: dict) -> str:
    def cell(group: dict, figure: str) -> str:
        spread = group["spread"][figure]
        return number(group["mean"][figure]) + ("" if spread is None else f" ± {number(spread)}")

    figures = ("top1", "top5", "all_top1", "all_top5", "text_r1", "text_r10", "reconstruction_mm")
    rows = [
        (f"{name} ({len(group['packs'])})", tuple(cell(group, figure) for figure in figures))
        for name, group in found["groups"].items()
    ]
    head = ("trained", "Top-1", "Top-5", "Top-1, all classes", "Top-5, all classes", "text R@1", "text R@10", "mm")
    return table(head, rows) + (
        f"<p><small>{found['spans']} spans, {found['classes']} classes, split {html.escape(found['split'])}; mean and "
        "sample standard deviation over trainings. The paper, on BABEL-60: full 40.9 and 57.71, without the image loss "
        "35.05 and 50.26, without the text loss 4.54 and 18.37.</small>"
    )


_SECTIONS = {
    "recognition": ("Action recognition", _recognition),
    "retrieval": ("Retrieval", _retrieval),
    "generation": ("Generated motion", _generation),
    "reconstruction": ("Reconstruction", _reconstruction),
    "interpolation": ("Interpolation", _interpolation),
    "style": ("Style arithmetic", _style),
    "compare": ("Ablation", _compare),
}
