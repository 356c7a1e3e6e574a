"""`python -m training prepare`: real clips to SMPL-X motions, one `.npz` in AMASS's form each, and an index of them.

Every file that was prepared leaves a record beside the motions, so a run that was stopped goes on where it ended,
and a file is read anew only when it or the way of preparing has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from motionclip_blender.core import amass
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole

from .index import write_index
from .measure import measure
from .report import write_report
from .retarget import retarget
from .rig_maps import RIG_MAPS, matching_map
from .sources.catalogue import SourceFile, source_files
from .sources.reading import read_clips

FPS = 30.0
RECORDS = ".prepared"


def prepare(
    source: Path,
    out: Path,
    only: str = "",
    workers: int | None = None,
    own_maps: Path | None = None,
    pictures: bool = True,
    done: Callable[[SourceFile], None] = lambda file: None,
) -> list[str]:
    """Retargets every clip under `source` into `out/<source>/<clip>.npz` and writes index and report.

    only: only files whose path contains this. own_maps: a further file of rig maps, tried first. pictures: whether
    to draw a contact sheet of every clip. done: called after every file. A file that cannot be read is left out;
    the sentences that say why are returned.
    """
    files = [file for file in source_files(source) if only in str(file.path)]
    (out / RECORDS).mkdir(parents=True, exist_ok=True)
    recipe = _recipe(own_maps, pictures)
    todo = []
    for file in files:
        if _is_prepared(file, out, recipe):
            done(file)
        else:
            todo.append(file)
    # the files of many clips first, so that no worker is left alone with one at the end
    todo.sort(key=lambda file: -file.path.stat().st_size)
    job = _Job(out, recipe, own_maps, pictures)
    problems: dict[Path, str] = {}
    for file, problem in _run(job, todo, workers or os.cpu_count() or 1):
        if problem:
            problems[file.path] = f"{file.path.name}: {problem}"
        done(file)
    records = [record for file in files if (record := _record(file, out, recipe)) is not None]
    clips = write_index(out, [clip for record in records for clip in record["clips"]])
    problems |= {file.path: f"{file.path.name}: {r['problem']}" for file, r in zip(files, records) if r.get("problem")}
    write_report(out, clips, sorted(problems.values()))
    return sorted(problems.values())
