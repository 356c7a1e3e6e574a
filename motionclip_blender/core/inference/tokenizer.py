"""Converts text to the tokens of an uncased BERT vocabulary by WordPiece.

Devlin et al., "BERT" (NAACL 2019); the longest piece first, as Wu et al., "Google's neural machine translation system"
(2016). The text is made plain first (`plain_text`), as open_clip does before its tokenizers.
"""

from __future__ import annotations

import html
import unicodedata
from pathlib import Path

import numpy as np

from .plain_text import plain

_LONGEST_WORD = 100  # letters; a longer word is unknown
_CONTROL = ("Cc", "Cf", "Cn", "Co")
_UNREADABLE = "\ufffd"  # stands for bytes that are no text
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPiece:
    """A WordPiece vocabulary. vocabulary: its pieces in order; "##" begins one inside a word."""

    def __init__(self, vocabulary: list[str]) -> None:
        self._ids = {piece: i for i, piece in enumerate(vocabulary)}
        missing = [piece for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") if piece not in self._ids]
        if missing:
            raise ValueError(f"the vocabulary lacks {missing[0]}")
        self.pad, self._unknown = self._ids["[PAD]"], self._ids["[UNK]"]
        self._begin, self._end = self._ids["[CLS]"], self._ids["[SEP]"]

    @classmethod
    def load(cls, path: Path) -> WordPiece:
        """Loads the vocabulary of a file with one piece a line."""
        return cls(path.read_text(encoding="utf-8").splitlines())

    def __len__(self) -> int:
        return len(self._ids)

    def tokens(self, text: str, longest: int) -> list[int]:
        """Returns the ids of a text between begin and end, cut to `longest`."""
        return [self._begin, *self._found(text)[: longest - 2], self._end]

    def left_out(self, text: str, longest: int) -> int:
        """Returns how many of a text's tokens are not read, because it is longer than `longest`."""
        return max(len(self._found(text)) + 2 - longest, 0)

    def batch(self, texts: list[str], longest: int) -> np.ndarray:
        """Returns the ids of texts, padded to the longest of them, (n, T) int32."""
        rows = [self.tokens(text, longest) for text in texts]
        out = np.full((len(rows), max(map(len, rows))), self.pad, np.int32)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return out

    def _found(self, text: str) -> list[int]:
        return [piece for word in words(text) for piece in self._pieces(word)]

    def _pieces(self, word: str) -> list[int]:
        """Splits a word into the longest known pieces from its start on; unknown as a whole if a part of it is."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        pieces, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            for stop in range(len(word), start, -1):
                found = self._ids.get(prefix + word[start:stop])
                if found is not None:
                    pieces.append(found)
                    start = stop
                    break
            else:
                return [self._unknown]
        return pieces


def words(text: str) -> list[str]:
    """Splits a text into words and punctuation marks, in lower case without accents."""
    out = []
    for character in unicodedata.normalize("NFD", _cleaned(text)):
        category = unicodedata.category(character)
        if category == "Mn":  # accents, which NFD has separated from their letters
            continue
        small = character.lower()
        out.append(f" {small} " if _stands_alone(ord(character), category) else small)
    return "".join(out).split()


def _cleaned(text: str) -> str:
    """Returns the text in plain characters, without control characters and what stands for unreadable bytes."""
    out = []
    for character in html.unescape(html.unescape(plain(text))):
        if character.isspace():
            out.append(" ")
        elif unicodedata.category(character) not in _CONTROL and character != _UNREADABLE:
            out.append(character)
    return "".join(out)


def _stands_alone(code: int, category: str) -> bool:
    """Checks whether a character is a word by itself: punctuation, ASCII's signs, ideographs."""
    if category[0] == "P" or (category[0] == "S" and code < 128):
        return True
    return code >= 0x3400 and any(first <= code <= last for first, last in _IDEOGRAPHS)
