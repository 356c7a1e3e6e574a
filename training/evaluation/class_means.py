"""`python -m training class-means`: gives a pack the mean latents of its classes, which recognition compares with.

Beside the pack's weights it writes `class_means.safetensors`; see `core.inference.class_means`. The means are those of
the motions that the pack was trained on. Only the sharpness, by which similarities become shares, is chosen on the
motions that are held out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.class_means import ClassMeans, Seen, means_of
from motionclip_blender.core.label_timeline import FRAMES
from motionclip_blender.core.looks import looks_of
from motionclip_blender.core.network_size import WINDOW

from ..autoencoder.wording_index import note_checksums
from ..data.captions import class_text
from ..data.own_captions import add_option
from ..data.splits import source_of
from .items import Item, Items, Learned, load_items
from .model import Model
from .recognition import span_latents

_WINDOWS = 4  # of a span
_SHARPNESSES = np.arange(4.0, 40.1, 0.5)


def write_class_means(model: Model, items: Items) -> ClassMeans:
    """Writes the means into the model's pack, and their checksum into its `pack.json`. Returns them.

    items: the spans that the pack was trained on, and those that are held out.
    """
    pack = model.pack
    classes = sorted({item.action for item in items.train})
    names = [class_text(action) for action in classes]
    numbers = np.array([classes.index(item.action) for item in items.train])
    texts = model.texts(names)
    # of short windows, too, in which several actions of one motion are told apart
    latents = np.concatenate([span_latents(model, items.train, _WINDOWS, window) for window in (WINDOW, FRAMES)])
    collections = [source_of(item.clip) for item in items.train]
    sources = np.array([sorted(set(collections)).index(source) for source in collections])
    means = means_of(
        names,
        texts,
        Seen(latents, np.tile(numbers, 2), np.tile(sources, 2)),
        Seen(_looks(model, items.train), numbers, sources),
    )
    tested, labels = span_latents(model, items.test, _WINDOWS), means.of_labels(names, texts)
    truth = np.array([classes.index(item.action) for item in items.test])
    means.sharpness = sharpest(means.similarity(tested, labels), truth)
    means.looks_sharpness = sharpest(means.similarity(tested, labels, _looks(model, items.test)), truth)
    with whole_path(pack.class_means_path) as path:
        save_file(means.arrays(), path)
    note_checksums(pack, pack.class_means_path.name)
    return means


def _looks(model: Model, items: Sequence[Item]) -> np.ndarray:
    return np.stack([looks_of(item.motion, model.body) for item in items])


def sharpest(similarities: np.ndarray, truth: np.ndarray) -> float:
    """Returns the factor with which the softmax of similarities (n, C) makes the true labels (n,) likeliest."""

    def likelihood(factor: float) -> float:
        scores = factor * similarities
        scores = scores - scores.max(axis=1, keepdims=True)
        return float((scores[np.arange(len(truth)), truth] - np.log(np.exp(scores).sum(axis=1))).mean())

    return float(max(_SHARPNESSES, key=likelihood))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training class-means", description=__doc__)
    parser.add_argument("--pack", type=Path, required=True, help="pack folder, which is changed")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder that `prepare` made")
    add_option(parser, "what the pack was trained on")
    options = parser.parse_args(arguments)
    model = Model(options.pack)
    info = model.pack.info
    if not isinstance(info.get("split"), str):
        raise UserError("The pack does not name its split, so what it was trained on is not known; choose another one.")
    learned = Learned.of(info, options.captions)
    items = load_items(options.data, model.body, info["split"], model.pack.fps, learned, options.captions)
    means = write_class_means(model, items)
    size = model.pack.class_means_path.stat().st_size / 1e6
    print(f"means of {len(means.names)} classes, {size:.1f} MB, sharpness {means.sharpness:g}", file=sys.stderr)
    return 0
