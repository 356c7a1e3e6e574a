"""A differentiable SMPL-X body on some of its vertices, for the vertex term of equation 1."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX, PARENTS


def sixd_to_matrix(sixd: Tensor) -> Tensor:
    """(..., 6) to (..., 3, 3), as `core.rotations.sixd_to_matrix`, differentiable."""
    x = F.normalize(sixd[..., :3], dim=-1)
    b = sixd[..., 3:]
    y = F.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack((x, y, torch.linalg.cross(x, y)), dim=-2)


class SparseBody(nn.Module):
    """Linear blend skinning of `vertices` vertices spread evenly over the body, moved by a pack's joints.

    Joints the pack lacks (fingers, face) rest, so their weights go to the nearest ancestor it has.
    """

    def __init__(self, body: Body, joints: tuple[str, ...], vertices: int = 160) -> None:
        super().__init__()
        indices = [INDEX[name] for name in joints]
        row = {j: r for r, j in enumerate(indices)}

        def ancestor(j: int) -> int:
            while j not in row:
                j = PARENTS[j]
            return row[j]

        ids = _spread(body.vertices(), vertices)
        weights = np.zeros((len(ids), len(indices)))
        for j in range(len(PARENTS)):
            weights[:, ancestor(j)] += body.weights[ids, j]
        self.register_buffer("points", torch.tensor(body.vertices()[ids], dtype=torch.float32))
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))
        self.register_buffer("rest", torch.tensor(body.joints()[indices], dtype=torch.float32))
        parents = [row[PARENTS[j]] if PARENTS[j] >= 0 else -1 for j in indices]
        self.levels = _levels(parents)

    def forward(self, poses: Tensor) -> Tensor:
        """poses (..., T, rows, 6) -> vertices (..., T, V, 3) in metres, carried along by the translation row."""
        local = sixd_to_matrix(poses[..., :-1, :])
        rotation = [local[..., 0, :, :]] + [None] * (len(self.rest) - 1)
        position = [self.rest[0].expand(*local.shape[:-3], 3)] + [None] * (len(self.rest) - 1)
        for children, parents in self.levels:
            turned = torch.stack([rotation[p] for p in parents], -3)
            offset = (self.rest[children] - self.rest[parents])[..., None]
            place = (turned @ offset)[..., 0] + torch.stack([position[p] for p in parents], -2)
            turned = turned @ local[..., children, :, :]
            for k, child in enumerate(children):
                rotation[child], position[child] = turned[..., k, :, :], place[..., k, :]
        turns, places = torch.stack(rotation, -3), torch.stack(position, -2)
        shift = places - (turns @ self.rest[..., None])[..., 0]
        blended = torch.einsum("vj,...jk->...vk", self.weights, torch.cat((turns.flatten(-2), shift), -1))
        vertices = (blended[..., :9].unflatten(-1, (3, 3)) @ self.points[..., None])[..., 0] + blended[..., 9:]
        return vertices + poses[..., -1:, :3]


def _spread(points: np.ndarray, count: int) -> np.ndarray:
    """Indices of `count` points that lie far apart (farthest-point sampling)."""
    chosen = [int(points[:, 1].argmin())]
    distance = np.full(len(points), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
        chosen.append(int(distance.argmax()))
    return np.array(chosen)


def _levels(parents: list[int]) -> list[tuple[list[int], list[int]]]:
    """Joints by depth below the root, with their parents: each depth is one batched product."""
    depth = [0] * len(parents)
    for j, parent in enumerate(parents):
        depth[j] = 0 if parent < 0 else depth[parent] + 1
    levels = []
    for d in range(1, max(depth) + 1):
        children = [j for j in range(len(parents)) if depth[j] == d]
        levels.append((children, [parents[j] for j in children]))
    return levels
