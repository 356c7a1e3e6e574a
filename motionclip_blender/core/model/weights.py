"""Reads and writes the weights of networks in torch as safetensors files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from ..clip_kinds import ClipSpec
from ..errors import UserError
from ..files import whole_path
from ..inference.networks import FROM_CLIP, PROJECTION, network_arrays, pack_arrays, projection, text_adapter
from ..inference.prompt_retrieval import PromptRetrieval
from ..inference.tensors import TensorError, single, stored_small
from ..inference.text_adapter import PREFIX as ADAPTER
from ..network_size import NetworkSize
from ..pack import Pack
from .network import MotionCLIP
from .text_adapter import TextAdapter
from .text_tower import TextTower

_PRECISE = ("decoder.reader.", FROM_CLIP, PROJECTION)
"""Beginnings of names. The adapter of latents whitens them, which takes more than eight bits: with integers there,
motions move by 11 mm (median), without by 5, and held-out clips are reconstructed 0.7 mm worse, without 0.2.
Projections are small, and everything else starts from their results."""


@dataclass(frozen=True)
class Weights:
    """The contents of a pack's `weights.safetensors`.

    network: with its map from CLIP's space to the latents', where it has one.
    projection: CLIP's text projection (latent, tower width), if CLIP has none of its own.
    adapter: arrays of the text adapter by name, if there is one.
    retrieval: the wordings that the decoder was trained on; without it prompts are decoded from their CLIP embeddings.
    """

    network: MotionCLIP
    projection: np.ndarray | None = None
    retrieval: PromptRetrieval | None = None
    adapter: Mapping[str, np.ndarray] = field(default_factory=dict)


def text_tower(pack: Pack, arrays: dict[str, np.ndarray]) -> TextTower:
    """Returns the shipped text tower with the projection and the adapter of a pack's arrays.

    Raises `UserError` for a pack of another tower, or whose arrays do not agree with it.
    """
    assert isinstance(pack.clip, ClipSpec)
    own = text_adapter(pack, arrays)
    try:
        adapter = TextAdapter.of(own) if own else None
    except ValueError as error:
        raise UserError(
            f"{pack.weights_path} holds another text adapter than its pack.json says ({error}); install the pack again."
        ) from error
    return TextTower(pack.clip, projection(pack, arrays), adapter)


def load_network(pack: Pack) -> MotionCLIP:
    """Loads the pack's network, in evaluation mode. Raises `UserError` for a file that is damaged or of another
    network."""
    return network_of(pack, pack_arrays(pack))


def network_of(pack: Pack, arrays: dict[str, np.ndarray]) -> MotionCLIP:
    """Returns the network of a pack's arrays. Raises `UserError` for those of another network."""
    try:
        return network_from(pack.network_size, network_arrays(pack, arrays))
    except (RuntimeError, TensorError) as error:
        raise UserError(
            f"{pack.weights_path} holds another network than its pack.json says; install the pack again."
        ) from error


def network_from(size: NetworkSize, arrays: Mapping[str, np.ndarray]) -> MotionCLIP:
    """Returns the network of this size with these weights. Raises `RuntimeError` for those of another."""
    network = MotionCLIP(size)
    tensors = {name: torch.from_numpy(array) for name, array in single(arrays).items()}
    for part, name in ((network.encoder, "encoder.positions"), (network.decoder, "decoder.positions")):
        part.positions = tensors.pop(name) if name in tensors else None
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False)


def save_weights(weights: Weights, path: Path, small: bool = False) -> None:
    """Writes the weights, whole or not at all.

    The network and the projection are in half precision; small: their matrices are integers with scales, half as large,
    but for `_PRECISE`.
    """
    arrays = {name: tensor.detach().float().numpy() for name, tensor in weights.network.state_dict().items()}
    if weights.projection is not None:
        arrays[PROJECTION] = weights.projection
    precise = {
        name: array.astype(np.float16) for name, array in arrays.items() if name.startswith(_PRECISE) or not small
    }
    arrays = precise | stored_small({name: array for name, array in arrays.items() if name not in precise})
    if weights.retrieval is not None:
        arrays |= weights.retrieval.arrays()
    # exactly as trainings read texts through it, and 1.2 MB
    arrays |= {ADAPTER + name: array.astype(np.float16) for name, array in weights.adapter.items()}
    with whole_path(path) as temporary:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary)
