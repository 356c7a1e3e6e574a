"""Weights between safetensors files and networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ..errors import UserError
from ..files import whole_path
from ..pack import Pack
from .network import MotionCLIP, NetworkSize
from .prompt_memory import PromptMemory

_PROJECTION = "clip.text_projection"


@dataclass(frozen=True)
class Weights:
    """What a pack's `weights.safetensors` holds.

    projection: CLIP's text projection (latent, tower width), where CLIP has none of its own. memory: the wordings
    that the decoder was trained on; without it prompts are decoded from where CLIP has them.
    """

    network: MotionCLIP
    projection: np.ndarray | None = None
    memory: PromptMemory | None = None


def network_size(pack: Pack) -> NetworkSize:
    """The network that `pack` describes."""
    return NetworkSize(rows=pack.rows, latent=pack.clip.width, **pack.network)


def load_weights(pack: Pack) -> Weights:
    """What the pack holds, its network in evaluation mode.

    Raises `UserError` for a file that is damaged, cut off, or of another network.
    """
    try:
        tensors = load_file(pack.weights_path)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{pack.weights_path} is damaged or cut off; install the pack again.") from error
    projection = tensors.pop(_PROJECTION, None)
    arrays = {name: tensors.pop(name).numpy() for name in [*tensors] if name.startswith(PromptMemory.PREFIX)}
    try:
        memory = PromptMemory.from_arrays(arrays) if arrays else None
        # the meta device allocates nothing: the tensors of the file become the parameters
        with torch.device("meta"):
            network = MotionCLIP(network_size(pack))
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)
    except (RuntimeError, TypeError, ValueError) as error:
        raise UserError(
            f"{pack.weights_path} holds another network than its pack.json says; install the pack again."
        ) from error
    network.eval().requires_grad_(False)
    return Weights(network, None if projection is None else projection.float().numpy(), memory)


def save_weights(weights: Weights, path: Path) -> None:
    """Writes them, those of the network in half precision, whole or not at all."""
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in weights.network.state_dict().items()}
    if weights.projection is not None:
        tensors[_PROJECTION] = torch.from_numpy(weights.projection).half().contiguous()
    if weights.memory is not None:
        tensors |= {name: torch.from_numpy(array) for name, array in weights.memory.arrays().items()}
    with whole_path(path) as temporary:
        save_file(tensors, temporary)
