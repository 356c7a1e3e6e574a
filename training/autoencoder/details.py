"""`python -m training details`: gives a pack what its decoder leaves out of the motions that its wordings describe.

Beside the pack's weights it writes `details.safetensors`; see `core.inference.details`.
"""

from __future__ import annotations

import argparse
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.details import coded, difference
from motionclip_blender.core.motion import Motion, facing_forward
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_tensor import to_pose_tensor

from .dataset import samples_of_span
from .wording_index import note_checksums, table


def write_details(engine: Engine, data: Path, augment: bool = True) -> int:
    """Writes the details into the engine's pack, and their checksum into its `pack.json`. Returns of how many motions.

    data: folder that `prepare` made. augment: as of the training.
    Raises `UserError` for a pack without wordings, and for clips that are not prepared.
    """
    pack, retrieval = engine.pack, engine.retrieval
    if retrieval is None:
        raise UserError(f"The pack {pack.folder} has no known wordings; choose one that was trained on captions.")
    longest = pack.frames[1]
    _, _, classes, spans = table(pack.info.get("split"), augment, bool(pack.info.get("more")))
    if len(classes) != len(retrieval.classes):
        raise UserError("The captions are not those that the pack was trained on; use its own captions and split.")
    load = lru_cache(maxsize=16)(lambda clip: _clip(data, clip))
    numbers, codes, steps = [], [], []
    for number in np.unique(retrieval.motions):
        # each span has the numbers of its motion and of the mirror image
        sample = samples_of_span(spans[number], load, engine.body, longest)[number % 2]
        real = to_pose_tensor(facing_forward(sample.motion.crop(0, longest)), pack.pose_format)
        (made,) = engine.decode_plainly(retrieval.latent(int(number))[None], longest)
        code, step = coded(difference(engine.motion_of(real), made), pack.fps)
        numbers.append(number)
        codes.append(code)
        steps.append(step)
    arrays = {"codes": np.stack(codes), "steps": np.stack(steps), "motions": np.array(numbers, np.int16)}
    with whole_path(pack.details_path) as path:
        save_file(arrays, path)
    note_checksums(pack, pack.details_path.name)
    return len(numbers)


def _clip(data: Path, clip: str) -> Motion:
    path = data / f"{clip}.npz"
    if not path.is_file():
        raise UserError(f"{path} is missing; run `python -m training prepare` first.")
    return amass.load(path)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training details", description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="pack folder, which is changed")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder that `prepare` made")
    options = parser.parse_args(arguments)
    engine = Engine(options.pack, compute="numpy")
    count = write_details(engine, options.data)
    size = Pack.load(options.pack).details_path.stat().st_size / 1e6
    print(f"details of {count} motions, {size:.1f} MB", file=sys.stderr)
    return 0
