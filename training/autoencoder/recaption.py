"""`python -m training recaption`: gives a pack the captions of today, without training it.

The network, the text adapter and the image tower stay as they are, number for number; the wordings that prompts are
answered by are made anew, and written as texts. Where a wording moved to another motion, the decoder has not learned
that: give the pack its known motions again (`details`), by which prompts are answered whole.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.weights import Weights, load_network, save_weights
from motionclip_blender.core.pack import Pack

from ..data.wordings import trained_spans, wordings
from ..text_tower import minilm
from .embeddings import prompt_retrieval
from .export import sources, write_description
from .projection import projected
from .start_from_pack import adapter_of_pack, check_trainable
from .wording_index import write_index

_ANEW = ("figures", "details")  # entries of `info` that no longer hold


def recaption(pack: Pack, out: Path, version: str, texts: bool = True) -> Pack:
    """Writes the pack with new wordings into the folder `out`; returns it.

    texts: also writes the wordings as texts, which takes minutes. Raises `UserError` for a pack that `export` did not
    make of clips, and for its own folder.
    """
    check_trainable(pack)
    if out.resolve() == pack.folder.resolve():
        raise UserError(f"The pack {pack.folder} is left as it is; choose another folder for the new one.")
    split, more = pack.info.get("split"), bool(pack.info.get("more"))
    network, adapter = load_network(pack), adapter_of_pack(pack)
    out.mkdir(parents=True, exist_ok=True)
    info = {key: value for key, value in pack.info.items() if key not in _ANEW}
    info |= {"sources": sources(trained_spans(split, more=more)), "captions": len(wordings(split, more))}
    new = replace(pack, folder=out, version=version, info=info, checksums={})
    for path in (new.details_path, new.class_means_path):  # of a pack that was there before
        path.unlink(missing_ok=True)
    retrieval = prompt_retrieval(split, True, partial(projected, network), more, adapter)
    own = adapter.arrays if adapter else {}
    save_weights(Weights(network, minilm.text_projection(), retrieval, own), new.weights_path, small=True)
    files = [new.weights_path]
    if pack.image is not None:
        shutil.copyfile(pack.image_path, new.image_path)
        files.append(new.image_path)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    write_description(replace(new, checksums=digests))
    if texts:
        write_index(Engine(out, compute="numpy"), more=more)
    return Pack.load(out)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training recaption", description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="pack folder, which stays as it is")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new pack")
    parser.add_argument("--version", required=True)
    options = parser.parse_args(arguments)
    pack = recaption(Pack.load(options.pack), options.out, options.version)
    print(f"{pack.folder}: {pack.info['captions']:,} wordings")
    return 0
