"""Prepares AMASS's motions with BABEL's labels as shards of windows: `python -m training prepare --amass DIR --babel
DIR`.

Motions are resampled to 30 frames a second exactly, turned upright and cut into windows of about 100 frames, each with
the actions that it shows. `--legacy` reproduces MotionCLIP's released code including its faults: every n-th frame, axes
as in the files, windows of exactly 100 frames, categories that drift from the poses. The same command resumes a stopped
run. skipped.csv lists what is left out with the reason.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json, write_whole
from motionclip_blender.core.json_text import parsed_json

from ..workers import end_with_parent
from . import babel as labels
from .data_sets import SPLIT, data_set, key_of
from .files import FPS, JOINTS, Recording, Skipped, motion_files, read
from .shards import FORMAT, INDEX, VERSION, Origin, Shard, digest_of, numbers_path, sweep, words_path
from .windows import Window, cut, cut_legacy

SKIPPED = "skipped.csv"
_RECIPE = "recipe.json"
_WAY = 1  # version of the output; raised whenever it changes for the same files
_UNREADABLE = ("damaged", "not a motion", "not in metres")
_LABEL = "label left out"
_NOT_THERE = "not in AMASS's folder"
_NOT_IN_BABEL = "not in BABEL"


@dataclass(frozen=True)
class Settings:
    """The settings that decide the shards' contents.

    size: fewest windows of a shard. classes: a file of names. extra: whether BABEL's further annotations are read, of
    recordings that its main files do not label.
    """

    amass: Path
    babel: Path
    legacy: bool = False
    classes: Path | None = None
    size: int = 2000
    extra: bool = False


@dataclass(frozen=True)
class _Task:
    """A file, and BABEL's entry of it or the reason why it is left out without being read."""

    path: Path
    name: str
    entry: labels.Entry | None
    reason: tuple[str, str] | None = None


Result = tuple[Recording, Sequence[Window]] | tuple[str, str]


def prepare(settings: Settings, out: Path, workers: int | None = None) -> dict:
    """Writes the shards, `skipped.csv` and, last of all, `index.json`, which is returned.

    workers: processes, by default one a core. Raises `UserError` when there is nothing to prepare, when `out` cannot
    be written, and when `out` was begun with other files or settings.
    """
    from tqdm import tqdm

    problems: list[str] = []
    files = motion_files(settings.amass, problems)
    if settings.extra and settings.legacy:
        raise UserError("The released code does not read BABEL's further annotations; leave out --extra or --legacy.")
    told = labels.load(settings.babel, settings.extra)
    names = labels.load_classes(settings.classes) if settings.classes else labels.classes(told)
    tasks = _tasks(settings.amass, files, told)
    recipe = _recipe(settings, tasks, told, names)
    _begin(out, recipe)
    done = _finished(out)
    seen = sum(parsed_json(words_path(out, number).read_bytes())["seen"] for number in range(done))
    shard = Shard(done)
    with tqdm(total=len(tasks), initial=seen, unit="file", disable=None) as bar:
        for task, result in _results(tasks[seen:], settings.legacy, workers or os.cpu_count() or 1):
            _take(shard, task, result)
            bar.update()
            if len(shard.windows) >= settings.size:
                shard.write(out)
                shard = Shard(shard.number + 1)
    if shard.seen:
        shard.write(out)
    return _finish(out, settings, tasks, told, names, problems)


def _tasks(folder: Path, files: list[Path], told: labels.Babel) -> list[_Task]:
    tasks, first = [], {}
    for path in files:
        name = path.relative_to(folder).as_posix()
        key = key_of(name.split("/"))
        entry = told.entries.get(key) if key else None
        if entry is None:
            tasks.append(_Task(path, name, None, (_NOT_IN_BABEL, "")))
        elif key in first:
            tasks.append(_Task(path, name, None, ("there twice", f"{first[key]} is the same recording")))
        else:
            first[key] = name
            tasks.append(_Task(path, name, entry))
    if not first:
        one, other = files[0].relative_to(folder), next(iter(told.entries.values())).path
        raise UserError(
            f"No file below {folder} is one that BABEL labels: there is {one}, and BABEL names {other}. "
            "Name the folder that holds AMASS's data sets."
        )
    return tasks


