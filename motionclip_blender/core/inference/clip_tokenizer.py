"""Converts text to the tokens of OpenAI's CLIP by byte-pair encoding.

Radford et al., "Learning transferable visual models from natural language supervision" (ICML 2021), section 2.4;
Sennrich et al., "Neural machine translation of rare words with subword units" (ACL 2016), over bytes as Radford et al.,
"Language models are unsupervised multitask learners" (2019). The tokens equal those of open_clip's `SimpleTokenizer`,
except for characters that `plain_text` leaves unchanged.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .plain_text import plain

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "clip_tokenizer"
FILE = "merges.npz"
MERGES = 48_894
CONTEXT = 77
"""Tokens that CLIP reads of a text, including begin and end."""

SHOWN_BYTES = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
"""Bytes that are printable in Latin-1. The vocabulary lists them first, then all others."""

_BYTES = 256
_BEGIN, _END = 2 * _BYTES + MERGES, 2 * _BYTES + MERGES + 1
VOCABULARY = _END + 1

# open_clip reads these words in a text as the tokens themselves
_MARKERS = {"<start_of_text>": _BEGIN, "<end_of_text>": _END}
_ENDINGS = re.compile(f"{'|'.join(_MARKERS)}|'s|'t|'re|'ve|'m|'ll|'d", re.IGNORECASE)
_PASSED_OVER = "\u0345"  # its capital is the letter iota; open_clip's expression takes it for neither sign nor letter
_SPACE, _LETTER, _NUMBER, _SIGN = range(4)


class BytePairs:
    """CLIP's vocabulary and its merges.

    The first 256 tokens are bytes, and the next 256 are bytes that end a word. The others are made of two earlier
    tokens each, in the order in which they are merged.
    """

    def __init__(self, merges: np.ndarray) -> None:
        """Stores the merges.

        merges: (`MERGES`, 2) the two tokens that each of the further ones is made of.
        """
        if merges.shape != (MERGES, 2) or merges.dtype != np.uint16:
            raise ValueError(f"the vocabulary has merges {merges.shape} of {merges.dtype}")
        pairs = merges.astype(np.int64) @ np.array([1 << 16, 1])
        self._merged = dict(zip(pairs.tolist(), range(2 * _BYTES, _BEGIN), strict=True))
        self._words: dict[str, list[int]] = {}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> BytePairs:
        """Loads the vocabulary that ships. Raises `OSError` and `ValueError` for a file that is missing or damaged."""
        with np.load(folder / FILE, allow_pickle=False) as file:
            return cls(file["merges"])

    def tokens(self, text: str) -> list[int]:
        """Returns the ids of a whole text, between begin and end."""
        out = [_BEGIN]
        for word in words(text):
            found = self._words.get(word)
            if found is None:
                found = [_MARKERS[word]] if word in _MARKERS else self._pairs(word.encode("utf-8"))
                if len(self._words) < 10_000:
                    self._words[word] = found
            out += found
        return [*out, _END]

    def batch(self, texts: Sequence[str], longest: int = CONTEXT) -> np.ndarray:
        """Returns (n, T) int32: the ids of texts, cut to `longest` but for their end, padded to the longest of them."""
        rows = [self.tokens(text) for text in texts]
        rows = [row if len(row) <= longest else [*row[: longest - 1], _END] for row in rows]
        out = np.zeros((len(rows), max(map(len, rows))), np.int32)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return out

    def left_out(self, text: str, longest: int = CONTEXT) -> int:
        """Returns how many of a text's tokens are not read, because it is longer than `longest`."""
        return max(len(self.tokens(text)) - longest, 0)

    def _pairs(self, word: bytes) -> list[int]:
        """Returns the tokens of a word.

        Merges the neighbouring pair that is earliest in the vocabulary, everywhere in the word, until the vocabulary
        has none of the pairs that are left.
        """
        parts = [_TOKEN_OF_BYTE[byte] for byte in word]
        parts[-1] += _BYTES
        while True:
            found = [self._merged.get(left << 16 | right, _BEGIN) for left, right in itertools.pairwise(parts)]
            first = min(found, default=_BEGIN)
            if first == _BEGIN:
                return parts
            joined, at = [], 0
            while at < len(parts):
                if at < len(found) and found[at] == first:
                    joined.append(first)
                    at += 2
                else:
                    joined.append(parts[at])
                    at += 1
            parts = joined


def words(text: str) -> Iterator[str]:
    """Yields a text's words in lower case, single digits, and other signs; "'s" and the like are separate words."""
    text = html.unescape(html.unescape(plain(text)))
    text = " ".join(text.split()).lower()
    kinds = [_kind(character) for character in text]
    at = 0
    while at < len(text):
        if ending := _ENDINGS.match(text, at):
            stop = ending.end()
        else:
            stop = at + 1
            if kinds[at] in (_LETTER, _SIGN):
                while stop < len(text) and kinds[stop] == kinds[at]:
                    stop += 1
        if kinds[at] != _SPACE:
            yield text[at:stop]
        at = stop


def _kind(character: str) -> int:
    if character.isspace() or character == _PASSED_OVER:
        return _SPACE
    return {"L": _LETTER, "N": _NUMBER}.get(unicodedata.category(character)[0], _SIGN)


_TOKEN_OF_BYTE = {
    byte: token for token, byte in enumerate([*SHOWN_BYTES, *sorted({*range(_BYTES)}.difference(SHOWN_BYTES))])
}
