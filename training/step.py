"""One step of training as a module: batches in, weighted losses out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from motionclip_blender.core.model.network import MotionCLIP

from .body_loss import SparseBody
from .losses import LossWeights, alignment, contrast, length, reconstruction


@dataclass
class Batch:
    """What a step learns from. Pose tensors are (n, frames, rows, 6), places in CLIP's space (n, 512).

    prompted, places: exemplars, and where their captions lie. motions, captions: windows, and a caption of each;
    images, seen: a frame of each and whether there is one. same: (n, n) windows of one action. between: (n, 1) how far
    on the way to its caption a latent is decoded from. All on one device.
    """

    prompted: Tensor
    places: Tensor
    motions: Tensor | None = None
    captions: Tensor | None = None
    images: Tensor | None = None
    seen: Tensor | None = None
    same: Tensor | None = None
    between: Tensor | None = None


class Step(nn.Module):
    """Equation 4: the sum of the losses, each under its name.

    joint: whether the decoder decodes the encoder's latents too, or only captions'.
    """

    def __init__(self, network: MotionCLIP, body: SparseBody, weights: LossWeights, mean: Tensor) -> None:
        """mean: (512,) of all captions' embeddings."""
        super().__init__()
        self.network, self.body, self.weights = network, body, weights
        self.register_buffer("mean", mean, persistent=False)

    def forward(self, batch: Batch, joint: bool) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = {}
        latents, targets = [batch.places], [batch.prompted]
        if batch.motions is not None:
            encoded = self.network.encoder(batch.motions).float()
            terms |= self._aligned(encoded, batch)
            if joint:
                latents.append(encoded + batch.between * (batch.captions - encoded))
                targets.append(batch.motions)
        made = self.network.decoder(torch.cat(latents), batch.prompted.shape[1])
        parts = reconstruction(made, torch.cat(targets), self.body, self.weights)
        terms["reconstruction"] = sum(parts.values())
        return terms | {f"parts/{name}": value.detach() for name, value in parts.items()}

    def _aligned(self, encoded: Tensor, batch: Batch) -> dict[str, Tensor]:
        weights = self.weights
        terms = {
            "text": weights.text * alignment(encoded, batch.captions),
            "length": weights.length * length(encoded, batch.captions),
        }
        if batch.images is not None and weights.image:
            terms["image"] = weights.image * alignment(encoded, batch.images, batch.seen)
        if weights.contrast:
            centred = encoded - self.mean, batch.captions - self.mean
            terms["contrast"] = weights.contrast * contrast(*centred, batch.same)
        return terms
