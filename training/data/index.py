"""Writes and reads `index.json` beside prepared motions: origin, captions and split of each clip."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.json_text import parsed_json

from .amass.shards import FORMAT as SHARDS
from .captions import CaptionedSpan
from .splits import is_test

INDEX = "index.json"
_DAMAGED = "{} is damaged, or none of `prepare`'s; run `python -m training prepare` again."


def write_index(out: Path, clips: list[dict], spans: Iterable[CaptionedSpan]) -> list[dict]:
    """Writes `index.json` into `out` and returns its clips.

    clips: entries with at least "clip" and "file". Each gets its split ("train" or "test"), its label (the class of its
    longest span, None without captions), its spans and the captions of all spans.
    Raises `UserError` when two clips have the same name.
    """
    by_clip: dict[str, list[CaptionedSpan]] = {}
    for span in spans:
        if not span.limbs:  # spans with limbs are made from several clips
            by_clip.setdefault(span.clip, []).append(span)
    seen: set[str] = set()
    entries = []
    for clip in sorted(clips, key=lambda clip: clip["clip"]):
        if clip["clip"] in seen:
            raise UserError(f"Two clips are called {clip['clip']}; rename one of them.")
        seen.add(clip["clip"])
        own = by_clip.get(clip["clip"], [])
        longest = max(own, key=lambda s: (clip["seconds"] if s.end is None else s.end) - s.start, default=None)
        entries.append(
            clip
            | {
                "split": "test" if is_test(clip["clip"]) else "train",
                "label": longest.action if longest else None,
                "captions": list(dict.fromkeys(caption for span in own for caption in span.captions)),
                "spans": [_span(span, clip["seconds"]) for span in own],
            }
        )
    with write_whole(out / INDEX) as handle:  # not `write_json`: runs of render_pipeline know a data set by these bytes
        handle.write(json.dumps({"clips": entries}, indent=1, ensure_ascii=False).encode())
    return entries


def _span(span: CaptionedSpan, seconds: float) -> dict:
    end = seconds if span.end is None else min(span.end, seconds)
    return {
        "start": span.start,
        "end": end,
        "label": span.action,
        "style": list(span.style),
        "captions": list(span.captions),
    }


def read_index(data: Path) -> list[dict]:
    """Returns the clips of a prepared folder, with forward slashes in names and files.

    Raises `UserError` when there is no readable index, and for shards of AMASS.
    """
    try:
        index = parsed_json((data / INDEX).read_bytes())  # detects the encoding and accepts a byte order mark
    except OSError as error:
        raise UserError(f"{data} has no index; run `python -m training prepare --out {data}` first.") from error
    except ValueError as error:
        raise UserError(_DAMAGED.format(data / INDEX)) from error
    if isinstance(index, dict) and index.get("format") == SHARDS:
        raise UserError(
            f"{data} holds shards of AMASS, not clips; `evaluate --protocol babel-60` measures packs on them."
        )
    try:
        clips = index["clips"]
        return [clip | {key: clip[key].replace("\\", "/") for key in ("clip", "file") if key in clip} for clip in clips]
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(_DAMAGED.format(data / INDEX)) from error
