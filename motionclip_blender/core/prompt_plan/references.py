"""Puts in what a clause leaves to the clauses before it: "throws it", and "shoots" after "draws the bow"."""

from __future__ import annotations

import re
from collections.abc import Callable

from .grammar import HOLDS_A_POSE, grammar, inflected, is_action, verb_of

_OBJECT = re.compile(r"\b(?:a|an|the|his|her|their|some|one|both) ((?:[a-z-]+ ){0,3}[a-z-]+)\b")
_PLACED = re.compile(r"\b(?:from|off|on|onto|in|into|at|near|to|under|behind|beside) (?:the|an?|his|her|their) [\w-]+")
_WITH = re.compile(r"\b(?:with|using) (?:the|an?|his|her|their|both) (?:\w+ )?(?:hand|arm|foot|leg|finger)s?\b")
_NOUN = re.compile(r"(?!(?:he|she|they|it|is|are|someone|somebody|everyone|[\w-]*ly) )([a-z-]+) ")
_DRINKS = re.compile(r"\b(?:drink|drank|sip|eat|ate)(?:s|ing|ping)?\b")  # from what is in the hand
_IT = re.compile(r"(?<=\w )(?:it|them)\b(?! (?:is|are|has|have)\b)")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_HURTS = re.compile(  # what is rubbed then
    r"\b(?:fall|land|sit|hit|bump|knock|bang|stub)(?:s|ing|ting|ping)? (?:.*\bon )?(?:his|her|their) "
    r"(bottom|backside|butt|bum|rear|knee|elbow|head|shoulder|back|hip)\b"
)
_SHOOTS = ("shoot", "fire", "aim", "release", "loose")
_UPWARDS = re.compile(
    r"\b(?:walk|go|climb|run|step|ascend|descend|head|jog|march|sneak|com|climb)\w* (?:[\w-]+ )*?"
    r"(?:(stairs|staircase|ladder|hill|slope|ramp)|(?:up|down)stairs)\b"
)
_BACK = re.compile(  # the way that was climbed before
    r"^(?P<who>(?:he|she|they) )?(?:(?:com|go|walk|climb|head|run)(?:e|s|es|ing|ning)?(?: back)?|get(?:s|ting)?"
    r" back) (?P<way>down|up)"
    r"(?: again)?$"
)
_PHONE = re.compile(r"\b(?:tele)?phone\b")
_TALKS = ("talk", "speak", "chat", "listen")
_WITH_A_BALL = re.compile(r"\b(?:dribbl\w+|(?:basketball|football|soccer|handball) player|striker|point guard)\b")
_LETS_GO = re.compile(
    r"^(?:(?:he|she|they) )?let(?:s|ting)? (?:go|fly|loose)(?: (?:of )?(?:it|the (?:arrow|string)))?$"
)
_ENDINGS = ("s", "ing")  # the plain form may be a noun: "an indian pirouette"
_A_LIMB = re.compile(r"\b(?:left|right) (?:arm|hand|leg|knee|foot|fist|elbow)\b")
_OF_TIME = frozenset(["moment", "second", "minute", "while", "bit", "time", "beat", "short while"])
_OF_NUMBER = frozenset(["a", "an", "some", "few", "several"])
_OF_DOORS = frozenset(["handle", "knob", "latch"])
_FREE = frozenset(["he", "she", "they", "it", "and", "then", "quickly", "slowly", "again", "once", "twice"])


_A_HAND = re.compile(r"\b(left|right|one) (?:hand|arm|fist)\b")
_OTHER_HAND = re.compile(
    r"\b(?P<the>the|his|her|their|your) other(?: (?P<what>hand|arm|fist))?"
    r"(?=$|[,.;]| (?:and|then|on|in|at|over|behind|is|rests?|stays?|hangs?|remains?|to|waves?|points?|covers?|"
    r"covering|up|out)\b)"
)
_SIDE_ALONE = re.compile(
    r"\b(?P<the>the|his|her|their|your) (?P<side>left|right)(?= (?:rests?|resting|stays?|remains?|hangs?|is) )|"
    r"(?<=\bwith )(?P<with>the|his|her|their|your) (?P<own>left|right)(?=$|[,.;]| (?:and|then)\b)"
)


