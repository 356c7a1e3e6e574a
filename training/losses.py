"""The losses of the paper: reconstruction (equation 1) and alignment to text (equation 2)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from .body_loss import SparseBody


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms. The paper's, as its code writes them, are 100, 100, 100 and, for the text, 1; here the
    encoder has a decoder that understands captions already, so that lying near them is what counts.

    height, travel, speed: of the pelvis' height, its place on the ground (metres, robust) and its step per frame;
    these are rows of the pose in the paper, but metres of travel need a scale of their own.
    """

    rotations: float = 100.0
    vertices: float = 100.0
    velocities: float = 100.0
    height: float = 100.0
    travel: float = 5.0
    speed: float = 500.0
    text: float = 10.0


def reconstruction(made: Tensor, real: Tensor, body: SparseBody, weights: LossWeights) -> dict[str, Tensor]:
    """Equation 1 on pose tensors (B, T, rows, 6): the weighted terms by name."""
    rotations, real_rotations = made[:, :, :-1], real[:, :, :-1]
    path, real_path = made[:, :, -1, :3], real[:, :, -1, :3]
    return {
        "rotations": weights.rotations * F.mse_loss(rotations, real_rotations),
        "velocities": weights.velocities * F.mse_loss(rotations.diff(dim=1), real_rotations.diff(dim=1)),
        "vertices": weights.vertices * F.mse_loss(*_without_path(body, made, real)),
        "height": weights.height * F.mse_loss(path[..., 1], real_path[..., 1]),
        "travel": weights.travel * F.smooth_l1_loss(path[..., ::2], real_path[..., ::2], beta=0.1),
        "speed": weights.speed * F.mse_loss(path.diff(dim=1), real_path.diff(dim=1)),
    }


def alignment(latents: Tensor, embeddings: Tensor) -> Tensor:
    """Equation 2: one minus the cosine of (B, D) latents to their captions' embeddings, mean over the batch."""
    return 1 - F.cosine_similarity(latents, embeddings, dim=-1).mean()


def _without_path(body: SparseBody, *poses: Tensor) -> list[Tensor]:
    """The bodies' vertices over a fixed pelvis, as the paper compares them."""
    return [body(p) - p[..., -1:, :3] for p in poses]
