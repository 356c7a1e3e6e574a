"""Reads what shall not be done: "without turning", "does not run", "never stops"."""

from __future__ import annotations

import re

from .grammar import STANDS, is_action

_WHO = r"(?:(?:he|she|they|it|i|you|we|and|but|(?:an?|the|this|that) (?:\w+ )?\w+) )"
_NOT = (
    r"(?:(?:do|does|did|is|are|was|were|will|would|can|could|should|must|has|have|had) ?(?:not|n't|nt)"
    r"|cannot|(?:do|does|did|is|are|was|were|wo|ca|could|should|must)n'?t|dont|doesnt|didnt|cant|wont"
    r"|never|not|avoids?|refus(?:es|ing|e) to)"
)
_NEGATED = re.compile(
    rf"^{_WHO}?{_WHO}?{_NOT} (?:ever |to |\w+ly )*(?P<verb>[a-z-]+)\b|^(?:and |but )?no (?P<noun>\w+ing)\b"
)
_STOPS = re.compile(rf"^{_WHO}?(?:stops?|stopping|quits?|ceases?) (?P<verb>\w+ing)\b")
_STAYS = re.compile(
    rf"^{_WHO}?{_WHO}?{_NOT} (?:ever |even )*(?:move|stir|budge|mov(?:es|ing))(?: (?:at all|"
    rf"anymore|any more|a muscle))?$"
)
_BESIDE = re.compile(
    r",? ?\b(?:without (?:ever |\w+ly )*\w+ing\b|instead of \w+ing\b|rather than \w+ing\b|"
    r"(?:but |and )?(?:(?:do|does|is|are) ?(?:not|n't) |never |not )(?=\w+))[^,;]*$"
)
_NOT_SO = re.compile(r"\b(?:not|never) (?:too |so |very |that )?(?:[a-z]+ly|fast|quick|slow|hard|high|far|loud)\b")


def without_negated(clause: str) -> tuple[str, list[str]]:
    """Returns a clause without what it says is not done, and remarks about that: an empty one, if that is all it says,
    and `STANDS` for the end of something."""
    low = " ".join(clause.lower().split())
    stops = _STOPS.match(low)
    if (stops and is_action(stops["verb"])) or _STAYS.match(low):
        return STANDS, []
    if (match := _NEGATED.match(low)) and is_action(match["verb"] or match["noun"]):
        negated, _, instead = low.partition(" but ")
        if any(map(is_action, re.findall(r"[a-z]+", instead))):  # "does not wave but walks"
            return instead, [f'"{negated.strip(" ,")}" is left out: what is not done shows no movement.']
        return "", [f'"{clause.strip()}" is left out: what is not done shows no movement.']
    remarks = []
    for pattern in (_NOT_SO, _BESIDE):
        match = pattern.search(low)
        if match is not None and (pattern is _NOT_SO or any(map(is_action, re.findall(r"[a-z]+", match[0])))):
            remarks.append(f'"{match[0].strip(" ,")}" is left out: what is not done shows no movement.')
            low = " ".join(f"{low[: match.start()]} {low[match.end() :]}".split())
    return (low, remarks) if remarks else (clause, [])
