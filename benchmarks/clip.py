"""OpenAI's CLIP ViT-B/32 in numpy beside open_clip in torch, in one run on the same cores.

    python -m benchmarks.clip [--rounds 20] [--json FILE]

- load: from a file in half precision, as OpenAI's, to a tower that is ready. Seconds.
- text, texts: one prompt, and 64 prompts at once, embedded warm. Milliseconds.
- image: one picture of 480 x 640 pixels cut and embedded warm. Milliseconds.
- tokens: 64 prompts made tokens, beside open_clip's tokenizer. Milliseconds.

The weights are random: only the time counts, and that the two give the same. They take turns, so that a busy machine
slows both. Medians; ratios are numpy's time over torch's. Torch computes in as many threads as it takes by itself, and
(torch, 1) in one, as the engine has it do. open_clip reads all 77 tokens of a prompt, numpy those that it has.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from motionclip_blender.core.inference.clip_towers import load_image_tower, load_text_tower
from motionclip_blender.core.inference.openblas import fit_kernels
from motionclip_blender.core.model.clip import create_model
from motionclip_blender.core.model.clip_towers import ClipImageTower, ClipTextTower
from motionclip_blender.core.model.threads import one_thread

from .engines import blas
from .figures import tell
from .prompts import PROMPTS, WARM_UP

_MODEL = "ViT-B-32-quickgelu"
_MANY = 64


def _alone(work: Callable[[], object]) -> Callable[[], object]:
    def with_one_thread() -> object:
        with one_thread():
            return work()

    return with_one_thread


def measured(path: Path, rounds: int) -> dict[str, float]:
    """Medians: seconds of loads, milliseconds of the rest; and how far apart the embeddings are."""
    from open_clip.tokenizer import SimpleTokenizer

    start = time.perf_counter()
    text, image = load_text_tower(path, _MODEL), load_image_tower(path, _MODEL)
    figures = {"load, s, numpy": time.perf_counter() - start}
    start = time.perf_counter()
    their_text, their_image = ClipTextTower(path, _MODEL), ClipImageTower(path, _MODEL)
    figures["load, s, torch"] = time.perf_counter() - start
    picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    many, tokenizer = PROMPTS[:_MANY], SimpleTokenizer()
    figures |= {
        "texts, relative distance": _away(text(many), their_text.embed(many)),
        "image, relative distance": _away(image([picture]), their_image.embed([picture])),
    }
    times: dict[str, list[float]] = {}
    for i in range(rounds + WARM_UP):
        one = [PROMPTS[i % len(PROMPTS)]]
        works: dict[str, Callable[[], object]] = {
            "text, ms, numpy": lambda one=one: text(one),
            "text, ms, torch": lambda one=one: their_text.embed(one),
            "text, ms, torch, 1": _alone(lambda one=one: their_text.embed(one)),
            "image, ms, numpy": lambda: image([picture]),
            "image, ms, torch": lambda: their_image.embed([picture]),
            "image, ms, torch, 1": _alone(lambda: their_image.embed([picture])),
        }
        if i % 5 == 0:  # these are long; a fifth of the rounds is enough
            works |= {
                "texts, ms, numpy": lambda: text(many),
                "texts, ms, torch": lambda: their_text.embed(many),
                "tokens, ms, numpy": lambda: their_text.tokenizer.batch(many),
                "tokens, ms, torch": lambda: tokenizer(many),
            }
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if i >= WARM_UP:
                times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
    return figures | {name: median(taken) for name, taken in sorted(times.items())}


def _away(found: np.ndarray, expected: np.ndarray) -> float:
    return float((np.linalg.norm(found - expected, axis=1) / np.linalg.norm(expected, axis=1)).max())


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    torch.manual_seed(0)
    fit_kernels()  # as the engine has it do
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.pt"
        torch.save({name: tensor.half() for name, tensor in create_model(_MODEL).state_dict().items()}, path)
        found = measured(path, options.rounds)
    ratios = {
        f"{name.removesuffix(', numpy')}, ratio": value / found[name.removesuffix("numpy") + "torch"]
        for name, value in found.items()
        if name.endswith(", numpy")
    }
    threads = {"numpy": np.__version__, "its OpenBLAS": blas(), "torch, threads": torch.get_num_threads()}
    tell(threads | found | ratios, options.json, 26)
    return 0


if __name__ == "__main__":
    sys.exit(main())
