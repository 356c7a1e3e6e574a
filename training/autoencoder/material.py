"""What a run learns from, as batches: captioned spans of clips."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch

from motionclip_blender.core.model.network import MotionCLIP

from .body_loss import SparseBody
from .config import TrainConfig
from .dataset import Sample, Windows
from .distributed import Place
from .embeddings import Captions, Frames, whiten
from .linear_start import start
from .step import Batch

_SHOWN = 48  # exemplars by whose movement a collapse is told


class Material(Protocol):
    """Where batches come from. mean: (512,) of the texts' embeddings. names: (C, 512) of the classes' names.

    steps: of the whole run.
    """

    mean: np.ndarray
    names: np.ndarray
    steps: int

    def begin(self, network: torch.nn.Module, body: SparseBody, anew: bool) -> None:
        """Sets what of a network follows from the data. anew: whether the run begins, and does not go on."""
        ...

    def batch(self, step: int, frames: int, random: np.random.Generator, place: Place) -> Batch:
        """The batch of a step, on the CPU. All that is random in it comes from `random` and the step's number."""
        ...

    def shown(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Places (n, 512) that the decoder is to make movements of, and those (n, frames, rows, 6)."""
        ...


class SpanMaterial:
    """Captioned spans, with `captions`' and, for equation 3, `frames`' embeddings of them."""

    def __init__(
        self, samples: list[Sample], captions: Captions, config: TrainConfig, frames: Frames | None = None
    ) -> None:
        self.windows = Windows(samples, config.joints, config.rates)
        self.captions, self.frames, self.config = captions, frames, config
        self.mean, self.names, self.steps = captions.mean, captions.names, config.steps

    def begin(self, network: MotionCLIP, body: SparseBody, anew: bool) -> None:
        """Whitens what the reader reads, and lets the linear part begin where it is best alone."""
        if not self.config.cosines:
            return
        whiten(network.decoder.reader.whiten, np.concatenate(self.captions.captions))
        if anew:  # a checkpoint says where a run that goes on begins
            random = np.random.default_rng(self.config.seed)

            def draw(count: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
                chosen, poses = self.windows.draw(count, frames, random)
                return poses, np.stack([self.captions.captions[i].mean(axis=0) for i in chosen])

            start(network, draw, self.mean, body, self.config.frames, random)

    def batch(self, step: int, frames: int, random: np.random.Generator, place: Place) -> Batch:
        config = self.config
        # as many frames in every step, whatever their length: short windows come in larger batches
        chosen, motions = self.windows.draw(max(config.motions * 60 // frames, 4), frames, random)
        actions = torch.from_numpy(self.captions.actions[chosen])
        # only a motion that its caption stands for may be asked of a place nearer to the caption
        towards = random.uniform(-config.between, config.between, len(chosen)).clip(0) * self._stands_for(chosen)
        batch = Batch(
            motions=tensor(motions),
            captions=tensor(self.captions.of(chosen, config.class_names, random)),
            actions=actions,
            same=actions[:, None] == actions,
            between=tensor(towards[:, None]),
        )
        if self.frames is not None:
            images, seen = self.frames.of(chosen, random)
            batch.images, batch.seen = tensor(images), tensor(seen)
        if config.prompts:
            prompted, poses = self.windows.draw_exemplars(max(config.prompts * 60 // frames, 4), frames, random)
            batch.prompted = tensor(poses)
            batch.places = tensor(self.captions.prompts_of(prompted, config, random))
        return batch

    def shown(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        exemplars = self.windows.exemplars[:: max(1, len(self.windows.exemplars) // _SHOWN)]
        places = np.stack([self.captions.prompts[i][0] for i in exemplars])
        return places, np.stack([self.windows.window(i, 0, frames) for i in exemplars])

    def _stands_for(self, chosen: np.ndarray) -> np.ndarray:
        return np.array([bool(self.windows.samples[i].prompts) for i in chosen])


def tensor(array: np.ndarray) -> torch.Tensor:
    """float32."""
    return torch.from_numpy(np.asarray(array, np.float32))
