"""Builds the prior of the fit of photos.

Poses: every second motion that the default pack decodes. Landmarks: people rendered in such poses, seen by the network.
Run `python -m training.photo_prior --out motionclip_blender/assets/photo/prior.npz`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.photo.see import see

from ..open_body.__main__ import write_npz
from .measure import landmark_statistics, pose_statistics
from .people import motions_of, people


def main(argv: list[str] | None = None) -> int:
    """Measures and writes; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.photo_prior", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--people", type=int, default=40, help="people to render")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args(argv)
    arrays = pose_statistics(motions_of(Engine(), held_out=False))
    pairs = []
    for person in people(options.people, options.seed, held_out=False):
        try:
            pairs.append((person, see(person.picture)))
        except UserError as error:
            print(f"a person is left out: {error}", file=sys.stderr)
    arrays |= landmark_statistics(pairs)
    told = (
        f"CC0-1.0. Poses: means and covariances of motions that the default pack decodes. Landmarks: {len(pairs)} "
        "renders of the open body. Made by training/photo_prior of MotionCLIP for Blender."
    )
    write_npz(
        options.out, {key: value.astype(np.float32) for key, value in arrays.items()} | {"origin": np.array(told)}
    )
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(pairs)} people")
    return 0


if __name__ == "__main__":
    sys.exit(main())
