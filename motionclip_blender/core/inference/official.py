"""Describes the tensors of MotionCLIP's released checkpoints, and converts them to those of the networks here.

A pack of such a checkpoint keeps the tensors unchanged. The network is the released code's, and runs in the same code
as this project's networks; its tensors have other names, and two of them other forms:
- the decoder's attention to a memory of one token, the latent, is a linear map of it (a softmax over one token is one);
- the table of positions is the file's own, which differs from one in double precision in the sixth decimal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ..network_size import OfficialNetwork
from .tensors import TensorError, Weights

_ENCODER_LAYERS, _DECODER_LAYERS = "encoder.seqTransEncoder.layers", "decoder.seqTransDecoder.layers"
_EMBED, _FINAL = "encoder.skelEmbedding", "decoder.finallayer"
QUERIES = ("encoder.muQuery", "encoder.sigmaQuery")
_UNUSED = "decoder.actionBiases"
_TABLES = ("encoder.sequence_pos_encoder.pe", "decoder.sequence_pos_encoder.pe")
_LONGEST = 5000  # positions in a table
HEADS = 4
"""Attention heads of the released networks, which a checkpoint does not store."""

_RENAMED = {"self_attn.in_proj_": "attention.qkv.", "self_attn.out_proj.": "attention.out.",
            "linear1.": "feed_forward.0.", "linear2.": "feed_forward.3."}  # fmt: skip


def found_network(shapes: Mapping[str, tuple[int, ...]]) -> OfficialNetwork:
    """Returns the network that a checkpoint's tensors belong to, by their shapes. Raises `TensorError` if there is
    none."""
    width, numbers = _shape(shapes, f"{_EMBED}.weight", 2)
    feed_forward, _ = _shape(shapes, f"{_ENCODER_LAYERS}.0.linear1.weight", 2)
    layers = [_layers(shapes, prefix) for prefix in (_ENCODER_LAYERS, _DECODER_LAYERS)]
    if layers[0] != layers[1]:
        raise TensorError(f"its encoder has {layers[0]} layers and its decoder {layers[1]}")
    if numbers % 6:
        raise TensorError(f"its frames hold {numbers} numbers, which are no rotations of six numbers each")
    if width % (2 * HEADS):
        raise TensorError(f"it is {width} wide, which {HEADS} heads cannot share")
    return OfficialNetwork(numbers // 6, width, layers[0], HEADS, feed_forward)


def expected_shapes(network: OfficialNetwork) -> dict[str, tuple[int, ...]]:
    """Returns the names and shapes of all tensors that a checkpoint of this network holds."""
    width, numbers = network.width, network.rows * 6
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys((*QUERIES, _UNUSED), (1, width))
    shapes |= dict.fromkeys(_TABLES, (_LONGEST, 1, width))
    shapes |= _linear(_EMBED, width, numbers) | _linear(_FINAL, numbers, width)
    for prefix, attentions, norms in (
        (_ENCODER_LAYERS, ("self_attn",), 2), (_DECODER_LAYERS, ("self_attn", "multihead_attn"), 3),
    ):  # fmt: skip
        for layer in (f"{prefix}.{i}" for i in range(network.layers)):
            for attention in (f"{layer}.{name}" for name in attentions):
                shapes |= {
                    f"{attention}.in_proj_weight": (3 * width, width), f"{attention}.in_proj_bias": (3 * width,),
                }  # fmt: skip
                shapes |= _linear(f"{attention}.out_proj", width, width)
            shapes |= _linear(f"{layer}.linear1", network.feed_forward, width)
            shapes |= _linear(f"{layer}.linear2", width, network.feed_forward)
            for norm in range(1, norms + 1):
                shapes |= {f"{layer}.norm{norm}.weight": (width,), f"{layer}.norm{norm}.bias": (width,)}
    return shapes


def as_ours(arrays: Mapping[str, np.ndarray], network: OfficialNetwork) -> dict[str, np.ndarray]:
    """Converts the tensors of a checkpoint to the names and forms that the networks here are built from.

    Most are the same arrays. Raises `TensorError` when one is missing, of another shape, or unknown.
    """
    weights, ours = Weights(arrays), dict[str, np.ndarray]()
    for name, shape in expected_shapes(network).items():
        found = weights.stored(name, *shape)
        if name not in (*QUERIES, _UNUSED, *_TABLES) and ".multihead_attn." not in name:
            ours[_our_name(name)] = found
    weights.check_all_used()
    ours["encoder.prefix"] = np.concatenate([arrays[name] for name in QUERIES])
    for part, name in zip(("encoder", "decoder"), _TABLES, strict=True):
        ours[f"{part}.positions"] = arrays[name][:, 0]
    for i in range(network.layers):
        reads = weights.within(f"{_DECODER_LAYERS}.{i}.multihead_attn")
        value, shift = reads["in_proj_weight"][-network.width :], reads["in_proj_bias"][-network.width :]
        out = reads["out_proj.weight"]
        ours[f"decoder.layers.{i}.from_latent.weight"] = out @ value
        ours[f"decoder.layers.{i}.from_latent.bias"] = out @ shift + reads["out_proj.bias"]
    return ours


def _our_name(name: str) -> str:
    for theirs, our in ((_ENCODER_LAYERS, "encoder.layers"), (_DECODER_LAYERS, "decoder.layers"),
                        (_EMBED, "encoder.embed"), (_FINAL, "decoder.to_pose")):  # fmt: skip
        if name.startswith(theirs):
            name = our + name.removeprefix(theirs)
    for theirs, our in _RENAMED.items():
        name = name.replace(theirs, our)
    return name


def _shape(shapes: Mapping[str, tuple[int, ...]], name: str, axes: int) -> tuple[int, ...]:
    if name not in shapes:
        raise TensorError(f"it lacks {name}")
    if len(shapes[name]) != axes:
        raise TensorError(f"its {name} has {len(shapes[name])} axes, not {axes}")
    return shapes[name]


def _layers(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> int:
    numbered = re.compile(re.escape(prefix) + r"\.(\d{1,3})\.")
    return 1 + max((int(found[1]) for name in shapes if (found := numbered.match(name))), default=-1)


def _linear(name: str, out: int, into: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}
