"""Reads which side and which limb a clause names."""

from __future__ import annotations

import re

from .grammar import begins, grammar, is_action
from .plan import Segment

LEANS = re.compile(r"\b(?:lean|bend|bow|tilt|sway|stretch|twist)(?:s|es|ing)?\b")
"""Words for a trunk that leans, which goes nowhere."""

_READIES = ["lift", "rais", "pick", "hold", "grab", "tak", "catch", "swing", "draw"]  # what the same limb goes on from
_LIMB_AFTER = 2  # most words between a side and its limb


def side_of(tokens: list[str]) -> tuple[str, str, list[str]]:
    """Returns the side of a limb ("left", "right" or ""), the limb, and the sides that belong to a direction."""
    body, found, limb, rest = grammar()["body"], "", "", []
    moves = any(begins(word, grammar()["moves"]) or begins(word, grammar()["turns"]) for word in tokens)
    for i, word in enumerate(tokens):
        if word not in ("left", "right"):
            continue
        near = [t for t in tokens[i + 1 : i + 2 + _LIMB_AFTER] if t in body]
        alone = not moves or (i > 1 and tokens[i - 2 : i] == ["with", "the"])
        if near and not (i > 1 and tokens[i - 1] == "the" and tokens[i - 2] == "to"):
            if not found:
                found, limb = word, body[near[0]]
        elif alone and not (i > 1 and tokens[i - 2] == "to"):
            if not found:
                found = word
        elif not _of_a_thing(tokens, i):
            rest.append(word)
    if found and not limb:
        if any(begins(word, grammar()["leg_actions"]) for word in tokens):
            limb = "leg"
        elif any(begins(word, grammar()["arm_actions"]) for word in tokens):
            limb = "arm"
    stands = any(begins(word, grammar()["support"]) for word in tokens)
    if found and limb in ("leg", "") and stands:
        limb = "support"
    return found, limb, rest


def _of_a_thing(tokens: list[str], i: int) -> bool:
    """Checks whether the side at `i` is that of a thing, not of a way: "in the right pocket"."""
    if i < 1 or tokens[i - 1] not in ("the", "his", "her", "their", "its") or i + 1 >= len(tokens):
        return False
    following = tokens[i + 1]
    leads_there = i > 1 and tokens[i - 2] in ("to", "towards", "toward")
    words = grammar()["time"], grammar()["function_words"], ("side", "turn", "turns", "step", "steps", "corner", "bend")
    plain = following.endswith("ly") or is_action(following) or any(following in each for each in words)
    return not (leads_there or plain)


def same_limb(tokens: list[str], before: Segment) -> bool:
    """Checks whether a step goes on with the limb that the step before has readied: "lifts the right leg and kicks"."""
    if before.limb not in ("arm", "leg") or {"both", "left", "right"} & set(tokens):
        return False
    readied = any(begins(word, _READIES) for word in before.text.split())
    return readied and any(begins(word, grammar()[f"{before.limb}_actions"]) for word in tokens[:3])


def leans(text: str, tokens: list[str]) -> bool:
    """Checks whether a side that is named is that to which the trunk leans."""
    goes = any(begins(word, grammar()["moves"]) for word in tokens)
    return bool(LEANS.search(text)) and not goes and not {"head", "turn", "turns"} & set(tokens)