def _recipe(settings: Settings, tasks: list[_Task], told: labels.Babel, names: list[str]) -> dict:
    files = hashlib.sha256()
    for task in tasks:
        files.update(f"{task.name}\0{task.path.stat().st_size}\n".encode("utf-8", "surrogateescape"))
    return {
        "way of preparing": _WAY,
        "--legacy": settings.legacy,
        "--shard": settings.size,
        "files of AMASS": files.hexdigest(),
        "files of BABEL": told.digest,
        "classes": hashlib.sha256(json.dumps(names).encode()).hexdigest(),
    }


def _begin(out: Path, recipe: dict) -> None:
    """Makes `out`. Raises `UserError` where it was begun with other files or settings."""
    path = out / _RECIPE
    if path.exists():
        try:
            before = parsed_json(path.read_bytes())
            other = next((what for what in recipe if before.get(what) != recipe[what]), None)
        except (OSError, ValueError, AttributeError):
            other = "recipe.json, which is damaged"
        if other:
            raise UserError(f"{out} was begun with other {other}; give another --out, or delete the folder.")
        sweep(out)
        return
    if out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out} is not empty and no folder of shards; give another --out.")
    write_json(path, recipe)


def _finished(out: Path) -> int:
    """Returns the number of finished shards."""
    number = 0
    while words_path(out, number).exists():
        number += 1
    return number


# --- one file


def _work(path: Path, entry: labels.Entry, legacy: bool) -> Result:
    """Returns a recording with its windows, or the kind and the detail of why it is left out."""
    try:
        recording = read(path, legacy)
        if not legacy:
            return recording, cut(len(recording), entry)
        return recording, cut_legacy(len(recording), recording.source_frames, recording.stride, entry)
    except Skipped as reason:
        return reason.kind, reason.detail
    except MemoryError:
        return "damaged", f"{path} needs more memory than there is."


