"""Reads the properties that a clause gives its motion beside the action: side, direction, turn, count, speed."""

from __future__ import annotations

import re

from .grammar import begins, grammar
from .plan import Segment
from .split import waiting

MOST_TIMES = 20
"""The largest count; a larger one is limited, with a remark."""

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|\d+(?:\.\d+)?|°")
_LEADING = re.compile(r"^(?:and|then|but|so|now|please)\s+", re.IGNORECASE)
_FACING = re.compile(r"\b(?:while )?(?:facing|looking) (?:forwards?|ahead|the front|straight ahead)\b")
_SIDEWARD = re.compile(r"\b(left|right)wards?\b")
_PAST = re.compile(rf"\b(?:{'|'.join(grammar()['past'])})\b")
_SEVERAL_ROUNDS = re.compile(r"\b(\w+) (?:full |whole |complete )?(?:circles?|turns?|rotations?|rounds?|spins?)\b")
_CORNER = re.compile(r"\b(?:around|round) (?:the|a) (?:street )?(?:corner|bend)\b")
_SECONDS = re.compile(r"\b(?:for |in |within )?(\d+(?:\.\d+)?) ?(?:s|secs?|seconds?)\b")
_DEGREES = re.compile(r"\b(?:by |of )?(\d{1,4}) ?(?:degrees?|deg\b|°)")
_NAMED_ANGLE = re.compile(r"\b(45|90|135|180|225|270|315|360)\b")
_SHARES = (
    (re.compile(r"\b(?:quarter|right angle)\b"), 90.0),
    (re.compile(r"\bhalf(?:[- ]turn| turn| way round)\b|\bu-turn\b|\bu turn\b|\babout[- ](?:face|turn)\b"), 180.0),
    (re.compile(r"\b(?:full|complete|whole) (?:turn|circle|rotation|spin)\b|\ball the way (?:a)?round\b"), 360.0),
)
_CIRCLE = re.compile(
    r"\b(?:in|along|walks?|runs?|jogs?|makes?|forms?) (?:a |an )?(?:\w+ |\w+-\w+ )?circles?\b|\bcircles?\b"
)
_AROUND = re.compile(r"\b(?:around|round|back)\b")
_CLOCK = re.compile(r"\b(?:(counter|anti)[- ]?)?clockwise\b")
_SIDE = re.compile(r"\b(left|right)(?:wards?)?\b")
_DIAGONAL = re.compile(r"\bdiagonal(?:ly)?\b")
_FORWARD = re.compile(r"\b(?:forwards?|ahead|straight|onwards?)\b")
_BACKWARD = re.compile(r"\b(?:backwards?|in reverse|rearwards?|back|retreat\w*)\b")
_SIDEWAYS = re.compile(r"\b(?:sideways|sidewards|side[- ]?steps?|side ways|laterally)\b")
_WITH_LIMB = re.compile(
    r"\b(?:with|using|in|by|on) (?:the |his |her |their |its |a |one )?(?:raised )?(?:left|right)"
    r"(?: (?:hand|arm|fist|leg|foot|knee|elbow|palm|side))?\b"
)
_TO_SIDE = re.compile(r"\b(?:(?:to|towards?) (?:the |his |her |their )?)?(?:left|right)(?:wards?)?\b")
_WHERE_TO = re.compile(
    r"\b(?:forwards?|ahead|backwards?|in reverse|sideways|sidewards|diagonal(?:ly)?|straight|"
    r"in (?:a|an) (?:[\w-]+ )?(?:circle|curve|line)|(?:and )?(?:turns?|turning) (?:around|round)?)(?=\s|$|,)"
)
_WHO = re.compile(
    r"^(?:(?:he|she|they|it|someone|somebody)|(?:a|an|the|this|that|some) (?:\w+ )?"
    r"(?:man|woman|person|guy|boy|girl|kid|child|figure|character|human|fellow|lady|gentleman|player))(?: is| are)? "
)
_WHERE = re.compile(
    r",| (?:in|on|at|to|up to|from|near|along|through|across|towards?|behind|under|inside|outside|after|for|like|into|"
    r"down the|up the|past|beside|because|until|so|with|without|around the|over the) "
)
_GOING = ["step", "go", "goes", "mov", "shuffl", "travel", "retreat", "pac", "back", "sidestep", "head", "proceed"]
_TURN_ONLY = ("turn", "rotat", "spin", "twirl", "pivot", "fac", "swivel", "revolv", "u-turn")
_LIMB_AFTER = 2  # most words between a side and its limb


