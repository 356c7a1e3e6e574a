"""Defines one training step as a module: from a batch to weighted losses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from motionclip_blender.core.model.network import MotionCLIP

from .body_loss import PosedBody
from .loss_weights import LossWeights
from .losses import alignment, contrast, length, naming, reconstruction


@dataclass
class Batch:
    """The data of a step. Pose tensors are (n, frames, rows, 6), embeddings in CLIP's space (n, clip); all on one
    device.

    motions, captions: windows, and a caption of each.
    read: the windows as the encoder reads them, if they differ from those that the decoder should make.
    actions: (n,) their classes.
    same: (n, n) pairs of one class.
    between: (n, 1) share of the path to its caption at which a latent is decoded.
    images, seen: a frame of each, and whether it has one.
    prompted, places: exemplars, and the embeddings of their captions.
    betas: (n, 10) of the bodies; the mean body's by default.
    weight: of the batch, if processes share a step unevenly.
    """

    motions: Tensor
    captions: Tensor
    actions: Tensor
    same: Tensor
    between: Tensor
    read: Tensor | None = None
    images: Tensor | None = None
    seen: Tensor | None = None
    prompted: Tensor | None = None
    places: Tensor | None = None
    betas: Tensor | None = None
    weight: float = 1.0

    def to(self, device: torch.device) -> Batch:
        """Returns the same data on another device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return replace(self, **moved)


class Step(nn.Module):
    """Computes the terms of equation 4, each under its name."""

    def __init__(
        self,
        network: MotionCLIP,
        body: PosedBody,
        weights: LossWeights,
        mean: Tensor,
        names: Tensor,
        posed: int = 0,
        aligns: bool = True,
    ) -> None:
        """Stores the network and the constants of the losses.

        mean: (clip,) of all captions' embeddings. names: (C, clip) of the classes' names.
        posed: number of frames of each window in which vertices are compared; 0 is all.
        aligns: whether latents are compared with embeddings, too; not when the encoder is given.
        """
        super().__init__()
        self.network, self.body, self.weights, self.posed, self.aligns = network, body, weights, posed, aligns
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("names", names, persistent=False)

    def forward(self, batch: Batch, refine: bool) -> dict[str, Tensor]:
        """Returns the weighted losses. refine: whether the transformers take part, or only the linear part."""
        encoded = self.network.encoder(batch.motions if batch.read is None else batch.read, refine).float()
        captions = self.network.from_clip(batch.captions)
        terms = self._aligned(encoded, captions, batch) if self.aligns else {}
        latents, targets = encoded + batch.between * (captions - encoded), batch.motions
        if batch.prompted is not None:
            latents = torch.cat((latents, self.network.from_clip(batch.places)))
            targets = torch.cat((targets, batch.prompted))
        made = self.network.decoder(latents, targets.shape[1], refine)
        posed = torch.randperm(targets.shape[1], device=targets.device)[: self.posed] if self.posed else None
        parts = reconstruction(made, targets, self.body, self.weights, posed, batch.betas)
        terms["reconstruction"] = sum(parts.values())
        return terms | {f"parts/{name}": value.detach() for name, value in parts.items()}

    def _aligned(self, encoded: Tensor, captions: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Returns the terms that compare latents with captions (n, latent) and other embeddings, in the latents'
        space."""
        weights, from_clip = self.weights, self.network.from_clip
        terms = {
            "text": weights.text * alignment(encoded, captions),
            "length": weights.length * length(encoded, captions),
        }
        if batch.images is not None and weights.image:
            terms["image"] = weights.image * alignment(encoded, from_clip(batch.images), batch.seen)
        if weights.contrast:
            mean = from_clip(self.mean)
            terms["contrast"] = weights.contrast * contrast(encoded - mean, captions - mean, batch.same)
        if weights.naming:
            terms["naming"] = weights.naming * naming(encoded, from_clip(self.names), batch.actions)
        return terms
