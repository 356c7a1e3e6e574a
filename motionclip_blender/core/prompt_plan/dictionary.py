"""Tells whether a word is a correct English one, by a Bloom filter (Bloom, 1970) of a dictionary's words.

A word of the dictionary is always found; of other words one in a hundred is, too, which then is not corrected.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "assets" / "english" / "words.npz"

_BITS = 10  # for each word
_HASHES = 7  # places of each word: the best number for so many bits


class Dictionary:
    """The words of a dictionary, as bits."""

    def __init__(self, bits: np.ndarray) -> None:
        """Wraps the bits, uint8, eight in each."""
        self._bits = bits

    @classmethod
    def load(cls, path: Path = FILE) -> Dictionary:
        """Reads a file that `save` wrote. Raises `OSError` or `ValueError` where that cannot be."""
        with np.load(path, allow_pickle=False) as file:
            bits = file["bits"] if "bits" in file else np.zeros(0)
        if bits.dtype != np.uint8 or bits.ndim != 1 or not len(bits):
            raise ValueError(f"{path.name} is no dictionary")
        return cls(bits)

    @classmethod
    def of(cls, words: Iterable[str]) -> Dictionary:
        """Makes the dictionary of words."""
        known = sorted(set(words))
        bits = np.zeros(max(_BITS * len(known), 8) // 8, np.uint8)
        for word in known:
            for at in _places(word, 8 * len(bits)):
                bits[at // 8] |= 1 << at % 8
        return cls(bits)

    def save(self, path: Path) -> None:
        np.savez(path, bits=self._bits)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and all(
            self._bits[at // 8] >> at % 8 & 1 for at in _places(word, 8 * len(self._bits))
        )


def _places(word: str, bits: int) -> Iterable[int]:
    """Yields the places of a word among `bits`: two hashes are as good as many (Kirsch and Mitzenmacher, 2006)."""
    coded = word.encode()
    first, second = zlib.crc32(coded), zlib.adler32(coded) * 0x9E3779B1 % 2**32 | 1
    return ((first + i * second) % bits for i in range(_HASHES))
