"""Formats the figures of the evaluation's JSON as tables: titles, rows and notes, as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .items import UNSEEN_SOURCES
from .paper import BABEL_60, FULL, NO_IMAGE, NO_TEXT
from .styled import MEASURES


@dataclass(frozen=True)
class Table:
    """A table as text. head: the columns' names. rows: the name and the cells of each."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


Part = Table | str
"""A table or a note."""


def number(value: object, digits: int = 1) -> str:
    """Formats a figure as text; a dash for a missing one."""
    if value is None or value != value:
        return "-"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def sections(found: dict) -> dict[str, tuple[str, list[Part]]]:
    """Returns the title and the parts of each section in `found`. The first, "about", describes what was measured."""
    out = {"about": ("What was measured", [_about(found)])} if "pack" in found else {}
    for name, (title, write) in _SECTIONS.items():
        if name in found:
            out[name] = title, write(found[name])
    return out


def _table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[object]]]) -> Table:
    return Table(tuple(head), [(name, *(number(cell) for cell in cells)) for name, cells in rows])


def _about(found: dict) -> str:
    pack, items = found["pack"], found["items"]
    said = [
        f"Pack {pack['name']} {pack['version']}, split {found['split']}: {items['test_spans']} spans of "
        f"{items['test_clips']} clips, {items['test_classes']} classes; seed {found['seed']}."
    ]
    if items["missing"]:
        said.append(f"{len(items['missing'])} held-out clips or spans are not in the folder.")
    if unknown := items.get("unknown_classes"):
        said.append(f"{len(unknown)} classes that the pack has not learned are left out: {', '.join(unknown)}.")
    if found["trained_without"] != found["split"] and found["split"] != UNSEEN_SOURCES:
        said.append("The pack does not say that it was trained without them: it may know these clips.")
    if found["quick"]:
        said.append("Quick: fewer windows, prompts and pairs.")
    return " ".join(said)


_ROWS = {
    "name": "bare class name, as in the paper",
    "in_use": "as in use, with class means",
    "templates": "templates",
    "caption": "text tower alone, of the caption",
    "majority": "majority class",
    "chance": "chance",
}


def _recognition(found: dict) -> list[Part]:
    rows: list[tuple[str, Sequence[object]]] = []
    for part, title in (("held_out_classes", "the held-out"), ("all_classes", "all")):
        for key, name in _ROWS.items():
            row = found[part][key]
            cells = (row["top1"], row["top5"], row.get("balanced_top1"), row.get("balanced_top5"))
            rows.append((f"{title} {found[part]['classes']} classes: {name}", cells))
    rows.append(("the paper, BABEL-60 (other clips)", (BABEL_60[FULL]["top1"], BABEL_60[FULL]["top5"], None, None)))
    wrong = ", ".join(f"{a} as {b} ({n})" for a, b, n in found["confusions"]) or "none"
    return [
        _table(("%", "Top-1", "Top-5", "balanced Top-1", "balanced Top-5"), rows),
        f"{found['spans']} spans. The commonest confusions: {wrong}.",
    ]


def _retrieval(found: dict) -> list[Part]:
    rows: list[tuple[str, Sequence[object]]] = []
    for name, way in found.items():
        if isinstance(way, dict):
            title = f"{name.replace('_', ' ')} ({way['queries']} in {way['gallery']})"
            rows.append((title, (way["r1"], way["r5"], way["r10"], way["median_rank"])))
            chance = way["chance"]
            rows.append(("chance (mean rank)", (chance["r1"], chance["r5"], chance["r10"], chance["mean_rank"])))
    notes = [found["images"]] if "images" in found else []
    return [_table(("%", "R@1", "R@5", "R@10", "median rank"), rows), *notes]


def _generation(found: dict) -> list[Part]:
    again, near, slide = found["recognised"], found["nearest_real"], found["sliding_cm_s"]
    real, told, chance = near["of_held_out"], again["prompts"], again["chance"]
    spread, jerk, pace = found["diversity"], found["jerk_m_s3"], found["speed_m_s"]
    recognised = _table(
        (
            f"{found['prompts']} unseen prompts, {again['classes']} classes",
            "the motion made",
            "the prompt's text",
            "chance",
        ),
        [
            ("nearest to its class, %", (again["top1"], told["top1"], chance["top1"])),
            ("its class among the nearest five, %", (again["top5"], told["top5"], chance["top5"])),
        ],
    )
    motion = _table(
        ("", "generated", "real"),
        [
            ("to the nearest training window, mm", (near["mm"], real["mm"])),
            ("which is of the same class, %", (near["same_class"], real["same_class"])),
            ("between motions of different classes, mm", (spread["generated_mm"], spread["real_mm"])),
            ("between two wordings of a class, mm", (spread["same_class_mm"], None)),
            ("foot sliding, walking, cm/s", (slide["generated_walking"], slide["real_walking"])),
            ("foot sliding, all classes, cm/s", (slide["generated"], slide["real"])),
            ("jerk, m/s³", (jerk["generated"], jerk["real"])),
            ("speed of all joints, m/s", (number(pace["generated"], 2), number(pace["real"], 2))),
        ],
    )
    return [recognised, motion]


