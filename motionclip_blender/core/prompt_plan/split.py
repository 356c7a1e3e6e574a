"""Splits a prompt into clauses in the order in which they are performed, and finds simultaneous actions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .grammar import HOLDS_A_POSE, STANDS, grammar, is_action, number_of, verb_of
from .manner_words import manner_of, named

_THEN = re.compile(
    r"\s*(?:[;.!?]+(?=\s|$)|[-=]+>|→|\s[|/>\u2013\u2014]\s|\s--?\s|,?\s*\b(?:and |but )?"
    r"(?:(?:(?<=[.;,!?] )|(?<=\band )|^)(?:he|she|they|it|the \w+) )?"  # "he then sits down"
    r"(?:then|after (?:a (?:short |little |long )?(?:moment|while|second|pause|beat)|\d+(?:\.\d+)? (?:seconds?|"
    r"minutes?)|"
    r"some time)(?=,? (?:he|she|they|it|the) )|until (?=(?:he|she|they|it) \w+s\b)|after that|after this|"
    r"afterwards?|followed by|finally|(?:in|at) the (?:very )?end(?! of)|"
    r"at last|lastly|next|subsequently|"
    r"thereafter|later on|eventually|ultimately|(?:a (?:moment|second|while)|(?:a few )?(?:moments|seconds)) later|"
    r"(?:soon|shortly) after(?:wards?)?)\b,?(?: and)?)\s*",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^(?:(?:at )?first(?:ly)?(?: of all)?|to begin with|initially|last|second(?:ly)?|third(?:ly)?|"
    r"every (?:few|couple of|two|three|so often|now and then) ?(?:steps|paces|seconds|moments)?),?\s+",
    re.I,
)
_BEFORE = re.compile(
    r"^(?:right |just )?before (.+?), (.+)$|^(.+?),? (?:(?<!and )(?<!or )(?<!the )(?<!look )(?<!looks )"
    r"right |just )?before (.+)$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^(?:right |just |once |when )*(?:after|once) (.+?), (.+)$|"
    r"^(.+?),? (?:right |just )?(?:after|once(?! (?:and|more|again|then|in|to|with|on|at|or|every|while)\b)) (.+)$",
    re.I,
)
_WHO = r"(?:he|she|they|it|(?:a|the) (?!moment|while|second|minute|bit|few)\w+(?= \w+(?:s|ing)\b))"
_DOING = (
    rf"(?:{_WHO} (?:has |have |had |is )?(?=\w+)|(?=\w+ing\b)|(?:(?:the|his|her|their|some|a few) )?(?=\S+ {_WHO} ))"
)
_AFTER_DOING = re.compile(  # "before sitting down he waves", "after he has jumped he bows"
    rf"^(?:right |just )?(before|after|once|when|having) {_DOING}(.+?),? ({_WHO} \w+.*)$", re.I
)
_HOW_DONE = (
    r"(?:circles?|curve|line|zigzag|motion|speed|pace|legs?|foot|feet|hands?|knees?|fours|toes|tiptoes?|heels?|back|belly|"
    r"stomach|side|spot|place|direction|steps?|manner|way)"
)
_WHEN = re.compile(  # "on a sunny day" of "on a sunny day an old lady walks"
    rf"^(?!(?:[\w-]+ ){{1,4}}{_HOW_DONE}\b)"
    r"(?:(?:on|in|at|during|after|before|one) (?:(?:an?|the|this|that|his|her) )?(?:[\w-]+ ){1,3}?)+"
    r"(?=(?:(?:he|she|they) |(?:an?|the|some|two) "
    r"(?:(?:(?:with|in|of) (?:an?|the|his|her) )?(?!(?:an?|the|he|she|they) )[\w-]+ ){1,6}?)[\w-]+(?:s|ing)\b)",
    re.I,
)
_BLOWS = ("cross", "hook", "uppercut", "headbutt", "elbow")
_NUMBER_AND_NOUN = 2  # words of "five rungs"
_FEW_WORDS = 3  # of a thing that is done: "right front kick"
_FINISHES = re.compile(
    r"^(?:finish|end|answer|respond|counter|retaliate|follow|come)(?:es|s|ing)?(?: up| back)? (?:with|in|by) (?!it\b)",
    re.I,
)
_STAYS = re.compile(
    r"^(?:he |she |they )?(?:(?:do|does) not|don't|doesn't|never) (?:even )?(?:move|stir|budge)\b", re.I
)
_DOING_SOMETHING = re.compile(
    r"^(?!morning|evening|spring|wedding|meeting)\w{3,}ing (?:it|him|her|them|the|an?|his|back|away|off|out|down|up)\b",
    re.I,
)
_A_THING = re.compile(r"^(?:an?|the|his|her|their) (?:[\w-]+ )?[\w-]+$", re.I)
_FINISHED = re.compile(r"^(?:has |have |had )?(?:finish|complet|end)(?:es|s|ed|ing)?\b(?! (?:with|in|by)\b)", re.I)
_WHILE = re.compile(
    r",?(?<!\ba)\s+(?:while|whilst|as(?=\s+(?:he|she|they|it)\b)|at the same time as)\s+|^while"
    r" (?=\w)",
    re.I,
)
_AT_ONCE = re.compile(r",?\s*(?:\b(?:at the same time|simultaneously|at once|meanwhile)\b)\s*", re.IGNORECASE)
_AND = re.compile(r",?\s+and\s+", re.IGNORECASE)
_ONGOING = re.compile(r"^(?:(?:\w+ly|hardly|never|still|always) )?\w+ing\b", re.IGNORECASE)
_ONLY_STANDING = re.compile(  # which nothing else contradicts
    r"^(?:(?:he|she|they) (?:is |are )?)?(?:stand(?:ing|s)?|not moving|remain(?:ing|s)?|stay(?:ing|s)?)"
    r"(?: (?:still|upright|up|there|in place|on the spot|tall|straight))*$",
    re.I,
)
_MEANWHILE = re.compile(
    r"^(?:clapping|nodding|smiling|swinging|shaking|flapping|rubbing|pumping) ", re.I
)  # with the arms
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*", re.IGNORECASE)
_BARE_NOUN = re.compile(  # a step, though it has no verb: "a jab, a left hook, one deep breath"
    r"^(?:an? )?(?:(?:left|right|quick|hard|low|high|straight|strong) )*(?:jab|cross|hook|uppercut|punch|"
    r"kick)s?$|^(?:an?|one) (?:(?:deep|long|slow) )+breath$",
    re.I,
)
_OTHER_SIDE = re.compile(r"^(?:the )?(?:left|right)(?: one)?$", re.I)  # first of a step: "then the right, and bows"
_SETS_ABOUT = re.compile(r"^(?:start|begin)s? (?:to \w+|\w+ing)\b", re.I)
_PACE = re.compile(r"\b(?:slow(?:s|ing)? down|speed(?:s|ing)? up)\b", re.I)
_TURN_NOUNS = frozenset(["u-turn", "about-face", "about-turn"])  # that are made
_PRONOUNS = frozenset(["he", "she", "they", "it"])
_DETERMINERS = frozenset(["a", "an", "the", "this", "some", "one", "my"])
_WHO_WORDS = 4  # of who does it, at most: "a tired office worker"
_SUBJECT = {"he", "she", "they", "it", "also", "suddenly", "slowly", "quickly", "the", "a", "man", "woman", "person"}
_OF_THE_BODY = re.compile(  # how the body is held meanwhile: "head down", "hands on hips", "arms crossed"
    r"^(?:(?:the|his|her|their|both|one|left|right|other) )*"
    r"(?:(?:sword|shield|front|back|rear|lead|upper|lower) )?"
    r"(?:head|chin|neck|arm|hand|wrist|fist|elbow|arms|hands|fists|fingers|shoulders|elbows|wrists|eyes|back|trunk|torso|chest|"
    r"hips|legs?|knees?|foot|feet|toes|heels) "
    r"(?:(?:held|kept|stays?|staying|remains?|rests?|is|are|slightly|still|always) )*"
    r"(?:\w+ed|\w+ing|bent|hung|wide|spread|on|in|at|over|above|behind|up|down|out|low|high|back|straight|forwards?|"
    r"apart|together|flat|level|loose|tense|stiff|square|close|tight|upright|soft)\b"
    r"(?! (?:and|then) \w+s\b)",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"^(?:(?:very|super|really|so|still|completely|visibly|clearly|utterly) )*(?P<how>[\w-]+)"
    r"(?:$| (?:after|by|from|with|of|at|about|because) )",
    re.I,
)
_ACTED_ON = frozenset(["it", "them", "him", "her", "the", "his", "their", "your", "a", "an"])
_ONLY_VERBS = frozenset(
    ["come", "freeze", "bring", "take", "put", "give", "keep", "let", "repeat", "switch", "alternate"]
)  # that are no nouns
_ARTICLES = ("a", "the")
_TURNS = ("turn", "rotat", "pivot", "veer", "swerv")
_DOES_SOMETHING = re.compile(r"^[a-z]+s (?:his|her|their|the|both|an?) \w+ and ")  # "crosses the arms and waits"
# a step after a comma; after "bends down and" it is how one bends
_BENDS = re.compile(r"\b(?:bend|lean|stoop|reach|fold|squat|crouch|stretch)(?:s|es|ing)?\b", re.I)
_TOUCHES = re.compile(r"^(?:he |she |they )?touch(?:es|ing)? (?!(?:the |a )?(?:ceiling|rim|hoop|sky)\b)", re.I)
_ONE_STEP = re.compile(r"\b(?:a|one) (?:\w+ )?step\b|^(?:(?:he|she|they) )?steps? (?:back|forward|aside)\b", re.I)
_WITH_ONE = re.compile(r"\bwith one (?:hand|arm)$", re.I)
_WITH_EACH = re.compile(r"\bwith (?:the|his|her|their|your) (?:left|right) (?:hand|arm)$", re.I)
_WITH_THE_OTHER = re.compile(r"\bwith the other(?: hand| arm| one)?$", re.I)
_NOT_DONE = {
    "backward",
    "backwards",
    "back",
    "standing",
    "fast",
    "rest",
    "right",
    "restaurant",
    "lying",
    "bench",
    "goal",
    "goals",
    "goalkeeper",
    "gold",
}


@dataclass(frozen=True)
class Clause:
    """A clause. text: the action. together: other actions at the same time."""

    text: str
    together: tuple[str, ...] = ()


def clauses(prompt: str, known: Callable[[str], bool]) -> list[Clause]:
    """Returns the steps of a prompt, in order. known: whether a text is a wording, which is not split."""
    if known(prompt):
        return [Clause(prompt)]
    found: list[Clause] = []
    for sentence in _THEN.split(prompt):
        for part in _in_order(_WHEN.sub(_unless_it_acts, _FIRST.sub("", sentence.strip()))):
            found += _steps(part, known)
    return found


def _unless_it_acts(when: re.Match[str]) -> str:
    """Returns what says when or where something is done only if that is done itself: "after the bow"."""
    return when[0] if acts(when[0]) else ""


def acts(text: str) -> bool:
    """Checks whether a text names an action."""
    words = [word.lower() for word in _WORD.findall(text)]
    if _PACE.search(text) or any((is_action(word) and word not in _NOT_DONE) or word in _TURN_NOUNS for word in words):
        return True
    who = 0 if not words else 1 if words[0] in _PRONOUNS else _WHO_WORDS if words[0] in _DETERMINERS else 0
    return any(_begins(word) and (i == 0 or word.endswith("s")) for i, word in enumerate(words[: who + 1]))


def _is_command(text: str) -> bool:
    """Checks whether a text begins with the plain form of a verb: "throw a stone, shade your eyes"."""
    words = text.lower().split()
    form = verb_of(words[0], (*grammar()["also_begin"], *grammar()["verbs"])) if words else None
    plain = form is not None and not form[1]
    return plain or (bool(words) and is_action(words[0]) and not words[0].endswith(("s", "ing", "ed", "er")))


def _begins(word: str) -> bool:
    """Checks whether a word is a verb with which a clause begins."""
    form = verb_of(word, (*grammar()["also_begin"], *grammar()["unshown"]))
    return form is not None and (form[1] in ("s", "ing") or word in _ONLY_VERBS)


def _in_order(sentence: str) -> list[str]:
    """Splits a sentence with "before" or "after" into its parts in time."""
    match = _BEFORE.match(sentence)
    if match:
        first, second = (match[2], match[1]) if match[1] else (match[3], match[4])
        if match[4] and _DOING_SOMETHING.match(second) and acts(first):  # "carries it before setting it down"
            return [first, second]
        if match[4] and _A_THING.match(second):  # "warms up before a fight"
            return [first]
        if acts(first) and acts(second.split(",")[0]):  # not "before the king, draws his sword"
            return [first, second]
    match = _AFTER_DOING.match(sentence)
    if match and match[1].lower() != "before" and _FINISHED.match(match[2]) and acts(match[3]):
        return [match[3]]
    if match and "," not in match[2] and acts(match[2]) and acts(match[3]):
        return [match[3], match[2]] if match[1].lower() == "before" else [match[2], match[3]]
    match = _AFTER.match(sentence)
    if match:
        first, second = (match[1], match[2]) if match[1] else (match[4], match[3])
        if _FINISHED.match(second):
            return [first]
        if acts(first) and acts(second):
            return [re.sub(r"^(?:he|she|they|it) (?:has|have|had) ", "", first), second]
        if match[1] and acts(second):
            return [second]
    return [sentence]


def _steps(sentence: str, known: Callable[[str], bool]) -> list[Clause]:
    """Splits a sentence without words of time into clauses: at commas, and at "and" before a new action."""
    sentence = sentence.strip(" ,;:")
    if not sentence:
        return []
    if known(sentence):
        return [Clause(sentence)]
    if _AT_ONCE.search(sentence):
        parts = [part for part in _AND.split(_AT_ONCE.sub(" ", sentence)) if part.strip()]
        if not parts:
            return []
        if not all(acts(part) for part in parts):  # "left and right at once"
            return [Clause(_AT_ONCE.sub(" ", sentence).strip())]
        return [Clause(parts[0].strip(), tuple(part.strip() for part in parts[1:]))]
    pieces: list[str] = []
    leading = mood = ""
    commands = _is_command(sentence)
    for piece in sentence.split(","):
        piece = re.sub(r"^and ", "", piece.strip(), flags=re.IGNORECASE)
        if not piece:
            continue
        if not pieces and (state := _state(piece)):
            mood = f" {state}"
        elif (
            (acts(piece.split(" while ")[0]) and not _only_counts(piece))
            or _BARE_NOUN.match(piece)
            or (not pieces and _OTHER_SIDE.match(piece))
            or _TOUCHES.match(piece)
            or piece.startswith("while ")
            or (commands and _is_command(piece))
        ):
            if pieces and _OF_THE_BODY.match(piece):
                pieces[-1] += f" with {piece}"
            elif pieces and (piece.startswith("while ") or _goes_with(piece, pieces[-1])):
                pieces[-1] += f" {piece}" if piece.startswith("while ") else f" while {piece}"
            else:
                held = leading.rstrip(", ") if _OF_THE_BODY.match(leading) else ""
                pieces.append(f"{piece} with {held}{mood}" if held else f"{leading}{piece}{mood}")
                leading = mood = ""
        elif pieces and (state := _state(piece)):
            pieces[-1] += f" {state}"
        elif pieces:
            pieces[-1] += f" with {piece}" if _OF_THE_BODY.match(piece) else f", {piece}"
        else:
            leading += f"{piece}, "
    if not pieces:
        return [Clause(f"{leading.strip(' ,')}{mood}".strip())]
    return [clause for piece in pieces for clause in _at_and(piece, known)]


def _state(piece: str) -> str:
    """Returns the manner's word of a piece that only says how somebody is, and why: "exhausted" of "exhausted after the
    battle"; an empty text of any other."""
    state = _STATE.match(piece)
    return state["how"] if state and state["how"].lower() in named() else ""