def _results(tasks: Sequence[_Task], legacy: bool, workers: int) -> Iterator[tuple[_Task, Result]]:
    """Yields every task with its result, in order. Only as many are in flight as the processes need."""
    if workers == 1:
        for task in tasks:
            yield task, task.reason or _work(task.path, task.entry, legacy)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), end_with_parent) as pool:
        under_way: deque[tuple[_Task, Future | None]] = deque()
        try:
            for task in tasks:
                future = None if task.reason else pool.submit(_work, task.path, task.entry, legacy)
                under_way.append((task, future))
                if len(under_way) >= 4 * workers:
                    yield _result(*under_way.popleft())
            while under_way:
                yield _result(*under_way.popleft())
        except BrokenProcessPool as error:
            raise UserError(
                "A process that read files was ended, perhaps for want of memory; the same command with "
                "fewer --workers goes on where this one stopped."
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _result(task: _Task, future: Future | None) -> tuple[_Task, Result]:
    return task, task.reason if future is None else future.result()


def _take(shard: Shard, task: _Task, result: Result) -> None:
    shard.seen += 1
    if isinstance(result[0], str):
        shard.skipped.append((task.name, *result))
        return
    recording, windows = result
    shard.skipped += [(task.name, _LABEL, fault) for fault in task.entry.faults]
    home = data_set(task.name.split("/")[-3])
    shard.add(recording, Origin.of(recording, task.name, SPLIT.get(home), task.entry.split), windows)


# --- all of them


def _finish(
    out: Path, settings: Settings, tasks: list[_Task], told: labels.Babel, names: list[str], problems: list[str]
) -> dict:
    """Writes the table of what is left out and the index."""
    skipped = [(problem, "cannot be looked into", "") for problem in problems]
    shards, seconds, recordings = [], 0.0, 0
    parts: dict[str, Counter] = {"amass": Counter(), "babel": Counter()}
    for number in range(_finished(out)):
        words = parsed_json(words_path(out, number).read_bytes())
        skipped += [tuple(one) for one in words["skipped"]]
        digest = digest_of(numbers_path(out, number))
        shards.append({"windows": len(words["windows"]), "frames": words["frames"], "sha256": digest})
        seconds += words["frames"] / FPS
        recordings += len(words["recordings"])
        for entry in words["windows"]:
            origin = words["recordings"][entry[0]]
            for split, count in parts.items():
                count[origin[split] or "none"] += 1
    there = {task.entry.key for task in tasks if task.entry}
    skipped += [(entry.path, _NOT_THERE, "") for key, entry in told.entries.items() if key not in there]
    skipped += [(what, "BABEL's entry", why) for what, why in told.faults]
    _write_table(out / SKIPPED, skipped)
    if not recordings:
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(kind for _, kind, _ in skipped).most_common())
        raise UserError(f"No recording could be prepared ({kinds}); {out / SKIPPED} says why of each.")
    index = {
        "format": FORMAT,
        "version": VERSION,
        "legacy": settings.legacy,
        "fps": FPS,
        "joints": list(JOINTS),
        "classes": names,
        "classes_from": settings.classes.name if settings.classes else "the commonest categories of train.json",
        "recordings": recordings,
        "hours": round(seconds / 3600, 3),
        "parts": {split: dict(sorted(count.items())) for split, count in parts.items()},
        "left_out": dict(Counter(kind for _, kind, _ in skipped).most_common()),
        "shards": shards,
    }
    write_json(out / INDEX, index)
    return index


def _write_table(path: Path, skipped: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("what", "reason", "detail"))
    table.writerows(skipped)
    with write_whole(path) as file:
        file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def _summary(index: dict, out: Path) -> str:
    windows = sum(shard["windows"] for shard in index["shards"])
    lines = [
        f"{index['recordings']:,} recordings, {index['hours']:.2f} hours, {windows:,} windows in "
        f"{len(index['shards'])} shards; {len(index['classes'])} classes, from {index['classes_from']}"
    ]
    for split, parts in index["parts"].items():
        lines.append(f"windows of the split {split}: " + ", ".join(f"{n:,} {part}" for part, n in parts.items()))
    if index["left_out"]:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in index["left_out"].items())
        lines.append(f"left out: {kinds}; {out / SKIPPED} names them")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training prepare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--amass", type=Path, required=True, help="folder of AMASS's data sets (SMPL+H G or SMPL-X)")
    parser.add_argument("--babel", type=Path, required=True, help="folder with BABEL's train.json and val.json")
    parser.add_argument("--legacy", action="store_true", help="as MotionCLIP's released code, faults and all")
    parser.add_argument("--extra", action="store_true", help="also read BABEL's extra_train.json and extra_val.json")
    parser.add_argument("--classes", type=Path, help="JSON file of BABEL-60's names (default: counted in train.json)")
    parser.add_argument("--out", type=Path, default=Path("data/amass"), help="folder for the shards")
    parser.add_argument("--shard", type=int, default=2000, metavar="N", help="windows of a shard, at least")
    parser.add_argument("--workers", type=int, help="processes (default: one a core)")
    options = parser.parse_args(arguments)
    if options.shard < 1 or (options.workers is not None and options.workers < 1):
        parser.error("--shard and --workers must be 1 at least")
    settings = Settings(options.amass, options.babel, options.legacy, options.classes, options.shard, options.extra)
    index = prepare(settings, options.out, options.workers)
    print(_summary(index, options.out))
    return 1 if any(kind in index["left_out"] for kind in _UNREADABLE) else 0
