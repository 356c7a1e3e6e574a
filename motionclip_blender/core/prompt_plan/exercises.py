"""Writes exercises that no clip shows whole out as the steps that they are made of: burpees, kicks by turns."""

from __future__ import annotations

import re

from .grammar import number_of

_BURPEES = re.compile(
    r"\b(?:(?:do|does|doing|did|perform|performs|performing) )?(?:(?P<many>[\w-]+) )?(?P<what>burpees?)\b"
    r"(?: (?:in a row|in succession|one after the other))?",
    re.I,
)
_BURPEE = "crouches down, then does one push-up, then jumps up"
_BY_TURNS = re.compile(  # "kicks four times, alternating legs"
    r"^(?P<act>[^,;.]*?\b(?P<verb>kick|knee|lung|hop|punch|jab|hook|strik|slap|wav)[a-z]*\b[^,;.]*?),?"
    r" (?P<many>[\w-]+) times,? "
    r"(?:(?:with|on|by) )?(?:alternat(?:ing|e|ely)(?: between)?|switching|changing)"
    r"(?: (?:the |his |her |their )?(?:legs|arms|sides|hands|feet|fists|left and right))?[ .!]*$",
    re.I,
)
_OF_LEGS = ("kick", "knee", "lung", "hop")
_MOST_TURNS = 12
_SOME = 3  # "burpees", without a number
_FEW = {"a": 1, "the": 1, "some": _SOME, "several": _SOME}


def exercises_written_out(prompt: str) -> str:
    """Returns a prompt with each burpee as what it is, a crouch, a push-up and a jump, and with what is done by turns
    as a step a side."""
    return _BY_TURNS.sub(_by_turns, _BURPEES.sub(_burpees, prompt))


def _by_turns(match: re.Match[str]) -> str:
    many = number_of(match["many"].lower())
    if many is None or not 0 < many <= _MOST_TURNS:
        return match[0]
    limb = "leg" if match["verb"].lower() in _OF_LEGS else "arm"
    return ", then ".join(f"{match['act']} with the {('right', 'left')[i % 2]} {limb}" for i in range(many))


def _burpees(match: re.Match[str]) -> str:
    said = (match["many"] or "").lower()
    many = _FEW.get(said, number_of(said) if said else None)
    before = "" if many is not None or not said else f"{match['many']} "  # "slow burpees"
    if many is None:
        many = _SOME if match["what"].lower().endswith("s") else 1
    return before + ", then ".join([_BURPEE] * many)
