"""Reads the properties that a clause gives its motion beside the action: side, direction, turn, count, speed."""

from __future__ import annotations

import re
from dataclasses import replace

from .amounts import duration
from .directions import MOST_DEGREES, sides_as_ways, spins, travel_of, turn_of
from .grammar import WORD, begins, grammar, is_action, number_of, verb_of
from .manner_words import manner_of
from .plan import Segment
from .split import waiting

MOST_TIMES = 20
"""The largest count; a larger one is limited, with a remark."""

_LEADING = re.compile(r"^(?:and|then|but|so|now|please)\s+", re.IGNORECASE)
_FACING = re.compile(r"\b(?:while )?(?:facing|looking) (?:forwards?|ahead|the front|straight ahead)\b")
_SIDEWARD = re.compile(r"\b(left|right)wards?\b")
_HANDED = re.compile(r"^(.*?)\b(left|right)[- ]handed(?:ly)?\b(.*)$")
_DOES = re.compile(
    r"^(?:do|does|doing|did|perform(?:s|ing)?|execut(?:e|es|ing)|practi[cs](?:e|es|ing)) (?:an? |some )?"
)
_THROUGH_WHAT = re.compile(  # "walks through" leaves the door to the step before
    r"^((?:[\w-]+ )*?(?:walk|run|jog|march|stroll|sprint|step|hurr|rush)(?:s|ies|ying|e|es|ing|ning|ging)?)"
    r" (?:through|past|by|along|across|over|on|in|inside|outside)$"
)
_OVERHEAD = re.compile(  # as most say it who describe a motion
    r"(?<=\w )(?:high )?(?:above|over) (?:(?:the|his|her|their|your|my|its) )?heads?\b"
)
_OF_THEM = re.compile(r",? \b(\w+) of (?:them|these|those)\b")
_ON_ONE_LEG = re.compile(  # "jumps on the left foot" hops
    r"\b(?:jump|leap|bounc|skip)(?:s|es|ing|e)?\b"
    r"(?= (?:[\w-]+ )*?on (?:(?:his|her|their|the|a) )?(?:left|right|one) (?:foot|leg)\b)"
)
_A_STEP = re.compile(r"\b(take|takes|taking|make|makes|making) an? (?=(?:\w+ )?step\b(?! (?:over|onto|across)\b))")
_AROUND = 135.0  # degrees from which on a turn is one around
_GOES_BACK = re.compile(  # "walks back to where he started"
    r"\b((?:walk|run|jog|go|march|sneak|sprint|stroll)(?:s|es|ing)?) back"
    r"(?:(?= \w+ly$)|$| (?:to|home|again|the way|in)\b.*)"
)
_DRAGS_LEG = re.compile(
    r"\bdrag(?:s|ging)? (?:(?:his|her|their|the|one|a) )*((?:left |right )?(?:foot|leg))\b(?: behind\b(?: \w+self)?)?"
)
_THROWS_BLOW = re.compile(  # which throws nothing
    r"\b(?:throw|deliver|land)(?:s|ing)? (?:an? )?((?:(?:left|right|quick|hard|strong|low|high|straight) )*)"
    r"(punch|jab|hook|uppercut|cross|haymaker|kick|elbow|headbutt)\b"
)
_BLOWS = ("punch", "jab", "hook", "cross", "kick")
_THROWS_ARMS = re.compile(
    r"\b(?:throw|fling|toss)(?:s|es|ing)? (?:up )?(?:(?:the|his|her|their|both|your) )*(?:arms|hands)"
    r"(?: (?:up|high|in the air|into the air|overhead|up in the air))+"
)
_OVER_SHOULDER = re.compile(  # "turns around over the right shoulder"
    r"(?<=\w )over (?:the|his|her|their|your) (left|right) shoulder\b(?=$|,| and)"
)
_UPPERCUT = re.compile(r"\b(?:uppercut|haymaker)\b")
_READIES = ["lift", "rais", "pick", "hold", "grab", "tak", "catch", "swing", "draw"]  # what the same limb goes on from
_ONLY_A_WAY = re.compile(
    r"^(?:to (?:the |his |her |their )?(?:left|right)|left|right|forwards?|backwards?|"
    r"(?:(?:with|the|his|her|their) )*(?:left|right) (?:arm|hand|fist|leg|foot|knee)|(?:slowly|quickly|fast)\b.*)$"
)
_A_SINGLE = re.compile(r"^(?:does |do |performs? )?an? ([\w-]+)$")
_COUNTED_TURN = re.compile(
    r"\b(?:turn|rotat|pivot|swivel|revolv)\w*(?: (?!and\b)[\w°-]+)*? (?:once|twice|thrice|\w+ times)\b"
)
_GOES_ON = re.compile(  # "continues walking" walks
    r"\b(?:continu(?:e|es|ed|ing)|keep(?:s|ing)?(?: on)?|kept(?: on)?|go(?:es|ing)? on|went on|"
    r"carr(?:y|ies|ied|ying) on|resum(?:e|es|ed|ing))(?: (?:to|with(?: (?:his|her|the|their))?))? (?=(\w+)\b)"
)
_PAST = re.compile(rf"\b(?:{'|'.join(grammar()['past'])})\b")
_AROUND_BACK = re.compile(r"\bback\b|\bsideways\b")
_SIDE = re.compile(r"\b(left|right)(?:wards?)?\b")
_WITH_LIMB = re.compile(
    r"\b(?:with|using|in|by|on) (?:the |his |her |their |its |a |one )?(?:raised )?(?:left|right)"
    r"(?: (?:hand|arm|fist|leg|foot|knee|elbow|palm|side))?\b"
)
_TO_SIDE = re.compile(r"\b(?:(?:to|towards?) (?:the |his |her |their )?)?(?:left|right)(?:wards?)?\b(?: side\b)?")
_WHERE_TO = re.compile(
    r"\b(?:forwards?|ahead|backwards?|in reverse|sideways|sidewards|diagonal(?:ly)?|straight|"
    r"in (?:a|an) (?:[\w-]+ )?(?:circle|curve|line)|(?:and )?(?:turns?|turning) (?:around|round)?)(?=\s|$|,)"
)
_WHO = re.compile(
    r"^(?:(?:he|she|they|it|someone|somebody)|(?:a|an|the|this|that|some) (?:\w+ )?"
    r"(?:man|woman|person|guy|boy|girl|kid|child|figure|character|human|fellow|lady|gentleman|player))(?: is| are)? "
)
# "walks on the hands" is another action than "walks on the grass"
_ON_BODY = (
    r" (?:(?:the|his|her|their|its|a|an|one|both|two|all) )*(?:left |right |single )?"
    r"(?:hands?|palms?|knees?|toes?|tip-?toes?|heels?|fours|foot|feet|legs?|back|stomach|belly|side|head|elbows?|bottom)\b"
)
_WHERE = re.compile(
    rf",| (?:in(?! place\b)|on(?! the spot\b|{_ON_BODY})|at|to|up to|from|near|along|through|across|towards?|"
    r"behind|under|inside|outside|after|for|like|into|"
    r"down the|up the|off (?:the|an?)|past|beside|because|until|so|with|without|around the|over the) "
)
_GOING = ["step", "go", "goes", "mov", "shuffl", "travel", "retreat", "pac", "back", "sidestep", "head", "proceed"]
_THROUGH = frozenset(
    ["he", "she", "they", "it", "through", "in", "out", "on", "off", "away", "inside", "outside", "over", "along"]
)
_TURN_ONLY = ("turn", "rotat", "spin", "twirl", "pivot", "fac", "swivel", "revolv", "u-turn")
_TURNS = "turns on the spot"  # what a step that only turns is looked up as
_SPINS = "spins around"
_WITH_STEPS = re.compile(r"\b(?:with|in|by|taking) (?:[\w-]+ )*?steps\b")
_BENDS = re.compile(r"\b(?:curv|veer|bend|swerv|corner)\w*")
_IN_PLACE = re.compile(r"\b(?:on the spot|in place|in one place|where (?:he|she|it) (?:is|stands))\b")
_BOTH_ARMS = re.compile(r"\b(?:both|two) (?:(?:the|his|her|their|of) )*(?:arms|hands|fists)\b")
_ONE_ARM = re.compile(
    r"\b(?:with|using) (?:only |just )?(?:one|a single) (?:hand|arm)\b"
    r"(?! (?:on|in|at|to|against|over|behind|raised|up|held))"
)
_LEANS = re.compile(r"\b(?:lean|bend|bow|tilt|sway|stretch|twist)(?:s|es|ing)?\b")
_ONE_STEP = re.compile(
    r"^(?:(?:a|the|some)? ?\w+ )?steps?(?: (?:back(?:wards?)?|forwards?|ahead|aside|sideways|out|up|down))? with "
    r"(?:the |his |her |their |your )?(?:left|right) (?:foot|leg)\b"
)
_ARTICLES = ("a", "an", "the", "this", "that", "some", "one", "his", "her", "their", "my")
_AGENTS = ("er", "ers", "or", "ors")  # endings of who does something: "a runner"
_ASIDE = 60.0  # degrees from straight ahead, or back, from which on a walk goes sideways
_SUBJECT_WORDS = 4  # most words of who does something
_SENDS = ("throw", "toss", "hurl", "lob", "shoot", "fire", "kick")  # each thing once
_ANGLES = (90, 180, 270, 360, 540, 720)  # of "a 360 spin", which is one
_LIMB_AFTER = 2  # most words between a side and its limb


