"""Writes the folder of a pack that is trained on clips: its weights, its wordings, its description."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from torch import nn

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.files import write_json
from motionclip_blender.core.model.weights import Weights, save_weights
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.progress import Progress, no_progress

from ..data.captions import CaptionedSpan
from ..data.clip_files.collection import collections
from ..data.splits import sources_of
from ..data.wordings import trained_spans, trained_with, wordings
from ..text_adapter.file import AdapterFile
from ..text_tower import minilm
from .embeddings import prompt_retrieval
from .pack_folder import DESCRIPTION, check_described, whole_pack
from .projection import projected
from .wording_index import write_index

_READ = 0.05  # share of the work that it takes to read the captions
_UNKNOWN = ("unknown, ask the owner of the clips", "")


def write_pack(
    pack: Pack,
    network: nn.Module,
    adapter: AdapterFile | None = None,
    write_image: Callable[[Path], object] | None = None,
    texts: bool = True,
    captions: Sequence[Path] = (),
    progress: Progress = no_progress,
) -> Pack:
    """Writes a network as the pack that `pack` describes, into its folder, whole or not at all; returns it as it is
    read again.

    pack: its `info` says what it was trained with (`trained_with`); the sources, the number of captions and the
    checksums are filled in. write_image: writes its image tower into a file. texts: also writes the wordings as texts,
    see `wording_index`, which takes minutes. captions: folders of those that it was trained on, if they are not the
    repository's.
    """
    check_described(pack)
    trained = trained_with(pack.info, captions)
    told = {"sources": sources(trained_spans(*trained)), "captions": len(wordings(*trained))}
    with whole_pack(pack.folder) as folder:
        new = replace(pack, folder=folder)
        files = [new.weights_path]
        if write_image is not None:
            write_image(new.image_path)
            files.append(new.image_path)
        progress(f"reading {told['captions']:,} captions", 0.0)
        retrieval = prompt_retrieval(*trained, partial(projected, network), adapter)
        own = adapter.arrays if adapter else {}
        save_weights(Weights(network, minilm.text_projection(), retrieval, own), new.weights_path, small=True)
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        write_description(replace(new, info=pack.info | told, checksums=digests))
        if texts:

            def further(stage: str, fraction: float) -> None:
                progress(stage, _READ + (1 - _READ) * fraction)

            write_index(Engine(folder, compute="numpy"), captions, further)
    return Pack.load(pack.folder)


def write_description(pack: Pack) -> None:
    """Writes a pack's `pack.json`, whole or not at all."""
    write_json(pack.folder / DESCRIPTION, pack.as_json())


def sources(spans: Iterable[CaptionedSpan]) -> list[dict[str, str]]:
    """Returns the name, the licence and the credit of every source of the clips that spans show.

    Of a folder of clips that is none of the known collections, its owner knows the licence.
    """
    names = sorted(sources_of(spans))
    known = collections()
    told = {name: (known[name].licence, known[name].credit) if name in known else _UNKNOWN for name in names}
    return [{"source": name, "licence": licence, "credit": credit} for name, (licence, credit) in told.items()]