def read_segment(clause: str, before: Segment | None) -> tuple[Segment | None, list[str]]:
    """Returns a clause as a segment, or None if it asks for nothing, and sentences about what was not read as written.

    before: the preceding segment.
    """
    text = _LEADING.sub("", " ".join(clause.lower().split())).strip(" ,.;:!?")
    remarks: list[str] = []
    words: list[tuple[str, str]] = []
    text = _SIDEWARD.sub(r"to the \1", _FACING.sub(" ", text))
    text = _PAST.sub(lambda past: grammar()["past"][past[0]], text)
    text, seconds = _taken(_SECONDS, text)
    text, count, steps, counted = _count(text)
    if count == 0 or steps == 0:
        return None, [f'"{clause.strip()}" asks for no times at all and is left out.']
    for number in (count, steps):
        if number is not None and number > MOST_TIMES:
            remarks.append(f'"{clause.strip()}" asks for {number:,} times; {MOST_TIMES} are made.')
    count, steps = (None if n is None else min(n, MOST_TIMES) for n in (count, steps))
    if counted:
        words.append((counted, f"count {count or steps}"))
    speed, spoken = _speed(text)
    if spoken:
        words.append((spoken, f"speed {speed:g}"))
    tokens = _WORD.findall(text)
    side, limb, left_over = _side(tokens)
    if side:
        words.append((side, f"{side} {limb or 'side'}"))
    text, turn, circle, said = _turn(text, left_over)
    remarks += said
    travel = None
    if turn is None:
        travel, said = _travel(text, left_over, before)
        remarks += said
    if turn is not None:
        words.append(("turn", f"turn {turn:g}"))
    if travel is not None:
        words.append(("direction", f"travel {travel:g}"))
    text = waiting(" ".join(text.split()).strip(" ,"))
    if turn is not None and not _other_action(text):
        text = "walks"
    if steps is not None and not any(begins(word, grammar()["moves"]) for word in _WORD.findall(text)):
        text = f"walks {text}"
    if not any(c.isalpha() for c in text):
        return None, [*remarks, f'"{clause.strip()}" says nothing that could be done and is left out.']
    bare = _bare(text, limb == "support")
    core = "walks" if travel is not None and not side and _only_goes(text) else _core(bare)
    styles = tuple(word for word in tokens if word.endswith("ly") and word not in grammar()["speeds"])
    segment = Segment(
        text,
        clause.strip(),
        bare,
        core,
        side,
        limb,
        travel,
        turn,
        circle,
        count,
        steps,
        speed,
        seconds,
        styles,
        (),
        tuple(words),
    )
    return segment, remarks


def _bare(text: str, support: bool) -> str:
    """Returns the text of the action without subject, side, direction and speed."""
    for phrase in sorted(grammar()["speed_phrases"], key=len, reverse=True):
        text = text.replace(phrase, " ")
    if not support:  # "stands on one leg" needs its side words
        text = _WITH_LIMB.sub(" ", text)
        text = _TO_SIDE.sub(" ", text)
    text = _WHERE_TO.sub(" ", text)
    slow = [*grammar()["speeds"], *grammar()["intensifiers"]]
    words = [word for word in text.split() if word.strip(",.") not in slow]
    return _WHO.sub("", " ".join(words)).strip(" ,")


