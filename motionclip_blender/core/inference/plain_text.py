"""Converts text to plain characters, as ftfy's `fix_text` does for CLIP's tokenizers.

Replaces curly quotes, ligatures, wide letters, HTML's entities, lone surrogates and terminal colours. Text that was
once decoded by a wrong encoding ("cafÃ©"), which ftfy guesses and repairs, is left unchanged.
"""

from __future__ import annotations

import functools
import html
import html.entities
import re
import unicodedata

_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
_CONTROL = re.compile("[\x80-\x9f]")  # control characters of Latin-1, which are letters in Windows' encoding
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029\u0085]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TERMINAL = re.compile(r"\x1b\[[\d;]*[a-zA-Z]")

_LIGATURES = (0x132, 0x133, 0x149, *range(0x1C4, 0x1CD), *range(0x1F1, 0x1F4), *range(0xFB00, 0xFB07))
_WIDE = (0x3000, *range(0xFF01, 0xFFF0))
_INVISIBLE = (*range(9), 0x0B, *range(0x0E, 0x20), 0x7F, *range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFD))
_CURLY = {"'": "\u02bc\u2018\u2019\u201a\u201b", '"': "\u201c\u201d\u201e\u201f"}


def plain(text: str) -> str:
    """Returns `text` in plain characters, composed as Unicode's form NFC."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    entities, out = True, []
    for line in re.split("(?<=\n)", text):
        entities = entities and "<" not in line  # from there on the text counts as HTML, whose entities stay
        out.append(_settled(line, entities))
    return "".join(out)


def _settled(line: str, entities: bool) -> str:
    """Converts a line until nothing changes any more, because one change may make another possible."""
    while True:
        before = line
        if entities:
            line = _ENTITY.sub(_character, line)
        line = _CONTROL.sub(_of_windows, line)
        line = line.translate(_letters())
        line = _LINE_BREAK.sub("\n", line)
        line = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), line)
        line = _SURROGATE.sub("\ufffd", line)
        line = _TERMINAL.sub("", line).translate(_NOTHING)
        line = unicodedata.normalize("NFC", line)
        if line == before:
            return line


@functools.cache
def _letters() -> dict[int, str]:
    """Returns plain letters and quotes by the code points that they replace."""
    found = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*_LIGATURES, *_WIDE)}
    found[0xFB05] = "\u017ft"
    return found | {ord(curly): straight for straight, quotes in _CURLY.items() for curly in quotes}


_NOTHING = dict.fromkeys(_INVISIBLE)


def _of_windows(control: re.Match[str]) -> str:
    byte = control[0].encode("latin-1")
    return byte.decode("cp1252") if byte not in b"\x81\x8d\x8f\x90\x9d" else control[0]


def _character(entity: re.Match[str]) -> str:
    """Returns the character of an HTML entity, in capitals too ("&EACUTE;"); an unknown one stays."""
    text = entity[0]
    if text.startswith("&#"):
        found = html.unescape(text)
        return text if ";" in found else found
    if text[1:] in html.entities.html5:
        return html.entities.html5[text[1:]]
    small = text.lower()
    known = small[1:] in html.entities.html5 and text.isupper() and html.unescape(text) == text
    return html.entities.html5[small[1:]].upper() if known else text
