"""Converts a prompt to a plan by rules: `read_plan`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..errors import UserError
from .again import with_repeats
from .amounts import plain_amounts
from .as_before import ONLY_A_WAY
from .exercises import exercises_written_out
from .gesture import LOOKS, TOUCHES, Gesture
from .gestures import gesture_of, only_by_rule
from .grammar import STANDS, inflected, is_action
from .language import other_language
from .negation import without_negated
from .paths import written_out
from .plan import Plan, Segment
from .references import References, hands_named, likened
from .segments import goes, read_segment, turns_to_go
from .spanning import told_in_steps
from .spelling import Spelling, spelled_out
from .split import Clause, clauses
from .subject_manner import with_manner_of_subject
from .word_features import content, stem

MAX_CHARACTERS = 2000
MAX_SEGMENTS = 24

_THAN = re.compile(r"(?:,| and) than (?=\w)", re.IGNORECASE)  # misspelt "then"
_TO_POSTURE = re.compile(r"^(stand|sit|lie|idle|crouch)(?:ing)? to (stand|sit|lie|crouch)(?:ing)?$", re.IGNORECASE)
_TO_STOP = re.compile(
    r"^(walk|run|jog|sprint)(?:ing)?(?: to)? (?:stop|idle|stand)(?: (?:left|right)(?: foot)?)?$", re.IGNORECASE
)
_STARTS = re.compile(r"^(?:idle|stand|idling|standing) to (walk|run|jog|sprint|sneak|crawl)(?:ing)?$", re.IGNORECASE)
_POSTURES = {"stand": "stands up", "sit": "sits down", "lie": "lies down", "crouch": "crouches down"}
_LINE_ENDS = re.compile(r"(?<=\w)\n+(?=\w)")
_ENDS_IN_AND = re.compile(r"^and | and$")
_WORD = re.compile(r"[A-Za-z]+")
_FORTH_OR_BACK = re.compile(r"\b(?:forwards?|backwards?|clockwise|counter-?clockwise)\b", re.IGNORECASE)
_TAKES_UP = re.compile(  # what was done before
    r"(?:(?:he|she|they|it) )?(?:continue|resume)s?(?: to| with)?(?: (?:his|her|their|the))? (\w+)(?: again| on)?"
)
_COMES_BACK = re.compile(r"\b(?:walk|run|jog|go|come|crawl|sprint)(?:s|es|ing|ning)? (?:all the way )?back(?: again)?$")
_GOES_ON = re.compile(
    r"(?:(?:he|she|they|it) )?(?:keep(?:s)? (?:on )?(?:going|moving)|go(?:es)? on|continue(?:s)?|carr(?:ies|y) on|"
    r"resume(?:s)?|move(?:s)? on)(?: (?:on|again|forward|ahead|as before|on (?:his|her|their) way))*"
    r"(?P<how>(?: at an?)?(?: (?:slightly|much|a bit|a little|a lot))?"
    r"(?: (?:faster|quicker|brisker|slower|slow|fast|brisk|quick))(?: (?:pace|speed))?)?"
)
_BACK_TO = re.compile(
    r"\b(?:go|get|return)(?:es|s|ing)? (?:right |straight )?(?:back )?to (?=(?!standing|"
    r"sitting|lying|kneeling)\w+ing\b)",
    re.I,
)
_ACTS_OUT = re.compile(  # "plays air guitar", where "air guitar" is known
    r"^(?:(?:the|a|an|some)?(?:one|body)? ?\w* )?(?:is |are )?(?:do|does|doing|play|plays|playing|danc(?:e|es|"
    r"ing)(?= (?:the|an?) )|"
    r"performs?|performing|imitates?|practi[cs]es?|makes?) (?:the |an? |some )?"
)
_ONGOING = re.compile(r"\w+ing\b", re.IGNORECASE)
_LOWERED = ("down",)  # places where a hand puts down what it holds
_ONLY_STANDS = re.compile(r"(?:(?:he|she|they) )?stands?(?: up)?(?: again)?")
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
_AND_DOES = re.compile(r"\band (?:then )?\w+(?:s|ing) (?:the|his|her|their|an?|its)\b")  # what no list of verbs has
_OVER_HEAD = re.compile(r"(?:above|over) (?:(?:the|his|her|their) )?head", re.IGNORECASE)
_ARMS = re.compile(r"\barms\b")
_TOKEN = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[a-z]+)?|[^A-Za-zÀ-ÿ]+")


def read_plan(prompt: str, spelling: Spelling, known: Callable[[str], bool] = lambda text: False) -> Plan:
    """Returns the plan of a prompt. Deterministic.

    Raises `UserError` with one sentence for a prompt that is empty, too long, in another language, or asks for nothing.
    spelling: made of the pack's wordings.
    known: whether a text, in lower case, is one of them.
    """
    text = plain_amounts(_without_courtesies(plain_prompt(prompt)))
    language = None if known(text.lower()) else other_language(text, spelling.in_wordings)
    if language:
        of = "in another language" if language == "another script" else f"in {language}"
        raise UserError(f"English is the language here, and the prompt seems to be {of}; write it in English.")
    remarks: list[str] = []
    text = _THAN.sub(" then ", text)
    spelled = spelled_out(text, spelling)
    named = spelled != text
    posture = _TO_POSTURE.match(spelled)
    spelled = _changed_posture(posture) if posture else spelled
    if named and not known(spelled.lower()):
        spelled = _STARTS.sub(r"stands still, then \1s", _TO_STOP.sub(r"\1s, then stops", spelled))
    text, mended = _mended(spelled, spelling)
    text = exercises_written_out(text.strip(" .,;:!?-"))
    if not known(text.lower()):
        text, alike = likened(text, spelling.in_wordings)
        mended += alike
        text = written_out(told_in_steps(hands_named(text)))
    remarks += [f'Read "{wrong}" as "{right}".' for wrong, right in mended]
    segments: list[Segment] = []
    stands, references = False, References()
    for clause in with_repeats(clauses(text, lambda part: known(part.strip().lower()))):
        done, said = _positive(references.put_in(_taken_up(clause.text, segments)), known)
        remarks += said
        if not done.strip():
            stands = True
            continue
        segment, said = _step(clause, done, _before(segments, done), known)
        remarks += said
        if segment is None:
            continue
        if segments and _tells_more(clause.text, segment, segments[-1]):
            segments[-1] = replace(segments[-1], side=segment.side, limb=segment.limb)
            continue
        if segments and segment.metres is None and _COMES_BACK.search(clause.text.lower()):
            segment = replace(segment, metres=next((step.metres for step in reversed(segments) if goes(step)), None))
        if segments and turns_to_go(segment):
            segment = replace(segment, turns_there=True)
        if named:
            segment = replace(segment, verb=segment.verb or _head(segment, known))
        segments.append(segment)
    if not segments and stands:  # who does nothing of what is said stands
        segments.append(Segment(STANDS, text, STANDS, STANDS))
    if not segments:
        raise UserError(" ".join(remarks) or "The prompt asks for no movement; describe what the character does.")
    if len(segments) > MAX_SEGMENTS:
        remarks.append(f"The prompt has {len(segments)} steps; the first {MAX_SEGMENTS} are made.")
    return Plan(tuple(with_manner_of_subject(segments[:MAX_SEGMENTS])), tuple(dict.fromkeys(remarks)), named)


def _changed_posture(names: re.Match[str]) -> str:
    """Returns "crouches, then stands up" for "crouch to stand"; who stands first is not told of."""
    first, then = (names[i].lower() for i in (1, 2))
    low = "" if first in ("stand", "idle") else f"{'lies' if first == 'lie' else inflected(first, 's')}, then "
    return f"{low}{_POSTURES[then]}"


def _before(segments: Sequence[Segment], clause: str) -> Segment | None:
    """Returns the step before a clause; before one that stands up again, that which got the body down: "kneels, prays,
    stands"."""
    waits = _ONLY_STANDS.fullmatch(clause.strip().lower())
    moved = [segment for segment in segments if segment.text != STANDS] if waits else segments
    return moved[-1] if moved else segments[-1] if segments else None


