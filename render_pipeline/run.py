"""Runs a whole rendering: keeps finished shards, renders the missing ones, writes the index and the contact sheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import same_file, write_json, write_whole
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.lock import only_one

from . import shards
from .looks import Looks, zones_of
from .motions import Captions, Motions
from .plan import Plan
from .pool import ATTEMPTS, Pool, Renderer
from .process import Crashed
from .settings import FORMATS, Settings

FORM = 1
"""Version of the output's form; runs of another version cannot be continued."""

_NAMED = 3  # names listed in a message about many motions
_SHEET_IMAGES, _SHEET_COLUMNS, _SHEET_CELL = 40, 8, 160


@dataclass(frozen=True)
class Request:
    """The settings of a run. `cli` describes the options of the same names."""

    motions: Path
    out: Path
    settings: Settings
    look: str
    config: Path | None = None
    body: Path | None = None
    up: str = ""
    seed: int = 0
    per_motion: int = 1
    limit: int | None = None
    shard: int = 256


@dataclass
class Report:
    """The result of a run.

    skipped: motions that could not be read, and why. failed: files that are missing after crashes.
    """

    frames: int = 0
    rendered: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Listener:
    """Receives the progress of a run. This base class ignores it."""

    def start(self, total: int, done: int) -> None:
        """Receives the total number of frames, and how many of them are rendered already."""

    def more(self, images: int) -> None:
        """Receives the number of newly rendered images; negative after a crash. Called from any thread."""

    def say(self, message: str) -> None:
        """Receives a sentence for the user."""


def render_frames(
    request: Request, workers: Callable[[int], Sequence[Renderer]], listener: Listener | None = None
) -> Report:
    """Renders the frames of `request` that are missing in its folder.

    workers: called with the number of units to render, unless all files are finished; returns the workers.
    Raises `UserError` for errors that stop the whole run. Finished shards are kept in every case.
    """
    listener = listener or Listener()
    if same_file(request.motions, request.out):
        raise UserError(
            f"{request.out} holds the motions, and its index.json would be replaced; choose another folder."
        )
    body = Body.load(request.body)
    motions = Motions(request.motions, body, request.up)
    captions = Captions(request.motions, motions.names)
    for sentence in [*motions.problems, *_strangers(request, captions)]:
        listener.say(sentence)
    plan = Plan(
        motions, captions, Looks.load(request.look, request.config, zones_of(body)),
        request.seed, request.per_motion, request.limit, request.shard,
    )  # fmt: skip
    with only_one(request.out):
        _clear_leftovers(request.out)
        _check_same_run(request, plan)
        records = _finished(request.out, plan, listener)
        missing = [number for number in range(plan.units) if number not in records]
        report = Report()
        listener.start(len(plan), sum(plan.size(number) for number in records))
        if missing or not (request.out / "sheet.png").is_file():
            with _closing_all(workers(len(missing))) as team:
                if missing:
                    _render(request, plan, missing, records, team, listener, report)
                _write_sheet(request.out, records, team[0], report)
        for record in records.values():
            report.frames += len(record.frames)
            report.skipped.update(record.skipped)
        _write_index(request, records, report)
    return report


def _strangers(request: Request, captions: Captions) -> list[str]:
    """Returns a sentence about captioned entries of the index that match no motion; empty when there are none."""
    if not captions.strangers:
        return []
    count, first = len(captions.strangers), ", ".join(captions.strangers[:_NAMED])
    return [
        f"{request.motions / 'index.json'} has captions for {count} motion{'s' if count > 1 else ''} that "
        f"{'are' if count > 1 else 'is'} not there ({first}{', ...' if count > _NAMED else ''}); correct the names."
    ]


@contextmanager
def _closing_all(team: Sequence[Renderer]) -> Iterator[Sequence[Renderer]]:
    try:
        yield team
    finally:
        for worker in team:
            worker.close()


