"""Says what spans several steps of a prompt in words that can be split into steps."""

from __future__ import annotations

import re

from .grammar import is_action, number_of, verb_of
from .phrase import Phrase

_ENTERS = (
    "go", "get", "move", "fall", "land", "drop", "lower", "step", "sink", "settle", "break", "crouch", "bend", "squat",
)  # fmt: skip
_GRABS = re.compile(r"^grab(?:s|bing)?\b", re.IGNORECASE)
_ENDS = r"(?=$|[,.;]| and\b| then\b)"  # of a clause


def _then(into: re.Match[str]) -> str:
    leads, act = into["leads"].lower(), into["act"].lower()
    acts = is_action(leads) and is_action(act) and not verb_of(leads, _ENTERS)
    return f"{into['leads']}, then {into['act']}" if acts else into[0]


def _after_doing(match: re.Match[str]) -> str:
    """Returns three steps for "walks and after sitting down waves"; the match itself if nothing follows."""
    words = match["rest"].split(" ")
    for i in range(1, len(words)):
        if (
            words[i].endswith("s")
            and is_action(words[i])
            and words[i - 1] not in ("the", "a", "an", "his", "her", "their")
        ):
            return f", then {' '.join(words[:i])}, then {' '.join(words[i:])}"
    return match[0]


