"""Computes vertices of an SMPL-X body differentiably, for the vertex term of equation 1."""

from __future__ import annotations

import numpy as np
import torch
from smplx.lbs import batch_rigid_transform, lbs
from torch import Tensor, nn
from torch.nn import functional as F

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS

from .config import TrainConfig

SHAPES = 10
"""Numbers of a body's shape that are used."""


def sixd_to_matrix(sixd: Tensor) -> Tensor:
    """Converts 6D rotations (..., 6) to matrices (..., 3, 3), as `core.rotations.sixd_to_matrix`; differentiable."""
    x = F.normalize(sixd[..., :3], dim=-1)
    b = sixd[..., 3:]
    y = F.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack((x, y, torch.linalg.cross(x, y)), dim=-2)


class PosedBody(nn.Module):
    """Computes the vertices of bodies in the poses of pose tensors."""

    def forward(self, poses: Tensor, betas: Tensor | None = None) -> Tensor:
        """Returns vertices (B, T, V, 3) in metres of poses (B, T, rows, 6), moved by the last row. betas: (B, n)."""
        raise NotImplementedError


def posed_body(config: TrainConfig, body: Body) -> PosedBody:
    """Returns the body whose vertices a run compares."""
    if config.smplx:
        return SmplxBody(body, config.joints)
    return SparseBody(body, config.joints, config.vertices)


class SmplxBody(PosedBody):
    """smplx's own skinning of all vertices, with shape and pose correctives, where the body's file has them.

    Joints that the pack lacks stay at rest.
    """

    def __init__(self, body: Body, joints: tuple[str, ...]) -> None:
        super().__init__()
        self.rows = [INDEX[name] for name in joints]
        correctives = np.zeros((*body.template.shape, 9 * (len(JOINTS) - 1)), np.float32)
        if body.pose_dirs is not None:
            correctives = body.pose_dirs
        arrays = {
            "template": body.template,
            "shapes": body.shape_dirs[:, :, :SHAPES],
            # (features, 3 V), as smplx multiplies them
            "correctives": correctives.reshape(-1, correctives.shape[2]).T,
            "regressor": body.regressor,
            "weights": body.weights,
            "parents": np.array(PARENTS),
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.from_numpy(np.array(array)), persistent=False)

    def forward(self, poses: Tensor, betas: Tensor | None = None) -> Tensor:
        flat = poses.flatten(0, 1).float()
        turns = torch.eye(3, device=poses.device).expand(len(flat), len(JOINTS), 3, 3).clone()
        turns[:, self.rows] = sixd_to_matrix(flat[:, : len(self.rows)])
        known = self.shapes.shape[2]
        if betas is None:
            betas = torch.zeros(len(poses), known, device=poses.device)
        shape = betas[:, :known].repeat_interleave(poses.shape[1], dim=0)
        with torch.autocast(poses.device.type, enabled=False):
            vertices, _ = lbs(
                shape, turns, self.template[None], self.shapes, self.correctives, self.regressor, self.parents,
                self.weights, pose2rot=False,
            )  # fmt: skip
        return (vertices + flat[:, -1:, :3]).unflatten(0, poses.shape[:2])


class SparseBody(PosedBody):
    """smplx's linear blend skinning of some vertices, spread evenly over the body, moved by a pack's joints.

    Joints that the pack lacks (fingers, face) stay at rest, so their weights go to the nearest ancestor in the pack.
    vertices: their number; 0 takes all.
    """

    def __init__(self, body: Body, joints: tuple[str, ...], vertices: int = 160) -> None:
        super().__init__()
        indices = [INDEX[name] for name in joints]
        row = {j: r for r, j in enumerate(indices)}

        def ancestor(j: int) -> int:
            while j not in row:
                j = PARENTS[j]
            return row[j]

        ids = spread(body.vertices(), vertices) if vertices else np.arange(len(body.vertices()))
        weights = np.zeros((len(ids), len(indices)))
        for j in range(len(PARENTS)):
            weights[:, ancestor(j)] += body.weights[ids, j]
        self.register_buffer("points", torch.tensor(body.vertices()[ids], dtype=torch.float32), persistent=False)
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32), persistent=False)
        self.register_buffer("rest", torch.tensor(body.joints()[indices], dtype=torch.float32), persistent=False)
        parents = [row[PARENTS[j]] if PARENTS[j] >= 0 else -1 for j in indices]
        self.register_buffer("parents", torch.tensor(parents), persistent=False)

    def forward(self, poses: Tensor, betas: Tensor | None = None) -> Tensor:
        """Returns vertices (..., V, 3) in metres of poses (..., rows, 6), moved by the last row. The mean body's."""
        flat = poses.flatten(0, -3)
        rest = self.rest.expand(len(flat), -1, -1)
        _, transforms = batch_rigid_transform(sixd_to_matrix(flat[:, : len(self.rest)]), rest, self.parents)
        blended = torch.einsum("vj,bjk->bvk", self.weights, transforms[:, :, :3].flatten(2)).unflatten(-1, (3, 4))
        vertices = (blended[..., :3] @ self.points[..., None])[..., 0] + blended[..., 3]
        return (vertices + flat[:, -1:, :3]).unflatten(0, poses.shape[:-2])


def spread(points: np.ndarray, count: int) -> np.ndarray:
    """Returns the indices of `count` points that are far apart (farthest-point sampling)."""
    chosen = [int(points[:, 1].argmin())]
    distance = np.full(len(points), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
        chosen.append(int(distance.argmax()))
    return np.array(chosen)