def read_segment(clause: str, before: Segment | None) -> tuple[Segment | None, list[str]]:
    """Returns a clause as a segment, or None if it asks for nothing, and sentences about what was not read as written.

    before: the preceding segment.
    """
    text = _LEADING.sub("", " ".join(clause.lower().split())).strip(" ,.;:!?")
    remarks: list[str] = []
    words: list[tuple[str, str]] = []
    text = _SIDEWARD.sub(r"to the \1", _FACING.sub(" ", text))
    text = sides_as_ways(_HANDED.sub(_with_hand, _as_before(text, before)))
    text = _A_STEP.sub(r"\1 one ", text)
    text = _GOES_ON.sub(lambda goes_on: "" if is_action(goes_on[1]) else goes_on[0], text)
    if "arm" in map(grammar()["body"].get, WORD.findall(text)):
        text = _OVERHEAD.sub("overhead", text)
    text = _THROWS_ARMS.sub("raises both arms", _OVER_SHOULDER.sub(r"to the \1", text))
    text = _UPPERCUT.sub("punch", text)
    text = _THROWS_BLOW.sub(lambda blow: f"{blow[1]}{blow[2] if blow[2] in _BLOWS else 'punch'}", text)
    text = _DRAGS_LEG.sub(r"limps with the \1", text)
    text = _THROUGH_WHAT.sub(r"\1", _ON_ONE_LEG.sub("hops", text))
    text = _PAST.sub(lambda past: grammar()["past"][past[0]], text)
    text, seconds, said = duration(text)
    remarks += said
    text = _OF_THEM.sub(r" \1 times", text)
    text, count, steps, counted = _count(text)
    if count == 0 or steps == 0:
        return None, [f'"{clause.strip()}" asks for no times at all and is left out.']
    for number in (count, steps):
        if number is not None and number > MOST_TIMES:
            remarks.append(f'"{clause.strip()}" asks for {number:,} times; {MOST_TIMES} are made.')
    count, steps = (None if n is None else min(n, MOST_TIMES) for n in (count, steps))
    if counted:
        words.append((counted, f"count {count or steps}"))
    if count is None and steps is None and _ONE_STEP.match(text):
        steps = 1
    if steps is not None and not any(begins(word, grammar()["moves"]) for word in WORD.findall(text)):
        text = f"walks {text}"
    speed, spoken = _speed(text)
    if spoken:
        words.append((spoken, f"speed {speed:g}"))
    tokens = WORD.findall(text)
    side, limb, left_over = _side(tokens)
    if not side and len(set(left_over)) == 1 and _leans(text, tokens):
        side, limb, left_over = left_over[0], "trunk", []
    if not side and before is not None and _same_limb(tokens, before):
        side, limb = before.side, before.limb
    if side:
        words.append((side, f"{side} {limb or 'side'}"))
    text, turn, circle, said = turn_of(text, left_over, count)
    remarks += said
    if turn is not None and spins(text):
        count = None
    elif turn is not None and count is not None and (circle or _COUNTED_TURN.search(clause.lower())):
        turn, count = max(min(turn * count, MOST_DEGREES), -MOST_DEGREES), None
    # a side that belongs to the turn is none of the way
    travel, said = travel_of(text, left_over if turn is None else [])
    if turn is None:
        remarks += said
    elif travel == 0.0 or _AROUND_BACK.search(text):
        travel = None
    if turn is not None:
        words.append(("turn", f"turn {turn:g}"))
    if travel is not None:
        words.append(("direction", f"travel {travel:g}"))
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
    bare, core, verb = _looked_up(text, tokens, side, limb, travel)
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
        on_spot=on_spot,
        count=count,
        steps=steps,
        speed=speed,
        seconds=seconds,
        words=tuple(words),
        stays=bool(_IN_PLACE.search(clause.lower())) and travel is None and (turn is None or text == _SPINS),
        both=bool(_BOTH_ARMS.search(text)),
        single=bool(_ONE_ARM.search(text)) and not side,
    )
    if manner and any(is_action(word) and not word.endswith(_AGENTS) for word in WORD.findall(plain)):
        bare, core, verb = _looked_up(plain, tokens, side, limb, travel)
        segment = replace(segment, manner=manner, plain=replace(segment, text=plain, bare=bare, core=core, verb=verb))
    return segment, remarks