def _only_counts(piece: str) -> bool:
    """Checks whether a piece only names how many there are of something that nobody does: "five rungs", "8 counts"."""
    words = piece.lower().split(" of ")[0].split()
    return len(words) == _NUMBER_AND_NOUN and bool(number_of(words[0])) and words[1] not in grammar()["counted"]


def _goes_with(piece: str, before: str) -> bool:
    """Checks whether a participle after a comma says what is done at the same time: "walks, swinging the arms"."""
    verb = next((word for word in _WORD.findall(before) if is_action(word.lower())), "")
    other = not verb.endswith("ing") or bool(_MEANWHILE.match(piece))
    return bool(_ONGOING.match(piece)) and other and " while " not in before


def _at_and(piece: str, known: Callable[[str], bool]) -> list[Clause]:
    if known(piece):
        return [Clause(piece)]
    main, *beside = [part.strip() for part in _WHILE.split(piece) if part and part.strip()]
    done: list[str] = []
    for part in _AND.split(main):
        if done and _goes_on(part, done[-1]):
            done[-1] += f" and {part}"
        else:
            done.append(part)
    at_once, after = _at_once_and_after([text for text in beside if not _ONLY_STANDING.match(text)])
    moods = tuple(text for text in at_once if manner_of(text.lower())[0] and not acts(text))
    if moods:  # "while drunk"
        done[-1] = " while ".join((done[-1], *moods))
        at_once = tuple(text for text in at_once if text not in moods)
    turning = tuple(text for text in at_once if _only_turns(text))
    if turning:  # turning is a way of going, not a second thing at once
        done[-1] = " and ".join((done[-1], *turning))
        at_once = tuple(text for text in at_once if text not in turning)
    elif at_once and _only_turns(done[-1]):
        done[-1], at_once = f"{at_once[0]} and {done[-1]}", at_once[1:]
    found = [Clause(text, at_once if i == len(done) - 1 else ()) for i, text in enumerate(done)]
    return [*found, *map(Clause, after)]


