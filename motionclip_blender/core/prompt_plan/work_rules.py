"""Lists the words that name work of the hands by rule: at a table, at a pane, at instruments, in the hair."""

from __future__ import annotations

import re
from dataclasses import replace

from .gesture import DOWN, Gesture
from .gesture_rule import BOTH, THE, WITH_HAND, Rule, put

_AT_VIOLIN = (18.0, 12.0, -14.0)  # how the head turns there, see `Gesture.looks`
_AT_FLUTE = (-12.0, 6.0, 10.0)
_PLAYS = rf"\b(?:play|practis|practic|blow)(?:s|es|e|ing)? (?:on |in |into )?{THE}(?:[\w-]+ )?"
_FOOD = (
    r"(?:vegetables?|carrots?|onions?|tomato(?:es)?|cucumbers?|salad|herbs|meat|fish|fruits?|apples?|garlic|peppers?|bread|"
    r"potato(?:es)?|ingredients|mushrooms|cabbage|cheese|it|them)"
)


def _violin(match: re.Match[str]) -> Gesture:
    return replace(put("strings", ("left",)), looks=(_AT_VIOLIN,), also=put("bow", ("right",), "bows"))


def _at_table(moves: str) -> Gesture:
    """Returns the gesture of a right hand that works at a table, where the left one holds what is worked on."""
    return replace(put("table", ("right",), moves), looks=(DOWN,), also=put("table", ("left",)))


WORK_RULES = (
    Rule(
        "plays the violin",
        rf"\b(?:play|practis|practic)(?:s|es|e|ing)? (?:on )?{THE}(?:[\w-]+ )?(?:violin|viola|fiddle)\b",
        _violin,
    ),
    Rule(
        "plays the flute",
        rf"{_PLAYS}(?:flute|piccolo|fife)\b",
        lambda _: replace(put("flute's end", ("right",)), looks=(_AT_FLUTE,), also=put("flute's head", ("left",))),
    ),
    Rule(
        "plays the trumpet",
        rf"{_PLAYS}(?:trumpet|horn|bugle|trombone|cornet|harmonica|mouth organ)\b",
        lambda _: put("trumpet", BOTH),
    ),
    Rule(
        "plays the clarinet",
        rf"{_PLAYS}(?:clarinet|recorder|saxophone|sax|oboe|whistle)\b",
        lambda _: put("clarinet", BOTH),
    ),
    Rule(
        "plays the drums",
        rf"{_PLAYS}(?:drums?|drum ?kit|bongos?|congas?|djembe|timpani|xylophone|marimba)\b|"
        rf"\b(?:beat|drum|bang)(?:s|ing|ming)? (?:on )?{THE}drums?\b",
        lambda _: put("keyboard", BOTH, "beats"),
    ),
    Rule(
        "chops vegetables",
        rf"\b(?:chop|slic|dic|cut)(?:s|es|e|ping|ing|ting)? (?:up )?{THE}(?:[\w-]+ )?{_FOOD}(?: up)?"
        rf"(?=$|,| and| on| with| in)(?: on {THE}(?:[\w-]+ )?(?:board|table|counter))?"
        rf"(?: with {THE}(?:[\w-]+ )?knife)?",
        lambda _: _at_table("chops"),
        unless=r"\b(?:sword|axe|katana|saw|in half)\b",
    ),
    Rule(
        "kneads dough",
        rf"\b(?:knead|roll)(?:s|ing)? (?:out )?{THE}(?:[\w-]+ )?(?:dough|clay|pastry)\b"
        rf"(?: (?:out|on {THE}(?:table|counter|board)|with {THE}(?:hands|rolling pin)))*",
        lambda _: replace(put("table", BOTH, "kneads"), looks=(DOWN,)),
    ),
    Rule(
        "irons a shirt",
        rf"\biron(?:s|ing)? {THE}(?:[\w-]+ )?(?:shirts?|clothes|laundry|trousers|dress|skirt|linen|sheets?|blouse)\b",
        lambda _: _at_table("wipes"),
    ),
    Rule(
        "brushes her long hair",
        rf"\b(?:comb|brush|strok|smooth)(?:es|ing|s|e)? {THE}(?:[\w-]+ ){{0,2}}?hair\b"
        rf"(?: (?:in|with) (?:long|slow|even|gentle) strokes| from {THE}(?:crown|top|head) down(?:wards?)?|"
        rf" (?:back|away|aside)(?: (?:from|off) {THE}(?:face|forehead|eyes))?| out of {THE}(?:face|eyes))*"
        rf"{WITH_HAND}",
        lambda match: put("head", (match["with"] or "right",), "strokes"),
        unless=r"\b(?:dog|cat|horse|doll|child|girl)'s\b",
    ),
    Rule(
        "wipes the table in circles",
        rf"\b(?:wip|polish|scrub|clean|dust|sand)(?:es|s|e|ing)? (?:down |off )?{THE}(?:[\w-]+ )?"
        r"(?P<flat>table(?: ?top)?|counter(?: ?top)?|desk(?: ?top)?|bar(?: top)?|worktop|workbench|"
        r"shelf|stove|surface)\b"
        rf"(?: (?:clean|down|off|slowly|carefully))*(?: (?:with|using) (?:an? )?(?:[\w-]+ )?(?:cloth|rag|sponge|towel|"
        rf"napkin))?(?P<round> (?:in|with) (?:[\w-]+ )*?(?:circles|circular \w+))?"
        rf"(?: of (?:one|a|the) hand)?{WITH_HAND}",
        lambda match: replace(
            put("table", (match["with"] or "right",), "stirs" if match["round"] else "wipes"), looks=(DOWN,)
        ),
    ),
    Rule(
        "wipes the window in circles",
        rf"\b(?:wip|polish|scrub|clean|rub|wash)(?:es|s|e|ing|bing)? (?:down |off )?{THE}(?:[\w-]+ )?"
        rf"(?:windows?|window ?pane|glass|pane|mirror|board|blackboard|whiteboard|wall|door)\b(?: (?:clean|down|off))?"
        rf"(?: (?:with|using) (?:an? )?(?:[\w-]+ )?(?:cloth|rag|sponge|towel))? (?:in|with) (?:[\w-]+ )*?"
        rf"(?:circles|circular \w+)(?: of (?:one|a|the) hand)?{WITH_HAND}",
        lambda match: put("pane", (match["with"] or "right",), "stirs"),
    ),
)
"""All of them; of several that match the first one counts."""