def _tells_more(clause: str, segment: Segment, before: Segment) -> bool:
    """Checks whether a clause only says with which limb the step before is done: "limps, dragging the right leg"."""
    same = content(segment.bare) == content(before.bare) and bool(content(segment.bare))
    return same and bool(segment.side) and not before.side and bool(_ONGOING.match(clause.strip()))


def _without_courtesies(text: str) -> str:
    """Returns a prompt without what is said to who makes it: "please", "make him", "thanks"."""
    for short, whole in _SHORT_FORMS.items():
        text = re.sub(rf"(?<![\w-]){short}(?![\w-])", whole, text, flags=re.IGNORECASE)
    rest = _WHO_DOES.sub(r"\1 ", _ASKS.sub("", _THANKS.sub("", text))).strip(" ,")
    return rest if any(c.isalpha() for c in rest) else text


def _taken_up(clause: str, before: Sequence[Segment]) -> str:
    """Returns what a clause takes up again: "an old man shuffles", said before, for "continues shuffling", "looks
    right" for "right" after "looks left", and "raises the arms up" for "up" after something else that arms do."""
    if before and ONLY_A_WAY.match(clause.strip().lower()):
        gesture, way = before[-1].gesture, _FORTH_OR_BACK.fullmatch(clause.strip())
        if way and len(turned := _FORTH_OR_BACK.split(before[-1].said)) > 1:  # "swings the arms forward, then backward"
            return clause.strip().join(turned)
        if gesture is not None and gesture.kind == LOOKS:
            return f"tilts the head {clause}" if gesture.stays else f"looks {clause}"
        if before[-1].text.startswith("point"):
            return f"points {clause}"
        if before[-1].both or _ARMS.search(before[-1].said.lower()):
            return f"raises the arms {_OVER_HEAD.sub('overhead', clause)}"
    clause = _BACK_TO.sub("", clause)
    if goes_on := _GOES_ON.fullmatch(clause.strip().lower()):
        return next((f"{step.said}{goes_on['how'] or ''}" for step in reversed(before) if goes(step)), clause)
    match = _TAKES_UP.fullmatch(clause.strip().lower())
    verb = stem(match[1]) if match else ""
    return next((step.said for step in reversed(before) if verb and verb in content(step.text)), clause)


