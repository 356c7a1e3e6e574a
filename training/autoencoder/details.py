"""`python -m training details`: gives a pack the motions that its wordings describe, whole.

Beside the pack's weights it writes `details.safetensors`; see `core.inference.details`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.details import Details
from motionclip_blender.core.inference.motion_code import MotionCode
from motionclip_blender.core.motion import facing_forward
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_tensor import to_pose_tensor

from ..data.captions import CaptionedSpan
from ..data.own_captions import add_option
from ..data.wordings import table, trained_with
from .dataset import Clips, left_out, samples_of_span
from .wording_index import note_checksums

DETAILS_LICENCE = "details.safetensors: motions of the sources named here, compressed, under the sources' own licences."
"""What `pack.json` says of the motions, which are recordings, beside the list of their sources."""


def write_details(engine: Engine, data: Path, captions: Sequence[Path] = ()) -> int:
    """Writes the motions into the engine's pack, and their checksum into its `pack.json`. Returns how many.

    data: folder that `prepare` made. captions: folders of those that the pack was trained on, if they are not the
    repository's. Raises what `write_motions` and `trained_with` raise.
    """
    _, told, _, spans = table(*trained_with(engine.pack.info, captions))
    return write_motions(engine, data, told, spans)


def write_motions(engine: Engine, data: Path, told: Sequence[int], spans: Sequence[CaptionedSpan]) -> int:
    """Writes as `write_details`, a motion and its mirror image once. Writes nothing where it raises.

    told: the motion of each wording. spans: that of each motion; 2 k and 2 k + 1 are one and its mirror image.
    Motions whose clips are not prepared are named on stderr and left out: prompts for them are answered as the decoder
    makes them.
    Raises `UserError` for a pack without wordings or of other captions, and where no clip is prepared.
    """
    pack, retrieval = engine.pack, engine.retrieval
    if retrieval is None:
        raise UserError(f"The pack {pack.folder} has no known wordings; choose one that was trained on captions.")
    if len(spans) != len(retrieval.classes) or not np.array_equal(told, retrieval.motions):
        raise UserError("The captions are not those that the pack was trained on; use its own captions and split.")
    clips = Clips(data)
    every = np.arange(len(spans)).reshape(-1, 2)
    described = np.isin(every, retrieval.motions)
    longest, codes, numbers = pack.frames[1], [], []
    missing: dict[str, None] = {}
    for pair in np.where(described, every, -1)[described.any(axis=1)]:
        span = spans[pair.max()]
        if gone := clips.missing(span):
            missing |= dict.fromkeys(gone)
            continue
        sample = samples_of_span(span, clips.load, engine.body, longest)[0]
        shown = sample.motion.crop(sample.shown, sample.shown + longest)
        real = to_pose_tensor(facing_forward(shown), pack.pose_format)
        codes.append(MotionCode.of(engine.motion_of(real)))
        numbers.append(pair)
    if not codes:
        raise UserError(
            f"{data} holds none of the pack's clips; name the folder that `python -m training prepare` made."
        )
    if missing:
        print(left_out(missing), file=sys.stderr)
    with whole_path(pack.details_path) as path:
        save_file(Details.arrays(codes, np.array(numbers)), path)
    note_checksums(pack, pack.details_path.name, details=DETAILS_LICENCE)
    return len(codes)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training details", description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="pack folder, which is changed")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder that `prepare` made")
    add_option(parser, "what the pack was trained on")
    options = parser.parse_args(arguments)
    engine = Engine(options.pack, compute="numpy")
    count = write_details(engine, options.data, options.captions)
    size = Pack.load(options.pack).details_path.stat().st_size / 1e6
    print(f"{count} motions, {size:.1f} MB", file=sys.stderr)
    return 0