def _core(bare: str) -> str:
    """Returns the bare text without place and mood."""
    done = _WHERE.split(bare, maxsplit=1)[0]
    words = [word for word in done.split() if not (word.endswith("ly") and len(word) > 4)]
    return " ".join(words).strip(" ,") if any(begins(word, grammar()["actions"]) for word in words) else ""


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, float | None]:
    """Returns the text without the first match of a pattern, and the number in the match."""
    match = pattern.search(text)
    if match is None:
        return text, None
    return f"{text[: match.start()]} {text[match.end() :]}", float(match[1])


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return grammar()["numbers"].get(word)


def _count(text: str) -> tuple[str, int | None, int | None, str]:
    """Returns the text without the count, how often, how many steps, and the words of the count."""
    words = text.split()
    bare = [word.strip(",;.") for word in words]
    if len(bare) > 1 and len(set(bare)) == 1:
        return bare[0], len(bare), None, text
    for i, word in enumerate(bare):
        if word in grammar()["adverbs"] and not (i + 2 < len(bare) and bare[i + 1 : i + 2] == ["as"]):
            return " ".join(words[:i] + words[i + 1 :]), grammar()["adverbs"][word], None, word
        glued = re.fullmatch(r"(\d+)x|x(\d+)", word)
        if glued:
            return " ".join(words[:i] + words[i + 1 :]), int(glued[1] or glued[2]), None, word
        number = _number(word.replace(",", ""))
        if number is None:
            continue
        start = i - 1 if i and bare[i - 1] in ("a", "an", "the") else i
        after = i + 2 if bare[i + 1 : i + 2] == ["of"] else i + 1
        if after < len(bare) and bare[after] in grammar()["times"] and word != "single":
            return _without(words, start, after + 1), number, None, " ".join(words[start : after + 1])
        for length in (2, 1):
            for skip in (0, 1):  # "two big steps"
                thing = " ".join(bare[after + skip : after + skip + length])
                if thing in grammar()["counted"] and len(bare) >= after + skip + length:
                    said = " ".join(words[start : after + skip + length])
                    if thing in ("step", "steps", "paces"):
                        rest = _without(words, start, after + skip + length)
                        return re.sub(r"\b(?:takes?|taking|makes?|making|does)\b", "walks", rest), None, number, said
                    return _without(words, start, after), number, None, said
    return text, None, None, ""


def _without(words: list[str], start: int, stop: int) -> str:
    rest = re.sub(
        r"\b(?:in a row|in succession|one after (?:the|an)other)\b", "", " ".join(words[:start] + words[stop:])
    )
    return " ".join(rest.split())


def _speed(text: str) -> tuple[float, str]:
    """Returns the speed relative to the natural one, and the words that name it."""
    for phrase, factor in grammar()["speed_phrases"].items():
        if phrase in text:
            return factor, phrase
    words = _WORD.findall(text)
    for i, word in enumerate(words):
        factor = grammar()["speeds"].get(word)
        if factor is not None:
            strong = i > 0 and words[i - 1] in grammar()["intensifiers"]
            return (factor ** (1.5 if strong else 1.0)), word
    return 1.0, ""


def _side(tokens: list[str]) -> tuple[str, str, list[str]]:
    """Returns the side of a limb ("left", "right" or ""), the limb, and the sides that belong to a direction."""
    body, found, limb, rest = grammar()["body"], "", "", []
    moves = any(begins(word, grammar()["moves"]) or begins(word, grammar()["turns"]) for word in tokens)
    for i, word in enumerate(tokens):
        if word not in ("left", "right"):
            continue
        near = [t for t in tokens[i + 1 : i + 2 + _LIMB_AFTER] if t in body]
        alone = not moves or (i > 1 and tokens[i - 2 : i] == ["with", "the"])
        if near and not (i > 1 and tokens[i - 1] == "the" and tokens[i - 2] == "to"):
            if not found:
                found, limb = word, body[near[0]]
        elif alone and not (i > 1 and tokens[i - 2] == "to"):
            if not found:
                found = word
        else:
            rest.append(word)
    if found and not limb:
        if any(begins(word, grammar()["leg_actions"]) for word in tokens):
            limb = "leg"
        elif any(begins(word, grammar()["arm_actions"]) for word in tokens):
            limb = "arm"
    if limb == "leg" and any(begins(word, grammar()["support"]) for word in tokens):
        limb = "support"
    return found, limb, rest


