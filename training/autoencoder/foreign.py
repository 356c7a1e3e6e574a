"""Shows windows as other people's data would: the encoder reads the result, the decoder still makes the clean motion.

Motion from elsewhere was recorded, solved and retargeted by other programs. Its skeletons rest in other poses, bend
other joints of the spine, lack a collar or toes; its people are larger or smaller; its joints tremble.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from motionclip_blender.core.skeleton import INDEX, JOINTS, MIRROR, PARENTS

from .config import TrainConfig

_REST = {
    "pelvis": 1.4, "hip": 0.8, "knee": 0.4, "ankle": 1.0, "foot": 1.5, "spine1": 0.8, "spine2": 0.8, "spine3": 0.8,
    "neck": 1.2, "head": 1.6, "collar": 1.4, "shoulder": 1.0, "elbow": 0.8, "wrist": 2.0,
}  # fmt: skip
"""How far the rest poses of skeletons differ at a joint, as multiples of `TrainConfig.foreign_rest`.

Between the walks of our collections pelvises differ by up to 13 degrees on average, heads by 19, feet by 8.
"""
_ASYMMETRY = 0.25  # of the differences; mostly both sides of a skeleton rest alike
_MERGED = (
    ("spine1", "spine2"), ("spine2", "spine3"), ("neck", "head"), ("left_collar", "left_shoulder"),
    ("right_collar", "right_shoulder"),
)  # fmt: skip
"""Joints of which other skeletons have only one, parent and child."""
_PAIRS = {"right_collar": "left_collar"}
_SHARED = ("left_collar", "left_shoulder"), ("right_collar", "right_shoulder")
_MOST_SHARED = 0.5  # of a shoulder's turn that a collar does elsewhere
_EITHER = ("spine1", "spine2")  # where they merge, the parent may turn instead of the child
_AT_REST = ("wrist", "foot", "head")  # ends of limbs that other skeletons lack
_LEAN, _YAW = 4.0, 12.0  # degrees, largest difference of what is upright and of what is ahead
_TREMBLE = 0.3  # metres of path a unit of the joints' tremble
_MIRROR_OF_VECTOR = torch.tensor([1.0, -1.0, -1.0])  # of a rotation's axis and angle


class Foreign:
    """Changes windows at random, all at once."""

    def __init__(self, config: TrainConfig) -> None:
        self.config, joints = config, config.joints
        row = {name: at for at, name in enumerate(joints)}
        self._parents = [row.get(JOINTS[PARENTS[INDEX[name]]], -1) if PARENTS[INDEX[name]] >= 0 else -1
                         for name in joints]  # fmt: skip
        self._partners = [row.get(JOINTS[MIRROR[INDEX[name]]], at) for at, name in enumerate(joints)]
        self._right = torch.tensor([name.startswith("right_") for name in joints])[:, None]
        self._spread = torch.tensor([_REST.get(name.removeprefix("left_").removeprefix("right_"), 0.5)
                                     for name in joints])[:, None]  # fmt: skip
        self._merged = [(parent, child) for parent, child in _MERGED if parent in row and child in row]
        self._ends = [[at for name, at in row.items() if name.endswith(end)] for end in _AT_REST]
        self._row = row

    def __call__(self, poses: Tensor, random: np.random.Generator) -> Tensor:
        """Returns pose tensors (n, T, rows, 6), a share `config.foreign` of them changed."""
        count = round(self.config.foreign * len(poses))
        if not count:
            return poses
        generator = torch.Generator().manual_seed(int(random.integers(2**62)))
        which = torch.randperm(len(poses), generator=generator)[:count]
        out = poses.clone()
        out[which] = self.changed(poses[which], generator)
        return out

    def changed(self, poses: Tensor, generator: torch.Generator) -> Tensor:
        """Returns pose tensors (n, T, rows, 6), each as another skeleton would tell it."""
        count, frames, rows = poses.shape[:3]
        # the rows of all rotations, with frames last but one: (n, joints, 3, T, 3)
        first, second = poses[:, :, :-1].transpose(1, 2).unflatten(-1, (2, 3)).unbind(-2)
        turns = torch.stack((first, second, torch.linalg.cross(first, second)), dim=2)
        self._merge(turns, generator)
        self._share(turns, generator)
        rests = self._rests(count, generator)
        before = rests[:, [max(parent, 0) for parent in self._parents]].mT.contiguous()
        before[:, [at for at, parent in enumerate(self._parents) if parent < 0]] = torch.eye(3)
        world = self._world(count, generator)
        if "pelvis" in self._row:
            before[:, self._row["pelvis"]] = world
        turned = turns.flatten(0, 1).flatten(1, 2) @ rests.flatten(0, 1)  # (n * joints, 3 * T, 3)
        turned = before[:, :, :2].flatten(0, 1) @ turned.unflatten(1, (3, frames)).flatten(2)
        out = torch.empty_like(poses)
        out[:, :, :-1] = turned.view(count, rows - 1, 2, frames, 3).permute(0, 3, 1, 2, 4).flatten(-2)
        size = self.config.foreign_travel ** _uniform((count, 1, 1), generator)
        out[:, :, -1, :3] = size * (poses[:, :, -1, :3] @ world.mT)
        out[:, :, -1, 3:] = 0
        if self.config.foreign_tremble:
            amount = self.config.foreign_tremble * torch.rand((count, 1, 1, 1), generator=generator)
            noise = torch.randn(poses.shape, generator=generator) * amount
            noise[:, :, -1] *= _TREMBLE
            noise[:, :, -1, 3:] = 0
            out += noise
        return out

    def _rests(self, count: int, generator: torch.Generator) -> Tensor:
        """Returns how the joints' rest poses differ, (n, joints, 3, 3)."""
        shape = count, len(self._parents), 3
        own, shared = (torch.randn(shape, generator=generator) for _ in range(2))
        shared = torch.where(self._right, shared[:, self._partners] * _MIRROR_OF_VECTOR, shared)
        # many skeletons differ little, some much
        amount = torch.rand((count, 1, 1), generator=generator) * 2
        degrees = amount * self.config.foreign_rest * self._spread / 3**0.5
        return _matrices(torch.deg2rad(degrees) * (shared + _ASYMMETRY * own))

    def _world(self, count: int, generator: torch.Generator) -> Tensor:
        """Returns how what is upright and ahead differs, (n, 3, 3)."""
        tilt = _uniform((count, 3), generator) * torch.deg2rad(torch.tensor([_LEAN, _YAW, _LEAN]))
        return _matrices(tilt)

    def _share(self, turns: Tensor, generator: torch.Generator) -> None:
        """Lets some collars do a part of what the shoulders do, in place; the arms point as before."""
        count = len(turns)
        which = (torch.rand(count, generator=generator) < self.config.foreign_merged).nonzero()[:, 0]
        shares = _MOST_SHARED * torch.rand(len(which), generator=generator)
        for collar, shoulder in _SHARED:
            if len(which) and collar in self._row and shoulder in self._row:
                upper, lower = self._row[collar], self._row[shoulder]
                arm = turns[which, lower].transpose(1, 2)  # (n, T, 3, 3)
                part = _partly(arm, shares[:, None])
                turns[which, upper] = (turns[which, upper].transpose(1, 2) @ part).transpose(1, 2)
                turns[which, lower] = (part.mT @ arm).transpose(1, 2)

    def _merge(self, turns: Tensor, generator: torch.Generator) -> None:
        """Lets some joints rest and others turn for them, in place. turns: (n, joints, 3, T, 3), rows of rotations."""
        chance, count = self.config.foreign_merged, len(turns)
        drawn: dict[str, Tensor] = {}
        for parent, child in self._merged:
            drawn[parent] = drawn.get(_PAIRS.get(parent, ""), torch.rand(count, generator=generator) < chance)
            which = drawn[parent].nonzero()[:, 0]
            if len(which):
                above, below = self._row[parent], self._row[child]
                product = torch.einsum("nitk,nktj->nitj", turns[which, above], turns[which, below])
                upper = parent in _EITHER and float(torch.rand(1, generator=generator)) < 0.5
                turns[which, above if upper else below] = product
                turns[which, below if upper else above] = torch.eye(3)[:, None]
        for ends in self._ends:
            which = (torch.rand(count, generator=generator) < chance).nonzero()[:, 0]
            for at in ends:
                turns[which, at] = torch.eye(3)[:, None]


