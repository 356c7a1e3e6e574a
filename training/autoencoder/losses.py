"""Computes the losses of equations 1 (reconstruction) and 2 and 3 (alignment), and those that are not in the paper."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .body_loss import PosedBody
from .loss_weights import LossWeights


def reconstruction(
    made: Tensor,
    real: Tensor,
    body: PosedBody,
    weights: LossWeights,
    posed: Tensor | None = None,
    betas: Tensor | None = None,
) -> dict[str, Tensor]:
    """Returns the weighted terms of equation 1 by name, for pose tensors (B, T, rows, 6).

    posed: the frames whose vertices are compared; all by default. Posing the body is the most expensive part of a step,
    and a few random frames of every window estimate the same mean.
    betas: (B, n) of the bodies. Terms of weight 0 are left out.
    """
    posed = slice(None) if posed is None else posed
    rotations, real_rotations = made[:, :, :-1], real[:, :, :-1]
    path, real_path = made[:, :, -1, :3], real[:, :, -1, :3]
    terms = {
        "poses": lambda: F.mse_loss(made, real),
        "pose_velocities": lambda: F.mse_loss(made.diff(dim=1), real.diff(dim=1)),
        "rotations": lambda: F.mse_loss(rotations, real_rotations),
        "velocities": lambda: F.mse_loss(rotations.diff(dim=1), real_rotations.diff(dim=1)),
        "vertices": lambda: F.mse_loss(*(_without_path(body, p[:, posed], betas) for p in (made, real))),
        "height": lambda: F.mse_loss(path[..., 1], real_path[..., 1]),
        "travel": lambda: F.smooth_l1_loss(path[..., ::2], real_path[..., ::2], beta=0.1),
        "speed": lambda: F.mse_loss(path.diff(dim=1), real_path.diff(dim=1)),
    }
    return {name: weight * term() for name, term in terms.items() if (weight := getattr(weights, name))}


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

    names: (C, D). actions: (B,), rows of `names`; -1 for none. Uses plain cosines, as recognition is measured.
    """
    scores = F.normalize(latents, dim=-1) @ F.normalize(names, dim=-1).T / temperature
    summed = F.cross_entropy(scores, actions, ignore_index=-1, reduction="sum")
    return summed / (actions >= 0).sum().clamp(min=1)


def _without_path(body: PosedBody, poses: Tensor, betas: Tensor | None) -> Tensor:
    """Returns the body's vertices with the pelvis fixed, as the released code compares them."""
    return body(poses, betas) - poses[..., -1:, :3]
