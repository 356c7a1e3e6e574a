"""Writes out what a clause repeats of the clauses before it: "repeats that twice", "then the other leg"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .grammar import number_of
from .split import Clause

MOST_ROUNDS = 20
"""How often something is repeated at most."""

_THAT = (
    r"(?:it|this|that|them|everything|(?:the |this |that )?(?:whole |entire |same )?"
    r"(?:thing|sequence|pattern|motion|movement|move|combo|steps?|cycle|exercise|routine|drill|action))"
)
_SIDE = r"(?:(?:the|his|her|their) )?(?P<side>left|right|other|opposite)"
_LIMB = r"(?: (?P<limb>leg|foot|arm|hand|side|one|fist|knee))?(?: (?:leading|first|forward|in front|instead))?"
_OFTEN = r"(?P<often>once|twice|thrice|[\w-]+ times|\d+ ?x|x ?\d+)"
_AGAIN = re.compile(
    rf"^(?:(?:he|she|they) )?(?:repeat(?:s|ing|ed)?|(?:do|does|doing)(?= {_THAT}))(?: {_THAT})?(?: all)?(?: over)?"
    rf"(?: {_OFTEN}(?P<more> more| again)?)?(?: again)?"
    rf"(?: (?:on|with|to|for) {_SIDE}{_LIMB})?(?: {_OFTEN.replace('often', 'each')})?$",
    re.I,
)
_THE_OTHER = re.compile(
    r"^(?:(?:he|she|they) )?(?:"
    rf"(?:(?:do|does|doing|repeat(?:s|ing)?) )?(?:the )?same (?:thing )?(?:again )?(?:with|on|to|for) {_SIDE}{_LIMB}|"
    r"(?:switch(?:es|ing)?|chang(?:es|e|ing)|swap(?:s|ping)?|alternat(?:es|e|ing))"
    rf"(?: over)?(?: to {_SIDE.replace('<side>', '<to>')}{_LIMB.replace('<limb>', '<at>')}|"
    r" (?:sides|legs|feet|arms|hands|fists|knees))|"
    r"(?:(?:with|on) )?the other (?P<what>leg|foot|arm|hand|side|one|way|direction|fist|knee))$",
    re.I,
)
_PART = r"(?:leg|foot|arm|hand|side|one|knee|shoulder|elbow|ear|eye|cheek|heel|hip|fist|toes|ankle|wrist|thigh|calf)"
_ITS_OTHER = re.compile(  # after a clause that names a side: "then the left one", "then over the right shoulder"
    rf"^(?:(?:with|on|over|for) )?(?:the|his|her|their) (?P<side>left|right|other)(?: (?P<part>{_PART}))?(?: one)?$",
    re.I,
)
_NEXT_PART = re.compile(  # "then the right ear with the left hand"
    rf"^(?:(?:the|his|her|their) )?(?:left|right) {_PART} (?:with|using)"
    r" (?:(?:the|his|her|their) )?(?:left|right) \w+$",
    re.I,
)
_SIDED_PART = re.compile(rf"(?:(?:the|his|her|their) )?(?:left|right) {_PART}", re.I)
_UP_TO_SIDE = re.compile(r"^.*?(?=\b(?:(?:the|his|her|their) )?(?:left|right)\b)", re.I)
_SIDES = re.compile(r"\b(left|right)\b", re.I)
_WAYS = re.compile(r"\b(for|back)wards?\b", re.I)
_OTHER = {"left": "right", "right": "left"}
_ONCE = {"once": 2, "twice": 2, "thrice": 3}  # rounds in all: who repeats something once does it twice
_LIMBS = ("leg", "foot", "arm", "hand", "fist", "knee")


def with_repeats(clauses: Iterable[Clause]) -> list[Clause]:
    """Returns the clauses, with those that a clause repeats in its place: all before it for "repeats that three times",
    the last one on its other side for "then with the other leg" and "then the right one"."""
    out: list[Clause] = []
    for clause in clauses:
        text = clause.text.strip(" ,.")
        if out and (match := _AGAIN.match(text)):
            out += _again(out, match)
        elif out and (match := _THE_OTHER.match(text)):
            found = match.groupdict()
            side, limb = found["side"] or found["to"] or "other", found["limb"] or found["at"] or found["what"] or ""
            out.append(_mirrored(out[-1], side, limb))
        elif out and _SIDES.search(out[-1].text) and (match := _ITS_OTHER.match(text)):
            out.append(_on_other(out[-1], match))
        elif out and _NEXT_PART.match(text) and (done := _UP_TO_SIDE.match(out[-1].text)) is not None:
            out.append(replace(clause, text=f"{done[0]}{text}"))
        else:
            out.append(clause)
    return out


def _again(before: Sequence[Clause], match: re.Match[str]) -> list[Clause]:
    """Returns the clauses before once more, or as often as a match says, on the other side if it says that."""
    if match["side"]:
        return [_mirrored(clause, match["side"], match["limb"] or "") for clause in before]
    said = (match["often"] or match["each"] or "once").lower()
    many = _ONCE.get(said, number_of(re.sub(r" times$|[x ]", "", said)))
    if many is None or many < 1:
        return list(before)
    rounds = many if match["more"] or many == 1 else many - 1
    return [*before] * min(rounds, MOST_ROUNDS)


def _on_other(clause: Clause, match: re.Match[str]) -> Clause:
    """Returns a clause on the side that a match of `_ITS_OTHER` names, or with the part that it names instead: "raises
    the left leg" of "raises the left arm", before "then the left leg"."""
    part = (match["part"] or "one").lower()
    if part in ("one", "side") or part in clause.text.lower() or match["side"].lower() == "other":
        return _mirrored(clause, match["side"], "")
    return replace(clause, text=_SIDED_PART.sub(match[0], clause.text, count=1), together=())


def _mirrored(clause: Clause, side: str, limb: str) -> Clause:
    """Returns a clause with left and right exchanged; with `side` where it names none, or the other way where it only
    names a way."""

    def other(text: str) -> str:
        if _SIDES.search(text):
            wanted = side.lower()
            if wanted in _OTHER and wanted in [found.lower() for found in _SIDES.findall(text)]:
                return text
            return _SIDES.sub(lambda found: _OTHER[found[1].lower()], text)
        if limb.lower() in _LIMBS:
            return f"{text} with the {side.lower() if side.lower() in _OTHER else 'left'} {limb.lower()}"
        return _WAYS.sub(lambda way: "backward" if way[1].lower() == "for" else "forward", text)

    return replace(clause, text=other(clause.text), together=tuple(map(other, clause.together)))