def _positive(clause: str, known: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Returns what a clause asks for, without what it says is not done, and sentences about what was left out; a
    wording stays whole."""
    return (clause, []) if known(clause.strip().lower()) else without_negated(clause)


def _step(
    clause: Clause, done: str, before: Segment | None, known: Callable[[str], bool]
) -> tuple[Segment | None, list[str]]:
    """Returns a clause as a step, or None if it asks for nothing, and sentences about what was not read as written.

    done: the text of the clause as it is read. before: the preceding step.
    """
    gesture, done = _gesture_in(done, known)
    together = clause.together
    if gesture is not None and gesture.alone and together:
        second, rest = _gesture_in(together[0], known)
        if second is not None and second.alone:
            gesture, together = _both(gesture, second), together[1:]
        else:  # "claps while jumping" jumps
            gesture, done, together = replace(gesture, alone=False), together[0], together[1:]
    segment, remarks = read_segment(done, before)
    if gesture is not None and gesture.alone and _AND_DOES.search(done):
        remarks.append(only_by_rule(clause.text.strip()))
    if gesture is not None:  # the user has not written that somebody stands
        remarks = [said.replace(f'"{done.strip()}"', f'"{clause.text.strip()}"') for said in remarks]
    if segment is None:
        return None, remarks
    if _turns_on_the_way(segment) and known(clause.text.lower()):
        segment = replace(segment, text=clause.text.lower())  # "walks around a corner" is a wording itself
    if not known(segment.text):
        acted = _ACTS_OUT.sub("", segment.text)
        segment = replace(segment, text=acted if known(acted) else _in_third_person(segment.text, known))
    if gesture is not None:
        segment = replace(segment, said=clause.text.strip())
    if together:
        second, rest = _gesture_in(together[0], known)
        if second is not None:
            also = () if second.alone else (_ENDS_IN_AND.sub("", rest),)
            gesture = replace(gesture or second, alone=False, also=second if gesture else second.also)
            together = (*also, *together[1:])
    if gesture is not None:
        segment = _with_gesture(segment, gesture, before)
    return replace(segment, together=together), remarks


def _both(gesture: Gesture, second: Gesture) -> Gesture:
    """Returns a gesture with another one after those that go with it already."""
    return replace(gesture, also=second if gesture.also is None else _both(gesture.also, second))


def _in_third_person(text: str, known: Callable[[str], bool]) -> str:
    """Returns "jumps to the right", as wordings say it, for "jump to the right"; a verb alone, which may be a noun,
    only if that is known."""
    verb, *others = text.split(" ")
    verb = verb.rstrip(",")
    compound = bool(others) and is_action(others[0])  # "dodge roll to the right"
    plain = (
        (bool(others) or known(inflected(verb, "s")))
        and not compound
        and is_action(verb)
        and not verb.endswith(("s", "ing", "ed"))
    )
    return " ".join((inflected(verb, "s"), *others)) if plain else text


def _gesture_in(clause: str, known: Callable[[str], bool]) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause names, and the clause without it; none of a clause that has a meaning."""
    if known(clause.strip().lower()):
        return None, clause
    gesture, rest = gesture_of(clause.lower())
    return gesture, clause if gesture is None else rest


def _with_gesture(segment: Segment, gesture: Gesture, before: Segment | None) -> Segment:
    """Returns a step with a gesture, which is counted, and done with the hand that it, or the one before, names."""
    if (
        gesture.kind == TOUCHES
        and len(gesture.sides) == 1
        and gesture.alone
        and not gesture.sided
        and segment.limb == "arm"
    ):
        gesture = replace(gesture, sides=(segment.side,))
    elif (
        gesture.place in _LOWERED and not gesture.sided and before is not None and before.limb == "arm" and before.side
    ):
        gesture = replace(gesture, sides=(before.side,))  # what one hand has held, it puts down
    if gesture.alone or gesture.moving:  # else it is the step that is counted: "three squats with the arms ahead"
        segment, gesture = replace(segment, count=None), replace(gesture, count=segment.count)
    segment = replace(segment, gesture=gesture)
    return _only_stands(segment) if gesture.alone else segment


def _only_stands(segment: Segment) -> Segment:
    """Returns a step of who stands, whoever and wherever that is."""
    plain = None if segment.plain is None else _only_stands(segment.plain)
    return replace(segment, text=STANDS, bare=STANDS, core=STANDS, verb="", side="", limb="", plain=plain)


def _turns_on_the_way(segment: Segment) -> bool:
    """Checks whether a step turns beside something else that it does."""
    goes_as_before = segment.text == "walks" or segment.text.startswith("crawl")
    return segment.turn is not None and not segment.on_spot and not goes_as_before


def _head(segment: Segment, known: Callable[[str], bool]) -> str:
    """Returns the action of a name as in games: "idle" of "idle tired", or what is known of it: "death"."""
    words = segment.bare.split()
    return next((word for word in words if is_action(word)), "") or next((word for word in words if known(word)), "")


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


def _mended(text: str, spelling: Spelling) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Returns the text with corrected spelling, and the pairs of misspelt and corrected words."""
    changed: dict[str, str] = {}

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        # a capitalised word inside a sentence is a name, not a mistake
        if not word[0].isalpha() or "'" in word or (word[0].isupper() and match.start() > 0):
            return word
        following = _WORD.match(text, match.end() + 1)
        preceding = _WORD.findall(text, 0, match.start())[-1:]
        right = spelling.mended(word, following[0] if following else "", preceding[0] if preceding else "")
        if right != word:
            changed[word] = right
        return right

    return _TOKEN.sub(mend, text), tuple(changed.items())
