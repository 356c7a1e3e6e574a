"""Writes `report.html` beside prepared motions: a contact sheet of every clip, and the errors of retargeting."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from motionclip_blender.core.files import write_json, write_whole

SHEETS = "sheets"
_WORST = 5
_FLOATING = 0.03  # metres: clips that stand higher over the floor are listed
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; } th, td { padding: .25em .8em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
.clips { display: grid; grid-template-columns: repeat(auto-fill, minmax(26em, 1fr)); gap: 1.5em; }
.clips img { width: 100%; } .clips p { margin: .3em 0; } .test { background: #fe9; }
small { color: #666; }
"""


def summary(clips: list[dict]) -> dict[str, dict]:
    """Returns the errors of each source and file format, over all clips.

    In degrees, centimetres, and centimetres per second.
    """
    groups: dict[str, list[dict]] = {}
    for clip in clips:
        groups.setdefault(f"{clip['source']} ({clip['format']})", []).append(clip)
    return {group: _summary(members) for group, members in sorted(groups.items())}


def _summary(clips: list[dict]) -> dict:
    errors = [clip["errors"] for clip in clips]
    limbs = {limb: float(np.mean([e["degrees"][limb] for e in errors])) for limb in errors[0]["degrees"]}
    worst = sorted(clips, key=lambda clip: -_degrees(clip))[:_WORST]
    return {
        "clips": len(clips),
        "minutes": sum(clip["seconds"] for clip in clips) / 60,
        "degrees": float(np.mean(list(limbs.values()))),
        "degrees_by_limb": limbs,
        "penetration_cm": 100 * float(np.mean([e["penetration"] for e in errors])),
        "float_cm": 100 * max((e["float"] for e in errors if e["float"] is not None), default=0.0),
        "sliding_cm_s": 100 * _mean(e["sliding"] for e in errors),
        "source_sliding_cm_s": 100 * _mean(e["source_sliding"] for e in errors),
        "worst": {clip["clip"]: _degrees(clip) for clip in worst},
        "floating": {c["clip"]: 100 * c["errors"]["float"] for c in clips if (c["errors"]["float"] or 0) > _FLOATING},
    }


def _degrees(clip: dict) -> float:
    return float(np.mean(list(clip["errors"]["degrees"].values())))


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else 0.0


def write_report(out: Path, clips: list[dict], problems: list[str], notes: Sequence[str] = ()) -> None:
    """Writes `report.html` and `report.json` into `out`. notes: sentences about how clips were read."""
    groups = summary(clips)
    write_json(out / "report.json", {"sources": groups, "problems": problems, "notes": list(notes)})
    parts = [
        "<!doctype html><meta charset=utf-8><title>Prepared motions</title>",
        f"<style>{_STYLE}</style><h1>{len(clips)} prepared motions</h1>",
        _problems(problems),
        _listed("To know", notes) if notes else "",
        _table(groups),
        *(_worst(group, figures) for group, figures in groups.items()),
        "<h2>Clips</h2><div class=clips>",
        *(_clip(clip, out) for clip in clips),
        "</div>",
    ]
    with write_whole(out / "report.html") as handle:
        handle.write("\n".join(parts).encode())


def _problems(problems: list[str]) -> str:
    if not problems:
        return "<p>Every clip could be read.</p>"
    return _listed("Left out", problems)


def _listed(title: str, sentences: Sequence[str]) -> str:
    return f"<h2>{title}</h2><ul>" + "".join(f"<li>{html.escape(sentence)}" for sentence in sentences) + "</ul>"


def _table(groups: dict[str, dict]) -> str:
    """Returns the table of means over clips; floating is that of the worst clip."""
    columns = {
        "clips": "{clips}",
        "minutes": "{minutes:.1f}",
        "limbs, degrees": "{degrees:.2f}",
        "below the floor, cm": "{penetration_cm:.2f}",
        "highest float, cm": "{float_cm:.1f}",
        "sliding, cm/s": "{sliding_cm_s:.1f}",
        "of the source": "{source_sliding_cm_s:.1f}",
    }
    limbs = list(next(iter(groups.values()))["degrees_by_limb"]) if groups else []
    head = "".join(f"<th>{name}" for name in ("source", *columns, *limbs))
    rows = []
    for group, figures in groups.items():
        cells = [text.format(**figures) for text in columns.values()]
        cells += [f"{figures['degrees_by_limb'][limb]:.1f}" for limb in limbs]
        rows.append(f"<tr><td>{html.escape(group)}" + "".join(f"<td>{cell}" for cell in cells))
    return f"<h2>What retargeting changed</h2><table><tr>{head}{''.join(rows)}</table>"


def _worst(group: str, figures: dict) -> str:
    clips = ", ".join(f"{html.escape(clip)} ({degrees:.1f}°)" for clip, degrees in figures["worst"].items())
    floating = ", ".join(f"{html.escape(clip)} ({cm:.1f} cm)" for clip, cm in figures["floating"].items())
    note = f" Floating: {floating}." if floating else ""
    return f"<p><small>{html.escape(group)}, the largest angles: {clips}.{note}</small>"


def _clip(clip: dict, out: Path) -> str:
    picture = f"{SHEETS}/{clip['clip']}.png"
    shown = f'<img loading=lazy src="{quote(picture)}" alt="">' if (out / picture).is_file() else ""
    spans = "".join(
        f"<p>{span['start']:.1f} to {span['end']:.1f} s, <b>{html.escape(span['label'])}</b>"
        f" <i>{html.escape(' '.join(span['style']))}</i>: {html.escape('; '.join(span['captions'][:6]))}</p>"
        for span in clip["spans"]
    )
    test = " <span class=test>test</span>" if clip["split"] == "test" else ""
    return (
        f"<div>{shown}<p><b>{html.escape(clip['clip'])}</b>{test} {clip['seconds']:.1f} s, "
        f"{_degrees(clip):.1f}°</p>{spans or '<p>no captions</p>'}</div>"
    )
