"""Makes the batches of a run, from captioned spans of clips."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import torch

from motionclip_blender.core.model.network import MotionCLIP

from .body_loss import SparseBody
from .config import CAPTION, TrainConfig
from .dataset import Sample
from .distributed import Place
from .embeddings import Captions, whiten
from .foreign import Foreign
from .images_of_spans import Frames
from .linear_start import start
from .projection import begin_projection, projected
from .step import Batch
from .windows import Windows

_SHOWN = 48  # exemplars whose movement shows a collapse


class Material(Protocol):
    """A source of batches. mean: (512,) of the texts' embeddings. names: (C, 512), embeddings of the classes' names.

    steps: of the whole run. digest: tells the data from others.
    """

    mean: np.ndarray
    names: np.ndarray
    steps: int

    @property
    def digest(self) -> str: ...

    def begin(self, network: torch.nn.Module, body: SparseBody, anew: bool) -> None:
        """Sets the parts of a network that follow from the data. anew: whether the run starts, rather than resumes."""
        ...

    def batch(self, step: int, frames: int, random: np.random.Generator, place: Place) -> Batch:
        """Returns the batch of a step, on the CPU; all randomness comes from `random` and the step's number."""
        ...

    def shown(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns places (n, 512) and the motions (n, frames, rows, 6) that they should decode to."""
        ...

    def watched(self, frames: int) -> dict[str, np.ndarray]:
        """Returns windows (n, frames, rows, 6) by part: those of "training" and, where there are any, "held-out"."""
        ...


class SpanMaterial:
    """Draws batches from captioned spans, with embeddings of their captions and, for equation 3, of frames."""

    def __init__(
        self,
        samples: list[Sample],
        captions: Captions,
        config: TrainConfig,
        frames: Frames | None = None,
        held_out: Sequence[Sample] = (),
    ) -> None:
        """held_out: samples that no batch shows; their movement is measured beside that of `samples`."""
        self.windows = Windows(
            samples, config.joints, config.rates, config.across, config.most_of_class, config.most_of_source
        )
        self._foreign = Foreign(config)
        self._held_out = Windows(_spread(held_out), config.joints) if held_out else None
        self.captions, self.frames, self.config = captions, frames, config
        self.mean, self.names, self.steps = captions.mean, captions.names, config.steps

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the samples show and say."""
        digest = hashlib.sha256()
        for sample in self.windows.samples:
            if not sample.is_mirrored:
                told = (sample.clip, sample.action, sample.captions, sample.prompts, sample.length, sample.shown)
                digest.update(repr(told).encode())
                for array in (sample.recorded.rotations, sample.recorded.translation):
                    digest.update(np.ascontiguousarray(array))
        return digest.hexdigest()

    def begin(self, network: MotionCLIP, body: SparseBody, anew: bool) -> None:
        """Sets the projection of texts, the reader's whitening, and the linear part to its own optimum."""
        told = np.concatenate(self.captions.captions)
        begin_projection(network, told, self.config.seed)
        if not self.config.cosines:
            return
        whiten(network.decoder.reader.whiten, projected(network, told))
        if anew:  # a resumed run starts from its checkpoint
            random = np.random.default_rng(self.config.seed)

            def draw(count: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
                chosen, poses, _ = self.windows.draw(count, frames, random)
                means = np.stack([self.captions.captions[i].mean(axis=0) for i in chosen])
                return poses, projected(network, means)

            start(network, draw, projected(network, self.mean), body, self.config.frames, random)

    def batch(self, step: int, frames: int, random: np.random.Generator, place: Place) -> Batch:
        config = self.config
        # the same number of frames in every step: short windows come in larger batches
        chosen, motions, shown = self.windows.draw(max(config.motions * 60 // frames, 4), frames, random)
        actions = torch.from_numpy(self.captions.actions[chosen])
        # only exemplars may be decoded from a place nearer to the caption, because only they belong to it
        towards = random.uniform(-config.between, config.between, len(chosen)).clip(0) * self._stands_for(chosen)
        batch = Batch(
            motions=tensor(motions),
            captions=tensor(self.captions.of(chosen, config.class_names, random)),
            actions=actions,
            same=actions[:, None] == actions,
            between=tensor(towards[:, None]),
        )
        if config.foreign:
            batch.read = self._foreign(batch.motions, random)
        if self.frames is not None:
            texts = batch.captions.numpy() if config.image == CAPTION else None
            images, seen = self.frames.of(chosen, shown, random, texts, config.images)
            batch.images, batch.seen = tensor(images), tensor(seen)
        if config.prompts:
            prompted, poses = self.windows.draw_exemplars(max(config.prompts * 60 // frames, 4), frames, random)
            batch.prompted = tensor(poses)
            batch.places = tensor(self.captions.prompts_of(prompted, config, random))
        return batch

    def shown(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        exemplars = _spread(self.windows.exemplars)
        places = np.stack([self.captions.prompts[i][0] for i in exemplars])
        return places, _as_shown(self.windows, exemplars, frames)

    def watched(self, frames: int) -> dict[str, np.ndarray]:
        parts = {"training": self.windows} | ({"held-out": self._held_out} if self._held_out else {})
        return {
            part: _as_shown(windows, _spread(range(len(windows.samples))), frames) for part, windows in parts.items()
        }

    def _stands_for(self, chosen: np.ndarray) -> np.ndarray:
        return np.array([bool(self.windows.samples[i].prompts) for i in chosen])


def _as_shown(windows: Windows, chosen: Sequence[int], frames: int) -> np.ndarray:
    """Returns windows (n, frames, rows, 6) of chosen samples, from `Sample.shown` on."""
    return windows.windows(chosen, windows.shown_from(chosen), frames)


def _spread(things: Sequence) -> list:
    """Returns about `_SHOWN` of the things, evenly spread."""
    return list(things[:: max(1, len(things) // _SHOWN)])


def tensor(array: np.ndarray) -> torch.Tensor:
    """Returns a float32 tensor."""
    return torch.from_numpy(np.asarray(array, np.float32))
