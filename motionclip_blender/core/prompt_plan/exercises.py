"""Writes exercises that no clip shows whole out as the steps that they are made of: burpees, kicks by turns."""

from __future__ import annotations

import re

from .grammar import inflected, number_of

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
_TURN_BY_TURN = re.compile(  # "does six lunges, alternating legs", "four alternating kicks"
    r"^(?P<who>[^,;.]*?)(?:\b(?:do(?:es|ing)?|perform(?:s|ing)?|makes?|throws?|takes?) )?(?P<many>[\w-]+) "
    r"(?P<first>alternating )?(?P<act>lunge|kick|punch|jab|hop|knee raise|knee strike)(?:e?s)\b(?P<how>[^,;.]*?)"
    r"(?(first)|,? (?:on |with )?(?:alternat(?:ing|e|ely)|switching|changing)"
    r"(?: (?:the |his |her |their )?(?:legs|arms|sides|hands|feet|left and right))?)[ .!]*$",
    re.I,
)
_OF_LEGS = ("kick", "knee", "lung", "hop")
_OF_KNEES = {"raise": "raises the knee", "strike": "knees"}
_MOST_TURNS = 12
_SOME = 3  # "burpees", without a number
_FEW = {"a": 1, "the": 1, "some": _SOME, "several": _SOME}


def exercises_written_out(prompt: str) -> str:
    """Returns a prompt with each burpee as what it is, a crouch, a push-up and a jump, and with what is done by turns
    as a step a side."""
    return _TURN_BY_TURN.sub(_turn_by_turn, _BY_TURNS.sub(_by_turns, _BURPEES.sub(_burpees, prompt)))


def _turn_by_turn(match: re.Match[str]) -> str:
    verb, *rest = match["act"].lower().split()
    act = _OF_KNEES[rest[0]] if rest else inflected(verb, "s")
    return _each_side(match, f"{match['who']}{act}{match['how']}", verb)


def _by_turns(match: re.Match[str]) -> str:
    return _each_side(match, match["act"], match["verb"].lower())


def _each_side(match: re.Match[str], act: str, verb: str) -> str:
    """Returns an act as a step a side, as often as a match says; the match itself if that is too often."""
    many = number_of(match["many"].lower())
    if many is None or not 0 < many <= _MOST_TURNS:
        return match[0]
    limb = "leg" if verb.startswith(_OF_LEGS) else "arm"
    return ", then ".join(f"{act} once with the {('right', 'left')[i % 2]} {limb}" for i in range(many))


def _burpees(match: re.Match[str]) -> str:
    said = (match["many"] or "").lower()
    many = _FEW.get(said, number_of(said) if said else None)
    before = "" if many is not None or not said else f"{match['many']} "  # "slow burpees"
    if many is None:
        many = _SOME if match["what"].lower().endswith("s") else 1
    return before + ", then ".join([_BURPEE] * many)
