"""Computes the losses of equations 1 (reconstruction) and 2 and 3 (alignment), and those that are not in the paper."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .body_loss import SparseBody


@dataclass(frozen=True)
class LossWeights:
    """The weights of the loss terms. The paper's code uses 100 for the first three, and 1 for text and image.

    height, travel, speed: of the pelvis' height, its place on the ground (metres, robust) and its step per frame. In
    the paper they are rows of the pose, but metres of travel need a scale of their own.
    length: of the latents' length, which the cosines leave free, but the decoder depends on.
    contrast: of telling a motion's own caption from the others of the batch. naming: of telling the name of its class
    from all names. Neither is in the paper; 0 leaves them out.
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
    """Returns the weighted terms of equation 1 by name, for pose tensors (B, T, rows, 6).

    posed: the frames whose vertices are compared; all by default. Posing the body is the most expensive part of a step,
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
    """Returns one minus the cosine of latents (B, D) to their captions' or frames' embeddings (equations 2 and 3).

    It is the mean over the batch, or over the `known` (B,) samples if given; 0 if none is known.
    """
    away = 1 - F.cosine_similarity(latents, embeddings, dim=-1)
    return away.mean() if known is None else (away * known).sum() / known.sum().clamp(min=1)


def length(latents: Tensor, embeddings: Tensor) -> Tensor:
    """Returns the mean squared log ratio of the lengths of latents (B, D) and of their captions' embeddings."""
    return (latents.norm(dim=-1) / embeddings.norm(dim=-1)).log().square().mean()


def contrast(latents: Tensor, embeddings: Tensor, same: Tensor, temperature: float = 0.1) -> Tensor:
    """Compares each latent with all captions of the batch, and each caption with all latents.

    The loss is CLIP's (Radford et al., 2021). embeddings: centred, because what all captions share carries no
    information.
    same: (B, B) pairs of one action; they count neither as right nor as wrong.
    """
    scores = F.normalize(latents, dim=-1) @ F.normalize(embeddings, dim=-1).T / temperature
    scores = scores.masked_fill(same & ~torch.eye(len(scores), dtype=torch.bool, device=scores.device), -torch.inf)
    right = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)) / 2


def naming(latents: Tensor, names: Tensor, actions: Tensor, temperature: float = 0.05) -> Tensor:
    """Returns the cross-entropy of recognising the class of latents (B, D) by the nearest name.

    names: (C, D). actions: (B,), rows of `names`. Uses plain cosines, as recognition is measured (section 4.4 of the
    paper).
    """
    scores = F.normalize(latents, dim=-1) @ F.normalize(names, dim=-1).T / temperature
    return F.cross_entropy(scores, actions)


def _without_path(body: SparseBody, poses: Tensor) -> Tensor:
    """Returns the body's vertices with the pelvis fixed, as the paper compares them."""
    return body(poses) - poses[..., -1:, :3]
