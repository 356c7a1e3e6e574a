"""`python -m training recaption`: gives a pack the captions of today, without training it.

The network, the text adapter and the image tower stay as they are, number for number; the wordings that prompts are
answered by are made anew, and written as texts. Where a wording moved to another motion, the decoder has not learned
that: give the pack its known motions again (`details`), by which prompts are answered whole.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.progress import Progress, no_progress

from ..data.own_captions import KEY, add_option, digest_of
from ..stages import told_on_stderr
from .start_from_pack import adapter_of_pack, check_trainable
from .write_pack import write_pack

_ANEW = ("figures", "details", KEY)  # entries of `info` that no longer hold


def recaption(
    pack: Pack,
    out: Path,
    version: str,
    texts: bool = True,
    captions: Sequence[Path] = (),
    progress: Progress = no_progress,
) -> Pack:
    """Writes the pack with new wordings into the folder `out`; returns it.

    texts: as of `write_pack`. captions: folders of them, in place of the repository's. Raises `UserError` for a pack
    that `export` did not make of clips, and for its own folder.
    """
    check_trainable(pack)
    if out.resolve() == pack.folder.resolve():
        raise UserError(f"The pack {pack.folder} is left as it is; choose another folder for the new one.")
    info = {key: value for key, value in pack.info.items() if key not in _ANEW}
    if captions:
        info |= {KEY: digest_of(captions)}
    new = replace(pack, folder=out, version=version, info=info)
    write_image = partial(shutil.copyfile, pack.image_path) if pack.image is not None else None
    return write_pack(new, load_network(pack), adapter_of_pack(pack), write_image, texts, captions, progress)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training recaption", description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="pack folder, which stays as it is")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new pack")
    parser.add_argument("--version", required=True)
    add_option(parser, "the new wordings")
    options = parser.parse_args(arguments)
    old, told = Pack.load(options.pack), told_on_stderr()
    pack = recaption(old, options.out, options.version, captions=options.captions, progress=told)
    print(f"{pack.folder}: {pack.info['captions']:,} wordings")
    return 0
