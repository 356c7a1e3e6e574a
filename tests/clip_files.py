"""Files of CLIP's weights in all formats that people have, of a small CLIP and of the size that OpenAI published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core.inference.clip_towers import ClipSize
from motionclip_blender.core.model.clip import create_model
from motionclip_blender.core.pack import ImageSpec

SMALL = ClipSize(
    width=64,
    text_width=128,
    text_layers=2,
    image=ImageSpec(image_size=64, layers=2, width=128, head_width=64, patch_size=16),
    quick_gelu=True,
)


def small_clip(
    name: str = "small-clip", quick_gelu: bool = True, seed: int = 0, width: int = SMALL.width
) -> torch.nn.Module:
    """open_clip's model of the sizes `SMALL`; with another width, of the latent space."""
    config = {
        "embed_dim": width,
        "quick_gelu": quick_gelu,
        "vision_cfg": vars(SMALL.image),
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 2, "layers": 2},
    }
    torch.manual_seed(seed)
    return trained_looking(create_model(name, config))


def large_clip(name: str = "ViT-B-32-quickgelu") -> torch.nn.Module:
    """open_clip's model of OpenAI's sizes, random."""
    torch.manual_seed(0)
    return trained_looking(create_model(name))


@torch.no_grad()
def trained_looking(model: torch.nn.Module) -> torch.nn.Module:
    """With norms and biases that do something, which fresh ones do not."""
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            parameter.normal_(std=0.1)
        elif "ln_" in name:
            parameter.normal_(1.0, 0.2)
    return model.eval().requires_grad_(False)


def halved(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Its weights as OpenAI publishes them: half precision, but for the norms and what is beside them."""
    state = model.state_dict()
    return {name: t if "ln_" in name or name == "logit_scale" else t.half() for name, t in state.items()}


class _Tree(torch.nn.Module):
    """A module with tensors of any names. It is called in no test."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def save_archive(state: dict[str, torch.Tensor], path: Path) -> Path:
    """Writes a TorchScript archive as OpenAI's, with the three numbers that it has beside the weights."""
    numbers = {"input_resolution": 224, "context_length": 77, "vocab_size": 49408}
    root = _Tree()
    for name, tensor in (state | {name: torch.tensor(value) for name, value in numbers.items()}).items():
        *parents, last = name.split(".")
        inside = root
        for parent in parents:
            if parent not in dict(inside.named_children()):
                inside.add_module(parent, _Tree())
            inside = inside.get_submodule(parent)
        if tensor.is_floating_point():
            inside.register_parameter(last, torch.nn.Parameter(tensor.clone(), requires_grad=False))
        else:
            inside.register_buffer(last, tensor)
    torch.jit.save(torch.jit.script(root), path)
    return path


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
