"""Makes a pack of a checkpoint of MotionCLIP's released code: `python -m training import-checkpoint`."""

from __future__ import annotations

import argparse
from pathlib import Path

from motionclip_blender.core.official_checkpoint import import_checkpoint


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training import-checkpoint", description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="checkpoint_NNNN.pth.tar of the released code's training")
    parser.add_argument("--out", type=Path, required=True, metavar="PACK", help="the pack's folder, not there yet")
    parser.add_argument("--clip", type=Path, metavar="FILE", help="OpenAI's ViT-B-32.pt, to be copied into the pack")
    options = parser.parse_args(arguments)
    imported = import_checkpoint(options.checkpoint, options.out, options.clip)
    for note in imported.notes:
        print(note)
    pack, size = imported.pack, imported.pack.network_size
    print(
        f"{pack.folder}: {pack.name} ({pack.version}), {size.layers} layers each way, {len(pack.joints)} joints, "
        f"{pack.weights_path.stat().st_size / 1e6:.1f} MB"
    )
    return 0
