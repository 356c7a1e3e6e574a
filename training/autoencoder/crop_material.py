"""Makes the batches of a run from crops of AMASS's windows."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import torch

from motionclip_blender.core.errors import UserError

from ..data.captions import class_text
from .body_loss import PosedBody
from .config import CAPTION
from .crops import Crop, Crops, Embed, Texts
from .distributed import Place
from .embeddings import whiten
from .images_of_crops import CropImages
from .linear_start import start
from .material import tensor
from .projection import begin_projection, clip_width, latent_width, projected
from .step import Batch

_SHOWN = 48  # windows whose movement shows a collapse
_NO_CLASS = -1


class CropMaterial:
    """Draws batches of crops, with embeddings of their texts and, for equation 3, of their frames."""

    def __init__(self, crops: Crops, embed: Embed, images: CropImages | None = None) -> None:
        self.crops, self.config, self.images = crops, crops.config, images
        config, shards = crops.config, crops.shards
        if config.prompts:
            raise UserError(
                "AMASS has no exemplars that prompts stand for; choose --preset amass, or set prompts to 0."
            )
        self.texts = Texts(embed)
        self.names = self.texts.of([class_text(name) for name in shards.classes])
        self._labels = self.names
        if config.cosines or config.loss.contrast or latent_width(config) != clip_width(config):
            labels = {span.raw for i in crops.chosen for span in shards.windows[i].spans} - {""}
            self._labels = self.texts.of(sorted(labels))
        self.mean = self._labels.mean(axis=0)
        self.steps = config.steps
        if config.order == "epochs" and config.epochs:
            self.steps = config.epochs * crops.steps_of_epoch(config.frames[1])

    @property
    def digest(self) -> str:
        """SHA-256 of what the index says of the shards, their own digests among it."""
        told = {key: value for key, value in self.crops.shards.index.items() if key in ("legacy", "classes", "shards")}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def begin(self, network: torch.nn.Module, body: PosedBody, anew: bool) -> None:
        """Sets the projection of texts, the reader's whitening, and the linear part to its own optimum, as for
        spans."""
        begin_projection(network, self._labels, self.config.seed)
        if not self.config.cosines:
            return
        whiten(network.decoder.reader.whiten, projected(network, self._labels))
        if anew:
            random = np.random.default_rng(self.config.seed)

            def draw(count: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
                windows = self.crops.drawn(count, frames, random)
                crops = [c for c in (self.crops.crop(i, frames, random) for i in windows) if c]
                told = self.texts.of([crop.text for crop in crops])
                return self.crops.poses(crops), projected(network, told)

            start(network, draw, projected(network, self.mean), body, self.config.frames, random)

    def batch(self, step: int, frames: int, random: np.random.Generator, place: Place) -> Batch:
        """Returns a batch; in epochs, this process's share of the step's windows."""
        config, weight = self.config, 1.0
        if config.order == "epochs":
            all_of_them = self.crops.of_epoch(step, frames)
            # every process draws all places and texts, so that the number of processes only changes the speed
            shared = np.random.default_rng((config.seed, step))
            found = [c for c in (self.crops.crop(i, frames, shared) for i in all_of_them) if c]
            crops = found[place.rank :: place.processes]
            weight = len(crops) * place.processes / max(len(found), 1)
        else:
            windows = self.crops.drawn(max(config.motions * 60 // frames, 4), frames, random)
            crops = [c for c in (self.crops.crop(i, frames, random) for i in windows) if c]
        if not crops:  # all processes must run a step: this one takes some window with weight zero
            crops, weight = [self._any(frames)], 0.0
        classes = np.array([crop.classes[0] if crop.classes else _NO_CLASS for crop in crops])
        told = self.texts.of([crop.text for crop in crops])
        named = (random.uniform(size=len(crops)) < config.class_names) & (classes != _NO_CLASS)
        actions = torch.from_numpy(classes)
        same = (actions[:, None] == actions) & (actions >= 0)
        texts = np.array([crop.text for crop in crops])
        batch = Batch(
            motions=tensor(self.crops.poses(crops)),
            captions=tensor(np.where(named[:, None], self.names[classes], told)),
            actions=actions,
            same=same | torch.from_numpy(texts[:, None] == texts),
            between=torch.zeros(len(crops), 1),
            weight=weight,
        )
        if config.shape:
            batch.betas = tensor(self.crops.betas(crops))
        if self.images is not None:
            texts = batch.captions.numpy() if config.image == CAPTION else None
            images, seen = self.images.of(crops, random, texts, config.images)
            batch.images, batch.seen = tensor(images), tensor(seen)
        return batch

    def shown(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.crops.chosen[:: max(1, len(self.crops) // _SHOWN)][:_SHOWN]
        random = np.random.default_rng(0)
        crops = [self.crops.at(i, 0, min(frames, len(self.crops.shards.windows[i])), random) for i in chosen]
        crops = [crop for crop in crops if crop and crop.stop == frames] or [self._any(frames)]
        return self.texts.of([crop.text for crop in crops]), self.crops.poses(crops)

    def watched(self, frames: int) -> dict[str, np.ndarray]:
        return {"training": self.shown(frames)[1]}

    def _any(self, frames: int) -> Crop:
        window = next(i for i in self.crops.chosen if len(self.crops.shards.windows[i]) >= frames)
        return Crop(int(window), 0, frames, "", ())
