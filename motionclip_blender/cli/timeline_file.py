"""Reads timeline files: JSON, or plain text with one prompt a line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import UserError
from ..core.json_text import DuplicateKey, parsed_json
from ..core.latents.expression import Expression
from ..core.latents.sources import names
from ..core.latents.terms import ActionName, Input
from ..core.prompt import MAX_FRAMES, MIN_FRAMES, MOST_SEGMENTS
from ..core.recipe.blend import Blend
from ..core.recipe.content import Content
from ..core.recipe.plan import PromptPlan
from ..core.recipe.sum import Sum
from ..core.recipe.timeline import Timeline, TimelineSegment, of_segment

FPS = 30.0
"""Frames per second in which lengths in frames are meant."""

CONTENTS = ("prompt", "expression", "blend", "action")
FIELDS = (*CONTENTS, "factor", "spherical", "frames", "seconds", "transition")

_MOST_BYTES = 1 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHOWN = 40  # characters of the file that an error repeats


def read_timeline(path: Path, guess: bool = False) -> Timeline:
    """Reads a timeline file. Raises `UserError` with the number of the segment, or the line of broken JSON.

    Files that it names are looked for from its own folder. guess: as for `PromptPlan`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); choose a text file.") from error
    if len(raw) > _MOST_BYTES:
        raise UserError(
            f"{path} is larger than {_MOST_BYTES >> 20} MB; choose a file of up to {MOST_SEGMENTS} segments."
        )
    try:
        text = raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not in UTF-8; save it in UTF-8.") from None
    return _beside(parsed(text, str(path), guess), path.parent)


def _beside(timeline: Timeline, folder: Path) -> Timeline:
    """Returns the timeline with the files that it names as paths from the current folder, not from `folder`."""
    inputs = [term.source for term in timeline.terms if isinstance(term.source, Input)]
    paths = {source: str(folder / source.name) for source in inputs}  # an absolute path stays
    return timeline.renamed({source: type(source)(path) for source, path in paths.items() if path != source.name})


def parsed(text: str, name: str, guess: bool = False) -> Timeline:
    """Reads the text of a timeline file. name: of the file, for errors, which are those of `read_timeline`."""
    if text.lstrip().startswith(("[", "{")):
        found = _listed(text, name)
    else:
        found = [{"prompt": line.strip()} for line in text.splitlines() if line.strip()]
    if not found:
        raise UserError(f"{name} has no segments; write a list of them, or one prompt a line.")
    if len(found) > MOST_SEGMENTS:
        raise UserError(f"{name} has {len(found):,} segments, and {MOST_SEGMENTS} are the most; make several motions.")
    segments = []
    for number, values in enumerate(found, 1):
        with of_segment(number):
            segments.append(_segment(values, guess))
    return Timeline(tuple(segments))


def _listed(text: str, name: str) -> Sequence[object]:
    try:
        values = parsed_json(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}; correct it, or write one "
            "prompt a line."
        ) from error
    except DuplicateKey as error:
        raise UserError(f'{name} has an object with the field "{error.key}" twice; give each field once.') from error
    except ValueError as error:  # digits beyond Python's limit, or too deeply nested lists
        raise UserError(f"{name} is no timeline; write a list of segments, or one prompt a line.") from error
    if isinstance(values, dict):
        if unknown := [key for key in values if key != "segments"]:
            raise UserError(f"{name} has the unknown field {_shown(unknown[0])}; it holds segments alone.")
        values = values.get("segments")
    if not isinstance(values, list):
        raise UserError(f'{name} has no list of segments; write [...] or {{"segments": [...]}}.')
    return values


def _segment(values: object, guess: bool) -> TimelineSegment:
    if isinstance(values, str):
        values = {"prompt": values}
    if not isinstance(values, dict):
        raise UserError(f'A segment is a prompt or an object such as {{"prompt": "walks"}}, not {_shown(values)}.')
    if unknown := [key for key in values if key not in FIELDS]:
        raise UserError(f"The field {_shown(unknown[0])} is unknown; known are {', '.join(FIELDS)}.")
    named = [key for key in CONTENTS if key in values]
    if len(named) != 1:
        said = f"{' and '.join(named)} are given" if named else "Nothing says what to do"
        raise UserError(f"{said}; give one of {', '.join(CONTENTS)}.")
    if "blend" not in values and (extra := [key for key in ("factor", "spherical") if key in values]):
        raise UserError(f"The field {_shown(extra[0])} goes with blend only; leave it out.")
    if "frames" in values and "seconds" in values:
        raise UserError("Both frames and seconds are given; give one of them.")
    return TimelineSegment(_content(named[0], values, guess), _length(values), _number(values, "transition"))


def _content(kind: str, values: Mapping[str, object], guess: bool) -> Content:
    value = values[kind]
    if kind == "blend":
        if not isinstance(value, list) or len(value) != 2:
            raise UserError(f'A blend is a list of two, such as ["walks", "runs"], not {_shown(value)}.')
        more: dict[str, Any] = {}
        if (factor := _number(values, "factor")) is not None:
            more["factor"] = factor
        if type(spherical := values.get("spherical", False)) is not bool:
            raise UserError(f"spherical must be true or false, not {_shown(spherical)}.")
        start, end = (Expression.of_text(_text(each, "an end of a blend")) for each in value)
        return Blend(start, end, **more, spherical=spherical)
    text = _text(value, kind)
    if kind == "prompt":
        return PromptPlan(text, guess)
    if kind == "action":
        if not text.strip():
            raise UserError("The action has no name; write a file or an Action.")
        return Sum(Expression.of(ActionName(text)))
    return Sum(Expression.typed(text))


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise UserError(f"{what} must be a text, not {_shown(value)}.")
    return value


def _length(values: Mapping[str, object]) -> float | None:
    """Returns the seconds of a segment."""
    if values.get("frames") is not None:
        frames = values["frames"]
        if type(frames) is not int or not MIN_FRAMES <= frames <= MAX_FRAMES:
            raise UserError(f"frames must be a whole number of {MIN_FRAMES} to {MAX_FRAMES:,}, not {_shown(frames)}.")
        return frames / FPS
    return _number(values, "seconds")


def _number(values: Mapping[str, object], name: str) -> float | None:
    value = values.get(name)
    if value is None:
        return None
    if type(value) not in (int, float):
        raise UserError(f"{name} must be a number, not {_shown(value)}.")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise UserError(f"{name} must be smaller than {_shown(value)}.") from None


def _shown(value: object) -> str:
    """Returns a value of the file as an error repeats it."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except ValueError:  # digits beyond Python's limit
        return "such a number"
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def check_files(timeline: Timeline) -> None:
    """Raises `UserError` for the first segment that names a file that is missing."""
    for number, segment in enumerate(timeline.segments, 1):
        for name in names(segment.content.terms, Input):
            if not _is_file(name):
                raise UserError(f"Segment {number}: There is no file {name}; choose one that is there.")


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a name too long, or with a null
        return False