SPANNING = (
    Phrase("because it is cold, he shivers", "he shivers", r"^because [^,;.]*, ", ""),
    Phrase(
        "for the picture book: he walks",
        "he walks",
        r"^(?:for|scene|shot|note|cut|camera|prompt|animation|"
        r"title)\b[^:,]{0,40}: ",
        "",
    ),
    Phrase(
        "clutches his stomach and rocks from side to side",
        "rocks from side to side with both hands on the stomach",
        r"\b(?:hold|clutch|grasp|grip|cradl)(?:s|es|e|ing)? (?:the|his|her|their) (stomach|belly|head|chest) and "
        r"((?:rock|sway|walk|stumbl|stagger|limp|hobbl|kneel|sink|double|groan|moan)(?:s|es|e|ing)?\b.*)$",
        r"\2 with both hands on the \1",
    ),
    Phrase(
        "speaks, moving his hands as he talks",
        "speaks",
        r"(?:,? while (?:moving|using)|, (?:moving|using)|(?<!\bis) using) "
        r"(?:(?:the|his|her|their|both) )+(?:hands|arms)(?: around| about| a lot)?"
        r"(?:,? (?:as|while) (?:(?:he|she|they) )?(?:talk|speak|explain)(?:s|ing)?)?" + _ENDS,
        "",
    ),
    Phrase(
        "prays on her knees",
        "kneels down and prays",
        r"\bpray(?:s|ing)?(?: quietly| silently)? (?:(?:while )?kneeling|on (?:the|his|her|their|both) knees)\b",
        "kneels down and prays",
    ),
    Phrase(
        "give me a grieving mother: she sobs",
        "she sobs",
        r"^(?:give|show|make)(?: me)? an? [^:,]{1,40}: (?=(?:he|she|they|it)\b)",
        "",
    ),
    Phrase(
        "walks and after sitting down waves",
        "walks, then sitting down, then waves",
        r",? and after (?P<rest>\w+ing\b[^,;.]*)",
        _after_doing,
    ),
    Phrase(
        "jumps rope, eight jumps",
        "jumps rope eight times",
        r",? (?P<many>[\w-]+) (?:jumps|times|reps|repetitions)$",
        lambda often: f" {often['many']} times" if number_of(often["many"].lower()) else often[0],
    ),
    Phrase(
        "cartwheel into a backflip",
        "cartwheel, then backflip",
        r"\b(?P<leads>[a-z-]+) (?:(?:straight|right|directly) )?into an? (?P<act>[a-z-]+)\b",
        _then,
    ),
    Phrase(
        "catches himself before falling",
        "catches himself",
        r"\b(?P<recovers>catch\w* (?:him|her|it|them)sel(?:f|ves)|recover\w*|"
        r"(?:regain|find|catch|keep)\w* (?:\w+ )?balance)"
        r"(?: just)? before (?:falling|(?:he|she|they|it) falls?|hitting the (?:ground|floor))(?: down| over)?\b",
        r"\g<recovers>",
    ),
    Phrase(
        "rolls and is back on his feet",
        "rolls, then gets up",
        r",? (?:and |then )*(?:is )?back (?:up )?(?:on|to) (?:(?:his|her|their|the) )?feet\b(?: again)?" + _ENDS,
        ", then gets up",
    ),
    Phrase(
        "balances along a narrow beam",
        "walks slowly with the arms out to the sides",
        r"\b(?:balanc(?:es|ing|e)|walk(?:s|ing)?)(?: (?:carefully|slowly|gingerly))?(?: (?:along|across|over|on))? "
        r"(?:an?|the) (?:[\w-]+ )?(?:beam|rope|tightrope|ledge|log|wire|plank|curb|kerb|slackline)\b"
        r"(?:,? (?:with )?(?:(?:the|his|her|their|both) )*arms (?:(?:held|stretched|spread|wide|out) ?)+"
        r"(?:to (?:the|his|her|their) sides?)?)?",
        "walks slowly with the arms out to the sides",
    ),
    Phrase(
        "dodges left and right",
        "dodges to the left, then dodges to the right",
        r"\b(?P<does>(?:dodg|sway|lean|step|jump|hop|leap|weav|slip|roll|shuffl|straf|duck)[a-z]*)"
        r"(?: to the)? (?P<one>left|right) and (?:then )?(?:to the )?(?P<other>left|right)(?=$|[,.;]| then\b)",
        r"\g<does> to the \g<one>, then \g<does> to the \g<other>",
    ),
    Phrase(
        "180 and walks",
        "turns 180 degrees and walks",
        r"^(?:90|180|270|360)(?= and\b|,? then\b|,)",
        r"turns \g<0> degrees",
    ),
    Phrase(
        "strafes while facing the enemy",
        "strafes",
        r",? (?:while |always |still )*(?:facing|looking at|watching|keeping (?:his|her|their) eyes on) "
        r"(?:him|her|them|it|(?:the|his|her|their) (?:enemy|opponent|target|camera|rival|boss|foe))\b",
        "",
    ),
    Phrase(
        "while strolling he waves",
        "he waves while strolling",
        r"^while (?P<goes>\w+ing\b[^,;.]*?),? (?P<does>(?:he|she|they|the \w+|an? \w+) [^,;.]*\w+)",
        r"\g<does> while \g<goes>",
    ),
    Phrase(
        "bends down and picks up a coin",
        "picks up a coin",
        r"\b(?:bend|lean|stoop|reach)(?:s|es|ing)?(?: (?:down|over|forward))*,?(?: and(?: then)? | to |, )"
        r"(?P<picks>(?:picks?|picking|grabs?|grabbing|lifts?|lifting|ties?|tying) "
        r"(?:up\b|(?:an?|the|some|his|her|their|your|my|something|it)\b))",
        lambda bends: _GRABS.sub("picks up", bends["picks"]),
    ),
    Phrase(
        "walks down the stairs and up again",
        "walks down the stairs, then walks up the stairs",
        r"\b(?P<goes>[a-z]+) (?P<one>up|down) "
        r"(?P<what>(?:the|an?|some) (?:[\w-]+ )?(?:stairs|staircase|steps|ladder|hill|ramp|slope)) "
        r"and (?:then )?(?:back )?(?P<other>up|down)(?: again)?" + _ENDS,
        r"\g<goes> \g<one> \g<what>, then \g<goes> \g<other> \g<what>",
    ),
    Phrase(
        "touches the left elbow to the right knee",
        "lifts the right knee high and bends the elbow down to it",
        r"\b(?:touch|bring|tap|put)(?:es|s|ing|ting)? (?:the |his |her |your )?(?:left|right) elbow to (?:the |"
        r"his |her |your )?"
        r"(?P<side>left|right) knee\b",
        r"lifts the \g<side> knee high and bends the elbow down to it",
    ),
    Phrase(
        "typing at a desk",
        "sits at a desk typing",
        r"\btyp(?:es|ing) at (?P<desk>(?:an?|the|his|her) (?:desk|computer|table|laptop))\b",
        r"sits at \g<desk> typing",
    ),
    Phrase(
        "bends the left knee and grabs the ankle behind him",
        "quad stretch with the left leg",
        r"\b(?:stand(?:s|ing)? on (?:the |his |her |your )?(?:left|right) (?:leg|foot),? ?(?:and )?)?"
        r"(?:bend(?:s|ing)? (?:the |his |her |your )?(?P<knee>left|right) (?:knee|leg)(?: 90 degrees)?,? and "
        r"(?:grab|hold|pull|tak)(?:s|es|ing|e)? (?:the |his |her |your )?(?:ankle|foot|heel)|"
        r"(?:pull|bring|grab|hold|tak)(?:s|es|ing|e)? (?:the |his |her |your )?(?P<foot>left|right) (?:foot|"
        r"heel|ankle)) (?:up )?"
        r"(?:behind(?: (?:you|him|her|them|the back))?|to(?:wards)? (?:the |his |her |your )?(?:butt|bottom|"
        r"glutes|buttocks))"
        r"(?:,? (?:quad(?:riceps)? stretch|to stretch (?:the |his |her |your )?(?:quads?|quadriceps|thigh)))?",
        lambda stretch: f"quad stretch with the {stretch['knee'] or stretch['foot']} leg",
    ),
    Phrase(
        "looks up, down and left",
        "looks up, then looks down, then looks left",
        r"\b(?P<looks>look(?:s|ing)?) (?P<one>up|down|left|right)(?P<more>(?:(?:,| and|, and)(?: then)? (?:up|"
        r"down|left|right)\b)+)",
        lambda look: (
            f"{look['looks']} "
            + f", then {look['looks']} ".join(
                [
                    look["one"],
                    *re.findall(
                        r"up|down|"
                        r"left|right",
                        look["more"],
                    ),
                ]
            )
        ),
    ),
    Phrase(
        "jumps sideways to the right over a line",
        "jumps to the right",
        r"\b(?P<jumps>jump|hop|leap)(?P<s>s|ing)? sideways (?P<way>to the (?:left|right))\b(?: over [^,;.]*)?",
        r"\g<jumps>\g<s> \g<way>",
    ),
    Phrase(
        "stands with the hands on the knees, panting",
        "stands with the hands on the knees",
        r"(?P<knees>\bhands on (?:(?:the|his|her|their) )?knees),? (?:panting|gasping|wheezing|out of breath|"
        r"breathing heavily|"
        r"catching (?:the|his|her|their) breath)(?: for (?:air|breath))?",
        r"\g<knees>",
    ),
    Phrase(
        "tosses and turns", "lies still", r"\btoss(?:es|ing)? and turn(?:s|ing)?\b(?: in (?:the )?bed)?", "lies still"
    ),
    Phrase(
        "turns left while standing",
        "turns left",
        r"\b(?P<turns>turn(?:s|ing)?\b[^,;.]*?) (?:while|in|from a?) ?standing(?: still| up| in place| position)?\b",
        r"\g<turns>",
    ),
    Phrase(
        "turns and runs",
        "turns around and runs",
        r"\b(?P<turns>turn(?:s|ing)?),?(?P<and>(?: and| then)+) (?=(?:he |she |they )?(?:runs?|sprints?|walks?|"
        r"leaves?|flees?|jogs?|"
        r"march(?:es)?|storms?|hurr(?:y|ies)|dash(?:es)?|bolts?)\b(?! back))",
        r"\g<turns> around\g<and> ",
    ),
    Phrase(
        "brings it back",
        "turns around and then brings it",
        r"\b(?P<brings>(?:carr(?:y|ies|ying)|bring(?:s|ing)?|tak(?:e|es|ing)) (?:it|them|the (?:\w+ )?\w+)) back\b",
        r"turns around and then \g<brings>",
    ),
)
"""Phrases of whole prompts, which are replaced one after the other."""


def told_in_steps(prompt: str) -> str:
    """Returns the prompt without such phrases: "cartwheel, then backflip" for "cartwheel into a backflip"."""
    for phrase in SPANNING:
        prompt = phrase.told(prompt)
    return prompt
