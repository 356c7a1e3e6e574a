"""Initialises the linear part of a network with the best linear auto-encoder of the training motions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from motionclip_blender.core.model.linear import LinearEncoder
from motionclip_blender.core.model.network import MotionCLIP, to_steps
from motionclip_blender.core.network_size import HEIGHT, STEP

from .body_loss import SparseBody

Draw = Callable[[int, int], tuple[np.ndarray, np.ndarray]]
"""A number of windows of a length: poses (n, frames, rows, 6) and the mean of each one's captions (n, latent)."""

_BATCHES, _WINDOWS = 40, 128
_LEAST_METRES = 0.05  # metres: smallest weight of a joint, for those that carry no other
_SECONDS = 1.0  # time over which an error of the path's steps is assumed to add up


@torch.no_grad()
def start(
    network: MotionCLIP,
    draw: Draw,
    told_mean: np.ndarray,
    body: SparseBody,
    frames: tuple[int, int],
    random: np.random.Generator,
) -> None:
    """Sets the linear encoder and decoder of `network` to principal components, rotated towards the captions.

    The components are those of the windows' spectra, every number weighted by the metres that it moves the body. Any
    rotation of them keeps motions equally well; the one chosen brings their latents nearest to their captions
    (orthogonal Procrustes, Schönemann 1966), as far from the captions' mean as captions are on average.
    told_mean: (latent,) of all captions, in the latents' space. frames: shortest and longest window; the longer half is
    looked at.
    """
    encoder, decoder = network.encoder.linear, network.decoder.linear
    spectra, told = _seen(encoder, draw, (sum(frames) // 2, frames[1]), random)
    weight = _metres(body).repeat(encoder.tables.count)
    centre, mean = spectra.mean(dim=0), torch.from_numpy(told_mean).double()
    weighted = (spectra - centre) * weight
    latent = network.size.latent
    axes = torch.linalg.eigh(weighted.T @ weighted).eigenvectors[:, -latent:]
    scores, told = weighted @ axes, told - mean
    left, _, right = torch.linalg.svd(told.T @ scores)
    turn = left[:, : axes.shape[1]] @ right
    scale = told.norm(dim=1).mean() / scores.norm(dim=1).mean()
    encode = scale * turn @ (axes * weight[:, None]).T
    decode = (axes / weight[:, None]) @ turn.T / scale
    encoder.to_latent.weight.copy_(encode)
    encoder.to_latent.bias.copy_(mean - encode @ centre)
    decoder.to_spectrum.weight.copy_(decode)
    decoder.to_spectrum.bias.copy_(centre - decode @ mean)


def _seen(
    encoder: LinearEncoder, draw: Draw, lengths: tuple[int, int], random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Draws random windows: spectra (n, count * numbers), and the mean (n, latent) of each one's captions, float64."""
    spectra, told = [], []
    for _ in range(_BATCHES):
        frames = int(random.integers(lengths[0], lengths[1] + 1))
        poses, of_each = draw(_WINDOWS, frames)
        spectra.append(encoder.spectrum(to_steps(torch.from_numpy(poses)).flatten(2)).double())
        told.append(torch.from_numpy(of_each).double())
    return torch.cat(spectra), torch.cat(told)


def _metres(body: SparseBody) -> Tensor:
    """Returns how far each number of a pose moves the joints: (numbers,) root mean square metres per unit."""
    rest, parents = body.rest.double(), body.parents.tolist()
    moved = []
    for joint in range(len(rest)):
        below = [joint]
        for other in range(joint + 1, len(rest)):
            if parents[other] in below:
                below.append(other)
        away = (rest[below] - rest[joint]).square().sum(dim=1)
        moved.append((away.sum() / len(rest)).sqrt().clamp(min=_LEAST_METRES))
    rows = torch.stack(moved)[:, None].expand(-1, 6)
    way = torch.tensor([STEP * 30 * _SECONDS / 2, HEIGHT, STEP * 30 * _SECONDS / 2, 1.0, 1.0, 1.0]).double()
    return torch.cat((rows, way[None])).flatten()
