"""Prepares clips for training: `python -m training prepare` writes an AMASS-form `.npz` of each, an index and a report.

Every prepared file leaves a record beside the motions, so that a stopped run can be resumed, and a file is read again
only when it or the code that prepares it has changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from motionclip_blender.core.clip_files.frame_rates import RANGE, is_rate
from motionclip_blender.core.console import quiet
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.rig_maps import rig_maps
from motionclip_blender.core.retarget.upward import AXES

from .amass import prepare as amass_command
from .captions import FOLDER, MORE
from .clip_files.catalogue import SourceFile, source_files
from .index import write_index
from .own_captions import add_option, captions_in
from .prepare_file import prepare_file
from .records import (
    Job,
    Record,
    clips_of_other_runs,
    finished,
    recipe_of,
    sentence,
    settle_clashes,
    size,
    summed_up,
)
from .report import write_report
from .workers import end_with_parent


def prepare(
    source: Path,
    out: Path,
    only: str = "",
    workers: int | None = None,
    own_maps: Path | None = None,
    pictures: bool = True,
    fps: float | None = None,
    notes: list[str] | None = None,
    up: str | None = None,
    captions: Sequence[Path] = (FOLDER, MORE),
) -> list[str]:
    """Retargets every clip under `source` to `out/<source>/<clip>.npz`, and writes `index.json` and the report.

    Clips that earlier runs prepared into `out`, of another folder or another part of this one, stay in the index.
    only: leave out files whose path doesn't contain this. workers: number of processes, by default one a core.
    own_maps: a file of rig maps that is tried before ours. pictures: whether to draw a contact sheet of every clip.
    fps: the rate of AMC files, where no table gives it. notes: receives sentences about how prepared clips were read.
    up: the axis of the files that points up ("y", "-z"), by default detected for each file. captions: folders of the
    captions that the index tells. Clips that cannot be read are left out; the reasons are returned as sentences.
    Raises `UserError` when there is nothing to read, or `out` cannot be written.
    """
    from tqdm import tqdm

    told = captions_in(captions)
    problems: list[str] = []
    unread: list[str] = []
    files = [file for file in source_files(source, fps, problems, unread) if only in str(file.path)]
    # motions that were prepared below their own source are no sources
    files = [file for file in files if not file.path.resolve().is_relative_to(out.resolve())]
    if not files:
        raise UserError(f"No clip under {source} has {only!r} in its path; give another part of it.")
    if own_maps:
        rig_maps(own_maps)
    job = Job(out, recipe_of(own_maps, pictures, up), own_maps, pictures, up)
    records = {file: record for file in files if (record := finished(file, job)) is not None}
    # large files first, so that no core waits for another at the end
    todo = sorted((f for f in files if f not in records), key=lambda f: -size(f.path))
    with tqdm(total=len(files), initial=len(records), unit="file", disable=None) as bar:
        for file, record in _run(job, todo, workers or os.cpu_count() or 1):
            records[file] = record
            bar.update()
    first = settle_clashes(files, records, job)
    # the first clip of a name is written again over those that overwrote it
    for file, record in _run(job, first, workers or os.cpu_count() or 1):
        records[file].problems += record.problems
    done = [records[file] for file in files]
    problems += [problem for record in done for problem in record.problems]
    own = [clip for record in done for clip in record.clips]
    others, replaced = clips_of_other_runs(files, own, job)
    if notes is not None:
        notes += [*unread, *summed_up(done), *replaced]
        notes += [f"Clips of earlier runs that stay in {out}: {len(others)}."] if others else []
    clips = write_index(out, [*own, *others], told)
    write_report(out, clips, problems, [f"{clip}: {note}" for record in done for clip, note in record.notes.items()])
    return problems


# --- many files


def _run(job: Job, files: list[SourceFile], workers: int) -> Iterator[tuple[SourceFile, Record]]:
    """Yields every file with its record as it is finished.

    A file at which Blender crashes gets a record with the problem.
    """
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
                    crashed = left.pop(0)  # with one worker, the first file left is the one that crashed
                    error = UserError("Blender crashed while reading it; export it again.")
                    yield crashed, Record("", problems=[sentence(crashed.path.name, error)])
                workers = 1
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


_console = ExitStack()


def _begin_worker() -> None:
    # after an import of bpy, the path inherited from the parent has folders that hold only parts of bpy
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / "bpy_extras").is_dir()]
    _console.enter_context(quiet())  # for the life of the process; a file's record tells what failed
    end_with_parent()


def main(arguments: list[str]) -> int:
    if any(argument.partition("=")[0] == "--amass" for argument in arguments):
        return amass_command.main(arguments)
    parser = argparse.ArgumentParser(
        prog="python -m training prepare", description=__doc__,
        epilog="For AMASS's motions with BABEL's labels: --amass DIR --babel DIR; its own --help tells more.",
    )  # fmt: skip
    parser.add_argument(
        "--source", type=Path, required=True, help="folder of clips: AMC, BVH, FBX, glTF, humanoid3d JSON, SMPL-X .npz"
    )
    parser.add_argument("--out", type=Path, default=Path("data"), help="folder for the prepared motions")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one a core)")
    parser.add_argument("--rig-maps", type=Path, default=None, help="a file of rig maps of your own, tried first")
    parser.add_argument("--fps", type=_rate, default=None, help="frames a second of AMC files that no clips.csv names")
    parser.add_argument(
        "--up", choices=list(AXES), default=None, help="the files' axis that is up, where it cannot be found (--up=-z)"
    )
    parser.add_argument("--no-pictures", action="store_true", help="no contact sheets; several times faster")
    add_option(parser, "what the index and the report say of the clips")
    options = parser.parse_args(arguments)
    notes: list[str] = []
    problems = prepare(
        options.source, options.out, options.only, options.workers, options.rig_maps, not options.no_pictures,
        options.fps, notes, options.up, options.captions or (FOLDER, MORE),
    )  # fmt: skip
    for note in notes:
        print(note, file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{options.out / 'index.json'} and {options.out / 'report.html'} are written.", file=sys.stderr)
    if problems:
        print(f"{len(problems)} of the files or clips could not be prepared; they are named above.", file=sys.stderr)
    return 1 if problems else 0


def _rate(text: str) -> float:
    try:
        rate = float(text.replace(",", "."))
    except ValueError:
        rate = 0.0
    if not is_rate(rate):
        raise argparse.ArgumentTypeError(f"{text} is no rate of a recording; give frames a second, {RANGE}")
    return rate
