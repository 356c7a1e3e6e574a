"""`python -m training prepare`: real clips to SMPL-X motions, one `.npz` in AMASS's form each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from motionclip_blender.core import amass
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError

from .retarget import retarget


def prepare(source: Path, out: Path, only: str = "") -> list[str]:
    """Retargets every clip under `source` into `out/<source>/<clip>.npz`.

    A clip that cannot be read is left out; the sentences that say why are returned.
    """
    from tqdm import tqdm

    from .sources import read_clips, source_files

    body = Body.load()
    problems = []
    files = [file for file in source_files(source) if only in str(file.path)]
    for file in tqdm(files, unit="file"):
        try:
            for clip_id, clip in read_clips(file):
                motion = retarget(clip, body)
                amass.save(motion, out / f"{clip_id}.npz", np.zeros(10))
        except (UserError, RuntimeError) as error:  # Blender's importers raise RuntimeError
            problems.append(f"{file.path.name}: {error}")
    return problems


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training prepare", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder that contains cc0/ and cmu/")
    parser.add_argument("--out", type=Path, default=Path("data"), help="folder for the prepared motions")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    options = parser.parse_args(arguments)
    problems = prepare(options.source, options.out, options.only)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