def _goes_on(part: str, before: str) -> bool:
    """Checks whether what follows "and" belongs to the step before it: "on hands and knees", "bends and touches the
    toes", "walks and turns"."""
    begins = _begins_something(part) or (_TOUCHES.match(part) and not _BENDS.search(before))
    done = acts(before) or _TOUCHES.match(before)
    return (
        not begins
        or not done
        or _both_limbs(before, part)
        or bool(_WITH_THE_OTHER.search(part))
        or bool(_WITH_ONE.search(before) and _WITH_EACH.search(part))
        or (_only_turns(part) and not _ONE_STEP.search(before))
    )


def _at_once_and_after(beside: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Splits "while" clauses into simultaneous actions and steps after them: "nodding and jumps" jumps afterwards."""
    at_once: list[str] = []
    after: list[str] = []
    for text in beside:
        first, *parts = _AND.split(text)
        at_once.append(first)
        for part in parts:
            if _ONGOING.match(first) and _begins_something(part) and not _ONGOING.match(part):
                after.append(part)
            elif after:
                after[-1] += f" and {part}"
            else:
                at_once[-1] += f" and {part}"
    return tuple(at_once), after


def _begins_something(part: str) -> bool:
    """Checks whether "and" before `part` joins a new action, not two nouns or adverbs."""
    if _FINISHES.match(part) or _STAYS.match(part):
        return True
    words = [word.lower() for word in _WORD.findall(part)]
    before = ""
    while words and words[0] in _SUBJECT:
        before = words.pop(0)
    if before in _ARTICLES:  # "a hammer and a saw", but "two jabs and a cross"
        return bool(words) and words[-1] in (*grammar()["counted"], *_BLOWS) and len(words) <= _FEW_WORDS
    if len(words) > 1 and number_of(words[0]) and words[1] in grammar()["counted"]:  # "and two kicks"
        return True
    if _PACE.match(part) or _SETS_ABOUT.match(part):
        return True
    if len(words) > 1 and words[1] in _ACTED_ON and verb_of(words[0], grammar()["also_begin"]):  # "and pass it"
        return True
    return bool(words) and (is_action(words[0]) or _begins(words[0])) and words[0] not in _NOT_DONE


def _both_limbs(before: str, part: str) -> bool:
    """Checks whether "and" joins two parts of the body: "on hands and knees"."""
    last, first = _WORD.findall(before.lower())[-1:], _WORD.findall(part.lower())[:1]
    return bool(last and first) and last[0] in grammar()["body"] and first[0] in grammar()["body"]


def _only_turns(part: str) -> bool:
    actions = [w.lower() for w in _WORD.findall(part) if is_action(w.lower()) and w.lower() not in _NOT_DONE]
    made = not actions and any(word.lower() in _TURN_NOUNS for word in _WORD.findall(part))
    return made or (bool(actions) and all(word.startswith(_TURNS) for word in actions))


def waiting(text: str) -> str:
    """Returns the text to look up for a clause: "stands still" if the clause only says that someone stops."""
    if HOLDS_A_POSE.match(text.lower()):
        return STANDS
    words = [w.lower() for w in _WORD.findall(text) if w.lower() not in grammar()["function_words"]]
    actions = [word for word in words if is_action(word)]
    waits = bool(actions) and all(word in grammar()["waits"] for word in actions)
    if not waits or _DOES_SOMETHING.match(text) or any(word in _BLOWS for word in words):
        return text
    how = next((word for word in words if word in named()), "")  # "a drunk guy stands there"
    return f"{STANDS} {how}".strip()
