"""Writes transitions out as steps, by name as games have them, "idle to walk", or told, "stands up from a crouch"; and
tells in which posture a prompt begins."""

from __future__ import annotations

import re

from .grammar import STANDS

_POSTURE = (
    r"(?P<posture>crouch(?:ing|ed)?|squat(?:ting)?|(?:both |one )?knees?|kneel(?:ing|s)?|prone|supine|"
    r"(?:all )?fours|hands and knees|"
    r"(?:lying|lie)(?: (?:flat|down))*(?: face (?:down|up)| on (?:(?:the|his|her|their) )?(?:back|belly|stomach|front|"
    r"ground|floor))?|"
    r"(?:sitting|sit|seated)(?: down)?(?: cross-legged)?(?: (?:on|in) (?:(?:the|an?|his|her) )?[\w-]+)?)"
)
_HELD = r"(?: (?:position|pose|posture|stance|start))?"
_THE = r"(?:(?:an?|the|his|her|their|low|deep|full) )*"
_UP = (
    r"(?P<up>(?:(?:slowly|quickly) )?(?:(?:stand|get|ris|com)(?:s|es|e|ing|ting)?)(?: (?:back|slowly|quickly|right))*"
    r"(?: up| to (?:(?:the|his|her|their) )?feet)?(?: (?:slowly|quickly))?)"
)
_TO_POSTURE = re.compile(r"^(stand|sit|lie|idle)(?:ing)? to (stand|sit|lie|crouch)(?:ing)?$", re.IGNORECASE)
_TO_STOP = re.compile(
    r"^(walk|run|jog|sprint)(?:ing)?(?: to)? (?:stop|idle|stand)(?: (?:left|right)(?: foot)?)?$", re.IGNORECASE
)
_STARTS = re.compile(r"^(?:idle|stand|idling|standing) to (walk|run|jog|sprint|sneak|crawl)(?:ing)?$", re.IGNORECASE)
_POSTURES = {"stand": "stands up", "sit": "sits down", "lie": "lies down", "crouch": "crouches down"}
_FROM_TO = re.compile(
    rf"^(?P<who>(?:(?:an?|the) (?:\w+ )?\w+ |he |she |they )?)"
    rf"(?:(?:(?:a |the )?(?:slow |quick |smooth )?transition(?:s|ing)?|chang(?:es|e|ing)|go(?:es|ing)|mov(?:es|ing)) )?"
    rf"(?:from )?{_THE}{_POSTURE}{_HELD} (?:in)?to {_THE}"
    rf"(?P<to>stand(?:ing)?(?: up)?|upright|idle|sit(?:ting)?(?: down)?|(?:lying|lie)(?: down)?|walk(?:ing)?|"
    rf"run(?:ning)?|crouch(?:ing)?|squat(?:ting)?|kneel(?:ing)?|prone){_HELD}$",
    re.IGNORECASE,
)
_LEADS_TO = {  # by how its name begins
    "st": "stands up", "up": "stands up", "id": "stands up", "si": "sits down", "ly": "lies down", "li": "lies down",
    "wa": "walks", "ru": "runs", "cr": "crouches", "sq": "crouches", "kn": "kneels down", "pr": "lies on the belly",
}  # fmt: skip
_RISES_FROM = re.compile(
    rf"^(?P<who>(?:(?:an?|the) (?:\w+ )?\w+ |he |she |they )?){_UP} from {_THE}(?:being )?"
    r"(?P<posture>crouch(?:ing)?|squat(?:ting)?|(?:both |one )?knees?|"
    r"kneeling(?: on (?:(?:the|his|her|their|one) )?knees?)?|(?:all )?fours|hands and knees)"
    rf"{_HELD}(?=$|[,.;]| and\b| then\b)",
    re.IGNORECASE,
)
_OFF_FROM = re.compile(
    r"(?P<up>\b(?:get|stand|ris)(?:s|es|ing|ting)? (?:back )?up) (?:off|from) the (?:ground|floor)(?=,? from\b)", re.I
)
_FROM = re.compile(rf"^(?:starting )?from {_THE}{_POSTURE}{_HELD},? (?=(?:he|she|they|an?|the) |\w+s\b|\w+ )", re.I)
_STARTS_IN = re.compile(
    rf"^(?P<who>(?:(?:an?|the) (?:\w+ )?\w+ |he |she |they )?)(?:starts?|begins?)(?: off| out)?"
    rf"(?: (?:in|from|on|by|with|while))* ?{_THE}{_POSTURE}{_HELD}$",
    re.IGNORECASE,
)
_KNOWN = (  # postures, by what takes them up
    (re.compile(r"crouch|squat"), "crouches"),
    (re.compile(r"fours|hands and"), "drops down onto all fours"),
    (re.compile(r"kne"), "kneels down"),
    (re.compile(r"prone|face down|belly|stomach|front"), "lies on the belly"),
    (re.compile(r"supine|lying|lie"), "lies on the back"),
    (re.compile(r"cross-legged"), "sits cross-legged"),
    (re.compile(r"floor|ground|grass|mat"), "sits on the floor"),
)


def transitions_written_out(text: str, gaits: bool, known: bool = False) -> str:
    """Returns a name in words with its transition as steps: "starts in a crouch, then stands up".

    gaits: whether that from and to a gait is written out, too: "stands still, then walks", "walks, then stops". known:
    whether the text is a wording, which shows the transition.
    """
    if known:
        return text
    text = _TO_POSTURE.sub(_changed_posture, text)
    text = _FROM_TO.sub(_from_there, text)
    text = _RISES_FROM.sub(r"\g<who>starts in \g<posture>, then \g<up>", _OFF_FROM.sub(r"\g<up>", text))
    text = _FROM.sub(r"starts in \g<posture>, then ", text)
    if gaits:
        text = _STARTS.sub(rf"{STANDS}, then \1s", _TO_STOP.sub(r"\1s, then stops", text))
    return text


def start_posture(clause: str) -> str:
    """Returns what takes up the posture in which a clause says that somebody starts: "kneels down" of "starts on one
    knee"; empty for any other clause."""
    starts = _STARTS_IN.match(clause.strip())
    if starts is None:
        return ""
    posture = starts["posture"].lower()
    return starts["who"] + next((takes for words, takes in _KNOWN if words.search(posture)), "sits on a chair")


def _changed_posture(names: re.Match[str]) -> str:
    """Returns "sits, then stands up" for "sit to stand"; who stands first is not told of."""
    first, then = (names[i].lower() for i in (1, 2))
    low = "" if first in ("stand", "idle") else f"{'lies' if first == 'lie' else 'sits'}, then "
    return f"{low}{'sits up' if (first, then) == ('lie', 'sit') else _POSTURES[then]}"


def _from_there(names: re.Match[str]) -> str:
    to = _LEADS_TO[names["to"].lower()[:2]]
    up = to == "sits down" and names["posture"].lower().startswith(("l", "prone", "supine"))
    return f"{names['who']}starts in {names['posture']}, then {'sits up' if up else to}"