def _looked_up(text: str, tokens: list[str], side: str, limb: str, travel: float | None) -> tuple[str, str, str]:
    """Returns the bare text of a clause, its core and its verb, see `Segment`. travel: as there."""
    bare = _bare(text, limb == "support")
    names_it = any(grammar()["body"].get(word) == "leg" for word in bare.split())
    acts = [*grammar()["leg_actions"], *grammar()["moves"]]
    if limb == "leg" and not names_it and not any(begins(word, acts) for word in tokens):
        bare = f"{bare} with the foot"  # "shoots with the left foot" is no pistol
    core = _walk(travel) if not side and _only_goes(text, travel is not None) else _core(bare)
    return bare, core, _verb(core)


def _walk(travel: float | None) -> str:
    """Returns the text of a walk that travels `travel` degrees from the heading."""
    way = abs(travel or 0.0)
    return "walks" if way < _ASIDE else "walks backwards" if way > 180 - _ASIDE else "walks sideways"


def _with_hand(match: re.Match[str]) -> str:
    """Returns "uppercut with the left hand" for "left-handed uppercut"."""
    return f"{' '.join(f'{match[1]} {match[3]}'.split())} with the {match[2]} hand"


def _bare(text: str, support: bool) -> str:
    """Returns the text of the action without subject, side, direction and speed."""
    for phrase in sorted(grammar()["speed_phrases"], key=len, reverse=True):
        text = text.replace(phrase, " ")
    if not support:  # "stands on one leg" needs its side words
        text = _WITH_LIMB.sub(" ", text)
        text = _TO_SIDE.sub(" ", text)
    if not _LEANS.search(text):  # "leans forward" goes nowhere
        text = _WHERE_TO.sub(" ", text)
    slow = [*grammar()["speeds"], *grammar()["intensifiers"]]
    words = [word for word in text.split() if word.strip(",.") not in slow]
    return _WHO.sub("", " ".join(words)).strip(" ,")


