"""Exports packs of networks that were trained on AMASS."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from motionclip_blender.core.clip_kinds import OpenClip
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.inference.networks import PROJECTION
from motionclip_blender.core.inference.tensor_writing import write_float32
from motionclip_blender.core.inference.text_adapter import PREFIX as ADAPTER
from motionclip_blender.core.model.weights import Weights, save_weights
from motionclip_blender.core.network_size import OfficialNetwork
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack

from ..text_adapter.file import AdapterFile
from ..text_tower import minilm
from .config import MINILM, TrainConfig
from .pack_folder import DESCRIPTION, check_described, whole_pack
from .published import network_of

_LICENCE = "The weights were trained on AMASS and BABEL, whose licences allow non-commercial research only."
_DATA = "AMASS (Mahmood et al., ICCV 2019), labelled by BABEL (Punnakkal et al., CVPR 2021)"


def export_of_shards(
    state: dict[str, Any], config: TrainConfig, out: Path, version: str, adapter: AdapterFile | None = None
) -> Pack:
    """Writes a checkpoint as a pack into `out`, whole or not at all, and returns it.

    adapter: the run's text adapter.
    Raises `UserError` for the folder of the default pack, which is not to be replaced by one that is not free.
    """
    if out.resolve() == DEFAULT_FOLDER.resolve():
        raise UserError("A pack of AMASS is for non-commercial research only; name a folder for it with --out.")
    network = network_of(config)
    network.load_state_dict(state["average"])
    official = config.kind == "official"
    sizes = config.width, config.layers, config.heads, config.feed_forward, config.dropout
    embedded = config.clip == MINILM
    pack = Pack(
        folder=out,
        name="MotionCLIP on AMASS",
        version=version,
        licence=_LICENCE,
        network=OfficialNetwork(config.pose_format.rows, *sizes) if official else network.size,
        pose_format=config.pose_format,
        fps=30.0,
        frames=config.frames,
        clip=replace(minilm.SPEC, adapter=adapter.size if adapter else None)
        if embedded
        else OpenClip(config.clip, "openai"),
        info={"data": _DATA, "split": config.split, "steps": state["step"], "seed": config.seed},
    )
    check_described(pack)
    projection = minilm.text_projection() if embedded else None
    with whole_pack(out) as folder:
        new = replace(pack, folder=folder)
        if official:
            _write_released(network, projection, adapter, new.weights_path)
        else:
            save_weights(Weights(network, projection, adapter=adapter.arrays if adapter else {}), new.weights_path)
        digest = hashlib.sha256(new.weights_path.read_bytes()).hexdigest()
        write_json(folder / DESCRIPTION, replace(new, checksums={new.weights_path.name: digest}).as_json())
    return Pack.load(out)


def _write_released(network: nn.Module, projection: np.ndarray | None, adapter: AdapterFile | None, path: Path) -> None:
    """Writes the tensors under the names of the released checkpoints, in single precision like theirs."""
    arrays = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    if projection is not None:
        arrays[PROJECTION] = projection
    if adapter is not None:
        arrays |= {ADAPTER + name: array for name, array in adapter.arrays.items()}
    write_float32(path, {name: array.shape for name, array in arrays.items()}, arrays.items())
