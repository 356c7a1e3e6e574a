"""Reads how often something is done, and how many steps are taken."""

from __future__ import annotations

import re

from .grammar import grammar, is_action, number_of, verb_of

_OF_THEM = re.compile(r",? \b(\w+) of (?:them|these|those)\b")
_A_SINGLE = re.compile(r"^(?:does |do |performs? )?an? ([\w-]+)$")
_SENDS = ("throw", "toss", "hurl", "lob", "shoot", "fire", "kick")  # each thing once
_ANGLES = (90, 180, 270, 360, 540, 720)  # of "a 360 spin", and "a 180 hop turn", which are one
_A_FEW_STEPS = re.compile(
    r"\b(?P<many>a few|several|some|a couple of|couple of) (?=(?:(?:small|big|short|long|"
    r"quick|side|more) )?(?:steps|paces)\b)"
)
_FEW = {"a few": "three", "several": "four", "some": "three", "a couple of": "two", "couple of": "two"}
_NEAR = 3  # words after an angle of which one turns


def count_of(text: str) -> tuple[str, int | None, int | None]:
    """Returns the text without the count, how often, and how many steps."""
    text = _A_FEW_STEPS.sub(lambda few: f"{_FEW[few['many']]} ", _OF_THEM.sub(_times, text))
    if (single := _A_SINGLE.match(text)) and single[1] in grammar()["counted"] and single[1] != "step":
        return single[1], 1, None
    words = text.split()
    bare = [word.strip(",;.") for word in words]
    if len(bare) > 1 and len(set(bare)) == 1 and is_action(bare[0]):  # no "cha cha"
        return bare[0], len(bare), None
    for i, word in enumerate(bare):
        if word in grammar()["adverbs"] and not (i + 2 < len(bare) and bare[i + 1 : i + 2] == ["as"]):
            return " ".join(words[:i] + words[i + 1 :]), grammar()["adverbs"][word], None
        glued = re.fullmatch(r"(\d+)x|x(\d+)", word)
        if glued:
            return " ".join(words[:i] + words[i + 1 :]), int(glued[1] or glued[2]), None
        number = number_of(word.replace(",", ""))
        if number is None:
            continue
        start = i - 1 if i and bare[i - 1] in ("a", "an", "the") else i
        after = i + 2 if bare[i + 1 : i + 2] == ["of"] else i + 1
        if after < len(bare) and bare[after] in grammar()["times"] and word != "single":
            return _without(words, start, after + 1), number, None
        if i and after < len(bare) and verb_of(bare[i - 1], _SENDS) and bare[after].endswith("s"):
            one = f"a {bare[after].removesuffix('s')}"  # "throws two balls"
            return " ".join([*words[:start], one, *words[after + 1 :]]), number, None
        for length in (2, 1):
            for skip in (0, 1):  # "two big steps"
                thing = " ".join(bare[after + skip : after + skip + length])
                if number in _ANGLES and any(map(_turning, bare[after : after + _NEAR])):
                    continue
                if thing in grammar()["counted"] and len(bare) >= after + skip + length:
                    if thing in ("step", "steps", "paces"):
                        rest = _without(words, start, after + skip + length)
                        return re.sub(r"\b(?:takes?|taking|makes?|making|does)\b", "walks", rest), None, number
                    return _without(words, start, after), number, None
    return text, None, None


def _times(of_them: re.Match[str]) -> str:
    """Returns " three times" for ", three of them", but nothing else for "in front of them"."""
    return of_them[0] if number_of(of_them[1]) is None else f" {of_them[1]} times"


def _turning(word: str) -> bool:
    """Checks whether a word after an angle names one movement that turns."""
    return word.startswith(("spin", "turn", "rotation", "twist")) or word in ("jump", "hop", "leap", "flip", "whirl")


def _without(words: list[str], start: int, stop: int) -> str:
    rest = re.sub(
        r"\b(?:in a row|in succession|one after (?:the|an)other)\b", "", " ".join(words[:start] + words[stop:])
    )
    return " ".join(rest.split())
