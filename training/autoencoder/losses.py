"""The losses of the paper: reconstruction (equation 1), alignment to text and images (equations 2 and 3), their sum
(equation 4), and one beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .body_loss import SparseBody


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms. The paper's, as its code writes them, are 100, 100, 100 for the first three and 1 for the
    text and the image.

    height, travel, speed: of the pelvis' height, its place on the ground (metres, robust) and its step per frame;
    these are rows of the pose in the paper, but metres of travel need a scale of their own.
    length: of the latents' length, which the cosines leave free and the decoder does not.
    contrast: of telling a motion's own caption from the others of the batch; naming: of telling the name of its class
    from all names. Neither is in the paper, 0 leaves them out.
    """

    rotations: float = 200.0
    vertices: float = 600.0
    velocities: float = 100.0
    height: float = 100.0
    travel: float = 5.0
    speed: float = 500.0
    text: float = 3.0
    image: float = 1.0
    length: float = 1.0
    contrast: float = 0.5
    naming: float = 0.5


def reconstruction(
    made: Tensor, real: Tensor, body: SparseBody, weights: LossWeights, posed: Tensor | None = None
) -> dict[str, Tensor]:
    """Equation 1 on pose tensors (B, T, rows, 6): the weighted terms by name.

    posed: the frames whose vertices are compared; all by default. Posing bodies costs more than all else in a step,
    and a few random frames of every window estimate the same mean.
    """
    posed = slice(None) if posed is None else posed
    rotations, real_rotations = made[:, :, :-1], real[:, :, :-1]
    path, real_path = made[:, :, -1, :3], real[:, :, -1, :3]
    return {
        "rotations": weights.rotations * F.mse_loss(rotations, real_rotations),
        "velocities": weights.velocities * F.mse_loss(rotations.diff(dim=1), real_rotations.diff(dim=1)),
        "vertices": weights.vertices * F.mse_loss(*(_without_path(body, p[:, posed]) for p in (made, real))),
        "height": weights.height * F.mse_loss(path[..., 1], real_path[..., 1]),
        "travel": weights.travel * F.smooth_l1_loss(path[..., ::2], real_path[..., ::2], beta=0.1),
        "speed": weights.speed * F.mse_loss(path.diff(dim=1), real_path.diff(dim=1)),
    }


def alignment(latents: Tensor, embeddings: Tensor, known: Tensor | None = None) -> Tensor:
    """Equations 2 and 3: one minus the cosine of (B, D) latents to their captions' or frames' embeddings.

    The mean over the batch; over those that are `known` (B,) where it is given, zero if none is.
    """
    away = 1 - F.cosine_similarity(latents, embeddings, dim=-1)
    return away.mean() if known is None else (away * known).sum() / known.sum().clamp(min=1)


def length(latents: Tensor, embeddings: Tensor) -> Tensor:
    """How far latents (B, D) are from being as long as their captions' embeddings: the mean squared log ratio."""
    return (latents.norm(dim=-1) / embeddings.norm(dim=-1)).log().square().mean()


def contrast(latents: Tensor, embeddings: Tensor, same: Tensor, temperature: float = 0.1) -> Tensor:
    """Each latent's own caption against the others of the batch, and back (the loss of CLIP, Radford et al., 2021).

    embeddings: centred, so that what all captions share tells nothing. same: (B, B) pairs of one action; they are
    neither right nor wrong.
    """
    scores = F.normalize(latents, dim=-1) @ F.normalize(embeddings, dim=-1).T / temperature
    scores = scores.masked_fill(same & ~torch.eye(len(scores), dtype=torch.bool, device=scores.device), -torch.inf)
    right = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)) / 2


def naming(latents: Tensor, names: Tensor, actions: Tensor, temperature: float = 0.05) -> Tensor:
    """How surely latents (B, D) are nearest to their own class's name: `names` (C, D), `actions` (B,) rows of it.

    Plain cosines, which is how recognition is measured (section 4.4 of the paper).
    """
    scores = F.normalize(latents, dim=-1) @ F.normalize(names, dim=-1).T / temperature
    return F.cross_entropy(scores, actions)


def _without_path(body: SparseBody, poses: Tensor) -> Tensor:
    """The bodies' vertices over a fixed pelvis, as the paper compares them."""
    return body(poses) - poses[..., -1:, :3]