def hands_named(prompt: str) -> str:
    """Returns a prompt with the hand that it names as "the other", or by its side alone, in full: "with one hand, and
    pats the head with the left hand"."""
    low = prompt.lower()
    if not _A_HAND.search(low):
        return prompt
    low = _SIDE_ALONE.sub(
        lambda one: (
            f"{one['the'] or one['with']} {one['side'] or one['own']} hand"
            if _A_HAND.search(low[: one.start()])
            else one[0]
        ),
        low,
    )

    def named(match: re.Match[str]) -> str:
        before = _A_HAND.findall(low[: match.start()])
        if not before:
            return match[0]
        side = "right" if before[-1] == "left" else "left"  # who says "one hand" is given the right one
        return f"{match['the']} {side} {match['what'] or 'hand'}"

    changed = _OTHER_HAND.sub(named, low)
    return prompt if changed == prompt.lower() else changed


class References:
    """Remembers what the clauses of a prompt name, one after the other."""

    def __init__(self) -> None:
        self._object = self._weapon = self._climbed = ""

    def put_in(self, clause: str) -> str:
        """Returns a clause with what it refers to in words, and remembers what it names itself."""
        low = clause.lower()
        if self._object and _IT.search(low) and not HOLDS_A_POSE.match(low):
            low = clause = _IT.sub(f"the {self._object}", low, count=1)
        if self._climbed and (back := _BACK.match(low)):
            goes = "climbs" if self._climbed == "ladder" else "walks"
            low = clause = f"{back['who'] or ''}{goes} {back['way']} the {self._climbed}"
        words = [word for word in _WORD.findall(low) if word not in _FREE]
        if self._weapon and len(words) == 1 and verb_of(words[0], _SHOOTS):
            clause = f"{clause} with the {self._weapon}"
        elif self._weapon and _LETS_GO.match(low):
            clause = f"shoots with the {self._weapon}"
        elif self._object.endswith("phone") and words and verb_of(words[0], _TALKS):
            clause = f"{clause} on the phone"
        elif len(words) == 1 and words[0].startswith("shoot") and self._object.endswith("ball"):
            clause = f"{clause} the {self._object}"
        self._remember(low)
        return clause

    def _remember(self, clause: str) -> None:
        for word in _WORD.findall(clause):
            if word in grammar()["weapons"]:
                self._weapon = word
        done = [match.start() for match in _WORD.finditer(clause) if is_action(match[0])]
        # what someone acts on comes after the action
        if done and re.search(r"\bsomething\b", clause[done[0] :]):
            self._object = "thing"
        said = _WITH.sub("", clause[done[0] :]) if done else ""
        named = _OBJECT.findall(said if _DRINKS.search(said) else _PLACED.sub("", said))
        if named and (thing := _thing(named[0].split(" "))) and thing not in _OF_TIME:
            self._object = thing
        elif limb := _A_LIMB.search(said):
            self._object = limb[0]
        if climbed := _UPWARDS.search(clause):
            self._climbed = climbed[1] or "stairs"
        if _PHONE.search(clause):
            self._object = "phone"
        if hurt := _HURTS.search(clause):
            self._object = hurt[1]
        if _WITH_A_BALL.search(clause):
            self._object = "ball"


def _thing(words: list[str]) -> str:
    """Returns what words after an article name: "heavy box" of "heavy box from the floor"."""
    ends = [i for i, word in enumerate(words) if i and (word in grammar()["no_object"] or word in _OF_NUMBER)]
    words = words[: ends[0]] if ends else words
    if len(words) > 1 and words[-1] in _OF_DOORS:  # by which a door is pulled open
        words = words[:-1]
    while len(words) > 1 and is_action(words[0]):  # "the rolling ball"
        words = words[1:]
    return " ".join(words)


def likened(text: str, known: Callable[[str], bool]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Returns the text with verbs that the wordings lack as ones that look alike, and the pairs of both.

    known: whether the wordings have a word.
    """
    changed: dict[str, str] = {}
    table = grammar()["likened"]

    def liken(match: re.Match[str]) -> str:
        word = match[0]
        compound = _NOUN.fullmatch(text[: match.start()])  # "pole vaulting" is no leap
        if word.endswith("ing") and compound and not is_action(compound[1]) and compound[1] not in grammar()["time"]:
            return word
        form = verb_of(word, table)
        said = known(word) or (form is not None and any(known(inflected(form[0], ending)) for ending in _ENDINGS))
        if form is None or (said and form[0] not in grammar()["body"]):  # "uppercut" is known to be of an arm
            return word
        verb, *rest = table[form[0]].split()  # "back away"
        changed[word] = " ".join((inflected(verb, form[1]), *rest))
        return changed[word]

    return _WORD.sub(liken, text), tuple(changed.items())