def _core(bare: str) -> str:
    """Returns the bare text without who does it, place and mood."""
    done = _DOES.sub("", _WHERE.split(_without_subject(bare), maxsplit=1)[0])
    words = [word for word in done.split() if not (word.endswith("ly") and len(word) > 4)]
    return " ".join(words).strip(" ,") if any(map(is_action, words)) else ""


def _without_subject(text: str) -> str:
    """Returns the text from its verb on: "bends down" for "a worker bends down"."""
    words = text.split()
    if words and words[0] in _ARTICLES:
        for i in range(2, min(_SUBJECT_WORDS + 2, len(words))):
            word = words[i].strip(",")
            if word.endswith(("s", "ing")) and (is_action(word) or begins(word, _GOING)):
                return " ".join(words[i:])
    return text


def _verb(core: str) -> str:
    """Returns the action alone, if it looks alike whatever it is done to: "throws" for "throws a coin"."""
    first, *rest = core.split() or [""]
    return first if rest and verb_of(first, grammar()["any_object"]) else ""


def _count(text: str) -> tuple[str, int | None, int | None, str]:
    """Returns the text without the count, how often, how many steps, and the words of the count."""
    if (single := _A_SINGLE.match(text)) and single[1] in grammar()["counted"] and single[1] != "step":
        return single[1], 1, None, text
    words = text.split()
    bare = [word.strip(",;.") for word in words]
    if len(bare) > 1 and len(set(bare)) == 1 and is_action(bare[0]):  # no "cha cha"
        return bare[0], len(bare), None, text
    for i, word in enumerate(bare):
        if word in grammar()["adverbs"] and not (i + 2 < len(bare) and bare[i + 1 : i + 2] == ["as"]):
            return " ".join(words[:i] + words[i + 1 :]), grammar()["adverbs"][word], None, word
        glued = re.fullmatch(r"(\d+)x|x(\d+)", word)
        if glued:
            return " ".join(words[:i] + words[i + 1 :]), int(glued[1] or glued[2]), None, word
        number = number_of(word.replace(",", ""))
        if number is None:
            continue
        start = i - 1 if i and bare[i - 1] in ("a", "an", "the") else i
        after = i + 2 if bare[i + 1 : i + 2] == ["of"] else i + 1
        if after < len(bare) and bare[after] in grammar()["times"] and word != "single":
            return _without(words, start, after + 1), number, None, " ".join(words[start : after + 1])
        if i and after < len(bare) and verb_of(bare[i - 1], _SENDS) and bare[after].endswith("s"):
            one = f"a {bare[after].removesuffix('s')}"  # "throws two balls"
            return " ".join([*words[:start], one, *words[after + 1 :]]), number, None, f"{word} {bare[after]}"
        for length in (2, 1):
            for skip in (0, 1):  # "two big steps"
                thing = " ".join(bare[after + skip : after + skip + length])
                if number in _ANGLES and thing.startswith(("spin", "turn", "rotation")):
                    continue
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
    words = WORD.findall(text)
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
        elif not _of_a_thing(tokens, i):
            rest.append(word)
    if found and not limb:
        if any(begins(word, grammar()["leg_actions"]) for word in tokens):
            limb = "leg"
        elif any(begins(word, grammar()["arm_actions"]) for word in tokens):
            limb = "arm"
    stands = any(begins(word, grammar()["support"]) for word in tokens)
    if found and limb in ("leg", "") and stands:
        limb = "support"
    return found, limb, rest