def _turn(text: str, sides: list[str]) -> tuple[str, float | None, bool, list[str]]:
    """Returns the text without angles, the degrees of the turn, whether it is a circle, and remarks."""
    text = _CORNER.sub("turning", text)
    words = _WORD.findall(text)
    turning = any(
        begins(word, grammar()["turns"]) and word not in ("face", "corners", "bends", "bend", "faces") for word in words
    ) or bool(re.search(r"\b(?:to face|faces|u-turn|u turn|about[- ]face)\b", text))
    turning = turning and not {"head", "wrist", "page", "wheel"} & set(words)
    circle = bool(_CIRCLE.search(text)) and any(begins(word, grammar()["moves"]) for word in words)
    clock = _CLOCK.search(text)
    angle = _DEGREES.search(text) or (_NAMED_ANGLE.search(text) if turning else None)
    if not (turning or circle or (clock and angle)):
        return text, None, False, []
    if {"left", "right"} <= set(sides):
        return text, None, False, ["The prompt turns both left and right at once; write one of them."]
    degrees = None
    several = _SEVERAL_ROUNDS.search(text)
    rounds = _number(several[1]) if several else None
    if several and rounds:
        degrees = 360.0 * rounds
        text = f"{text[: several.start()]} {'in circles' if circle else ''} {text[several.end() :]}"
    elif angle:
        degrees = float(angle[1])
        text = f"{text[: angle.start()]} {text[angle.end() :]}"
    else:
        for pattern, share in _SHARES:
            if pattern.search(text):
                degrees = share
                break
    if degrees is None:
        own = any(begins(word, ["spin", "twirl", "revolv"]) for word in words) and not (sides or clock)
        degrees = 360.0 if circle else 180.0 if _AROUND.search(text) else 90.0 if sides or clock else None
        degrees = None if own and not circle else degrees
    if degrees is None:  # "spins", "twirls": a movement of its own
        return text, None, False, []
    left = sides[0] == "left" if sides else bool(clock[1]) if clock else True
    degrees = min(degrees, 1080.0)
    return text, degrees if left else -degrees, circle or degrees > 270, []


def _travel(text: str, sides: list[str], before: Segment | None) -> tuple[float | None, list[str]]:
    """Returns the degrees from the heading to the direction of travel, and remarks on contradictions."""
    words = _WORD.findall(text)
    if not any(begins(word, grammar()["moves"]) for word in words) and not _SIDEWAYS.search(text):
        return None, []
    if {"left", "right"} <= set(sides):
        return None, ['The prompt goes both left and right at once; write one after the other with "then".']
    forward, backward = bool(_FORWARD.search(text)), bool(_BACKWARD.search(text))
    if backward and before is not None and before.turn is not None and abs(before.turn) > 135:
        backward = False  # after turning around, walking back means walking ahead
    if forward and backward:
        return None, ['The prompt goes both forward and backward at once; write one after the other with "then".']
    if _DIAGONAL.search(text):
        angle = 135.0 if backward else 45.0
        return (-angle if sides and sides[0] == "right" else angle), []
    if sides and not forward and not backward:
        return (90.0 if sides[0] == "left" else -90.0), []
    if sides:
        angle = 45.0 if forward else 135.0
        return (angle if sides[0] == "left" else -angle), []
    if _SIDEWAYS.search(text):
        return 90.0, []
    return (180.0 if backward else 0.0 if forward else None), []


def _only_goes(text: str) -> bool:
    """Checks whether the text only says that someone goes somewhere."""
    actions = [word for word in _WORD.findall(text) if begins(word, grammar()["actions"] + _GOING)]
    return all(begins(word, _GOING) for word in actions)


def _other_action(text: str) -> bool:
    """Checks whether the text names an action beside turning."""
    actions = [word for word in _WORD.findall(text) if begins(word, grammar()["actions"])]
    return any(not word.startswith(_TURN_ONLY) and word not in ("back", "makes") for word in actions)
