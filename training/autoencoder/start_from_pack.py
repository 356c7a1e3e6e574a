"""Starts a run from the network of a pack: fine-tuning on other clips, or training on after its checkpoint is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from motionclip_blender.core.clip_kinds import ClipSpec
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import pack_arrays
from motionclip_blender.core.inference.text_adapter import adapter_arrays
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.core.network_size import NetworkSize
from motionclip_blender.core.pack import Pack

from ..text_adapter.file import AdapterFile
from .config import TrainConfig


def adapter_of_pack(pack: Pack) -> AdapterFile | None:
    """Returns the text adapter of a pack, None if it has none."""
    has_one = isinstance(pack.clip, ClipSpec) and pack.clip.adapter is not None
    return AdapterFile(adapter_arrays(pack_arrays(pack))) if has_one else None


def check_trainable(pack: Pack) -> None:
    """Raises `UserError` for a pack whose network was not trained on clips here: an imported checkpoint, or one with
    CLIP's own towers."""
    if not isinstance(pack.network, NetworkSize) or not isinstance(pack.clip, ClipSpec) or pack.projects:
        raise UserError(
            f"The pack {pack.name} {pack.version} has the network of a released checkpoint, or CLIP's own texts; "
            "choose a pack that `export` made of clips."
        )


def configured_for(config: TrainConfig, pack: Pack) -> TrainConfig:
    """Returns the configuration with the network, the windows and the text adapter of a pack.

    Its transformers are trained, so they take part from the first step on. Raises `UserError` as `check_trainable`, and
    for a split that holds out what the pack has learned.
    """
    check_trainable(pack)
    learned_by = pack.info.get("split")
    if config.split not in (None, learned_by):
        raise UserError(
            f"The pack {pack.name} {pack.version} was trained with the split {learned_by}, so it knows some of what "
            f"{config.split} holds out; set split to {json.dumps(learned_by)}, or to null, which tests on nothing."
        )
    network = {name: getattr(pack.network_size, name) for name in config.network()}
    adapter = adapter_of_pack(pack)
    return replace(
        config,
        **network,
        kind="ours",
        latent=0,
        joints=pack.pose_format.joints,
        frames=pack.frames,
        refine_from=0,
        text_adapter=adapter.digest if adapter else "",
        start=hashlib.sha256(pack.weights_path.read_bytes()).hexdigest(),
    )


def load_start(network: nn.Module, pack: Pack) -> None:
    """Puts the weights of a pack, which `configured_for` knows, into a run's network.

    A pack's weights are rounded (`core.model.weights.save_weights`), so a run goes on almost, not exactly, as if it
    had never been exported.
    """
    weights: Mapping[str, Any] = load_network(pack).state_dict()
    own: dict[str, Tensor] = {name: value.float() for name, value in weights.items()}
    with torch.no_grad():
        network.load_state_dict(own)