def _clear_leftovers(folder: Path) -> None:
    """Removes temporary files of killed runs. Safe, because the folder is locked."""
    for pattern in (".frames-*", ".run-*", ".index-*", ".sizes-*", ".sheet-*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def _check_same_run(request: Request, plan: Plan) -> None:
    """Compares the settings with those in run.json, or writes them there for a new folder.

    Raises `UserError` when the folder holds frames of other settings, or its run.json cannot be read.
    """
    settings = {
        "form": FORM,
        "motions": hashlib.sha256(json.dumps(plan.motions.sizes()).encode()).hexdigest(),
        "captions": _digest(request.motions / "index.json"),
        "body": _digest(request.body),
        "seed": request.seed,
        "per motion": request.per_motion,
        "limit": request.limit,
        "shard": request.shard,
        "size": request.settings.size,
        "engine": request.settings.engine,
        "samples": request.settings.samples,
        "format": request.settings.image_format,
        "look": plan.looks.config,
    }
    if request.up:
        settings["up"] = request.up
    path = request.out / "run.json"
    try:
        before = parsed_json(path.read_text(encoding="utf-8"))
        if not isinstance(before, dict):
            raise ValueError(f"{path} is no JSON object")
    except FileNotFoundError:
        if any(request.out.glob("frames-*")):
            raise UserError(f"{request.out} holds frames but no run.json; choose another folder.") from None
        write_json(path, settings)
        return
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read; choose another folder.") from error
    other = [key for key in settings if before.get(key) != json.loads(json.dumps(settings[key]))]
    if other:
        raise UserError(
            f"{request.out} was begun with something else ({', '.join(other)}); repeat the same command to go on "
            "with it, or choose another folder."
        )


def _digest(path: Path | None) -> str | None:
    if path is None or not os.path.isfile(path):
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _finished(folder: Path, plan: Plan, listener: Listener) -> dict[int, shards.Record]:
    records = {}
    for number in range(plan.units):
        record, wrong = shards.find(folder, number)
        if record is not None and not _as_planned(plan.named(number), record):
            record, wrong = None, "its record lists other frames than are planned"
        if record is not None:
            records[number] = record
        elif wrong:
            listener.say(f"{folder / shards.shard_name(number)} is damaged: {wrong}; it is rendered anew.")
    return records


def _as_planned(planned: list[tuple[str, str]], record: shards.Record) -> bool:
    """Checks that the record holds exactly the planned frames, (key, motion) each, without those of skipped motions."""
    there = [(frame["key"], frame["motion"]) for frame in record.frames]
    skipped = record.skipped.keys()
    return there == [frame for frame in planned if frame[1] not in skipped] and skipped <= {name for _, name in planned}


def _render(
    request: Request, plan: Plan, missing: list[int], records: dict, team: Sequence[Renderer], listener: Listener,
    report: Report,
) -> None:  # fmt: skip
    suffix = FORMATS[request.settings.image_format].suffix
    # closing the generator stops the workers when Ctrl-C or a full disk ends the loop early
    with closing(Pool(team, plan.unit, listener.more).render(missing)) as results:
        for unit, outcome in results:
            if isinstance(outcome, str):
                report.failed[shards.shard_name(unit.number)] = outcome
                continue
            frames = [
                ({**told, **found, "size": request.settings.size}, image)
                for told, (found, image) in zip(unit.frames, outcome, strict=True)
            ]
            records[unit.number] = shards.save(request.out, unit.number, frames, suffix, unit.skipped)
            report.rendered += len(frames)
            listener.more(len(unit.skipped))


def _write_sheet(folder: Path, records: dict[int, shards.Record], worker: Renderer, report: Report) -> None:
    images: list[bytes] = []
    for number in sorted(records):
        if len(images) == _SHEET_IMAGES:
            break
        images += shards.images(folder, records[number], _SHEET_IMAGES - len(images))
    for attempt in range(ATTEMPTS if images else 0):
        try:
            content = worker.sheet(images, _SHEET_COLUMNS, _SHEET_CELL)
        except Crashed as error:
            if attempt == ATTEMPTS - 1:
                report.failed["sheet.png"] = f"while making the contact sheet: {error}"
            continue
        with write_whole(folder / "sheet.png") as file:
            file.write(content)
        return


def _write_index(request: Request, records: dict[int, shards.Record], report: Report) -> None:
    """Writes index.json (shards, missing files), index.csv (frames) and sizes.json (sample counts for open_clip)."""
    done = [records[number] for number in sorted(records)]
    index = {
        "frames": report.frames,
        "shards": [{"name": r.shard, "frames": len(r.frames), "bytes": r.size, "sha256": r.sha256} for r in done],
        "skipped": report.skipped,
        "failed": report.failed,
    }
    table = io.StringIO(newline="")
    rows = csv.writer(table)
    rows.writerow(("key", "shard", "motion", "frame", "seed", "caption"))
    for record in done:
        for frame in record.frames:
            key, *rest = (frame[column] for column in ("key", "motion", "frame", "seed", "caption"))
            rows.writerow((key, record.shard, *rest))
    # open_clip skips frames without a caption
    sizes = {record.shard: sum(bool(frame["caption"]) for frame in record.frames) for record in done}
    write_json(request.out / "index.json", index)
    write_json(request.out / "sizes.json", sizes, indent=None)
    with write_whole(request.out / "index.csv") as file:
        file.write(table.getvalue().encode())
