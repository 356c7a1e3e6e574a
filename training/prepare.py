"""`python -m training prepare`: real clips to SMPL-X motions, one `.npz` in AMASS's form each, with index and report.

Every file that was prepared leaves a record beside the motions, so a run that was stopped goes on where it ended,
and a file is read anew only when it or the way of preparing has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np

from motionclip_blender.core import amass
from motionclip_blender.core.body import OPEN_BODY, Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole

from .captions import load_captions
from .index import write_index
from .measure import measure
from .report import SHEETS, write_report
from .retarget import retarget
from .rig_maps import RIG_MAPS, matching_map, rig_maps
from .sources.catalogue import SourceFile, source_files
from .sources.reading import read_clips

FPS = 30.0
_RECORDS = ".prepared"
_CELL = (160, 180)


@dataclass(frozen=True)
class Job:
    """What all files of a run have in common.

    out: the folder for the motions. recipe: a digest of how they are prepared. own_maps: a file of rig maps that
    is tried before ours. pictures: whether every clip gets a contact sheet.
    """

    out: Path
    recipe: str
    own_maps: Path | None
    pictures: bool


@dataclass
class Record:
    """What became of one file. clips: entries of the index. problems: sentences, one for what was left out."""

    key: str
    clips: list[dict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def prepare(
    source: Path,
    out: Path,
    only: str = "",
    workers: int | None = None,
    own_maps: Path | None = None,
    pictures: bool = True,
) -> list[str]:
    """Retargets every clip under `source` into `out/<source>/<clip>.npz`; writes `index.json` and the report.

    only: leave out files whose path does not contain this. workers: processes, by default one a core. own_maps: a
    file of rig maps that is tried before ours. pictures: whether to draw a contact sheet of every clip.
    What cannot be read is left out, and the rest goes on; the sentences that say why are returned.
    Raises `UserError` when there is nothing to read, or `out` cannot be written.
    """
    from tqdm import tqdm

    files = [file for file in source_files(source) if only in str(file.path)]
    if not files:
        raise UserError(f"No clip under {source} has {only!r} in its path; give another part of it.")
    if own_maps:
        rig_maps(own_maps)
    job = Job(out, _recipe(own_maps, pictures), own_maps, pictures)
    records = {file: record for file in files if (record := _finished(file, job)) is not None}
    # the files of many clips first, so that at the end no core waits for another's
    todo = sorted((f for f in files if f not in records), key=lambda f: -f.path.stat().st_size)
    with tqdm(total=len(files), initial=len(records), unit="file", disable=None) as bar:
        for file, record in _run(job, todo, workers or os.cpu_count() or 1):
            records[file] = record
            bar.update()
    done = [records[file] for file in files]
    problems = [problem for record in done for problem in record.problems]
    _forget_clashes(records, job)
    clips = write_index(out, [clip for record in done for clip in record.clips], load_captions())
    write_report(out, clips, problems)
    return problems


# --- one file


def prepare_file(file: SourceFile, job: Job) -> Record:
    """Reads, retargets, measures, writes and draws all clips of one file. Never raises for what is in the file."""
    record = Record(_key(file, job))
    try:
        clips = list(read_clips(file))
    except UserError as error:
        record.problems.append(_named(file.path.name, error))
        return record
    for name, clip in clips:
        try:
            pairs = matching_map(clip.bones, job.own_maps)
            motion = retarget(clip, pairs, _body())
            errors = measure(clip, pairs, motion, _body())
        except UserError as error:
            record.problems.append(_named(f"{file.path.name}, {name}", error))
            continue
        motion = motion.resample(FPS)
        amass.save(motion, job.out / f"{name}.npz", np.zeros(10))
        if job.pictures:
            _draw(motion, name, job.out)
        record.clips.append(
            {
                "clip": name,
                "file": f"{name}.npz",
                "source": file.collection.name,
                "format": file.path.suffix.removeprefix("."),
                "licence": file.collection.licence,
                "credit": file.collection.credit,
                "fps": FPS,
                "frames": len(motion),
                "seconds": round(motion.seconds, 3),
                "errors": asdict(errors, dict_factory=_without_nan),
            }
        )
    if not record.problems:
        with write_whole(_record_path(file, job)) as handle:
            handle.write(json.dumps(asdict(record)).encode())
    return record


def _without_nan(items: list[tuple]) -> dict:
    """None for NaN, which JSON does not know."""
    return {key: None if value != value else value for key, value in items}


def _named(name: str, error: UserError) -> str:
    """The error's sentence, with the name of what it is about unless it has it."""
    return str(error) if str(error).startswith(name.split(",")[0]) else f"{name}: {error}"