def _partly(turns: Tensor, shares: Tensor) -> Tensor:
    """Returns rotations (..., 3, 3) by a share (...) of their angles, about the same axes.

    Of rotations by nearly half a turn, whose axes are hard to tell, the share is inexact.
    """
    away = torch.stack([turns[..., 2, 1] - turns[..., 1, 2], turns[..., 0, 2] - turns[..., 2, 0],
                        turns[..., 1, 0] - turns[..., 0, 1]], dim=-1)  # fmt: skip
    sine, cosine = away.norm(dim=-1), turns.diagonal(dim1=-2, dim2=-1).sum(dim=-1) - 1
    angle = torch.atan2(sine, cosine)
    return _matrices(away / sine.clamp(min=1e-6)[..., None] * (shares * angle)[..., None])


def _uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return 2 * torch.rand(shape, generator=generator) - 1


def _matrices(vectors: Tensor) -> Tensor:
    """Converts (..., 3) rotation vectors in radians to matrices (..., 3, 3)."""
    cross = torch.zeros((*vectors.shape, 3))
    x, y, z = vectors.unbind(-1)
    cross[..., 0, 1], cross[..., 0, 2], cross[..., 1, 2] = -z, y, -x
    cross = cross - cross.mT
    angle = vectors.norm(dim=-1)[..., None, None]
    sine, versine = torch.sinc(angle / torch.pi), 0.5 * torch.sinc(angle / (2 * torch.pi)) ** 2
    return torch.eye(3) + sine * cross + versine * (cross @ cross)