def _of_a_thing(tokens: list[str], i: int) -> bool:
    """Checks whether the side at `i` is that of a thing, not of a way: "in the right pocket"."""
    if i < 1 or tokens[i - 1] not in ("the", "his", "her", "their", "its") or i + 1 >= len(tokens):
        return False
    following = tokens[i + 1]
    leads_there = i > 1 and tokens[i - 2] in ("to", "towards", "toward")
    words = grammar()["time"], grammar()["function_words"], ("side", "turn", "turns", "step", "steps", "corner", "bend")
    plain = following.endswith("ly") or is_action(following) or any(following in each for each in words)
    return not (leads_there or plain)


def _going(before: Segment | None) -> str:
    """Returns how somebody goes who turns on the way: as before."""
    verb = _verb_of_going(before) if before is not None else ""
    return verb or "walks"


def _verb_of_going(before: Segment) -> str:
    words = WORD.findall(before.bare or before.text)
    return next((word for word in words if verb_of(word, ("run", "jog", "sprint", "sneak", "crawl", "skip"))), "")


def _same_limb(tokens: list[str], before: Segment) -> bool:
    """Checks whether a step goes on with the limb that the step before has readied: "lifts the right leg and kicks"."""
    if before.limb not in ("arm", "leg") or {"both", "left", "right"} & set(tokens):
        return False
    readied = any(begins(word, _READIES) for word in before.text.split())
    return readied and any(begins(word, grammar()[f"{before.limb}_actions"]) for word in tokens[:3])


def _leans(text: str, tokens: list[str]) -> bool:
    """Checks whether a side that is named is that to which the trunk leans."""
    goes = any(begins(word, grammar()["moves"]) for word in tokens)
    return bool(_LEANS.search(text)) and not goes and not {"head", "turn", "turns"} & set(tokens)


def _only_goes(text: str, somewhere: bool) -> bool:
    """Checks whether the text only says that someone goes somewhere. somewhere: whether it says in which direction."""
    words = WORD.findall(_without_subject(text))
    actions = [word for word in words if is_action(word) or begins(word, _GOING)]
    goes = all(begins(word, _GOING) for word in actions)
    return goes and (somewhere or (bool(actions) and set(words) <= {*actions, *_THROUGH}))


def _as_before(text: str, before: Segment | None) -> str:
    """Returns the text with what it leaves to the step before: "walks back" after a turn around walks ahead, and "to
    the right" after "steps to the left" steps there."""
    if before is None:
        return text
    if before.turn is not None and abs(before.turn) > _AROUND:
        text = _GOES_BACK.sub(r"\1", text)
    verb = _without_subject(before.bare or before.text).split(" ")[0]
    return f"{verb} {text}" if _ONLY_A_WAY.match(text) and is_action(verb) else text


def _goes_on(before: Segment | None, text: str, turn: float) -> bool:
    """Checks whether who turns is on the way: a bend of it, unless the text says that it is a turn in place, or it is
    one around."""
    if _BENDS.search(text):
        return True
    if before is None or abs(turn) > _AROUND or _IN_PLACE.search(text):
        return False
    return any(begins(word, grammar()["moves"]) for word in WORD.findall(before.text))


def _other_action(text: str) -> bool:
    """Checks whether the text names an action beside turning."""
    actions = [word for word in WORD.findall(_WITH_STEPS.sub(" ", text)) if begins(word, grammar()["actions"])]
    return any(not word.startswith(_TURN_ONLY) and word not in ("back", "makes") for word in actions)
