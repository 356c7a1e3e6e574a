"""Creates models of open_clip, which no other module imports."""

from __future__ import annotations

import importlib.util
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from ..errors import UserError


def create_model(name: str, config: dict | None = None) -> torch.nn.Module:
    """Creates open_clip's model `name`, randomly initialised.

    config: a model configuration in open_clip's form, for a name that open_clip does not have. Raises `UserError` when
        open_clip is not installed.
    """
    _declare_torchvision_ops()
    try:
        import open_clip
    except ImportError as error:
        raise UserError(f"CLIP needs the Python package {error.name}; install it beside torch.") from error
    if config is not None:
        with tempfile.TemporaryDirectory() as configs:
            (Path(configs) / f"{name}.json").write_text(json.dumps(config))
            open_clip.add_model_config(Path(configs))
    with _quiet():
        return open_clip.create_model(name, pretrained=None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps open_clip's warning about a randomly initialised tower out of the console."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(previous)


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
