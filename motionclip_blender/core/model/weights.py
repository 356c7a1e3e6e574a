"""Weights between safetensors files and networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ..errors import UserError
from ..files import whole_path
from ..pack import Pack
from .network import MotionCLIP, NetworkSize

_PROJECTION = "clip.text_projection"


def network_size(pack: Pack) -> NetworkSize:
    """The network that `pack` describes."""
    return NetworkSize(rows=pack.rows, latent=pack.clip.width, **pack.network)


def load_network(pack: Pack) -> tuple[MotionCLIP, np.ndarray | None]:
    """The network in evaluation mode, and CLIP's text projection (latent, tower width) where the pack holds one.

    Raises `UserError` for a file that is damaged, cut off, or of another network.
    """
    try:
        tensors = load_file(pack.weights_path)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{pack.weights_path} is damaged or cut off; install the pack again.") from error
    projection = tensors.pop(_PROJECTION, None)
    try:
        # the meta device allocates nothing: the tensors of the file become the parameters
        with torch.device("meta"):
            network = MotionCLIP(network_size(pack))
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)
    except (RuntimeError, TypeError) as error:
        raise UserError(
            f"{pack.weights_path} holds another network than its pack.json says; install the pack again."
        ) from error
    network.eval().requires_grad_(False)
    return network, None if projection is None else projection.float().numpy()


def save_network(network: MotionCLIP, projection: np.ndarray | None, path: Path) -> None:
    """Writes the weights in half precision, whole or not at all."""
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    if projection is not None:
        tensors[_PROJECTION] = torch.from_numpy(projection).half().contiguous()
    with whole_path(path) as temporary:
        save_file(tensors, temporary)