@cache
def _body() -> Body:
    return Body.load()


def _draw(motion, name: str, out: Path) -> None:
    import bpy

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_sheet

    person = bpy.data.objects.get(_PERSON)
    if person is None:  # the importers begin a new file
        bpy.ops.wm.read_factory_settings(use_empty=True)
        person = add_body(_body(), name=_PERSON)
    render_sheet(person, motion, out / SHEETS / f"{name}.png", name, cell=_CELL)


_PERSON = "MotionCLIP report"


# --- what is done already


def _recipe(own_maps: Path | None, pictures: bool) -> str:
    """A digest of everything but the file itself that a prepared motion depends on."""
    here, core = Path(__file__).parent, Path(amass.__file__).parent
    own = ("retarget.py", "rig_maps.py", "footing.py", "stance.py", "travel.py", "measure.py", "prepare.py")
    shared = ("body.py", "feet.py", "motion.py", "rotations.py")
    code = [
        *sorted((here / "sources").glob("*.py")),
        *(here / name for name in own),
        *(core / name for name in shared),
    ]
    data = [here / "sources" / "sources.json", RIG_MAPS, OPEN_BODY, *([own_maps] if own_maps else [])]
    digest = hashlib.sha256(b"pictures" if pictures else b"")
    for path in [*code, *data]:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()


def _key(file: SourceFile, job: Job) -> str:
    stat = file.path.stat()
    skeleton = file.skeleton.stat().st_mtime_ns if file.skeleton and file.skeleton.is_file() else 0
    return f"{job.recipe}-{stat.st_size}-{stat.st_mtime_ns}-{skeleton}-{file.fps}"


def _record_path(file: SourceFile, job: Job) -> Path:
    return job.out / _RECORDS / f"{hashlib.sha256(str(file.path.resolve()).encode()).hexdigest()[:24]}.json"


def _finished(file: SourceFile, job: Job) -> Record | None:
    """The record of a file that is prepared in just this way and whose motions are all there."""
    try:
        record = Record(**json.loads(_record_path(file, job).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    whole = all((job.out / clip["file"]).is_file() for clip in record.clips)
    return record if whole and record.key == _key(file, job) else None


def _forget_clashes(records: dict[SourceFile, Record], job: Job) -> None:
    """Clips of one name overwrite each other: once one of them is renamed, each is to be made anew."""
    count = Counter(clip["clip"] for record in records.values() for clip in record.clips)
    for file, record in records.items():
        if any(count[clip["clip"]] > 1 for clip in record.clips):
            _record_path(file, job).unlink(missing_ok=True)


# --- many files


def _run(job: Job, files: list[SourceFile], workers: int) -> Iterator[tuple[SourceFile, Record]]:
    """Yields every file with its record, as they are finished. A file at which Blender crashes is named like others."""
    left = list(files)
    while left:
        with ProcessPoolExecutor(min(workers, len(left)), get_context("spawn"), _begin_worker) as pool:
            futures = {pool.submit(prepare_file, file, job): file for file in left}
            try:
                for future in as_completed(futures):
                    record = future.result()
                    left.remove(futures[future])
                    yield futures[future], record
            except BrokenProcessPool:
                if workers == 1:
                    crashed = left.pop(0)  # one after the other, the first that is left is the one
                    sentence = f"{crashed.path.name}: Blender crashed while reading it; export it again."
                    yield crashed, Record("", problems=[sentence])
                workers = 1
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _begin_worker() -> None:
    # where the parent has imported bpy, the path that workers get from it has folders in which bpy is not whole
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / "bpy_extras").is_dir()]
    # Blender writes a line about every picture and import, which would drown the progress bar
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def watch() -> None:
        wait([parent_process().sentinel])
        os._exit(1)

    # a worker whose run is killed would wait for work forever
    threading.Thread(target=watch, daemon=True).start()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training prepare", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of clips: AMC, BVH, glTF, humanoid3d JSON")
    parser.add_argument("--out", type=Path, default=Path("data"), help="folder for the prepared motions")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one a core)")
    parser.add_argument("--rig-maps", type=Path, default=None, help="a file of rig maps of your own, tried first")
    parser.add_argument("--no-pictures", action="store_true", help="no contact sheets; several times faster")
    options = parser.parse_args(arguments)
    problems = prepare(
        options.source, options.out, options.only, options.workers, options.rig_maps, not options.no_pictures
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{options.out / 'index.json'} and {options.out / 'report.html'} are written.", file=sys.stderr)
    if problems:
        print(f"{len(problems)} of the files or clips could not be prepared; they are named above.", file=sys.stderr)
    return 1 if problems else 0