def _reconstruction(found: dict) -> list[Part]:
    head = ("", "from the pelvis, mm", "in the world, mm", "rotations, degrees", "a still pose, mm", "movement kept, %")
    rows = [(f"{found['windows']} windows of {found['spans']} spans", _errors(found))]
    rows += [(f"{length} frames", _errors(row)) for length, row in found["by_length"].items()]
    worst = ", ".join(f"{w['clip']} at {w['start']:.1f} s ({w['mm']:.0f} mm)" for w in found["worst"])
    return [_table(head, rows), f"The worst: {worst}."]


def _by_source(found: dict) -> list[Part]:
    head = ("collection", "spans", "classes", "Top-1", "Top-5", f"Top-1 of {found['classes']}", "Top-5", "mm")
    figures = ("top1", "top5", "all_top1", "all_top5", "mm")
    rows = [
        (source + (", unseen" if row["unseen"] else ""), (row["spans"], row["classes"], *(row[f] for f in figures)))
        for source, row in found["sources"].items()
    ]
    if found["mean"]:
        rows.append(("mean of the unseen ones", (None, None, *(found["mean"][f] for f in figures))))
    return [
        _table(head, rows),
        "Top-1 and Top-5, in percent, among the classes that a collection shows, and among all. Unseen is a collection "
        "of which no span is trained on.",
    ]


def _errors(row: dict) -> tuple:
    return row["mm"], row["world_mm"], row["degrees"], row["still_mm"], 100 * row["movement"]


def _interpolation(found: dict) -> list[Part]:
    keys = ("jerk_between_over_ends", "unevenness", "directness")
    rows = [(name, (way["pairs"], *(number(way[key], 2) for key in keys))) for name, way in found.items()]
    return [_table(("between", "pairs", "jerk between / at the ends", "unevenness of steps", "directness"), rows)]


def _style(found: dict) -> list[Part]:
    ways = {"word": "word - neutral", "phrase": "style action - action"}
    words, names = list(found["word"]["by_word"]), list(found["word"]["by_measure"])
    rows = [(ways[name], (way["agree"], *(way["by_word"][word] for word in words))) for name, way in found.items()]
    by_measure = [(ways[name], [way["by_measure"][measure] for measure in names]) for name, way in found.items()]
    return [_table(("as expected, %", "all", *words), rows), _table(("as expected, %", *names), by_measure)]


def _styled(found: dict) -> list[Part]:
    titles = {"real": "real clips", "prompt": "prompt", "sum": "sum"}
    rows = [
        (f"{style}, {titles[way]}" + (f" ({of_style['spans']})" if way == "real" else ""), _signed(of_style[way]))
        for style, of_style in found["styles"].items()
        for way in titles
    ]
    agree = found["agree"]
    return [
        _table(("change", *(f"{name}, {unit}" for name, unit in MEASURES.items())), rows),
        f"The change goes the way of the real clips in {number(agree['prompt'])} % of the cases by prompt, in "
        f"{number(agree['sum'])} % by sum.",
    ]


def _signed(changes: dict) -> list[str]:
    digits = {"m/s": 2, "m": 2, "degrees": 1}
    return ["-" if changes[name] is None else f"{changes[name]:+.{digits[unit]}f}" for name, unit in MEASURES.items()]


def _compare(found: dict) -> list[Part]:
    def cell(group: dict, figure: str) -> str:
        spread = group["spread"][figure]
        return number(group["mean"][figure]) + ("" if spread is None else f" ± {number(spread)}")

    figures = ("top1", "top5", "all_top1", "all_top5", "text_r1", "text_r10", "reconstruction_mm")
    rows = [
        (f"{name} ({len(group['packs'])})", [cell(group, figure) for figure in figures])
        for name, group in found["groups"].items()
    ]
    full, no_image, no_text = (
        f"{row['top1']:g} and {row['top5']:g}" for row in (BABEL_60[name] for name in (FULL, NO_IMAGE, NO_TEXT))
    )
    head = ("trained", "Top-1", "Top-5", "Top-1, all classes", "Top-5, all classes", "text R@1", "text R@10", "mm")
    return [
        _table(head, rows),
        f"{found['spans']} spans, {found['classes']} classes, split {found['split']}; mean and sample standard "
        f"deviation over trainings. The paper, on BABEL-60: full {full}, without the image loss {no_image}, without "
        f"the text loss {no_text}.",
    ]


_SECTIONS: dict[str, tuple[str, Callable[[dict], list[Part]]]] = {
    "recognition": ("Action recognition", _recognition),
    "retrieval": ("Retrieval", _retrieval),
    "generation": ("Generated motion", _generation),
    "reconstruction": ("Reconstruction", _reconstruction),
    "by_source": ("Collections", _by_source),
    "interpolation": ("Interpolation", _interpolation),
    "style": ("Style arithmetic", _style),
    "styled": ("Styles beside real clips", _styled),
    "compare": ("Ablation", _compare),
}
