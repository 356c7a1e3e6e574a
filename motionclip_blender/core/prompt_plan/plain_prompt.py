"""Makes plain text of what a user has typed: one line, without what is said to who makes the motion."""

from __future__ import annotations

import re
import unicodedata

from ..errors import UserError
from .grammar import is_action

MAX_CHARACTERS = 2000

_LINE_ENDS = re.compile(r"(?<=\w)\n+(?=\w)")
_WORD = re.compile(r"[A-Za-z]+")
_ASKS = re.compile(  # what comes before a description
    r"^(?:(?:(?:hi|hello|hey)(?: there)?(?:[,!] *| (?=can\b|could\b|please\b|i\b|make\b))|"
    r"(?:ok|okay|so|now|please|pls|plz|just)\b[ ,]*))*"
    r"(?:(?:can|could|would|will) you (?:please )?|i(?:'d like| would like| want| need)(?: you)?(?: to)? )?"
    r"(?:(?:show|give|make)(?: me)? (?=an? (?:\w+ )?\w+ (?:who|that|\w+ing)\b)|(?:animate|generate|create) |"
    r"(?:(?:the|this|a) )?(?:scene|video|clip|animation|motion) (?:shows|of|depicts) )?"
    r"(?:(?:make|have|let) (?:him|her|it|them|"
    r"(?:the|my|this|a) (?:character|guy|man|woman|person|figure|rig|model|avatar))(?: please)? (?=\w)|"
    r"(?:him|her|them|(?:the|my) (?:character|guy|rig|avatar)) to (?=\w))?(?:please |pls )?",
    re.IGNORECASE,
)
_SHORT_FORMS = {
    "w/": "with",
    "w(?= (?:a|the|his|her|both|one|left|right)\\b)": "with",
    "ur": "your",
    "u": "you",
    "thru": "through",
    "(?<!rock )n(?= \\w)": "and",
    "an(?= (?:falls|dies|runs|walks|jumps|sits|stands|gets|turns|waves|kicks|punches|rolls|lands|then)\\b)": "and",
    "(?:lol|lmao|rofl|haha|omg|xd|ffs|tbh)\\b[.!]*": "",
}
_WHO_DOES = re.compile(
    r"^((?:an?|the|some) (?:[\w-]+ ){0,3}[\w-]+) (?:who|that) (?=(?:is|are) \w+ing\b|(?!has\b|was\b|is\b)\w+s\b)", re.I
)
_THANKS = re.compile(
    r"[ ,.;!]*\b(?:please|pls|plz|thanks?(?: you| a lot| in advance)?|thx|ty|cheers mate)(?: (?:so|very) much)?[ .!]*$",
    re.IGNORECASE,
)


def plain_prompt(prompt: str) -> str:
    """Returns the prompt on one line. Raises `UserError` for an empty one, one without words, or one too long."""
    lines = prompt.encode("utf-8", "ignore").decode("utf-8").splitlines()
    text = "\n".join(line.strip() for line in lines)
    if all(any(map(is_action, _WORD.findall(line.lower()))) for line in lines if line.strip()):  # a step a line
        text = _LINE_ENDS.sub("; ", text)
    text = " ".join(text.split())
    text = "".join(c for c in text if unicodedata.category(c) != "Cc").replace("\u2019", "'")
    if not text:
        raise UserError('The prompt is empty; type what the character should do, such as "a person waves".')
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"The prompt has {len(text):,} characters; shorten it to {MAX_CHARACTERS:,} or fewer.")
    if not any(c.isalpha() for c in text):
        raise UserError("The prompt has no words; describe the movement in words.")
    return text


def without_courtesies(text: str) -> str:
    """Returns a prompt without what is said to who makes it: "please", "make him", "thanks"."""
    for short, whole in _SHORT_FORMS.items():
        text = re.sub(rf"(?<![\w-]){short}(?![\w-])", whole, text, flags=re.IGNORECASE)
    rest = _WHO_DOES.sub(r"\1 ", _ASKS.sub("", _THANKS.sub("", text))).strip(" ,")
    return rest if any(c.isalpha() for c in rest) else text
