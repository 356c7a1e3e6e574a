"""Reads the properties that a clause gives its motion beside the action: side, direction, turn, count, speed."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from .amounts import distance, duration, times_speed
from .as_before import AROUND
from .counts import count_of
from .directions import MOST_DEGREES, circle_size, spins, travel_of, turn_of, winding
from .grammar import WORD, begins, grammar, is_action, is_agent, verb_of
from .limbs import leans, same_limb, side_of
from .looked_up import looked_up
from .manner_words import manner_of
from .plan import Segment
from .split import waiting
from .told_plainly import told_plainly

MOST_TIMES = 20
"""The largest count; a larger one is limited, with a remark."""

_COUNTED_TURN = re.compile(
    r"\b(?:turn|rotat|pivot|swivel|revolv)\w*(?: (?!and\b)[\w°-]+)*? (?:once|twice|thrice|\w+ times)\b"
)
_AROUND_BACK = re.compile(r"\bback\b|\bsideways\b")
_TURN_ONLY = ("turn", "rotat", "spin", "twirl", "pivot", "fac", "swivel", "revolv", "u-turn")
_TURNS = "turns on the spot"  # what a step that only turns is looked up as
_SPINS = "spins around"
_WITH_STEPS = re.compile(r"\b(?:with|in|by|taking) (?:[\w-]+ )*?steps\b")
_BENDS = re.compile(r"\b(?:curv|veer|bend|swerv|corner)\w*")
_IN_PLACE = re.compile(r"\b(?:on the spot|in place|in one place|where (?:he|she|it) (?:is|stands))\b")
_BOTH_ARMS = re.compile(
    r"\b(?:(?:both|two) (?:(?:the|his|her|their|of) )*(?:arms|hands|fists)|"
    r"(?:rais|lift|stretch|spread|extend|wav|swing)(?:e|es|s|ing)? (?:(?:up|out) )?(?:(?:the|his|her|their|its) )?"
    r"(?:arms|hands))\b"
)
_ONE_ARM = re.compile(
    r"\b(?:with|using) (?:only |just )?(?:one|a single) (?:hand|arm)\b"
    r"(?! (?:on|in|at|to|against|over|behind|raised|up|held))"
)
_ONE_STEP = re.compile(
    r"^(?:(?:a|the|some)? ?\w+ )?steps?(?: (?:back(?:wards?)?|forwards?|ahead|aside|sideways|out|up|down))? with "
    r"(?:the |his |her |their |your )?(?:left|right) (?:foot|leg)\b"
)
_IN_CIRCLES = re.compile(
    r"\b(?:in|along|around) (?:(?:an?|the) )?(?:[\w-]+ ){0,3}circles?\b|\b(?:(?:counter|anti)[- ]?)?clockwise\b"
)
_CRAWLS = re.compile(r"\bcrawl(?:s|ing)?\b")
_SIDEWAYS = 60.0  # degrees from straight ahead, or back, from which on a way leads to a side
_GAITS = re.compile(
    r"\b(?:walk|run|jog|sprint|march|stroll|strid|carr|go|goes|mov|rush|head|sneak)(?:s|es|e|"
    r"ies|ing|y|ying|ning)?\b"
)
_FACES_AHEAD = re.compile(
    r"\b(?:sideways|side[- ]?step|strafe|straf|shuffl|crab|fac(?:es|ing)|dodg|laterally|"
    r"side to side)"
)
_SIDESTEPS = re.compile(r"\bside[- ]?step(s|ping|)\b", re.IGNORECASE)  # a quick one, which is no way to go far
_STANDS_UP = re.compile(r"\b(?:stand|idl)(?:s|ing|es)? (?:up|on|still|with|like)\b")
_STRONG_SPEED = re.compile(rf"\b(?:{'|'.join(grammar()['intensifiers'])}) (?=(?:{'|'.join(grammar()['speeds'])})\b)")
_STRONGLY = 1.5, 2.0  # powers of a fast and a slow factor after "very"
_SPEEDS = 0.5, 2.0  # the least and the largest factor of a speed


def read_segment(clause: str, before: Segment | None) -> tuple[Segment | None, list[str]]:
    """Returns a clause as a segment, or None if it asks for nothing, and sentences about what was not read as written.

    before: the preceding segment.
    """
    text, metres, remarks = distance(clause)
    text = told_plainly(text if metres is None else _SIDESTEPS.sub(_as_a_shuffle, text), before)
    text, factor = times_speed(text)
    text, seconds, said = duration(text)
    remarks += said
    text, count, steps = count_of(text)
    if count == 0 or steps == 0:
        return None, [f'"{clause.strip()}" asks for no times at all and is left out.']
    for number in (count, steps):
        if number is not None and number > MOST_TIMES:
            remarks.append(f'"{clause.strip()}" asks for {number:,} times; {MOST_TIMES} are made.')
    count, steps = (None if n is None else min(n, MOST_TIMES) for n in (count, steps))
    if count is None and steps is None and _ONE_STEP.match(text):
        steps = 1
    if steps is not None and not any(begins(word, grammar()["moves"]) for word in WORD.findall(text)):
        text = f"walks {text}"
    speed = _speed(text) if factor is None else float(np.clip(factor, *_SPEEDS))
    text = _STRONG_SPEED.sub("", text)  # which wordings hardly have
    if factor is not None and factor != speed:
        remarks.append(f'"{clause.strip()}" asks for {factor:g} times the speed; {speed:g} times is made.')
    tokens = WORD.findall(text)
    side, limb, left_over = side_of(tokens)
    if not side and len(set(left_over)) == 1 and leans(text, tokens):
        side, limb, left_over = left_over[0], "trunk", []
    if not side and before is not None and same_limb(tokens, before):
        side, limb = before.side, before.limb
    text, turn, circle, said = turn_of(text, left_over, count)
    remarks += said
    if turn is not None and spins(text):
        count = None
    elif turn is not None and count is not None and (circle or _COUNTED_TURN.search(clause.lower())):
        turn, count = max(min(turn * count, MOST_DEGREES), -MOST_DEGREES), None
    # a side that belongs to the turn is none of the way
    travel, said = travel_of(text, left_over if turn is None else []) if limb != "trunk" else (None, [])
    if turn is None:
        remarks += said
    elif travel == 0.0 or _AROUND_BACK.search(text):
        travel = None
    text, winds = winding(text)
    size = circle_size(text) if circle else 1.0
    if size != 1.0:  # of any motion of this gait; those of circles have their own size
        text = _IN_CIRCLES.sub(" ", text)
    text = waiting(" ".join(text.split()).strip(" ,"))
    manner, plain = manner_of(text)
    only_turns = turn is not None and not _other_action(text)
    if only_turns and turn == 0.0:
        return None, [*remarks, f'"{clause.strip()}" asks for no turn at all and is left out.']
    on_spot = turn is not None and only_turns and not _goes_on(before, text, turn)
    if only_turns:
        spun = _SPINS if spins(text) else _TURNS
        text = plain = spun if on_spot else _going(before)
    if not any(c.isalpha() for c in text):
        return None, [*remarks, f'"{clause.strip()}" says nothing that could be done and is left out.']
    bare, core, verb = looked_up(text, tokens, side, limb, travel)
    segment = Segment(
        text=text,
        said=clause.strip(),
        bare=bare,
        core=core,
        verb=verb,
        side=side,
        limb=limb,
        travel=travel,
        turn=turn,
        circle=circle,
        size=size,
        winds=winds if turn is None else "",
        on_spot=on_spot,
        count=count,
        steps=steps,
        metres=metres if steps is None else None,
        speed=speed,
        seconds=seconds,
        stays=bool(_IN_PLACE.search(clause.lower())) and travel is None and (turn is None or text == _SPINS),
        both=bool(_BOTH_ARMS.search(text)),
        single=bool(_ONE_ARM.search(text)) and not side,
    )
    if manner and any(is_action(word) and not is_agent(word) for word in WORD.findall(plain)):
        bare, core, verb = looked_up(plain, tokens, side, limb, travel)
        segment = replace(segment, manner=manner, plain=replace(segment, text=plain, bare=bare, core=core, verb=verb))
    return segment, remarks


def _as_a_shuffle(match: re.Match[str]) -> str:
    aside = "" if re.search(r"\b(?:left|right)\b", match.string, re.IGNORECASE) else " to the left"
    return f"shuffl{'es' if match[1] == 's' else match[1].removeprefix('p') or 'e'} sideways{aside}"


def turns_to_go(segment: Segment) -> bool:
    """Checks whether who goes on to a side turns there first: "walks ahead, then carries it to the right"."""
    aside = segment.travel is not None and _SIDEWAYS < abs(segment.travel) < 180 - _SIDEWAYS and segment.steps is None
    return aside and bool(_GAITS.search(segment.text)) and not _FACES_AHEAD.search(segment.said.lower())


def goes(segment: Segment) -> bool:
    """Checks whether somebody goes somewhere in a step."""
    return any(begins(word, grammar()["moves"]) for word in WORD.findall(segment.text.lower()))


def _speed(text: str) -> float:
    """Returns the speed that a text names, relative to the natural one."""
    for phrase, factor in grammar()["speed_phrases"].items():
        if phrase in text:
            return factor
    words = WORD.findall(text)
    for i, word in enumerate(words):
        factor = grammar()["speeds"].get(word)
        if factor is not None:
            strong = i > 0 and words[i - 1] in grammar()["intensifiers"]
            return factor ** (_STRONGLY[factor < 1] if strong else 1.0)
    return 1.0


def _going(before: Segment | None) -> str:
    """Returns how somebody goes who turns on the way: as before."""
    verb = _verb_of_going(before) if before is not None else ""
    return verb or "walks"


def _verb_of_going(before: Segment) -> str:
    words = WORD.findall(before.bare or before.text)
    return next((word for word in words if verb_of(word, ("run", "jog", "sprint", "sneak", "crawl", "skip"))), "")


def _goes_on(before: Segment | None, text: str, turn: float) -> bool:
    """Checks whether who turns is on the way: a bend of it, unless the text says that it is a turn in place, or it is
    one around."""
    if _BENDS.search(text) or (before is not None and _CRAWLS.search(before.text)):  # nobody stands up to turn around
        return True
    if before is None or abs(turn) > AROUND or _IN_PLACE.search(text):
        return False
    return any(begins(word, grammar()["moves"]) for word in WORD.findall(before.text))


def _other_action(text: str) -> bool:
    """Checks whether the text names an action beside turning."""
    actions = [word for word in WORD.findall(_WITH_STEPS.sub(" ", text)) if begins(word, grammar()["actions"])]
    stays = () if _STANDS_UP.search(text) else ("stand", "stands", "standing", "idle", "idles", "idling")
    return any(not word.startswith(_TURN_ONLY) and word not in ("back", "makes", *stays) for word in actions)
