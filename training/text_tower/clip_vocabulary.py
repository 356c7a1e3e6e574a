"""Makes the extension's copy of CLIP's vocabulary: `python -m training clip-vocabulary`.

open_clip ships it as 49,152 lines of text, of which CLIP uses the first 48,894 after a heading. The copy stores the two
tokens that each line joins, as numbers: 196 KB, read in a hundredth of a second.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.clip_tokenizer import FILE, FOLDER, MERGES, SHOWN_BYTES

_PACKAGE = "open_clip"
_FILE = "bpe_simple_vocab_16e6.txt.gz"


def merges_of(lines: list[str]) -> np.ndarray:
    """Returns (`MERGES`, 2) uint16: the tokens that each line joins. lines: the vocabulary's, without its heading."""
    # the file writes bytes as letters; bytes that are not printable in Latin-1 are the letters from U+0100 on
    letters = [chr(byte) for byte in SHOWN_BYTES] + [chr(0x100 + i) for i in range(256 - len(SHOWN_BYTES))]
    known = {letter: i for i, letter in enumerate([*letters, *(f"{letter}</w>" for letter in letters)])}
    merges = np.empty((MERGES, 2), np.uint16)
    for i, line in enumerate(lines[:MERGES]):
        left, right = line.split()
        merges[i] = known[left], known[right]
        known[left + right] = 512 + i
    if len(known) != 512 + MERGES:
        raise UserError(
            f"{_PACKAGE} has another vocabulary than CLIP's; install the release that constraints.txt names."
        )
    return merges


def source_lines() -> list[str]:
    """Reads the lines of the vocabulary in open_clip. Raises `UserError` when open_clip is missing."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise UserError("The vocabulary is missing; run: pip install open_clip_torch")
    path = Path(found.submodule_search_locations[0]) / _FILE
    return gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1:]


def main(arguments: list[str]) -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="training clip-vocabulary", description=__doc__.partition(":")[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the vocabulary")
    options = parser.parse_args(arguments)
    path = options.out / FILE
    with whole_path(path) as temporary:
        np.savez_compressed(temporary, merges=merges_of(source_lines()))
    print(f"{path} ({path.stat().st_size / 1e3:.0f} KB)")
    return 0
